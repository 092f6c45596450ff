"""Every choice that a user makes: kept while pages change, and written into the address as stable codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from coverage.pages import _cache
from geodata.errors import PhuDienError, mark
from geodata.language import LANGUAGE_CODES, Language
from geodata.periods import Period
from geodata.units import COMPANY_CODE, Units

FIRST_PROVINCE = "89"
"""Province that a choice begins with while the page shows all of them: An Giang, where most remains."""

FIRST_PROVINCE_LIST = "2021-07-01"
"""Day in whose list `FIRST_PROVINCE` is read: codes were given out anew later."""

PROGRAMME_PROVINCES = ("89", "84")
"""An Giang and Trà Vinh, in the list of `FIRST_PROVINCE_LIST`: where almost all of what remains is."""

LANGUAGE, AREA, PERIOD, INDICATOR, BOUNDARIES = "lang", "area", "period", "indicator", "boundaries"

OF_QUARTER = "quarter"
"""Value of `BOUNDARIES`: the units of the quarter that is shown."""


class LinkError(PhuDienError):
    """An address that asks for something that does not exist."""


@dataclass(frozen=True)
class Choices:
    """
    What holds for a whole page.

    Parameters
    ----------
    language
        Language of the page.
    area
        `COMPANY_CODE` or the code of a province.
    period
        Code of a quarter with figures; None where the workspace has none yet.
    told_on
        Day (ISO text) in whose list of units, and on whose map, figures are told.
    home, version
        Workspace and version of its data: the keys of all caches.
    """

    language: Language
    area: str
    period: str | None
    told_on: str
    home: str
    version: str

    @property
    def units(self) -> Units:
        """The list of units in which figures are told."""
        return _cache.units_on(self.told_on)

    def figures(self, period: str) -> pd.DataFrame:
        """Return the figures of a quarter, told in the list of `told_on`."""
        return _cache.figures(self.home, self.version, self.told_on, period)

    def all_figures(self) -> pd.DataFrame:
        """Return the figures of all quarters, told in the list of `told_on`."""
        return _cache.all_figures(self.home, self.version, self.told_on)

    @property
    def area_name(self) -> str:
        """Name of the area."""
        return area_name(self.area, self.units, self.language)

    @property
    def period_name(self) -> str:
        """Name of the quarter."""
        return "" if self.period is None else self.language.period(Period.parse(self.period))


def area_name(code: str, units: Units, language: Language) -> str:
    """Return what readers call an area of a list."""
    if code == COMPANY_CODE:
        now, first = len(units.provinces), len(_cache.units_on(FIRST_PROVINCE_LIST).provinces)
        if now == first:
            return language.say("EVNSPC: all 21 provinces")
        return language.say(
            "EVNSPC: the whole area of the {first} former provinces ({now} provinces of this list)",
            first=first,
            now=now,
        )
    name = str(units.find(code)["full_name"])
    served, whole = _cache.communes_served(units.list_date.isoformat(), code)
    if served == whole:
        return name
    return language.say(
        "{name} (the part that EVNSPC serves: {served}/{all} communes)", name=name, served=served, all=whole
    )


def programme_areas(told_on: str) -> tuple[str, ...]:
    """Return the provinces in which almost all of what remains is, in the list of a day."""
    return tuple(_cache.areas_on(PROGRAMME_PROVINCES, FIRST_PROVINCE_LIST, told_on))


def areas_in_view(choices: Choices) -> tuple[str, ...]:
    """Return the chosen area; where all are chosen, those in which almost all of what remains is."""
    return programme_areas(choices.told_on) if choices.area == COMPANY_CODE else (choices.area,)


def has_figures(choices: Choices) -> bool:
    """Return whether a quarter has figures; where none has, say what to do."""
    if choices.period is None:
        say = choices.language.say
        st.info(say("There are no figures yet. Upload a survey, or fill an empty workspace with: phudien demo"))
    return choices.period is not None


def choose_frame() -> Choices:
    """Show the choices that all pages share, in the sidebar, and return them."""
    workspace = _cache.workspace()
    default = workspace.settings.language
    with st.sidebar:
        language = current_language(default)
        names = {"vi": "Tiếng Việt", "en": "English"}
        label = "Ngôn ngữ / Language"
        code = choose(LANGUAGE, label, LANGUAGE_CODES, default=default, show=names.__getitem__, horizontal=True)
        language = Language(code)
        home, version = str(workspace.home), str(workspace.data_version())
        periods = _cache.periods(home, version)
        area_place = st.container()  # stands first, and depends on what is chosen below it
        period = None
        if periods:
            period = choose(
                PERIOD,
                language.say("Quarter"),
                periods,
                default=periods[0],
                show=lambda found: language.period(Period.parse(found)),
            )
        told_on = _choose_boundaries(home, version, period, language)
        with area_place:
            area = _choose_area(told_on, language)
    return Choices(language, area, period, told_on, home, version)


def _choose_boundaries(home: str, version: str, period: str | None, language: Language) -> str:
    """Ask for the day whose units and map are shown; return it as ISO text."""
    own = _cache.list_of_quarter(home, period) if period else _cache.list_of_today()
    days = _cache.days_with_outlines(home, version)

    def show(code: str) -> str:
        if code == OF_QUARTER:
            return language.say("the quarter shown ({day})", day=language.day(date.fromisoformat(own)))
        return language.day(date.fromisoformat(code))

    chosen = choose(
        BOUNDARIES,
        language.say("Boundaries of"),
        [OF_QUARTER, *days],
        default=OF_QUARTER,
        show=show,
        about=language.say(
            "The list of units and the map in which figures are told. On another day's map, merged communes are added "
            "up; what had to be divided is marked."
        ),
    )
    return own if chosen == OF_QUARTER else chosen


def _choose_area(told_on: str, language: Language) -> str:
    """Ask for an area of the list of a day; an area that was chosen in another day's list is followed into it."""
    units = _cache.units_on(told_on)
    chosen_in = st.session_state.get("area_chosen_in")
    if chosen_in not in (None, told_on) and (kept := st.session_state.get(_kept(AREA))) not in (None, COMPANY_CODE):
        _follow_area(str(kept), str(chosen_in), told_on)
    st.session_state["area_chosen_in"] = told_on
    area = choose(
        AREA,
        language.say("Area"),
        [COMPANY_CODE, *units.provinces.index],
        default=COMPANY_CODE,
        show=lambda found: area_name(found, units, language),
    )
    st.session_state.setdefault("areas_chosen", {})[told_on] = area
    lost, lost_on = st.session_state.get("area_lost", (None, None))
    if area == COMPANY_CODE and lost_on == told_on:
        st.caption(language.say("{name} is several provinces of this list: all are shown. Choose one.", name=lost))
    else:
        st.session_state.pop("area_lost", None)
    return area


