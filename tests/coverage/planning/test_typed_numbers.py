"""Numbers as a planner types them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.planning.typed_numbers import number_text, read_number
from geodata.language import LANGUAGE_CODES, Language


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [
        ("0,07", 0.07, 0.07),
        ("0.07", 0.07, 0.07),
        ("0,070", 0.07, 0.07),
        ("1.500", 1500.0, 1.5),
        ("1,500", 1.5, 1500.0),
        ("1.500.000", 1_500_000.0, None),
        ("1,500,000.5", None, 1_500_000.5),
        ("1.500,25", 1500.25, None),
        ("350000000", 350_000_000.0, 350_000_000.0),
        ("350 000 000", 350_000_000.0, 350_000_000.0),
        ("3.5e8", 350_000_000.0, 350_000_000.0),
        ("−0,5", -0.5, -0.5),
        ("", None, None),
        ("7%", None, None),
        ("1.50.000", None, None),
        ("nan", None, None),
        ("inf", None, None),
    ],
)
def test_marks_are_read_as_the_language_writes_them(text: str, vi: float | None, en: float | None) -> None:
    assert (read_number(text, Language("vi")), read_number(text, Language("en"))) == (vi, en)


@given(st.floats(-1e12, 1e12).map(lambda number: round(number, 6)), st.sampled_from(LANGUAGE_CODES))
def test_what_is_written_reads_back(value: float, code: str) -> None:
    assert read_number(number_text(value, Language(code)), Language(code)) == value
