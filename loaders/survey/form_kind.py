"""Which survey a form of the product is for: the hidden sheet that holds its lists names its template."""

from __future__ import annotations

import re
from typing import Final

from geodata.errors import FileError, mark
from loaders.survey.templates import SHIPPED, SurveyTemplate, load_template
from loaders.workbook.cells import Sheet, cell_text

OTHER_KIND: Final = "survey.form-of-another"
_NAMED: Final = re.compile(r"(\w+) v\d+")


def find_kind(sheets: list[Sheet]) -> str | None:
    """Return the shipped template that a workbook says it is the form of; None where it says none."""
    for sheet in (sheet for sheet in sheets if not sheet.is_visible):
        cells = [cell_text(value) for value in next(sheet.rows(), [])]
        for place, text in enumerate(cells[:-1]):
            named = _NAMED.fullmatch(cells[place + 1]) if text == "template" else None
            if named and named[1] in SHIPPED:
                return named[1]
    return None


def require_kind(sheets: list[Sheet], template: SurveyTemplate, *, file_name: str) -> None:
    """
    Refuse the form of one survey that is read as another; an office's own templates read whatever they are given.

    Raises
    ------
    FileError
        With the template of the form as its value ``kind``.
    """
    named = find_kind(sheets) if template.id in SHIPPED else None
    if named is None or named == template.id:
        return
    kind = load_template(named)
    raise FileError(
        OTHER_KIND,
        mark(
            '"{file}" is the form "{title_vi}" ({title_en}), but it is read as another survey. Choose that kind of '
            "survey on the page, or on the command line: --template {kind}."
        ),
        file=file_name,
        title_vi=kind.title_vi,
        title_en=kind.title_en,
        kind=named,
    )
