"""On a cluster of two worker processes: the same result to the household, whatever is lost on the way."""

from __future__ import annotations

import functools
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geodata.errors import ClusterError
from loaders.ledger import cluster_connection, cluster_worker
from loaders.ledger.cluster import roll_up_on_cluster
from loaders.ledger.cluster_connection import check_address
from loaders.ledger.cluster_worker import PartResult, forsaken_plans, plan_here, roll_up_part
from loaders.ledger.columns import find_columns
from loaders.ledger.doubled import find_doubled, take_out_doubled, write_keys
from loaders.ledger.plan import LedgerWords, Partition, RollupPlan
from loaders.ledger.rollup import PartialRollup, combine, roll_up
from loaders.ledger.stated import StatedPlaces
from tests.loaders.ledger.ledgers import AN_PHU, MY_DUC, MY_PHU, TEMPLATE, outlines, parted

ROWS, PARTS = 200_000, 8
WAIT_S = 60.0


@pytest.fixture(scope="module", params=["numbers", "geoparquet"])
def ledger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Partition]:
    """Write a ledger by quarters, with coordinates as numbers or as points of GeoParquet."""
    return write_ledger(tmp_path_factory.mktemp("shared"), rows=ROWS, as_points=request.param == "geoparquet")


@pytest.fixture
def few(tmp_path: Path) -> list[Partition]:
    """Write a ledger of eight parts and few rows."""
    return write_ledger(tmp_path / "shared", rows=800)


