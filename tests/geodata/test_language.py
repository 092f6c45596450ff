"""Numbers, days and sentences as each language writes them."""

from __future__ import annotations

import errno
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from geodata.errors import PhuDienError, system_reason
from geodata.language import Language
from geodata.periods import Period, Quarters

VI, EN = Language("vi"), Language("en")


def test_counts_have_the_separators_of_the_language() -> None:
    assert (VI.count(8_170_000), EN.count(8_170_000)) == ("8.170.000", "8,170,000")


@pytest.mark.parametrize(
    ("share", "decimals", "shown"),
    [
        ("0.997200", 2, "99,72%"),
        ("0.935565", 2, "93,56%"),
        ("0.00125", 1, "0,1%"),
        ("0.0025", 0, "0%"),
        ("1", 0, "100%"),
    ],
)
def test_shares_are_percentages(share: str, decimals: int, shown: str) -> None:
    assert VI.share(Decimal(share), decimals=decimals) == shown


@pytest.mark.parametrize(("number", "shown"), [("0.5", "1"), ("1.5", "2"), ("2.5", "3"), ("-0.5", "-1")])
def test_rounding_is_half_up_and_not_to_even(number: str, shown: str) -> None:
    assert EN.decimal(Decimal(number), decimals=0) == shown


def test_quarters_and_days() -> None:
    assert (VI.period(Period(2021, 2)), EN.period(Period(2021, 2))) == ("Quý II/2021", "Q2 2021")
    assert VI.day(date(2021, 6, 30)) == "30/06/2021"
    assert VI.moment(datetime(2021, 6, 30, 7, 5, tzinfo=UTC)) == "07:05 30/06/2021"


def test_whole_numbers_in_sentences_have_separators_and_text_has_none() -> None:
    assert VI.say("{n} / {code}", n=1204, code="30337") == "1.204 / 30337"


def test_unknown_language_is_refused() -> None:
    with pytest.raises(PhuDienError) as caught:
        Language("fr")
    assert caught.value.code == "language.unknown"


def test_numbers_in_sentences_are_written_as_the_language_does() -> None:
    assert Language("vi").say("{n} and {m} of {text}", n=1204, m=1204.5, text="1204.5") == "1.204 and 1.204,5 of 1204.5"
    assert Language("en").say("{n}; {m}", n=0.0005, m=8.0) == "0.0005; 8"


def test_quarters_in_sentences_have_their_codes() -> None:
    quarters = Quarters([Period(2021, 1), Period(2021, 2)])
    assert VI.say("{a}", a=quarters) == "Quý I/2021 (2021-Q1), Quý II/2021 (2021-Q2)"
    assert EN.say("{a}", a=Period(2021, 2)) == "Q2 2021 (2021-Q2)"
    assert str(quarters) == "2021-Q1, 2021-Q2"


@pytest.mark.parametrize(
    ("number", "vi", "en"),
    [
        (errno.ENOENT, "không có tệp hoặc thư mục này", "No such file or directory"),
        (errno.ENOSPC, "ổ đĩa đã đầy", "No space left on device"),
        (errno.EACCES, "không có quyền truy cập", "Permission denied"),
        (errno.ELOOP, "{odd}", "{odd}"),  # one without a translation stays as the system says it
    ],
)
def test_reasons_of_the_system_are_told_in_the_language(number: int, vi: str, en: str) -> None:
    reason = system_reason(OSError(number, "{odd}"))
    assert (VI.say("{reason}", reason=reason), EN.say("{reason}", reason=reason)) == (vi, en)
