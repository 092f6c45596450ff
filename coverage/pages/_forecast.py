"""When a target is reached, as a fan on the chart of an area and as a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd

from coverage.forecast import REACHED, Forecast
from coverage.pages import _charts
from geodata.errors import mark
from geodata.language import Language
from geodata.periods import Period

COLOUR: Final = "#5b7f95"

_MOST_AHEAD: Final = 28
"""Quarters ahead that the fan is drawn for at most, where the target is due earlier."""


IN_TIME, LATE, OPEN = mark("in time"), mark("late"), mark("in time or late")


def quarters(found: Forecast | None, periods: Sequence[str]) -> list[str]:
    """Return the quarters of a chart, and those after them until the forecast ends or the fan is long enough."""
    drawn = list(periods)
    if found is None or found.path.empty:
        return drawn
    ends = [str(period) for period in (found.latest or found.likely,) if period is not None]
    ahead = list(found.path.index[:_MOST_AHEAD])
    upto = min(ends[0], ahead[-1]) if ends else ahead[-1]
    return drawn + [str(code) for code in ahead if drawn[-1] < str(code) <= upto]


def fan(
    found: Forecast | None, lacking: int | None, periods: Sequence[str], language: Language, *, x: str, y: str
) -> alt.LayerChart | None:
    """
    Draw where a forecast lies: a band for its chance and a line for its middle, from the last known figure on.

    Parameters
    ----------
    lacking
        The last known figure, from which the fan opens.
    periods
        Quarters of the chart, oldest first.
    x, y
        Names of the chart's fields: quarters in the reader's language, and what is counted.
    """
    if found is None or found.last is None or found.path.empty or lacking is None:
        return None
    opening = pd.DataFrame({name: [lacking] for name in ("low", "middle", "high")}, index=[str(found.last)])
    path = pd.concat([opening, found.path]).reindex([code for code in periods if code >= str(found.last)]).dropna()
    told = [[language.count(int(n)) for n in row] for row in path[["low", "middle", "high"]].to_numpy().tolist()]
    data = path.astype("float64").assign(
        **{
            x: [language.period(Period.parse(str(code))) for code in path.index],
            "range": [f"{low} – {high}" for low, _, high in told],
            "middle_text": [middle for _, middle, _ in told],
        }
    )
    base = alt.Chart(data).encode(
        x=_charts.quarter_axis(x, periods, language),
        tooltip=[
            alt.Tooltip(f"{x}:N"),
            alt.Tooltip("range:N", title=language.say("Forecast, from – to")),
            alt.Tooltip("middle_text:N", title=language.say("Forecast, middle")),
        ],
    )
    band = base.mark_area(color=COLOUR, opacity=0.22).encode(y=alt.Y("low:Q", title=y), y2="high:Q")
    middle = base.mark_line(color=COLOUR, strokeWidth=1.5).encode(y=alt.Y("middle:Q", title=y))
    return alt.layer(band, middle)


def sentence(found: Forecast, language: Language) -> str:
    """Return when the target is reached, with its chance."""
    return language.say("Forecast to be reached: {when}.", when=found.sentence(language))


def against_due(found: Forecast, due: Period | None, language: Language) -> str:
    """Say whether a target is reached in time: a range that holds the due quarter leaves that open."""
    place = _place_of(found, due)
    return language.say(place) if place else "–"


def _place_of(found: Forecast, due: Period | None) -> str:
    """Return `IN_TIME`, `LATE` or `OPEN`; empty where there is nothing to compare."""
    if due is None or not (found.bands or found.outlook == REACHED):
        return ""
    if not found.bands or (found.latest is not None and found.latest <= due):
        return IN_TIME
    return LATE if found.earliest is None or found.earliest > due else OPEN


def likelihood(found: Forecast, due: Period | None, language: Language) -> str:
    """Say where the middle of a forecast lies, and how likely it is in time; empty where nothing is forecast."""
    if not found.bands:
        return ""
    notes = []
    if found.likely is not None:
        notes.append(language.say("As likely before as after {period}.", period=language.period(found.likely)))
    if due is not None:
        notes.append(language.say(_chance_in_time(found, due), due=language.period(due)))
    return " ".join(notes)


def _chance_in_time(found: Forecast, due: Period) -> str:
    """Return the sentence on the due quarter: outside the range, or on which side of its middle."""
    place = _place_of(found, due)
    if place == IN_TIME:
        return mark("Due {due}: in time, the range ends by then.")
    if place == LATE:
        return mark("Due {due}: late, the range begins after it.")
    if found.likely == due:
        return mark("Due {due}: about as likely in time as late.")
    if found.likely is not None and found.likely < due:
        return mark("Due {due}: more likely in time than late.")
    return mark("Due {due}: more likely late than in time.")


def about(found: Forecast, language: Language) -> str:
    """Return how to read the fan."""
    return language.say(
        "Shaded: the forecast, chance {chance}; thin line: its middle; method that weighs most: {method}.",
        chance=language.share(found.chance, decimals=0),
        method=found.method_title(language),
    )
