"""Any spreadsheet → its sheets as cells with addresses; what is no workbook is refused."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from geodata.errors import FileError, mark

CellValue = str | float | int | bool | date | datetime | time | timedelta
"""What a cell holds; an empty cell is ``""``."""

LARGEST_FILE_BYTES: Final = 200 * 1024**2
LARGEST_UNPACKED_BYTES: Final = 1024**3
SUFFIXES: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
# The streams of an encrypted workbook, as an OLE container names them (UTF-16).
_ENCRYPTED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Sheet:
    """
    One sheet: `rows` from A1 on, each as long as the used range is wide.

    Parameters
    ----------
    name
        As the tab shows it.
    is_visible
        False for hidden sheets.
    rows
        Values; what a formula gave when the file was saved.
    """

    name: str
    is_visible: bool
    rows: list[list[CellValue]]


def cell_text(value: CellValue) -> str:
    """Return a cell's value as readers see it: whole numbers without ".0", no space around."""
    is_whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if is_whole else value).strip()  # type: ignore[arg-type]


def address(row: int, column: int) -> str:
    """
    Return a cell's address from its row and column, both counted from 0.

    Examples
    --------
    >>> address(13, 2), address(0, 26)
    ('C14', 'AA1')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def row_of(cell: str) -> int:
    """Return the row of an address as the sheet counts it: 14 for ``"C14"``."""
    return int("".join(c for c in cell if c.isdigit()))


def read_workbook(content: bytes, *, file_name: str) -> list[Sheet]:
    """
    Return the sheets of a workbook (.xlsx, .xlsm, .xlsb, .xls, .ods) in their order.

    Raises
    ------
    FileError
        If the file is empty, too large, encrypted, damaged, or no workbook at all; the message says which.
    """
    _refuse_unreadable(content, file_name)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        return [
            Sheet(
                meta.name,
                meta.visible == SheetVisibleEnum.Visible,
                workbook.get_sheet_by_name(meta.name).to_python(skip_empty_area=False),
            )
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    except PasswordError as error:
        raise _encrypted(file_name) from error
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(file_name, error) from error


def _encrypted(file_name: str) -> FileError:
    return FileError(
        "workbook.encrypted",
        mark(
            'The file "{file}" is protected by a password. Open it in Excel, remove the password '
            "(File, Info, Protect Workbook, Encrypt with Password), save it, and upload it again."
        ),
        file=file_name,
    )


def _damaged(file_name: str, reason: Exception) -> FileError:
    return FileError(
        "workbook.damaged",
        mark(
            'The file "{file}" looks like a workbook but cannot be read ({reason}). Open it in Excel or '
            "LibreOffice, save it again as .xlsx, and upload that."
        ),
        file=file_name,
        reason=str(reason),
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
    if content.startswith(_ZIP):
        _refuse_bad_zip(content, file_name)
    elif not content.startswith(_OLE):
        raise FileError(
            "workbook.not-a-workbook",
            mark('The file "{file}" is not a workbook. Workbooks that can be read: {allowed}.'),
            file=file_name,
            allowed=", ".join(SUFFIXES),
        )


def _refuse_bad_zip(content: bytes, file_name: str) -> None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise _damaged(file_name, error) from error
    if unpacked > LARGEST_UNPACKED_BYTES:
        raise FileError(
            "workbook.unpacks-too-large",
            mark('The file "{file}" would unpack to {found} MB; at most {allowed} MB are read. It was not opened.'),
            file=file_name,
            found=unpacked // 1024**2,
            allowed=LARGEST_UNPACKED_BYTES // 1024**2,
        )