def _follow_area(area: str, chosen_in: str, told_on: str) -> None:
    """
    Set the area of the list of a day that an area of another day's list is, or all of them where it is several.

    The one that was chosen in that list before comes back, if it is part of what the area is now.
    """
    before = st.session_state.get("areas_chosen", {}).get(told_on, COMPANY_CODE)
    if before != COMPANY_CODE and area in _cache.areas_on((before,), told_on, chosen_in):
        keep(AREA, before)
        return
    became = _cache.areas_on((area,), chosen_in, told_on)
    if len(became) == 1:
        keep(AREA, became[0])
        return
    keep(AREA, COMPANY_CODE)
    st.session_state["area_lost"] = (str(_cache.units_on(chosen_in).find(area)["full_name"]), told_on)


def current_language(default: str) -> Language:
    """Return the language that was chosen, in the address or by the switch."""
    code = st.session_state.get(_kept(LANGUAGE)) or st.query_params.get(LANGUAGE) or default
    if code not in LANGUAGE_CODES:
        raise _link_error(LANGUAGE, code, LANGUAGE_CODES)
    return Language(code)


def choose(
    name: str,
    label: str,
    options: Sequence[str],
    *,
    default: str,
    show: Callable[[str], str],
    horizontal: bool = False,
    about: str | None = None,
) -> str:
    """
    Show a choice and return its code.

    The code comes from this session, else from the address, else it is `default`.

    Parameters
    ----------
    name
        Name in the address.
    options
        Codes, in the order of the list.
    show
        Gives the text of a code.
    horizontal
        Show all options side by side instead of a list.
    about
        What the choice does, shown on demand.

    Raises
    ------
    LinkError
        If the address has a code that does not exist: a link must never show something else than it says.
    """
    kept = st.session_state.get(_kept(name))
    linked = st.query_params.get(name)
    if kept is None and linked is not None and linked not in options:
        raise _link_error(name, linked, options)
    code = kept if kept in options else linked if linked in options else default
    # A default beside a value that is set already is refused by Streamlit with a warning.
    is_set = st.session_state.get(f"ask_{name}") in options
    index = 0 if is_set else list(options).index(str(code))
    if horizontal:
        chosen = st.radio(label, options, index=index, format_func=show, key=f"ask_{name}", horizontal=True)
    else:
        chosen = st.selectbox(label, options, index=index, format_func=show, key=f"ask_{name}", help=about)
    st.session_state[_kept(name)] = chosen
    st.query_params[name] = str(chosen)
    return str(chosen)


