"""Published figures: what they leave open beside our own sums, and a percentage held against its counts."""

from __future__ import annotations

import streamlit as st

from coverage.check_bench import CheckBench
from coverage.pages import _state
from coverage.published_answers import check_typed
from coverage.published_ranges import COUNT_UNITS, UNIT_NAMES
from geodata.errors import FigureError
from geodata.language import Language


def draw(bench: CheckBench, choices: _state.Choices) -> None:
    """Draw both."""
    assert choices.period is not None
    _draw_percentage(choices.language)
    say = choices.language.say
    heading = say("What the published figures of this quarter leave open")
    st.markdown(f"**{heading}**")
    table = bench.published_table(choices.period, choices.language)
    if table.empty:
        st.caption(say("Nothing that EVNSPC published of the last day of this quarter is known here."))
        return
    st.dataframe(table, width="stretch", hide_index=True, height="content")
    st.caption(
        say(
            "Each published figure is rounded, so it stands for a range; all of them together leave these exact counts "
            "open. Ours is the sum of all communes, told only where all of them reported."
        )
    )


def _draw_percentage(language: Language) -> None:
    say = language.say
    heading = say("Check a published percentage")
    st.markdown(f"**{heading}**")
    st.caption(say("Do the percentage and the rounded counts beside it fit together? Type the figures as printed."))
    columns = st.columns(4)
    part = columns[0].text_input(say("Part"), placeholder="14,9", key="published_part", max_chars=20)
    whole = columns[1].text_input(say("Whole"), placeholder="18,43", key="published_whole", max_chars=20)
    unit = columns[2].selectbox(
        say("Unit of both"),
        list(COUNT_UNITS),
        index=list(COUNT_UNITS).index("million"),
        format_func=lambda code: say(UNIT_NAMES[code]),
        key="published_unit",
    )
    percent = columns[3].text_input(say("Percentage"), placeholder="84,15", key="published_percent", max_chars=20)
    if not (part and whole and percent):
        return
    try:
        found = check_typed(part, whole, percent, str(unit))
    except FigureError as error:
        st.error(language.explain(error))
        return
    show = st.success if found.result.fits else st.error
    show("  \n".join(found.sentences(language)))
