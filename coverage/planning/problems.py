"""What is wrong with the input of a plan: said with its row, before anything is solved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geodata.language import Language

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class InputProblem:
    """
    One problem of one input.

    Parameters
    ----------
    code
        Stable name, such as ``"point.loss-too-high"``.
    where
        Code of the point or hamlet, or name of the assumption or rule.
    file_name
        The upload that the row comes from; blank for assumptions and rules.
    row
        Row of that file, as spreadsheet programs number it; 0 where there is no row.
    template, values
        Marked English sentence with its fields: what was found, what is allowed, what to do.
    severity
        `ERROR`: nothing is solved with it; `WARNING`: it is solved with what the sentence says.
    """

    code: str
    where: str
    template: str
    values: Mapping[str, Any]
    file_name: str = ""
    row: int = 0
    severity: str = ERROR

    def sentence(self, language: Language) -> str:
        """Return what is wrong, without the place."""
        return language.say(self.template, **self.values)
