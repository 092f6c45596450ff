"""Tables of progress: the scorecard, who moved, and what was corrected; numbers sort as numbers and read as text."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from decimal import Decimal
from typing import Any, Final, Literal

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from coverage.figure_corrections import FigureEvent
from coverage.forecast import CHANCE, Forecast
from coverage.indicators import SHARE, Figure, Indicator, difference_of
from coverage.pages import _cache
from coverage.pages._progress_charts import signed
from coverage.progress_desk import FIGURE_COUNTS, AreaProgress
from coverage.progress_rule import PATH_BEGINS, sign_and_name
from coverage.rollup import figure_of
from geodata.errors import mark
from geodata.language import Language
from geodata.periods import Period
from geodata.status import STATUS_COLOURS, STATUS_SIGNS

_STATE_NAMES: Final = {"accepted": mark("accepted"), "withdrawn": mark("withdrawn")}
_COLOUR_OF_SIGN: Final = {STATUS_SIGNS[code]: colour for code, colour in STATUS_COLOURS.items()}
_BEGINNINGS: Final = frozenset(f"{sign} " for sign in STATUS_SIGNS.values())

_NOTHING: Final = "–"
"""What stands in a cell without a value."""

_ROWS_AT_ONCE: Final = 30
"""Rows up to which a table is shown whole."""

_LETTER, _BOLD_LETTER, _MARGIN, _WIDEST, _LONG_TEXT = 7.0, 7.6, 18, 420, 9
"""Pixels that a letter of a table takes in the mean, with room; of a bold one; beside a text; and at most."""

Show = Callable[[Any], str]


def scorecard_table(
    parts: pd.DataFrame, indicator: Indicator, forecasts: Mapping[str, Forecast], language: Language
) -> tuple[pd.DataFrame, dict[str, Show]]:
    """Return a scorecard with the headings that readers see, and how its columns are written."""
    say = language.say
    outlooks = [forecasts[code].short(language) if code in forecasts else _NOTHING for code in parts.index]
    columns: dict[str, Any] = {
        say("Area"): parts["area_name"],
        say("Status"): status_texts(parts, language),
        forecast_heading(language): outlooks,
        say("Actual"): [_value(row, indicator) for _, row in parts.iterrows()],
        say("Still lacking"): parts["shortfall"],
        say("The path allows"): parts["path"],
        say("Ahead (+), behind (−)"): parts["ahead"],
        say("Required per quarter"): parts["required_per_quarter"],
        say("Achieved per quarter"): parts["achieved_per_quarter"],
        say("Achieved in the last quarter"): parts["achieved_last"],
        say("Gap to the target"): parts["gap"],
    }
    if indicator.kind == SHARE:
        columns[say("Gap (percentage points)")] = [_points_missing(row, indicator) for _, row in parts.iterrows()]
    columns |= {
        say("Due"): [period_text(code, language) for code in parts["due_period"]],
        say("Communes reported"): [
            f"{language.count(int(row['communes_counted']))} / {language.count(int(row['communes_all']))}"
            for _, row in parts.iterrows()
        ],
    }
    whole = count_text(language)
    rate, signs = decimal_text(language, 1), signed_text(language)
    shows = {
        say("Actual"): figure_text(indicator, language),
        say("Still lacking"): whole,
        say("The path allows"): whole,
        say("Ahead (+), behind (−)"): signs,
        say("Gap to the target"): whole,
        say("Required per quarter"): rate,
        say("Achieved per quarter"): rate,
        say("Achieved in the last quarter"): whole,
        say("Gap (percentage points)"): decimal_text(language, indicator.decimals),
    }
    return pd.DataFrame(columns, index=parts.index), shows


def forecast_heading(language: Language) -> str:
    """Return the heading above ranges of quarters in a table; it says how often they hold the truth."""
    return language.say("Forecast to be reached (chance {chance})", chance=language.share(CHANCE, decimals=0))


def status_texts(parts: pd.DataFrame, language: Language) -> list[str]:
    """
    Return the statuses of a scorecard as readers see them: sign, word and reason.

    That the path begins in this quarter holds for all rows alike, and stands above them.
    """
    pairs = zip(parts["status"], parts["reason"].replace(PATH_BEGINS, ""), strict=True)
    return [sign_and_name(str(status), language, str(reason)) for status, reason in pairs]


def moves_table(moves: pd.DataFrame, language: Language) -> tuple[pd.DataFrame, dict[str, Show]]:
    """Return who moved how far, in households and percentage points, and how its columns are written."""
    say = language.say
    table = pd.DataFrame(
        {
            say("Area"): moves["area_name"],
            say("Fewer lacking"): moves["moved"],
            say("Percentage points"): [None if p is None else float(p) for p in moves["moved_points"]],
            say("Lacking before"): moves["shortfall_before"],
            say("Lacking now"): moves["shortfall_now"],
        },
        index=moves.index,
    ).astype({say("Percentage points"): "Float64"})
    points = decimal_text(language, 2)
    shows: dict[str, Show] = {
        say("Fewer lacking"): signed_text(language),
        say("Percentage points"): lambda value: points(value).replace("-", "−") if value < 0 else "+" + points(value),
        say("Lacking before"): count_text(language),
        say("Lacking now"): count_text(language),
    }
    return table, shows


def comparison_table(
    before: AreaProgress, now: AreaProgress, language: Language
) -> tuple[pd.DataFrame, dict[str, Show]]:
    """Return status, figure and households lacking of each part in two quarters, and how its columns are written."""
    say, indicator = language.say, now.indicator
    earlier = before.parts.reindex(now.parts.index)

    pairs = list(zip(_figures(earlier, indicator), _figures(now.parts, indicator), strict=True))
    first, last = (period_text(found.period, language) for found in (before, now))
    changes = [difference_of(after, old) for old, after in pairs]
    table = pd.DataFrame(
        {
            say("Area"): now.parts["area_name"],
            say("Status in {period}", period=first): status_texts(earlier, language),
            say("Status in {period}", period=last): status_texts(now.parts, language),
            first: [old.display(language) for old, _ in pairs],
            last: [after.display(language) for _, after in pairs],
            say("Change"): [
                _NOTHING if c is None else c.display(language, decimals=indicator.decimals) for c in changes
            ],
            say("Lacking before"): earlier["shortfall"],
            say("Lacking now"): now.parts["shortfall"],
        },
        index=now.parts.index,
    )
    return table, dict.fromkeys((say("Lacking before"), say("Lacking now")), count_text(language))


def corrections_table(corrections: pd.DataFrame, indicator: Indicator, language: Language) -> pd.DataFrame:
    """Return what was corrected, as text: quarter, area, value then and now, and which uploads did it."""
    say = language.say
    rows = corrections.to_dict("records")
    return pd.DataFrame(
        {
            say("Quarter"): [period_text(row["period"], language) for row in rows],
            say("Area"): [row["area_name"] for row in rows],
            say("Value then"): [_told(row, "before", indicator, language) for row in rows],
            say("Value now"): [_told(row, "now", indicator, language) for row in rows],
            say("Why"): [_why(row["events"], language) for row in rows],
        }
    )


def show(
    table: pd.DataFrame,
    shows: Mapping[str, Show],
    *,
    key: str,
    labels: Mapping[str, str] | None = None,
    choose: Callable[[int], None] | None = None,
) -> None:
    """
    Show a table with coloured statuses.

    Parameters
    ----------
    labels
        Short headings in place of long ones, which are told when they are pointed at.
    choose
        Called with the place of the row that the reader clicks, where rows lead on.
    """
    wide = _widths(table)
    config: Any = {name: st.column_config.Column(width=width) for name, width in wide.items()}
    config |= {
        long: st.column_config.Column(label=short, help=long, width=wide.get(long))
        for long, short in (labels or {}).items()
    }
    styled = style(table, shows)
    height: Literal["content", "auto"] = "content" if len(table) <= _ROWS_AT_ONCE else "auto"
    if choose is None:
        st.dataframe(
            styled, width="stretch", height=height, hide_index=True, column_config=config, placeholder=_NOTHING
        )
        return

    def follow() -> None:
        if rows := st.session_state[key]["selection"]["rows"]:
            choose(int(rows[0]))

    st.dataframe(
        styled,
        width="stretch",
        height=height,
        hide_index=True,
        column_config=config,
        placeholder=_NOTHING,
        key=key,
        on_select=follow,
        selection_mode="single-row",
    )


def _widths(table: pd.DataFrame) -> dict[str, int]:
    """Return how wide columns of texts are, in pixels: their longest text is never cut, which could turn its sense."""
    texts = [str(name) for name in table.columns if len(table) and all(isinstance(text, str) for text in table[name])]
    longest = {name: int(table[name].str.len().max()) for name in texts}
    signed_texts = _status_columns(table)
    return {
        name: min(_WIDEST, _MARGIN + round(length * (_BOLD_LETTER if name in signed_texts else _LETTER)))
        for name, length in longest.items()
        if length >= _LONG_TEXT
    }


def short_headings(language: Language) -> dict[str, str]:
    """Return the headings of a scorecard for which there is little room, by those that they stand for."""
    say = language.say
    return {
        say("The path allows"): say("Path"),
        say("Ahead (+), behind (−)"): say("± path"),
        say("Required per quarter"): say("Required/qtr"),
        say("Achieved per quarter"): say("Achieved/qtr"),
        forecast_heading(language): say("Forecast"),
        say("Achieved in the last quarter"): say("Last qtr"),
        say("Gap (percentage points)"): say("Gap (pp)"),
        say("Communes reported"): say("Reported"),
    }


def style(table: pd.DataFrame, shows: Mapping[str, Show]) -> Styler:
    """Return a table with its numbers written as the language does, missing ones as a dash, and statuses coloured."""
    formats: dict[Any, Any] = {column: shows[str(column)] for column in table.columns if column in shows}
    styled = table.style.format(formats, na_rep=_NOTHING)
    coloured: list[Hashable] = [*_status_columns(table)]
    return styled.map(_colour, subset=coloured) if coloured else styled


def _status_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns that hold statuses: their texts begin with one of the signs."""
    return [str(name) for name in table.columns if all(str(value)[:2] in _BEGINNINGS for value in table[name])]


