"""Whole numbers as people type them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.language import Language
from loaders.survey.numbers import FRACTION, NEGATIVE, UNREADABLE, read_count
from loaders.workbook.cells import CellValue


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        (1204.0, 1204),
        (0, 0),
        ("1204", 1204),
        ("1.204", 1204),
        ("1,204,567", 1_204_567),
        ("1 204", 1204),
        (" 7 ", 7),
        ("12.0", 12),
        ("", None),
        ("-", None),
        ("1.5", FRACTION),
        (1.5, FRACTION),
        (-3.0, NEGATIVE),
        ("-3", NEGATIVE),
        ("một trăm", UNREADABLE),
        ("1.2.3", UNREADABLE),
        (True, UNREADABLE),
        (date(2021, 6, 30), UNREADABLE),
        (float("nan"), UNREADABLE),
    ],
)
def test_cells(cell: CellValue, count: int | str | None) -> None:
    assert read_count(cell) == count


@given(st.integers(0, 10**9), st.sampled_from(["vi", "en"]))
def test_counts_that_the_app_writes_are_read_back(count: int, code: str) -> None:
    assert read_count(Language(code).count(count)) == count


@given(st.text(max_size=12))
def test_any_text_gives_a_count_or_a_problem(text: str) -> None:
    found = read_count(text)
    assert found is None or found in (UNREADABLE, FRACTION, NEGATIVE) or (isinstance(found, int) and found >= 0)


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("1234 hộ", 1234),
        ("1.234 hộ dân", 1234),
        ("1\u00a0234", 1234),
        ("không", 0),
        ("Không có", 0),
        ("n/a", None),
        ("１２０", 120),
        ("12 cái", UNREADABLE),
        ("12,5%", UNREADABLE),
    ],
)
def test_counts_as_people_type_them(typed: str, count: int | str | None) -> None:
    assert read_count(typed) == count
