"""What moved between two quarters, and which figures of a quarter were corrected since an earlier moment."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Any, Final

import pandas as pd

from geodata.periods import Period

_EXACT: Final = Context(prec=28)

MOVE_COLUMNS: Final = ("shortfall_before", "shortfall_now", "moved", "moved_points")

CORRECTION_COLUMNS: Final = (
    "period",
    "area_code",
    "numerator_before",
    "denominator_before",
    "communes_before",
    "numerator_now",
    "denominator_now",
    "communes_now",
)


def moves(shortfall: pd.DataFrame, whole: pd.DataFrame, since: Period, period: Period) -> pd.DataFrame:
    """
    Return how far each area moved between two quarters, the one that moved most first, the one that fell back last.

    Parameters
    ----------
    shortfall, whole
        As `coverage.shortfall.shortfall_by_area` and `denominator_by_area` give them: indexed by period code, one
        column an area.

    Returns
    -------
    moves
        `MOVE_COLUMNS`, indexed by area code: households lacking before and now, ``moved`` (households fewer lacking;
        less than 0 where more are), all Int64, and ``moved_points``: percentage points (Decimal, never percent) by
        which the share that lacks them became smaller; None for counts and where there is no whole. Areas without a
        figure in one of the quarters come last. Of equals the lower code comes first.

    Notes
    -----
    Both are needed: where households are added faster than they are connected, more are lacking and yet a smaller
    share of all.
    """
    areas = sorted(str(column) for column in shortfall.columns)
    before, now = (_row(shortfall, at, areas) for at in (since, period))
    table = pd.DataFrame({"shortfall_before": before, "shortfall_now": now, "moved": before - now})
    shares = [_share_lacking(lacking, _row(whole, at, areas)) for lacking, at in ((before, since), (now, period))]
    table["moved_points"] = pd.Series(
        [None if a is None or b is None else (a - b) * 100 for a, b in zip(*shares, strict=True)],
        index=table.index,
        dtype="object",
    )
    return table.rename_axis("area_code").sort_values("moved", ascending=False, kind="stable", na_position="last")


def _row(table: pd.DataFrame, period: Period, areas: list[str]) -> pd.Series[int]:
    return table.reindex(index=[str(period)], columns=areas).iloc[0].astype("Int64")


def _share_lacking(lacking: pd.Series[int], whole: pd.Series[int]) -> list[Decimal | None]:
    pairs = zip(lacking.tolist(), whole.tolist(), strict=True)
    return [
        None if pd.isna(part) or pd.isna(all_of) or not all_of else _EXACT.divide(Decimal(part), Decimal(all_of))
        for part, all_of in pairs
    ]


def corrections(before: dict[str, pd.DataFrame], now: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """
    Return the figures that are not what they were at an earlier moment.

    Parameters
    ----------
    before, now
        `coverage.rollup.indicator_by_area` of each quarter, as it was known then and as it is known now; a quarter that
        is absent had no figures.

    Returns
    -------
    corrections
        `CORRECTION_COLUMNS`, counts Int64 and missing where nothing was reported, the newest quarter first, then in
        code order. An area of which other communes reported is there too, though its sums be the same.
    """
    tables = [
        _differences(period, before.get(period), now.get(period)) for period in sorted({*before, *now}, reverse=True)
    ]
    columns = pd.Index(CORRECTION_COLUMNS)
    found = pd.concat([pd.DataFrame(columns=columns), *tables]) if tables else pd.DataFrame(columns=columns)
    counts = CORRECTION_COLUMNS[2:]
    return found.astype(dict.fromkeys(counts, "Int64")).reset_index(drop=True)[list(CORRECTION_COLUMNS)]


_COUNTED: Final = ["numerator", "denominator", "communes_counted"]


def _differences(period: str, before: pd.DataFrame | None, now: pd.DataFrame | None) -> pd.DataFrame:
    known = before if before is not None else now
    assert known is not None
    areas = known.index
    old, new = (_counted(table, areas) for table in (before, now))
    differs = ((old != new) & ~(old.isna() & new.isna())).fillna(value=True).any(axis="columns")
    table = old.add_suffix("_before").join(new.add_suffix("_now")).rename(columns=_communes_name)
    table = table[differs].rename_axis("area_code").sort_index().reset_index()
    return table.assign(period=period)


def _counted(table: pd.DataFrame | None, areas: pd.Index[Any]) -> pd.DataFrame:
    if table is None:
        table = pd.DataFrame(index=areas, columns=pd.Index(_COUNTED)).assign(communes_counted=0)
    return table[_COUNTED].astype("Int64").reindex(areas)


def _communes_name(column: str) -> str:
    return column.replace("communes_counted", "communes")
