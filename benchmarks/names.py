"""
How fast and how surely typed names of communes are matched: ``python benchmarks/names.py``.

The rows are drawn, with repetition, from the generated corpus of tests/geodata/name_variants.py and are the same
in every run. `difflib.get_close_matches` and RapidFuzz seek each typed name in the same district's full names,
on the same rows, in the same run.
"""

from __future__ import annotations

import difflib
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rapidfuzz import process

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from geodata.names import NameIndex, PlaceMatch
from geodata.units import Units
from loaders.reference import load_units
from tests.geodata.name_variants import Outcome, Variant, judge_matches, make_corpus

ROWS: Final = 100_000
SEED: Final = 2021
Find = Callable[[Variant], PlaceMatch]


def make_our_find(units: Units) -> Find:
    """Return the product's matching, with nothing remembered yet."""
    names = NameIndex(units)
    for code in units.districts.index:  # districts are read once per process, not per row
        names.find_commune("", parent_code=code)
    return lambda row: names.find_commune(row.typed, parent_code=row.district_code)


def make_difflib_find(units: Units) -> Find:
    """Return the best of `difflib.get_close_matches` with its default cutoff, for names in lower case."""
    codes_of = _codes_by_name(units)

    def find(row: Variant) -> PlaceMatch:
        codes = codes_of[row.district_code]
        near = difflib.get_close_matches(row.typed.lower(), codes)
        return PlaceMatch(codes[near[0]] if near else None)

    return find


def make_rapidfuzz_find(units: Units) -> Find:
    """Return the best of `rapidfuzz.process.extractOne` above 60, for names in lower case."""
    codes_of = _codes_by_name(units)

    def find(row: Variant) -> PlaceMatch:
        codes = codes_of[row.district_code]
        near = process.extractOne(row.typed.lower(), codes.keys(), score_cutoff=60)
        return PlaceMatch(codes[near[0]] if near else None)

    return find


def _codes_by_name(units: Units) -> dict[str, dict[str, str]]:
    by_district = units.communes.groupby("district_code")
    return {
        str(district): {str(name).lower(): str(code) for code, name in communes["full_name"].items()}
        for district, communes in by_district
    }


def measure_find(rows: list[Variant], find: Find) -> tuple[float, Outcome]:
    """Return the seconds that matching takes, and what came of it."""
    started = time.perf_counter()
    matches = [find(row) for row in rows]
    return time.perf_counter() - started, judge_matches(rows, matches)


def main() -> None:
    """Measure and print."""
    units = load_units()
    corpus = make_corpus(units, seed=SEED)
    # As in a province's report, the rows of a district stand together.
    rows = sorted(random.Random(SEED).choices(corpus.variants, k=ROWS), key=lambda row: row.district_code)
    print(f"{len(corpus.variants):,} variants, {corpus.left_out} left out because they coincide with another commune")
    print(f"{ROWS:,} rows, {len({(row.typed, row.district_code) for row in rows}):,} of them distinct")
    makers = {"geodata.names": make_our_find, "difflib": make_difflib_find, "rapidfuzz": make_rapidfuzz_find}
    for title, few in (("all rows", rows), ("distinct rows, each once", list(corpus.variants))):
        print(f"\n{title} ({len(few):,})")
        ours = 0.0
        for name, make in makers.items():
            seconds, outcome = measure_find(few, make(units))
            ours = ours or seconds
            print(
                f"  {name:14} {seconds:6.2f} s  {seconds / ours:6.1f} times  {seconds / len(few) * 1e6:6.1f} µs a row  "
                f"precision {outcome.precision:.3%}  recall {outcome.recall:.3%}  "
                f"refused rightly {outcome.refused_rightly}"
            )


if __name__ == "__main__":
    main()
