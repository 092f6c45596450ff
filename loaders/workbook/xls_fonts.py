"""Which cells of an old .xls stand in a font that shows other letters than it stores."""

from __future__ import annotations

from io import StringIO
from typing import Final

import xlrd

from loaders.workbook import legacy_text

# Font names stand in the file as they are, one or two bytes a letter; a file without one need not be opened twice.
_NAMES: Final = tuple(name.encode(code) for name in (".Vn", "VNI-", "VNtimes") for code in ("latin-1", "utf-16-le"))


def legacy_fonts(content: bytes) -> dict[str, dict[tuple[int, int], str]]:
    """
    Return the legacy fonts of an .xls by sheet name, then by row and column from 0.

    Only .xls up to 2003 keep styles that xlrd reads; for anything that it cannot read there are no fonts, and
    texts are judged by their letters alone.
    """
    if not any(name in content for name in _NAMES):
        return {}
    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=StringIO())
    except Exception:  # noqa: BLE001 - xlrd raises anything on a damaged file, which calamine then judges
        return {}
    names = {
        number: book.font_list[xf.font_index].name
        for number, xf in enumerate(book.xf_list)
        if xf.font_index < len(book.font_list)
    }
    legacy = {number: name for number, name in names.items() if legacy_text.LEGACY_FONT.match(name)}
    return {sheet.name: _fonts_of(sheet, legacy) for sheet in book.sheets()}


def _fonts_of(sheet: xlrd.sheet.Sheet, legacy: dict[int, str]) -> dict[tuple[int, int], str]:
    return {
        (row, column): legacy[style]
        for row in range(sheet.nrows)
        for column in range(sheet.row_len(row))
        if (style := sheet.cell_xf_index(row, column)) in legacy
    }
