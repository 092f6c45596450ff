"""The figures that stand in a report's file, read back: from its visible cells where it has some, and its stamp."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import PurePath
from typing import Any, Final

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from docx import Document
from docx.oxml.ns import qn
from lxml import etree
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from geodata.errors import FigureError, FileError, mark
from geodata.periods import Period
from geodata.report_data import FIGURE_TABLE_COLUMNS, STAMP_KEYS
from geodata.tables import MEASURES
from loaders.reports.csv_file import unguarded
from loaders.reports.data_files import STAMP_TABLE
from loaders.reports.figure_formulas import NAMES
from loaders.reports.pdf_sections import ATTACHMENT_NAME
from loaders.reports.word_document import FIGURE_BOOKMARK
from loaders.workbook.package import check_package, damaged

PLACE: Final = "place"

_DIGITS: Final = re.compile(r"\d{1,3}(?:[.,\s\u00a0\u202f]?\d{3})*|\d+")
_PROVINCE, _PERIOD, _UNITS_OF, _VERSION, _MOMENT, _AS_OF, _FINGERPRINT, _LANGUAGE, _PLAN = STAMP_KEYS


@dataclass(frozen=True)
class ReportedFigures:
    """
    What a report's file says.

    Parameters
    ----------
    stamp
        Keys `STAMP_KEYS`; blank where the form does not carry one of them.
    figures
        Columns `FIGURE_TABLE_COLUMNS` and ``place`` (cell or row where the figure stands): one row a figure for which
        the file has a place. ``value`` (Int64) is missing where the place is blank or holds no whole number.
    holds_all
        Whether the file is to hold every figure of the report.
    is_workbook
        Whether the figures stand in the cells of a workbook.
    """

    stamp: Mapping[str, str]
    figures: pd.DataFrame
    holds_all: bool = False
    is_workbook: bool = False


_Rows = list[tuple[str, str, str, int | None, str]]


def read_reported_figures(content: bytes, file_name: str) -> ReportedFigures:
    """
    Return the figures that stand in a report's file, and its stamp.

    Parameters
    ----------
    content, file_name
        An .xlsx, .docx, .pdf, .csv, .gpkg or .parquet of a province report. Of workbooks, documents and data the
        visible figures are read; of a .pdf, whose text is no table, those attached to it.

    Raises
    ------
    FileError
        If the file cannot be read, is of another kind, or is no report of this product.
    """
    suffix = PurePath(file_name).suffix.lower()
    if suffix not in _READERS:
        raise FileError(
            "report.file-unknown",
            mark('"{file}" is no report that can be verified. Files that can: {allowed}.'),
            file=file_name,
            allowed=", ".join(_READERS),
        )
    stamp, rows = _READERS[suffix](content, file_name)
    if not _is_stamp(stamp):
        raise FileError(
            "report.file-without-stamp",
            mark(
                'The file "{file}" bears no stamp of a province report: it was not written by this product, or another '
                "program has removed its properties. Verify the file as it was downloaded."
            ),
            file=file_name,
        )
    table = pd.DataFrame(rows, columns=pd.Index([*FIGURE_TABLE_COLUMNS, PLACE])).astype({"value": "Int64"})
    full = {key: stamp.get(key, "") for key in STAMP_KEYS}
    return ReportedFigures(full, table, holds_all=suffix == ".pdf", is_workbook=suffix == ".xlsx")


def _is_stamp(stamp: Mapping[str, str]) -> bool:
    """Whether a stamp can be read: anybody may have typed into it."""
    try:
        date.fromisoformat(stamp.get(_UNITS_OF, ""))
        datetime.fromisoformat(stamp.get(_MOMENT) or "2021-06-30")
        Period.parse(stamp.get(_PERIOD, ""))
    except (ValueError, FigureError):
        return False
    return bool(stamp.get(_FINGERPRINT) and stamp.get(_PROVINCE))


def _whole_number(found: object) -> int | None:
    """Return a whole number as a cell or a text holds it, with separators of either language; else None."""
    if isinstance(found, bool) or found is None:
        return None
    if isinstance(found, int | float):
        if not math.isfinite(found):
            return None
        return int(found) if found == int(found) else None
    text = str(found).strip()
    return int(re.sub(r"\D", "", text)) if _DIGITS.fullmatch(text) else None


# ---- .xlsx: the cells that the workbook's defined names mark


def _of_workbook(content: bytes, file_name: str) -> tuple[dict[str, str], _Rows]:
    check_package(content, file_name=file_name)
    try:
        book: Any = openpyxl.load_workbook(BytesIO(content), data_only=True)
    except (KeyError, ValueError, TypeError, AttributeError, OSError) as error:
        raise damaged(file_name, error) from error
    stamp = {found.name: str(found.value or "") for found in book.custom_doc_props.props}
    period, province = stamp.get(_PERIOD, ""), stamp.get(_PROVINCE, "")
    rows: _Rows = []
    codes = [_text_of(cell) for cell in _cells(book, "xa_ma")]
    for measure, name in NAMES.items():
        for code, cell in zip(codes, _cells(book, f"xa_{name}"), strict=False):
            if code:  # rows of sums have none
                rows.append((code, period, measure, _whole_number(cell.value), _address(cell)))
        rows += [
            (province, period, measure, _whole_number(cell.value), _address(cell))
            for cell in _cells(book, name)
            if cell.value is not None  # a formula, whose result other programs may leave out
        ]
    return stamp, rows


def _cells(book: Any, name: str) -> Iterator[Any]:
    """Yield the cells of a defined name, from top to bottom; none where the workbook does not know the name."""
    if name not in book.defined_names:
        return
    for sheet, area in book.defined_names[name].destinations:
        for row in book[sheet][area] if ":" in area else ((book[sheet][area],),):
            yield row[0]


def _text_of(cell: Any) -> str:
    return "" if cell.value is None else str(cell.value).strip()


def _address(cell: Any) -> str:
    return f"{cell.parent.title}!{cell.coordinate}"


# ---- .docx: the cells that hidden bookmarks mark


def _of_document(content: bytes, file_name: str) -> tuple[dict[str, str], _Rows]:
    check_package(content, file_name=file_name)
    try:
        document = Document(BytesIO(content))
    except (KeyError, ValueError, etree.LxmlError) as error:
        raise damaged(file_name, error) from error
    stamp = _custom_properties(document)
    rows: _Rows = []
    for number, table in enumerate(document.element.body.iter(qn("w:tbl")), start=1):
        for line, row in enumerate(table.iter(qn("w:tr")), start=1):
            for column, cell in enumerate(row.iter(qn("w:tc")), start=1):
                for bookmark in cell.iter(qn("w:bookmarkStart")):
                    name = str(bookmark.get(qn("w:name")))
                    if not name.startswith(FIGURE_BOOKMARK):
                        continue
                    area, _, measure = name.removeprefix(FIGURE_BOOKMARK).partition("_")
                    text = "".join(part.text or "" for part in cell.iter(qn("w:t")))
                    place = f"{number}:{line}:{column}"
                    rows.append((area, stamp.get(_PERIOD, ""), measure, _whole_number(text), place))
    return stamp, rows


def _custom_properties(document: Any) -> dict[str, str]:
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/docProps/custom.xml":
            root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
            return {str(found.get("name")): "".join(found.itertext()) for found in root}
    return {}


# ---- .pdf: the attached table


def _of_pdf(content: bytes, file_name: str) -> tuple[dict[str, str], _Rows]:
    try:
        reader = PdfReader(BytesIO(content))
        keywords = str(reader.metadata.get("/Keywords", "")) if reader.metadata else ""
        attached = [
            pd.read_csv(StringIO(table.decode("utf-8")), dtype="str", keep_default_na=False)
            for table in reader.attachments.get(ATTACHMENT_NAME, [])
        ]
    except (PyPdfError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise damaged(file_name, error) from error
    stamp = dict(word.strip().split("=", maxsplit=1) for word in keywords.split(",") if "=" in word)
    rows: _Rows = []
    for lines in attached:
        for number, line in enumerate(lines.to_dict("records"), start=2):
            area, period, measure, value = (str(line.get(name, "")) for name in FIGURE_TABLE_COLUMNS)
            rows.append((area, period, measure, _whole_number(value), f"{ATTACHMENT_NAME}:{number}"))
    return stamp, rows


# ---- data: one row a commune


def _of_csv(content: bytes, file_name: str) -> tuple[dict[str, str], _Rows]:
    try:
        table = pd.read_csv(StringIO(content.decode("utf-8-sig")), dtype="str", keep_default_na=False)
    except (ValueError, pd.errors.ParserError) as error:
        raise damaged(file_name, error) from error
    of = {_PROVINCE: "province_code", _PERIOD: "period", _UNITS_OF: "units_of", _VERSION: "data_version"}
    of[_FINGERPRINT] = "fingerprint"
    stamp = {key: str(table[name].iloc[0]) for key, name in of.items() if name in table.columns and len(table)}
    return stamp, _of_table(table.map(unguarded), stamp)


def _of_parquet(content: bytes, file_name: str) -> tuple[dict[str, str], _Rows]:
    try:
        table = pq.read_table(BytesIO(content))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise damaged(file_name, error) from error
    stamp = {key.decode(): text.decode() for key, text in (table.schema.metadata or {}).items()}
    known = [name for name in ("commune_code", *MEASURES) if name in table.column_names]
    return stamp, _of_table(table.select(known).to_pandas(), stamp)


def _of_geopackage(content: bytes, file_name: str) -> tuple[dict[str, str], _Rows]:
    connection = sqlite3.connect(":memory:")
    try:
        if not content:
            raise ValueError("0 bytes")
        connection.deserialize(content)
        stamp = dict(connection.execute(f'SELECT key, value FROM "{STAMP_TABLE}"').fetchall())
        names = ", ".join(f'"{name}"' for name in ("commune_code", *MEASURES))
        rows = connection.execute(f'SELECT {names} FROM "communes"').fetchall()
    except (sqlite3.Error, ValueError) as error:
        raise damaged(file_name, error) from error
    finally:
        connection.close()
    return stamp, _of_table(pd.DataFrame(rows, columns=pd.Index(["commune_code", *MEASURES])), stamp)


def _of_table(table: pd.DataFrame, stamp: Mapping[str, str]) -> _Rows:
    if "commune_code" not in table.columns:
        return []
    period = stamp.get(_PERIOD, "")
    return [
        (str(code), period, measure, None if pd.isna(value) else _whole_number(value), f"{measure}:{number}")
        for measure in MEASURES
        if measure in table.columns
        for number, (code, value) in enumerate(zip(table["commune_code"], table[measure], strict=True), start=2)
    ]


_READERS: Final[dict[str, Callable[[bytes, str], tuple[dict[str, str], _Rows]]]] = {
    ".xlsx": _of_workbook,
    ".docx": _of_document,
    ".pdf": _of_pdf,
    ".csv": _of_csv,
    ".gpkg": _of_geopackage,
    ".parquet": _of_parquet,
}

READABLE: Final = tuple(_READERS)
"""Suffixes of the files that can be read."""
