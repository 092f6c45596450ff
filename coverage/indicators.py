"""Indicators: what each one counts, over what, and how its figure is shown. The definitions are data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from typing import Any, Final

import pandas as pd

from coverage.indicator_rules import CHANGE, COMMUNES, COUNT, SHARE, breaks_of, check_lines
from geodata.differences import Counted, Difference, between_counts, between_shares
from geodata.errors import FigureError, mark
from geodata.language import Language
from geodata.stated import Stating, stated_unit
from geodata.tables import require_columns

__all__ = ["CHANGE", "COUNT", "SHARE", "Figure", "Indicator", "difference_of", "read_indicators", "read_registry"]

_EXACT: Final = Context(prec=28)

_COLUMNS: Final = (
    "name",
    "title_vi",
    "title_en",
    "short_vi",
    "short_en",
    "scope",
    "kind",
    "unit_vi",
    "unit_en",
    "numerator",
    "denominator",
    "denominator_vi",
    "denominator_en",
    "decimals",
    "stated_in",
    "stated_decimals",
    "better",
    "table_section",
    "table_from",
    "valid_from",
    "formula_vi",
    "formula_en",
    "source_vi",
    "source_en",
    "map_breaks",
)


@dataclass(frozen=True)
class Indicator:
    """
    One indicator.

    Parameters
    ----------
    name
        Stable name, such as ``"direct_share"``.
    title_vi, title_en, short_vi, short_en
        What readers call it, in full and where space is short.
    scope
        ``"communes"``: reckoned from what communes report, for every area; ``"company"``: from the company's returns.
    kind
        `COUNT`, `SHARE` (numerator / denominator, 0 to 1) or `CHANGE` (of a count against the same period of the year
        before: numerator / denominator − 1).
    unit
        What a count counts; ``%`` for shares and changes.
    numerator, denominator
        For the scope of communes measures of `geodata.tables.MEASURES` or columns of `rollup.add_derived`, else names
        of what the company counts; a count has no denominator.
    denominator_vi, denominator_en
        What the figure is of, for readers.
    decimals
        Decimals of the percentage, or of the count.
    stated_in, stated_decimals
        How the company states a count: ``""`` as it is, or ``"million"``, with these decimals.
    better
        ``"higher"``, ``"lower"``, or ``"none"`` for a figure that is only told.
    table_section, table_from
        Where it stands in the company's table and where its figure comes from; both empty where it does not.
    valid_from
        First day of the periods to which the definition applies.
    formula_vi, formula_en, source_vi, source_en
        For readers; the long form stands in docs/methods.md.
    map_breaks
        Where the classes of a map part, in percent for shares; empty for an indicator that is not mapped.
    """

    name: str
    title_vi: str
    title_en: str
    short_vi: str
    short_en: str
    scope: str
    kind: str
    unit: Counted
    numerator: str
    denominator: str | None
    denominator_vi: str
    denominator_en: str
    decimals: int
    stated_in: str
    stated_decimals: int
    better: str
    table_section: str
    table_from: str
    valid_from: date
    formula_vi: str
    formula_en: str
    source_vi: str
    source_en: str
    map_breaks: tuple[Decimal, ...] = ()

    def title(self, language: Language) -> str:
        """Return what readers call it."""
        return self.title_vi if language.code == "vi" else self.title_en

    def formula(self, language: Language) -> str:
        """Return how it is reckoned."""
        return self.formula_vi if language.code == "vi" else self.formula_en

    def source(self, language: Language) -> str:
        """Return where its definition comes from."""
        return self.source_vi if language.code == "vi" else self.source_en

    def short(self, language: Language) -> str:
        """Return what readers call it where space is short."""
        return self.short_vi if language.code == "vi" else self.short_en

    def denominator_text(self, language: Language) -> str:
        """Return what the figure is of; empty for counts."""
        return self.denominator_vi if language.code == "vi" else self.denominator_en

    @property
    def stating(self) -> Stating:
        """How the company states its figures."""
        return Stating(self.kind == COUNT, self.stated_in, self.stated_decimals)

    def stated(self, value: Decimal) -> Decimal:
        """Return a count, share or change in the unit in which the company states it, rounded half-up: 99.72, 8.17."""
        return self.stating.of(value)

    def stated_unit(self, language: Language) -> str:
        """Return the unit of a stated figure: ``%``, ``hộ``, ``triệu hộ``."""
        return stated_unit(self.stated_in, self.unit.name(language), language)


@dataclass(frozen=True)
class Figure:
    """
    One indicator of one area in one quarter.

    Parameters
    ----------
    numerator, denominator
        Exact counts; None where no commune reported, and for the denominator of counts.
    communes_counted, communes_all
        Communes that reported what the indicator needs, of those that the area has.
    """

    indicator: Indicator
    numerator: int | None
    denominator: int | None
    communes_counted: int
    communes_all: int

    @property
    def contradicts(self) -> bool:
        """Whether the part is larger than its whole: figures of different surveys that do not fit together."""
        if self.indicator.kind == CHANGE:
            return False
        return self.numerator is not None and self.denominator is not None and self.numerator > self.denominator

    @property
    def value(self) -> Decimal | None:
        """Count, or exact share or change; None where nothing was reported, the whole is 0, or they contradict."""
        if self.numerator is None or self.contradicts:
            return None
        if self.indicator.kind == COUNT:
            return Decimal(self.numerator)
        if not self.denominator:
            return None
        part = self.numerator - (self.denominator if self.indicator.kind == CHANGE else 0)
        return _EXACT.divide(Decimal(part), Decimal(self.denominator))

    @property
    def is_complete(self) -> bool:
        """Whether every commune of the area is counted."""
        return self.communes_counted == self.communes_all

    def display(self, language: Language) -> str:
        """Return the figure as readers see it: 99,72% or 8.173.200; rounded half-up, only here."""
        value = self.value
        if self.contradicts:
            return language.say("figures contradict")
        if value is None:
            return language.say("not reported")
        if self.indicator.kind == COUNT:
            return language.decimal(value, decimals=self.indicator.decimals)
        return language.share(value, decimals=self.indicator.decimals)


def difference_of(now: Figure, before: Figure) -> Difference | None:
    """
    Return how a figure differs from an earlier one of its indicator; None where either has no value.

    Shares and changes differ in percentage points, counts in what they count.

    Raises
    ------
    FigureError
        If the figures are of different indicators.
    """
    if now.indicator != before.indicator:
        raise FigureError(
            "indicator.differ",
            mark('"{one}" and "{other}" are different indicators; there is no difference between their figures.'),
            one=now.indicator.name,
            other=before.indicator.name,
        )
    if now.value is None or before.value is None:
        return None
    if now.indicator.kind == COUNT:
        return between_counts(int(now.value), int(before.value), now.indicator.unit)
    return between_shares(now.value, before.value)


def read_registry(table: pd.DataFrame) -> dict[str, Indicator]:
    """
    Return every indicator of a definition table (all columns as text) by its name, in the order of the table.

    Raises
    ------
    FigureError
        If a column is missing, or a line cannot be used; see `indicator_rules.check_lines`.
    """
    require_columns(table, _COLUMNS, what="indicators")
    lines = [{str(key): str(value) for key, value in row.items()} for row in table.fillna("").to_dict("records")]
    check_lines(lines)
    return {line["name"]: _indicator(line) for line in lines}


def read_indicators(table: pd.DataFrame) -> dict[str, Indicator]:
    """Return the indicators of a definition table that are reckoned from communes; see `read_registry` for all."""
    return {name: found for name, found in read_registry(table).items() if found.scope == COMMUNES}


def _indicator(line: dict[str, str]) -> Indicator:
    values: dict[str, Any] = {column: line[column] for column in _COLUMNS if column not in ("unit_vi", "unit_en")}
    return Indicator(
        **values
        | {
            "unit": Counted(line["unit_vi"], line["unit_en"]),
            "denominator": line["denominator"] or None,
            "decimals": int(line["decimals"]),
            "stated_decimals": int(line["stated_decimals"] or line["decimals"]),
            "valid_from": date.fromisoformat(line["valid_from"]),
            "map_breaks": breaks_of(line["map_breaks"]),
        }
    )
