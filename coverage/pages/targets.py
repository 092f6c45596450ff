"""Targets: what is to be reached where and until when; entered, amended, withdrawn, read from a workbook and split."""

from __future__ import annotations

from typing import Final

import streamlit as st

from coverage.pages import _cache, _state, _target_forms, _target_split, _target_table, _target_upload
from coverage.targets import is_measured
from geodata.errors import mark
from geodata.language import Language
from geodata.target_data import IN_FORCE, Target
from geodata.units import COMPANY_CODE

TARGET_VIEW: Final = "targets"

_VIEWS: Final = {
    "in_force": mark("In force"),
    "versions": mark("All versions"),
    "enter": mark("Enter or amend"),
    "workbook": mark("From a workbook"),
    "split": mark("Split to areas"),
}
_EVERY: Final = ""


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    say = choices.language.say
    view = _state.choose(
        TARGET_VIEW,
        say("View"),
        list(_VIEWS),
        default="in_force",
        show=lambda name: say(_VIEWS[name]),
        horizontal=True,
    )
    if view == "enter":
        _target_forms.draw_enter(choices.language)
    elif view == "workbook":
        _target_upload.draw(choices.language)
    elif view == "split":
        if _state.has_figures(choices):
            _target_split.draw(choices)
    else:
        _draw_list(choices, shows_all=view == "versions")


def _draw_list(choices: _state.Choices, *, shows_all: bool) -> None:
    language, say, book = choices.language, choices.language.say, _cache.target_book()
    states = book.states()
    indicators = _cache.workspace().indicators
    versions = [t for t in book.versions() if shows_all or states[t.code] == IN_FORCE]
    versions.sort(key=lambda t: not is_measured(t, indicators))  # what managers answer for comes first
    st.caption(
        say(
            "Every target with its decision and source. A later decision supersedes an earlier one from its own date; "
            "nothing is overwritten. What no source states is marked as assumed. How areas stand: page Progress."
        )
    )
    shown = _filtered(versions, choices)
    st.dataframe(
        _target_table.listing(book, language, shown, with_state=shows_all), width="stretch", hide_index=True, height=420
    )
    st.caption(
        say(
            "National targets are shown as decided; the figures here cover the 21 provinces of EVNSPC only and cannot "
            "say whether the nation met them. The same holds for province projects begun before the first quarter."
        )
    )
    _draw_download(language)
    if shown:
        _draw_details(shown, language)


def _filtered(versions: list[Target], choices: _state.Choices) -> list[Target]:
    """Let the user choose which of the targets are listed: all, or those that the figures here measure."""
    say, indicators = choices.language.say, _cache.workspace().indicators
    options = {
        _EVERY: say("all"),
        "measured": say("measured by the figures here"),
        "stated": say("stated only"),
    }
    chosen = st.radio(say("Which targets"), list(options), format_func=options.__getitem__, horizontal=True)
    if chosen == _EVERY:
        return versions
    return [t for t in versions if is_measured(t, indicators) == (chosen == "measured")]


def _draw_download(language: Language) -> None:
    say, register = language.say, _cache.target_book().register
    st.download_button(
        say("Download the targets in force (.xlsx)"),
        lambda: register.workbook(language),
        "muc_tieu.xlsx",
        key="targets_xlsx",
        help=say("Edit it and read it back under “From a workbook”."),
    )


def _draw_details(shown: list[Target], language: Language) -> None:
    say, book = language.say, _cache.target_book()
    by_code = {target.code: target for target in shown}
    st.subheader(say("One target and its history"))
    code = st.selectbox(
        say("Target"),
        list(by_code),
        index=_first_of(shown),
        format_func=lambda found: _target_table.name_of(by_code[found], book, language),
        key="target_chosen",
    )
    chosen = by_code[str(code)]
    history = [t for t in book.versions() if t.key == chosen.key]
    st.dataframe(_target_table.history(book, language, history), width="stretch", hide_index=True)
    _target_forms.draw_withdraw(chosen, language)


def _first_of(shown: list[Target]) -> int:
    """Return the place of the company's own target, which most come for; else the first."""
    return next((place for place, target in enumerate(shown) if target.area == COMPANY_CODE), 0)
