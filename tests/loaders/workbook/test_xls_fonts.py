"""Fonts of an old .xls."""

from __future__ import annotations

from loaders.workbook.xls_fonts import legacy_fonts


def test_damaged_file_has_no_fonts() -> None:
    assert legacy_fonts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 .VnTime and nothing else") == {}


def test_file_without_such_a_font_is_not_opened() -> None:
    assert legacy_fonts(b"no font") == {}
