"""Former communes from the history of units: merged, divided, renamed, with what was seen of day and decree."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from geodata.errors import PlaceError
from geodata.former_history import Past, past_of
from geodata.name_keys import accented_key
from loaders.reference import LIST_DATE_2021, LIST_DATE_2025, load_former_units, load_unit_history
from tests.geodata.history_of_four import history_of_four


def leads(past: Past) -> set[tuple[str, str, str, str]]:
    columns = ["former_code", "name", "kind", "unit_code"]
    return {tuple(row) for row in past.former.table[columns].itertuples(index=False, name=None)}


RENAMED = {("00004", "Đông", "xa", "00004")}
MERGED = {("00001", "Bắc", "xa", "00002"), ("00002", "Nam", "xa", "00002")}


def test_merged_and_raised_communes_lead_to_what_they_are_and_only_mergers_are_told() -> None:
    past = past_of(history_of_four(), date(2021, 1, 1))
    assert leads(past) == RENAMED | MERGED
    assert not past.former.table["is_divided"].any()
    assert past.changes == {("00001", "Bắc"): "01/01/2020, 1/NQ", ("00002", "Nam"): "01/01/2020, 1/NQ"}


def test_divided_commune_leads_to_each_part_and_an_unseen_day_is_told_as_a_span() -> None:
    past = past_of(history_of_four(), date(2024, 1, 1))
    assert leads(past) == RENAMED | MERGED | {("00003", "Tây", "xa", "00002"), ("00003", "Tây", "xa", "00004")}
    assert past.former.table.set_index("name").loc["Tây", "is_divided"].all()
    assert past.changes["00003", "Tây"] == "01/07/2021 – 30/06/2022"


def test_names_that_came_later_are_known_with_their_day() -> None:
    assert past_of(history_of_four(), date(2019, 6, 1)).later[("01", accented_key("Trung"))] == "01/01/2020"
    assert past_of(history_of_four(), date(2022, 6, 1)).later == {("01", accented_key("Mới")): "01/01/2023"}


def test_nothing_is_former_on_the_first_day_and_unknown_days_are_refused() -> None:
    past = past_of(history_of_four(), date(2019, 1, 1))
    assert (len(past.former.table), past.changes, past.provinces) == (0, {}, {})
    with pytest.raises(PlaceError):
        past_of(history_of_four(), date(2018, 12, 31))


def test_communes_of_2019_are_followed_to_2021_as_the_shipped_table_has_them() -> None:
    def key(table: pd.DataFrame) -> set[tuple[object, ...]]:
        columns = ["former_code", "kind", "district_name", "unit_code", "is_divided"]
        rows = table[columns].itertuples(index=False, name=None)
        return {(*row, accented_key(name)) for row, name in zip(rows, table["name"], strict=True)}

    found = key(past_of(load_unit_history(), LIST_DATE_2021).former.table)
    shipped = key(load_former_units().table)
    assert shipped <= found
    # Raised on 1 March 2019; the source of the shipped table has it as a township already.
    assert {row[0] for row in found - shipped} == {"29971"}


def test_every_commune_and_province_before_2025_leads_to_one_of_2025() -> None:
    history = load_unit_history()
    past, units = past_of(history, LIST_DATE_2025), history.units_on(LIST_DATE_2025)
    assert set(past.former.table["unit_code"]) <= set(units.communes.index)
    assert past.provinces[accented_key("Kiên Giang")] == "91"
    assert past.provinces[accented_key("Trà Vinh")] == past.provinces[accented_key("Bến Tre")] == "86"
    assert len(past.provinces) == 13
