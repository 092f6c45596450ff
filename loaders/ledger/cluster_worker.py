"""What runs on the workers of a Dask cluster: one partition a task, with the plan that each worker is given once.

Imported only where a cluster is used; nothing else may import Dask.
"""

from __future__ import annotations

import hashlib
import platform
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, NamedTuple

from distributed import Worker, WorkerPlugin, get_worker

from geodata.errors import system_reason
from loaders.ledger.doubled import write_keys
from loaders.ledger.plan import Partition, RollupPlan
from loaders.ledger.rollup import PartialRollup, roll_up

PACKAGES: Final = (
    "distributed",
    "dask",
    "duckdb",
    "pyarrow",
    "numpy",
    "pandas",
    "geopandas",
    "shapely",
    "pyproj",
    "rapidfuzz",
    "numba",
)
"""What the result depends on: DuckDB's hashes of household codes, the index of outlines, the matching of names."""

PLUGIN_PREFIX: Final = "phudien-plan-"


class PartResult(NamedTuple):
    """
    What a worker found in a partition.

    Parameters
    ----------
    number
        The partition's place in the ledger.
    rollup
        Households by commune, quarter, supply and area, and what is wrong with the rows.
    keys
        Content of the Parquet file that `doubled.write_keys` writes: the hashes that show doubled households.
    """

    number: int
    rollup: PartialRollup
    keys: bytes


class PlanPlugin(WorkerPlugin):  # type: ignore[misc]
    """
    Holds the plan on a worker. Workers that join later, or again after a crash, are given it by the scheduler.

    Parameters
    ----------
    plan
        Sent once a worker, outlines and names included.
    """

    def __init__(self, plan: RollupPlan) -> None:
        self._plan = plan
        self._folder = ""
        self._ready: RollupPlan | None = None
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        """Send the plan alone."""
        return {"plan": self._plan}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Start anew on the worker."""
        self.__init__(state["plan"])  # type: ignore[misc]

    def setup(self, worker: Worker) -> None:
        """Take the worker's own folder for what DuckDB puts aside."""
        self._folder = worker.local_directory

    def plan(self) -> RollupPlan:
        """
        Return the plan, with one thread a task: how many run side by side is for the worker to say.

        The first task makes the index of the outlines; those beside it wait for it instead of making another.
        """
        with self._lock:
            if self._ready is None:
                ready = replace(self._plan, threads=1, scratch=str(Path(self._folder) / "ledger"))
                if ready.outlines is not None:
                    ready.outlines.codes  # noqa: B018 -- asking for the codes makes the index
                self._ready = ready
        return self._ready


def plan_here(name: str) -> RollupPlan:
    """Return the plan that this worker holds under a name."""
    plugin: PlanPlugin = get_worker().plugins[name]
    return plugin.plan()


def roll_up_part(partition: Partition, name: str) -> PartResult:
    """Roll a partition up on a worker, by the plan that it holds under a name."""
    plan = plan_here(name)
    with tempfile.TemporaryDirectory(dir=get_worker().local_directory) as folder:
        keys = Path(folder) / "keys.parquet"
        write_keys(partition, plan, keys)
        return PartResult(partition.number, roll_up(partition, plan), keys.read_bytes())


def versions() -> dict[str, str]:
    """Return what must be the same on every machine: Python, our own code by its hash, the packages."""
    found = {"Python": ".".join(platform.python_version_tuple()[:2]), "phudien": _own_code()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "-"
    return found


def _own_code() -> str:
    """Return a hash of the modules that rolling up is made of: two checkouts may say the same version."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for folder in ("geodata", "loaders/ledger"):
        for file in sorted((root / folder).glob("*.py")):
            # Line ends differ between systems, the code does not.
            digest.update(file.name.encode() + file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:12]


def unreadable(files: Sequence[tuple[str, int]]) -> list[tuple[str, str]]:
    """Return which files (path and size in bytes) this machine cannot read, and why; empty where it has all."""
    found = []
    for path, size in files:
        try:
            with Path(path).open("rb") as stream:
                stream.read(1)
            here = Path(path).stat().st_size
        except OSError as error:
            found.append((path, system_reason(error)))
        else:
            if here != size:
                found.append((path, f"{here:,} B ≠ {size:,} B"))
    return found


def forsaken_plans(dask_scheduler: Any) -> list[str]:
    """Return the names of plans that the scheduler holds for clients that are gone: killed ones leave theirs."""
    clients = dask_scheduler.clients
    names = (str(name) for name in dask_scheduler.worker_plugins)
    return [name for name in names if name.startswith(PLUGIN_PREFIX) and name[len(PLUGIN_PREFIX) :] not in clients]
