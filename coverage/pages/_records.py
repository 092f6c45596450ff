"""An uploaded survey of things on the page: its progress, what was understood, its problems, the decision."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd
import streamlit as st

from coverage.pages import _cache, _proposal
from coverage.workspace import REFUSED, RecordProposal
from geodata.errors import FileError, WorkspaceError
from geodata.language import Language
from loaders.store.batches import ACCEPTED, DRAFT
from loaders.survey.templates import SurveyTemplate

_ROWS_SHOWN = 200


def draw_columns_wanted(template: SurveyTemplate, language: Language) -> None:
    """List the columns of a survey: which are needed and what to write."""
    say = language.say
    with st.expander(say("Columns of this survey")):
        columns = [column for column in template.columns if column.kind != "check"]
        table = pd.DataFrame(
            {
                say("Column"): [column.header(language) for column in columns],
                say("What to write"): [column.help(language) for column in columns],
                say("Needed"): [say("yes") if column.is_required else "" for column in columns],
            }
        )
        st.dataframe(table, hide_index=True, width="stretch")


def draw_file(key: str, name: str, file: Any, template: SurveyTemplate, user: str, language: Language) -> None:
    """Read a file with a progress bar that can be cancelled, and draw what was understood."""
    say = language.say
    if st.button(say("Cancel reading"), key=f"cancel_{key}"):
        # The press has interrupted the reading; nothing was stored.
        st.info(say("Reading was cancelled; nothing was stored."))
        return
    try:
        proposal = _read(key, name, file, template, user, language)
    except FileError as error:
        st.error(language.explain(error))
        st.caption(say("Nothing was stored; the workspace is as before."))
        return
    reading = proposal.reading
    st.write(say("{rows} rows read, {valid} without errors.", rows=reading.rows_read, valid=reading.rows_valid))
    more = sum(reading.issue_counts.values()) - len(reading.issues)
    _proposal.draw_issues(reading.issues, language, key=key)
    if more > 0:
        st.caption(say("{more} more problems of the same kinds are counted and not listed.", more=more))
    _proposal.draw_marked_file(file.getvalue(), name, reading.issues, language, key=key)
    with st.expander(say("First rows as they were understood")):
        st.dataframe(reading.records.head(_ROWS_SHOWN), hide_index=True, width="stretch")
    _draw_decision(proposal, user, language, key=key)


def _read(key: str, name: str, file: Any, template: SurveyTemplate, user: str, language: Language) -> RecordProposal:
    say, start = language.say, time.monotonic()
    bar = st.progress(0.0)

    def show(done: int, expected: int) -> None:
        left = (time.monotonic() - start) / done * max(expected - done, 0)
        bar.progress(
            min(done / expected, 1.0) if expected else 0.0,
            say("{done} of {expected} rows, about {left} s left", done=done, expected=expected, left=round(left)),
        )

    takes_good_rows = bool(st.session_state.get(f"good_rows_{key}"))
    found = _cache.workspace().propose_records(
        file.getvalue(), name, template=template, user=user, good_rows_only=takes_good_rows, progress=show
    )
    bar.empty()
    return found


def _draw_decision(proposal: RecordProposal, user: str, language: Language, *, key: str) -> None:
    say, workspace = language.say, _cache.workspace()
    if proposal.state == REFUSED:
        st.warning(say("Mend the errors in the workbook and upload it again. Nothing was stored."))
        valid = proposal.reading.rows_valid
        if valid and st.button(
            say("Take the {valid} rows without errors, mend the others later", valid=valid), key=f"good_{key}"
        ):
            st.session_state[f"good_rows_{key}"] = True
            st.rerun()
    elif proposal.state == ACCEPTED:
        st.success(say("Batch {batch} is accepted; its rows count.", batch=str(proposal.batch_id)))
    elif proposal.state == DRAFT and proposal.batch_id is not None:
        st.info(say("Kept as draft {batch}; its rows do not count yet.", batch=str(proposal.batch_id)))
        reason = ""
        if any(issue.severity == "warning" for issue in proposal.reading.issues):
            reason = st.text_input(say("Reason for all of them"), key=f"reason_{key}")
        if st.button(say("Accept these rows"), type="primary", icon=":material/check:", key=f"accept_{key}"):
            try:
                workspace.accept(proposal.batch_id, user=user, reason=reason)
            except WorkspaceError as error:
                st.error(language.explain(error))
            else:
                st.rerun()
