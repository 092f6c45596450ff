"""Province report: a workbook for one province and quarter, ready to be signed."""

from __future__ import annotations

import streamlit as st

from coverage import rollup
from coverage.pages import _cache, _state
from geodata.errors import mark


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    assert choices.period is not None
    workspace, language, say = _cache.workspace(), choices.language, choices.language.say
    province = _state.choose_province(choices, key="report_province")
    figures = choices.figures(choices.period)
    found = rollup.figures_of_area(figures, workspace.indicators, choices.units.communes_of(province))
    st.subheader(f"{_state.area_name(province, choices.units, language)}, {choices.period_name}")
    names = ("households_with_power_share", "direct_share", "bulk_households", "households_to_connect")
    for column, name in zip(st.columns(len(names)), names, strict=True):
        column.metric(found[name].indicator.short(language), found[name].display(language))
    complete = found["households_with_power"]
    if not complete.is_complete:
        missing = complete.communes_all - complete.communes_counted
        st.warning(say("{n} communes did not report; the report names them.", n=missing))
    with st.spinner(say("Writing the report …")):
        name, content = _cache.report_workbook(
            choices.home, choices.version, choices.told_on, province, choices.period, language.code
        )
    st.download_button(
        say("Download the report (.xlsx)"),
        content,
        file_name=name,
        type="primary",
        icon=":material/download:",
        key="report_download",
    )
    if choices.units.has_districts:
        about = mark(
            "A4 landscape, communes by district with subtotals, shares as live formulas, a chart, what remains, "
            "sources. Data version {version}."
        )
    else:
        about = mark(
            "A4 landscape, all communes with their total, shares as live formulas, a chart, what remains, sources. "
            "Data version {version}."
        )
    st.caption(say(about, version=choices.version))