def keep(name: str, code: str) -> None:
    """
    Set a choice from code, such as a click on a row, before it is shown: in a callback, or above its `choose`.

    The browser is told, too: else it would send back what it showed before with the next click. The address follows
    when `choose` is called; what a callback writes into it is lost.
    """
    st.session_state[_kept(name)] = code
    st.session_state[f"ask_{name}"] = code


def forget(name: str) -> None:
    """Drop one choice, from the session and from the address; the others stay."""
    st.session_state.pop(_kept(name), None)
    st.session_state.pop(f"ask_{name}", None)
    if name in st.query_params:
        del st.query_params[name]


def choose_province(choices: Choices, *, key: str, told_on: str | None = None) -> str:
    """
    Ask for a province, beginning with the page's area; `key` tells places apart.

    Parameters
    ----------
    told_on
        Day (ISO text) of the list of provinces, where it is not the page's.
    """
    day = told_on or choices.told_on
    units = _cache.units_on(day)
    provinces = list(units.provinces.index)
    first = _cache.areas_on((FIRST_PROVINCE,), FIRST_PROVINCE_LIST, day)[0]
    if choices.area != COMPANY_CODE:
        first = _cache.areas_on((choices.area,), choices.told_on, day)[0]
    # The key holds the area, so that a change of area in the side bar is followed here.
    return str(
        st.selectbox(
            choices.language.say("Province"),
            provinces,
            index=provinces.index(first),
            format_func=lambda code: area_name(code, units, choices.language),
            key=f"{key}_{choices.area}_{day}",
        )
    )


def user_name(language: Language, *, key: str) -> str:
    """Ask for the name that uploads and decisions are stored under; `key` tells places on one page apart."""
    kept = st.session_state.get("kept_user", "")
    label = language.say("Your name (stored with every upload)")
    name = st.text_input(label, value=kept, key=f"ask_user_{key}", max_chars=80)
    st.session_state["kept_user"] = name.strip()
    return str(name).strip()


def _kept(name: str) -> str:
    return f"kept_{name}"


def _link_error(name: str, found: str, allowed: Sequence[str]) -> LinkError:
    shown = ", ".join(allowed[:30]) + (" …" if len(allowed) > 30 else "")
    return LinkError(
        "link.code-unknown",
        mark('The link asks for {name} = "{found}", which does not exist here. Allowed: {allowed}.'),
        name=name,
        found=found,
        allowed=shown,
    )
