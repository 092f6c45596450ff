"""Matching measured on generated variants of all 2,484 names, and on names that stand in the wrong district."""

from __future__ import annotations

import pytest

from geodata.names import NameIndex
from geodata.units import Units
from loaders.reference import load_former_units, load_units
from tests.geodata.name_variants import Corpus, Outcome, judge_matches, make_corpus

SEED = 84


@pytest.fixture(scope="module")
def units() -> Units:
    return load_units()


@pytest.fixture(scope="module")
def corpus(units: Units) -> Corpus:
    return make_corpus(units, seed=SEED)


def match_all(corpus: Corpus, names: NameIndex) -> Outcome:
    found = [names.find_commune(variant.typed, parent_code=variant.district_code) for variant in corpus.variants]
    return judge_matches(corpus.variants, found)


@pytest.fixture(scope="module")
def outcome(units: Units, corpus: Corpus) -> Outcome:
    return match_all(corpus, NameIndex(units))


@pytest.fixture(scope="module")
def outcome_with_former(units: Units, corpus: Corpus) -> Outcome:
    return match_all(corpus, NameIndex(units, load_former_units()))


def test_corpus_is_large_and_little_is_left_out(corpus: Corpus) -> None:
    assert len(corpus.variants) >= 20_000
    assert corpus.left_out < 50
    assert sum(variant.is_undecidable for variant in corpus.variants) < 0.02 * len(corpus.variants)


def test_corpus_is_the_same_for_the_same_seed(units: Units) -> None:
    few = Units(units.table[units.table["code"].isin(["89", "889", "30463", "30478"])], units.list_date)
    assert make_corpus(few, seed=1) == make_corpus(few, seed=1)
    assert make_corpus(few, seed=1) != make_corpus(few, seed=2)


def test_precision_is_at_least_999_in_1000(outcome: Outcome, outcome_with_former: Outcome) -> None:
    assert outcome.precision >= 0.999
    assert outcome_with_former.precision >= 0.999


def test_recall_is_at_least_99_in_100(outcome: Outcome, outcome_with_former: Outcome) -> None:
    assert outcome.recall >= 0.99
    assert outcome_with_former.recall >= 0.99


def test_nothing_but_undecidable_names_is_mistaken(outcome: Outcome) -> None:
    assert not [variant for variant in outcome.wrong if not variant.is_undecidable]


def test_every_way_to_type_is_matched(outcome: Outcome) -> None:
    missed: dict[str, list[bool]] = {}
    for variants, is_missed in ((outcome.right, False), (outcome.wrong, True), (outcome.refused, True)):
        for variant in variants:
            if not variant.is_undecidable:
                missed.setdefault(variant.way, []).append(is_missed)
    assert {way for way, all_missed in missed.items() if sum(all_missed) > 0.02 * len(all_missed)} == set()


def test_another_number_is_never_matched(units: Units) -> None:
    names = NameIndex(units)
    wards = units.communes[units.communes["name"].str.fullmatch(r"\d+")]
    for district_code, numbers in wards.groupby("district_code")["name"]:
        for number in set(range(1, 130)) - set(numbers.astype(int)):
            assert names.find_commune(f"Phường {number}", parent_code=str(district_code)).code is None


def test_full_names_in_another_district_of_their_province_are_never_taken_for_typos(units: Units) -> None:
    names = NameIndex(units)
    for _, communes in units.communes.groupby("province_code"):
        for district_code in communes["district_code"].unique():
            for full_name in communes.loc[communes["district_code"] != district_code, "full_name"]:
                assert not names.find_commune(full_name, parent_code=district_code).is_close
