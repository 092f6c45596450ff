"""The company's returns: what was published, and what its offices have uploaded since; the later accepted counts."""

from __future__ import annotations

import pandas as pd

from coverage.company_table import RETURN_COLUMNS
from coverage.workspace import Workspace


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

    def counting(self) -> pd.DataFrame:
        """Return the returns that count, columns `company_table.RETURN_COLUMNS`, each indicator and period once."""
        return self._published()

    def _published(self) -> pd.DataFrame:
        """Return what was published and is shipped with the product."""
        table = self._workspace.published.rename(columns={"note": "note_en"})
        # A change that was reckoned from published counts was not itself published.
        published = table["published_value"].where(table["is_reckoned"].isna())
        return table.assign(published_value=published)[list(RETURN_COLUMNS)]
