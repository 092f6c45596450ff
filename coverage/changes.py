"""What an upload changes: its figures against those that count now."""

from __future__ import annotations

from typing import Final

import pandas as pd

from geodata.tables import FIGURE_COLUMNS, FIGURE_KEY, MEASURES

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"

CHANGE_COLUMNS: Final = (*FIGURE_KEY, "measure", "old", "new", "change")


def compare_figures(current: pd.DataFrame, proposed: pd.DataFrame) -> pd.DataFrame:
    """
    Return what each proposed figure does to the figure that counts now.

    Parameters
    ----------
    current, proposed
        Columns `FIGURE_COLUMNS`. A proposed figure that is missing says nothing; it deletes nothing.

    Returns
    -------
    changes
        One row a proposed figure, in the order of commune, period and measure: ``old`` (missing where there is
        none yet), ``new`` (both Int64) and ``change``, one of `NEW`, `CHANGED`, `UNCHANGED`.
    """
    after = _long(proposed, "new")
    before = _long(current[current["commune_code"].isin(proposed["commune_code"])], "old")
    both = after.merge(before, on=[*FIGURE_KEY, "measure"], how="left")
    both["change"] = CHANGED
    both.loc[both["old"].isna(), "change"] = NEW
    both.loc[(both["old"] == both["new"]).fillna(value=False), "change"] = UNCHANGED
    order = both["measure"].map({measure: place for place, measure in enumerate(MEASURES)})
    ordered = both.assign(order=order).sort_values([*FIGURE_KEY, "order"], ignore_index=True)
    return ordered[list(CHANGE_COLUMNS)]


def _long(figures: pd.DataFrame, name: str) -> pd.DataFrame:
    long = figures.melt(id_vars=list(FIGURE_KEY), value_vars=list(MEASURES), var_name="measure", value_name=name)
    return long.dropna(subset=name).astype({name: "Int64", "measure": "str"})


def with_proposed(current: pd.DataFrame, proposed: pd.DataFrame) -> pd.DataFrame:
    """
    Return the figures as they would be after acceptance; both tables have columns `FIGURE_COLUMNS`.

    A proposed figure that is missing leaves the present one.
    """
    key = list(FIGURE_KEY)
    after = proposed.set_index(key)[list(MEASURES)]
    merged = after.combine_first(current.set_index(key)[list(MEASURES)]).astype("Int64")
    return merged.reset_index()[list(FIGURE_COLUMNS)].sort_values(key[::-1], ignore_index=True)
