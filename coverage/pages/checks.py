"""Check the figures: what contradicts across sources, quarters and levels; managers explain it, the reason stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import pandas as pd
import streamlit as st

from coverage.check_bench import CheckBench
from coverage.findings import ERROR, EXPLAINED, OPEN, REOPENED, SEVERITIES, WARNING, Finding
from coverage.pages import _cache, _finding, _published, _state
from geodata.errors import WorkspaceError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.units import COMPANY_CODE
from loaders.reports.findings_workbook import STATE_NAMES

_EVERY: Final = ""
_NOT_EXPLAINED: Final = "not_explained"
_MOST_ROWS: Final = 2_000
"""Findings that the table shows at most; all of them are in the files."""

_ROW_HEIGHT: Final = 84
"""Pixels: four lines, so that sentences are read in the table."""

_TABLE_HEIGHT: Final = 560

_STATE_CHOICES: Final = {
    _NOT_EXPLAINED: mark("not explained, or open again"),
    _EVERY: mark("all"),
    OPEN: STATE_NAMES[OPEN],
    REOPENED: STATE_NAMES[REOPENED],
    EXPLAINED: STATE_NAMES[EXPLAINED],
}
_SIGNS: Final = {ERROR: "■", WARNING: "▲"}
"""One sign each: colour alone says nothing in print or to everybody."""


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    say, bench = choices.language.say, _cache.check_bench()
    every = st.toggle(say("All quarters, not only the one of the side bar"), key="check_every")
    found = bench.findings(choices.area, None if every else choices.period, told_on=_list_told(choices, every=every))
    where = choices.area_name if every else f"{choices.area_name}, {choices.period_name}"
    st.subheader(where)
    _draw_counts(found, choices.language)
    findings, by_rule, rules, published = st.tabs(
        [say("Findings"), say("By rule"), say("Rules and limits"), say("Published figures")]
    )
    with findings:
        _draw_findings(bench, found, choices)
    with by_rule:
        _draw_by_rule(bench, found, choices.language)
    with rules:
        _draw_rules(bench, choices.language)
    with published:
        _published.draw(bench, choices)


def _list_told(choices: _state.Choices, *, every: bool) -> date | None:
    """Return the day of the list that the area is a code of; None where each quarter is told in its own."""
    assert choices.period is not None
    is_own = choices.told_on == _cache.list_of_quarter(choices.home, choices.period)
    if every and is_own and choices.area == COMPANY_CODE:
        return None
    return date.fromisoformat(choices.told_on)


def _draw_counts(found: Sequence[Finding], language: Language) -> None:
    say = language.say
    open_ones = Counter(finding.severity for finding in found if finding.state != EXPLAINED)
    states = Counter(finding.state for finding in found)
    shown = (
        (say("Errors not explained"), open_ones[ERROR]),
        (say("Warnings not explained"), open_ones[WARNING]),
        (say("Open again"), states[REOPENED]),
        (say("Findings explained"), states[EXPLAINED]),
    )
    for column, (label, number) in zip(st.columns(len(shown)), shown, strict=True):
        column.metric(label, language.count(number))


# ---- the list


def _draw_findings(bench: CheckBench, found: Sequence[Finding], choices: _state.Choices) -> None:
    say, language = choices.language.say, choices.language
    if not found:
        st.success(say("Nothing was found: the figures agree with each other."))
        return
    shown = _filtered(found, language)
    st.caption(
        say("{shown} of {all} findings. The area of the side bar holds here too.", shown=len(shown), all=len(found))
    )
    if not shown:
        st.info(say("No finding of this kind."))
        return
    chosen = _choose_rows(shown[:_MOST_ROWS], language)
    if len(shown) > _MOST_ROWS:
        st.caption(say("The first {count} are shown; the files hold all of them.", count=_MOST_ROWS))
    if st.checkbox(say("All {count} findings shown above", count=len(shown)), key="check_all"):
        chosen = list(shown)
    _draw_downloads(bench, shown, choices)
    if len(chosen) == 1 or len(shown) == 1:
        _finding.draw(bench, (chosen or shown)[0], choices)
    _draw_saying(bench, chosen or (list(shown) if len(shown) == 1 else []), language)


def _filtered(found: Sequence[Finding], language: Language) -> list[Finding]:
    say = language.say
    titles = {finding.rule.code: finding.rule.title(language) for finding in found}
    left, middle, right = st.columns(3)
    with left:
        severity = st.selectbox(
            say("Severity"),
            [_EVERY, *SEVERITIES],
            format_func=lambda code: say(code) if code else say("all"),
            key="check_severity",
        )
    with middle:
        rule = st.selectbox(
            say("Rule"),
            [_EVERY, *titles],
            format_func=lambda code: titles[code] if code else say("all"),
            key="check_rule",
        )
    with right:
        state = st.selectbox(
            say("State"), list(_STATE_CHOICES), format_func=lambda code: say(_STATE_CHOICES[code]), key="check_state"
        )
    wanted = {_EVERY: {OPEN, REOPENED, EXPLAINED}, _NOT_EXPLAINED: {OPEN, REOPENED}}.get(str(state), {str(state)})
    return [
        finding
        for finding in found
        if severity in (_EVERY, finding.severity) and rule in (_EVERY, finding.rule.code) and finding.state in wanted
    ]


def _choose_rows(shown: Sequence[Finding], language: Language) -> list[Finding]:
    """Show the findings, and return those whose rows are ticked."""
    say = language.say
    table = pd.DataFrame(
        {
            say("Severity"): [f"{_SIGNS[one.severity]} {say(one.severity)}" for one in shown],
            say("Quarter"): [language.period(Period.parse(one.period)) for one in shown],
            say("Place"): [one.place for one in shown],
            say("Rule"): [one.rule.title(language) for one in shown],
            say("What was found"): [one.told(language) for one in shown],
            say("State"): [say(STATE_NAMES[one.state]) for one in shown],
            say("Reason"): [_reason(one, language) for one in shown],
        }
    )
    event: Any = st.dataframe(
        table,
        width="stretch",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"check_table_{_stamp(shown)}",
        row_height=_ROW_HEIGHT,
        height=min(_TABLE_HEIGHT, 40 + _ROW_HEIGHT * len(shown)),
        column_config={
            say("Place"): st.column_config.TextColumn(width=190),
            say("Rule"): st.column_config.TextColumn(width=150),
            say("What was found"): st.column_config.TextColumn(width=430),
            say("Reason"): st.column_config.TextColumn(width=220),
        },
    )
    st.caption(say("Tick one row to see its figures and where they come from; tick several to explain them together."))
    return [shown[row] for row in event.selection.rows if row < len(shown)]


def _stamp(shown: Sequence[Finding]) -> str:
    """Return what changes with the rows of the table, so that ticks never move to other findings."""
    return f"{len(shown)}_{hash(tuple((one.key, one.state) for one in shown)):x}"


def _reason(finding: Finding, language: Language) -> str:
    told = finding.explanation
    if told is None:
        return ""
    return f"{told.reason} ({told.user}, {language.day(_cache.local_time(told.said_at).date())})"


def _draw_downloads(bench: CheckBench, shown: Sequence[Finding], choices: _state.Choices) -> None:
    say, language = choices.language.say, choices.language
    stem = f"kiem_tra_so_lieu_{choices.area}_{choices.period}"
    left, right = st.columns(2)
    # Made when they are asked for.
    with left:
        st.download_button(
            say("Download these findings (.xlsx)"),
            lambda: bench.workbook(shown, language),
            f"{stem}.xlsx",
            key="check_xlsx",
        )
    with right:
        st.download_button(
            say("Download these findings (.csv)"),
            lambda: bench.csv(shown, language),
            f"{stem}.csv",
            "text/csv",
            key="check_csv",
        )


# ---- reasons


def _draw_saying(bench: CheckBench, chosen: Sequence[Finding], language: Language) -> None:
    say = language.say
    heading = say("Explain what was found")
    st.markdown(f"**{heading}**")
    if not chosen:
        st.caption(say("Nothing is ticked yet."))
        return
    user = _state.user_name(language, key="check")
    reason = st.text_input(say("Reason"), key="check_why", max_chars=500)
    st.caption(
        say("Name, time and reason stay. When the figures change, the finding is open again and shows the reason.")
    )
    explained = [finding for finding in chosen if finding.explanation is not None]
    left, right = st.columns(2)
    if left.button(say("Explain ({count})", count=len(chosen)), type="primary", key="check_explain"):
        _say(lambda: bench.explain(chosen, reason=reason, user=user), language)
    if explained and right.button(say("Take the reason back ({count})", count=len(explained)), key="check_take_back"):
        _say(lambda: bench.take_back(explained, reason=reason, user=user), language)


def _say(act: Any, language: Language) -> None:
    try:
        act()
    except WorkspaceError as error:
        st.error(language.explain(error))
        return
    st.rerun()


# ---- rules


def _draw_by_rule(bench: CheckBench, found: Sequence[Finding], language: Language) -> None:
    say = language.say
    counts = bench.counts(found, language)
    columns = {
        say("Rule"): counts["title"],
        say("Severity"): [f"{_SIGNS[code]} {say(code)}" for code in counts["severity"]],
        say("Found"): counts["found"],
        **{say(STATE_NAMES[state]): counts[state] for state in (OPEN, REOPENED, EXPLAINED)},
    }
    st.dataframe(pd.DataFrame(columns), width="stretch", hide_index=True)


def _draw_rules(bench: CheckBench, language: Language) -> None:
    say = language.say
    rules = list(bench.rules.values())
    table = pd.DataFrame(
        {
            say("Rule"): [rule.title(language) for rule in rules],
            say("Severity"): [f"{_SIGNS[rule.severity]} {say(rule.severity)}" for rule in rules],
            say("What it demands"): [rule.sentence(language) for rule in rules],
            say("Limits"): [say("our assumption") if rule.is_assumption else say("definition") for rule in rules],
        }
    )
    st.table(table.set_index(say("Rule")))
