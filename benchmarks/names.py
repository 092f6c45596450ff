"""
How fast and how surely typed names of communes are matched: ``python benchmarks/names.py [--scale N] [--json]``.

The rows are drawn, with repetition, from the generated corpus of tests/geodata/name_variants.py and are the same in
every run. The peers seek each typed name among the same district's full names: `difflib.get_close_matches` (in lower
case, or as typed: ``--peer``) and RapidFuzz. Answers are compared row by row: where the peer is right ours must be the
same or refuse, and ours must be right as often. ``--accuracy`` tells precision and recall on all variants, each once
too, where nothing that was remembered can help.
"""

from __future__ import annotations

import argparse
import difflib
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from rapidfuzz import process

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._sides import RUNS, answer_as_side, compare, is_no_less_right
from geodata.name_keys import accented_key, split_type_word
from geodata.names import NameIndex, PlaceMatch
from geodata.units import Units
from loaders.reference import load_former_units, load_units
from tests.geodata.name_variants import Outcome, Variant, judge_matches, make_corpus

ROWS: Final = 100_000
SEED: Final = 2021
OURS: Final = "geodata.names"
Find = Callable[[Variant], PlaceMatch]


def make_our_find(units: Units) -> Find:
    """Return the product's matching, with nothing remembered yet."""
    names = NameIndex(units, load_former_units())
    for code in units.districts.index:  # districts are read once per process, not per row
        names.find_commune("", parent_code=code)
    return lambda row: names.find_commune(row.typed, parent_code=row.district_code)


def make_difflib_find(units: Units) -> Find:
    """Return the best of `difflib.get_close_matches`, for names as they were typed."""
    return _make_peer(units, lambda typed, names: difflib.get_close_matches(typed, names), str)


def make_lower_difflib_find(units: Units) -> Find:
    """Return the best of `difflib.get_close_matches`, for names in lower case."""
    return _make_peer(units, lambda typed, names: difflib.get_close_matches(typed, names), str.lower)


def make_rapidfuzz_find(units: Units) -> Find:
    """Return the best of `rapidfuzz.process.extractOne` above 60, for names in lower case."""
    return _make_peer(units, lambda typed, names: process.extractOne(typed, names, score_cutoff=60), str.lower)


def _make_peer(units: Units, seek: Callable[[str, list[str]], Any], style: Callable[[str], str]) -> Find:
    codes_of = {
        str(district): {style(str(name)): str(code) for code, name in communes["full_name"].items()}
        for district, communes in units.communes.groupby("district_code")
    }
    names_of = {district: list(codes) for district, codes in codes_of.items()}

    def find(row: Variant) -> PlaceMatch:
        near = seek(style(row.typed), names_of[row.district_code])
        return PlaceMatch(codes_of[row.district_code][near[0]] if near else None)

    return find


def measure_find(rows: list[Variant], find: Find) -> tuple[float, Outcome]:
    """Return the seconds that matching takes, and what came of it."""
    started = time.perf_counter()
    matches = [find(row) for row in rows]
    return time.perf_counter() - started, judge_matches(rows, matches)


def print_comparison(title: str, rows: list[Variant], units: Units) -> None:
    """Print what each matcher needs for the rows, and how often it is right."""
    print(f"\n{title}: {len(rows):,} rows, {len({(row.typed, row.district_code) for row in rows}):,} of them distinct")
    ours = 0.0
    for name, make in MATCHERS.items():
        seconds, outcome = measure_find(rows, make(units))
        ours = ours or seconds
        print(
            f"  {name:19} {seconds:6.2f} s {seconds / len(rows) * 1e6:6.1f} µs a row {seconds / ours:6.1f} times ours"
            f"   precision {outcome.precision:.3%}  recall {outcome.recall:.3%}"
            f"  undecidable and refused {outcome.refused_rightly:,}"
        )


MATCHERS: Final = {
    OURS: make_our_find,
    "difflib, lower case": make_lower_difflib_find,
    "difflib, as typed": make_difflib_find,
    "rapidfuzz": make_rapidfuzz_find,
}


def make_rows(units: Units, scale: int) -> list[Variant]:
    """
    Return rows that have one right answer, those of a district together as in a province's report.

    Left out are names as near to another commune of the district, and names that another commune bore before.
    """
    former = {
        (str(units.communes["district_code"][unit.unit_code]), accented_key(unit.name)): unit.unit_code
        for unit in load_former_units().communes_now_in(units.communes.index)
    }
    clear = [
        variant
        for variant in make_corpus(units, seed=SEED).variants
        if not variant.is_undecidable
        and former.get((variant.district_code, accented_key(split_type_word(variant.typed)[1])), variant.code)
        == variant.code
    ]
    return sorted(random.Random(SEED).choices(clear, k=scale), key=lambda row: row.district_code)


def _side(name: str) -> Callable[[int], dict[str, Any]]:
    def measure(scale: int) -> dict[str, Any]:
        units = load_units()
        rows, find = make_rows(units, scale), MATCHERS[name](units)
        started = time.perf_counter()
        codes = [find(row).code for row in rows]
        seconds = time.perf_counter() - started
        right = sum(code == row.code for code, row in zip(codes, rows, strict=True))
        return {"seconds": seconds, "answer": codes, "note": f"{right / scale:.2%} right"}

    return measure


def print_accuracy() -> None:
    """Print what each matcher makes of all variants, undecidable ones too: drawn with repetition, then each once."""
    units = load_units()
    corpus = make_corpus(units, seed=SEED)
    undecidable = Counter(variant.way for variant in corpus.variants if variant.is_undecidable)
    print(f"{len(corpus.variants):,} variants; {corpus.left_out} left out, being the name of another commune")
    print(f"{undecidable.total()} undecidable, as near to another commune: {dict(undecidable.most_common())}")
    rows = random.Random(SEED).choices(corpus.variants, k=ROWS)
    print_comparison("drawn with repetition", sorted(rows, key=lambda row: row.district_code), units)
    print_comparison("each variant once", list(corpus.variants), units)


def main() -> None:
    """Measure and print."""
    if answer_as_side({"ours": _side(OURS)} | {name: _side(name) for name in MATCHERS if name != OURS}):
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=ROWS, help="number of rows")
    parser.add_argument("--peer", choices=[name for name in MATCHERS if name != OURS], default="difflib, lower case")
    parser.add_argument("--accuracy", action="store_true", help="what each matcher makes of all variants")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of each side")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.accuracy:
        print_accuracy()
        return
    truth = [row.code for row in make_rows(load_units(), options.scale)]
    compare(
        "names",
        __file__,
        scale=options.scale,
        peer=options.peer,
        packages=["rapidfuzz"],
        options=[],
        as_json=options.json,
        runs=options.runs,
        agree=partial(is_no_less_right, truth),
    )


if __name__ == "__main__":
    main()
