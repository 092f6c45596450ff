"""Indicators: what each one counts, over what, and how its figure is shown. The definitions are data."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

import pandas as pd

from geodata.errors import FigureError, mark
from geodata.language import Language
from geodata.tables import require_columns

COUNT, SHARE = "count", "share"

_EXACT: Final = Context(prec=28)

_COLUMNS: Final = (
    "name",
    "title_vi",
    "title_en",
    "short_vi",
    "short_en",
    "kind",
    "numerator",
    "denominator",
    "decimals",
    "better",
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
    kind
        `COUNT` (households) or `SHARE` (numerator / denominator, 0 to 1).
    numerator, denominator
        Measures of `geodata.tables.MEASURES` or columns of `rollup.add_derived`; a count has no denominator.
    decimals
        Decimals of the percentage, or of the count.
    better
        ``"higher"`` or ``"lower"``.
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
    kind: str
    numerator: str
    denominator: str | None
    decimals: int
    better: str
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
        return self.numerator is not None and self.denominator is not None and self.numerator > self.denominator

    @property
    def value(self) -> Decimal | None:
        """Count, or exact share from 0 to 1; None where nothing was reported, the whole is 0, or they contradict."""
        if self.numerator is None or self.contradicts:
            return None
        if self.indicator.kind == COUNT:
            return Decimal(self.numerator)
        if not self.denominator:
            return None
        return _EXACT.divide(Decimal(self.numerator), Decimal(self.denominator))

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


def read_indicators(table: pd.DataFrame) -> dict[str, Indicator]:
    """
    Return the indicators of a definition table (all columns as text) by their names, in its order.

    Raises
    ------
    FigureError
        If a column is missing, or a definition contradicts itself.
    """
    require_columns(table, _COLUMNS, what="indicators")
    found = {}
    for row in table[list(_COLUMNS)].to_dict("records"):
        values = {str(key): value for key, value in row.items()}
        denominator = None if pd.isna(values["denominator"]) else str(values["denominator"])
        if values["kind"] not in (COUNT, SHARE) or (values["kind"] == SHARE) != (denominator is not None):
            raise FigureError(
                "indicator.kind",
                mark('Indicator "{name}": a share has a denominator, a count has none.'),
                name=values["name"],
            )
        breaks = [] if pd.isna(values["map_breaks"]) else str(values["map_breaks"]).split("|")
        values |= {"denominator": denominator, "decimals": int(values["decimals"])}
        found[values["name"]] = Indicator(**values | {"map_breaks": tuple(Decimal(b) for b in breaks)})
    return found
