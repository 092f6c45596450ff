"""Reports: of one province or of all, in every form that can be written; and files of reports verified."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import streamlit as st

from coverage import rollup
from coverage.pages import _cache, _company_table, _many_reports, _own_forms, _state, _verified_report
from coverage.report_files import FORMS
from geodata.errors import mark
from geodata.report_data import ProvinceReport


def draw(choices: _state.Choices) -> None:
    """Draw the page: the section that is chosen, and only that one."""
    say = choices.language.say
    chosen = _state.choose(
        "section",
        say("What do you need?"),
        list(_SECTIONS),
        default="province" if choices.period else "company",
        show=lambda code: say(_SECTIONS[code][0]),
        horizontal=True,
    )
    if chosen not in _OF_FIGURES or _state.has_figures(choices):
        _SECTIONS[chosen][1](choices)


def _draw_province(choices: _state.Choices) -> None:
    assert choices.period is not None
    workspace, language, say = _cache.workspace(), choices.language, choices.language.say
    province = _state.choose_province(choices, key="report_province")
    figures = choices.figures(choices.period)
    found = rollup.figures_of_area(figures, workspace.indicators, choices.units.communes_of(province))
    st.subheader(f"{_state.area_name(province, choices.units, language)}, {choices.period_name}")
    names = ("households_with_power_share", "direct_share", "bulk_households", "households_to_connect")
    for column, name in zip(st.columns(len(names)), names, strict=True):
        column.metric(found[name].indicator.short(language), found[name].display(language))
    complete = found["households_with_power"]
    if not complete.is_complete:
        missing = complete.communes_all - complete.communes_counted
        st.warning(say("{n} communes did not report; the report names them.", n=missing))
    with st.spinner(say("Gathering the report …")):
        report = _cache.report(choices.told_on, province, choices.period, language)
    _offer_forms(report, choices)


def _draw_own_forms(choices: _state.Choices) -> None:
    _own_forms.draw(choices, _state.choose_province(choices, key="form_province"))


def _offer_forms(report: ProvinceReport, choices: _state.Choices) -> None:
    """Offer every form that can be written; its file is made when it is asked for."""
    files, say = _cache.report_files(), choices.language.say
    with st.container(horizontal=True):
        for place, (name, form) in enumerate(FORMS.items()):
            st.download_button(
                say(form.title),
                partial(form.write, report),
                file_name=files.file_name(report, name),
                mime=form.media_type,
                type="primary" if place == 0 else "secondary",
                icon=":material/download:",
                key=f"report_{name}",
                on_click="ignore",
            )
    if choices.units.has_districts:
        about = mark(
            "Each has the five figures beside the quarter before and their targets, a map, tables by district and "
            "commune, what remains by organisation and hamlet, works of Programme 2081, changes of units, data quality "
            "and sources. Data version {version}, fingerprint {fingerprint}."
        )
    else:
        about = mark(
            "Each has the five figures beside the quarter before and their targets, a map, a table of all communes, "
            "what remains by organisation and hamlet, works of Programme 2081, changes of units, data quality and "
            "sources. Data version {version}, fingerprint {fingerprint}."
        )
    st.caption(say(about, version=report.data_version, fingerprint=report.fingerprint[:12]))


_SECTIONS: Final[dict[str, tuple[str, Callable[[_state.Choices], None]]]] = {
    "province": (mark("One province"), _draw_province),
    "all": (mark("All provinces at once"), _many_reports.draw),
    "company": (mark("Company table"), _company_table.draw),
    "form": (mark("Your office's own forms"), _draw_own_forms),
    "verify": (mark("Verify a file"), _verified_report.draw),
}
"""What the page offers, by its code in the address."""

_OF_FIGURES: Final = ("province", "all")
"""Sections that need a quarter with figures."""
