"""What a zipped workbook holds, found before it is opened: its size unpacked, used areas, hidden rows, fonts."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final
from xml.etree import ElementTree

from geodata.errors import FileError, mark
from loaders.workbook.cells import address, column_number

LARGEST_UNPACKED_BYTES: Final = 2 * 1024**3
LARGEST_PART_RATIO: Final = 1_000
"""How many times its packed size a part may have; text of real sheets packs 10 to 60 times."""
_LEAST_SUSPECT_BYTES: Final = 50 * 1024**2

LARGEST_AREA_CELLS: Final = 32_000_000
"""Cells between the first and the last value of a sheet: a reader needs memory for each of them."""

_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    ElementTree.ParseError,
    KeyError,
    ValueError,
    NotImplementedError,  # a way of packing that Python does not know
    RuntimeError,  # a part with a password
    OSError,
)
_CHUNK: Final = 1 << 20
# Attributes are matched up to a bound, so that no file can make the search slow.
_FAR_COLUMN: Final = re.compile(rb"""\sr=["']([A-Z]{2,3})(\d{1,7})["'][^<>]{0,300}>\s{0,20}<(?!/)""")
_TWO_LETTERS: Final = re.compile(rb"""r=["'][A-Z][A-Z]""")  # found many times faster than what it stands for
_ROW: Final = re.compile(rb"""<(?:\w{1,20}:)?row\b[^<>]{0,500}?\br=["'](\d{1,7})["'][^<>]{0,500}>""")
# calamine reckons with any letters and digits, however many: "tttt…B2" made it ask for 110 GB (found by fuzzing).
# So the reference of each cell is looked at, in one pass: its row, or nothing where it is no reference.
_CELL_ROW: Final = re.compile(rb"""\sr\s{0,9}=\s{0,9}["'](?![0-9]{1,7}["'])(?:[A-Z]{1,3}([0-9]{1,7})["'])?""")
_EPOCH_1904: Final = re.compile(rb"""\bdate1904\s{0,9}=\s{0,9}["'](?:1|true)["']""")
_LAST_ROW: Final = 1_048_576
_HIDDEN: Final = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
_FORMULA_ALONE: Final = re.compile(
    rb"""<(?:\w{1,20}:)?c\b[^<>]{0,300}?\br=["']([A-Z]{1,3}\d{1,7})["'][^<>]{0,300}>\s{0,20}"""
    rb"""<(?:\w{1,20}:)?f\b(?:[^<>]{0,300}/>|[^<>]{0,300}>[^<]{0,9000}</(?:\w{1,20}:)?f>)\s{0,20}"""
    rb"""(?:<(?:\w{1,20}:)?v\s{0,20}/>|<(?:\w{1,20}:)?v>\s{0,20}</(?:\w{1,20}:)?v>)?\s{0,20}</(?:\w{1,20}:)?c>"""
)
_DTD: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CELL_STYLE: Final = re.compile(
    rb"""<(?:\w{1,20}:)?c\b(?=[^<>]{0,300}?\br=["']([A-Z]{1,3})(\d{1,7})["'])"""
    rb"""(?=[^<>]{0,300}?\bs=["'](\d{1,6})["'])[^<>]{0,300}>"""
)
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_REFERENCE: Final = re.compile(r"\}id$")


@dataclass
class SheetPart:
    """What one sheet's part tells: rows and addresses as its cells count them, from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    uncounted: set[str] = field(default_factory=set)
    last_row: int = 0
    last_column: int = 25
    fonts: dict[tuple[int, int], str] = field(default_factory=dict)
    counts_from_1904: bool = False


def scan_package(content: bytes, *, file_name: str, is_legacy_font: re.Pattern[str]) -> dict[str, SheetPart]:
    """
    Return what the sheets of an .xlsx, .xlsm or .xlsb hide from a reader of values, by the name of the sheet.

    Every part is unpacked once, in pieces, so that a file that would fill the memory is refused before any
    reader opens it.

    Parameters
    ----------
    is_legacy_font
        Names of fonts that are looked for; cells in other fonts are not listed in `SheetPart.fonts`.

    Raises
    ------
    FileError
        If the file is damaged, unpacks to more than `LARGEST_UNPACKED_BYTES`, has a document type definition, or a
        sheet spans more than `LARGEST_AREA_CELLS`.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_sizes(archive, file_name)
            parts = {}
            for member in archive.infolist():
                parts[member.filename] = _scan_part(archive, member, file_name)
            names = _sheet_names(archive)
            fonts = _legacy_styles(archive, is_legacy_font)
            counts_from_1904 = _counts_from_1904(archive)
            found = {}
            for name, path in names.items():
                part = parts.get(path, SheetPart())
                part.counts_from_1904 = counts_from_1904
                _check_area(part, name, file_name)
                if fonts:
                    part.fonts = _fonts_of_cells(archive, path, fonts)
                found[name] = part
            return found
    except _UNREADABLE as error:
        raise damaged(file_name, error) from error


def check_package(content: bytes, *, file_name: str) -> None:
    """
    Refuse a zipped document that would fill the memory, has a document type definition, or is damaged.

    Raises
    ------
    FileError
        As `scan_package` does.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_sizes(archive, file_name)
            for member in archive.infolist():
                _scan_part(archive, member, file_name)
    except _UNREADABLE as error:
        raise damaged(file_name, error) from error


def damaged(file_name: str, reason: BaseException) -> FileError:
    """Return the error for a file that has the form of a workbook and cannot be read."""
    return FileError(
        "workbook.damaged",
        mark(
            'The file "{file}" looks like a workbook but cannot be read ({reason}). Open it in Excel or '
            "LibreOffice, save it again as .xlsx, and upload that."
        ),
        file=file_name,
        reason=str(reason) or type(reason).__name__,
    )


def _too_large(file_name: str, found: int) -> FileError:
    return FileError(
        "workbook.unpacks-too-large",
        mark('The file "{file}" would unpack to {found} MB; at most {allowed} MB are read. It was not opened.'),
        file=file_name,
        found=found // 1024**2,
        allowed=LARGEST_UNPACKED_BYTES // 1024**2,
    )


def _check_sizes(archive: zipfile.ZipFile, file_name: str) -> None:
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > LARGEST_UNPACKED_BYTES:
        raise _too_large(file_name, unpacked)
    for member in archive.infolist():
        is_dense = member.file_size > LARGEST_PART_RATIO * max(member.compress_size, 1)
        if is_dense and member.file_size > _LEAST_SUSPECT_BYTES:
            raise _too_large(file_name, unpacked)


def _scan_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file_name: str) -> SheetPart:
    """Read one part to its end; sizes that the archive gives may be wrong, and Python's reader checks them."""
    part = SheetPart()
    is_sheet = "worksheets/" in member.filename
    is_xml = member.filename.endswith((".xml", ".rels"))
    if member.filename.endswith(".bin") and is_sheet:
        with archive.open(member) as stream:
            _scan_binary_sheet(stream.read(), part)
        return part
    for piece in _pieces(archive, member):
        if is_xml and _DTD.search(piece):
            raise FileError(
                "workbook.has-dtd",
                mark(
                    'The file "{file}" defines entities of its own in "{part}", which no spreadsheet program does. '
                    "It was not opened. Open it in Excel or LibreOffice, save it as a new .xlsx, and upload that."
                ),
                file=file_name,
                part=member.filename,
            )
        # A workbook may keep a sheet under any name: what holds cells is scanned as a sheet.
        is_sheet = is_sheet or (is_xml and b"sheetData" in piece)
        if is_xml and is_sheet:
            _scan_sheet(piece, part, file_name)
    return part


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Pieces of a part that end where a row of a sheet ends, where there are rows."""
    kept = b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            kept += chunk
            end = kept.rfind(b"</row>")
            if end >= 0:
                yield kept[: end + 6]
                kept = kept[end + 6 :]
            elif len(kept) > 8 * _CHUNK:
                yield kept
                kept = kept[-64:]
    yield kept


def _scan_sheet(piece: bytes, part: SheetPart, file_name: str) -> None:
    rows = set(_CELL_ROW.findall(piece))
    last = 0 if b"" in rows else max(map(int, rows), default=1)
    if not 0 < last <= _LAST_ROW:
        raise damaged(file_name, ValueError("cell reference"))
    part.last_row = max(part.last_row, last - 1)
    for match in _ROW.finditer(piece):
        row = int(match[1])
        if row > _LAST_ROW:
            raise damaged(file_name, ValueError("row reference"))
        if piece[match.end() - 2 : match.end()] != b"/>":  # a row that is only formatted holds no cell
            part.last_row = max(part.last_row, row - 1)
        if b"hidden" in match[0] and _HIDDEN.search(match[0]):
            part.hidden_rows.add(row - 1)
    for match in _FAR_COLUMN.finditer(piece) if _TWO_LETTERS.search(piece) else ():
        part.last_column = max(part.last_column, column_number(match[1].decode()))
    if b"<f" in piece or b":f" in piece:
        part.uncounted.update(match[1].decode() for match in _FORMULA_ALONE.finditer(piece))


def _scan_binary_sheet(content: bytes, part: SheetPart) -> None:
    """Rows and columns of an .xlsb sheet: records 0 (row) and 1 to 11 (cells with a value)."""
    place, row = 0, 0
    while place < len(content):
        kind, place = _variable(content, place, 2)
        size, place = _variable(content, place, 4)
        body = content[place : place + size]
        place += size
        if kind == 0 and len(body) >= 4:
            row = int.from_bytes(body[:4], "little")
        elif 2 <= kind <= 11 and len(body) >= 4:
            part.last_row = max(part.last_row, row)
            part.last_column = max(part.last_column, int.from_bytes(body[:4], "little"))


def _variable(content: bytes, place: int, most: int) -> tuple[int, int]:
    number = 0
    for step in range(most):
        if place >= len(content):
            return number, place
        byte = content[place]
        place += 1
        number |= (byte & 0x7F) << (7 * step)
        if byte < 0x80:
            break
    return number, place


def check_area(rows: int, columns: int, sheet: str, file_name: str) -> None:
    """Raise `FileError` if a sheet spans more cells than can be read."""
    if rows * columns > LARGEST_AREA_CELLS:
        raise FileError(
            "workbook.area-too-large",
            mark(
                'Sheet "{sheet}" of "{file}" spans A1 to {cell}: {found} cells, and at most {allowed} are read. '
                "A value stands far from the table, most likely by mistake: press Ctrl+End in the sheet to find it, "
                "delete those rows and columns, save, and upload again; or split the file by district."
            ),
            sheet=sheet,
            file=file_name,
            cell=address(rows - 1, columns - 1),
            found=rows * columns,
            allowed=LARGEST_AREA_CELLS,
        )


def _check_area(part: SheetPart, name: str, file_name: str) -> None:
    check_area(part.last_row + 1, part.last_column + 1, name, file_name)


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → part, in the order of the workbook; empty for .xlsb, whose list is binary."""
    if "xl/workbook.xml" not in archive.namelist():
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".bin")]
        return {posixpath.basename(name): name for name in sheets}
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target_of = {
        str(relation.get("Id")): posixpath.normpath(posixpath.join("/xl", str(relation.get("Target")))).lstrip("/")
        for relation in relations
    }
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    names = {}
    for sheet in workbook.iter():
        if sheet.tag in (f"{_MAIN}sheet", f"{_STRICT}sheet"):
            identity = next((value for key, value in sheet.attrib.items() if _REFERENCE.search(key)), "")
            names[str(sheet.get("name"))] = target_of.get(identity, "")
    return names


