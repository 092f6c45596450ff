"""
What a cluster does to a ledger: ``python benchmarks/cluster.py [--scale N] [--peer alone|sjoin] [--kill] [--json]``.

A ledger of household points, Parquet by quarters, is rolled up to households by commune, quarter and supply. Ours is
``phudien ledger import --cluster`` without the store: two worker processes of one thread each, every row checked,
located, and held against all others for doubled households. Peers: ``alone``, the same on one machine without Dask; and
``sjoin``, the usual way on the same two workers: `geopandas.sjoin(predicate="within")` a partition by `dask.delayed`,
its counts added up, nothing checked, nothing held against other partitions. (dask-geopandas is not among our packages.)
Starting workers, compiling and writing the ledger are not measured; giving the workers the outlines and making the
index there is. Memory is that of the largest worker process (``alone``: of the process). All counts are compared.

``--kill`` kills a worker (SIGKILL) once a third of the partitions is done, on both sides that have workers.
``--wkb`` has points of GeoParquet instead of two numbers. ``--outlines FILE`` takes other outlines (GeoParquet).
``--doublings`` measures ours at 1, 2, 4, … million rows up to the scale, once each.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._points_ledger import WORDS, write_points_ledger
from benchmarks._sides import RUNS, answer_as_side, compare, peak_mb
from loaders.reference import load_approximate_boundaries

SCALE = 28_000_000
WORKERS = 2
WORKER_MEMORY = "2GB"


def _given(option: str) -> str | None:
    return sys.argv[sys.argv.index(option) + 1] if option in sys.argv else None


def _outlines() -> gpd.GeoDataFrame:
    """Return the outlines: those of ``--outlines FILE``, else the shipped ones, taken for real, so that they decide."""
    if (file := _given("--outlines")) is None:
        layer = load_approximate_boundaries()
    else:
        layer = gpd.read_parquet(file)
        layer = layer.rename(columns={} if "commune_code" in layer else {"code": "commune_code"})
        layer = layer.assign(geometry=layer.geometry.make_valid())
        layer = layer[layer.geom_type.isin(["Polygon", "MultiPolygon"])].drop_duplicates("commune_code")
    return layer[["commune_code", "geometry"]].assign(is_approximate=False).reset_index(drop=True)


def _files(scale: int) -> list[Path]:
    """Return the files of the ledger with the first so many rows."""
    files = sorted(Path(str(_given("--folder"))).rglob("*.parquet"), key=lambda file: file.name)
    return files[: -(-scale // 1_000_000)]


def _answer(counts: Counter[tuple[str, str, str]]) -> str:
    rows = sorted((*cell, int(households)) for cell, households in counts.items() if households)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


class _Spent:
    """Processor seconds of this process, and of workers that live on, since this was made."""

    def __init__(self, client: Any = None) -> None:
        self._client = client
        self._before = self._now()

    def _now(self) -> dict[Any, float]:
        found = self._client.run(time.process_time) if self._client is not None else {}
        return {"client": time.process_time(), **found}

    def __str__(self) -> str:
        seconds = sum(now - self._before.get(name, 0.0) for name, now in self._now().items())
        return f"{seconds:.1f} s of processor"


# ---- ours, on one machine or on workers


def _opened(scale: int, scratch: Path) -> tuple[Any, Any]:
    """Return the ledger and its plan."""
    from geodata.names import NameIndex
    from loaders.ledger.importing import open_ledger, plan_of
    from loaders.ledger.locating import LocatedOutlines
    from loaders.ledger.sources import LedgerFile
    from loaders.ledger.stated import StatedPlaces
    from loaders.reference import load_former_units, load_units
    from loaders.survey.templates import load_template

    template, units = load_template("household_ledger"), load_units()
    ledger = open_ledger([LedgerFile(file, file.name) for file in _files(scale)], template, scratch)
    places = StatedPlaces(units, NameIndex(units, load_former_units()))
    return ledger, plan_of(ledger, template, places, LocatedOutlines(_outlines()), scratch / "scratch")


def _rolled_up(scale: int, run_of: Callable[[Any], Any], client: Any = None) -> dict[str, Any]:
    from loaders.ledger.checkpoint import Checkpoint
    from loaders.ledger.importing import DOUBLED, roll_up_ledger

    with tempfile.TemporaryDirectory() as folder:
        ledger, plan = _opened(scale, Path(folder))
        checkpoint = Checkpoint(Path(folder) / "checkpoint")
        doubled_at = 0.0

        def note_stage(stage: str, done: int, _: int) -> None:
            nonlocal doubled_at
            if stage == DOUBLED and done == 0:
                doubled_at = time.perf_counter()

        start, spent = time.perf_counter(), _Spent(client)
        whole = roll_up_ledger(ledger, plan, checkpoint, run=run_of(plan), progress=note_stage)
        doubled = time.perf_counter() - doubled_at
        seconds, note = time.perf_counter() - start, str(spent)
    assert (whole.rows, whole.rows_counted) == (scale, scale), whole.problems
    counts: Counter[tuple[str, str, str]] = Counter()
    for (commune, quarter, kind, _), households in whole.counts.items():
        counts[commune, quarter, kind] += households
    return {
        "seconds": seconds,
        "answer": _answer(counts),
        "note": f"{note}, {doubled:.1f} s for doubled households, {len(counts):,} counts",
    }


def roll_up_alone(scale: int) -> dict[str, Any]:
    """Roll the ledger up on this machine alone."""
    from loaders.ledger.importing import run_here

    return _rolled_up(scale, lambda _: run_here)


def roll_up_on_workers(scale: int) -> dict[str, Any]:
    """Roll the ledger up on the workers."""
    from loaders.ledger.cluster import run_on

    with _cluster() as (cluster, client):
        sizes: list[int] = []

        def run_of(plan: Any) -> Any:
            sent = len(pickle.dumps(plan))

            def run(partitions: Any, plan: Any, checkpoint: Any) -> Iterator[Any]:
                kill = _killer(client, len(partitions))
                for found in run_on(cluster.scheduler_address)(partitions, plan, checkpoint):
                    sizes.append(checkpoint.keys(found[0].number).stat().st_size + len(pickle.dumps(found[1])))
                    kill(len(sizes))
                    yield found
                sizes.append(sent)

            return run

        found = _rolled_up(scale, run_of, client)
        *results, sent = sizes
        found["peak_mb"] = max(client.run(peak_mb).values())
        found["note"] += (
            f"; client {peak_mb():,.0f} MB; plan {sent / 1e6:.1f} MB a worker, "
            f"results {sum(results) / scale:.1f} MB a million rows"
        )
    return found


# ---- the usual way, on the same workers


def join_part(file: Path, outlines: gpd.GeoDataFrame) -> Counter[tuple[str, str, str]]:
    """Return the households of a file by commune, quarter and supply, by a spatial join."""
    import pandas as pd

    table = pd.read_parquet(file)
    if "geometry" in table:
        shapes: Any = gpd.GeoSeries.from_wkb(table["geometry"])
    else:
        shapes = gpd.points_from_xy(table["lon"], table["lat"])
    points = gpd.GeoDataFrame(table[["supply_kind", "commune_code"]], geometry=shapes, crs=outlines.crs)
    named = outlines[["commune_code", "geometry"]].rename(columns={"commune_code": "found"})
    joined = points.sjoin(named, predicate="within", how="left")
    # A point in two outlines that overlap joins both; the lowest code counts, and outside every one the stated commune.
    first = joined["found"].groupby(level=0).min().fillna(table["commune_code"])
    sizes = table.groupby([first.rename("found"), table["supply_kind"].map(WORDS)]).size()
    quarter = file.parent.name.removeprefix("quarter=")
    return Counter({(str(code), quarter, str(kind)): int(n) for (code, kind), n in sizes.items()})


def join_on_workers(scale: int) -> dict[str, Any]:
    """Join the points of each file with the outlines on the workers, and add the counts up."""
    import dask
    from distributed import as_completed

    files, outlines = _files(scale), _outlines()
    with _cluster() as (_, client):
        kill = _killer(client, len(files))
        start, spent = time.perf_counter(), _Spent(client)
        given = client.scatter(outlines, broadcast=True)
        parts = client.compute([dask.delayed(join_part)(file, given) for file in files])
        counts: Counter[tuple[str, str, str]] = Counter()
        for number, part in enumerate(as_completed(parts, loop=client.loop), start=1):
            counts.update(part.result())
            kill(number)
        seconds, note = time.perf_counter() - start, str(spent)
        peak = max(client.run(peak_mb).values())
    return {"seconds": seconds, "answer": _answer(counts), "note": f"{note}, {len(counts):,} counts", "peak_mb": peak}


# ---- workers


@contextmanager
def _cluster() -> Iterator[tuple[Any, Any]]:
    """Start two worker processes, ready: packages imported, loops compiled before."""
    import logging

    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=WORKERS,
            threads_per_worker=1,
            memory_limit=WORKER_MEMORY,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        client.run(_warm_up)
        yield cluster, client


def _warm_up() -> None:
    from geodata.locate import CommuneLocator
    from loaders.ledger import cluster_worker  # noqa: F401 -- importing it is what is wanted

    CommuneLocator(load_approximate_boundaries().head(2))


def _killer(client: Any, parts: int) -> Callable[[int], None]:
    """Return what kills a worker when a third of the parts is done, where that is asked for."""
    victims = sorted(client.run(os.getpid).values())[:1] if "--kill" in sys.argv else []

    def kill(done: int) -> None:
        if victims and done >= max(1, parts // 3):
            os.kill(victims.pop(), signal.SIGKILL)

    return kill


SIDES = {"ours": roll_up_on_workers, "alone": roll_up_alone, "sjoin": join_on_workers}


def _measure_doublings(scale: int, options: list[str]) -> None:
    """Print what ours needs at 1, 2, 4, … million rows."""
    sizes = [size for power in range(16) if (size := 1_000_000 << power) < scale]
    for size in [*sizes, scale]:
        answers = []
        for side in ("alone", "ours"):
            command = [sys.executable, __file__, "--side", side, str(size), *options]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            found = json.loads(done.stdout)
            answers.append(found["answer"])
            print(
                f"{size:>12,} rows  {side:6} {found['seconds']:7.2f} s  {found['seconds'] * 1e6 / size:5.2f} s a "
                f"million  peak {found['peak_mb']:,.0f} MB  {found['note']}",
                flush=True,
            )
        print(f"{size:>12,} rows  answers agree: {answers[0] == answers[1]}", flush=True)


def main() -> None:
    """Measure and print."""
    if answer_as_side(SIDES):
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=int, default=SCALE, help="number of households")
    parser.add_argument("--peer", choices=("sjoin", "alone"), default="sjoin")
    parser.add_argument("--kill", action="store_true", help="kill a worker in the middle")
    parser.add_argument("--wkb", action="store_true", help="points of GeoParquet")
    parser.add_argument("--outlines", metavar="FILE", help="GeoParquet file with the outlines")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where the ledger is written, and kept")
    parser.add_argument("--doublings", action="store_true", help="measure ours at 1, 2, 4, … million rows")
    parser.add_argument("--runs", type=int, default=RUNS, help="how often each side is run")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if not list(folder.rglob("*.parquet")):
            write_points_ledger(folder, _outlines(), options.scale, as_points=options.wkb)
        given = ["--folder", str(folder), *(["--kill"] if options.kill else [])]
        given += ["--outlines", options.outlines] if options.outlines else []
        if options.doublings:
            _measure_doublings(options.scale, given)
            return
        compare(
            "cluster",
            __file__,
            scale=options.scale,
            peer=options.peer,
            packages=["distributed", "duckdb", "geopandas", "shapely", "numba", "pyarrow"],
            options=given,
            as_json=options.json,
            runs=options.runs,
        )


if __name__ == "__main__":
    main()
