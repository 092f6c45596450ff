"""Scenarios side by side: what was asked differently, what follows, year by year, which points moved."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import streamlit as st

from coverage.pages import _charts
from coverage.planning.comparison import Comparison
from coverage.planning.comparison_words import told_by_year, told_differs, told_follows, told_moved
from geodata.language import Language


def draw(found: Comparison, places: Mapping[str, str], language: Language) -> None:
    """
    Draw scenarios side by side.

    Parameters
    ----------
    places
        Names of areas by code.
    """
    say = language.say
    titles = {one.id: f"{one.name} ({one.id})" for one in found.scenarios}
    _title(say("What differs"))
    if found.differs.empty:
        st.write(say("Nothing was asked differently."))
    else:
        differs = told_differs(found, language, places=places)
        st.table(differs.rename(columns=titles).set_index(list(differs.columns[:2])))  # it wraps: budgets are long
    _title(say("What follows"))
    follows = told_follows(found, language).rename(columns=titles)
    st.table(follows.set_index(str(follows.columns[0])))
    _title(say("Households that remain at the end of each year"))
    st.altair_chart(_chart(found, titles, language), width="stretch")
    with st.expander(say("By year")):
        st.dataframe(told_by_year(found, language).rename(columns=titles), hide_index=True, width="stretch")
    with st.expander(say("Points and hamlets that are not done in the same year ({n})", n=len(found.moved))):
        moved = told_moved(found, language).rename(columns=titles)
        st.dataframe(moved, hide_index=True, width="stretch", height=300)


def _title(text: str) -> None:
    st.markdown(f"**{text}**")


def _chart(found: Comparison, titles: Mapping[str, str], language: Language) -> alt.Chart:
    table = found.by_year[found.by_year["measure"] == "households_remaining"]
    long = table.melt("year", list(found.ids), var_name="scenario", value_name="remaining").dropna()
    long = long.assign(
        year=long["year"].astype("str"),
        scenario=long["scenario"].map(dict(titles)),
        remaining=long["remaining"].astype("int64"),
    )
    return (
        alt.Chart(long)
        .mark_line(point=True)
        .encode(
            x=alt.X("year:N", title=None, axis=alt.Axis(labelAngle=0)),
            y=_charts.count_axis("remaining", language, title=language.say("households")),
            color=alt.Color("scenario:N", legend=alt.Legend(orient="bottom", title=None, labelLimit=400)),
        )
        .properties(height=240)
    )
