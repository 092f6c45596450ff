"""Upload a survey: the form to download, what was understood, every problem, what would change, and acceptance."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from coverage.pages import _cache, _names, _state, _tables
from coverage.workspace import REFUSED, Proposal
from geodata.errors import FileError
from geodata.language import Language
from geodata.periods import Period
from loaders.issues import SEVERITY_NAMES
from loaders.store.batches import ACCEPTED, DRAFT, WITHDRAWN
from loaders.workbook import SUFFIXES

ISSUES_SHOWN = 100
_QUARTERS_OFFERED = 8


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    say = choices.language.say
    _draw_form(choices)
    st.subheader(say("2. Upload the filled-in workbook"))
    user = _state.user_name(choices.language, key="survey")
    file = st.file_uploader(say("Survey workbook"), type=[suffix[1:] for suffix in SUFFIXES], key="survey_file")
    if file is None:
        st.caption(say("The file is checked first; nothing counts before you accept it."))
        return
    if not user:
        st.info(say("Write your name first: every upload is stored with who made it."))
        return
    try:
        with st.spinner(say("Reading …")):
            proposal = _cache.workspace().propose_survey(file.getvalue(), file.name, user=user)
    except FileError as error:
        st.error(choices.language.explain(error))
        st.caption(say("Nothing was stored; the workspace is as before."))
        return
    _draw_proposal(proposal, user, choices.language)


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
    """Quarters of the form: the newest one with figures, the ones before it, and the next two."""
    start = Period.parse(newest or "2021-Q2")
    offered = [start.next().next(), start.next(), start]
    while len(offered) < _QUARTERS_OFFERED:
        offered.append(offered[-1].previous())
    ordered = [start, start.next(), start.next().next(), *offered[3:]]
    return [str(period) for period in ordered]


def _draw_proposal(proposal: Proposal, user: str, language: Language) -> None:
    say, reading = language.say, proposal.reading
    st.subheader(say("3. What was understood"))
    st.write(
        say(
            'Sheet "{sheet}", header in row {row}: {rows} rows read, {valid} without errors.',
            sheet=reading.sheet,
            row=str(reading.header_row),
            rows=reading.rows_read,
            valid=reading.rows_valid,
        )
    )
    with st.expander(say("Columns that were understood ({n})", n=len(reading.columns))):
        template = _cache.workspace().survey_template
        table = {
            say("In the file"): [column.label for column in reading.columns],
            say("Understood as"): [template.column(column.key).header(language) for column in reading.columns],
        }
        st.dataframe(pd.DataFrame(table), hide_index=True)
    _draw_issues(proposal, language)
    st.subheader(say("4. What would change"))
    _draw_changes(proposal, language)
    _draw_decision(proposal, user, language)


def _draw_issues(proposal: Proposal, language: Language) -> None:
    say, issues = language.say, proposal.reading.issues
    errors = sum(issue.severity == "error" for issue in issues)
    if not issues:
        st.success(say("No problems found."))
        return
    (st.error if errors else st.info)(
        say("{errors} errors, {others} remarks.", errors=errors, others=len(issues) - errors)
    )
    shown = issues[:ISSUES_SHOWN]
    table = pd.DataFrame(
        {
            say("Severity"): [say(SEVERITY_NAMES[issue.severity]) for issue in shown],
            say("Sheet"): [issue.sheet for issue in shown],
            say("Cell"): [issue.cell for issue in shown],
            say("Column"): [issue.column for issue in shown],
            say("Value"): [issue.value for issue in shown],
            say("What is wrong and what to do"): [say(issue.template, **issue.values) for issue in shown],
            say("Suggestion"): [issue.suggestion or "" for issue in shown],
        }
    )
    # A plain table wraps its texts, so that what to do is read without a click.
    st.table(table.set_index(say("Severity")))
    if len(issues) > len(shown):
        st.caption(say("The first {shown} of {all} are shown; mend these first.", shown=len(shown), all=len(issues)))


def _draw_changes(proposal: Proposal, language: Language) -> None:
    say, changes = language.say, proposal.changes
    kinds = changes["change"].value_counts()
    counts = {kind: int(kinds.get(kind, 0)) for kind in ("new", "changed", "unchanged")}
    st.write(say("Figures: {new} new, {changed} changed, {unchanged} unchanged.", **counts))
    different = changes[changes["change"] != "unchanged"]
    if different.empty:
        return
    units = _cache.workspace().units.by_code["full_name"]
    shown = _tables.with_separators(different, language, ["old", "new"])
    table = pd.DataFrame(
        {
            say("Commune"): shown["commune_code"].map(units),
            say("Quarter"): [language.period(Period.parse(code)) for code in shown["period"]],
            say("Figure"): [say(_names.MEASURES[measure]) for measure in shown["measure"]],
            say("Until now"): shown["old"],
            say("New"): shown["new"],
        }
    )
    st.dataframe(table, width="stretch", hide_index=True)


def _draw_decision(proposal: Proposal, user: str, language: Language) -> None:
    say = language.say
    if proposal.state == REFUSED:
        st.warning(say("Mend the errors in the workbook and upload it again. Nothing was stored."))
    elif proposal.state == ACCEPTED:
        st.success(say("Batch {batch} is accepted; its figures count.", batch=str(proposal.batch_id)))
    elif proposal.state == DRAFT and proposal.batch_id is not None:
        st.info(say("Kept as draft {batch}; its figures do not count yet.", batch=str(proposal.batch_id)))
        if st.button(say("Accept these figures"), type="primary", icon=":material/check:", key="accept"):
            _cache.workspace().accept(proposal.batch_id, user=user)
            st.rerun()
    elif proposal.state == WITHDRAWN:
        st.warning(say("Batch {batch} was withdrawn.", batch=str(proposal.batch_id)))
