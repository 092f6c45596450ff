"""What the maps of a province report show: each commune's class, in the colours and classes of the app's maps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from coverage.indicators import Indicator
from coverage.map_classes import Classes
from coverage.rollup import figure_of, indicator_by_area
from geodata.language import Language
from geodata.report_data import ReportMap

MAPPED: Final = ("direct_share", "households_to_connect")
"""The two that a report maps: who still buys through others, and who is still without the grid."""


def maps_of_report(
    figures: pd.DataFrame, communes: pd.Index[str], indicators: Mapping[str, Indicator], language: Language
) -> tuple[ReportMap, ...]:
    """
    Return the maps of the indicators `MAPPED`.

    Parameters
    ----------
    figures
        Columns `FIGURE_COLUMNS`, one quarter, of the province.
    communes
        Codes of the communes that the province has.
    """
    return tuple(_map_of(figures, communes, indicators[name], language) for name in MAPPED)


def _map_of(figures: pd.DataFrame, communes: pd.Index[str], indicator: Indicator, language: Language) -> ReportMap:
    by_commune = indicator_by_area(figures, indicator, pd.Series(communes, index=communes))
    classes = Classes(indicator)
    found = [classes.index_of(figure_of(row, indicator)) for row in by_commune.to_dict("records")]
    return ReportMap(
        indicator=indicator.name,
        title=indicator.title(language),
        classes=tuple((one.colour, one.label) for one in classes.legend(language)),
        class_of=pd.Series(found, index=by_commune.index.rename("commune_code"), dtype="Int64"),
    )
