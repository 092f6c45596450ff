"""Survey templates: which columns a survey has, how they are headed, what they mean. Each is data in a file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from geodata.language import Language


@dataclass(frozen=True)
class TemplateColumn:
    """
    One column of a survey.

    Parameters
    ----------
    key
        What the column holds: a measure of `geodata.tables.MEASURES`, a part of the key, ``note`` or ``check``.
    kind
        ``code``, ``name``, ``period``, ``count``, ``text``, or ``check`` for a
        column of the form that is not read.
    header_vi, header_en
        How the form heads it.
    aliases
        Other ways in which offices head it.
    help_vi, help_en
        What to write there.
    is_required
        Whether every row must fill it.
    """

    key: str
    kind: str
    header_vi: str
    header_en: str
    aliases: tuple[str, ...]
    help_vi: str
    help_en: str
    is_required: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every heading by which the column is recognised."""
        return (self.header_vi, self.header_en, *self.aliases)

    def header(self, language: Language) -> str:
        """Return the heading in a language."""
        return self.header_vi if language.code == "vi" else self.header_en

    def help(self, language: Language) -> str:
        """Return what to write in the column, in a language."""
        return self.help_vi if language.code == "vi" else self.help_en


@dataclass(frozen=True)
class SurveyTemplate:
    """A survey: its columns in the order of the form."""

    id: str
    version: int
    title_vi: str
    title_en: str
    columns: tuple[TemplateColumn, ...]
    part_labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Labels that say which part of a whole a column is, under the label of the whole: measure, its labels."""
    filler_labels: tuple[str, ...] = ()
    """Labels between a whole and its parts that say nothing: "Trong đó"."""
    deciding_words: tuple[str, ...] = ()
    """Words that two labels must share to be taken for each other: "chưa" makes the opposite of a label."""

    def column(self, key: str) -> TemplateColumn:
        """Return the column with this key; raise `KeyError` where the template has none."""
        return {column.key: column for column in self.columns}[key]

    def title(self, language: Language) -> str:
        """Return the title in a language."""
        return self.title_vi if language.code == "vi" else self.title_en


@lru_cache(maxsize=8)
def load_template(name: str) -> SurveyTemplate:
    """Return a shipped template, such as ``"commune_survey"``."""
    text = files("loaders.reference").joinpath("templates", f"{name}.toml").read_text(encoding="utf-8")
    values = tomllib.loads(text)
    columns = (TemplateColumn(**{**column, "aliases": tuple(column["aliases"])}) for column in values.pop("columns"))
    parts = tuple((key, tuple(labels)) for key, labels in values.pop("part_labels", {}).items())
    return SurveyTemplate(
        id=values["id"],
        version=values["version"],
        title_vi=values["title_vi"],
        title_en=values["title_en"],
        columns=tuple(columns),
        part_labels=parts,
        filler_labels=tuple(values.get("filler_labels", ())),
        deciding_words=tuple(values.get("deciding_words", ())),
    )
