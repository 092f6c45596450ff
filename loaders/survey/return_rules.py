"""The rules that the company's returns must keep: counts and what is stated agree with the indicator and each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import pandas as pd

from geodata.errors import mark
from geodata.reporting_periods import ReportingPeriod
from geodata.stated import Stating
from loaders.reference import tables as reference_tables
from loaders.survey.issues import ERROR, WARNING
from loaders.survey.record_rules import Finding, RecordCheck
from loaders.survey.templates import COMPANY_RETURNS

_STATED: Final = ("published_value", "plan")


@dataclass(frozen=True)
class _Known:
    """What an indicator asks of its returns."""

    kind: str  # count, share or change
    better: str
    stating: Stating
    valid_from: date


@lru_cache(maxsize=1)
def _registry() -> dict[str, _Known]:
    table = reference_tables.load_indicator_table().fillna("")
    return {
        row["name"]: _Known(
            row["kind"],
            row["better"],
            Stating(row["kind"] == "count", row["stated_in"], int(row["stated_decimals"] or row["decimals"])),
            date.fromisoformat(row["valid_from"]),
        )
        for row in table.to_dict("records")
    }


@dataclass(frozen=True)
class _Return:
    """One row of a return, its numbers exact; None where blank."""

    place: Any
    known: _Known
    period: ReportingPeriod
    counts: dict[str, int | None]
    stated: dict[str, Decimal | None]


def _returns(check: RecordCheck) -> Iterator[_Return]:
    """Yield the rows of a file of returns; none of any other file."""
    needed = {"indicator", "period"}
    if check.template.rows != COMPANY_RETURNS or not needed <= set(check.records.columns):
        return
    for place, row in check.records.iterrows():
        values: dict[str, Any] = {name: row[name] for name in _NUMBERS if name in row and not pd.isna(row[name])}
        yield _Return(
            place,
            _registry()[str(row["indicator"])],
            ReportingPeriod.parse(str(row["period"])),
            {name: int(values[name]) if name in values else None for name in ("numerator", "denominator")},
            {name: Decimal(repr(float(values[name]))) if name in values else None for name in _STATED},
        )


_NUMBERS: Final = ("numerator", "denominator", *_STATED)


def check_return_counts(check: RecordCheck) -> Iterator[Finding]:
    """A share or change has both of its counts or none, a plain count has no denominator, no share is above 100%."""
    for found in _returns(check):
        part, whole = found.counts["numerator"], found.counts["denominator"]
        if found.known.kind == "count":
            if whole is not None:
                template = mark(
                    "this indicator is a count and has no denominator, but {found} stands there. Leave it blank."
                )
                yield check.finding(found.place, "denominator", "survey.return-denominator", ERROR, template)
        elif (part is None) != (whole is None) or whole == 0:
            column = "numerator" if part is None and whole is not None else "denominator"
            template = mark(
                "this indicator needs both its numerator and a denominator above 0, or neither. Write both counts."
            )
            yield check.finding(found.place, column, "survey.return-denominator", ERROR, template)
        elif found.known.kind == "share" and part is not None and whole is not None and part > whole:
            template = mark("the numerator {found} is more than the denominator {whole}. Correct either.")
            yield check.finding(found.place, "numerator", "survey.return-above-whole", ERROR, template, whole=whole)


def check_return_stated(check: RecordCheck) -> Iterator[Finding]:
    """A stated figure has the decimals of its indicator, is a percentage that can be, and is not a fraction of 1."""
    for found in _returns(check):
        for column, value in found.stated.items():
            if value is None:
                continue
            typed, number = f"{value.normalize():f}", float(value)
            if column == "published_value" and _decimals(value) > found.known.stating.decimals:
                template = mark(
                    "{found} has more decimals than the indicator is published with ({decimals}). Write it as "
                    "published: 99.15 for 99.15%, also where the cell has the percent format."
                )
                decimals = found.known.stating.decimals
                yield check.finding(
                    found.place,
                    column,
                    "survey.stated-decimals",
                    ERROR,
                    template,
                    typed,
                    decimals=decimals,
                    found=number,
                )
            elif not _can_be(found.known, value):
                template = mark("{found} cannot be: a share lies between 0 and 100%, a count is 0 or more.")
                yield check.finding(found.place, column, "survey.stated-range", ERROR, template, typed, found=number)
            elif found.known.kind == "share" and found.known.better == "higher" and 0 < value <= 1:
                template = mark("{found} is read as {found}%. If it is a fraction of 1, write the percentage.")
                yield check.finding(found.place, column, "survey.stated-small", WARNING, template, typed, found=number)


def check_return_agrees(check: RecordCheck) -> Iterator[Finding]:
    """A published figure is what its own counts give, to its last decimal."""
    for found in _returns(check):
        published, value = found.stated["published_value"], _value(found)
        if published is None or value is None or _decimals(published) > found.known.stating.decimals:
            continue  # nothing to compare, or no figure that was ever published
        expected = found.known.stating.of(value)
        if expected != published:
            template = mark(
                "{found} is published, but its counts give {expected}. Correct either, or write why both stand: both "
                "are shown."
            )
            yield check.finding(
                found.place,
                "published_value",
                "survey.stated-differs",
                WARNING,
                template,
                f"{published.normalize():f}",
                expected=float(expected),
                found=float(published),
            )


def check_return_period(check: RecordCheck) -> Iterator[Finding]:
    """What was achieved in a period is told when it is over, and not of periods before the indicator's definition."""
    for found in _returns(check):
        is_plan_only = all(v is None for v in (*found.counts.values(), found.stated["published_value"]))
        if check.today is not None and not is_plan_only and found.period.last_day > check.today:
            template = mark("the period {found} is not over, so only a plan can be stated of it. Correct the period.")
            yield check.finding(found.place, "period", "survey.return-to-come", ERROR, template)
        elif found.period.last_day < found.known.valid_from:
            template = mark(
                "the definition of this indicator applies from {day}; {found} lies before it. Write why the figure is "
                "comparable."
            )
            day = f"{found.known.valid_from:%d/%m/%Y}"
            yield check.finding(found.place, "period", "survey.return-before", WARNING, template, day=day)


def _value(found: _Return) -> Decimal | None:
    part, whole = found.counts["numerator"], found.counts["denominator"]
    if part is None or (found.known.kind != "count" and not whole):
        return None
    if found.known.kind == "count":
        return Decimal(part)
    share = Decimal(part) / Decimal(whole or 1)
    return share - 1 if found.known.kind == "change" else share


def _decimals(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))


def _can_be(known: _Known, value: Decimal) -> bool:
    if known.kind == "share":
        return 0 <= value <= 100
    return value >= (0 if known.kind == "count" else -100)
