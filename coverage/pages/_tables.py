"""How tables are shown: numbers as the language writes them, places by name."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from coverage.indicators import COUNT, Figure, Indicator
from coverage.pages import _cache, _names
from coverage.rollup import figure_of
from geodata.language import Language
from geodata.units import COMPANY_CODE, PROVINCE, Units
from loaders.reports.csv_file import csv_of as csv_of


def with_separators(table: pd.DataFrame, language: Language, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the table with its whole numbers as text; missing ones as a dash, never as 0."""
    shown = table.copy()
    for column in table.columns if columns is None else columns:
        shown[column] = ["–" if pd.isna(value) else language.count(int(value)) for value in table[column].tolist()]
    return shown


def measured(value: float, language: Language, *, decimals: int) -> str:
    """Return a measured number, such as a length, with its decimals; a dash where it is missing."""
    return "–" if pd.isna(value) else language.decimal(Decimal(repr(float(value))), decimals=decimals)


def change_text(before: Figure | None, now: Figure, language: Language) -> str | None:
    """Return how a figure changed against an earlier one: percentage points for shares, households for counts."""
    if before is None or before.value is None or now.value is None:
        return None
    difference = now.value - before.value
    sign = "-" if difference < 0 else "+"
    if now.indicator.kind == COUNT:
        return f"{sign}{language.count(abs(int(difference)))}"
    points = language.decimal(abs(difference) * Decimal(100), decimals=now.indicator.decimals)
    return sign + language.say("{points} percentage points", points=points)


def parts_title(units: Units, area: str, language: Language) -> str:
    """Return the heading of a table of the parts of an area: by province, district or commune."""
    if area == COMPANY_CODE:
        return language.say("Actual against target by province")
    has_districts = units.has_districts and units.find(area)["level"] == PROVINCE
    return language.say("By district") if has_districts else language.say("By commune")


def show_indicator(by_area: pd.DataFrame, indicator: Indicator, units: Units, language: Language) -> None:
    """Show an indicator by area: name, figure, what it rests on, and how many communes reported."""
    say, names = language.say, units.by_code["full_name"]
    figures = [figure_of(row, indicator) for _, row in by_area.iterrows()]
    columns = {
        say("Area"): [names[code] for code in by_area.index],
        indicator.title(language): [figure.display(language) for figure in figures],
    }
    counts = by_area[["numerator", "denominator"]]
    if indicator.kind != COUNT:
        shown = with_separators(counts, language)
        columns[say("Numerator")] = shown["numerator"].tolist()
        columns[say("Denominator")] = shown["denominator"].tolist()
    columns[say("Communes reported")] = [
        f"{language.count(f.communes_counted)} / {language.count(f.communes_all)}" for f in figures
    ]
    st.dataframe(pd.DataFrame(columns), width="stretch", hide_index=True)


def show_sources(sources: pd.DataFrame, language: Language) -> None:
    """Show where figures come from: measure, value, file, cell, person and time."""
    say = language.say
    if sources.empty:
        st.write(say("No accepted upload holds figures of this commune for this quarter."))
        return
    table = pd.DataFrame(
        {
            say("Figure"): [say(_names.MEASURES[m]) for m in sources["measure"]],
            say("Value"): [language.count(int(v)) for v in sources["value"]],
            say("File"): sources["file_name"],
            say("Cell"): ["–" if pd.isna(cell) else str(cell) for cell in sources["cell"]],
            say("Accepted by"): sources["user"],
            say("Accepted at"): [language.moment(_cache.local_time(at)) for at in sources["accepted_at"]],
            say("Batch"): sources["batch_id"].astype(str),
        }
    )
    st.dataframe(table, width="stretch", hide_index=True)


def show_history(history: pd.DataFrame, language: Language) -> None:
    """Show every value uploaded for a commune and quarter: what became of it, by whom, when, from which cell."""
    say = language.say
    if history.empty:
        st.write(say("No accepted upload holds figures of this commune for this quarter."))
        return
    states = {"draft": say("draft"), "accepted": say("accepted"), "withdrawn": say("withdrawn")}
    table = pd.DataFrame(
        {
            say("Figure"): [say(_names.MEASURES[m]) for m in history["measure"]],
            say("Value"): [language.count(int(v)) for v in history["value"]],
            say("State"): [states[state] for state in history["state"]],
            say("Person"): history["user"],
            say("Time"): [language.moment(_cache.local_time(at)) for at in history["at"]],
            say("Reason"): [reason or "" for reason in history["reason"]],
            say("File"): history["file_name"],
            say("Sheet"): [sheet or "–" for sheet in history["sheet"]],
            say("Cell"): [cell or "–" for cell in history["cell"]],
        }
    )
    st.dataframe(table, width="stretch", hide_index=True)
