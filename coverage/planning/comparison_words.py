"""A comparison of scenarios in words: titles, and values as the reader's language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pandas as pd

from coverage.planning.candidates import CONNECTION, TAKEOVER
from coverage.planning.comparison import ASSUMPTION, NAMES, PART_NAMES, Comparison
from coverage.planning.plan_report import KIND_NAMES
from coverage.planning.plan_sentences import LEVEL_NAMES, STATUS_SENTENCES
from geodata.errors import mark
from geodata.language import Language

WHOLE_FROM: Final = 1e5
"""Numbers from here on are told without decimals."""

MEASURE_NAMES: Final = {
    "households": mark("Households that gain"),
    "cost_vnd": mark("Cost, VND"),
    "households_remaining": mark("Households that remain"),
}


def told_differs(found: Comparison, language: Language, *, places: Mapping[str, str] | None = None) -> pd.DataFrame:
    """
    Return what differs: what it is about, what it is called, and its text in each scenario, by `id`.

    Parameters
    ----------
    places
        Names of areas by code; codes stand for those that are not among them.
    """
    say = language.say
    titles = {name: one.title for scenario in found.scenarios for name, one in scenario.assumptions.items()}
    about, what = say("About"), say("What")
    rows = []
    for part, name, *values in found.differs.itertuples(index=False):
        title = titles[name].text(language) if part == ASSUMPTION else say(NAMES[name])
        texts = (value_text(name, _named(name, value, places or {}), language) for value in values)
        rows.append((say(PART_NAMES[part]), title, *texts))
    return pd.DataFrame(rows, columns=pd.Index([about, what, *found.ids]))


def _named(name: str, value: Any, places: Mapping[str, str]) -> Any:
    """Return a value with the names of the areas that its codes stand for; districts' targets have a year behind."""
    if name == "areas" and isinstance(value, str):
        return ", ".join(places.get(code, code) for code in value.split(", "))
    if name in _BY_AREA and isinstance(value, Mapping):
        parts = [(str(key).partition(" "), one) for key, one in value.items()]
        return {f"{places.get(code, code)}{space}{rest}": one for (code, space, rest), one in parts}
    return value


def told_follows(found: Comparison, language: Language) -> pd.DataFrame:
    """Return what follows: what it is called, and its text in each scenario."""
    rows = [
        (language.say(NAMES[name]), *(value_text(name, value, language) for value in values))
        for name, *values in found.follows.itertuples(index=False)
    ]
    return pd.DataFrame(rows, columns=pd.Index([language.say("What"), *found.ids]))


def told_by_year(found: Comparison, language: Language) -> pd.DataFrame:
    """Return what each year does, costs and leaves: year, measure, and its text in each scenario."""
    rows = [
        (str(year), language.say(MEASURE_NAMES[measure]), *(value_text(measure, value, language) for value in values))
        for year, measure, *values in found.by_year.itertuples(index=False)
    ]
    return pd.DataFrame(rows, columns=pd.Index([language.say("Year"), language.say("What"), *found.ids]))


def told_moved(found: Comparison, language: Language) -> pd.DataFrame:
    """Return the points and hamlets that are not done in the same year in all, with the year in each."""
    say = language.say
    table = found.moved
    columns = {
        say("Code"): table["candidate_code"].astype("str"),
        say("Name"): table["name"].astype("str"),
        say("Households"): table["households"].map(lambda n: language.count(int(n))),
        **{one: table[one].map(lambda year: value_text("year", year, language)) for one in found.ids},
    }
    return pd.DataFrame(columns)


def value_text(name: str, value: Any, language: Language) -> str:
    """
    Return a value of a comparison as its reader writes it; a dash where there is none.

    Parameters
    ----------
    name
        Of the row, as `Comparison` has it.
    """
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {value_text('', one, language)}" for key, one in value.items()) or "–"
    if value is None or pd.isna(value) or value == "":
        return "–"
    if isinstance(value, bool | np.bool_):
        return language.say("yes") if value else language.say("no")
    words = _WORDS.get(name, {})
    if value in words:
        template = words[value]
        return language.say(template)
    if name in ("year", "first_year"):
        return str(int(value))
    if isinstance(value, float | np.floating) and not float(value).is_integer():
        return _decimal(float(value), language)
    return language.count(int(value)) if isinstance(value, int | float | np.number) else str(value)


def _decimal(value: float, language: Language) -> str:
    exact = Decimal(f"{value:.6g}") if abs(value) < WHOLE_FROM else Decimal(f"{value:.0f}")
    return language.decimal(exact, decimals=max(0, -int(exact.normalize().as_tuple().exponent)))


_BY_AREA: Final = ("crews", "least_households", "area_targets")
"""Rows whose values are told by area."""

_WORDS: Final[dict[str, Mapping[Any, str]]] = {
    "status": STATUS_SENTENCES,
    "level": LEVEL_NAMES,
    "kinds": {
        TAKEOVER: KIND_NAMES[TAKEOVER],
        CONNECTION: KIND_NAMES[CONNECTION],
        f"{TAKEOVER}, {CONNECTION}": mark("take-overs and connections"),
    },
}
