"""A reconciliation as readers see it: rows with names, reasons as sentences, in their language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd

from geodata.errors import mark
from geodata.language import Language
from geodata.reconciliation import Reconciliation
from geodata.reconciliation_reasons import DOUBTFUL, EXTRA, MATCHED, MISSING, STATUS_NAMES, sentence_of
from geodata.units import Units

_STRONG: Final = 0.95
_FAIR: Final = 0.8


@dataclass(frozen=True)
class ListFacts:
    """
    What a reader must know of an own list.

    Parameters
    ----------
    organisation
        Whose list it is.
    day
        Day of the official list that it was held against.
    file_name, user, uploaded_on
        The file, who gave it, and when.
    version
        Version of the data that the reconciliation is of.
    """

    organisation: str
    day: date
    file_name: str
    user: str
    uploaded_on: date
    version: str


def listing(table: pd.DataFrame, units: Units, language: Language) -> pd.DataFrame:
    """
    Return rows of a reconciliation with the names of their units and their reasons as sentences.

    Parameters
    ----------
    table
        Rows of `Reconciliation.table`.

    Returns
    -------
    rows
        With the index of `table`; columns headed in the language, all of them texts.
    """
    say, listed = language.say, units.by_code
    names, parents = listed["full_name"], listed["district_code"]
    official = table["unit_code"].where(table["unit_code"] != "", None)
    districts, provinces = official.map(parents).map(names), official.map(listed["province_code"]).map(names)
    columns = {
        say("Status"): [say(STATUS_NAMES[status]) for status in table["status"]],
        say("Row"): ["" if pd.isna(row) else str(row) for row in table["row"]],
        say("Own name"): [f"{kind} {name}".strip() for kind, name in zip(table["kind"], table["name"], strict=True)],
        say("District as written"): table["district_name"],
        say("Reason"): [
            sentence_of(reason, values, language)
            for reason, values in zip(table["reason"], table["values"], strict=True)
        ],
        say("Suggestion"): [
            suggestion_of(row, units, language) for row in table[["suggested_code", "suggested_row"]].itertuples()
        ],
        say("Official code"): table["unit_code"],
        say("Official name"): official.map(names),
        say("District"): districts,
        say("Province"): provinces,
        say("Evidence"): [
            "" if status == MISSING else say(_strength(confidence))
            for status, confidence in zip(table["status"], table["confidence"], strict=True)
        ],
        say("Own code"): table["own_code"],
        say("GSO code as written"): table["gso_code"],
        say("Province as written"): table["province_name"],
        say("Sheet"): table["sheet"],
    }
    return pd.DataFrame(columns, index=table.index).fillna("").astype("str")


def balance_of(result: Reconciliation, language: Language) -> tuple[str, str, str]:
    """Return how the two books add up, in sentences: nothing of either is left over."""
    say, counts = language.say, result.counts
    return (
        say(
            "Own list: {entries} entries = {matched} matched + {doubtful} doubtful + {extra} not in the official list.",
            entries=result.entries,
            matched=counts[MATCHED],
            doubtful=counts[DOUBTFUL],
            extra=counts[EXTRA],
        ),
        say(
            "Official list: {official} communes = {matched} matched + {missing} missing from the own list.",
            official=result.official,
            matched=counts[MATCHED],
            missing=counts[MISSING],
        ),
        say(
            "Difference: {difference} = {doubtful} doubtful + {extra} not in the official list − {missing} missing.",
            difference=result.entries - result.official,
            doubtful=counts[DOUBTFUL],
            extra=counts[EXTRA],
            missing=counts[MISSING],
        ),
    )


def _strength(confidence: float) -> str:
    """Name the strength of evidence in words: its numbers only order reasons, and are no probabilities."""
    if confidence >= _STRONG:
        return mark("strong")
    return mark("fair") if confidence >= _FAIR else mark("weak") if confidence else mark("none")


def suggestion_of(row: Any, units: Units, language: Language) -> str:
    """Return what an entry most probably is or belongs to; empty where nothing is suggested."""
    code, holder = str(row.suggested_code), str(row.suggested_row)
    if not code:
        return ""
    unit = units.by_code.loc[code]
    parent = unit["parent_code"]
    shown = f"{unit['full_name']} ({code}, {units.by_code['full_name'][parent]})"
    if holder:
        return language.say("{unit}, which is row {row} already", unit=shown, row=holder)
    return shown


def without_blank(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a listing without the columns that say nothing in any of its rows."""
    return rows.loc[:, (rows != "").any()]
