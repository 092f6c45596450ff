"""Rolled-up households → the figures of communes, as any survey reports them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from geodata.tables import FIGURE_COLUMNS, MEASURES
from loaders.ledger.judging import Cell
from loaders.ledger.plan import RURAL, SUPPLY_KINDS, URBAN

_MEASURE_OF: Final = {
    "direct": "households_direct",
    "bulk": "households_bulk",
    "shared": "households_shared",
    "offgrid": "households_offgrid",
    "none": "households_without",
}
_GRID: Final = ("direct", "bulk", "shared")


def absent_kinds(counts: Mapping[Cell, int]) -> tuple[str, ...]:
    """Return the kinds of supply of which no household stands in the roll-up."""
    present = {kind for (_, _, kind, _), households in counts.items() if households}
    return tuple(kind for kind in SUPPLY_KINDS if kind not in present)


def figures_of(counts: Mapping[Cell, int], *, is_rural: Mapping[str, bool], is_complete: bool = False) -> pd.DataFrame:
    """
    Return the figures of each commune and quarter that has a household in a roll-up.

    T = D + B + S and N = T + O + U. A kind of supply of which the whole ledger has no household is not reported,
    rather than zero, and with it the totals that need it; S alone may be inside D. Of a kind that the ledger knows, a
    commune without such a household has zero.

    Parameters
    ----------
    counts
        Households by commune, quarter, kind of supply and area; an area ``""`` goes by the unit.
    is_rural
        Commune → whether its kind of unit (xã) is rural.
    is_complete
        The ledger holds every household: kinds that it lacks are zero.

    Returns
    -------
    figures
        Columns `FIGURE_COLUMNS`, by quarter and commune.
    """
    rows = [
        (commune, period, kind, area or (RURAL if is_rural[commune] else URBAN), households)
        for (commune, period, kind, area), households in counts.items()
    ]
    long = pd.DataFrame(rows, columns=pd.Index(["commune_code", "period", "kind", "area", "households"]))
    absent = () if is_complete else absent_kinds(counts)
    key = ["commune_code", "period"]
    figures = _by_kind(long).rename(columns=_MEASURE_OF)
    for suffix, part in (
        ("", long),
        (f"_{URBAN}", long[long["area"] == URBAN]),
        (f"_{RURAL}", long[long["area"] == RURAL]),
    ):
        table = _by_kind(part).reindex(figures.index, fill_value=0)
        figures[f"households_grid{suffix}"] = table[list(_GRID)].sum(axis="columns")
        figures[f"households_all{suffix}"] = table.sum(axis="columns")
    figures = figures.astype("Int64")
    figures[_unreported(absent)] = pd.NA
    ordered = figures.reset_index()[list(FIGURE_COLUMNS)].sort_values(key[::-1], ignore_index=True)
    return ordered.astype({**dict.fromkeys(MEASURES, "Int64"), **dict.fromkeys(key, "str")})


def _by_kind(long: pd.DataFrame) -> pd.DataFrame:
    """Return households by commune and quarter (index) and kind of supply (columns, all of them)."""
    table = long.pivot_table(
        index=["commune_code", "period"], columns="kind", values="households", aggfunc="sum", fill_value=0
    )
    table.columns.name = None
    return table.reindex(columns=pd.Index(SUPPLY_KINDS), fill_value=0)


def _unreported(absent: tuple[str, ...]) -> list[str]:
    """Return the measures that cannot be told without some kinds of supply."""
    found = [_MEASURE_OF[kind] for kind in absent]
    is_grid_known = not {"direct", "bulk"} & set(absent)
    is_all_known = is_grid_known and not {"offgrid", "none"} & set(absent)
    for name, is_known in (("households_grid", is_grid_known), ("households_all", is_all_known)):
        if not is_known:
            found += [name, f"{name}_{URBAN}", f"{name}_{RURAL}"]
    return found
