"""Changes single cells of a sheet's XML: their styles; the rest of the sheet stays byte for byte as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from loaders.workbook.cells import address, column_number
from loaders.workbook.parts import UnpatchableError, attribute, prefix_of, with_attribute

Restyle = Callable[[int], int]
"""Gives the new style of a cell for the one that it has."""

# What may follow a comment's drawing in a sheet, by the schema.
_AFTER_LEGACY_DRAWING: Final = frozenset(
    {
        b"legacyDrawingHF",
        b"drawingHF",
        b"picture",
        b"oleObjects",
        b"controls",
        b"webPublishItems",
        b"tableParts",
        b"extLst",
        b"AlternateContent",
    }
)
_LETTERS: Final = re.compile(rb"[A-Z]{1,3}")


def restyle_cells(xml: bytes, wanted: Mapping[tuple[int, int], Restyle]) -> bytes:
    """
    Return a sheet with other styles for some cells; cells and rows that do not exist yet are made.

    Parameters
    ----------
    wanted
        Row and column, counted from 0 → the new style.

    Raises
    ------
    UnpatchableError
        If rows or cells carry no reference.
    """
    prefix = prefix_of(xml, b"worksheet")
    start, end = _sheet_data(xml, prefix)
    if start == end:
        xml = re.sub(
            rb"<" + prefix + rb"sheetData\s*/>", b"<%bsheetData></%bsheetData>" % (prefix, prefix), xml, count=1
        )
        start = end = xml.index(b"</" + prefix + b"sheetData>")
    rows: dict[int, dict[int, Restyle]] = {}
    for (row, column), restyle in sorted(wanted.items()):
        rows.setdefault(row, {})[column] = restyle
    columns = _column_styles(xml[:start], prefix)
    pieces, done, waiting = [], start, sorted(rows, reverse=True)
    close = b"</" + prefix + b"row>"
    for tag in re.compile(rb"<" + prefix + rb"row\b[^>]*>").finditer(xml, start, end):
        if tag.start() < done or not waiting:
            continue
        number = attribute(tag[0], b"r")
        if number is None:
            raise UnpatchableError("row")
        while waiting and waiting[-1] < int(number) - 1:
            pieces += [xml[done : tag.start()], _new_row(waiting[-1], rows[waiting.pop()], columns, prefix)]
            done = tag.start()
        if waiting and waiting[-1] == int(number) - 1:
            row_end = tag.end() if tag[0].endswith(b"/>") else xml.find(close, tag.end()) + len(close)
            if row_end < tag.end():
                raise UnpatchableError("row")
            own = xml[tag.start() : row_end]
            pieces += [xml[done : tag.start()], _patched_row(own, waiting[-1], rows[waiting.pop()], columns, prefix)]
            done = row_end
    pieces.append(xml[done:end])
    pieces += [_new_row(row, rows[row], columns, prefix) for row in reversed(waiting)]
    return xml[:start] + b"".join(pieces) + xml[end:]


def _sheet_data(xml: bytes, prefix: bytes) -> tuple[int, int]:
    """Where the rows begin and end; both the same where there are none."""
    opening = re.search(rb"<" + prefix + rb"sheetData\b[^>]*>", xml)
    if opening is None:
        raise UnpatchableError("sheetData")
    if opening[0].endswith(b"/>"):
        return opening.start(), opening.start()
    return opening.end(), xml.rindex(b"</" + prefix + b"sheetData>")


def _column_styles(head: bytes, prefix: bytes) -> list[tuple[int, int, int]]:
    """First column, last column and style of each column format."""
    found = []
    for tag in re.findall(rb"<" + prefix + rb"col\b[^>]*>", head):
        first, last, style = (attribute(tag, name) for name in (b"min", b"max", b"style"))
        if first and last and style:
            found.append((int(first) - 1, int(last) - 1, int(style)))
    return found


def _new_row(row: int, cells: Mapping[int, Restyle], columns: list[tuple[int, int, int]], prefix: bytes) -> bytes:
    empty = b'<%brow r="%d"></%brow>' % (prefix, row + 1, prefix)
    return _patched_row(empty, row, cells, columns, prefix)


def _patched_row(
    xml: bytes, row: int, cells: Mapping[int, Restyle], columns: list[tuple[int, int, int]], prefix: bytes
) -> bytes:
    head_end = xml.index(b">") + 1
    head, close = xml[:head_end], b"</" + prefix + b"row>"
    if head.endswith(b"/>"):
        head, xml = head[:-2] + b">", head[:-2] + b">" + close
        head_end = len(head)
    row_style = attribute(head, b"s") if attribute(head, b"customFormat") in (b"1", b"true") else None
    pieces, done, waiting = [head], head_end, sorted(cells, reverse=True)

    def made(column: int) -> bytes:
        by_column = next((style for first, last, style in columns if first <= column <= last), 0)
        style = cells[column](int(row_style) if row_style else by_column)
        return b'<%bc r="%s" s="%d"/>' % (prefix, address(row, column).encode(), style)

    for tag in re.finditer(rb"<" + prefix + rb"c\b[^>]*>", xml):
        reference = attribute(tag[0], b"r")
        if reference is None:
            raise UnpatchableError("cell")
        letters = _LETTERS.match(reference)
        column = column_number(letters[0].decode()) if letters else -1
        while waiting and waiting[-1] < column:
            pieces += [xml[done : tag.start()], made(waiting.pop())]
            done = tag.start()
        if waiting and waiting[-1] == column:
            style = int(attribute(tag[0], b"s") or b"0")
            pieces += [xml[done : tag.start()], with_attribute(tag[0], b"s", b"%d" % cells[waiting.pop()](style))]
            done = tag.end()
    end = len(xml) - len(close)
    return b"".join([*pieces, xml[done:end], *(made(column) for column in reversed(waiting)), close])


def legacy_drawing_of(xml: bytes) -> str | None:
    """Return the link of a sheet to the drawing of its comments and controls; None where it has none."""
    tail = xml[_sheet_data(xml, prefix_of(xml, b"worksheet"))[1] :]
    found = re.search(rb"<(?:\w+:)?legacyDrawing\s[^>]*?\w+:id\s*=\s*[\"'](.*?)[\"']", tail)
    return found[1].decode() if found else None


def with_legacy_drawing(xml: bytes, relation: str, namespace: str) -> bytes:
    """Return a sheet that names the drawing of its comments, at the place that the schema gives it."""
    prefix = prefix_of(xml, b"worksheet")
    start = _sheet_data(xml, prefix)[1]
    element = b'<%blegacyDrawing xmlns:pd="%b" pd:id="%b"/>' % (prefix, namespace.encode(), relation.encode())
    depth = 0
    for tag in re.finditer(rb"<(/?)(?:\w+:)?(\w+)[^>]*?(/?)>", xml[start:]):
        if tag[2] == b"sheetData":
            continue
        is_end = depth == 0 and tag[1] == b"/"
        if is_end or (depth == 0 and tag[2] in _AFTER_LEGACY_DRAWING):
            place = start + tag.start()
            return xml[:place] + element + xml[place:]
        depth += (-1 if tag[1] else 1) if not tag[3] else 0
    raise UnpatchableError("worksheet")


def without_selection(xml: bytes) -> bytes:
    """Return a sheet that is not selected: two selected sheets would both be typed into at once."""
    head = xml[: _sheet_data(xml, prefix_of(xml, b"worksheet"))[0]]
    return re.sub(rb"\stabSelected\s*=\s*([\"']).*?\1", b"", head) + xml[len(head) :]
