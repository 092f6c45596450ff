"""A .pdf report read back: what identifies its figures, and the table of all counts that is attached to it."""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from typing import Final
from xml.sax.saxutils import unescape

import pandas as pd

from geodata.errors import FileError, mark
from geodata.report_data import FIGURE_TABLE_COLUMNS, STAMP_KEYS

_KEYWORDS: Final = re.compile(rb"<pdf:Keywords>([^<]{0,4000})</pdf:Keywords>")
_ATTACHED: Final = re.compile(
    rb"<<(?=[^\r\n]{0,400}/Type/EmbeddedFile)[^\r\n]{0,400}?/Length (\d{1,9})[^\r\n]{0,400}>>\r?\nstream\r?\n"
)
_MOST_BYTES: Final = 20_000_000
"""More than the counts of a province ever take."""


def read_pdf_report(content: bytes) -> tuple[dict[str, str], pd.DataFrame]:
    """
    Return the stamp and the figure table of a .pdf that `province_pdf` wrote.

    Returns
    -------
    stamp, figures
        As `ProvinceReport.stamp` and `ProvinceReport.figure_table` gave them.

    Raises
    ------
    FileError
        If the bytes are no PDF, or hold no stamp or no such table: another program wrote or has rewritten them.
    """
    if not content.startswith(b"%PDF-"):
        raise FileError(
            "report.no-pdf", mark("The file is no PDF: it does not begin as one. Choose the file of a report.")
        )
    return _stamp(content), _figures(content)


def _stamp(content: bytes) -> dict[str, str]:
    found = _KEYWORDS.search(content)
    words = unescape(found[1].decode("utf-8", "replace")).split(", ") if found else []
    stamp = dict(word.split("=", 1) for word in words if "=" in word)
    if tuple(stamp) != STAMP_KEYS:
        raise _rewritten()
    return stamp


def _figures(content: bytes) -> pd.DataFrame:
    for found in _ATTACHED.finditer(content):
        packed = content[found.end() : found.end() + int(found[1])]
        try:
            text = zlib.decompressobj().decompress(packed, _MOST_BYTES)
            table = pd.read_csv(BytesIO(text), dtype="str", keep_default_na=False)
        except (zlib.error, ValueError):  # pandas' own errors are ValueErrors
            continue
        if tuple(table.columns) == FIGURE_TABLE_COLUMNS and table["value"].str.fullmatch(r"\d{1,18}").all():
            return table.astype({"value": "int64"})
    raise _rewritten()


def _rewritten() -> FileError:
    return FileError(
        "report.pdf-without-stamp",
        mark(
            "The PDF holds no figures of a Phủ Điện report: another program wrote it, or saved it anew (printed, "
            "merged, compressed). Use the file as Phủ Điện wrote it."
        ),
    )
