"""Tables as .csv files that spreadsheets open safely."""

from __future__ import annotations

import pandas as pd


def csv_of(table: pd.DataFrame) -> bytes:
    """
    Return a table as .csv (UTF-8 with its mark, so that Excel reads the letters right).

    A text that begins with = + - or @ gets an apostrophe before it: what somebody typed as the name of an
    organisation must not be run as a formula by whoever opens the file.
    """

    def as_text(value: object) -> object:
        return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value

    return table.map(as_text).to_csv(index=False).encode("utf-8-sig")
