"""The figures of a report as formulas over its table of communes, and as what they give now."""

from __future__ import annotations

from typing import Final

from geodata.report_data import SHARE, ReportFigure
from loaders.reports.commune_table import TablePlaces

_PARTS: Final = {
    "households_with_power_share": ("households_grid", "households_all"),
    "rural_households_with_power_share": ("households_grid_rural", "households_all_rural"),
    "direct_share": ("households_direct", "households_grid"),
    "bulk_households": ("households_bulk", None),
    "households_to_connect": ("households_all", "households_grid"),
}
"""The two columns that each figure of the summary rests on; a commune counts where it reported both."""

TO_CONNECT: Final = "households_to_connect"

NAMES: Final = {
    "households_all": "ho_tong_so",
    "households_grid": "ho_co_dien",
    "households_direct": "ho_truc_tiep",
    "households_bulk": "ho_sau_cong_to_tong",
    "households_shared": "ho_cau_phu",
    "households_offgrid": "ho_nguon_tai_cho",
    "households_without": "ho_chua_co_dien",
    "households_all_rural": "ho_nong_thon",
    "households_grid_rural": "ho_nong_thon_co_dien",
}
"""Names of the totals in the workbook; those of the columns of communes begin with ``xa_``."""


def part_formula(figure: ReportFigure, places: TablePlaces, quoted: str, group: str | None = None) -> str:
    """Return the formula of a figure's numerator, of the province or of a district (`group`)."""
    first, second = _PARTS[figure.name]
    if figure.name == TO_CONNECT:
        assert second is not None
        whole, grid = (_sum(measure, (first, second), places, quoted, group) for measure in (first, second))
        return _unless_none((first, second), places, quoted, group, f"{whole}-{grid}")
    both = (first,) if second is None else (first, second)
    return _unless_none(both, places, quoted, group, _sum(first, both, places, quoted, group))


def whole_formula(figure: ReportFigure, places: TablePlaces, quoted: str) -> str | None:
    """Return the formula of a figure's denominator; None for a count."""
    first, second = _PARTS[figure.name]
    if figure.kind != SHARE or second is None:
        return None
    return _unless_none((first, second), places, quoted, None, _sum(second, (first, second), places, quoted, None))


def value_formula(figure: ReportFigure, part: str, whole: str) -> str:
    """Return the formula of a figure from the cells of its numerator and denominator."""
    if figure.kind != SHARE:
        return f'=IF(ISNUMBER({part}),{part},"")'
    return f'=IF(AND(ISNUMBER({part}),N({whole})>0,N({part})<=N({whole})),{part}/{whole},"")'


def change_formula(figure: ReportFigure, now: str, before: str) -> str:
    """Return the formula of what changed: households, or percentage points of a share."""
    times = "*100" if figure.kind == SHARE else ""
    return f'=IF(AND(ISNUMBER({now}),ISNUMBER({before})),({now}-{before}){times},"")'


def _sum(measure: str, both: tuple[str, ...], places: TablePlaces, quoted: str, group: str | None) -> str:
    return f"SUMIFS({quoted}!{places.cells(measure, group)},{_where(both, places, quoted, group)})"


def _unless_none(both: tuple[str, ...], places: TablePlaces, quoted: str, group: str | None, formula: str) -> str:
    return f'=IF(COUNTIFS({_where(both, places, quoted, group)})=0,"",{formula})'


def _where(both: tuple[str, ...], places: TablePlaces, quoted: str, group: str | None) -> str:
    ranges = [places.cells(measure, group) for measure in both] + [places.codes(group)]
    return ",".join(f'{quoted}!{cells},"<>"' for cells in ranges)
