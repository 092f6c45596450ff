"""What an .ods workbook holds, found before it is opened: how far its sheets reach, entities of its own."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from typing import Any, Final
from xml.parsers import expat

from geodata.errors import FileError
from loaders.workbook.package import LARGEST_UNPACKED_BYTES, check_area, damaged

_CHUNK: Final = 1 << 20


class _Extent:
    """Follows the tables of a content.xml and their repeated rows and cells."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.sheet = ""
        self.rows = self.row_repeat = self.columns = self.cell_repeat = 0
        self.last_row = self.last_column = 0
        self.has_value = self.is_row_filled = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            self.sheet, self.rows, self.last_row, self.last_column = attributes.get("table:name", ""), 0, 0, 0
        elif tag == "table:table-row":
            self.row_repeat = _count(attributes, "table:number-rows-repeated")
            self.columns, self.is_row_filled = 0, False
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self.cell_repeat = _count(attributes, "table:number-columns-repeated")
            self.has_value = "office:value-type" in attributes
        elif tag == "text:p":
            self.has_value = True

    def end(self, tag: str) -> None:
        if tag in ("table:table-cell", "table:covered-table-cell"):
            self.columns += self.cell_repeat
            if self.has_value:
                self.is_row_filled = True
                self.last_column = max(self.last_column, self.columns)
            self.has_value = False
        elif tag == "table:table-row":
            self.rows += self.row_repeat
            if self.is_row_filled:
                self.last_row = self.rows
                check_area(self.last_row, self.last_column, self.sheet, self.file_name)


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return int(text) if text.isdigit() and len(text) < 10 else 1


def _refuse_entity(*_: Any) -> None:
    raise ValueError("it defines entities of its own")


def check_ods(content: bytes, *, file_name: str) -> None:
    """
    Refuse an .ods whose sheets span more cells than can be read, or that would fill the memory.

    Raises
    ------
    FileError
        If it is damaged, too large once unpacked, or defines entities.
    """
    extent = _Extent(file_name)
    parser = expat.ParserCreate()
    parser.StartElementHandler = extent.start
    parser.EndElementHandler = extent.end
    parser.EntityDeclHandler = _refuse_entity
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            member = archive.getinfo("content.xml")
            if member.file_size > LARGEST_UNPACKED_BYTES:
                raise ValueError(f"{member.file_size // 1024**2} MB")
            with archive.open(member) as stream:
                while chunk := stream.read(_CHUNK):
                    parser.Parse(chunk)
                parser.Parse(b"", True)
    except FileError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, ValueError, RuntimeError) as error:
        raise damaged(file_name, error) from error
    except (expat.ExpatError, NotImplementedError) as error:
        raise damaged(file_name, error) from error