def _colour(text: object) -> str:
    colour = _COLOUR_OF_SIGN.get(str(text)[:1])
    return f"color: {colour}; font-weight: 600" if colour else ""


def count_text(language: Language) -> Show:
    """Return what writes whole numbers."""
    return lambda value: language.count(int(value))


def signed_text(language: Language) -> Show:
    """Return what writes whole numbers with their sign."""
    return lambda value: signed(int(value), language)


def decimal_text(language: Language, decimals: int) -> Show:
    """Return what writes measured numbers, rounded half-up."""
    return lambda value: language.decimal(Decimal(repr(float(value))), decimals=decimals)


def figure_text(indicator: Indicator, language: Language) -> Show:
    """Return what writes values of an indicator: shares (0 to 1) as percentages, counts as they are."""
    if indicator.kind != SHARE:
        return count_text(language)
    return lambda value: language.share(Decimal(repr(float(value))), decimals=indicator.decimals)


def period_text(code: Any, language: Language) -> str:
    """Return a quarter as readers see it; a dash where there is none."""
    return _NOTHING if not isinstance(code, Period) and pd.isna(code) else language.period(Period.parse(str(code)))


def _figures(parts: pd.DataFrame, indicator: Indicator) -> list[Figure]:
    return [figure_of(row, indicator) for row in parts[list(FIGURE_COUNTS)].to_dict("records")]


