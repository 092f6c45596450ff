"""The choices of a planner that outlive the widgets: what was asked last, pins, changed assumptions, scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

import streamlit as st

from coverage.pages import _state
from coverage.planning.candidates import Weights
from coverage.planning.request import PlanRequest
from geodata.units import COMPANY_CODE

PINS: Final = "plan_pins"
CHANGES: Final = "plan_assumptions"
LEVEL: Final = "plan_level"
POINT: Final = "plan_point"
"""Keys of the session: points that are pinned in or out by code; assumptions that were changed by name, the level
that the plan rests on; the point or hamlet that is looked at."""

_ASKED: Final = "plan_asked"
_BEGIN: Final = "plan_begin"
_FORM: Final = "plan_form"
_SHOWN: Final = "plan_shown"
_AREAS: Final = "plan_areas"
"""Keys of the session: requests that were asked last, by area and quarter; the one that the widgets begin with; a
number that grows when they begin anew; the request that is shown and the one before it; the areas of the scenario that
was opened, with the frame's area and list of then."""

IN, OUT = "in", "out"

Place = tuple[tuple[str, ...], str, str]
"""Areas, quarter, day of the list: what settings are kept for."""


def place_of(request: PlanRequest) -> Place:
    """Return what the settings of a request are kept for."""
    return request.areas, request.period, request.told_on.isoformat()


# ---- pins


def pins() -> dict[str, str]:
    """Return which points and hamlets are pinned `IN` or `OUT`, by code."""
    chosen: dict[str, str] = st.session_state.setdefault(PINS, {})
    return chosen


def pin(code: str, where: str | None) -> None:
    """Pin a point or hamlet `IN` or `OUT`, or free it (None)."""
    if where is None:
        pins().pop(code, None)
    else:
        pins()[code] = where


def pinned(request: PlanRequest, chosen: Mapping[str, str], known: Iterable[str]) -> PlanRequest:
    """Return a request with the pins of those points and hamlets that it chooses among."""
    inside = {code: chosen[code] for code in known if code in chosen}
    return request.with_rules(
        must_take=frozenset(code for code, where in inside.items() if where == IN),
        must_not_take=frozenset(code for code, where in inside.items() if where == OUT),
    )


# ---- weights, money


def weights_of(soonest: int, value: int, equity: int) -> Weights | None:
    """Return weights that were set in hundredths; None where all are 0, by which nothing could be chosen."""
    if not (soonest or value or equity):
        return None
    return Weights(soonest / 100, value / 100, equity / 100)


def budgets_of(before: tuple[float, ...], years: int, yearly: float, own: Iterable[float] | None) -> tuple[float, ...]:
    """Return the budget of each year: its own, or the same for all; one that is as before stays to the last VND."""
    asked = [yearly] * years if own is None else [float(amount) for amount in own]
    return tuple(
        before[place] if place < len(before) and abs(before[place] - amount) < 500_000 else amount
        for place, amount in enumerate(asked)
    )


# ---- what the widgets begin with


def begin_with(base: PlanRequest, *, is_drawn: Callable[[str], bool]) -> tuple[PlanRequest, str]:
    """
    Return the request that the widgets begin with, and what their keys end in.

    Parameters
    ----------
    base
        What a planner of the areas begins with who asked nothing before.
    is_drawn
        Whether widgets with keys of that end were drawn in the last run: Streamlit forgets them when the page is left,
        and what was asked last is what they begin with then.
    """
    held: tuple[Place, PlanRequest] | None = st.session_state.get(_BEGIN)
    place = place_of(base)
    key = _key(place)
    if held is None or held[0] != place or not is_drawn(key):
        asked: dict[Place, PlanRequest] = st.session_state.get(_ASKED, {})
        if held is None or held[0] != place or place in asked:
            held = (place, asked.get(place, base))
        st.session_state[_FORM] = st.session_state.get(_FORM, 0) + 1
        st.session_state[_BEGIN] = held
        key = _key(place)
    return held[1], key


def _key(place: Place) -> str:
    return f"{st.session_state.get(_FORM, 0)}_{'+'.join(place[0])}_{place[1]}_{place[2]}"


def keep_asked(request: PlanRequest) -> None:
    """Keep a request as the one that was asked last."""
    st.session_state.setdefault(_ASKED, {})[place_of(request)] = request


def take_over(request: PlanRequest) -> None:
    """Make the settings those of a request, such as that of a scenario or the one before the last change."""
    st.session_state[PINS] = {
        **dict.fromkeys(sorted(request.rules.must_take), IN),
        **dict.fromkeys(sorted(request.rules.must_not_take), OUT),
    }
    st.session_state[CHANGES] = {name: tuple(values) for name, values in request.assumptions.items()}
    st.session_state[LEVEL] = request.level
    plain = replace(request, data_version="")
    keep_asked(plain)
    st.session_state[_BEGIN] = (place_of(plain), plain)
    st.session_state[_FORM] = st.session_state.get(_FORM, 0) + 1


# ---- areas


def set_areas(request: PlanRequest, own_list: str | None) -> None:
    """
    Let the frame's area, quarter and list be those of a request: in a callback, before they are shown.

    Parameters
    ----------
    own_list
        Day (ISO text) in whose list the quarter is told by itself; None where it has no figures.
    """
    day = request.told_on.isoformat()
    area = request.areas[0] if len(request.areas) == 1 else COMPANY_CODE
    _state.keep(_state.PERIOD, request.period)
    _state.keep(_state.BOUNDARIES, _state.OF_QUARTER if own_list == day else day)
    _state.keep(_state.AREA, area)
    st.session_state["area_chosen_in"] = day  # the code is of this list: it is not to be followed from another one
    st.session_state[_AREAS] = (area, day, request.areas)


def areas_of(area: str, told_on: str) -> tuple[str, ...] | None:
    """Return the areas of the scenario that was opened, while the frame's area and list stay; None without one."""
    held: tuple[str, str, tuple[str, ...]] | None = st.session_state.get(_AREAS)
    return held[2] if held is not None and held[:2] == (area, told_on) else None


# ---- what was shown before the last change


def note_shown(request: PlanRequest) -> PlanRequest | None:
    """Note that the plan of a request is shown; return the one of the same areas and quarter shown before it."""
    held: tuple[PlanRequest | None, PlanRequest | None] = st.session_state.get(_SHOWN, (None, None))
    now, before = held
    if now is None or place_of(now) != place_of(request):
        now, before = request, None
    elif now.to_json() != request.to_json():
        now, before = request, now
    st.session_state[_SHOWN] = (now, before)
    return before
