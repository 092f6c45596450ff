"""The rules for communes within a quarter and over time: a function each, from tables to what it found.

Limits come from the registry (`loaders/reference/check_rules.csv`); what each rule means stands in docs/methods.md.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from coverage.check_data import CheckData, Counts, Flags, Places
from coverage.check_frames import by_largest_area, every, nothing, period_names, rows_where
from coverage.findings import CheckRule
from geodata.household_sums import HOUSEHOLD_PARTS, HOUSEHOLD_SUMS, HouseholdSum
from geodata.tables import MEASURES

# ---- within a quarter


def parts_exceed_whole(data: CheckData, _: CheckRule) -> pd.DataFrame:
    """Parts of a commune that add up to more than their whole."""
    parts = [HouseholdSum(whole, (part,)) for whole, part in HOUSEHOLD_PARTS]
    return every([_sum_rows(data, one, is_above=True) for one in (*HOUSEHOLD_SUMS, *parts)])


def sum_differs(data: CheckData, _: CheckRule) -> pd.DataFrame:
    """Parts of a commune that were all reported and add up to less than their whole."""
    return every([_sum_rows(data, one, is_above=False) for one in HOUSEHOLD_SUMS])


def _sum_rows(data: CheckData, one: HouseholdSum, *, is_above: bool) -> pd.DataFrame:
    whole, parts = data.counts(one.whole), [data.counts(part) for part in one.parts]
    given = [~np.isnan(part) for part in parts]
    total = np.sum([np.nan_to_num(part) for part in parts], axis=0)
    has_any = np.logical_or.reduce(given)
    has_all = np.logical_and.reduce(
        [known for name, known in zip(one.parts, given, strict=True) if name in one.required]
    )
    is_found = has_any & (total > whole) if is_above else has_all & (total < whole)
    frame = rows_where(data, is_found, "|".join((one.whole, *one.parts)), whole=np.nan_to_num(whole), total=total)
    rows, columns = np.nonzero(is_found)
    terms = [
        " + ".join(
            f"{name}={int(part[row, column])}"
            for name, part in zip(one.parts, parts, strict=True)
            if not np.isnan(part[row, column])
        )
        for row, column in zip(rows, columns, strict=True)
    ]
    return frame.assign(summed_terms=terms, whole_measure=one.whole)


# ---- over time


def grid_fell(data: CheckData, rule: CheckRule) -> pd.DataFrame:
    """Households with grid power that fell: power once given is not taken away."""
    return _fell(data, data.counts("households_grid"), rule, "households_grid")


def direct_fell(data: CheckData, rule: CheckRule) -> pd.DataFrame:
    """Households on direct sale that fell; those on shared meters are inside where they are not counted apart."""
    shared = np.nan_to_num(data.counts("households_shared"))
    return _fell(data, data.counts("households_direct") + shared, rule, "households_direct")


def lacking_rose(data: CheckData, rule: CheckRule) -> pd.DataFrame:
    """Households without the grid (N − T) that rose; where T exceeds N, another rule says so."""
    known = np.where(data.lacking < 0, np.nan, data.lacking)
    return _fell(data, -known, rule, "households_all|households_grid")


def bulk_rose(data: CheckData, rule: CheckRule) -> pd.DataFrame:
    """Households behind master meters that rose."""
    return _fell(data, -data.counts("households_bulk"), rule, "households_bulk")


def _fell(data: CheckData, counts: Counts, rule: CheckRule, measures: str) -> pd.DataFrame:
    """Counts that fell beyond the limits since the last report; those given as negative rose."""
    last = data.last_known(counts)
    fall = last.counts - counts
    is_found = _beyond(fall, np.abs(last.counts), rule) & _comparable(data, last.place)
    return rows_where(
        data,
        is_found,
        measures,
        told_measure=measures.partition("|")[0],
        old=np.abs(last.counts),
        old_period=period_names(data, last.place),
        new=np.abs(counts),
        change=fall,
    )


def _beyond(change: Counts, old: Counts, rule: CheckRule) -> Flags:
    with np.errstate(invalid="ignore"):
        return (change > rule.households) & (change > rule.share * old)


def _comparable(data: CheckData, before: Places) -> Flags:
    """Whether neither of the two reports rests on a division."""
    estimated_before = np.take_along_axis(data.is_estimated, np.maximum(before, 0), axis=1)
    return (before >= 0) & ~data.is_estimated & ~estimated_before


def households_jump(data: CheckData, rule: CheckRule) -> pd.DataFrame:
    """Households in all that changed much, up or down."""
    return _jumped(data, rule, "households_all", both=True)


_JUMPS: Final = (
    ("households_grid", 1),
    ("households_direct", 1),
    ("households_bulk", -1),
    ("households_shared", 0),
    ("households_offgrid", -1),
    ("households_without", -1),
    ("households_all_urban", 0),
    ("households_all_rural", 0),
    ("households_grid_urban", 0),
    ("households_grid_rural", 0),
)
"""Measures that may jump, and in which direction (0: both); the other direction has a rule of its own."""


def jump(data: CheckData, rule: CheckRule) -> pd.DataFrame:
    """Other figures that changed much; a take-over on record explains what it brought."""
    return every(
        [_jumped(data, rule, measure, both=not direction, direction=direction) for measure, direction in _JUMPS]
    )


def _jumped(data: CheckData, rule: CheckRule, measure: str, *, both: bool, direction: int = 0) -> pd.DataFrame:
    counts = data.counts(measure)
    last = data.last_known(counts)
    known = _taken_between(data, last.place) if measure in ("households_direct", "households_bulk") else 0 * counts
    expected = last.counts + (known if measure == "households_direct" else -known)
    change = counts - expected
    moved = np.abs(change) if both else direction * change
    is_found = _beyond(moved, last.counts, rule) & _comparable(data, last.place)
    return rows_where(
        data,
        is_found,
        measure,
        told_measure=measure,
        old=last.counts,
        old_period=period_names(data, last.place),
        new=counts,
        change=np.abs(change),
        known=known,
    )


def _taken_between(data: CheckData, before: Places) -> Counts:
    """Households taken over since the quarter at a position, by commune and quarter."""
    until = data.taken_over
    return until - np.take_along_axis(until, np.maximum(before, 0), axis=1)


_SPIKES: Final = ("households_all", "households_grid", "households_direct", "households_bulk")
_SPIKE_NEIGHBOURS: Final = 0.02
"""How much the quarters before and after may differ for the one between them to stand out: our assumption."""


def spike(data: CheckData, rule: CheckRule) -> pd.DataFrame:
    """A quarter that differs from both neighbours, which nearly agree: a figure that fell and came back."""
    if len(data.periods) < 3:
        return nothing()
    frames = []
    for measure in _SPIKES:
        counts = data.counts(measure)
        before, here, after = counts[:, :-2], counts[:, 1:-1], counts[:, 2:]
        with np.errstate(invalid="ignore"):
            agree = np.abs(after - before) <= _SPIKE_NEIGHBOURS * before
            away = np.minimum(np.abs(here - before), np.abs(here - after))
        calm = ~(data.is_estimated[:, :-2] | data.is_estimated[:, 1:-1] | data.is_estimated[:, 2:])
        is_found = np.zeros(counts.shape, dtype=np.bool_)
        is_found[:, 1:-1] = agree & calm & _beyond(away, before, rule)
        places = np.broadcast_to(np.arange(counts.shape[1], dtype=np.int64), counts.shape)
        frames.append(
            rows_where(
                data,
                is_found,
                measure,
                told_measure=measure,
                old=np.roll(counts, 1, axis=1),
                old_period=period_names(data, places - 1),
                new=counts,
                next=np.roll(counts, -1, axis=1),
                next_period=period_names(data, np.minimum(places + 1, counts.shape[1] - 1)),
            )
        )
    return every(frames)


def commune_stopped(data: CheckData, _: CheckRule) -> pd.DataFrame:
    """Communes that reported before and say nothing now, told of the largest area that is silent as a whole."""
    anything = np.where(data.reported, 1.0, np.nan)
    last = data.last_known(anything)
    is_member = data.reported | (last.place >= 0)
    return by_largest_area(data, is_member & ~data.reported, is_member, last.place)


def measure_stopped(data: CheckData, _: CheckRule) -> pd.DataFrame:
    """Measures that a commune reported before and leaves blank now, though it reports others."""
    frames = []
    for measure in MEASURES:
        counts = data.counts(measure)
        last = data.last_known(counts)
        is_member = data.reported & ((last.place >= 0) | ~np.isnan(counts))
        is_found = is_member & np.isnan(counts)
        frames.append(by_largest_area(data, is_found, is_member, last.place, measure, told_measure=measure))
    return every(frames)


_LEAST_COPIED: Final = 3


def copied(data: CheckData, _: CheckRule) -> pd.DataFrame:
    """Districts of which every figure equals that of the quarter before; provinces where a list has no districts."""
    if len(data.periods) < 2:
        return nothing()
    alike, known = np.ones(data.reported.shape, dtype=np.bool_), data.reported
    for measure in MEASURES:
        counts = data.counts(measure)
        before = np.roll(counts, 1, axis=1)
        alike &= (counts == before) | (np.isnan(counts) & np.isnan(before))
    alike[:, 0] = False
    area = data.units.communes["district_code"].fillna(data.units.communes["province_code"]).to_numpy()
    both = known & np.roll(known, 1, axis=1) & ~data.is_estimated
    frames = []
    for column in range(1, len(data.periods)):
        here = pd.DataFrame({"area": area, "alike": alike[:, column] & both[:, column], "known": known[:, column]})
        by = here[here["known"]].groupby("area")["alike"].agg(["all", "size"])
        found = by[by["all"] & (by["size"] >= _LEAST_COPIED)]
        frames.append(
            pd.DataFrame(
                {
                    "area_code": found.index.to_numpy(),
                    "period": data.periods[column],
                    "detail": "",
                    "measures": "",
                    "communes": found["size"].to_numpy("int64"),
                    "old_period": data.periods[column - 1],
                }
            )
        )
    return every(frames)
