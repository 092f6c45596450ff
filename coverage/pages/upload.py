"""Upload surveys: the form to download; for each file what was understood, its problems, its effect, the decision."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd
import streamlit as st

from coverage.pages import _cache, _issues, _ledgers, _proposal, _state
from coverage.pages._uploads import Upload
from coverage.surveys import Proposal, RecordProposal
from geodata.errors import FileError
from geodata.language import Language
from geodata.periods import Period
from geodata.reporting_periods import ReportingPeriod
from geodata.units import COMPANY_CODE
from loaders.survey.issues import SEVERITY_NAMES
from loaders.survey.rulebook import rules_of
from loaders.survey.templates import FIGURES, SurveyTemplate
from loaders.workbook.reader import SUFFIXES

_QUARTERS_OFFERED = 8


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    say = choices.language.say
    templates = _cache.surveys().templates
    kind = st.selectbox(
        say("Kind of survey"),
        list(templates),
        format_func=lambda name: templates[name].title(choices.language),
        key="survey_kind",
    )
    template = templates[str(kind)]
    _draw_form(template, choices)
    st.subheader(say("2. Upload the filled-in workbooks"))
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        user = _state.user_name(choices.language, key="survey")
    with right:
        period = _choose_period(choices) if template.rows == FIGURES else None
    files = st.file_uploader(
        say("Survey workbooks"),
        type=[suffix[1:] for suffix in SUFFIXES],
        key="survey_file",
        accept_multiple_files=True,
    )
    if template.rows != FIGURES and template.has_places:
        day = choices.language.day(choices.units.list_date)
        st.caption(
            say(
                "Communes are sought in the list of the quarter that the file's title names, else in that of {day}; "
                "choose another one under Boundaries of.",
                day=day,
            )
        )
    if not files:
        st.caption(say("Each file is checked first; nothing counts before you accept it."))
        _ledgers.draw_how(choices.language)
        return
    if not user:
        st.info(say("Write your name first: every upload is stored with who made it."))
        return
    language, told_on = choices.language, choices.told_on
    _draw_files([Upload(f.file_id, f.name, f, user, period, told_on, language, template) for f in files])


def _draw_files(uploads: list[Upload]) -> None:
    progress = st.progress(0.0)
    for number, upload in enumerate(uploads):
        progress.progress(number / len(uploads), upload.language.say("Reading {file} …", file=upload.name))
        if len(uploads) == 1:
            _draw_file(upload)
        else:
            with st.expander(upload.name, expanded=number == 0):
                _draw_file(upload)
    progress.empty()


def _draw_file(upload: Upload) -> None:
    language, cancel = upload.language, st.empty()
    can_be_cancelled = upload.template.rows != FIGURES and not upload.is_read
    if can_be_cancelled and cancel.button(language.say("Cancel reading"), key=f"cancel_{upload.id}"):
        # The press has interrupted the reading; nothing was stored.
        st.info(language.say("Reading was cancelled; nothing was stored."))
        return
    try:
        proposal = _read(upload)
    except FileError as error:
        st.error(language.explain(error))
        st.caption(language.say("Nothing was stored; the workspace is as before."))
        return
    finally:
        cancel.empty()
    issues = proposal.reading.issues
    _proposal.draw_understood(proposal, upload)
    _proposal.draw_columns(proposal, upload)
    _issues.draw_issues(issues, upload)
    more = _not_listed(proposal)
    if more:
        st.caption(language.say("{more} more problems of the same kinds are counted and not listed.", more=more))
    _issues.draw_marked_file(issues, upload)
    _proposal.draw_changes(proposal, upload)
    _proposal.draw_decision(proposal, upload)


def _not_listed(proposal: Proposal) -> int:
    if not isinstance(proposal, RecordProposal):
        return 0
    return sum(proposal.reading.issue_counts.values()) - len(proposal.reading.issues)


def _read(upload: Upload) -> Proposal:
    """Read a file while a bar tells the rows done and the time left."""
    say, start = upload.language.say, time.monotonic()
    bar = st.empty()

    def show(done: int, expected: int) -> None:
        left = (time.monotonic() - start) / done * max(expected - done, 0)
        bar.progress(
            min(done / expected, 1.0) if expected else 0.0,
            say(
                "{done} of {expected} rows, about {left} s left",
                done=done,
                expected=max(expected, done),
                left=round(left),
            ),
        )

    found = upload.propose(progress=show)
    bar.empty()
    return found


def _choose_period(choices: _state.Choices) -> Period | None:
    """Ask for the quarter of files that name none."""
    say, language = choices.language.say, choices.language
    offered = ["", *_quarters_offered(choices.period)]
    chosen = st.selectbox(
        say("Quarter of the figures"),
        offered,
        format_func=lambda code: language.period(Period.parse(code)) if code else say("as the file says"),
        key="survey_period",
        help=say("Used for rows for which neither the row nor the title names a quarter."),
    )
    return Period.parse(chosen) if chosen else None


def _draw_form(template: SurveyTemplate, choices: _state.Choices) -> None:
    language, say = choices.language, choices.language.say
    st.subheader(say("1. Download the form"))
    left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
    with middle:
        periods = _quarters_offered(choices.period)
        period = st.selectbox(
            say("Quarter"), periods, format_func=lambda code: language.period(Period.parse(code)), key="form_period"
        )
    with left:
        told_on = _cache.list_of_quarter(choices.home, str(period))
        if template.has_places:
            province = _state.choose_province(choices, key="form_province", told_on=told_on)
        else:
            province, half = COMPANY_CODE, ReportingPeriod.half_with(Period.parse(str(period)))
            st.caption(
                say(
                    "For the whole company. The quarter stands for its half-year: the rows are for {period}.",
                    period=language.reporting_period(half),
                )
            )
    with right:
        st.download_button(
            say("Download the form (.xlsx)"),
            _cache.survey_form(choices.home, template.id, province, str(period), language.code),
            file_name=f"{_file_stem(template)}_{province}_{period}.xlsx",
            icon=":material/download:",
            key="form_download",
        )
    with st.expander(say("Columns of this survey")):
        st.dataframe(_columns_wanted(template, language), hide_index=True, width="stretch")
    with st.expander(say("Rules that are checked")):
        rules = rules_of(template)
        severities = [say(SEVERITY_NAMES[rule.severity]) for rule in rules]
        table = pd.DataFrame({say("Severity"): severities, say("Rule"): [rule.sentence(language) for rule in rules]})
        st.dataframe(table, hide_index=True, width="stretch")


def _file_stem(template: SurveyTemplate) -> str:
    return "khao_sat" if template.rows == FIGURES else f"khao_sat_{template.id}"


def _columns_wanted(template: SurveyTemplate, language: Language) -> pd.DataFrame:
    """List the columns of a survey: which are needed and what to write."""
    say = language.say
    columns = [column for column in template.columns if column.kind != "check"]
    cells: dict[str, list[Any]] = {
        say("Column"): [column.header(language) for column in columns],
        say("What to write"): [column.help(language) for column in columns],
        say("Needed"): [say("yes") if column.is_required else "" for column in columns],
    }
    return pd.DataFrame(cells)


def _quarters_offered(newest: str | None) -> list[str]:
    """Quarters of the form: the newest with figures, the next two, the ones before it, and the last two of today."""
    now = Period.of(_cache.workspace().clock().date())
    start = Period.parse(newest) if newest else now.previous()
    before = [start.previous()]
    while len(before) < _QUARTERS_OFFERED - 3:
        before.append(before[-1].previous())
    offered = (start, start.next(), start.next().next(), *before, now.previous(), now)
    return list(dict.fromkeys(str(period) for period in offered))