def _counts_from_1904(archive: zipfile.ZipFile) -> bool:
    """Whether the workbook counts days from 1904, as those begun on old Macintoshes do."""
    return "xl/workbook.xml" in archive.namelist() and bool(_EPOCH_1904.search(archive.read("xl/workbook.xml")))


def _legacy_styles(archive: zipfile.ZipFile, is_legacy_font: re.Pattern[str]) -> dict[int, str]:
    """Number of each cell style whose font is looked for, with the font's name."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    space = styles.tag.partition("}")[0] + "}"
    fonts = [
        next((str(name.get("val")) for name in font.iter(f"{space}name")), "")
        for font in styles.iterfind(f"{space}fonts/{space}font")
    ]
    found = {}
    for number, style in enumerate(styles.iterfind(f"{space}cellXfs/{space}xf")):
        place = int(style.get("fontId", "0"))
        if place < len(fonts) and is_legacy_font.match(fonts[place]):
            found[number] = fonts[place]
    return found


def _fonts_of_cells(archive: zipfile.ZipFile, path: str, fonts: dict[int, str]) -> dict[tuple[int, int], str]:
    found = {}
    for piece in _pieces(archive, archive.getinfo(path)):
        for match in _CELL_STYLE.finditer(piece):
            font = fonts.get(int(match[3]))
            if font is not None:
                found[int(match[2]) - 1, column_number(match[1].decode())] = font
    return found
