"""The colours of the years of a plan: dark first, light last, so that they differ in black and white too."""

from __future__ import annotations

from typing import Final

from geodata.plan_data import PlanReport

NOT_DONE: Final = "#ffffff"
"""Of points and hamlets that the programme leaves; drawn with a dark edge."""

_RAMP: Final = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))
"""Viridis, by five of its colours: told apart by readers who see no red or green."""


def colours_of(report: PlanReport) -> dict[int, str]:
    """Return the colour of each year of the programme."""
    years = [int(year) for year in report.years["year"]]
    return {year: _at(place / max(len(years) - 1, 1)) for place, year in enumerate(years)}


def _at(share: float) -> str:
    """Return the colour at a share, 0 to 1, of the ramp."""
    place = share * (len(_RAMP) - 1)
    low = min(int(place), len(_RAMP) - 2)
    parts = (
        round(before + (after - before) * (place - low))
        for before, after in zip(_RAMP[low], _RAMP[low + 1], strict=True)
    )
    return "#" + "".join(f"{part:02x}" for part in parts)
