"""The company's own table of a half-year, digit for digit: facts of communes, its own list, its returns, its plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from coverage import plans
from coverage.indicator_rules import FACTS, OWN_LIST, SECTIONS
from coverage.indicators import CHANGE, SHARE, Figure, Indicator
from coverage.plans import Verdict
from geodata.company_data import CompanyRow, CompanyTable
from geodata.errors import mark
from geodata.language import Language
from geodata.reconciliation_reasons import DOUBTFUL, EXTRA, MATCHED, MISSING
from geodata.reporting_periods import DAY, ReportingPeriod
from geodata.tables import require_columns

RETURN_COLUMNS: Final = (
    "indicator",
    "period",  # code of a `ReportingPeriod`
    "numerator",  # exact counts, whole numbers or missing
    "denominator",
    "published_value",  # Decimal as it was stated, or missing
    "plan",  # Decimal in the unit of the stated figure, or missing
    "note_vi",
    "note_en",
    "source_vi",
    "source_en",
)
"""One row an indicator and period."""

_WHOLE: Final = Decimal(100)

_SECTION_NAMES: Final = {
    "coverage": mark("Electrification"),
    "service": mark("Customer services"),
    "calls": mark("Requests and messages"),
    "price_checks": mark("Price checks"),
}


@dataclass(frozen=True)
class OwnBook:
    """
    The company's own commune list, held against the official one.

    Parameters
    ----------
    file_name, day
        The list, and the day of the official one.
    counts
        Entries by status (`MATCHED`, `DOUBTFUL`, `EXTRA`), and official communes that are `MISSING` from it.
    with_power, without_power
        Matched entries whose commune reported households with power, and none.
    """

    file_name: str
    day: date
    counts: Mapping[str, int]
    with_power: int
    without_power: int

    @property
    def entries(self) -> int:
        """How many communes the list has."""
        return self.counts[MATCHED] + self.counts[DOUBTFUL] + self.counts[EXTRA]

    @property
    def official(self) -> int:
        """How many the official list has."""
        return self.counts[MATCHED] + self.counts[MISSING]


@dataclass(frozen=True)
class TableBasis:
    """
    What the table rests on.

    Parameters
    ----------
    figures
        Figures of the whole company from the facts of communes, by indicator; empty where no quarter ends with the
        period, or none was reported.
    returns
        Columns `RETURN_COLUMNS`, each indicator and period once, the newest first.
    own_book
        The own list that holds; None where the company gave none.
    official_communes
        Communes of the official list.
    """

    figures: Mapping[str, Figure]
    returns: pd.DataFrame
    own_book: OwnBook | None
    official_communes: int
    data_version: str
    data_date: date
    is_synthetic: bool
    as_of: datetime | None = None


@dataclass(frozen=True)
class _Found:
    """The figure of one row before it is told: exact where counts are known, else as it was stated."""

    numerator: int | None = None
    denominator: int | None = None
    exact: Decimal | None = None
    stated: Decimal | None = None
    source: str = ""
    notes: tuple[str, ...] = ()


def build_company_table(
    period: ReportingPeriod, registry: Mapping[str, Indicator], basis: TableBasis, language: Language
) -> CompanyTable:
    """
    Return the table that the company publishes for a period.

    Every indicator of the registry that has a section, and is valid in the period, has a row: one without a figure is
    *not reported*, never 0.

    Parameters
    ----------
    period
        A half-year, or another period of returns.
    registry
        Every indicator, by its name.
    """
    require_columns(basis.returns, RETURN_COLUMNS, what="company returns")
    returns = {str(row["indicator"]): row for row in _returns_of(basis.returns, period)}
    to_come = {str(row["indicator"]): row for row in _plans_to_come(basis.returns, period)}
    writer = _Rows(period, basis, language)
    shown = [found for found in registry.values() if found.table_section and found.valid_from <= period.last_day]
    rows = [writer.row(found, returns.get(found.name), to_come.get(found.name)) for found in shown]
    rows.sort(key=lambda row: SECTIONS.index(row.section))
    return CompanyTable(
        organisation="EVNSPC",
        period=period,
        rows=tuple(rows),
        sections={key: language.say(_SECTION_NAMES[key]) for key in SECTIONS},
        notices=_notices(basis, rows, language),
        remarks=_remarks(language),
        data_version=basis.data_version,
        data_date=basis.data_date,
        is_synthetic=basis.is_synthetic,
        language=language,
        as_of=basis.as_of,
    )


def _returns_of(returns: pd.DataFrame, period: ReportingPeriod) -> list[dict[str, Any]]:
    """Return the returns of a period or of its last day; of several of an indicator, the newest."""
    periods = [str(period), str(ReportingPeriod.of_day(period.last_day))]
    found = returns[returns["period"].isin(periods)]
    return _records(found.drop_duplicates("indicator"))


def _plans_to_come(returns: pd.DataFrame, period: ReportingPeriod) -> list[dict[str, Any]]:
    """Return the plans for a later day of the same year, the nearest last."""
    found = []
    for row in _records(returns[returns["plan"].notna()]):
        due = ReportingPeriod.parse(str(row["period"]))
        if due.kind == DAY and due.last_day.year == period.last_day.year and due.last_day > period.last_day:
            found.append(row | {"due": due.last_day})
    return sorted(found, key=lambda row: row["due"], reverse=True)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


class _Rows:
    """Tells one row after another."""

    def __init__(self, period: ReportingPeriod, basis: TableBasis, language: Language) -> None:
        self._period = period
        self._basis = basis
        self._language = language

    def row(
        self, indicator: Indicator, returned: Mapping[str, Any] | None, to_come: Mapping[str, Any] | None
    ) -> CompanyRow:
        """Return the row of an indicator: its figure, its plan, what was published."""
        language = self._language
        found = self._find(indicator, returned)
        published = None if returned is None else _decimal(returned["published_value"])
        stated = found.stated if found.exact is None else indicator.stated(found.exact)
        is_due = stated is not None or published is not None or to_come is None
        noted = returned if is_due else to_come
        plan = None if noted is None else _decimal(noted["plan"])
        verdict = plans.judge(indicator, exact=found.exact, stated=stated, plan=plan)
        plan_day = None if is_due or noted is None else noted["due"]
        differs = stated is not None and published is not None and stated != published
        notes = (
            self._difference_note(indicator, stated, published, _source(returned, language)) if differs else "",
            *found.notes,
            *self._plan_notes(verdict, plan_day),
            _own_note(noted, language),
        )
        return CompanyRow(
            indicator=indicator.name,
            section=indicator.table_section,
            title=indicator.title(language),
            unit=indicator.stated_unit(language),
            decimals=indicator.stated_decimals,
            value=stated,
            text=self._text(indicator, stated) or language.say("not reported"),
            numerator=found.numerator,
            denominator=found.denominator,
            of=indicator.denominator_text(language),
            published=published,
            published_text=self._text(indicator, published),
            differs=differs,
            is_due=is_due,
            source=found.source or _source(noted, language),
            notes=tuple(note for note in notes if note),
            plan=plan,
            plan_text=self._plan_text(indicator, plan),
            plan_day=plan_day,
            is_change=indicator.kind == CHANGE,
            **self._judged(verdict),
        )

    def _judged(self, verdict: Verdict) -> dict[str, Any]:
        """Return the fields of a row that tell what becomes of its plan."""
        return {
            "verdict": verdict.state,
            "verdict_text": self._language.say(plans.VERDICT_NAMES[verdict.state]),
            "gap": None if verdict.gap is None else verdict.gap.value,
            "gap_unit": "" if verdict.gap is None else verdict.gap.unit,
            "gap_text": verdict.sentence(self._language),
            "basis": verdict.basis,
        }

    def _find(self, indicator: Indicator, returned: Mapping[str, Any] | None) -> _Found:
        if indicator.table_from == FACTS:
            return self._of_facts(indicator, returned)
        if indicator.table_from == OWN_LIST:
            return self._of_own_list(indicator, returned)
        return _of_return(indicator, returned, self._language)

    def _of_facts(self, indicator: Indicator, returned: Mapping[str, Any] | None) -> _Found:
        """Households are summed from communes; where none has any, they are the counts returned."""
        say, figure = self._language.say, self._basis.figures.get(indicator.name)
        if figure is not None and figure.contradicts:
            return _Found(notes=(figure.display(self._language),))
        if figure is None or figure.value is None:
            found = _of_return(indicator, returned, self._language)
            if found.exact is None:  # what was published without its counts stands beside, and is no figure of ours
                return _Found(notes=found.notes)
            return _with_notes(
                found, say("As returned by the organisation: no commune has figures of this period here.")
            )
        quarter = self._period.last_quarter
        assert quarter is not None  # figures of communes are those of the quarter that ends with the period
        missing = figure.communes_all - figure.communes_counted
        notes = (say("Not counted: {n} communes did not report it.", n=missing),) if missing else ()
        return _Found(
            figure.numerator,
            figure.denominator,
            figure.value,
            source=say(
                "Summed from {counted} communes, {quarter}",
                counted=figure.communes_counted,
                quarter=self._language.period(quarter),
            ),
            notes=notes,
        )

    def _of_own_list(self, indicator: Indicator, returned: Mapping[str, Any] | None) -> _Found:
        """Communes are counted in the company's own book: as it returned them, or in the list that it gave."""
        say, book = self._language.say, self._basis.own_book
        found = _of_return(indicator, returned, self._language)
        if book is None:
            return _with_notes(found, self._list_not_given(found), self._official_note(indicator))
        notes: tuple[str, ...] = (self._reconciliation_note(book), self._official_note(indicator))
        if found.denominator == book.entries:
            return _with_notes(found, *notes)
        known = book.with_power + book.without_power
        unknown = book.entries - known
        if unknown:
            not_known = say("Of {n} entries of the own list it is not known whether they have power.", n=unknown)
            notes = (not_known, *notes)
        value = Figure(indicator, book.with_power, known, known, book.entries).value
        source = say("Own commune list {file}", file=f'"{book.file_name}"')
        return _Found(book.with_power, known, value, source=source, notes=notes)

    def _list_not_given(self, found: _Found) -> str:
        if found.denominator is None:
            return ""
        return self._language.say(
            "{n} communes are those of the company's own list, as reported; the list itself is not published, so it is "
            'not reconciled here with the {official} of the official one. The page "Commune lists" does so once it is '
            "there.",
            n=found.denominator,
            official=self._basis.official_communes,
        )

    def _reconciliation_note(self, book: OwnBook) -> str:
        return self._language.say(
            "Own list {file}: {entries} entries against {official} official communes of {day}: {matched} matched, "
            "{doubtful} doubtful, {extra} extra, {missing} missing.",
            file=f'"{book.file_name}"',
            entries=book.entries,
            official=book.official,
            day=self._language.day(book.day),
            matched=book.counts[MATCHED],
            doubtful=book.counts[DOUBTFUL],
            extra=book.counts[EXTRA],
            missing=book.counts[MISSING],
        )

    def _official_note(self, indicator: Indicator) -> str:
        figure = self._basis.figures.get(indicator.name)
        if figure is None or figure.value is None:
            return ""
        return self._language.say(
            "In the official list: {with_power} of {all} communes.",
            with_power=figure.numerator,
            all=figure.denominator,
        )

    def _plan_notes(self, verdict: Verdict, plan_day: date | None) -> tuple[str, ...]:
        say = self._language.say
        if plan_day is not None:
            return (say("Plan for {day}, still to come.", day=self._language.day(plan_day)),)
        if verdict.basis == plans.EXACT:
            return (say("Held against the plan by exact counts."),)
        if verdict.basis == plans.ROUNDED:
            compared = say("Held against the plan as stated, rounded: the exact counts are not known.")
            close = say("So near the plan that the exact figure may lie on its other side.")
            return (compared, close) if verdict.is_close else (compared,)
        return ()

    def _difference_note(
        self, indicator: Indicator, stated: Decimal | None, published: Decimal | None, source: str
    ) -> str:
        return self._language.say(
            "Differs from what was published: {own} here, {published} published ({source}).",
            own=self._text(indicator, stated),
            published=self._text(indicator, published),
            source=source,
        )

    def _text(self, indicator: Indicator, stated: Decimal | None) -> str:
        """Return a stated figure with its unit; empty where there is none."""
        if stated is None:
            return ""
        sign = "−" if stated < 0 else ""
        return sign + self._with_unit(
            indicator, self._language.decimal(abs(stated), decimals=indicator.stated_decimals)
        )

    def _plan_text(self, indicator: Indicator, plan: Decimal | None) -> str:
        if plan is None:
            return ""
        number = self._language.decimal(abs(plan), decimals=max(0, -int(plan.normalize().as_tuple().exponent)))
        shown = ("−" if plan < 0 else "") + self._with_unit(indicator, number)
        if indicator.kind == SHARE and indicator.better == "higher" and plan == _WHOLE:
            return shown  # nothing is above the whole
        return ("≤ " if indicator.better == "lower" else "≥ ") + shown

    def _with_unit(self, indicator: Indicator, number: str) -> str:
        unit = indicator.stated_unit(self._language)
        return f"{number}%" if unit == "%" else f"{number} {unit}"


