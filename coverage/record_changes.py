"""What an upload of records (households, bulk points, …) changes: single values, and the totals of provinces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from coverage.changes import CHANGED, NEW, UNCHANGED


@dataclass(frozen=True)
class RecordChanges:
    """
    What the records of an upload do to those that count now.

    Parameters
    ----------
    kinds
        For each proposed record, with its index: `NEW`, `CHANGED` or `UNCHANGED`.
    cells
        One row a value that differs: ``record`` (the key as text), ``commune_code``, ``column``, ``old``, ``new``
        (text; ``""`` for a blank). The company's records have no commune: ``""``.
    """

    kinds: pd.Series[str]
    cells: pd.DataFrame

    def counts(self) -> dict[str, int]:
        """Return how many records are new, changed and unchanged."""
        found = self.kinds.value_counts()
        return {kind: int(found.get(kind, 0)) for kind in (NEW, CHANGED, UNCHANGED)}


def compare_records(
    current: pd.DataFrame, proposed: pd.DataFrame, *, key: Sequence[str], most_cells: int = 5_000
) -> RecordChanges:
    """
    Return what each proposed record does to the record with its key; a record replaces the other as a whole.

    Parameters
    ----------
    current, proposed
        Columns `key`, ``commune_code`` and others; those that both have are compared. Each key stands once in either.
    most_cells
        Differing values of a column that are listed at most; all of them are counted.
    """
    kinds = pd.Series(NEW, index=proposed.index, dtype="str")
    listed: list[pd.DataFrame] = []
    if not current.empty:
        places = pd.MultiIndex.from_frame(current[list(key)]).get_indexer(pd.MultiIndex.from_frame(proposed[list(key)]))
        now = proposed[places >= 0]
        before = current.take(places[places >= 0]).set_axis(now.index)
        kinds[now.index] = UNCHANGED
        for column in (c for c in current.columns if c in proposed.columns and c not in key):
            differs = _differ(before[column], now[column])
            kinds[now.index[differs]] = CHANGED
            listed.append(_changed_cells(before[differs].head(most_cells), now[differs].head(most_cells), column, key))
    columns = ["record", "commune_code", "column", "old", "new"]
    cells = pd.concat(listed, ignore_index=True) if listed else pd.DataFrame(columns=pd.Index(columns), dtype="str")
    return RecordChanges(kinds, cells.sort_values(["record", "column"], ignore_index=True))


def _differ(old: pd.Series, new: pd.Series) -> pd.Series[bool]:
    is_same = (old == new).fillna(value=False) | (old.isna() & new.isna())
    return ~is_same.astype(bool)


def _changed_cells(old: pd.DataFrame, new: pd.DataFrame, column: str, key: Sequence[str]) -> pd.DataFrame:
    record = new[list(key)].astype(str).agg(" ".join, axis="columns") if len(new) else pd.Series(dtype="str")
    return pd.DataFrame(
        {
            "record": record,
            "commune_code": new["commune_code"].astype("str") if "commune_code" in new else "",
            "column": column,
            "old": old[column].map(_shown),
            "new": new[column].map(_shown),
        }
    )


def _shown(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def with_proposed_records(current: pd.DataFrame, proposed: pd.DataFrame, *, key: Sequence[str]) -> pd.DataFrame:
    """Return the records as they would be after acceptance; a proposed one replaces the one with its key."""
    if current.empty:
        return proposed
    kept = current[~pd.MultiIndex.from_frame(current[list(key)]).isin(pd.MultiIndex.from_frame(proposed[list(key)]))]
    return pd.concat([kept, proposed], ignore_index=True)


EFFECT_COLUMNS: Final = ("province_code", "what", "choice", "before", "after")
"""Columns of `compare_totals`; records of the whole company have no such totals."""

RECORDS: Final = "records"
"""Stands for the number of records among the totals."""


def record_totals(
    records: pd.DataFrame, province_of: Mapping[str, str], *, sums: Sequence[str], choices: Sequence[str]
) -> pd.DataFrame:
    """
    Return the totals of records by province.

    Parameters
    ----------
    province_of
        Commune → province.
    sums
        Columns of counts that are added up.
    choices
        Columns of which the records of each choice are counted.

    Returns
    -------
    totals
        ``province_code``, ``what`` (`RECORDS`, a column of `sums`, or a column of `choices`), ``choice`` (``""`` for
        the first two) and ``value`` (whole numbers).
    """
    columns = ["province_code", "what", "choice", "value"]
    if records.empty:
        return pd.DataFrame(columns=pd.Index(columns))
    province = records["commune_code"].map(province_of).rename("province_code")
    counted = records.groupby(province).size().rename("value").reset_index().assign(what=RECORDS, choice="")
    parts = [counted]
    for name in (name for name in sums if name in records):
        total = records[name].groupby(province).sum().rename("value").reset_index()
        parts.append(total.assign(what=name, choice=""))
    for name in (name for name in choices if name in records):
        by_choice = records.groupby([province, records[name].rename("choice")]).size().rename("value").reset_index()
        parts.append(by_choice.assign(what=name))
    return pd.concat(parts, ignore_index=True).astype({"value": "int64"})[columns]


def compare_totals(before: pd.DataFrame, after: pd.DataFrame, provinces: Sequence[str]) -> pd.DataFrame:
    """
    Return the totals of some provinces before and after, as `record_totals` gives them.

    Returns
    -------
    effect
        ``province_code``, ``what``, ``choice``, ``before``, ``after``: 0 where there is none; provinces in code order.
    """
    key = ["province_code", "what", "choice"]
    both = after.merge(before, on=key, how="outer", suffixes=("_after", "_before"))
    both = both[both["province_code"].isin(provinces)]
    whole = both.assign(
        before=both["value_before"].fillna(0).astype("int64"), after=both["value_after"].fillna(0).astype("int64")
    )
    order = {name: place for place, name in enumerate(dict.fromkeys(after["what"]))}
    place = whole["what"].map(order).fillna(len(order))
    ordered = whole.assign(place=place).sort_values(["province_code", "place", "choice"], ignore_index=True)
    return ordered[list(EFFECT_COLUMNS)]
