"""Data and boundaries: every upload with its state, boundary layers, published figures, and where it all lies."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from coverage.pages import _boundaries, _cache, _ledgers, _network_layers, _state
from geodata.errors import mark
from geodata.language import Language
from geodata.units import RELIABLE_POINTS
from loaders.store.batches import ACCEPTED, DRAFT, KIND_NAMES, LEDGER, WITHDRAWN, Batch

_STATE_NAMES = {DRAFT: mark("draft"), ACCEPTED: mark("accepted"), WITHDRAWN: mark("withdrawn")}


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    say = choices.language.say
    names = (say("Uploads"), say("Boundaries"), say("Lines and rivers"), say("Where the data lie"))
    uploads, boundaries, network, place = st.tabs(names)
    with uploads:
        _draw_uploads(choices.language)
    with boundaries:
        _boundaries.draw(choices)
    with network:
        _network_layers.draw(choices)
    with place:
        _draw_place(choices)


def _draw_uploads(language: Language) -> None:
    say, stored = language.say, _cache.workspace().batches()
    if not stored:
        st.info(say("Nothing has been uploaded yet."))
        return
    table = pd.DataFrame(
        {
            say("Batch"): [str(batch.id) for batch in stored],
            say("Kind"): [say(KIND_NAMES[batch.kind]) for batch in stored],
            say("File"): [batch.file_name for batch in stored],
            say("State"): [say(_STATE_NAMES[batch.state]) for batch in stored],
            say("Rows"): [language.count(batch.rows_valid) for batch in stored],
            say("Uploaded by"): [batch.created_by for batch in stored],
            say("Uploaded at"): [language.moment(_cache.local_time(batch.created_at)) for batch in stored],
            say("Synthetic"): [say("yes") if batch.is_synthetic else "" for batch in stored],
            say("Reason"): [batch.state_reason or "" for batch in stored],
        }
    )
    st.dataframe(table, width="stretch", hide_index=True)
    chosen = st.selectbox(
        say("Batch"), stored, format_func=lambda batch: f"{batch.id}: {batch.file_name}", key="batch_chosen"
    )
    _draw_batch(chosen, language)


def _draw_batch(batch: Batch, language: Language) -> None:
    say, workspace = language.say, _cache.workspace()
    is_ledger = batch.kind == LEDGER
    if is_ledger:
        _ledgers.draw_ledger(batch, language)
    _draw_accepted_warnings(batch, language)
    asked = say("Prepare the roll-up (.parquet)") if is_ledger else say("Prepare the file as it was uploaded")
    if st.button(asked, key=f"prepare_{batch.id}"):
        name, content = workspace.batch_file(batch.id)
        st.download_button(say("Download {name}", name=name), content, file_name=name)
    if batch.state == WITHDRAWN:
        return
    with st.form(f"withdraw_{batch.id}"):
        st.write(say("Withdraw this batch: its figures stop counting, those before it count again; it stays stored."))
        user = _state.user_name(language, key=f"batch_{batch.id}")
        reason = st.text_input(say("Reason"), key=f"reason_{batch.id}")
        if st.form_submit_button(say("Withdraw")):
            if not user:
                st.error(say("Write your name first: every decision is stored with who made it."))
                return
            workspace.withdraw(batch.id, user=user, reason=reason)
            st.rerun()


def _draw_accepted_warnings(batch: Batch, language: Language) -> None:
    """Show why the warnings of a batch were held to be right: reasons are asked for so that others can read them."""
    say, accepted = language.say, _cache.surveys().accepted_warnings(batch.id)
    if not accepted:
        return
    st.subheader(say("Warnings that were accepted"))
    table = pd.DataFrame(
        {
            say("Sheet"): [issue.sheet for issue, _ in accepted],
            say("Cell"): [issue.cell for issue, _ in accepted],
            say("Warning"): [issue.message(language) for issue, _ in accepted],
            say("Reason"): [reason for _, reason in accepted],
        }
    )
    st.dataframe(table, width="stretch", hide_index=True)


def _draw_place(choices: _state.Choices) -> None:
    say, workspace = choices.language.say, _cache.workspace()
    st.write(say("Workspace: {folder}", folder=str(workspace.home)))
    st.write(say("Data version: {version}", version=choices.version))
    st.write(
        say(
            "Everything that was uploaded lies in this folder. To back it up, stop the app and copy the folder; to "
            "move to another machine, copy it there and name it with --workspace or PHUDIEN_HOME."
        )
    )
    units = workspace.units
    placed = int((~units.communes["point_source"].isin(RELIABLE_POINTS)).sum())
    st.write(
        say(
            "Unit list: {provinces} provinces, {districts} districts, {communes} communes on {day}; {placed} communes "
            "have no reliable coordinates in the source and were placed inside their district.",
            provinces=len(units.provinces),
            districts=len(units.districts),
            communes=len(units.communes),
            day=choices.language.day(units.list_date),
            placed=placed,
        )
    )
