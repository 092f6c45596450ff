"""What remains: households behind master meters by commune and organisation, and hamlets without the grid."""

from __future__ import annotations

from datetime import date

import pandas as pd

from geodata.lineage import EXACT
from geodata.tables import BULK_POINT_COLUMNS, HAMLET_COLUMNS, require_columns
from geodata.units import Units

BULK, TAKEN_OVER = "bulk", "taken_over"


def points_on(points: pd.DataFrame, day: date) -> pd.DataFrame:
    """
    Return bulk-purchase points as they stood at the end of a day.

    A take-over or agreement that happened later had not happened yet: such a point still bought in bulk. One
    without a date is taken as it is recorded.
    """
    require_columns(points, BULK_POINT_COLUMNS, what="bulk points")
    dates = points["takeover_date"].astype("str")  # a column without any date has no text type of its own
    is_later = dates > day.isoformat()
    return points.assign(
        takeover_state=points["takeover_state"].mask(is_later, BULK), takeover_date=dates.mask(is_later)
    )


def points_remaining(points: pd.DataFrame) -> pd.DataFrame:
    """Return the bulk-purchase points that the utility has not taken over."""
    require_columns(points, BULK_POINT_COLUMNS, what="bulk points")
    return points[points["takeover_state"] != TAKEN_OVER]


def remaining_by_commune(
    figures: pd.DataFrame, points: pd.DataFrame, units: Units, *, basis: pd.Series[str]
) -> pd.DataFrame:
    """
    Return the communes that still have households behind a master meter, the most first.

    Parameters
    ----------
    figures
        Columns `FIGURE_COLUMNS`, one quarter.
    points
        Columns `BULK_POINT_COLUMNS`; points taken over are left out.
    basis
        What the figures rest on, by commune code; see `ToldFigures.basis_on`.

    Returns
    -------
    remaining
        Indexed by commune code: ``commune_name``, ``district_name``, ``province_code``, ``province_name``,
        ``households_bulk`` and ``households_grid`` as the communes report them, ``points``, ``organisations``,
        ``households_behind`` as the points say, and ``difference`` (the communes' figure minus the points',
        missing where the commune did not report), and ``is_estimated``: the commune holds parts of divided ones. Its
        figure is a share, its points stand where they stand: their difference would say nothing, and is missing.
    """
    left = points_remaining(points).groupby("commune_code")
    by_points = pd.DataFrame(
        {
            "points": left.size(),
            "organisations": left["organisation_name"].nunique(),
            "households_behind": left["households_behind"].sum(),
        }
    )
    reported = figures.set_index("commune_code")[["households_bulk", "households_grid"]]
    both = reported[reported["households_bulk"] > 0].join(by_points, how="outer")
    both["households_bulk"] = both["households_bulk"].fillna(reported["households_bulk"])
    both["households_grid"] = both["households_grid"].fillna(reported["households_grid"])
    counts = ["points", "organisations", "households_behind"]
    both[counts] = both[counts].fillna(0).astype("Int64")
    both["is_estimated"] = (basis.reindex(both.index).fillna(EXACT) != EXACT).astype("bool")
    difference = both["households_bulk"] - both["households_behind"]
    both["difference"] = difference.mask(both["is_estimated"])
    named = _name_places(both, units)
    return named.sort_values(["households_bulk", "households_behind"], ascending=False, kind="stable")


def remaining_by_organisation(points: pd.DataFrame, units: Units) -> pd.DataFrame:
    """
    Return the organisations that still buy in bulk, the one with the most households first.

    Returns
    -------
    remaining
        One row an organisation and province: ``organisation_name``, ``province_code``, ``province_name``,
        ``communes``, ``points``, ``households_behind``, ``line_km``, and ``loss_share`` as the mean weighted by
        households (missing where no point of the organisation has one).
    """
    left = points_remaining(points)
    province = left["commune_code"].map(units.communes["province_code"]).rename("province_code")
    weighed = left.assign(
        province_code=province,
        lost=left["loss_share"] * left["households_behind"],
        weighed=left["households_behind"].where(left["loss_share"].notna()),
    )
    by = weighed.groupby(["organisation_name", "province_code"])
    table = pd.DataFrame(
        {
            "communes": by["commune_code"].nunique(),
            "points": by.size(),
            "households_behind": by["households_behind"].sum(),
            "line_km": by["line_km"].sum(min_count=1),
            "loss_share": by["lost"].sum(min_count=1) / by["weighed"].sum(min_count=1),
        }
    ).reset_index()
    table["province_name"] = table["province_code"].map(units.provinces["full_name"])
    return table.sort_values(["households_behind", "organisation_name"], ascending=[False, True], ignore_index=True)


def taken_over_within(points: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """
    Return the organisations of which points were taken over from one day to another, the most households first.

    Returns
    -------
    takeovers
        One row an organisation: ``organisation_name``, ``communes``, ``commune_codes`` (parted by spaces), ``points``,
        ``households_behind``, ``line_km``. A point whose take-over has no date is in no quarter.
    """
    require_columns(points, BULK_POINT_COLUMNS, what="bulk points")
    days = points["takeover_date"].astype("str")
    within = (points["takeover_state"] == TAKEN_OVER) & days.between(first.isoformat(), last.isoformat())
    by = points[within].groupby("organisation_name")
    table = pd.DataFrame(
        {
            "communes": by["commune_code"].nunique(),
            "commune_codes": by["commune_code"].agg(lambda codes: " ".join(sorted(set(codes)))),
            "points": by.size(),
            "households_behind": by["households_behind"].sum(min_count=1),
            "line_km": by["line_km"].sum(min_count=1),
        }
    ).reset_index()
    return table.sort_values(["households_behind", "organisation_name"], ascending=[False, True], ignore_index=True)


def hamlets_by_commune(hamlets: pd.DataFrame, units: Units) -> pd.DataFrame:
    """
    Return the communes with hamlets that the grid does not reach, the most households first.

    Returns
    -------
    hamlets
        Indexed by commune code: names of the places, ``hamlets``, ``households_without_grid`` and
        ``farthest_km``, the greatest distance to the grid.
    """
    require_columns(hamlets, HAMLET_COLUMNS, what="hamlets")
    by = hamlets.groupby("commune_code")
    table = pd.DataFrame(
        {
            "hamlets": by.size(),
            "households_without_grid": by["households_without_grid"].sum(),
            "farthest_km": by["grid_distance_km"].max(),
        }
    )
    return _name_places(table, units).sort_values("households_without_grid", ascending=False, kind="stable")


def _name_places(by_commune: pd.DataFrame, units: Units) -> pd.DataFrame:
    communes, all_units = units.communes.reindex(by_commune.index), units.by_code["full_name"]
    places = pd.DataFrame(
        {
            "commune_name": communes["full_name"],
            "district_name": communes["district_code"].map(all_units),
            "province_code": communes["province_code"],
            "province_name": communes["province_code"].map(all_units),
        }
    )
    return places.join(by_commune)
