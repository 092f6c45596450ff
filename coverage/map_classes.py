"""The classes of a map: where they part, what they are called, which one a figure falls in, their colours."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from coverage.indicators import COUNT, Figure, Indicator
from geodata.language import Language

# Colour-blind-safe scales (ColorBrewer YlOrBr and Blues, Apache-2.0), the problem always the darkest.
_NEED: Final = ("#e9f2e4", "#fee391", "#fec44f", "#fe9929", "#d95f0e", "#8c2d04")
_SIZE: Final = ("#eff3ff", "#c6dbef", "#9ecae1", "#6baed6", "#3182bd", "#08519c")

MISSING_COLOUR: Final = "#d5d9de"


@dataclass(frozen=True)
class MapClass:
    """One class of a map: its colour and what the legend calls it."""

    colour: str
    label: str


@dataclass(frozen=True)
class Classes:
    """
    The classes of one indicator.

    An indicator whose breaks begin at 0 has a class for exactly 0; one whose breaks end at 100 (percent) has a
    class for exactly 100. A figure on a break belongs to the class above it.

    Examples
    --------
    Breaks 0 | 20 | 40 give the classes 0, above 0 to below 20, 20 to below 40, and 40 or more.
    """

    indicator: Indicator

    @property
    def _has_zero(self) -> bool:
        return self.indicator.map_breaks[0] == 0

    @property
    def _is_size(self) -> bool:
        return self.indicator.kind == COUNT and self.indicator.better == "higher"

    def colours(self) -> tuple[str, ...]:
        """Return the colour of each class, the lowest figures first."""
        scale = _SIZE if self._is_size else _NEED
        needed = len(self.indicator.map_breaks) + 1
        used = scale[:needed]
        return used if self._is_size or self.indicator.better == "lower" else used[::-1]

    def index_of(self, figure: Figure) -> int | None:
        """Return the class of a figure, counted from 0 at the lowest; None where nothing was reported."""
        value = figure.value
        if value is None:
            return None
        scaled = value if self.indicator.kind == COUNT else value * 100
        if self._has_zero:
            return 0 if scaled == 0 else max(1, self._passed(scaled))
        return self._passed(scaled)

    def _passed(self, scaled: Decimal) -> int:
        return sum(scaled >= edge for edge in self.indicator.map_breaks)

    def legend(self, language: Language) -> tuple[MapClass, ...]:
        """Return the classes with their labels, the lowest figures first."""
        edges = [self._edge(edge, language) for edge in self.indicator.map_breaks]
        labels = [f"{low} – < {high}" for low, high in pairwise(edges)]
        if self._has_zero:
            labels[0] = f"> {edges[0]} – < {edges[1]}"
            labels.insert(0, edges[0])
        else:
            labels.insert(0, f"< {edges[0]}")
        is_whole = self.indicator.kind != COUNT and self.indicator.map_breaks[-1] == 100
        labels.append(edges[-1] if is_whole else f"≥ {edges[-1]}")
        return tuple(MapClass(colour, label) for colour, label in zip(self.colours(), labels, strict=True))

    def _edge(self, edge: Decimal, language: Language) -> str:
        exponent = edge.as_tuple().exponent
        decimals = max(0, -exponent) if isinstance(exponent, int) else 0
        shown = language.decimal(edge, decimals=decimals)
        return shown if self.indicator.kind == COUNT else f"{shown}%"