def _value(row: pd.Series[Any], indicator: Indicator) -> float | None:
    value = figure_of(row, indicator).value
    return None if value is None else float(value)


def _points_missing(row: pd.Series[Any], indicator: Indicator) -> float | None:
    """Percentage points that a share lacks to its target; below 0 where it is better."""
    value = figure_of(row, indicator).value
    if value is None or pd.isna(row["target_value"]):
        return None
    missing = (Decimal(str(row["target_value"])) - value) * 100
    return float(-missing if indicator.better == "lower" else missing)


def _told(row: Mapping[Hashable, Any], at: str, indicator: Indicator, language: Language) -> str:
    values = {
        "numerator": row[f"numerator_{at}"],
        "denominator": row[f"denominator_{at}"],
        "communes_counted": row[f"communes_{at}"],
        "communes_all": row["communes_all"],
    }
    figure = figure_of(values, indicator)
    told = figure.display(language)
    if figure.numerator is not None and figure.denominator is not None:
        told += f" ({language.count(figure.numerator)} / {language.count(figure.denominator)})"
    if figure.value is None or figure.is_complete:
        return told
    return f"{told}; " + language.say(
        "{counted} of {all} communes reported.", counted=figure.communes_counted, all=figure.communes_all
    )


def _why(events: tuple[FigureEvent, ...], language: Language) -> str:
    """Return the uploads behind a correction, the newest first."""
    if not events:
        return language.say("no upload: figures of another list are told anew")
    texts = []
    for event in events[::-1]:
        reason = f" ({event.reason})" if event.reason else ""
        at = language.moment(_cache.local_time(event.at))
        texts.append(f"{event.file_name}: {language.say(_STATE_NAMES[event.state])}{reason}, {event.by}, {at}")
    return "; ".join(texts)