def write_ledger(folder: Path, *, rows: int, as_points: bool = False) -> list[Partition]:
    draw = np.random.default_rng(2021)
    for number in range(PARTS):
        file = folder / "ledger" / f"quarter=2021-Q{2 + number % 2}" / f"part-{number}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        table = _rows(draw, rows // PARTS, first=number * rows // PARTS, of=rows)
        if as_points:
            _with_points(table).to_parquet(file, row_group_size=rows // PARTS // 3, write_covering_bbox=True)
        else:
            pq.write_table(table, file, row_group_size=rows // PARTS // 3)
    return parted(folder / "ledger")


def _rows(draw: np.random.Generator, count: int, *, first: int, of: int) -> pa.Table:
    """Return rows with everything that can be wrong with them; some households stand in other parts too."""
    households = first + np.arange(count)
    again = draw.random(count) < 0.02
    households[again] = draw.integers(0, of, int(again.sum()))
    lon, lat = draw.uniform(104.99, 105.31, count), draw.uniform(10.49, 10.61, count)
    lon[draw.random(count) < 0.01] = np.nan
    lat[draw.random(count) < 0.01] = np.inf
    swapped = draw.random(count) < 0.01
    lon[swapped], lat[swapped] = lat[swapped], lon[swapped]
    kinds = ["trực tiếp", "bulk", "NLMT", "none", "?"]
    return pa.table(
        {
            "household_code": [f"H{number}" for number in households],
            "supply_kind": draw.choice(kinds, count, p=[0.7, 0.2, 0.05, 0.04, 0.01]),
            "area": draw.choice(["urban", "Nông thôn", "?"], count, p=[0.4, 0.5, 0.1]),
            "commune_code": draw.choice([MY_DUC, MY_PHU, AN_PHU, "99999"], count, p=[0.3, 0.3, 0.3, 0.1]),
            "lon": lon,
            "lat": lat,
        }
    )


def _with_points(table: pa.Table) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(table["lon"].to_numpy(), table["lat"].to_numpy(), crs="EPSG:4326")
    return gpd.GeoDataFrame(table.drop_columns(["lon", "lat"]).to_pandas(), geometry=points)


@pytest.fixture
def plan_of(places: StatedPlaces, tmp_path: Path) -> Callable[[Sequence[Partition]], RollupPlan]:
    def plan(partitions: Sequence[Partition]) -> RollupPlan:
        labels = [*pq.ParquetFile(partitions[0].path).schema_arrow.names, "quarter"]
        columns = find_columns(labels, TEMPLATE, file_name="ledger")
        scratch = str(tmp_path / "scratch")
        return RollupPlan(columns, LedgerWords.of(TEMPLATE), places, outlines=outlines(), samples=5, scratch=scratch)

    return plan


def here(partition: Partition, plan: RollupPlan, folder: Path) -> PartResult:
    write_keys(partition, plan, folder / "here.parquet")
    return PartResult(partition.number, roll_up(partition, plan), (folder / "here.parquet").read_bytes())


def summed(
    results: Sequence[PartResult], partitions: Sequence[Partition], plan: RollupPlan, folder: Path
) -> PartialRollup:
    """Return the roll-up of a ledger from those of its parts, doubled households taken out."""
    assert sorted(result.number for result in results) == [partition.number for partition in partitions]
    keys = [folder / f"keys_{partition.number}.parquet" for partition in partitions]
    for result in results:
        keys[result.number].write_bytes(result.keys)
    find_doubled(partitions, keys, plan, folder / "doubled.parquet")
    whole = combine([result.rollup for result in results], samples=plan.samples)
    return take_out_doubled(whole, partitions, plan, folder / "doubled.parquet")


PlanOf = Callable[[Sequence[Partition]], RollupPlan]


def test_a_cluster_comes_to_the_result_of_one_machine(
    cluster_address: str, ledger: list[Partition], plan_of: PlanOf, tmp_path: Path
) -> None:
    plan = plan_of(ledger)
    alone = summed([here(partition, plan, tmp_path) for partition in ledger], ledger, plan, tmp_path)
    together = summed(list(roll_up_on_cluster(cluster_address, ledger, plan)), ledger, plan, tmp_path)
    assert together == alone
    assert together.rows == ROWS
    assert len(together.problems) > 10
    assert together.problems["ledger.household-doubled", "error"].count > 1_000


def _die_once(partition: Partition, name: str, *, folder: str, number: int) -> PartResult:
    """Roll a part up; the first worker with a certain one tells its process and waits to be killed."""
    marker = Path(folder) / "victim"
    if partition.number == number and not marker.exists():
        aside = marker.with_suffix(".aside")
        aside.write_text(str(os.getpid()))
        aside.rename(marker)
        time.sleep(WAIT_S)
        raise TimeoutError("nobody killed this worker")
    return roll_up_part(partition, name)


def _kill_when_told(marker: Path, killed: list[int]) -> None:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if marker.exists():
            killed.append(int(marker.read_text()))
            os.kill(killed[0], signal.SIGKILL)
            return
        time.sleep(0.01)


@pytest.mark.parametrize("ledger", ["numbers"], indirect=True)
def test_a_worker_killed_in_the_middle_changes_nothing(
    cluster_address: str, ledger: list[Partition], plan_of: PlanOf, tmp_path: Path
) -> None:
    plan = plan_of(ledger)
    killed: list[int] = []
    killer = threading.Thread(target=_kill_when_told, args=(tmp_path / "victim", killed))
    killer.start()
    task = functools.partial(_die_once, folder=str(tmp_path), number=3)
    results = list(roll_up_on_cluster(cluster_address, ledger, plan, task=task))
    killer.join()
    assert len(killed) == 1
    alone = summed([here(partition, plan, tmp_path) for partition in ledger], ledger, plan, tmp_path)
    assert summed(results, ledger, plan, tmp_path) == alone


def test_what_is_done_is_not_asked_for_again(
    cluster_address: str, few: list[Partition], plan_of: PlanOf, tmp_path: Path
) -> None:
    plan = plan_of(few)
    begun = roll_up_on_cluster(cluster_address, few, plan)
    kept = [next(begun), next(begun)]
    begun.close()  # type: ignore[attr-defined] # as when the client is stopped
    done = {result.number for result in kept}
    rest = list(roll_up_on_cluster(cluster_address, [part for part in few if part.number not in done], plan))
    assert len(rest) == PARTS - 2
    alone = summed([here(partition, plan, tmp_path) for partition in few], few, plan, tmp_path)
    assert summed([*kept, *rest], few, plan, tmp_path) == alone


def test_a_part_that_cannot_be_read_is_named_and_the_others_are_kept(
    cluster_address: str, few: list[Partition], plan_of: PlanOf
) -> None:
    plan = plan_of(few)
    file = Path(few[5].path)
    size, footer = file.stat().st_size, int.from_bytes(file.read_bytes()[-8:-4], "little")
    with file.open("r+b") as stream:
        stream.seek(4)
        stream.write(b"\xff" * (size - footer - 12))
    found: list[int] = []
    with pytest.raises(ClusterError) as raised:
        _keep(roll_up_on_cluster(cluster_address, few, plan), found)
    assert raised.value.code == "ledger.part-failed"
    values = raised.value.values
    assert (values["file"], values["first"], values["last"]) == (few[5].file, 1, 100)
    assert (values["groups"], values["count"], values["times"]) == ("0–3", 1, 3)
    assert sorted(found) == [0, 1, 2, 3, 4, 6, 7]


def _keep(results: Iterator[PartResult], found: list[int]) -> None:
    """Keep the numbers of results, so that they are there when an error follows."""
    for result in results:
        found.append(result.number)


def _kill_its_worker(partition: Partition, name: str) -> PartResult:
    if partition.number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return roll_up_part(partition, name)


def test_a_part_that_kills_its_workers_is_given_up(cluster_address: str, few: list[Partition], plan_of: PlanOf) -> None:
    found: list[int] = []
    with pytest.raises(ClusterError) as raised:
        _keep(roll_up_on_cluster(cluster_address, few, plan_of(few), task=_kill_its_worker), found)
    assert raised.value.code == "ledger.part-kills"
    assert raised.value.values["file"] == few[2].file
    assert raised.value.values["workers"] == 4
    # A part that was with the same worker each time may be given up with it; the rest is there.
    assert 2 not in found
    assert len(found) == PARTS - raised.value.values["count"] >= PARTS - 2


def test_a_worker_makes_its_index_once_and_keeps_to_one_thread(
    cluster_address: str, few: list[Partition], plan_of: PlanOf
) -> None:
    results = list(roll_up_on_cluster(cluster_address, few, plan_of(few), task=_tell_plan))
    told = [json.loads(result.keys) for result in results]
    assert {entry["threads"] for entry in told} == {1}
    assert len({(entry["pid"], entry["plan"], entry["outlines"]) for entry in told}) == len({e["pid"] for e in told})
    assert all(entry["scratch"].endswith("ledger") for entry in told)


def _tell_plan(partition: Partition, name: str) -> PartResult:
    plan = plan_here(name)
    told = {
        "pid": os.getpid(),
        "plan": id(plan),
        "outlines": id(plan.outlines),
        "threads": plan.threads,
        "scratch": plan.scratch,
    }
    return PartResult(partition.number, PartialRollup(), json.dumps(told).encode())


def test_plans_of_killed_clients_are_taken_away(cluster_address: str, few: list[Partition], plan_of: PlanOf) -> None:
    from distributed import Client

    with Client(cluster_address, set_as_default=False) as client:
        client.register_plugin(cluster_worker.PlanPlugin(plan_of(few)), name=f"{cluster_worker.PLUGIN_PREFIX}gone")
        assert client.run_on_scheduler(forsaken_plans) == [f"{cluster_worker.PLUGIN_PREFIX}gone"]
        list(roll_up_on_cluster(cluster_address, few, plan_of(few), task=_tell_plan))
        assert client.run_on_scheduler(_plans) == []


def _plans(dask_scheduler: object) -> list[str]:
    return [name for name in dask_scheduler.worker_plugins if name.startswith("phudien")]  # type: ignore[attr-defined]


@pytest.mark.parametrize("address", ["", "máy chủ", "http://localhost:8787", "localhost", "tcp://a:0", "tcp://a:99999"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(ClusterError) as raised:
        check_address(address)
    assert raised.value.code == "cluster.address"


def test_an_address_may_leave_its_protocol_out() -> None:
    assert check_address("may-chu:8786") == "tcp://may-chu:8786"
    assert check_address(" tls://10.0.0.1:8786 ") == "tls://10.0.0.1:8786"
    assert check_address("tcp://[fe80::1]:8786") == "tcp://[fe80::1]:8786"


def test_a_scheduler_that_does_not_answer_is_told(few: list[Partition], plan_of: PlanOf) -> None:
    with pytest.raises(ClusterError) as raised:
        list(roll_up_on_cluster("127.0.0.1:9", few, plan_of(few), connect_s=1))
    assert raised.value.code == "cluster.unreachable"
    assert raised.value.values["address"] == "tcp://127.0.0.1:9"


@pytest.mark.parametrize("file", [None, "/no/such/certificate.pem"])
def test_a_certificate_that_is_missing_is_told(few: list[Partition], plan_of: PlanOf, file: str | None) -> None:
    import dask

    names = ("ca-file", "client.cert", "client.key")
    with (
        dask.config.set({f"distributed.comm.tls.{name}": file for name in names}),
        pytest.raises(ClusterError) as raised,
    ):
        list(roll_up_on_cluster("tls://127.0.0.1:9", few, plan_of(few)))
    assert raised.value.code == "cluster.certificate"
    assert raised.value.values["found"] == "–" if file is None else "No such file" in raised.value.values["found"]


@pytest.fixture
def empty() -> Iterator[str]:
    """Start a scheduler without workers, and give its address."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=logging.CRITICAL) as started:
        yield str(started.scheduler_address)


@contextmanager
def worker_of(address: str, folder: Path, *options: str, cwd: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker in a process of its own."""
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
    where = ["--local-directory", str(folder)]
    with subprocess.Popen([*command, *where, *options], stderr=subprocess.DEVNULL, cwd=cwd) as worker:
        yield worker
        worker.terminate()


def test_a_machine_without_our_program_is_told(
    empty: str, few: list[Partition], plan_of: PlanOf, tmp_path: Path
) -> None:
    # This stands before our package there, and says what Python says where there is none.
    (tmp_path / "loaders").mkdir()
    (tmp_path / "loaders" / "__init__.py").write_text("raise ModuleNotFoundError(\"No module named 'loaders'\")")
    with worker_of(empty, tmp_path, "--no-nanny", cwd=tmp_path), pytest.raises(ClusterError) as raised:
        list(roll_up_on_cluster(empty, few, plan_of(few), connect_s=WAIT_S))
    assert raised.value.code == "cluster.not-installed"
    assert "No module named 'loaders'" in raised.value.values["reason"]


def test_a_cluster_without_workers_is_told(empty: str, few: list[Partition], plan_of: PlanOf) -> None:
    with pytest.raises(ClusterError) as raised:
        list(roll_up_on_cluster(empty, few, plan_of(few), connect_s=1))
    assert raised.value.code == "cluster.no-workers"


def test_a_cluster_that_loses_its_workers_is_told(
    empty: str, few: list[Partition], plan_of: PlanOf, tmp_path: Path
) -> None:
    task = functools.partial(_die_once, folder=str(tmp_path), number=3)
    with worker_of(empty, tmp_path, "--no-nanny") as worker:
        results = roll_up_on_cluster(empty, few, plan_of(few), task=task, connect_s=WAIT_S, patience_s=0.1)
        found = [next(results).number]
        worker.kill()
        with pytest.raises(ClusterError) as raised:
            _keep(results, found)
    assert raised.value.code == "cluster.workers-lost"
    assert (raised.value.values["workers"], raised.value.values["total"]) == (1, PARTS)
    assert raised.value.values["done"] == len(found)


def test_a_scheduler_that_is_lost_is_told(few: list[Partition], plan_of: PlanOf, tmp_path: Path) -> None:
    file = tmp_path / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    options = ["--no-dashboard", "--scheduler-file", str(file)]
    task = functools.partial(_die_once, folder=str(tmp_path), number=3)
    with subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL) as scheduler:
        address = _address_in(file)
        with worker_of(address, tmp_path):
            results = roll_up_on_cluster(address, few, plan_of(few), task=task, connect_s=WAIT_S)
            found = [next(results).number]
            scheduler.kill()
            with pytest.raises(ClusterError) as raised:
                _keep(results, found)
    assert raised.value.code == "cluster.scheduler-lost"
    assert raised.value.values["done"] == len(found)


def _address_in(file: Path) -> str:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if file.exists() and (text := file.read_text()):
            return str(json.loads(text)["address"])
        time.sleep(0.05)
    raise TimeoutError("the scheduler did not start")


def test_other_versions_are_refused(
    cluster_address: str, few: list[Partition], plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = cluster_worker.versions()
    monkeypatch.setattr(cluster_worker, "PACKAGES", ("duckdb", "no-such-package"))
    assert cluster_worker.versions()["no-such-package"] == "-"
    monkeypatch.undo()
    monkeypatch.setattr(cluster_connection, "_own_versions", lambda: {**real, "duckdb": "1.0.0"})
    with pytest.raises(ClusterError) as raised:
        list(roll_up_on_cluster(cluster_address, few, plan_of(few)))
    assert raised.value.code == "cluster.version"
    values = raised.value.values
    assert (values["package"], values["found"], values["expected"]) == ("duckdb", duckdb.__version__, "1.0.0")


def test_files_that_a_worker_does_not_have_are_told(
    cluster_address: str, few: list[Partition], plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A worker of another machine has another file at this path, or none: here the file changes after it was looked at.
    listed = cluster_connection._files_of(few)
    monkeypatch.setattr(
        cluster_connection, "_files_of", lambda _: [*listed, ("/no/such/ledger.parquet", 5), (few[0].path, 7)]
    )
    with pytest.raises(ClusterError) as raised:
        list(roll_up_on_cluster(cluster_address, few, plan_of(few)))
    assert raised.value.code == "cluster.file-unreachable"
    assert raised.value.values["file"] == "/no/such/ledger.parquet"
    assert raised.value.values["count"] == 2


def test_without_dask_it_is_told_how_to_install_it(
    few: list[Partition], plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError) as raised:
        list(roll_up_on_cluster("tcp://127.0.0.1:8786", few, plan_of(few)))
    assert raised.value.code == "cluster.extra-missing"
    assert 'pip install "phudien[cluster]"' in str(raised.value)


def test_dask_is_not_loaded_unless_a_cluster_is_used() -> None:
    code = (
        "import sys, coverage.cli, loaders.ledger.rollup, loaders.ledger.doubled, loaders.ledger.cluster\n"
        "sys.exit(bool({'dask', 'distributed'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
