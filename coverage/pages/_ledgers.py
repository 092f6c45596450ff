"""Household ledgers on the pages: how they are imported, and of a batch what is known of it and its problems."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from coverage.pages import _cache, _state
from geodata.errors import PhuDienError
from geodata.language import Language
from loaders.store.batches import DRAFT, Batch
from loaders.survey.issues import SEVERITY_NAMES, WARNING

_COMMAND = "phudien ledger import FILE…"


def draw_how(language: Language) -> None:
    """Say how ledgers are imported: they are too large for a browser."""
    say = language.say
    st.subheader(say("Household ledgers of the billing system"))
    st.write(
        say(
            "Extracts with millions of rows (.csv, .parquet, folders of them) are imported by the command line on the "
            "machine of the workspace; what comes of them, with all problems, is shown and accepted under Data and "
            "boundaries."
        )
    )
    st.code(_COMMAND, language=None)


def draw_ledger(batch: Batch, language: Language) -> None:
    """Show what is known of the ledger of a batch, its problems with their first rows, and the decision on a draft."""
    say, workspace = language.say, _cache.workspace()
    record = workspace.ledger_of(batch.id)
    if record is None:
        return
    st.write(
        say(
            "Household ledger: {rows} rows read, {valid} counted; {size} MB, SHA-256 {sha256}, stood at {path}. The "
            "ledger itself is not stored, only its roll-up by commune, quarter and supply.",
            rows=batch.rows_read,
            valid=batch.rows_valid,
            size=max(1, round(record.size_bytes / 1_000_000)),
            sha256=record.ledger_sha256,
            path=record.path,
        )
    )
    issues = workspace.issues_of(batch.id)
    if issues:
        table = pd.DataFrame(
            {
                say("Severity"): [say(SEVERITY_NAMES[issue.severity]) for issue in issues],
                say("Rows"): [language.count(issue.rows) for issue in issues],
                say("What is wrong and what to do"): [issue.message(language) for issue in issues],
            }
        )
        st.table(table.set_index(say("Severity")))
    else:
        st.success(say("No problems found."))
    if batch.state == DRAFT:
        _draw_decision(batch, language, needs_reason=any(issue.severity == WARNING for issue in issues))


def _draw_decision(batch: Batch, language: Language, *, needs_reason: bool) -> None:
    say = language.say
    with st.form(f"accept_{batch.id}"):
        user = _state.user_name(language, key=f"accept_batch_{batch.id}")
        label, key = say("Why the warnings are right"), f"accept_reason_{batch.id}"
        reason = st.text_input(label, key=key) if needs_reason else ""
        if st.form_submit_button(say("Accept this ledger"), type="primary"):
            if not user:
                st.error(say("Write your name first: every decision is stored with who made it."))
                return
            try:
                _cache.workspace().accept(batch.id, user=user, reason=reason)
            except PhuDienError as error:
                st.error(language.explain(error))
                return
            st.rerun()
