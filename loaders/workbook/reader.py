"""Any spreadsheet file → its sheets as cells with addresses; what is no spreadsheet is refused."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import PurePath
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from geodata.errors import FileError, mark
from loaders.workbook import delimited, large_sheet, legacy_text, ods_package, xls_fonts
from loaders.workbook.cells import Block, Row, Sheet
from loaders.workbook.package import SheetPart, check_area, damaged, scan_package

LARGEST_FILE_BYTES: Final = 200 * 1024**2
SUFFIXES: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".txt")

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
# The streams of an encrypted workbook, as an OLE container names them (UTF-16).
_ENCRYPTED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")
_ODS_TYPE: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_MARKUP: Final = re.compile(rb"\s*<(?:\?xml|!doctype|html|table)", re.IGNORECASE)


def read_workbook(content: bytes, *, file_name: str) -> list[Sheet]:
    """
    Return the sheets of a spreadsheet (`SUFFIXES`) in their order, every text as NFC Unicode.

    The file's bytes decide what it is, not its name. Formulas give the result that was saved with them; macros
    and links to other files are never followed. Texts in legacy encodings are converted by `legacy_text` as rows
    are drawn; `Sheet.text_changes` then says which.

    Raises
    ------
    FileError
        If the file is empty, too large, encrypted, damaged, or no spreadsheet at all; the message says which.
    """
    name = PurePath(file_name.replace("\\", "/")).name
    _refuse_unreadable(content, name)
    if content.startswith(_ZIP):
        sheets = _read_zipped(content, name)
    elif content.startswith(_OLE):
        sheets = _read_sheets(content, name, {}, xls_fonts.legacy_fonts(content))
    else:
        sheets = [delimited.read_delimited(content, file_name=name, sheet_name=PurePath(name).stem or name)]
    return [legacy_text.in_unicode(sheet) for sheet in sheets]


def _read_zipped(content: bytes, file_name: str) -> list[Sheet]:
    if _ODS_TYPE in content[:200]:
        ods_package.check_ods(content, file_name=file_name)
        return _read_sheets(content, file_name, {}, {})
    parts = scan_package(content, file_name=file_name, is_legacy_font=legacy_text.LEGACY_FONT)
    return _read_sheets(content, file_name, parts, {name: part.fonts for name, part in parts.items()})


def _read_sheets(
    content: bytes,
    file_name: str,
    parts: dict[str, SheetPart],
    fonts: dict[str, dict[tuple[int, int], str]],
) -> list[Sheet]:
    workbook = _OpenWorkbook(content, file_name)
    sheets = []
    for meta in workbook.worksheets():
        part = parts.get(meta.name, SheetPart())
        is_large = (part.last_row + 1) * (part.last_column + 1) > large_sheet.LARGE_CELLS
        source = functools.partial(workbook.rows, meta.name)
        if is_large:
            source = functools.partial(workbook.drawn_rows, meta.name)
        sheets.append(
            Sheet(
                meta.name,
                is_visible=meta.visible == SheetVisibleEnum.Visible,
                source=source,
                # Merged cells of a large sheet would need all of it in memory; headers are read without them.
                merged_source=tuple if is_large else functools.partial(workbook.merged, meta.name),
                rows_expected=part.last_row + 1 if part.last_row else 0,
                counts_from_1904=part.counts_from_1904,
                hidden_rows=frozenset(part.hidden_rows),
                uncounted=frozenset(part.uncounted),
                fonts=fonts.get(meta.name, {}),
            )
        )
    return sheets


class _OpenWorkbook:
    """A workbook that calamine has open; only the sheet asked for last is held in memory."""

    def __init__(self, content: bytes, file_name: str) -> None:
        self._file_name = file_name
        self._content = content
        self._workbook = self._guarded(lambda: CalamineWorkbook.from_filelike(BytesIO(content)))
        self._held: tuple[str, Any] = ("", None)

    def worksheets(self) -> list[Any]:
        return [meta for meta in self._workbook.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]

    def rows(self, name: str) -> Iterator[Row]:
        sheet = self._sheet(name)
        if sheet.start is None:
            return
        # calamine gives the rows above the first value too, but not the columns before it.
        before: Row = [""] * sheet.start[1]
        found = self._guarded(sheet.iter_rows)
        while True:
            row = self._guarded(lambda: next(found, None))
            if row is None:
                self._held = ("", None)  # a million rows weigh a gigabyte: let go of them as soon as they are drawn
                return
            yield before + row

    def drawn_rows(self, name: str) -> Iterator[Row]:
        """Yield the rows of a sheet too large to hold."""
        self._held = ("", None)
        found = large_sheet.draw_rows(self._content, name)
        while (row := self._guarded(lambda: next(found, None))) is not None:
            yield row

    def merged(self, name: str) -> tuple[Block, ...]:
        found = self._guarded(lambda: self._sheet(name).merged_cell_ranges) or []
        return tuple(Block(*first, *last) for first, last in found)

    def _sheet(self, name: str) -> Any:
        if self._held[0] != name or self._held[1] is None:
            self._held = ("", None)
            sheet = self._guarded(lambda: self._workbook.get_sheet_by_name(name))
            check_area(max(sheet.total_height, 1), max(sheet.total_width, 1), name, self._file_name)
            self._held = (name, sheet)
        return self._held[1]

    def _guarded(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except PasswordError as error:
            raise _encrypted(self._file_name) from error
        except (CalamineError, OSError, KeyError, ValueError, OverflowError, MemoryError, SyntaxError) as error:
            raise damaged(self._file_name, error) from error
        except BaseException as error:
            # A panic of calamine's Rust code comes as an exception that is no Exception.
            if type(error).__name__ == "PanicException":
                raise damaged(self._file_name, error) from error
            raise


def _encrypted(file_name: str) -> FileError:
    return FileError(
        "workbook.encrypted",
        mark(
            'The file "{file}" is protected by a password. Open it in Excel, remove the password '
            "(File, Info, Protect Workbook, Encrypt with Password), save it, and upload it again."
        ),
        file=file_name,
    )


def _refuse_unreadable(content: bytes, file_name: str) -> None:
    if not content:
        raise FileError("workbook.empty", mark('The file "{file}" is empty (0 bytes).'), file=file_name)
    if len(content) > LARGEST_FILE_BYTES:
        raise FileError(
            "workbook.too-large",
            mark('The file "{file}" has {found} MB; at most {allowed} MB can be read. Split it by district.'),
            file=file_name,
            found=len(content) // 1024**2,
            allowed=LARGEST_FILE_BYTES // 1024**2,
        )
    if content.startswith(_OLE) and _ENCRYPTED_STREAM in content:
        raise _encrypted(file_name)
    suffix = PurePath(file_name).suffix.lower()
    is_text = suffix in delimited.SUFFIXES and not _MARKUP.match(content)
    if not content.startswith((_ZIP, _OLE)) and not is_text:
        raise FileError(
            "workbook.not-a-workbook",
            mark('The file "{file}" is not a workbook. Workbooks that can be read: {allowed}.'),
            file=file_name,
            allowed=", ".join(SUFFIXES),
        )
