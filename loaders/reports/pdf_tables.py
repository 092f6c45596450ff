"""The report's tables of figures by district and by commune, for the .pdf."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from geodata.language import Language
from geodata.lineage import ESTIMATED, EXACT
from geodata.report_data import ProvinceReport
from loaders.reports.listing import CENTRE, LEFT, Column
from loaders.reports.pdf_blocks import Block, TableRow, table

_COMMUNE_SIZE: Final = 7.0
_DISTRICT_SIZE: Final = 7.2


@dataclass(frozen=True)
class _Figure:
    """A column of figures: a sum of a measure, or the share of one measure in another."""

    label: str
    share: float
    measure: str
    whole: str | None = None

    def of_sum(self, communes: pd.DataFrame, language: Language) -> str:
        """
        Return the figure of communes together, as a ratio of sums; blank where none reported it.

        A share rests on the communes that reported both of its parts; it is blank where they contradict each other.
        """
        if self.whole is None:
            return self._shown(communes[self.measure].sum(min_count=1), None, language)
        both = communes[[self.measure, self.whole]].dropna()
        return self._shown(both[self.measure].sum(), both[self.whole].sum(), language)

    def of_one(self, commune: Mapping[Hashable, Any], language: Language) -> str:
        """Return the figure of one commune, as `of_sum` would."""
        return self._shown(commune[self.measure], commune[self.whole] if self.whole else None, language)

    def _shown(self, part: Any, whole: Any, language: Language) -> str:
        if pd.isna(part):
            return ""
        if self.whole is None:
            return language.count(int(part))
        if pd.isna(whole) or not 0 <= int(part) <= int(whole) or not int(whole):
            return ""
        return language.share(Decimal(int(part)) / int(whole), decimals=2)


def district_table(report: ProvinceReport, notes: Sequence[str]) -> Block:
    """Return the figures of the districts in code order, the province's below them."""
    say, language = report.language.say, report.language
    figures = (
        _Figure(say("Households in all"), 20.5, "households_all"),
        _Figure(say("With grid power"), 14.5, "households_grid"),
        _Figure(say("With grid power, share"), 14, "households_grid", "households_all"),
        _Figure(say("Rural households in all"), 20.5, "households_all_rural"),
        _Figure(say("Rural with grid power, share"), 17, "households_grid_rural", "households_all_rural"),
        _Figure(say("Direct sale"), 14.5, "households_direct"),
        _Figure(say("Direct sale, share"), 14, "households_direct", "households_grid"),
        _Figure(say("Behind a master meter"), 14.5, "households_bulk"),
        _Figure(say("Without power"), 13, "households_without"),
    )
    rows = [
        TableRow((name, _reported(communes, language), *_cells(figures, communes, language)))
        for name, communes in _districts(report)
    ]
    total = (report.province_name, _reported(report.communes, language), *_cells(figures, report.communes, language))
    columns = (
        Column(say("District"), 38, LEFT),
        Column(say("Communes reporting"), 18.5, CENTRE),
        *(Column(figure.label, figure.share) for figure in figures),
    )
    return table(columns, [*rows, TableRow(total, "total")], size=_DISTRICT_SIZE, notes=notes)


def commune_table(report: ProvinceReport, notes: Sequence[str]) -> Block:
    """Return the figures of every commune below those of its district, the province's first."""
    say, language = report.language.say, report.language
    figures = (
        _Figure(say("Households in all"), 14, "households_all"),
        _Figure(say("With grid power"), 14, "households_grid"),
        _Figure(say("With grid power, share"), 14.5, "households_grid", "households_all"),
        _Figure(say("Direct sale"), 14, "households_direct"),
        _Figure(say("Direct sale, share"), 14.5, "households_direct", "households_grid"),
        _Figure(say("Behind a master meter"), 14, "households_bulk"),
        _Figure(say("Shared meter"), 12, "households_shared"),
        _Figure(say("Off-grid only"), 12, "households_offgrid"),
        _Figure(say("Without power"), 12, "households_without"),
    )
    rows = [TableRow(("", "", report.province_name, *_cells(figures, report.communes, language)), "total")]
    for name, communes in _districts(report):
        if name:
            rows.append(TableRow(("", "", name, *_cells(figures, communes, language)), "group"))
        records = zip(communes.index, communes.to_dict("records"), strict=True)
        for number, (code, commune) in enumerate(records, start=1):
            is_estimated = report.basis.get(code, EXACT) != EXACT
            shown = f"{commune['commune_name']} {ESTIMATED}" if is_estimated else str(commune["commune_name"])
            counts = (figure.of_one(commune, language) for figure in figures)
            rows.append(TableRow((str(number), str(code), shown, *counts)))
    columns = (
        Column(say("No."), 7, CENTRE),
        Column(say("Code"), 11, CENTRE),
        Column(say("District, commune") if report.has_districts else say("Commune"), 36, LEFT),
        *(Column(figure.label, figure.share) for figure in figures),
    )
    return table(columns, rows, size=_COMMUNE_SIZE, notes=notes)


def _districts(report: ProvinceReport) -> list[tuple[str, pd.DataFrame]]:
    """Communes by district, with its name; all of them under none where the list has no districts."""
    if not report.has_districts:
        return [("", report.communes)]
    groups = report.communes.groupby("district_code", sort=True)
    return [(str(communes["district_name"].iloc[0]), communes) for _, communes in groups]


def _cells(figures: Sequence[_Figure], communes: pd.DataFrame, language: Language) -> tuple[str, ...]:
    return tuple(figure.of_sum(communes, language) for figure in figures)


def _reported(communes: pd.DataFrame, language: Language) -> str:
    counted = int(communes["households_all"].notna().sum())
    return f"{language.count(counted)} / {language.count(len(communes))}"
