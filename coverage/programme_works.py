"""Works of Programme 2081 (công trình Chương trình 2081) that count, with the names of their communes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import pandas as pd

from coverage.workspace import Workspace
from geodata.units import COMPANY_CODE
from loaders.store import engine, records
from loaders.survey.templates import load_template

WORKS_TABLE_COLUMNS: Final = (
    "work_code",
    "work_name",
    "commune_code",
    "commune_name",
    "district_name",
    "households_planned",
    "households_connected",
    "cost_million_vnd",
    "progress_share",
    "completion_date",
)
"""Columns of `ProgrammeWorks.table`: those of `ProvinceReport.works`, and the commune's code."""

_TYPES: Final = {
    "work_code": "str",
    "work_name": "str",
    "commune_code": "str",
    "households_planned": "Int64",
    "households_connected": "Int64",
    "cost_million_vnd": "float64",
    "progress_share": "float64",
    "completion_date": "datetime64[s]",
}


class ProgrammeWorks:
    """The works of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def table(
        self, area: str = COMPANY_CODE, *, as_of: datetime | None = None, told_on: date | None = None
    ) -> pd.DataFrame:
        """
        Return the works of an area that count, in the communes of the list of a day.

        Parameters
        ----------
        area
            Code in the list of `told_on`, else of the newest quarter.
        as_of
            Moment whose answer is wanted; now where None.

        Returns
        -------
        works
            Columns `WORKS_TABLE_COLUMNS`, sorted by commune and work; of each work the newest upload. ``district_name``
            is missing in lists without districts. A work of a commune that was divided is told in the commune with the
            largest part.

        Raises
        ------
        PlaceError
            If the list has no such area.
        """
        workspace = self._workspace
        day = told_on or workspace.list_of_newest_quarter(as_of=as_of)
        workspace.lists.require(area, day)
        with engine.reading(workspace.engine) as connection:
            found = records.counting_records(connection, load_template("works_progress"), as_of=as_of)
        told = workspace.told_as_of(as_of).carry(found, day)
        works = told.reindex(columns=pd.Index(WORKS_TABLE_COLUMNS)).astype(_TYPES)
        units = workspace.units_on(day)
        works = works[works["commune_code"].isin(units.communes_of(area).index)]
        communes = units.communes.loc[works["commune_code"]]
        districts = units.by_code["full_name"].reindex(communes["district_code"].astype("object"))
        named = works.assign(
            commune_name=communes["full_name"].to_numpy(), district_name=districts.astype("str").to_numpy()
        )
        return named.sort_values(["commune_code", "work_code"], ignore_index=True)
