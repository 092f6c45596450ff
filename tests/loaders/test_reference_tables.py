"""The shipped tables of facts: complete, typed, and the same as the facts that the team checked."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from coverage.targets import TARGET_COLUMNS
from loaders.reference import load_units
from loaders.reference.tables import (
    load_demo_assumptions,
    load_indicator_table,
    load_province_facts,
    load_published_table,
    load_target_table,
)


def _read_fact(shared_folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(shared_folder / "facts" / name, dtype="str", keep_default_na=False)


def test_indicators_are_named_once_and_say_which_way_is_better() -> None:
    table = load_indicator_table()
    assert table["name"].is_unique
    assert set(table["better"]) == {"higher", "lower", "none"}
    assert set(table["kind"]) == {"count", "share", "change"}


def test_shares_have_two_decimals_and_communes_none() -> None:
    table = load_indicator_table().set_index("name")
    of_communes = table[(table["kind"] == "share") & (table["scope"] == "communes")]
    assert set(of_communes["decimals"].drop("communes_with_power")) == {"2"}
    assert table.loc["communes_with_power", "decimals"] == "0"


def test_bulk_and_direct_shares_are_of_households_with_power() -> None:
    denominators = load_indicator_table().set_index("name")["denominator"]
    assert denominators[["direct_share", "bulk_share", "shared_share"]].tolist() == ["households_grid"] * 3
    assert denominators["households_with_power_share"] == "households_all"


def test_indicators_say_what_was_published_of_them() -> None:
    published, own = load_published_table().set_index("indicator"), load_indicator_table().set_index("name")
    listed = own.loc[published.index]
    assert listed["better"].replace("none", pd.NA).fillna("").to_dict() == published["better"].fillna("").to_dict()
    stated = listed["stated_decimals"].fillna(listed["decimals"])
    assert stated.to_dict() == published["published_decimals"].to_dict()
    units = {"percent": "share", "percent_change": "change", "million": "count", "count": "count", "customers": "count"}
    assert listed["kind"].to_dict() == published["published_unit"].map(units).to_dict()
    assert (published["published_unit"] == "million").equals(listed["stated_in"] == "million")


def test_notes_of_returns_are_in_both_languages() -> None:
    table = load_published_table()
    assert table["note"].isna().equals(table["note_vi"].isna())
    assert table[["source_vi", "source_en"]].notna().all(axis=None)


def test_blank_cells_are_missing_and_codes_stay_text() -> None:
    assert load_indicator_table().set_index("name")["denominator"].isna()["bulk_households"]
    numerators = load_published_table().set_index("indicator")["numerator"]
    assert numerators["bulk_households"] == "526157"
    assert numerators.isna()["households_with_power"]
    assert load_province_facts().index[0] == "58"


def test_every_target_names_its_source_and_how_sure_it_is() -> None:
    table = load_target_table()
    assert tuple(table.columns) == TARGET_COLUMNS
    assert table.drop(columns=["due", "units_of"]).notna().all(axis=None)
    assert set(table["status"]) == {"seen", "unverified"}


def test_province_facts_cover_the_provinces_of_the_list() -> None:
    facts = load_province_facts()
    assert facts.index.tolist() == load_units().provinces.index.tolist()
    assert facts["households_census_2019"].sum() == 8_285_539
    assert facts["source"].notna().all()


def test_rural_households_are_no_more_than_all() -> None:
    facts = load_province_facts()
    assert (facts["rural_households_census_2019"] < facts["households_census_2019"]).all()


def test_assumed_split_sums_to_the_published_count() -> None:
    assumptions = load_demo_assumptions()
    assert sum(assumptions["bulk_by_province"].values()) == assumptions["totals"]["households_bulk"] == 526_157
    assert sum(assumptions["shared_by_province"].values()) == assumptions["totals"]["households_shared"]
    assert set(assumptions["bulk_by_province"]) <= set(load_province_facts().index)


@pytest.mark.shared
def test_published_figures_are_those_of_the_facts(shared_folder: Path) -> None:
    facts = _read_fact(shared_folder, "evnspc_2021_h1.csv")
    # The one wording that is ours: readers are told "from … to …", not "..".
    ours = r"the exact count lies from \1 to \2"
    facts["note"] = facts["note"].str.replace(r"^exact count lies in (\S+)\.\.(\S+)$", ours, regex=True)
    pd.testing.assert_frame_equal(load_published_table().fillna("")[facts.columns.tolist()], facts)


@pytest.mark.shared
def test_targets_are_those_of_the_facts(shared_folder: Path) -> None:
    facts, own = _read_fact(shared_folder, "programme_targets.csv"), load_target_table().fillna("")
    codes = load_province_facts().reset_index().set_index("name")["code"]
    facts["scope"] = facts["scope"].replace(codes.to_dict())
    # A span that ends with a year is due at its end.
    facts["period_end"] = facts["period_end"].map(lambda year: f"{year}-Q4" if year else "")
    names = {
        "decision": "decision_en",
        "date": "decision_date",
        "period_start": "starts",
        "period_end": "due",
        "scope": "area",
        "source": "source_en",
    }
    facts = facts.rename(columns=names)
    ours = own[own["programme"] != "new rural"][facts.columns]
    # Where the facts leave a row's source to the row above, the table says so.
    is_given = facts["source_en"] != ""
    pd.testing.assert_frame_equal(ours[is_given], facts[is_given])
    pd.testing.assert_frame_equal(ours.drop(columns="source_en"), facts.drop(columns="source_en"))


@pytest.mark.shared
def test_threshold_of_criterion_4_is_that_of_the_facts(shared_folder: Path) -> None:
    text = (shared_folder / "facts" / "README.md").read_text(encoding="utf-8")
    assert "98% in the Mekong delta 2016-2020" in text
    own = load_target_table().set_index("code").loc["new-rural-2016-mekong-delta"]
    assert (own["value"], own["due"], own["status"]) == ("98", "2020-Q4", "seen")


@pytest.mark.shared
def test_province_facts_are_those_of_the_facts(shared_folder: Path) -> None:
    facts = _read_fact(shared_folder, "provinces_2021.csv").set_index("code")
    own = load_province_facts().drop(columns="source").astype("str")
    pd.testing.assert_frame_equal(own, facts[own.columns])
