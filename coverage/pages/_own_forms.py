"""An office's own form (biểu mẫu) on the report page: brought, filled with the figures of a province, given back."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from coverage.own_forms import OwnForms, shipped_form
from coverage.pages import _cache, _state
from geodata.errors import PhuDienError
from geodata.language import Language
from loaders.reports.form_fields import SCOPE_NAMES, load_form_fields
from loaders.reports.form_filling import FilledForm
from loaders.reports.return_forms import load_return_forms
from loaders.survey.issues import ERROR

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OWN = ""
"""The choice of a form of one's own."""


def draw(choices: _state.Choices, province: str) -> None:
    """Draw the part of the page that fills forms."""
    say, language = choices.language.say, choices.language
    st.caption(
        say(
            "Bring an .xlsx form with named cells (ho_co_dien) or fields ({{{{ho_co_dien}}}}, in tables "
            "{{{{xa.ten}}}}), or take one of the returns below; it comes back filled in, its formats and formulas kept."
        )
    )
    forms = load_return_forms()
    chosen = st.selectbox(
        say("Form"),
        [_OWN, *forms],
        format_func=lambda form: forms[form].title(language) if form else say("A form of your own (.xlsx)"),
        key="form_chosen",
    )
    if chosen:
        name, content = shipped_form(chosen, language)
        st.download_button(
            say("Download the empty form, with its fields"), content, name, _XLSX, key="form_empty", on_click="ignore"
        )
        _fill(choices, province, name, content)
    elif brought := st.file_uploader(say("Your form (.xlsx)"), type=["xlsx", "xlsm"], key="form_upload"):
        _fill(choices, province, brought.name, bytes(brought.getvalue()))
    with st.expander(say("Fields that a form may name")):
        st.dataframe(_fields(language), hide_index=True, width="stretch")


def _fill(choices: _state.Choices, province: str, name: str, content: bytes) -> None:
    if not _state.has_figures(choices):
        return
    assert choices.period is not None
    told_on = choices.told_on
    report = _cache.report(told_on, province, choices.period, choices.language)
    try:
        result = OwnForms.fill_report(content, name, report)
    except PhuDienError as error:
        st.error(choices.language.explain(error))
        return
    _show(result, choices.language)


def _show(result: FilledForm, language: Language) -> None:
    say = language.say
    for note in result.notes:
        st.warning(note)
    for issue in result.issues:
        (st.error if issue.severity == ERROR else st.warning)(issue.message(language))
    if result.content is None:
        st.error(say("Nothing was filled in."))
        return
    if result.blanks:
        st.info(say("{n} fields were left blank:", n=len(result.blanks)))
        rows = [
            (b.sheet, b.cells, b.field.name(language), b.field.meaning(language), say(b.reason)) for b in result.blanks
        ]
        columns = [say("Sheet"), say("Cell"), say("Field"), say("Meaning"), say("Reason")]
        st.dataframe(pd.DataFrame(rows, columns=pd.Index(columns)), hide_index=True, width="stretch")
    st.download_button(
        say("Download the filled form"),
        result.content,
        result.file_name,
        _XLSX,
        type="primary",
        icon=":material/download:",
        key="form_filled",
        on_click="ignore",
    )


def _fields(language: Language) -> pd.DataFrame:
    say = language.say
    rows = [(say(SCOPE_NAMES[one.scope]), one.name(language), one.meaning(language)) for one in load_form_fields().all]
    return pd.DataFrame(rows, columns=pd.Index([say("Of"), say("Field"), say("Meaning")]))
