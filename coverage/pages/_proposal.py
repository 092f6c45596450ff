"""An uploaded survey on the page: what was understood, what it changes, and the decision; its problems: `_issues`."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from coverage.pages import _cache, _changes
from coverage.pages._uploads import Upload
from coverage.surveys import REFUSED, Proposal
from geodata.errors import WorkspaceError
from loaders.store.batches import ACCEPTED, DRAFT, WITHDRAWN
from loaders.survey.columns import NOT_READ
from loaders.survey.issues import WARNING
from loaders.survey.tables import TableRead


def draw_understood(proposal: Proposal, upload: Upload) -> None:
    """Say which tables were read, with how many rows."""
    say, reading = upload.language.say, proposal.reading
    st.subheader(say("3. What was understood"), anchor=f"understood-{upload.id}")
    for table in reading.tables:
        st.write(
            say(
                'Sheet "{sheet}", header in row {row}: {rows} rows read.',
                sheet=table.sheet,
                row=str(table.header_row),
                rows=table.rows,
            )
        )
    st.write(say("{rows} rows read, {valid} without errors.", rows=reading.rows_read, valid=reading.rows_valid))


def draw_columns(proposal: Proposal, upload: Upload) -> None:
    """Show what each column was taken for; another choice is remembered for the layout and the file is read anew."""
    say = upload.language.say
    for number, table in enumerate(proposal.reading.tables):
        doubtful = sum(column.confidence < 1 for column in table.columns)
        title = say("Columns that were understood ({n})", n=len(table.columns))
        if doubtful:
            title += " – " + say("{n} by likeness, please check", n=doubtful)
        with st.expander(title if len(proposal.reading.tables) == 1 else f"{table.sheet}: {title}"):
            _draw_column_form(table, proposal, upload, key=f"{upload.id}_{number}")


def _draw_column_form(table: TableRead, proposal: Proposal, upload: Upload, *, key: str) -> None:
    say, template = upload.language.say, proposal.template
    names = {column.key: column.header(upload.language) for column in template.columns if column.kind != "check"}
    offered = [NOT_READ, *names]
    labelled = [column for column in (*table.columns, *table.unread) if column.label]
    now = [column.key if column.key in names else NOT_READ for column in labelled]
    shown = {NOT_READ: say("(not read)")} | names
    frame = pd.DataFrame(
        {
            "label": [column.label for column in labelled],
            "meaning": [shown[key_now] for key_now in now],
            "confidence": [f"{column.confidence:.0%}" if column.key else "" for column in labelled],
        }
    )
    edited = st.data_editor(
        frame,
        hide_index=True,
        width="stretch",
        disabled=["label", "confidence"],
        key=f"columns_{key}",
        column_config={
            "label": say("In the file"),
            "meaning": st.column_config.SelectboxColumn(
                say("Understood as"), options=[shown[code] for code in offered], required=True
            ),
            "confidence": say("Confidence"),
        },
    )
    key_of = {text: code for code, text in shown.items()}
    chosen = [key_of[text] for text in edited["meaning"]]
    changed = {c.label: new for c, old, new in zip(labelled, now, chosen, strict=True) if new != old}
    if changed and st.button(say("Read the file with these columns"), key=f"map_{key}", type="primary"):
        upload.choose_columns(table.layout, changed)
        st.rerun()


def draw_changes(proposal: Proposal, upload: Upload) -> None:
    """Show what acceptance changes: single values, totals, and where on the map."""
    say, counts = upload.language.say, proposal.change_counts
    st.subheader(say("4. What would change"), anchor=f"changes-{upload.id}")
    rejected = proposal.reading.rows_read - proposal.reading.rows_valid
    st.write(
        say("Compared with what counts: {new} new, {changed} changed, {unchanged} unchanged.", **counts)
        + " "
        + say("Rows with errors, not taken: {rejected}.", rejected=rejected)
    )
    if counts["new"] or counts["changed"]:
        _changes.draw(proposal, upload)


def draw_decision(proposal: Proposal, upload: Upload) -> None:
    """Ask for the decision: accept all, accept the good rows, or mend first."""
    say, workspace, key = upload.language.say, _cache.workspace(), upload.id
    if proposal.state == REFUSED:
        st.warning(say("Mend the errors in the workbook and upload it again. Nothing was stored."))
        valid = proposal.reading.rows_valid
        if valid and st.button(
            say("Take the {valid} rows without errors, mend the others later", valid=valid), key=f"good_{key}"
        ):
            upload.take_good_rows()
            st.rerun()
    elif proposal.state == ACCEPTED:
        st.success(say("Batch {batch} is accepted and counts.", batch=str(proposal.batch_id)))
    elif proposal.state == WITHDRAWN:
        st.warning(say("Batch {batch} was withdrawn.", batch=str(proposal.batch_id)))
    elif proposal.state == DRAFT and proposal.batch_id is not None:
        st.info(say("Kept as draft {batch}; it does not count yet.", batch=str(proposal.batch_id)))
        reasons = _ask_reasons(proposal, upload)
        if st.button(say("Accept this upload"), type="primary", icon=":material/check:", key=f"accept_{key}"):
            try:
                workspace.accept(proposal.batch_id, user=upload.user, reasons=reasons)
            except WorkspaceError as error:
                st.error(upload.language.explain(error))
            else:
                st.rerun()


def _ask_reasons(proposal: Proposal, upload: Upload) -> dict[int, str]:
    """Ask why each warning is right: one reason for all, or one a row."""
    say, key = upload.language.say, upload.id
    warnings = [(place, issue) for place, issue in enumerate(proposal.reading.issues) if issue.severity == WARNING]
    if not warnings:
        return {}
    st.write(say("{n} warnings ask for a reason; it stays with the row.", n=len(warnings)))
    common = st.text_input(say("Reason for all of them"), key=f"reason_{key}")
    table = pd.DataFrame(
        {
            "place": [f"{issue.sheet}, {issue.cell}" for _, issue in warnings],
            "warning": [say(issue.template, **issue.values) for _, issue in warnings],
            "reason": "",
        }
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        width="stretch",
        disabled=["place", "warning"],
        key=f"reasons_{key}",
        column_config={"place": say("Cell"), "warning": say("Warning"), "reason": say("Own reason")},
    )
    typed = [str(text or "") for text in edited["reason"]]
    return {place: own.strip() or common for (place, _), own in zip(warnings, typed, strict=True)}
