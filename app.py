"""The frame of the app: page list, language, shared filters, and what every page must say of its data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import streamlit as st

from coverage.pages import (
    _cache,
    _state,
    _told,
    checks,
    communes,
    data,
    overview,
    planning,
    progress,
    remaining,
    report,
    targets,
    upload,
)
from geodata.errors import PhuDienError, mark
from geodata.language import Language

ICON: Final = Path(__file__).parent / "coverage" / "pages" / "assets" / "icon.svg"

# Streamlit's own download of a table writes "=…" as a formula, and says so in English; ours are guarded.
_STYLE: Final = "<style>button[aria-label='Download as CSV'] { display: none; }</style>"

Page = Callable[[_state.Choices], None]

PAGES: Final[dict[str, tuple[str, str, Page]]] = {
    "map": (mark("Coverage map"), ":material/map:", overview.draw),
    "remaining": (mark("What remains"), ":material/electric_meter:", remaining.draw),
    "plan": (mark("Planning"), ":material/route:", planning.draw),
    "progress": (mark("Progress"), ":material/trending_down:", progress.draw),
    "targets": (mark("Targets"), ":material/flag:", targets.draw),
    "upload": (mark("Upload a survey"), ":material/upload_file:", upload.draw),
    "report": (mark("Reports"), ":material/description:", report.draw),
    "checks": (mark("Check the figures"), ":material/fact_check:", checks.draw),
    "communes": (mark("Commune lists"), ":material/checklist:", communes.draw),
    "data": (mark("Data and boundaries"), ":material/database:", data.draw),
}
"""Address of each page, with its title, icon and function."""


_OF_FIGURES: Final = ("map", "remaining", "plan", "progress", "checks")
"""Pages that show nothing but figures; the others say themselves which of their parts need any."""


def main() -> None:
    """Show the app."""
    st.set_page_config(page_title="Phủ Điện", page_icon=str(ICON), layout="wide")
    st.html(_STYLE)
    language = _language()
    pages = [
        st.Page(
            lambda name=name: draw_page(name),  # type: ignore[misc]
            title=language.say(title),
            icon=icon,
            url_path=name,
            default=name == "map",
        )
        for name, (title, icon, _) in PAGES.items()
    ]
    st.navigation(pages).run()


def draw_page(name: str) -> None:
    """Draw one page in its frame; errors that the user can mend are shown as sentences."""
    title, _, draw = PAGES[name]
    try:
        choices = _state.choose_frame()
        say = choices.language.say
        st.title(say(title))
        if _cache.has_synthetic(choices.home, choices.version):
            st.warning(
                say(
                    "Synthetic demonstration data, not real figures. The company totals agree with what EVNSPC "
                    "published for 30 June 2021; everything below them is assumed."
                ),
                icon=":material/science:",
            )
        if name in _OF_FIGURES and not _state.has_figures(choices):
            return
        if name != "upload":
            _told.draw_note(choices)
        draw(choices)
    except PhuDienError as error:
        language = _language()
        st.error(language.explain(error))
        if isinstance(error, _state.LinkError):
            _offer_without(error, language)


def _offer_without(error: _state.LinkError, language: Language) -> None:
    """Offer to open the page without the choice that does not exist; the others of the address stay."""
    if st.button(language.say("Open without this choice"), key="open_without"):
        _state.forget(str(error.values["name"]))
        st.rerun()


def _language() -> Language:
    """Return the language of the frame; where a link asks for one that does not exist, the workspace's own."""
    default = _cache.workspace().settings.language
    try:
        return _state.current_language(default)
    except _state.LinkError:
        return Language(default)


if __name__ == "__main__":
    main()
