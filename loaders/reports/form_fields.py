"""The fields that an office's form (biểu mẫu) may name, as ``form_fields.csv`` lists them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

import pandas as pd
from rapidfuzz import process

from geodata.errors import mark
from geodata.language import Language

REPORT: Final = "report"
"""Scope of the fields of which a report has one; the others have one a row."""

SCOPES_VI: Final = {
    "commune": "xa",
    "district": "huyen",
    "organisation": "to_chuc",
    "takeover": "tiep_nhan",
    "work": "cong_trinh",
    "hamlet": "ap",
    "point": "diem",
}
"""What may be repeated in a form, row by row: its name in markers, in English and in Vietnamese."""

SCOPE_NAMES: Final = {
    REPORT: mark("the report"),
    "commune": mark("communes"),
    "district": mark("districts"),
    "organisation": mark("organisations that buy in bulk"),
    "takeover": mark("organisations taken over in the quarter"),
    "work": mark("works of Programme 2081"),
    "hamlet": mark("hamlets without the grid"),
    "point": mark("bulk-purchase points"),
}

BY_HAND: Final = "hand"
_LEAST_LIKE: Final = 70


@dataclass(frozen=True)
class FormField:
    """
    One field.

    Parameters
    ----------
    scope
        `REPORT`, or what has one a row: a key of `SCOPES_VI`.
    key, names_vi
        Its name in English, and those in Vietnamese, without the scope.
    kind
        ``text``, ``count``, ``number``, ``share`` (0 to 1) or ``date``.
    source
        ``store`` for what the report fills in, `BY_HAND` for what the store does not hold.
    """

    scope: str
    key: str
    names_vi: tuple[str, ...]
    kind: str
    source: str
    meaning_vi: str
    meaning_en: str

    @property
    def names(self) -> tuple[str, ...]:
        """Every name by which a form may call it, scope and all; the English one first."""
        if self.scope == REPORT:
            return (self.key, *self.names_vi)
        vietnamese = (f"{SCOPES_VI[self.scope]}.{name}" for name in self.names_vi)
        return (f"{self.scope}.{self.key}", *vietnamese)

    def name(self, language: Language) -> str:
        """Return the name that readers of a language use."""
        return self.names[0 if language.code == "en" else 1]

    def meaning(self, language: Language) -> str:
        """Return what it is."""
        return self.meaning_en if language.code == "en" else self.meaning_vi


class FormFields:
    """All fields, sought by the names that forms use; letter case does not matter."""

    def __init__(self, fields: Iterable[FormField]) -> None:
        self.all = tuple(fields)
        self._by_name = {name: field for field in self.all for name in field.names}

    def find(self, name: str) -> FormField | None:
        """Return the field of a name; None where there is none."""
        return self._by_name.get(name.strip().lower())

    def nearest(self, name: str, *, least: int = _LEAST_LIKE) -> str | None:
        """Return the known name that is most like another one; None where none is."""
        found = process.extractOne(name.strip().lower(), list(self._by_name), score_cutoff=least)
        return None if found is None else str(found[0])


@lru_cache(maxsize=1)
def load_form_fields() -> FormFields:
    """Return the fields that are shipped."""
    with files("loaders.reference").joinpath("form_fields.csv").open("rb") as stream:
        table = pd.read_csv(stream, dtype="str", keep_default_na=False)
    return FormFields(
        FormField(
            scope=row["scope"],
            key=row["key"],
            names_vi=tuple(row["names_vi"].split("|")),
            kind=row["kind"],
            source=row["source"],
            meaning_vi=row["meaning_vi"],
            meaning_en=row["meaning_en"],
        )
        for row in table.to_dict("records")
    )
