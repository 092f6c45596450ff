"""
How fast a ledger is rolled up: ``python benchmarks/rollup.py [--scale N] [--tuned] [--json]``.

From a Parquet file of so many households, quarter after quarter (code, quarter, kind of supply and area in Vietnamese
words, commune code, longitude, latitude) to their number by commune, quarter, supply and area, of which figures
are made. Ours is `loaders.ledger.rollup.roll_up` over the whole file as one partition: it understands the words,
seeks every stated commune in the official list, and counts what is wrong with the rows. The peer does the same in
plain pandas:
`read_parquet`, `map` and `isin` over the rows, `groupby`. With ``--tuned`` it reads only the columns that it needs,
groups first, and understands the groups. Importing packages and writing the file are not measured in time; the memory
is that of the whole process. All counts are compared.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._sides import RUNS, answer_as_side, compare

SCALE = 8_170_000

WORDS = {"trực tiếp": "direct", "sau công tơ tổng": "bulk", "câu phụ": "shared", "NLMT": "offgrid", "chưa có": "none"}
AREAS = {"thành thị": "urban", "nông thôn": "rural"}
KEYS = ["commune_code", "period", "supply_kind", "area"]
_A_QUARTER = 8_170_000


def write_ledger(path: Path, households: int) -> None:
    """Write a ledger of so many rows: households drawn over all communes, nearly nine in ten on direct sale."""
    import duckdb

    from loaders.reference import load_units

    communes = load_units().communes
    codes = ", ".join(f"'{code}'" for code in communes.index)
    areas = ", ".join("'nông thôn'" if rural else "'thành thị'" for rural in communes["is_rural"])
    words = [*["trực tiếp"] * 87, *["sau công tơ tổng"] * 8, *WORDS]
    kinds = ", ".join(f"'{word}'" for word in words)
    with duckdb.connect(config={"memory_limit": "1GB", "threads": 2}) as connection:
        connection.execute(f"SET VARIABLE codes = [{codes}]; SET VARIABLE kinds = [{kinds}]")
        connection.execute(f"SET VARIABLE areas = [{areas}]; SET enable_progress_bar = false")
        connection.execute(
            f"""COPY (SELECT 'PB' || lpad((n % {_A_QUARTER})::VARCHAR, 10, '0') AS household_code,
            '2021-Q' || (1 + n // {_A_QUARTER}) AS period,
            getvariable('kinds')[1 + (hash(n) % {len(words)})::INTEGER] AS supply_kind,
            getvariable('areas')[place] AS area, getvariable('codes')[place] AS commune_code,
            104 + (hash(n + 2) % 4000000) / 1000000 AS lon, 8.6 + (hash(n + 3) % 3500000) / 1000000 AS lat
            FROM (SELECT n, 1 + (hash(n + 1) % {len(communes)})::INTEGER AS place FROM range({households}) t(n)))
            TO '{path}' (FORMAT parquet)"""
        )


def _file() -> Path:
    return Path(sys.argv[sys.argv.index("--file") + 1])


def _answer(counts: dict[tuple[str, str, str, str], int]) -> str:
    rows = sorted((*cell, int(households)) for cell, households in counts.items() if households)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def roll_up_ours(scale: int) -> dict[str, Any]:
    """Roll the ledger up our way."""
    from geodata.names import NameIndex
    from loaders.ledger.plan import LedgerColumns, LedgerWords, Partition, RollupPlan
    from loaders.ledger.rollup import roll_up
    from loaders.ledger.stated import StatedPlaces
    from loaders.reference import load_former_units, load_units
    from loaders.survey.templates import load_template

    units = load_units()
    places = StatedPlaces(units, NameIndex(units, load_former_units()))
    columns = LedgerColumns(tuple((key, key) for key in ("household_code", *KEYS)))
    words = LedgerWords.of(load_template("household_ledger"))
    start = time.perf_counter()
    plan = RollupPlan(columns, words, places, memory_mb=200, threads=2)
    found = roll_up(Partition(0, str(_file()), 0, scale, _file().name), plan)
    seconds = time.perf_counter() - start
    assert (found.rows, found.rows_counted, found.problems) == (scale, scale, {})
    return {"seconds": seconds, "answer": _answer(found.counts), "note": f"{len(found.counts):,} counts"}


def roll_up_by_pandas(scale: int) -> dict[str, Any]:
    """Roll the ledger up by pandas."""
    from loaders.reference import load_units

    codes = set(load_units().communes.index)
    start = time.perf_counter()
    found = _tuned(codes) if "--tuned" in sys.argv else _plain(codes)
    seconds = time.perf_counter() - start
    assert int(found.sum()) == scale
    counts = {(str(c), str(p), str(k), str(a)): int(n) for (c, p, k, a), n in found.items()}
    return {"seconds": seconds, "answer": _answer(counts), "note": f"{len(counts):,} counts"}


def _plain(codes: set[str]) -> Any:
    import pandas as pd

    table = pd.read_parquet(_file())
    table["supply_kind"] = table["supply_kind"].map(WORDS)
    table["area"] = table["area"].map(AREAS)
    is_good = table["supply_kind"].notna() & table["area"].notna() & table["period"].notna()
    is_good &= table["commune_code"].isin(codes)
    is_good &= table["household_code"].notna() & (table["household_code"] != "")
    return table[is_good].groupby(KEYS).size()


def _tuned(codes: set[str]) -> Any:
    import pandas as pd

    table = pd.read_parquet(_file(), columns=[*KEYS, "household_code"])
    is_good = table["household_code"].notna() & (table["household_code"] != "")
    groups = table[KEYS] if is_good.all() else table.loc[is_good, KEYS]
    counts = groups.groupby(KEYS).size().rename("households").reset_index()
    counts["supply_kind"], counts["area"] = counts["supply_kind"].map(WORDS), counts["area"].map(AREAS)
    counts = counts[counts["commune_code"].isin(codes) & counts["supply_kind"].notna() & counts["area"].notna()]
    return counts.set_index(KEYS)["households"]


def main() -> None:
    """Measure and print."""
    if answer_as_side({"ours": roll_up_ours, "pandas": roll_up_by_pandas}):
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=SCALE, help="number of households")
    parser.add_argument("--tuned", action="store_true", help="pandas reads only the columns that it needs")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of each side")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.parquet"
        write_ledger(file, options.scale)
        compare(
            "rollup",
            __file__,
            scale=options.scale,
            peer="pandas",
            packages=["duckdb", "pandas", "pyarrow", "numpy"],
            options=["--file", str(file), *(["--tuned"] if options.tuned else [])],
            as_json=options.json,
            runs=options.runs,
        )


if __name__ == "__main__":
    main()
