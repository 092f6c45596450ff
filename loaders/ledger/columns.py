"""Which column of a ledger holds what: by alias, by likeness, or as named on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geodata.errors import FileError, mark
from loaders.ledger.plan import LedgerColumns
from loaders.survey.columns import match_columns
from loaders.survey.templates import SurveyTemplate


def find_columns(
    labels: Sequence[str], template: SurveyTemplate, chosen: Mapping[str, str] | None = None, *, file_name: str
) -> LedgerColumns:
    """
    Return the columns of a ledger.

    Parameters
    ----------
    labels
        Names of the file's columns.
    chosen
        Key of a template's column → name of the file's column, as the user states it; before all aliases.

    Raises
    ------
    FileError
        If a chosen column does not exist, a needed one is not found, or the file has neither places nor coordinates.
    """
    chosen = dict(chosen or {})
    keys = [column.key for column in template.columns]
    for key, label in chosen.items():
        if key not in keys or label not in labels:
            raise FileError(
                "ledger.column-unknown",
                mark(
                    '"{key}={label}" names no column: the ledger has the columns {labels}, and what they hold is one '
                    "of {keys}."
                ),
                key=key,
                label=label,
                labels=", ".join(labels),
                keys=", ".join(keys),
            )
    found = {column.key: column.label for column in match_columns([(label,) for label in labels], template)}
    # A column that was chosen for one thing, or is called so, is not taken for another beside it.
    sure = {key: key for key in keys if key in labels and key not in chosen.values()} | chosen
    named = {key: label for key, label in found.items() if label not in sure.values()} | sure
    columns = LedgerColumns(tuple((key, named[key]) for key in keys if key in named))
    _require(columns, template, labels, file_name)
    return columns


def _require(columns: LedgerColumns, template: SurveyTemplate, labels: Sequence[str], file_name: str) -> None:
    missing = [c.header_vi for c in template.columns if c.is_required and columns.get(c.key) is None]
    if not columns.has_points and not {"commune_code", "commune_name"} & set(columns.places):
        missing.append(f"{template.column('commune_code').header_vi} / {template.column('lon').header_vi}")
    if missing:
        raise FileError(
            "ledger.column-missing",
            mark(
                '"{file}" has no column that is understood as {missing}. Its columns: {labels}. Name them with '
                "--columns, such as --columns household_code=MA_KHANG."
            ),
            file=file_name,
            missing=", ".join(missing),
            labels=", ".join(labels),
        )
