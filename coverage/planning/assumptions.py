"""The assumptions of plans: low, mid and high value of each, with unit, limits and source; what an office changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from geodata.errors import PhuDienError, mark
from geodata.language import InEach
from geodata.target_data import Wording

ASSUMPTION_COLUMNS: Final = (
    "name",  # stable; ends in its unit: line_cost_vnd_per_km
    "part",  # takeover, last_mile, network, programme
    "low",
    "mid",
    "high",
    "least",  # what may be typed, at least and at most
    "most",
    "unit_vi",
    "unit_en",
    "title_vi",
    "title_en",
    "status",  # seen (read at a public source), unverified, assumption
    "source_vi",
    "source_en",
)
"""Columns of the files in ``loaders/reference/planning/*_assumptions.csv``, all text."""

LEVELS: Final = ("low", "mid", "high")

SEEN = "seen"
"""Status of a value that was read at a public source; any other is shown to readers as an assumption."""


class AssumptionError(PhuDienError):
    """A value that an assumption may not have, or an assumption that does not exist."""


@dataclass(frozen=True)
class Assumption:
    """One assumption; shares are 0 to 1, money is VND of today without VAT."""

    name: str
    part: str
    low: float
    mid: float
    high: float
    least: float
    most: float
    unit: Wording
    title: Wording
    status: str
    source: Wording
    is_changed: bool = False

    def at(self, level: str) -> float:
        """Return the value at a level of `LEVELS`."""
        return {"low": self.low, "mid": self.mid, "high": self.high}[level]

    def changed_to(self, low: float, mid: float, high: float) -> Assumption:
        """
        Return the assumption with other values.

        Raises
        ------
        AssumptionError
            If they are outside its limits, or not in order.
        """
        for value in (low, mid, high):
            if not self.least <= value <= self.most:  # also refuses NaN
                raise AssumptionError(
                    "assumption.outside",
                    mark('Assumption "{title}" cannot be {value}: allowed are {least} to {most} {unit}.'),
                    title=_each(self.title),
                    value=f"{value:g}",
                    least=f"{self.least:g}",
                    most=f"{self.most:g}",
                    unit=_each(self.unit),
                )
        if not low <= mid <= high:
            raise AssumptionError(
                "assumption.order",
                mark('Assumption "{title}": low {low}, mid {mid} and high {high} are not in rising order.'),
                title=_each(self.title),
                low=f"{low:g}",
                mid=f"{mid:g}",
                high=f"{high:g}",
            )
        is_changed = self.is_changed or (low, mid, high) != (self.low, self.mid, self.high)
        return replace(self, low=low, mid=mid, high=high, is_changed=is_changed)


class Assumptions(Mapping[str, Assumption]):
    """Every assumption by name, in the order of the files."""

    def __init__(self, every: Mapping[str, Assumption]) -> None:
        self._every = dict(every)

    def __getitem__(self, name: str) -> Assumption:
        return self._every[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._every)

    def __len__(self) -> int:
        return len(self._every)

    def changed(self, values: Mapping[str, tuple[float, float, float]]) -> Assumptions:
        """
        Return the assumptions with some changed: name → (low, mid, high).

        Raises
        ------
        AssumptionError
            If one does not exist, or may not have the value.
        """
        every = dict(self._every)
        for name, (low, mid, high) in values.items():
            if name not in every:
                raise AssumptionError(
                    "assumption.unknown", mark('There is no assumption "{name}". Known are: {known}.'),
                    name=name, known=", ".join(every),
                )  # fmt: skip
            every[name] = every[name].changed_to(low, mid, high)
        return Assumptions(every)

    def values_at(self, level: str) -> dict[str, float]:
        """Return the value of each assumption at a level."""
        return {name: assumption.at(level) for name, assumption in self._every.items()}


def read_assumptions(table: pd.DataFrame) -> Assumptions:
    """Return the assumptions of a table with the columns `ASSUMPTION_COLUMNS`, all text."""
    return Assumptions({row["name"]: _read(row) for row in table.to_dict("records")})


def _read(row: Mapping[Any, Any]) -> Assumption:
    read = Assumption(
        name=row["name"],
        part=row["part"],
        low=float(row["low"]),
        mid=float(row["mid"]),
        high=float(row["high"]),
        least=float(row["least"]),
        most=float(row["most"]),
        unit=Wording(row["unit_vi"], row["unit_en"]),
        title=Wording(row["title_vi"], row["title_en"]),
        status=row["status"],
        source=Wording(row["source_vi"], row["source_en"]),
    )
    return read.changed_to(read.low, read.mid, read.high)  # the shipped values keep their own limits


def _each(wording: Wording) -> InEach:
    return InEach(vi=wording.vi, en=wording.en)
