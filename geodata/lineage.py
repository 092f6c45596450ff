"""Figures by the communes of one day, restated on another day's list; and the shares of divided communes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.apportion import apportion_all
from geodata.correspondence import correspondence, counterparts, trace_units
from geodata.errors import BoundaryError, FigureError, PlaceError, mark
from geodata.tables import require_columns
from geodata.unit_history import UnitHistory

__all__ = [
    "BASES",
    "BASIS_NAMES",
    "ESTIMATED",
    "ESTIMATED_NOTE",
    "EXACT",
    "RESTATED_COLUMNS",
    "SHARE_COLUMNS",
    "area_shares",
    "choose_shares",
    "correspondence",
    "counterparts",
    "point_shares",
    "reported_shares",
    "restate",
]

BASES: Final = ("exact", "points", "reported", "decree", "area", "equal")
"""
What a restated figure rests on, best first.

exact: whole units only; points: a divided unit shared by where its households are; reported: by
the households that the units which it is divided into reported themselves; decree: by the people that the decree
states for each part; area: by the land of each part; equal: in equal parts, because nothing better is known.
"""

EXACT: Final = BASES[0]

ESTIMATED: Final = "≈"
"""Beside the name or figure of a commune that holds parts of communes that were divided."""

ESTIMATED_NOTE: Final = mark(
    "≈: holds parts of divided communes; what it reports is estimated, so no difference from its meters is told."
)
"""What the mark means where communes are compared with their master meters."""

BASIS_NAMES: Final = {
    "exact": mark("whole communes added up, or as reported"),
    "points": mark("parts of divided communes, shared by where their households are"),
    "reported": mark("parts of divided communes, shared by what the communes reported later"),
    "decree": mark("parts of divided communes, shared by the people that the decree states"),
    "area": mark("parts of divided communes, shared by area: an assumption"),
    "equal": mark("parts of divided communes, shared in equal parts: an assumption"),
}
"""The bases as the reader is told them."""

SHARE_COLUMNS: Final = ("from_code", "to_code", "share", "basis")
RESTATED_COLUMNS: Final = (
    "basis",  # the weakest of BASES that the row rests on
    "parts_missing",  # how many of the communes that it is made of have no row, or nothing but missing values
    "partly_reported",  # counts that some parts with a row lack, separated by spaces: the sum is of those that have it
    "boundary_changed",  # a strip of land of unknown households changed hands: the figure is of other ground
)


def point_shares(households: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """
    Return the shares of divided communes by where their households are.

    Parameters
    ----------
    households
        One row a pair: from_code, to_code, households: how many household points lie in that commune of the one day
        and in that commune of the other (`geodata.locate` finds both). Pairs that are no counterparts are left out.
    pairs
        From `correspondence`.

    Returns
    -------
    shares
        Columns `SHARE_COLUMNS`, basis ``"points"``, for the divided communes that have a household in some part.
    """
    require_columns(households, ("from_code", "to_code", "households"), what="households")
    found = _divided(pairs).merge(households, on=["from_code", "to_code"])
    return _as_shares(found.rename(columns={"households": "weight"}), "points")


def reported_shares(reported: pd.Series[int], pairs: pd.DataFrame) -> pd.DataFrame:
    """
    Return the shares of divided communes by what their counterparts reported themselves.

    For figures that are carried back to the list of a day from which figures are known: the communes that were merged
    since get what they had of the sum.

    Parameters
    ----------
    reported
        Households by commune of the day to which `pairs` leads, indexed by code; missing where not reported.
    pairs
        From `correspondence`.

    Returns
    -------
    shares
        Columns `SHARE_COLUMNS`, basis ``"reported"``, for the divided communes all of whose counterparts lie wholly in
        them and reported.
    """
    found = _divided(pairs).assign(weight=lambda table: table["to_code"].map(reported).astype("float64"))
    is_whole = ~found["to_code"].isin(pairs.loc[pairs["to_code"].duplicated(), "to_code"])
    usable = (is_whole & found["weight"].notna()).groupby(found["from_code"]).transform("all")
    return _as_shares(found[usable], "reported")


def area_shares(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """
    Return the shares of divided communes by the land that each has in common with its counterparts.

    Parameters
    ----------
    before, after
        Boundaries of the days from and to which `pairs` leads: commune_code, geometry, in one CRS. Degrees do: within a
        commune they are as good as metres.
    pairs
        From `correspondence`.

    Returns
    -------
    shares
        Columns `SHARE_COLUMNS`, basis ``"area"``, for the divided communes whose outline meets some counterpart.

    Raises
    ------
    BoundaryError
        If the layers are in two coordinate systems, or in one that is not known.
    """
    if before.crs is None or after.crs is None or before.crs != after.crs:
        raise BoundaryError(
            "lineage.crs-differs",
            mark("The two boundary layers must be in one coordinate system: {before} and {after} were given."),
            before=str(before.crs),
            after=str(after.crs),
        )
    found = _divided(pairs)
    found = found[found["from_code"].isin(before["commune_code"]) & found["to_code"].isin(after["commune_code"])]
    old = before.set_index("commune_code").geometry.loc[found["from_code"]].to_numpy()
    new = after.set_index("commune_code").geometry.loc[found["to_code"]].to_numpy()
    common = shapely.intersection(shapely.make_valid(old), shapely.make_valid(new))
    return _as_shares(found.assign(weight=shapely.area(common)), "area")


def _divided(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs.loc[pairs["is_divided"], ["from_code", "to_code"]]


def _as_shares(found: pd.DataFrame, basis: str) -> pd.DataFrame:
    total = found.groupby("from_code")["weight"].transform("sum")
    found = found.assign(share=found["weight"] / total.where(total > 0), basis=basis)
    kept = found[found["share"] > 0].sort_values(["from_code", "to_code"], ignore_index=True)
    return kept[list(SHARE_COLUMNS)]


def choose_shares(pairs: pd.DataFrame, shares: pd.DataFrame | None = None) -> pd.DataFrame:
    """
    Return the share of every commune in each of its counterparts, by the best basis there is for it.

    Parameters
    ----------
    pairs
        From `correspondence`.
    shares
        Shares of divided communes, columns `SHARE_COLUMNS`, as `point_shares`, `reported_shares` and `area_shares` give
        them, one below the other. Those between communes that are no counterparts are left out; what is left of a
        commune is made to add up to 1.

    Returns
    -------
    shares
        Columns `SHARE_COLUMNS`, in order of codes; the shares of each from_code add up to 1.

    Raises
    ------
    FigureError
        If a share is not a number of 0 or more, or a basis is not one of `BASES`.
    """
    count = pairs.groupby("from_code")["to_code"].transform("size")
    stated = pairs["is_divided"] & pairs["people_share"].notna()
    candidates = [
        pairs[~pairs["is_divided"]].assign(share=1.0, basis="exact"),
        pairs[stated].assign(share=pairs["people_share"], basis="decree"),
        pairs[pairs["is_divided"]].assign(share=1 / count, basis="equal"),
    ]
    if shares is not None:
        _check_shares(shares)
        candidates.append(_divided(pairs).merge(shares[list(SHARE_COLUMNS)], on=["from_code", "to_code"]))
    table = pd.concat([one[list(SHARE_COLUMNS)] for one in candidates], ignore_index=True)
    table = table[table["share"] > 0]
    rank = _rank_of(table["basis"])
    table = table[rank == rank.groupby(table["from_code"]).transform("min")]
    table["share"] /= table.groupby("from_code")["share"].transform("sum")
    return table.sort_values(["from_code", "to_code"], ignore_index=True)


def _rank_of(basis: pd.Series[str]) -> pd.Series[int]:
    return basis.map({name: rank for rank, name in enumerate(BASES)}).astype("int64")


def _check_shares(shares: pd.DataFrame) -> None:
    require_columns(shares, SHARE_COLUMNS, what="shares")
    wrong = shares[~(shares["share"] >= 0) | ~shares["basis"].isin(BASES)]
    if len(wrong):
        first = wrong.iloc[0]
        raise FigureError(
            "lineage.share-wrong",
            mark(
                "The share of {from_code} in {to_code} is {share} by {basis}. A share is a number of 0 or more, "
                "and its basis one of {allowed}."
            ),
            from_code=first["from_code"],
            to_code=first["to_code"],
            share=first["share"],
            basis=first["basis"],
            allowed=", ".join(BASES),
        )


def restate(
    figures: pd.DataFrame,
    history: UnitHistory,
    *,
    from_day: date,
    to_day: date,
    shares: pd.DataFrame | None = None,
    by: Sequence[str] = ("period",),
) -> pd.DataFrame:
    """
    Return figures by the communes of one day as figures by those of another day, forwards or backwards.

    Counts follow the units; those of a divided commune are shared among its counterparts (`choose_shares`) by largest
    remainders, so that they stay whole and the total of each column in each period stays what it was. What is a
    sum (T, N) or parted in urban and rural stays so. Shares are to be computed from the restated counts.

    Parameters
    ----------
    figures
        One row a commune of `from_day` and value of `by`: commune_code, the columns `by`, and any number of count
        columns (such as those of `geodata.tables.FIGURE_COLUMNS`), whole numbers, missing where not reported.
    shares
        Shares of divided communes where better ones are known than the decrees state; see `choose_shares`.
    by
        The columns that are the key beside the commune.

    Returns
    -------
    restated
        Columns as `figures`, counts as nullable whole numbers, in order of commune_code and `by`, with the columns
        `RESTATED_COLUMNS`. Communes none of whose parts has a row have none.

    Raises
    ------
    PlaceError
        If a code is not on the list of `from_day`, has no counterpart on `to_day`, or a day is not known.
    FigureError
        If a commune has two rows for one key, or a count is not a whole number of 0 or more.
    """
    require_columns(figures, ("commune_code", *by), what="figures")
    counts = [column for column in figures.columns if column not in ("commune_code", *by)]
    pairs = correspondence(history, from_day=from_day, to_day=to_day)
    _check_figures(figures, pairs, history, from_day=from_day, to_day=to_day, by=by, counts=counts)
    chosen = choose_shares(pairs, shares)
    source = figures.sort_values(["commune_code", *by], ignore_index=True)
    parts = _divide(source, chosen, counts)
    restated = _merge(parts, chosen, list(by), counts)
    changed = _boundary_changed(history, from_day=from_day, to_day=to_day)
    restated["boundary_changed"] = restated["commune_code"].isin(changed)
    return restated[[*figures.columns, *RESTATED_COLUMNS]]


def _divide(source: pd.DataFrame, chosen: pd.DataFrame, counts: list[str]) -> pd.DataFrame:
    """Return one row for each row and counterpart of its commune, with its part of each count (float, nan missing)."""
    first = chosen["from_code"].searchsorted(source["commune_code"], side="left")
    last = chosen["from_code"].searchsorted(source["commune_code"], side="right")
    row = np.repeat(np.arange(len(source)), last - first)
    pair = np.arange(len(row)) - np.repeat(np.cumsum(last - first) - last, last - first)
    part = chosen.iloc[pair]
    values = {name: source[name].to_numpy("float64", na_value=np.nan) for name in counts}
    is_whole = (part["share"] == 1).to_numpy()
    divided = apportion_all(values, part["share"].to_numpy()[~is_whole], row[~is_whole]) if not is_whole.all() else {}
    parts = source.iloc[row].drop(columns=[*counts, "commune_code"]).reset_index(drop=True)
    parts["commune_code"], parts["basis"] = part["to_code"].to_numpy(), part["basis"].to_numpy()
    for name in counts:
        parts[name] = values[name][row]
        parts.loc[~is_whole, name] = divided.get(name)
    return parts


def _merge(parts: pd.DataFrame, chosen: pd.DataFrame, by: list[str], counts: list[str]) -> pd.DataFrame:
    """Add the parts of each commune up, and say what they rest on and what is missing."""
    key = ["commune_code", *by]
    parts = parts.assign(_rank=_rank_of(parts["basis"]), _reported=parts[counts].notna().any(axis=1))
    grouped = parts.groupby(key)
    restated = grouped[counts].sum(min_count=1)
    expected = chosen.groupby("to_code").size().reindex(restated.index.get_level_values("commune_code")).to_numpy()
    reported = grouped["_reported"].sum().to_numpy()
    restated["parts_missing"] = expected - reported
    having = grouped[counts].count().to_numpy()
    is_partly = (having > 0) & (having < reported[:, None])
    names = np.array(counts, dtype=object)
    restated["partly_reported"] = [" ".join(names[flags]) if flags.any() else "" for flags in is_partly]
    restated["basis"] = np.array(BASES, dtype=object)[grouped["_rank"].max().to_numpy()]
    return restated.astype(dict.fromkeys(counts, "Int64")).reset_index()


def _boundary_changed(history: UnitHistory, *, from_day: date, to_day: date) -> set[str]:
    """Return the communes of `to_day` that strips of land went to or from between the days."""
    events = history.events_between(from_day, to_day)
    moved = events[events["kind"] == "part-moved"]
    found: set[str] = set()
    for day in moved["valid_date"].drop_duplicates():
        of_day = moved[moved["valid_date"] == day]
        # The codes are those before the day: who gave the strip and who got it.
        start = max((day - pd.Timedelta(days=1)).date(), history.first_day)
        codes = {*of_day["code_before"], *of_day["code_after"]}
        for trace in trace_units(history, codes, start, to_day).values():
            found |= trace.shares.keys()
    return found


def _check_figures(
    figures: pd.DataFrame,
    pairs: pd.DataFrame,
    history: UnitHistory,
    *,
    from_day: date,
    to_day: date,
    by: Sequence[str],
    counts: list[str],
) -> None:
    codes = figures["commune_code"].drop_duplicates()
    unknown = sorted(codes[~codes.isin(history.units_on(from_day).communes.index)])
    if unknown:
        raise PlaceError(
            "lineage.code-unknown",
            mark("{count} codes are not on the commune list of {day}, the first {code}. Name the day of their list."),
            count=len(unknown),
            code=unknown[0],
            day=f"{from_day:%d/%m/%Y}",
        )
    stranded = sorted(codes[~codes.isin(pairs["from_code"])])
    if stranded:
        raise PlaceError(
            "lineage.no-counterpart",
            mark(
                "{count} communes had no counterpart on {day}, the first {code}: they lay outside the provinces whose "
                "history is known. Leave their figures out."
            ),
            count=len(stranded),
            code=stranded[0],
            day=f"{to_day:%d/%m/%Y}",
        )
    doubled = figures.loc[figures.duplicated(["commune_code", *by]), "commune_code"]
    if len(doubled):
        raise FigureError(
            "lineage.row-doubled",
            mark("The commune {code} has two rows for one period. Give each of them once."),
            code=str(doubled.iloc[0]),
        )
    for name in counts:
        values = pd.to_numeric(figures[name], errors="coerce").to_numpy("float64", na_value=np.nan)
        is_wrong = (values < 0) | (values != np.floor(values)) & ~np.isnan(values)
        is_wrong |= np.isnan(values) & figures[name].notna().to_numpy()
        if is_wrong.any():
            raise FigureError(
                "lineage.count-wrong",
                mark('"{value}" in the column {column} of commune {code} is not a whole number of 0 or more.'),
                value=str(figures[name].to_numpy()[is_wrong][0]),
                column=name,
                code=str(figures["commune_code"].to_numpy()[is_wrong][0]),
            )
