"""Upload surveys: the form to download; for each file what was understood, its problems, its effect, the decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from coverage.pages import _cache, _proposal, _records, _state
from coverage.workspace import Proposal
from geodata.errors import FileError
from geodata.language import Language
from geodata.periods import Period
from loaders.survey.templates import FIGURES, SurveyTemplate
from loaders.workbook.reader import SUFFIXES

_QUARTERS_OFFERED = 8


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    say = choices.language.say
    templates = _cache.workspace().survey_templates
    kind = st.selectbox(
        say("Kind of survey"),
        list(templates),
        format_func=lambda name: templates[name].title(choices.language),
        key="survey_kind",
    )
    template = templates[str(kind)]
    if template.rows == FIGURES:
        _draw_form(choices)
    else:
        _records.draw_columns_wanted(template, choices.language)
    st.subheader(say("2. Upload the filled-in workbooks"))
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        user = _state.user_name(choices.language, key="survey")
    with right:
        period = _choose_period(choices)
    files = st.file_uploader(
        say("Survey workbooks"),
        type=[suffix[1:] for suffix in SUFFIXES],
        key="survey_file",
        accept_multiple_files=True,
    )
    if not files:
        st.caption(say("Each file is checked first; nothing counts before you accept it."))
        return
    if not user:
        st.info(say("Write your name first: every upload is stored with who made it."))
        return
    progress = st.progress(0.0)
    for number, file in enumerate(files):
        progress.progress(number / len(files), say("Reading {file} …", file=file.name))
        upload = _Upload(file.file_id, file.name, file, user, period, choices.language, template)
        if len(files) == 1:
            _draw_file(upload)
        else:
            with st.expander(file.name, expanded=number == 0):
                _draw_file(upload)
    progress.empty()


@dataclass(frozen=True)
class _Upload:
    id: str
    name: str
    file: Any
    user: str
    period: Period | None
    language: Language
    template: SurveyTemplate

    def propose(self, *, good_rows_only: bool = False) -> Proposal:
        return _cache.workspace().propose_survey(
            self.file.getvalue(), self.name, user=self.user, period=self.period, good_rows_only=good_rows_only
        )


def _draw_file(upload: _Upload) -> None:
    language, workspace = upload.language, _cache.workspace()
    if upload.template.rows != FIGURES:
        _records.draw_file(upload.id, upload.name, upload.file, upload.template, upload.user, language)
        return
    takes_good_rows = bool(st.session_state.get(f"good_rows_{upload.id}"))
    try:
        proposal = upload.propose(good_rows_only=takes_good_rows)
    except FileError as error:
        st.error(language.explain(error))
        st.caption(language.say("Nothing was stored; the workspace is as before."))
        return
    _proposal.draw_understood(proposal, language, key=upload.id)
    _proposal.draw_columns(
        proposal, language, key=upload.id, choose=lambda *pair: workspace.choose_columns(*pair, user=upload.user)
    )
    _proposal.draw_issues(proposal.reading.issues, language, key=upload.id)
    _proposal.draw_marked_file(upload.file.getvalue(), upload.name, proposal.reading.issues, language, key=upload.id)
    _proposal.draw_changes(proposal, language, key=upload.id)
    _proposal.draw_decision(proposal, upload.user, language, key=upload.id)


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


def _draw_form(choices: _state.Choices) -> None:
    language, say = choices.language, choices.language.say
    st.subheader(say("1. Download the form"))
    left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
    with left:
        province = _state.choose_province(choices, key="form_province")
    with middle:
        periods = _quarters_offered(choices.period)
        period = st.selectbox(
            say("Quarter"), periods, format_func=lambda code: language.period(Period.parse(code)), key="form_period"
        )
    with right:
        st.download_button(
            say("Download the form (.xlsx)"),
            _cache.survey_form(choices.home, province, str(period), language.code),
            file_name=f"khao_sat_{province}_{period}.xlsx",
            icon=":material/download:",
            key="form_download",
        )


def _quarters_offered(newest: str | None) -> list[str]:
    """Quarters of the form: the newest one with figures, the next two, and the ones before it."""
    start = Period.parse(newest or "2021-Q2")
    before = [start.previous()]
    while len(before) < _QUARTERS_OFFERED - 3:
        before.append(before[-1].previous())
    return [str(period) for period in (start, start.next(), start.next().next(), *before)]
