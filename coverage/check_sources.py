"""The rules between sources, between levels, and against publications: a function each; see `check_rules`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np
import pandas as pd

from coverage.check_data import CheckData, Counts, Flags
from coverage.check_frames import every, nothing, rows_where
from coverage.findings import CheckRule
from coverage.published_ranges import PERCENT, UNIT_NAMES, PublishedFigure, implied_ranges
from geodata.language import Language
from geodata.tables import MEASURES
from geodata.units import COMPANY_CODE

# ---- between sources


def bulk_points(data: CheckData, rule: CheckRule) -> pd.DataFrame:
    """Households behind master meters by the commune survey against the bulk points that are not taken over."""
    reported = data.counts("households_bulk")
    recorded = np.where(_has_points(data)[:, None], np.nan_to_num(data.households_behind), np.nan)
    change = np.abs(reported - recorded)
    with np.errstate(invalid="ignore"):
        is_found = (change > rule.households) & (change > rule.share * np.maximum(reported, recorded))
    is_found &= ~data.is_estimated
    return rows_where(data, is_found, "households_bulk", reported=reported, recorded=recorded, change=change)


def _has_points(data: CheckData) -> Flags:
    """Whether a commune has a bulk point on record, taken over or not."""
    return np.asarray(data.codes.isin(data.points["commune_code"].astype("str")))


_NAMED: Final = 5


def bulk_unrecorded(data: CheckData, rule: CheckRule) -> pd.DataFrame:
    """
    Communes with households behind master meters in the newest quarter and no bulk point on record, by province.

    While no commune has any, the book of points is not kept here at all, and nothing is found.
    """
    if data.points.empty or not data.periods:
        return nothing()
    newest = pd.Series(data.counts("households_bulk")[:, -1], index=data.codes)
    some = newest[~_has_points(data) & ~data.is_estimated[:, -1] & (newest > 0).to_numpy()].sort_values(
        ascending=False, kind="stable"
    )
    communes = data.units.communes
    rows = []
    for province, counts in some.groupby(communes["province_code"]):
        if counts.sum() >= rule.households:
            names = ", ".join(communes["full_name"][counts.index[:_NAMED]]) + (" …" if len(counts) > _NAMED else "")
            rows.append(
                {
                    "area_code": str(province),
                    "period": data.periods[-1],
                    "detail": "households_bulk",
                    "measures": "households_bulk",
                    "reported": int(counts.sum()),
                    "communes": len(counts),
                    "told_names": f"{names} | {names}",
                }
            )
    return pd.DataFrame(rows) if rows else nothing()


def ledger_differs(data: CheckData, rule: CheckRule) -> pd.DataFrame:
    """A figure of the commune survey against the household ledger of the same quarter."""
    return _pairs(data.by_source, "survey", "ledger", rule)


def two_lists(data: CheckData, rule: CheckRule) -> pd.DataFrame:
    """A figure that was reported in two lists of units for one quarter, told in the same list."""
    return _pairs(data.by_list, "first", "second", rule)


def _pairs(table: pd.DataFrame, first: str, second: str, rule: CheckRule) -> pd.DataFrame:
    """Rows whose two figures differ beyond the limits."""
    if table.empty:
        return nothing()
    one, other = table[first].astype("int64"), table[second].astype("int64")
    change = (one - other).abs()
    is_found = (change > rule.households) & (change > rule.share * np.maximum(one, other))
    found = table[is_found]
    days = {name: found[name] for name in ("first_day", "second_day") if name in found}
    return pd.DataFrame(
        {
            "area_code": found["commune_code"],
            "period": found["period"],
            "detail": found["measure"],
            "measures": found["measure"],
            "told_measure": found["measure"],
            first: one[is_found],
            second: other[is_found],
            "change": change[is_found],
            **days,
        }
    ).reset_index(drop=True)


def hamlets_exceed(data: CheckData, rule: CheckRule) -> pd.DataFrame:
    """Households of unserved hamlets against those of the commune that lack the grid, in the newest quarter."""
    return _above_lacking(data, _of_newest(data, data.hamlets, "households_without_grid"), rule)


def works_exceed(data: CheckData, rule: CheckRule) -> pd.DataFrame:
    """Households that works are still to connect against those of the commune that lack the grid, likewise."""
    connected = data.works["households_connected"].fillna(0)
    left = data.works.assign(left=(data.works["households_planned"] - connected).clip(lower=0))
    return _above_lacking(data, _of_newest(data, left, "left"), rule)


def _of_newest(data: CheckData, rows: pd.DataFrame, column: str) -> Counts:
    """Return a column of hamlets or works, which stand as they are now, in the newest quarter; NaN in others."""
    table = np.full((len(data.codes), len(data.periods)), np.nan)
    if len(rows) and data.periods:
        table[:, -1] = data.by_commune(rows, column)
    return table


def _above_lacking(data: CheckData, recorded: Counts, rule: CheckRule) -> pd.DataFrame:
    above = recorded - data.lacking
    with np.errstate(invalid="ignore"):
        is_found = (above > rule.households) & (above > rule.share * data.lacking) & (data.lacking >= 0)
    is_found &= ~data.is_estimated
    return rows_where(data, is_found, "households_all|households_grid", recorded=recorded, lacking=data.lacking)


def commune_count(data: CheckData, _: CheckRule) -> pd.DataFrame:
    """An own count of communes that is not reconciled with the official list."""
    return pd.DataFrame(
        [
            {
                "area_code": COMPANY_CODE,
                "period": book.period,
                "detail": "",
                "measures": "",
                "own": book.own,
                "official": book.official,
                "open": book.open,
            }
            for book in data.books
            if book.open
        ]
    )


# ---- between levels


_SHARES: Final = (
    ("households_grid", "households_all", "Tỷ lệ hộ có điện lưới | Share of households with grid power"),
    ("households_direct", "households_grid", "Tỷ lệ hộ bán trực tiếp | Share of households on direct sale"),
)


def share_moved(data: CheckData, rule: CheckRule) -> pd.DataFrame:
    """
    Provinces, and all together, whose share moved more than the shares of their communes explain.

    A share of sums moves by the shares of its parts (each with the mean of its weights in both quarters), and by who is
    counted and with which weight. The latter is what is found.
    """
    province = data.units.communes["province_code"].to_numpy()
    areas = [*(np.asarray(sorted(set(province)))), COMPANY_CODE]
    is_in = np.array([province == code for code in areas[:-1]] + [np.ones(len(province), dtype=bool)], dtype="float64")
    frames = []
    for part, whole, name in _SHARES:
        counted = np.where(np.isnan(data.counts(part) + data.counts(whole)), np.nan, 1.0)
        parts, wholes = data.counts(part) * counted, data.counts(whole) * counted
        for column in range(1, len(data.periods)):
            frames.append(_moved_shares(data, rule, is_in, areas, parts, wholes, column, (part, whole, name)))
    return every(frames)


def _moved_shares(
    data: CheckData,
    rule: CheckRule,
    is_in: Counts,
    areas: list[str],
    parts: Counts,
    wholes: Counts,
    column: int,
    names: tuple[str, str, str],
) -> pd.DataFrame:
    both = slice(column - 1, column + 1)
    sums, totals = is_in @ np.nan_to_num(parts[:, both]), is_in @ np.nan_to_num(wholes[:, both])
    with np.errstate(invalid="ignore", divide="ignore"):
        share = sums / totals
        own = parts[:, both] / wholes[:, both]
        weight = np.nan_to_num(wholes[:, both])[None] * is_in[:, :, None] / totals[:, None, :]
    explained = (weight.mean(axis=2) * np.nan_to_num(own[:, 1] - own[:, 0])[None]).sum(axis=1)
    moved = share[:, 1] - share[:, 0]
    rest = moved - explained
    found = np.nonzero(np.abs(rest) > rule.share)[0]

    def points(values: Counts) -> list[str]:
        return [f"{100 * values[n]:+.2f}" for n in found]

    part, whole, name = names
    return pd.DataFrame(
        {
            "area_code": [areas[n] for n in found],
            "period": data.periods[column],
            "detail": f"{part}|{whole}",
            "measures": f"{part}|{whole}",
            "told_share": name,
            "old_period": data.periods[column - 1],
            "moved_points": points(moved),
            "explained_points": points(explained),
            "rest_points": points(rest),
        }
    )


# ---- publications


def published_contradiction(data: CheckData, _: CheckRule) -> pd.DataFrame:
    """Published figures of one day that cannot all be right."""
    rows = []
    for period, figures in data.published.items():
        names = implied_ranges(figures).contradicting
        if names:
            vi, en = (", ".join(_as_published(figures, name, code) for name in names) for code in ("vi", "en"))
            rows.append(
                {
                    "area_code": COMPANY_CODE,
                    "period": period,
                    "detail": "",
                    "measures": "",
                    "figures": len(names),
                    "names": f"{vi} | {en}",
                }
            )
    return pd.DataFrame(rows) if rows else nothing()


def percent_contradicts(data: CheckData, _: CheckRule) -> pd.DataFrame:
    """Stated percentages that the exact counts stated with them contradict."""
    rows = []
    for one in data.stated:
        if one.agrees or not one.whole:
            continue
        own = (Decimal(one.part) * 100 / one.whole).quantize(Decimal(1).scaleb(-one.percent.decimals), ROUND_HALF_UP)
        rows.append(
            {
                "area_code": COMPANY_CODE,
                "period": one.period,
                "detail": one.percent.name,
                "measures": "",
                "told_names": f"{one.percent.title_vi} | {one.percent.title_en}",
                "part": one.part,
                "whole": one.whole,
                "stated_percent": str(one.percent.value),
                "own_percent": str(own),
            }
        )
    return pd.DataFrame(rows) if rows else nothing()


def _as_published(figures: Sequence[PublishedFigure], name: str, code: str) -> str:
    found, language = next(figure for figure in figures if figure.name == name), Language(code)
    value = language.decimal(found.value, decimals=found.decimals)
    title = (found.title_vi if code == "vi" else found.title_en) or name
    unit = "%" if found.unit == PERCENT else f" {language.say(UNIT_NAMES[found.unit])}"
    return f"{title} {value}{unit}"


def outside_published(data: CheckData, _: CheckRule) -> pd.DataFrame:
    """Sums over all communes that lie outside what the published figures leave open; only where all reported."""
    rows = []
    for period, figures in data.published.items():
        found = implied_ranges(figures)
        if found.contradicting or period not in data.periods:
            continue
        column = data.periods.index(period)
        for measure in (measure for measure in MEASURES if measure in found.ranges):
            counts = data.counts(measure)[:, column]
            allowed = found.ranges[measure]
            if np.isnan(counts).any() or (allowed.is_open and allowed.low == 0):
                continue
            own = int(counts.sum())
            # In publications shared meters are inside direct sale.
            shared = np.nan_to_num(data.counts("households_shared")[:, column]).sum()
            most = own + int(shared) if measure == "households_direct" else own
            if most < allowed.low or own > allowed.high:
                rows.append(
                    {
                        "area_code": COMPANY_CODE,
                        "period": period,
                        "detail": measure,
                        "measures": measure,
                        "told_measure": measure,
                        "own": own,
                        "low": allowed.low,
                        "high": allowed.high,
                    }
                )
    return pd.DataFrame(rows) if rows else nothing()
