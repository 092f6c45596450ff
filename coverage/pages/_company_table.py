"""The company's own table on the page: the half-year, its figures with plans, and its files to download."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from coverage.company_report import FORMS
from coverage.pages import _cache, _state
from geodata.company_data import CompanyRow, CompanyTable
from geodata.periods import Period
from geodata.reporting_periods import ReportingPeriod


def draw(choices: _state.Choices) -> None:
    """Draw the table of a half-year; the one that the page's quarter is in comes first."""
    language, say = choices.language, choices.language.say
    known = _cache.company_periods(choices.home, choices.version)
    if not known:
        st.info(say("Nothing is known of the company yet: no quarter has figures, and no return was accepted."))
        return
    own = str(ReportingPeriod.half_with(Period.parse(choices.period))) if choices.period else ""
    half = _state.choose(
        "half",
        say("Half-year"),
        known,
        default=own if own in known else known[0],
        show=lambda code: language.reporting_period(ReportingPeriod.parse(code)),
    )
    table = _cache.company_table(choices.home, choices.version, half, language.code)
    for notice in table.notices:
        st.caption(f":red[{notice}]")
    for section, rows in table.by_section().items():
        st.markdown(f"**{table.sections[section]}**")
        st.table(_shown(rows, table))  # not a grid: its texts are to be read whole
    with st.expander(say("Source and notes")):
        st.markdown("\n".join(f"- **{row.title}**: {said}" for row in table.rows if (said := _said(row))))
        st.markdown("\n".join(f"- {remark}" for remark in table.remarks))
    _offer_forms(table)
    st.caption(
        say(
            "Service figures of later half-years: page Upload a survey, kind of survey {kind}.",
            kind=f'"{_cache.surveys().template("company_return").title(language)}"',
        )
    )


def _shown(rows: list[CompanyRow], table: CompanyTable) -> pd.DataFrame:
    say = table.language.say
    columns = {
        say("Indicator"): [row.title for row in rows],
        say("Actual"): [row.text for row in rows],
        say("Plan"): [row.plan_text for row in rows],
        say("Verdict"): [_verdict(row) for row in rows],
        say("As published"): [("≠ " if row.differs else "") + row.published_text for row in rows],
        say("Of what"): [table.of_what(row) for row in rows],
    }
    return pd.DataFrame(columns).set_index(say("Indicator"))


_SIGNS = {"met": "✓ ", "not_met": "✗ "}


def _verdict(row: CompanyRow) -> str:
    """Return the verdict with its gap; a dash where there is no plan, so that those with one are seen."""
    if row.plan is None:
        return "–"
    return ", ".join(filter(None, (_SIGNS.get(row.verdict, "") + row.verdict_text, row.gap_text)))


def _said(row: CompanyRow) -> str:
    return " ".join((f"{row.source}.", *row.notes) if row.source else row.notes)


def _offer_forms(table: CompanyTable) -> None:
    """Offer every form of the table; its file is made when it is asked for."""
    desk, say = _cache.company_report(), table.language.say
    with st.container(horizontal=True):
        for place, (name, form) in enumerate(FORMS.items()):
            st.download_button(
                say(form.title),
                partial(form.write, table),
                file_name=desk.file_name(table, name),
                mime=form.media_type,
                type="primary" if place == 0 else "secondary",
                icon=":material/download:",
                key=f"company_{name}",
                on_click="ignore",
            )
