"""Tables as .csv files that spreadsheets open safely."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
"""How a text begins that would be run; after apostrophes too, so that `unguarded` gives back what was there."""


def csv_of(table: pd.DataFrame) -> bytes:
    """
    Return a table as .csv (UTF-8 with its mark, so that Excel reads the letters right).

    A text that begins with = + - or @ gets an apostrophe before it: what somebody typed as the name of an
    organisation must not be run as a formula by whoever opens the file.
    """

    def as_text(value: object) -> object:
        return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value

    return table.map(as_text).to_csv(index=False).encode("utf-8-sig")


def unguarded(text: str) -> str:
    """
    Return a text as it was before `csv_of` guarded it.

    Examples
    --------
    >>> unguarded("'=1+1"), unguarded("'t Hof"), unguarded("An")
    ('=1+1', "'t Hof", 'An')
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