def _of_return(indicator: Indicator, returned: Mapping[str, Any] | None, language: Language) -> _Found:
    """Return the figure of a return: from its counts where it has them, else as it was stated."""
    if returned is None:
        return _Found()
    numerator, denominator = _whole(returned["numerator"]), _whole(returned["denominator"])
    figure = Figure(indicator, numerator, denominator, 0, 0)
    notes = (figure.display(language),) if figure.contradicts else ()
    stated = _decimal(returned["published_value"]) if figure.value is None else None
    return _Found(numerator, denominator, figure.value, stated, _source(returned, language), notes)


def _with_notes(found: _Found, *notes: str) -> _Found:
    return _Found(found.numerator, found.denominator, found.exact, found.stated, found.source, (*found.notes, *notes))


def _own_note(returned: Mapping[str, Any] | None, language: Language) -> str:
    """Return the note of a return, as a sentence; empty where it has none."""
    note = "" if returned is None or pd.isna(returned[f"note_{language.code}"]) else returned[f"note_{language.code}"]
    text = str(note).strip()
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""


def _source(returned: Mapping[str, Any] | None, language: Language) -> str:
    return "" if returned is None else str(returned[f"source_{language.code}"])


def _notices(basis: TableBasis, rows: list[CompanyRow], language: Language) -> tuple[str, ...]:
    """Say of a table with synthetic data what they are, and whose the service figures beside them are."""
    if not basis.is_synthetic:
        return ()
    households = language.say(
        "Numbers of households in this table are no real counts: they add up synthetic demonstration data of communes, "
        "made so that the totals agree with those that EVNSPC published for 30 June 2021."
    )
    sources = dict.fromkeys(row.source for row in rows if row.section != SECTIONS[0] and row.value is not None)
    services = language.say("Service figures are as returned: {sources}.", sources="; ".join(sources))
    return (*[households] * bool(basis.figures), *[services] * bool(sources))


def _remarks(language: Language) -> tuple[str, ...]:
    say = language.say
    return (
        say("A plan is met at or above it where higher is better (≥), at or below it where lower is better (≤)."),
        say("Shares differ from their plan in percentage points; a change against the year before is in percent."),
    )


def _decimal(value: Any) -> Decimal | None:
    return None if value is None or pd.isna(value) else Decimal(str(value))


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)
