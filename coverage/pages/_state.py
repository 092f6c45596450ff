"""Every choice that a user makes: kept while pages change, and written into the address as stable codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from coverage.pages import _cache
from geodata.errors import PhuDienError, mark
from geodata.language import LANGUAGE_CODES, Language
from geodata.periods import Period
from geodata.units import COMPANY_CODE, PROVINCE

FIRST_PROVINCE = "89"
"""Province that a choice begins with while the page shows all of them: An Giang, where most remains."""

LANGUAGE, AREA, PERIOD, INDICATOR = "lang", "area", "period", "indicator"


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
    home, version
        Workspace and version of its data: the keys of all caches.
    """

    language: Language
    area: str
    period: str | None
    home: str
    version: str

    @property
    def area_name(self) -> str:
        """Name of the area."""
        return area_name(self.area, self.language)

    @property
    def period_name(self) -> str:
        """Name of the quarter."""
        return "" if self.period is None else self.language.period(Period.parse(self.period))


def area_name(code: str, language: Language) -> str:
    """Return what readers call an area."""
    if code == COMPANY_CODE:
        return language.say("EVNSPC: all 21 provinces")
    return str(_cache.workspace().units.find(code)["full_name"])


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
        provinces = workspace.units.by_code
        codes = [COMPANY_CODE, *provinces.index[provinces["level"] == PROVINCE]]
        area = choose(
            AREA,
            language.say("Area"),
            codes,
            default=COMPANY_CODE,
            show=lambda found: area_name(found, language),
        )
        period = None
        if periods:
            period = choose(
                PERIOD,
                language.say("Quarter"),
                periods,
                default=periods[0],
                show=lambda found: language.period(Period.parse(found)),
            )
    return Choices(language, area, period, home, version)


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
    index = list(options).index(str(code))
    if horizontal:
        chosen = st.radio(label, options, index=index, format_func=show, key=f"ask_{name}", horizontal=True)
    else:
        chosen = st.selectbox(label, options, index=index, format_func=show, key=f"ask_{name}")
    st.session_state[_kept(name)] = chosen
    st.query_params[name] = str(chosen)
    return str(chosen)


def keep(name: str, code: str) -> None:
    """Set a choice from code, such as a click on the map; it shows from the next run on."""
    st.session_state[_kept(name)] = code
    st.session_state.pop(f"ask_{name}", None)
    st.query_params[name] = code


def choose_province(choices: Choices, *, key: str) -> str:
    """Ask for a province, beginning with the page's area; `key` tells places apart."""
    units = _cache.workspace().units
    provinces = list(units.provinces.index)
    first = choices.area if choices.area in provinces else FIRST_PROVINCE
    # The key holds the area, so that a change of area in the side bar is followed here.
    return str(
        st.selectbox(
            choices.language.say("Province"),
            provinces,
            index=provinces.index(first),
            format_func=lambda code: area_name(code, choices.language),
            key=f"{key}_{choices.area}",
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
