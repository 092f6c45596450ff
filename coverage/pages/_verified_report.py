"""A report's file held against the store: whether its figures still match, and which do not."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from coverage.pages import _cache, _state
from coverage.report_verification import Verification, sentences
from geodata.language import Language
from geodata.measure_names import MEASURE_NAMES
from geodata.periods import Period
from loaders.reports.reported_figures import READABLE


def draw(choices: _state.Choices) -> None:
    """Draw the section."""
    language, say = choices.language, choices.language.say
    st.write(
        say(
            "Upload a report's file, as it was downloaded or as somebody sent it back: its figures are held against "
            "the data that it was made with, and against those that count now. Nothing is stored."
        )
    )
    file = st.file_uploader(say("Report's file"), type=[name.removeprefix(".") for name in READABLE], key="verify_file")
    if file is None:
        return
    with st.spinner(say("Comparing …")):
        found = _cache.verifier(choices.home, choices.version).verify(file.getvalue(), file.name)
    _draw_verdict(found, language)
    stamp = found.reported.stamp
    _draw_differences(
        found.changed_in_file,
        say("Changed in the file since it was made"),
        say("Made with ({version})", version=stamp["phudien_data_version"]),
        language,
    )
    _draw_differences(
        found.changed_since,
        say("Different from the store now"),
        say("In the store now ({version})", version=found.present_version),
        language,
    )
    if not found.changed_cells.empty:
        st.subheader(say("Cells that are not as they were made"))
        names = {
            "sheet": say("Sheet"),
            "cell": say("Cell"),
            "in_file": say("In the file"),
            "as_made": say("As it was made"),
        }
        st.dataframe(found.changed_cells.fillna("–").rename(columns=names), width="stretch", hide_index=True)
    st.caption(say("Fingerprint: {fingerprint}", fingerprint=stamp["phudien_fingerprint"]))


def _draw_verdict(found: Verification, language: Language) -> None:
    text = "\n\n".join(sentences(found, language))
    if found.is_untouched and found.is_current:
        st.success(text, icon=":material/verified:")
    elif found.is_untouched:
        st.info(text, icon=":material/history:")
    else:
        st.error(text, icon=":material/error:")


def _draw_differences(table: pd.DataFrame, title: str, stored: str, language: Language) -> None:
    if table.empty:
        return
    say = language.say

    def shown(counts: pd.Series[int]) -> list[str]:
        return ["–" if pd.isna(count) else language.count(int(count)) for count in counts]

    st.subheader(title)
    lines = pd.DataFrame(
        {
            say("Area"): table["area_name"] + " (" + table["area_code"] + ")",
            say("Quarter"): [language.period(Period.parse(str(code))) for code in table["period"]],
            say("Figure"): [say(MEASURE_NAMES[str(measure)]) for measure in table["measure"]],
            say("In the file"): shown(table["in_file"]),
            stored: shown(table["in_store"]),
            say("Place"): table["place"].fillna("–"),
        }
    )
    st.dataframe(lines, width="stretch", hide_index=True)
