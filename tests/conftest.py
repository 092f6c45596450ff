"""Fixtures that every part of the tests uses."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No test is timed: a busy machine is no fault of the code.
settings.register_profile("phudien", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("phudien")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Return the folder of real files beside the checkout; skip where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the shared folder with the real files does not stand beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Start a PostgreSQL server of our own on a free port; skip where there is none to start."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs or (os.geteuid() == 0 and not shutil.which("runuser")):
        pytest.skip("no PostgreSQL server programs on this machine")
    # Not below pytest's own folder: the server's user may not enter that one.
    folder = Path(tempfile.mkdtemp(prefix="phudien-postgres-"))
    folder.chmod(0o777)
    # The server refuses to run as root.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    data, port = folder / "data", _free_port()
    initialise = [programs[-1] / "initdb", "-D", data, "-U", "phudien", "-A", "trust", "-E", "UTF8", "--locale=C"]
    subprocess.run([*prefix, *map(str, initialise)], check=True, capture_output=True)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    control = [*prefix, str(programs[-1] / "pg_ctl"), "-D", str(data)]
    subprocess.run([*control, "-w", "-l", str(folder / "log"), "-o", options, "start"], check=True, capture_output=True)
    yield f"postgresql+psycopg://phudien@127.0.0.1:{port}/postgres"
    subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def cluster_address() -> Iterator[str]:
    """Start a Dask scheduler with two worker processes on this machine, and give its address."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=logging.CRITICAL
    ) as started:
        yield str(started.scheduler_address)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
