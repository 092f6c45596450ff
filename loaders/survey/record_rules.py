"""The rules that records of things must keep, each a small function; `rulebook` says which of them are run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from geodata.errors import mark
from loaders.survey.issues import ERROR, WARNING
from loaders.survey.point_rules import distances_outside_km
from loaders.survey.rules import JUMP_HOUSEHOLDS, JUMP_SHARE
from loaders.survey.templates import SurveyTemplate


@dataclass(frozen=True)
class Finding:
    """
    What a rule has found in one record.

    Parameters
    ----------
    place
        Index of the record.
    table, row
        Number of its table, and its row as the sheet counts it.
    column
        Key of the column at which it is shown.
    typed
        What stands there.
    """

    place: Any
    table: int
    row: int
    column: str
    typed: str
    code: str
    severity: str
    template: str
    fills: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordCheck:
    """
    What the rules look at.

    Parameters
    ----------
    records
        Records of all tables of the file: columns of the template, ``commune_code``, ``table``, ``sheet``, ``row``.
    stored
        Records of this kind that count now, each key once, with ``commune_code`` and ``file_name``; empty where there
        are none.
    outlines
        Outlines of the communes (``commune_code``, ``geometry``, ``is_approximate``), where points are to be checked.
    today
        Day on which the file is read.
    """

    records: pd.DataFrame
    template: SurveyTemplate
    stored: pd.DataFrame
    outlines: gpd.GeoDataFrame | None = None
    today: date | None = None

    def finding(
        self, place: Any, column: str, code: str, severity: str, template: str, /, typed: str = "", **values: Any
    ) -> Finding:
        """Return a finding about one record, shown at one of its columns."""
        record: dict[str, Any] = self.records.loc[place].to_dict()
        found = typed or _text(record[column])
        table, row = int(record["table"]), int(record["row"])
        return Finding(place, table, row, column, found, code, severity, template, {"found": found} | values)

    def with_stored(self, columns: list[str]) -> pd.DataFrame:
        """Return the records whose key is stored, with the stored value of each column as ``<column>_stored``."""
        key = list(self.template.key)
        known = [*key, *(c for c in dict.fromkeys(("commune_code", "file_name", *columns)) if c in self.stored)]
        if self.stored.empty or not set(key) <= set(self.records.columns):
            return pd.DataFrame()
        stored = self.stored[known].set_index(key).add_suffix("_stored")
        return self.records.join(stored, on=key, how="inner")


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


Rule = Callable[[RecordCheck], Iterator[Finding]]


def check_key(check: RecordCheck) -> Iterator[Finding]:
    """Each key stands in one row of the file; the first row that has it counts."""
    key = [name for name in check.template.key if name in check.records.columns]
    yield from _doubled(
        check, key, "survey.row-doubled", ERROR, mark('"{found}" stands already in {first}. Keep one row for each.')
    )


def check_unique(check: RecordCheck) -> Iterator[Finding]:
    """A meter belongs to one row of the file."""
    for name in (name for name in check.template.unique if name in check.records.columns):
        yield from _doubled(
            check,
            [name],
            "survey.value-doubled",
            WARNING,
            mark('"{label}" {found} stands already in {first}. Correct one of them, or write why both are right.'),
        )


def _doubled(check: RecordCheck, key: list[str], code: str, severity: str, template: str) -> Iterator[Finding]:
    records = check.records
    if not key or records.empty:
        return
    # Of a million rows only the columns of the key are copied.
    keys = records[key].dropna()
    doubled = keys[keys.duplicated(key, keep="first")]
    if doubled.empty:
        return
    places = keys[keys.duplicated(key, keep=False)].drop_duplicates(key)
    first = places.assign(sheet=records["sheet"][places.index], row=records["row"][places.index]).set_index(key)
    for place, row in zip(doubled.index, doubled.itertuples(index=False), strict=True):
        found = first.loc[tuple(row) if len(key) > 1 else row[0]]
        typed = " ".join(map(str, row))
        yield check.finding(place, key[0], code, severity, template, typed, first=f"{found['sheet']}!{found['row']}")


def check_moved(check: RecordCheck) -> Iterator[Finding]:
    """A household or point that is stored in one commune does not turn up in another without a reason."""
    both = check.with_stored(["commune_code"]) if check.template.has_places else pd.DataFrame()
    if both.empty:
        return
    for place, row in both[both["commune_code"] != both["commune_code_stored"]].iterrows():
        yield check.finding(
            place,
            check.template.key[0],
            "survey.stored-elsewhere",
            WARNING,
            mark(
                '"{found}" is stored in commune {stored} (from "{file}"), and in {here} in this file. Correct the '
                "code or the commune, or write why it has moved."
            ),
            stored=row["commune_code_stored"],
            file=row["file_name_stored"],
            here=row["commune_code"],
        )


def check_unique_in_store(check: RecordCheck) -> Iterator[Finding]:
    """A meter that is stored for one household does not turn up at another without a reason."""
    key = check.template.key[0]
    for name in (name for name in check.template.unique if name in check.records and name in check.stored):
        stored = check.stored.dropna(subset=[name]).drop_duplicates(name).set_index(name)
        both = check.records[[key, name]].join(stored[[key, "file_name"]].add_suffix("_stored"), on=name, how="inner")
        for place, row in both[both[key] != both[f"{key}_stored"]].iterrows():
            yield check.finding(
                place,
                name,
                "survey.value-stored-elsewhere",
                WARNING,
                mark(
                    '"{label}" {found} is stored for {other} (from "{file}"). Correct it, or write why it stands here '
                    "too, such as a changed code."
                ),
                other=row[f"{key}_stored"],
                file=row["file_name_stored"],
            )


def check_not_above(check: RecordCheck) -> Iterator[Finding]:
    """What is sold is not more than what is bought: no rate is above 100%."""
    records = check.records
    for part, whole in check.template.not_above:
        if not {part, whole} <= set(records.columns):
            continue
        names = {column.key: column.header_vi for column in check.template.columns}
        for place, row in records[(records[part] > records[whole]).fillna(value=False)].iterrows():
            yield check.finding(
                place,
                part,
                "survey.part-above-whole",
                ERROR,
                mark('"{part}" {found} is more than "{whole}" {limit}. A rate above 100% cannot be: correct either.'),
                part=names[part],
                whole=names[whole],
                limit=f"{row[whole]:g}",
                typed=f"{row[part]:g}",
            )


def check_jump_from_stored(check: RecordCheck) -> Iterator[Finding]:
    """A count that changes much from the stored one asks for a reason."""
    counts = [c.key for c in check.template.columns if c.kind == "count" and c.key in check.records]
    both = check.with_stored(counts)
    for name in (name for name in counts if f"{name}_stored" in both):
        old = both[f"{name}_stored"].astype("Float64")
        jump = (both[name] - old).abs() > (JUMP_SHARE * old).clip(lower=JUMP_HOUSEHOLDS)
        for place, row in both[jump.fillna(value=False)].iterrows():
            yield check.finding(
                place,
                name,
                "survey.jump",
                WARNING,
                mark(
                    '"{label}" is stored as {old} (from "{file}") and is {found} now. Write the reason, or correct it.'
                ),
                old=int(row[f"{name}_stored"]),
                file=row["file_name_stored"],
            )


def check_past(check: RecordCheck) -> Iterator[Finding]:
    """A day on which something was seen has come already."""
    if check.today is None:
        return
    for column in check.template.columns:
        if column.is_past and column.key in check.records:
            days = check.records[column.key]
            for place in days.index[days > pd.Timestamp(check.today)]:
                yield check.finding(
                    place,
                    column.key,
                    "survey.day-to-come",
                    ERROR,
                    mark('"{label}" {found} is still to come. Correct the day.'),
                    typed=f"{days[place]:%d/%m/%Y}",
                )


def check_points(check: RecordCheck) -> Iterator[Finding]:
    """A point lies in the commune of its row, or not far from it."""
    records = check.records
    if check.outlines is None or not {"lat", "lon"} <= set(records.columns):
        return
    distances = distances_outside_km(records, check.outlines)
    far = distances[distances > 0]
    points = records.loc[far.index, ["lat", "lon"]].itertuples(index=False)
    for place, (lat, lon) in zip(far.index, points, strict=True):
        yield check.finding(
            place,
            "lat",
            "survey.point-outside",
            WARNING,
            mark("the point {found} lies {distance} km outside the commune of its row. Correct it, or write why."),
            typed=f"{lat:.6f}, {lon:.6f}",
            distance=f"{distances[place]:.1f}",
        )
