"""What charts over time share: their axes, and the marks where units changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from geodata.event_sentences import EVENT_NAMES, told_once
from geodata.language import Language
from geodata.periods import Period


def count_axis(name: str, language: Language, *, has_zero: bool = True, title: str | None = None) -> alt.Y:
    """Return the axis of a field of counts, with thousands as the language writes them; `name` is its usual title."""
    # Vega writes thousands with commas; Vietnamese has points.
    labels = "replace(datum.label, /,/g, '.')" if language.code == "vi" else "datum.label"
    axis = alt.Axis(format=",d", labelExpr=labels)
    return alt.Y(f"{name}:Q", axis=axis, scale=alt.Scale(zero=has_zero), title=title or name)


def decimal_labels(language: Language) -> str:
    """Return the expression that writes the labels of an axis of measured numbers as the language does."""
    if language.code == "vi":
        return "replace(replace(replace(datum.label, /,/g, ' '), /\\./g, ','), / /g, '.')"
    return "datum.label"


def decimal_axis(name: str, language: Language, *, title: str, has_zero: bool = True) -> alt.Y:
    """Return the axis of a field of measured numbers, such as money, with marks as the language writes them."""
    axis = alt.Axis(labelExpr=decimal_labels(language))
    return alt.Y(f"{name}:Q", axis=axis, scale=alt.Scale(zero=has_zero), title=title)


def quarter_axis(name: str, periods: Sequence[str], language: Language) -> alt.X:
    """Return the axis of a chart by quarter: their names in the order of time, the same in every layer."""
    order = [language.period(Period.parse(period)) for period in periods]
    return alt.X(f"{name}:N", sort=order, axis=alt.Axis(labelAngle=0))


def change_marks(changes: pd.DataFrame, periods: Sequence[str], language: Language, *, x: str) -> alt.LayerChart | None:
    """
    Return the marks on a chart by quarter where units changed; None where none did.

    Parameters
    ----------
    changes
        As `changes_in` gives it.
    periods
        Quarters of the chart, oldest first: a change is marked at the first one that ends after it.
    x
        Name of the chart's field of quarters, filled with their names in the reader's language.
    """
    if changes.empty:
        return None
    ends = [(Period.parse(period), Period.parse(period).last_day) for period in periods]
    rows: list[dict[str, Any]] = []
    once = told_once(changes)
    for (_, is_unsure), events in once.groupby(["valid_date", once["date_quality"] != "seen"]):
        day = events["valid_date"].iloc[0].date()
        counts = events["kind"].value_counts()
        what = ", ".join(f"{language.count(int(n))} {language.say(EVENT_NAMES[str(k)])}" for k, n in counts.items())
        period = next(period for period, end in ends if end >= day)
        told_day = language.say("about {day}", day=language.day(day)) if is_unsure else language.day(day)
        rows.append({x: language.period(period), "day": told_day, "what": what})
    marked = pd.DataFrame(rows).groupby(x, sort=False).agg({"day": ", ".join, "what": "; ".join}).reset_index()
    base = alt.Chart(marked).encode(
        x=quarter_axis(x, periods, language),
        tooltip=[
            alt.Tooltip("day:N", title=language.say("Units changed on")),
            alt.Tooltip("what:N", title=language.say("Communes")),
        ],
    )
    line = base.mark_rule(color="#7b5aa6", strokeDash=[2, 3], strokeWidth=2)
    # At the foot of the chart, where it hides no number.
    flag = base.mark_point(shape="triangle-up", color="#7b5aa6", filled=True, size=110, opacity=1).encode(
        y=alt.value("height")
    )
    return line + flag
