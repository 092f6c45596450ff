"""Figures and points told in one list, by tables that can be checked in the head."""

from __future__ import annotations

import pandas as pd
import pytest

from coverage.restated import basis_by_commune, carry_rows, merge_lists, order_of
from geodata.errors import FigureError
from geodata.tables import FIGURE_COLUMNS
from tests.coverage.conftest import figures, row

# A goes into X; B into X and Y, three quarters of its people into X; C is divided with nothing stated.
PAIRS = pd.DataFrame(
    [
        ("A", "X", False, 1.0),
        ("B", "X", True, 0.75),
        ("B", "Y", True, 0.25),
        ("C", "Y", True, None),
        ("C", "Z", True, None),
        ("D", "W", False, 1.0),
    ],
    columns=pd.Index(["from_code", "to_code", "is_divided", "people_share"]),
)


def accepted(table: pd.DataFrame, *order: int) -> pd.DataFrame:
    return table.assign(accepted_as=list(order))


def test_what_came_last_counts_and_the_rest_fills_what_it_lacks() -> None:
    older, newest = figures(row("X", 8, 8, 3), row("Y", 5, 4)), figures(row("X", 10, 9))
    merged = merge_lists([accepted(older, 3, 9), accepted(newest, 7)]).set_index("commune_code")
    assert merged.loc["X", ["households_all", "households_grid", "households_bulk"]].tolist() == [10, 9, 3]
    assert merged.loc["Y", "households_all"] == 5
    assert str(merged["households_bulk"].dtype) == "Int64"


def test_quarters_are_merged_each_by_itself_in_order() -> None:
    merged = merge_lists([accepted(figures(row("X", 2, 1)), 1), accepted(figures(row("X", 1, 1), period="2021-Q1"), 2)])
    assert merged[["period", "households_all"]].to_numpy().tolist() == [["2021-Q1", 1], ["2021-Q2", 2]]


def test_no_tables_give_no_rows_and_all_columns() -> None:
    assert list(merge_lists([]).columns) == list(FIGURE_COLUMNS)
    assert merge_lists([accepted(figures())]).empty


def test_order_of_a_told_row_is_that_of_its_part_that_came_last() -> None:
    table = accepted(figures(row("A", 1, 1), row("B", 1, 1), row("D", 1, 1)), 4, 6, 1)
    assert order_of(table, PAIRS).to_dict() == {("W", "2021-Q2"): 1, ("X", "2021-Q2"): 6, ("Y", "2021-Q2"): 6}


def test_a_table_without_its_columns_is_refused() -> None:
    with pytest.raises(FigureError) as caught:
        merge_lists([pd.DataFrame({"commune_code": ["X"]})])
    assert caught.value.code == "table.columns-missing"


def test_basis_is_the_weakest_of_the_parts() -> None:
    assert basis_by_commune(PAIRS).to_dict() == {"W": "exact", "X": "decree", "Y": "equal", "Z": "equal"}


def test_a_meter_goes_whole_to_the_largest_part() -> None:
    meters = pd.DataFrame({"commune_code": ["A", "B", "C", "D"], "households": [1, 2, 3, 4]})
    carried = carry_rows(meters, PAIRS)
    assert carried["commune_code"].tolist() == ["X", "X", "Y", "W"]
    assert carried["households"].tolist() == [1, 2, 3, 4]


def test_a_meter_that_is_known_to_lie_in_a_part_goes_there_and_nowhere_else() -> None:
    meters = pd.DataFrame({"commune_code": ["B", "B", "C", "D"]})
    located = pd.Series(["Y", "W", None], index=[0, 1, 2], dtype="str")  # B has no part in W
    assert carry_rows(meters, PAIRS, located=located)["commune_code"].tolist() == ["Y", "X", "Y", "W"]
