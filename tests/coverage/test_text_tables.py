"""Tables for a terminal: every column as wide as its texts, however the letters were typed."""

from __future__ import annotations

import unicodedata

from coverage.text_tables import text_table


def test_columns_are_as_wide_as_their_texts_and_numbers_stand_to_the_right() -> None:
    rows = [["Mỹ Đức", "1.200"], ["An", "9"]]
    assert text_table(["Xã", "Hộ"], rows, numbers={1}) == [
        "Xã         Hộ",
        "------  -----",
        "Mỹ Đức  1.200",
        "An          9",
    ]


def test_letters_typed_in_parts_are_one_wide() -> None:
    apart = [unicodedata.normalize("NFD", "Mỹ Đức"), "1"]
    assert text_table(["Xã", "Hộ"], [apart])[2] == "Mỹ Đức  1"


def test_a_table_without_rows_is_its_header() -> None:
    assert text_table(["a", "bb"], []) == ["a  bb", "-  --"]
