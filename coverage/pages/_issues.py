"""The problems of an uploaded survey: filtered, searched, shown where they stand, and marked in the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from coverage.pages import _cache
from coverage.pages._uploads import Upload
from geodata.errors import FileError
from geodata.language import Language
from loaders.survey.issues import ERROR, INFO, SEVERITY_NAMES, WARNING, Issue

_FEW: Final = 12
"""Problems that are listed with their whole sentences."""

_HIGHLIGHT: Final = "background-color: #f4b6b0; color: #000000; font-weight: bold"


def draw_issues(issues: Sequence[Issue], upload: Upload) -> None:
    """List every problem, to be filtered and searched, and show the chosen one where it stands in the sheet."""
    say = upload.language.say
    counts = {severity: sum(issue.severity == severity for issue in issues) for severity in (ERROR, WARNING, INFO)}
    if not issues:
        st.success(say("No problems found."))
        return
    sentence = say(
        "{errors} errors, {warnings} warnings, {others} remarks.",
        errors=counts[ERROR],
        warnings=counts[WARNING],
        others=counts[INFO],
    )
    (st.error if counts[ERROR] else st.warning if counts[WARNING] else st.info)(sentence)
    chosen = _filtered(issues, counts, upload)
    if not chosen:
        st.caption(say("No problem fits."))
        return
    _draw_one(chosen, _choose(chosen, upload), upload)


def _choose(issues: list[Issue], upload: Upload) -> int | None:
    """List the problems; return the place of the one that was chosen in the list."""
    table = _issue_table(issues, upload.language)
    if len(issues) <= _FEW:
        # A plain table wraps its texts, so that what to do is read without a click.
        st.table(table.set_index(upload.language.say("Severity")))
        return None
    event = st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        height=320,
        on_select="rerun",
        selection_mode="single-row",
        key=f"issues_{upload.id}_{len(issues)}",
    )
    rows = event["selection"]["rows"] if event else []
    return int(rows[0]) if rows else None


def _filtered(issues: Sequence[Issue], counts: dict[str, int], upload: Upload) -> list[Issue]:
    say, key = upload.language.say, upload.id
    offered = [severity for severity, count in counts.items() if count]
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        kinds = st.pills(
            say("Show"),
            offered,
            format_func=lambda severity: f"{say(SEVERITY_NAMES[severity])} ({counts[severity]})",
            selection_mode="multi",
            default=offered,
            key=f"severities_{key}",
        )
    with right:
        wanted = st.text_input(
            say("Search the problems"), key=f"search_{key}", placeholder=say("cell, column, value or word")
        ).strip()
    found = [issue for issue in issues if issue.severity in kinds]
    if not wanted:
        return found
    words = wanted.lower()
    return [issue for issue in found if words in _searched(issue, upload.language)]


def _searched(issue: Issue, language: Language) -> str:
    return " ".join((issue.sheet, issue.cell, issue.column, issue.value, issue.message(language))).lower()


def _draw_one(issues: list[Issue], selected: int | None, upload: Upload) -> None:
    """Show one problem with its whole sentence and the cells around it; the buttons go to the next and the last."""
    say, state = upload.language.say, f"issue_{upload.id}"
    seen = f"issue_selected_{upload.id}"
    if selected is not None and st.session_state.get(seen) != selected:
        st.session_state[state] = selected
    st.session_state[seen] = selected
    place = min(int(st.session_state.get(state, 0)), len(issues) - 1)

    def go(step: int) -> None:
        st.session_state[state] = min(max(place + step, 0), len(issues) - 1)

    back, on, where = st.columns([1, 1, 4], vertical_alignment="center")
    back.button(say("Previous"), on_click=go, args=(-1,), disabled=place == 0, key=f"back_{upload.id}", width="stretch")
    last = len(issues) - 1
    on.button(say("Next"), on_click=go, args=(1,), disabled=place == last, key=f"next_{upload.id}", width="stretch")
    issue = issues[place]
    where.write(say("Problem {number} of {all}", number=place + 1, all=len(issues)))
    sentence = issue.message(upload.language)
    if issue.suggestion:
        sentence += " " + say("Suggestion: {suggestion}", suggestion=issue.suggestion)
    (st.error if issue.severity == ERROR else st.warning if issue.severity == WARNING else st.info)(sentence)
    _draw_place(issue, upload)


def _draw_place(issue: Issue, upload: Upload) -> None:
    try:
        around = _cache.excerpt(upload.content, upload.name, issue.sheet, issue.cell)
    except FileError:
        return  # the file was read a moment ago; where it cannot be read, the page has said so already
    if around is None:
        return
    letters, row = issue.cell.rstrip("0123456789"), issue.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

    def colours(cells: pd.DataFrame) -> pd.DataFrame:
        marked = pd.DataFrame("", index=cells.index, columns=cells.columns)
        if row in marked.index and letters in marked.columns:
            marked.loc[row, letters] = _HIGHLIGHT
        return marked

    st.caption(upload.language.say('Sheet "{sheet}", around {cell}:', sheet=issue.sheet, cell=issue.cell))
    st.table(around.style.apply(colours, axis=None))


def _issue_table(issues: list[Issue], language: Language) -> pd.DataFrame:
    say = language.say
    return pd.DataFrame(
        {
            say("Severity"): [say(SEVERITY_NAMES[issue.severity]) for issue in issues],
            say("Sheet"): [issue.sheet for issue in issues],
            say("Cell"): [issue.cell for issue in issues],
            say("Column"): [issue.column for issue in issues],
            say("Value"): [issue.value for issue in issues],
            say("What is wrong and what to do"): [say(issue.template, **issue.values) for issue in issues],
            say("Suggestion"): [issue.suggestion or "" for issue in issues],
        }
    )


def draw_marked_file(issues: Sequence[Issue], upload: Upload) -> None:
    """Offer the file back with its problems marked; made when asked for, as it takes as long as reading."""
    say, language, key = upload.language.say, upload.language, upload.id
    if not any(issue.severity in (ERROR, WARNING) for issue in issues):
        return
    if st.button(say("Prepare my file with the problems marked"), icon=":material/rate_review:", key=f"mark_{key}"):
        made = _cache.surveys().marked_workbook(upload.content, upload.name, issues, language)
        st.download_button(
            say("Download {name}", name=made.file_name),
            made.content,
            file_name=made.file_name,
            icon=":material/download:",
            key=f"marked_{key}",
        )
        for note in made.notes:
            st.caption(note)
