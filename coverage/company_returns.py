"""The company's returns: what was published, and what its offices have uploaded since; the later accepted counts."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from coverage.company_table import RETURN_COLUMNS
from coverage.workspace import Workspace
from geodata.errors import mark
from geodata.language import Language
from loaders.store import engine, records
from loaders.survey.templates import load_template

TEMPLATE: Final = "company_return"
"""Template of the returns that offices upload."""

_SOURCE: Final = mark("Return of an office, file {file}")


class CompanyReturns:
    """
    The returns of a workspace.

    Parameters
    ----------
    workspace
        Whose store keeps those that were uploaded.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def counting(self, *, as_of: datetime | None = None) -> pd.DataFrame:
        """
        Return the returns that count, columns `company_table.RETURN_COLUMNS`, the newest first.

        Each indicator and period stands once: as it was accepted last, else as it was published. A return takes the
        place of the one before as a whole.

        Parameters
        ----------
        as_of
            Moment whose answer is wanted; now where None.
        """
        every = pd.concat([self._uploaded(as_of), self._published()], ignore_index=True)
        return every.drop_duplicates(["indicator", "period"], ignore_index=True)

    def _uploaded(self, as_of: datetime | None) -> pd.DataFrame:
        """Return what offices uploaded and was accepted."""
        with engine.reading(self._workspace.engine) as connection:
            found = records.counting_records(connection, load_template(TEMPLATE), as_of=as_of)
        told = found.reindex(columns=pd.Index([*RETURN_COLUMNS, "remark", "file_name"])).astype("object")
        for name in ("published_value", "plan"):
            told[name] = pd.Series([_decimal(value) for value in told[name]], index=told.index, dtype="object")
        sources = {
            f"source_{code}": [Language(code).say(_SOURCE, file=f'"{name}"') for name in told["file_name"]]
            for code in ("vi", "en")
        }
        told = told.assign(note_vi=told["remark"], note_en=told["remark"], **sources)
        return told[list(RETURN_COLUMNS)].astype("object")

    def _published(self) -> pd.DataFrame:
        """Return what was published and is shipped with the product."""
        table = self._workspace.published.rename(columns={"note": "note_en"})
        # A change that was reckoned from published counts was not itself published.
        published = table["published_value"].where(table["is_reckoned"].isna())
        return table.assign(published_value=published)[list(RETURN_COLUMNS)].astype("object")


def _decimal(value: Any) -> Decimal | None:
    return None if pd.isna(value) else Decimal(repr(float(value)))
