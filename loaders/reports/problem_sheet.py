"""The first sheet of a marked workbook: every problem with a link to its cell, and a hidden memory of the marks."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from geodata.language import Language
from loaders.survey.issues import ERROR, SEVERITY_NAMES, WARNING, Issue
from loaders.workbook.cells import CellValue, Row, column_letters
from loaders.workbook.parts import xml_text
from loaders.workbook.style_patch import Styles

MARKER: Final = "phudien:issues:1"
"""Stands in a hidden cell of our sheet, so that a file marked before is known and marked anew, not twice."""

COLOURS: Final = {ERROR: "FFF4B6B0", WARNING: "FFFCE3A6"}
FILL: Final = (
    '<fill><patternFill patternType="solid"><fgColor rgb="{colour}"/><bgColor indexed="64"/></patternFill></fill>'
)
FIRST_ROW: Final = 4
_MARKER_COLUMN: Final = 15
_MEMORY_COLUMN: Final = 10
_WIDTHS: Final = (5, 10, 14, 8, 20, 14, 62, 34)
_LINE_POINTS: Final = 15.5
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_FONT: Final = '<font>{bold}<sz val="{size}"/>{colour}<name val="Calibri"/><family val="2"/></font>'


@dataclass(frozen=True)
class Fill:
    """What a marked cell was filled with before: its sheet, address, and the fill as XML."""

    sheet: str
    cell: str
    xml: str


def memory_of(rows: Iterable[Row]) -> list[Fill] | None:
    """Return what our sheet remembers, by its rows; None for a sheet that is not ours."""
    every = iter(rows)
    first = next(every, [])
    if _text(first, _MARKER_COLUMN) != MARKER:
        return None
    remembered = []
    for row in itertools.chain([first], every):
        sheet, cell, pattern, colour = (_text(row, _MEMORY_COLUMN + place) for place in range(4))
        if sheet and cell:
            remembered.append(Fill(sheet, cell, pattern if pattern.startswith("<") else _fill(pattern, colour)))
    return remembered


def _text(row: Row, column: int) -> str:
    value: CellValue = row[column] if column < len(row) else ""
    return value if isinstance(value, str) else ""


def _fill(pattern: str, colour: str) -> str:
    """Fill of a cell as our versions before 0.2 remembered it: its pattern and colour."""
    if not pattern:
        return '<fill><patternFill patternType="none"/></fill>'
    return f'<fill><patternFill patternType="{pattern}"><fgColor rgb="{colour}"/></patternFill></fill>'


@dataclass(frozen=True)
class _Looks:
    """Styles of the cells of our sheet."""

    plain: int
    wrapped: int
    title: int
    head: int
    link: int
    by_severity: dict[str, int]

    @classmethod
    def added_to(cls, styles: Styles) -> _Looks:
        def font(*, bold: bool = False, size: int = 11, colour: str = "") -> str:
            return _FONT.format(bold="<b/>" if bold else "", size=size, colour=colour)

        def fill(colour: str) -> bytes:
            return styles.element(FILL.format(colour=colour))

        blue = '<color rgb="FF0563C1"/>'
        return cls(
            plain=styles.add(font=font()),
            wrapped=styles.add(font=font(), is_wrapped=True, is_text=True),
            title=styles.add(font=font(bold=True, size=14), is_text=True),
            head=styles.add(font=font(bold=True), fill=fill("FFDCE6F1"), is_wrapped=True, is_text=True),
            link=styles.add(font=font(colour=blue), is_text=True),
            by_severity={
                severity: styles.add(font=font(), fill=fill(colour), is_text=True)
                for severity, colour in COLOURS.items()
            },
        )


def problem_sheet_xml(
    title: str,
    issues: Sequence[Issue],
    memory: Sequence[Fill],
    notes: Sequence[str],
    *,
    sheets: set[str],
    styles: Styles,
    language: Language,
) -> bytes:
    """
    Return our sheet as XML; its styles are added to `styles`.

    Parameters
    ----------
    sheets
        Names of the sheets of the workbook: problems of others have no link.
    """
    say, looks = language.say, _Looks.added_to(styles)
    head = [say(text) for text in ("No.", "Severity", "Sheet", "Cell", "Column", "Value")]
    head += [say("What is wrong and what to do"), say("Suggestion")]
    intro = " ".join([say("Mend the marked cells in this file, save it, and upload it again."), *notes])
    lines: dict[int, list[bytes]] = {
        0: [_cell(0, 0, title, looks.title)],
        1: [_cell(1, 0, intro, looks.plain)],
        2: [_cell(2, column, text, looks.head) for column, text in enumerate(head)],
    }
    heights: dict[int, float] = {}
    links: list[bytes] = []
    for number, issue in enumerate(issues, start=1):
        row = FIRST_ROW - 2 + number
        texts = _texts(issue, language)
        is_linked = issue.sheet in sheets
        marked = looks.by_severity.get(issue.severity, looks.wrapped)
        used = [looks.wrapped] * len(texts)
        used[0], used[2] = marked, looks.link if is_linked else looks.wrapped
        number_cell = b'<c r="A%d" s="%d"><v>%d</v></c>' % (row + 1, looks.plain, number)
        cells = enumerate(zip(texts, used, strict=True), start=1)
        lines[row] = [number_cell, *(_cell(row, column, text, style) for column, (text, style) in cells)]
        heights[row] = _height(texts)
        if is_linked:
            links.append(_link(row, issue))
    for row, fill in enumerate(memory):
        remembered = (fill.sheet, fill.cell, fill.xml)
        cells_of_memory = [_cell(row, _MEMORY_COLUMN + place, text, 0) for place, text in enumerate(remembered)]
        lines.setdefault(row, []).extend(cells_of_memory)
    lines[0].append(_cell(0, _MARKER_COLUMN, MARKER, 0))
    return _sheet(lines, heights, links, len(issues))


def _texts(issue: Issue, language: Language) -> tuple[str, ...]:
    severity = language.say(SEVERITY_NAMES[issue.severity])
    sentence = language.say(issue.template, **issue.values)
    return (severity, issue.sheet, issue.cell, issue.column, issue.value, sentence, issue.suggestion or "")


def _height(texts: Sequence[str]) -> float:
    # Programs other than Excel do not stretch rows to wrapped texts when they open a file.
    lines = max(math.ceil(len(text) / width) for text, width in zip(texts, _WIDTHS[1:], strict=True))
    return min(_LINE_POINTS * max(lines, 1), 400)


def _cell(row: int, column: int, text: str, style: int) -> bytes:
    """A cell of text: an inline string, so that what users typed is never taken for a formula."""
    place = f"{column_letters(column)}{row + 1}".encode()
    shown = xml_text(text[:32_767])
    return b'<c r="%b" s="%d" t="inlineStr"><is><t xml:space="preserve">%b</t></is></c>' % (place, style, shown)


def _link(row: int, issue: Issue) -> bytes:
    quoted = issue.sheet.replace("'", "''")
    place = xml_text(f"'{quoted}'!{issue.cell}").replace(b'"', b"&quot;")
    return b'<hyperlink ref="D%d" location="%b" display="%b"/>' % (row + 1, place, xml_text(issue.cell))


def _sheet(lines: dict[int, list[bytes]], heights: dict[int, float], links: list[bytes], count: int) -> bytes:
    hidden = (_MEMORY_COLUMN, _MEMORY_COLUMN + 1, _MEMORY_COLUMN + 2, _MEMORY_COLUMN + 3, _MARKER_COLUMN)
    columns = [f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(_WIDTHS, 1)]
    columns += [f'<col min="{n + 1}" max="{n + 1}" width="9" hidden="1" customWidth="1"/>' for n in hidden]
    rows = []
    for row in sorted(lines):
        height = b' ht="%.1f" customHeight="1"' % heights[row] if row in heights else b""
        rows.append(b'<row r="%d"%b>%b</row>' % (row + 1, height, b"".join(lines[row])))
    last = max(FIRST_ROW - 1 + count, FIRST_ROW)
    head = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{_MAIN}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView tabSelected="1" workbookViewId="0">'
        f'<pane ySplit="{FIRST_ROW - 1}" topLeftCell="A{FIRST_ROW}" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews><cols>{''.join(columns)}</cols><sheetData>"
    )
    tail = f'</sheetData><autoFilter ref="A{FIRST_ROW - 1}:H{last}"/>'
    setup = '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    hyperlinks = b"<hyperlinks>" + b"".join(links) + b"</hyperlinks>" if links else b""
    return head.encode() + b"".join(rows) + tail.encode() + hyperlinks + setup.encode()
