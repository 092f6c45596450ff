"""Household ledgers by ``phudien ledger import --cluster``: the same batch as on one machine, after a kill too."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from coverage import ledger_commands
from coverage.cli import main
from coverage.ledgers import LEDGER_FOLDER, LedgerCall, Ledgers
from coverage.workspace import Workspace
from loaders.ledger.cluster import run_on
from loaders.ledger.cluster_worker import PartResult, roll_up_part
from loaders.ledger.importing import Runner, run_here
from loaders.ledger.plan import Partition
from tests.coverage.office import Clock

MY_DUC, MY_PHU = "30469", "30472"
KINDS = ("trực tiếp", "sau công tơ tổng", "câu phụ", "NLMT", "chưa có")
PARTS = 8
WAIT_S = 60.0


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Write a ledger by quarters; a household in fifty stands twice, across its parts."""
    folder = tmp_path / "shared" / "so_ho"
    for number in range(PARTS):
        file = folder / f"quarter=2021-Q{1 + number % 2}" / f"part-{number}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        rows = range(number * 500, (number + 1) * 500)
        table = {
            "household_code": [f"PB{n % 3_920:06}" for n in rows],
            "commune_code": [(MY_DUC, MY_PHU)[n % 2] for n in rows],
            "supply_kind": [KINDS[n % 5] for n in rows],
        }
        pq.write_table(pa.table(table), file)
    return folder


def imported(home: Path, ledger: Path, run: Runner) -> tuple[dict[str, Any], bytes]:
    """Import a ledger; return what is told of it, and the roll-up that is kept."""
    workspace = Workspace(home, clock=Clock())
    found = Ledgers(workspace).propose(LedgerCall([ledger], "An", good_rows_only=True), run=run)
    assert found.batch_id is not None
    content = workspace.batch_file(found.batch_id)[1]
    workspace.close()
    told = {"rows": (found.rows_read, found.rows_valid), "issues": found.issues, "changes": found.changes.to_csv()}
    return told, content


def test_the_command_rolls_up_on_the_cluster_that_is_named_or_set(
    cluster_address: str,
    ledger: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used: list[str] = []
    monkeypatch.setattr(ledger_commands, "run_on", lambda address: used.append(address) or run_on(address))
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "settings.toml").write_text(f'cluster_address = "{cluster_address}"', encoding="utf-8")
    answers = {}
    for home, named in (("alone", []), ("named", ["--cluster", cluster_address]), ("set", [])):
        call = ["ledger", "import", str(ledger), "--workspace", str(tmp_path / home), "--good-rows", "--user", "An"]
        code = main([*call, *named, "--lang", "en", "--json"])
        assert code == 0
        answers[home] = json.loads(capsys.readouterr().out)
    assert used == [cluster_address, cluster_address]
    assert answers["named"] == answers["set"] == answers["alone"]
    assert answers["alone"]["rows_read"] == 4_000


def test_a_cluster_that_is_not_there_is_told_as_a_wrong_call(
    ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["ledger", "import", str(ledger), "--workspace", str(tmp_path), "--cluster", "http://localhost"]
    assert main([*call, "--lang", "vi"]) == 2
    assert "không phải là địa chỉ của bộ điều phối Dask" in capsys.readouterr().err


def waiting_task(partition: Partition, name: str, *, folder: str) -> PartResult:
    """Roll a part up; the fourth waits until it is let go."""
    if partition.number == 3:
        (Path(folder) / "waits").touch()
        deadline = time.monotonic() + WAIT_S
        while not (Path(folder) / "go").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
    return roll_up_part(partition, name)


def import_slowly(home: str, ledger: str, address: str, folder: str) -> None:
    """Import on a cluster; what the process that is killed does."""
    run = run_on(address, task=functools.partial(waiting_task, folder=folder))
    Ledgers(Workspace(Path(home))).propose(LedgerCall([Path(ledger)], "An", good_rows_only=True), run=run)


def test_an_import_whose_client_was_killed_goes_on_and_gives_the_same(
    cluster_address: str, ledger: Path, tmp_path: Path
) -> None:
    office = tmp_path / "office"
    code = f"import sys; from {__name__} import import_slowly; import_slowly(*sys.argv[1:])"
    client = subprocess.Popen([sys.executable, "-c", code, str(office), str(ledger), cluster_address, str(tmp_path)])
    deadline = time.monotonic() + WAIT_S
    while not ((tmp_path / "waits").exists() and list(office.glob(f"{LEDGER_FOLDER}/*/*/partial_*.json"))):
        assert client.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(client.pid, signal.SIGKILL)
    assert client.wait() == -signal.SIGKILL
    (tmp_path / "go").touch()
    again: list[int] = []

    def watched(partitions: Sequence[Partition], plan: Any, checkpoint: Any) -> Iterator[Any]:
        again.extend(partition.number for partition in partitions)
        return run_on(cluster_address)(partitions, plan, checkpoint)

    resumed = imported(office, ledger, watched)
    assert 3 in again
    assert len(again) < PARTS
    assert resumed == imported(tmp_path / "other", ledger, run_here)
