"""Issues: problems of rows as data, with their place, what was found, what is allowed and what to do."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from geodata.errors import mark
from geodata.language import Language

ERROR, WARNING, INFO = "error", "warning", "info"

SEVERITIES: Final = (ERROR, WARNING, INFO)
"""From the gravest on."""

SEVERITY_NAMES: Final = {ERROR: mark("error"), WARNING: mark("warning"), INFO: mark("remark")}


@dataclass(frozen=True)
class Issue:
    """
    One problem of an uploaded file.

    Parameters
    ----------
    code
        Stable name, such as ``"survey.commune-unknown"``.
    severity
        `ERROR` (the file cannot be accepted), `WARNING` or `INFO`.
    sheet, cell, column
        Where: sheet name, address such as ``"C14"``, column label as the file writes it.
    value
        What stood there, as text.
    template, values
        English sentence and what fills it: what is wrong, what is allowed, what to do.
    suggestion
        What was probably meant, where that can be said.
    """

    code: str
    severity: str
    sheet: str
    cell: str
    column: str
    value: str
    template: str
    values: dict[str, Any] = field(default_factory=dict)
    suggestion: str | None = None

    @property
    def rows(self) -> int:
        """How many rows it speaks of: one, but for the issues of ledgers."""
        return int(self.values.get("count", 1)) if self.code.startswith("ledger.") else 1

    def message(self, language: Language) -> str:
        """Return the whole sentence, with its place, in the user's language."""
        if self.code.startswith("ledger."):  # one issue for all rows that break a rule, with the first as examples
            sentence = language.say(self.template, **self.values)
            if not self.cell:
                return sentence
            first = language.say(mark('First rows, "{file}": {rows}.'), file=self.sheet, rows=self.cell)
            return f"{sentence} {first}" + (f" [{self.value}]" if self.value else "")
        place = language.say(mark('Sheet "{sheet}", {cell}'), sheet=self.sheet, cell=self.cell)
        return f"{place}: {language.say(self.template, **self.values)}"

    def to_json(self) -> str:
        """Return the issue as JSON text, from which `from_json` makes it again."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Issue:
        """Return the issue that `to_json` wrote."""
        return cls(**json.loads(text))

    def as_answer(self, language: Language) -> dict[str, Any]:
        """Return the issue as the command line's JSON shows it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "sheet": self.sheet,
            "cell": self.cell,
            "column": self.column,
            "value": self.value,
            "message": self.message(language),
            "suggestion": self.suggestion,
        }
