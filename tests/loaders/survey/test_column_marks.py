"""A whole column decides its doubtful cells, wherever in it the sign stands."""

from __future__ import annotations

from typing import Any

import pytest

from loaders.survey.amounts import AmountReader, Unreadable
from loaders.survey.column_marks import ColumnSigns
from loaders.survey.values import read_day, read_share


def settle(kind: str, read: Any, *chunks: list[Any]) -> tuple[list[Any], ColumnSigns]:
    """Read the chunks of a column one after another; return what it says in the end."""
    signs, values, row = ColumnSigns(kind), [], 0
    for typed in chunks:
        rows = list(range(row, row + len(typed)))
        values += signs.settle(rows, typed, [read(cell) for cell in typed])
        row += len(typed)
    for cell, value in signs.late_values():
        values[cell.row] = value
    return values, signs


@pytest.mark.parametrize("chunks", [(["1.234", "12,5"],), (["1.234"], ["12,5"]), (["12,5"], ["1.234"])])
def test_sign_before_or_after_makes_no_difference(chunks: tuple[list[str], ...]) -> None:
    values, signs = settle("amount", AmountReader("km"), *chunks)
    assert sorted(values) == [12.5, 1234.0]
    assert signs.signs <= {","}


def test_decimal_point_after_the_doubtful_cells_turns_them() -> None:
    values, _ = settle("amount", AmountReader("km"), ["1.234", "2.500"], ["12.5"])
    assert values == [1.234, 2.5, 12.5]


def test_month_first_column_is_read_so_from_its_first_row() -> None:
    values, _ = settle("date", read_day, ["1/2/2021"], ["2/15/2021"])
    assert [day.isoformat() for day in values] == ["2021-01-02", "2021-02-15"]


def test_column_that_contradicts_itself_decides_nothing() -> None:
    values, signs = settle("date", read_day, ["1/2/2021", "30/1/2021", "2/15/2021"])
    assert [str(day) for day in values] == ["2021-02-01", "2021-01-30", "None"]
    assert [cell.typed for cell in signs.pending] == ["1/2/2021", "2/15/2021"]


def test_percentages_of_a_column_make_its_one_a_percent() -> None:
    values, _ = settle("share", read_share, [1, 45], [0.5])
    assert values == [0.01, 0.45, Unreadable("share-doubtful")]
    assert settle("share", read_share, [1, 0.5])[0] == [1.0, 0.5]
