"""Charts of progress: one area on its path, small multiples of its parts, and who moved how far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from coverage.pages import _charts
from geodata.language import Language
from geodata.periods import Period
from geodata.status import STATUS_COLOURS, STATUS_NAMES, STATUS_SIGNS

ACTUAL, PATH, TARGET = "#1d2733", "#0b5cad", "#b3261e"
_FELL_BACK, _MOVED = "#b3261e", "#1b7837"

COLUMNS: Final = 4
"""Small charts in a row."""


def area_chart(
    shortfall: pd.Series[int],
    path: pd.Series[int],
    periods: Sequence[str],
    allowed: int | None,
    language: Language,
    *,
    title: str,
    changes: pd.DataFrame,
    fan: alt.LayerChart | None = None,
) -> alt.LayerChart:
    """
    Draw what an area lacks by quarter, what its path asks, what its target allows, and where units changed.

    Parameters
    ----------
    shortfall, path
        Indexed by period code; missing where not known.
    periods
        Codes of the quarters of the chart, oldest first: past ones and those until the target is due.
    title
        Of the axis: what is counted.
    fan
        Layers of a forecast that share the axes, drawn below the lines.
    """
    say, quarter = language.say, language.say("Quarter")
    lines = {say("Actual"): shortfall, say("Path to the target"): path}
    if allowed is not None:
        lines[say("Target")] = pd.Series(allowed, index=pd.Index(periods), dtype="Int64")
    rows = [
        {
            quarter: language.period(Period.parse(str(code))),
            title: int(count),
            "kind": name,
            "text": language.count(int(count)),
        }
        for name, counts in lines.items()
        for code, count in counts.dropna().items()
    ]
    base = alt.Chart(pd.DataFrame(rows, columns=pd.Index([quarter, title, "kind", "text"]))).encode(
        x=_quarters(quarter, periods, language),
        y=_charts.count_axis(title, language),
        tooltip=[alt.Tooltip("kind:N", title=say("Line")), f"{quarter}:N", alt.Tooltip("text:N", title=title)],
    )
    names = list(lines)
    legend = alt.Legend(orient="top", symbolType="stroke", symbolSize=400, symbolStrokeWidth=2.5)
    drawn = base.mark_line(strokeWidth=2.5).encode(
        color=alt.Color("kind:N", title=None, scale=_scale(names, (ACTUAL, PATH, TARGET)), legend=legend),
        strokeDash=alt.StrokeDash("kind:N", title=None, scale=_scale(names, ([1, 0], [6, 3], [2, 2])), legend=legend),
    )
    points = base.transform_filter(alt.datum["kind"] == names[0]).mark_point(filled=True, size=60, color=ACTUAL)
    marks = _charts.change_marks(changes, periods, language, x=quarter)
    layers = [layer for layer in (marks, fan, drawn, points) if layer is not None]
    return alt.layer(*layers).properties(height=320)


def _scale(names: Sequence[str], values: Sequence[Any]) -> alt.Scale:
    return alt.Scale(domain=list(names), range=list(values[: len(names)]))


def _quarters(name: str, periods: Sequence[str], language: Language) -> alt.X:
    """Return the axis of quarters, of which those are named that there is room for."""
    axis = _charts.quarter_axis(name, periods, language)
    axis.axis = alt.Axis(labelAngle=0, labelOverlap="parity")
    return axis


def small_multiples(
    shortfall: pd.DataFrame,
    paths: pd.DataFrame,
    scorecard: pd.DataFrame,
    language: Language,
    *,
    title: str,
    has_common_scale: bool,
    changed_in: Mapping[str, Sequence[str]],
) -> alt.FacetChart:
    """
    Draw one small chart an area, in the order of the scorecard: actual, path, target, and where its units changed.

    Parameters
    ----------
    shortfall, paths
        Indexed by period code, one column an area.
    scorecard
        Rows of `progress.scorecard` with ``area_name``; those that are drawn.
    has_common_scale
        Whether heights can be compared between the charts, or each fills its own.
    changed_in
        Period codes at whose end an area had changed units, by area code.
    """
    say = language.say
    periods = [str(code) for code in shortfall.index]
    names = _distinct(scorecard["area_name"])
    rows: list[dict[str, Any]] = []
    for code, row in scorecard.to_dict("index").items():
        area = {"area": names[str(code)], "status": _status_text(str(row["status"]), language)}
        for period, lacking, asked in zip(periods, shortfall[code], paths[code], strict=True):
            rows.append(
                area
                | {
                    "quarter": _short(period, language),
                    "told": language.period(Period.parse(period)),
                    "actual": _number(lacking),
                    "path": _number(asked),
                    "target": _number(row["shortfall_target"]),
                    "text": _count(lacking, language),
                    "path_text": _count(asked, language),
                    "changed": period in changed_in.get(str(code), ()),
                }
            )
    statuses = {_status_text(code, language): colour for code, colour in STATUS_COLOURS.items()}
    shown = [text for text in statuses if any(row["status"] == text for row in rows)]
    order = [_short(period, language) for period in periods]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("quarter:N", sort=order, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, labelFontSize=9))
    )
    y = _charts.count_axis("actual", language)
    y.title = None
    line = base.mark_line(point=alt.OverlayMarkDef(size=25), strokeWidth=2).encode(
        y=y,
        color=alt.Color(
            "status:N",
            title=say("Status"),
            scale=alt.Scale(domain=shown, range=[statuses[text] for text in shown]),
            legend=alt.Legend(orient="top", symbolType="stroke", symbolSize=400, labelLimit=320),
        ),
        tooltip=[
            alt.Tooltip("area:N", title=say("Area")),
            alt.Tooltip("told:N", title=say("Quarter")),
            alt.Tooltip("text:N", title=title),
            alt.Tooltip("path_text:N", title=say("Path to the target")),
        ],
    )
    path = base.mark_line(strokeDash=[5, 3], color=PATH, strokeWidth=1.2).encode(y="path:Q")
    target = base.mark_line(strokeDash=[2, 2], color=TARGET, strokeWidth=1.2).encode(y="target:Q")
    change = base.transform_filter("datum.changed").mark_rule(color="#7b5aa6", strokeDash=[2, 3], strokeWidth=1.5)
    faceted = (
        alt.layer(change, target, path, line)
        .properties(width=158, height=95)
        .facet(
            facet=alt.Facet("area:N", title=None, sort=list(names.values()), header=alt.Header(labelFontSize=11)),
            columns=COLUMNS,
        )
    )
    return faceted.resolve_scale(y="shared" if has_common_scale else "independent")


def moves_chart(moves: pd.DataFrame, language: Language, *, title: str) -> alt.LayerChart:
    """Draw how far each area moved: bars to the right for fewer lacking, to the left for those that fell back."""
    known = moves.dropna(subset="moved")
    names = _distinct(known["area_name"])
    data = pd.DataFrame(
        {
            "area": [names[str(code)] for code in known.index],
            title: known["moved"].astype("float64").to_numpy(),
            "text": [signed(int(n), language) for n in known["moved"].tolist()],
        }
    )
    base = alt.Chart(data).encode(y=alt.Y("area:N", sort=list(names.values()), title=None, axis=_name_axis()))
    bars = base.mark_bar().encode(
        x=alt.X(f"{title}:Q", axis=_count_labels(language)),
        color=alt.condition(alt.datum[title] < 0, alt.value(_FELL_BACK), alt.value(_MOVED)),
        tooltip=[alt.Tooltip("area:N", title=language.say("Area")), alt.Tooltip("text:N", title=title)],
    )
    text = (
        base.transform_calculate(at=f"max(0, datum['{title}'])")
        .mark_text(align="left", dx=4)
        .encode(x=alt.X("at:Q", title=title), text="text:N")
    )
    return alt.layer(bars, text).properties(height=max(22 * len(data), 60))


def signed(number: int, language: Language) -> str:
    """Return a whole number with its sign: +1.593, −12; 0 has none."""
    sign = "" if number == 0 else "−" if number < 0 else "+"
    return sign + language.count(abs(number))


def _name_axis() -> alt.Axis:
    return alt.Axis(labelLimit=240, labelOverlap=False)


def _count_labels(language: Language) -> alt.Axis:
    labels = "replace(datum.label, /,/g, '.')" if language.code == "vi" else "datum.label"
    return alt.Axis(format=",d", labelExpr=labels, tickCount=6, tickMinStep=1)


def _distinct(names: pd.Series[str]) -> dict[str, str]:
    """Return the name of each area by its code; those that several bear with their code behind."""
    is_shared = names.duplicated(keep=False)
    return {str(code): f"{names[code]} ({code})" if is_shared[code] else str(names[code]) for code in names.index}


def _status_text(code: str, language: Language) -> str:
    return f"{STATUS_SIGNS[code]} {language.say(STATUS_NAMES[code])}"


def _short(period: str, language: Language) -> str:
    """Return a quarter where space is short: II/21, or in English Q2 21."""
    quarter = Period.parse(period)
    year = f"{quarter.year % 100:02d}"
    return (
        f"{('I', 'II', 'III', 'IV')[quarter.quarter - 1]}/{year}"
        if language.code == "vi"
        else f"Q{quarter.quarter} {year}"
    )


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _count(value: Any, language: Language) -> str:
    return "–" if pd.isna(value) else language.count(int(value))
