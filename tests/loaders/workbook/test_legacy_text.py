"""Texts that were never Unicode: what is converted, what stays, and what is left to the engineer."""

from __future__ import annotations

import pytest

from loaders.workbook.cells import Sheet
from loaders.workbook.legacy_text import TCVN3, VIQR, VNI, WINDOWS_1258, in_unicode, read_text
from loaders.workbook.syllables import is_syllable


@pytest.mark.parametrize(
    ("typed", "read", "encoding"),
    [
        ("X· Mü §øc", "Xã Mỹ Đức", TCVN3),
        ("TØnh An Giang", "Tỉnh An Giang", TCVN3),
        ("Tr­êng §¹i häc", "Trường Đại học", TCVN3),
        ("ChÊu Phó", "Chấu Phú", TCVN3),
        ("Sè hé cã ®iÖn", "Số hộ có điện", TCVN3),
        ("Xaõ Myõ Ñöùc", "Xã Mỹ Đức", VNI),
        ("UÛy ban nhaân daân", "Ủy ban nhân dân", VNI),
        ("HUYEÄN CHAÂU PHUÙ", "HUYỆN CHÂU PHÚ", VNI),
        ("Xa~ My~ DDu+'c", "Xã Mỹ Đức", VIQR),
        ("Dda(`ng", "Đằng", VIQR),
        ("ThiÌ trâìn", "Thì trấn", WINDOWS_1258),
    ],
)
def test_converts_what_is_vietnamese_in_one_encoding(typed: str, read: str, encoding: str) -> None:
    found = read_text(typed)
    assert (found.text, found.encoding, found.others) == (read, encoding, ())


@pytest.mark.parametrize(
    "typed",
    ["Xã Mỹ Đức", "Đắk Lắk", "Lò Gò", "Müller", "m²", "CO+H2", "O'Neil", "Hoa(xa)", "Có điện?", "10°32′", "A+", "đ"],
)
def test_leaves_unicode_alone(typed: str) -> None:
    found = read_text(typed)
    assert (found.text, found.encoding) == (typed, "")


def test_joins_combining_marks() -> None:
    assert read_text("Xa\u0303 My\u0303").text == "Xã Mỹ"


def test_one_marked_word_of_viqr_is_in_doubt() -> None:
    found = read_text("Xa~ An")
    assert (found.text, found.encoding, found.others) == ("Xa~ An", "", ("Xã An",))
    assert read_text("Xa~ An", usual=VIQR).text == "Xã An"


def test_font_decides_where_both_readings_are_words() -> None:
    assert read_text("Mó").encoding == ""
    assert read_text("Mó", font=".VnTime").text == "Mú"
    assert read_text("mó", font=".VnTimeH").text == "MÚ"
    # Somebody typed Unicode into a cell of the old font: the letters say so.
    assert read_text("Mỹ Đức", font=".VnTime").text == "Mỹ Đức"


def test_other_texts_of_the_sheet_decide_and_the_doubt_is_kept() -> None:
    sheet = Sheet("S", is_visible=True, source=lambda: iter([["X· Mü §øc"], ["TØnh"], ["Mó"], [7.0]]))
    read = in_unicode(sheet)
    assert [row[0] for row in read.rows()] == ["Xã Mỹ Đức", "Tỉnh", "Mú", 7.0]
    assert read.text_changes[0, 0].typed == "X· Mü §øc"
    assert read.text_changes[2, 0].others == ("Mó",)


@pytest.mark.parametrize("word", ["Nguyễn", "Trương", "Thạnh", "giếng", "quỳnh", "Đắk", "uỷ", "thuở", "khuya"])
def test_knows_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["Ñöùc", "§øc", "tồc", "Müller", "chữmm", "ễễ"])
def test_knows_what_is_no_syllable(word: str) -> None:
    assert not is_syllable(word)
