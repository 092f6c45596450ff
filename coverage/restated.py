"""Figures and points that were reported in several lists of units, told in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from geodata import lineage
from geodata.tables import FIGURE_COLUMNS, FIGURE_KEY, MEASURES, require_columns

ORDER_COLUMN: Final = "accepted_as"
"""Column of figures with what came later as the higher number."""


def merge_lists(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """
    Return one table of figures out of several that are told in the same list of units.

    Parameters
    ----------
    tables
        Columns `FIGURE_COLUMNS` and `ORDER_COLUMN`. Of the rows of a commune and quarter the one that came last counts;
        what it does not report is taken from the ones before it, figure by figure.

    Returns
    -------
    figures
        Columns `FIGURE_COLUMNS`, sorted by period and commune, measures nullable whole numbers.
    """
    for table in tables:
        require_columns(table, (*FIGURE_COLUMNS, ORDER_COLUMN), what="figures")
    known = [table[[*FIGURE_COLUMNS, ORDER_COLUMN]] for table in tables if len(table)]
    if not known:
        empty = pd.DataFrame(columns=pd.Index(FIGURE_COLUMNS))
        return empty.astype({**dict.fromkeys(MEASURES, "Int64"), **dict.fromkeys(FIGURE_KEY, "str")})
    whole = known[0]
    if len(known) > 1:
        ordered = pd.concat(known, ignore_index=True).sort_values(ORDER_COLUMN, ascending=False, kind="stable")
        whole = ordered.groupby(list(FIGURE_KEY), sort=False)[list(MEASURES)].first().reset_index()
    whole = whole.sort_values(["period", "commune_code"], ignore_index=True)
    return whole[list(FIGURE_COLUMNS)].astype(dict.fromkeys(MEASURES, "Int64"))


def order_of(figures: pd.DataFrame, pairs: pd.DataFrame) -> pd.Series[int]:
    """
    Return `ORDER_COLUMN` of figures that are told in another list: that of the part that came last.

    Returns
    -------
    order
        Indexed by ``commune_code`` of the other list and ``period``.
    """
    parts = figures[[*FIGURE_KEY, ORDER_COLUMN]].merge(pairs, left_on="commune_code", right_on="from_code")
    newest = parts.groupby(["to_code", "period"])[ORDER_COLUMN].max()
    return newest.rename_axis(["commune_code", "period"])


def basis_by_commune(pairs: pd.DataFrame, shares: pd.DataFrame | None = None) -> pd.Series[str]:
    """
    Return what the restated figures of each commune rest on: the weakest of `lineage.BASES` among its parts.

    Parameters
    ----------
    pairs
        From `correspondence.correspondence`.
    shares
        As `lineage.choose_shares` takes them.

    Returns
    -------
    basis
        Indexed by the code of the commune in the list that is told, in code order.
    """
    chosen = lineage.choose_shares(pairs, shares)
    rank = chosen["basis"].map(lineage.BASES.index).groupby(chosen["to_code"]).max()
    return rank.map(dict(enumerate(lineage.BASES))).rename("basis")


def weakest_basis(bases: Sequence[pd.Series[str]], codes: pd.Index) -> pd.Series[str]:
    """Return for each code the weakest of several `basis_by_commune`; exact where none of them has it."""
    ranks = [basis.map(lineage.BASES.index).reindex(codes).fillna(0) for basis in bases]
    weakest = pd.concat(ranks, axis="columns").max(axis="columns") if ranks else pd.Series(0, index=codes)
    return weakest.map(dict(enumerate(lineage.BASES))).astype("str").rename("basis")


def carry_rows(
    rows: pd.DataFrame,
    pairs: pd.DataFrame,
    shares: pd.DataFrame | None = None,
    located: pd.Series[str] | None = None,
) -> pd.DataFrame:
    """
    Return points or records with the commune of another list; nothing is divided, because a meter stands in one place.

    Parameters
    ----------
    rows
        With ``commune_code``.
    pairs
        From `correspondence.correspondence`; a row of a divided commune goes to the commune that has its largest part.
    shares
        As `lineage.choose_shares` takes them.
    located
        The commune in which a row is known to lie, by the index of `rows`; counts where the row's own commune has a
        part in it.
    """
    chosen = lineage.choose_shares(pairs, shares)
    largest = chosen.sort_values(["from_code", "share", "to_code"], ascending=[True, False, True])
    became = largest.drop_duplicates("from_code").set_index("from_code")["to_code"]
    carried = rows["commune_code"].map(became)
    if located is not None:
        parts = pd.MultiIndex.from_frame(pairs[["from_code", "to_code"]])
        known = located.dropna()
        known = known[pd.MultiIndex.from_arrays([rows.loc[known.index, "commune_code"], known]).isin(parts)]
        carried = carried.where(~carried.index.isin(known.index), known.reindex(carried.index))
    return rows.assign(commune_code=carried)
