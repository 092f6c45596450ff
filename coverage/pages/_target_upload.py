"""A workbook of targets: read, every problem told with its cell, what is new shown, and taken with a reason."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from coverage.pages import _cache, _state
from coverage.target_drafts import CHANGE_NAMES, CHANGED, NEW, UNCHANGED
from coverage.target_proposals import TargetProposal
from coverage.target_texts import due_text, values_text
from geodata.errors import PhuDienError
from geodata.language import Language
from loaders.survey.issues import SEVERITY_NAMES
from loaders.workbook.reader import SUFFIXES


def draw(language: Language) -> None:
    """Draw the upload of a workbook of targets."""
    say, register = language.say, _cache.target_book().register
    st.caption(
        say(
            "One row a milestone; rows of one programme, indicator, area and decision are one target. Download the "
            "targets in force, edit them, and read them back; a changed row by another decision is a later version."
        )
    )
    st.download_button(
        say("Download the targets in force (.xlsx)"),
        lambda: register.workbook(language),
        "muc_tieu.xlsx",
        key="targets_form",
    )
    file = st.file_uploader(say("Workbook of targets"), type=[suffix[1:] for suffix in SUFFIXES], key="targets_file")
    if file is None:
        st.caption(say("The file is checked first; nothing counts before you accept it."))
        return
    try:
        proposal = register.propose(file.getvalue(), file.name)
    except PhuDienError as error:
        st.error(language.explain(error))
        st.caption(say("Nothing was stored; the workspace is as before."))
        return
    _draw_issues(proposal, language)
    _draw_changes(proposal, language)
    if not proposal.has_errors:
        _draw_take(proposal, language)


def _draw_issues(proposal: TargetProposal, language: Language) -> None:
    say = language.say
    if not proposal.issues:
        return
    table = pd.DataFrame(
        {
            say("Severity"): [say(SEVERITY_NAMES[issue.severity]) for issue in proposal.issues],
            say("Sheet"): [issue.sheet for issue in proposal.issues],
            say("Cell"): [issue.cell for issue in proposal.issues],
            say("Found"): [issue.value for issue in proposal.issues],
            say("Problem"): [say(issue.template, **issue.values) for issue in proposal.issues],
            say("Probably meant"): [issue.suggestion or "" for issue in proposal.issues],
        }
    )
    if proposal.has_errors:
        st.error(say("The file has problems: nothing of it is taken before they are mended."))
    st.dataframe(table, hide_index=True, width="stretch")


def _draw_changes(proposal: TargetProposal, language: Language) -> None:
    say, book = language.say, _cache.target_book()
    for column, change in zip(st.columns(3), (NEW, CHANGED, UNCHANGED), strict=True):
        column.metric(say(CHANGE_NAMES[change]).capitalize(), language.count(proposal.count(change)))
    fresh = [target for target in proposal.targets if target.change != UNCHANGED]
    if not fresh:
        return
    table = pd.DataFrame(
        {
            say("Change"): [say(CHANGE_NAMES[t.change]) for t in fresh],
            say("Target of"): [book.indicator_name(t.version, language) for t in fresh],
            say("Area"): [book.area_name(t.version, language) for t in fresh],
            say("Before"): [
                f"{values_text(t.before, language)} ({due_text(t.before, book.facts, language)})" if t.before else "–"
                for t in fresh
            ],
            say("As in the file"): [
                f"{values_text(t.version, language)} ({due_text(t.version, book.facts, language)})" for t in fresh
            ],
            say("Decision"): [
                f"{t.version.decision.text(language)}, {language.day(t.version.decision_date)}" for t in fresh
            ],
            say("Row"): [", ".join(str(row.row) for row in t.rows) for t in fresh],
        }
    )
    st.dataframe(table, hide_index=True, width="stretch")


def _draw_take(proposal: TargetProposal, language: Language) -> None:
    say = language.say
    if proposal.count(UNCHANGED) == len(proposal.targets):
        st.info(say("All of it stands already: there is nothing to take."))
        return
    with st.form("take_targets"):
        user = _state.user_name(language, key="targets_book")
        reason = st.text_input(say("Reason"), key="targets_book_reason")
        if st.form_submit_button(say("Take these targets"), type="primary"):
            try:
                _cache.target_book().register.take(proposal, user=user, reason=reason)
            except PhuDienError as error:
                st.error(language.explain(error))
                return
            st.rerun()
