"""One finding: its sentence, its figures over time, where they come from, and all that was said of it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from coverage.check_bench import CheckBench
from coverage.findings import ERROR, REOPENED, Finding
from coverage.pages import _cache, _names, _state, _tables
from geodata.language import Language
from geodata.periods import Period
from geodata.units import COMMUNE, COMPANY_CODE


def draw(bench: CheckBench, finding: Finding, choices: _state.Choices) -> None:
    """Draw a finding."""
    language, say = choices.language, choices.language.say
    show = st.error if finding.severity == ERROR else st.warning
    show(finding.sentence(language))
    if finding.state == REOPENED:
        st.info(_old_reason(finding, language))
    st.caption(say("Key: {key}", key=finding.key))
    _draw_series(bench, finding, language)
    if (
        finding.area != COMPANY_CODE
        and _cache.units_on(finding.list_date.isoformat()).find(finding.area)["level"] == COMMUNE
    ):
        _draw_sources(finding, choices)
    _draw_said(bench, finding, language)


def _old_reason(finding: Finding, language: Language) -> str:
    told = finding.explanation
    assert told is not None  # that is what reopened means
    before = replace(finding, values=told.values).told(language)
    reopened = language.say(
        "Open again: the figures have changed since {user} explained them on {day}: {reason}",
        user=told.user,
        day=language.day(_cache.local_time(told.said_at).date()),
        reason=told.reason,
    )
    then = language.say("What was explained then: {told}", told=before)
    return f"{reopened}  \n{then}"


def _draw_series(bench: CheckBench, finding: Finding, language: Language) -> None:
    series = bench.series(finding)
    shown = series.T
    shown.index = pd.Index([language.say(_names.MEASURES[str(measure)]) for measure in shown.index])
    shown.columns = pd.Index([language.period(Period.parse(str(period))) for period in shown.columns])
    st.dataframe(_tables.with_separators(shown, language), width="stretch")


def _draw_sources(finding: Finding, choices: _state.Choices) -> None:
    workspace, language = _cache.workspace(), choices.language
    reported = workspace.told.reported_as(finding.area, finding.period, finding.list_date)
    codes = [code for code, _ in reported] or [finding.area]
    with st.expander(language.say("Where these figures come from")):
        for code in codes:
            _tables.show_sources(workspace.sources_of(code, finding.period), language)
    with st.expander(language.say("Every value ever uploaded for this quarter")):
        for code in codes:
            _tables.show_history(workspace.history_of(code, finding.period), language)


def _draw_said(bench: CheckBench, finding: Finding, language: Language) -> None:
    said = bench.said_of(finding)
    if not said:
        return
    say = language.say
    verdicts = {"explained": say("explained"), "taken_back": say("taken back")}
    table = pd.DataFrame(
        {
            say("Time"): [language.moment(_cache.local_time(one.at)) for one in said],
            say("Person"): [one.user for one in said],
            say("Decision"): [verdicts[one.verdict] for one in said],
            say("Reason"): [one.reason for one in said],
        }
    )
    heading = say("What was said of it")
    st.markdown(f"**{heading}**")
    st.dataframe(table, width="stretch", hide_index=True)
