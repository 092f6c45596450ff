"""Survey templates: which columns a survey has, how they are headed, what they mean. Each is data in a file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from geodata.errors import FileError, mark
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
        ``code``, ``name``, ``period``, ``count``, ``amount``, ``share``, ``date``, ``coordinate``, ``choice``,
        ``text``, or ``check`` for a column of the form that is not read.
    header_vi, header_en
        How the form heads it.
    aliases
        Other ways in which offices head it.
    help_vi, help_en
        What to write there.
    is_required
        Whether every row must fill it.
    is_past
        For a date: whether it cannot be a day to come.
    unit
        Unit of an amount, such as ``km``; others are converted (``amount_units.toml``).
    choices
        For a choice: each value with the other ways in which offices write it. A template may take them from a shipped
        table instead: ``choices_from = "company_table"``, the indicators of the company's table.
    """

    key: str
    kind: str
    header_vi: str
    header_en: str
    aliases: tuple[str, ...]
    help_vi: str
    help_en: str
    is_required: bool = False
    is_past: bool = False
    unit: str = ""
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()

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


@dataclass(frozen=True, eq=False)  # told apart by identity: it is the key of caches that are asked for every row
class SurveyTemplate:
    """
    A survey: its columns in the order of the form.

    Parameters
    ----------
    rows
        What one row is: ``figures`` of a commune and quarter, ``households``, ``bulk_points``, ``hamlets``, ``works``,
        ``company_returns``, ``ledger``.
    key
        Columns that tell one row from another, for rows that are not figures.
    """

    id: str
    rows: str
    version: int
    title_vi: str
    title_en: str
    columns: tuple[TemplateColumn, ...]
    key: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    """Columns beside the key whose value belongs to one row only, such as a meter's number."""
    not_above: tuple[tuple[str, str], ...] = ()
    """Pairs of columns: the first is a part of the second, and never more."""
    part_labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Labels that say which part of a whole a column is, under the label of the whole: measure, its labels."""
    filler_labels: tuple[str, ...] = ()
    """Labels between a whole and its parts that say nothing: "Trong đó"."""
    deciding_words: tuple[str, ...] = ()
    """Words that two labels must share to be taken for each other: "chưa" makes the opposite of a label."""
    known_by: tuple[str, ...] = ()
    """Columns by which a table is known, for lists that report nothing but places; else `figure_keys` says it."""
    reported_by: tuple[str, ...] = ()
    """Columns of which a row fills one at least; one that fills none was not reported. Blank: any two of its values."""

    @cached_property
    def has_places(self) -> bool:
        """Whether each row is of a commune; the company's returns are of the whole company."""
        return any(column.key in ("commune_code", "commune_name") for column in self.columns)

    def column(self, key: str) -> TemplateColumn:
        """Return the column with this key; raise `KeyError` where the template has none."""
        return {column.key: column for column in self.columns}[key]

    @cached_property
    def figure_keys(self) -> tuple[str, ...]:
        """Columns by which a table of this survey is known: what its rows report, not where or when."""
        if self.known_by:
            return self.known_by
        beside = ("name", "code", "period", "check") if self.rows == FIGURES else ("name", "code", "check")
        return tuple(c.key for c in self.columns if c.kind not in beside and c.key != "note")

    def title(self, language: Language) -> str:
        """Return the title in a language."""
        return self.title_vi if language.code == "vi" else self.title_en


SHIPPED: Final = (
    "commune_survey",
    "household_survey",
    "bulk_point_survey",
    "hamlet_survey",
    "works_progress",
    "company_return",
)
FIGURES: Final = "figures"
COMMUNE_LIST: Final = "commune_list"
"""Template of an organisation's own commune list. It is no survey: it has no form, and its rows no known place."""
COMPANY_RETURNS: Final = "company_returns"
"""What the rows of the company's returns are: indicators of the whole company."""
LEDGER: Final = "ledger"
"""What the rows of a household ledger are; it is imported by ``phudien ledger import``, not uploaded."""


@lru_cache(maxsize=8)
def load_template(name: str) -> SurveyTemplate:
    """Return a shipped template, one of `SHIPPED`."""
    # Through the outer package: importing loaders.reference takes geopandas along.
    text = files("loaders").joinpath("reference", "templates", f"{name}.toml").read_text(encoding="utf-8")
    return read_template(text, file_name=f"{name}.toml")


def load_office_templates(folder: Path) -> list[SurveyTemplate]:
    """Return the templates that an office has added as files (.toml) in a folder; none where there is no folder."""
    found = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    return [read_template(path.read_text(encoding="utf-8"), file_name=path.name) for path in found]


def read_template(text: str, *, file_name: str) -> SurveyTemplate:
    """
    Return the template of a .toml file.

    Raises
    ------
    FileError
        If it is no template; the message says what is missing or unknown.
    """
    try:
        return _template(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise FileError(
            "template.unreadable",
            mark(
                'The template "{file}" cannot be read: {reason}. Copy a shipped template (commune_survey.toml) and '
                "change that."
            ),
            file=file_name,
            reason=str(error),
        ) from error


def _template(values: dict[str, Any]) -> SurveyTemplate:
    columns = (
        TemplateColumn(
            **{
                **column,
                "aliases": tuple(column["aliases"]),
                "choices": tuple((key, tuple(names)) for key, names in column.get("choices", {}).items()),
            }
        )
        for column in map(_with_choices, values.pop("columns"))
    )
    parts = tuple((key, tuple(labels)) for key, labels in values.pop("part_labels", {}).items())
    return SurveyTemplate(
        id=values["id"],
        rows=values.get("rows", FIGURES),
        key=tuple(values.get("key", ())),
        unique=tuple(values.get("unique", ())),
        not_above=tuple((part, whole) for part, whole in values.get("not_above", ())),
        version=values["version"],
        title_vi=values["title_vi"],
        title_en=values["title_en"],
        columns=tuple(columns),
        part_labels=parts,
        filler_labels=tuple(values.get("filler_labels", ())),
        deciding_words=tuple(values.get("deciding_words", ())),
        known_by=tuple(values.get("known_by", ())),
        reported_by=tuple(values.get("reported_by", ())),
    )


def _with_choices(column: dict[str, Any]) -> dict[str, Any]:
    """Return a column with the choices of the table that it names."""
    if "choices_from" not in column:
        return column
    known = {"company_table": _indicators_of_company}
    choices = known[column["choices_from"]]()
    return {name: value for name, value in column.items() if name != "choices_from"} | {"choices": choices}


def _indicators_of_company() -> dict[str, tuple[str, ...]]:
    from loaders.reference import tables  # it takes geopandas along, which reading a template must not

    found = tables.load_indicator_table().dropna(subset="table_section")
    titles = zip(found["title_vi"], found["title_en"], strict=True)
    return dict(zip(found["name"], titles, strict=True))
