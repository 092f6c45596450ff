"""The returns that offices exchange, shipped as forms: laid out from a description, with fields where figures go."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from geodata.errors import PhuDienError, mark
from geodata.language import Language
from loaders.reports.form_fields import load_form_fields
from loaders.reports.sheet_style import COUNT, SHARE, StyledBook

_PARTS: Final = ("all", "urban", "rural")
_FORMATS: Final = {"count": COUNT, "share": SHARE, "date": "dd/mm/yyyy", "number": "#,##0.##"}
_LABEL_COLUMN: Final = 1
_MADE: Final = datetime(2021, 1, 1)  # noqa: DTZ001 - a form has no moment; the same one gives the same bytes


@dataclass(frozen=True)
class ReturnForm:
    """
    One return.

    Parameters
    ----------
    id
        Name of its file in ``loaders/reference/forms/``, which the command line takes.
    data
        Its description, as ``forms/README.md`` explains it.
    """

    id: str
    data: dict[str, Any]

    def title(self, language: Language) -> str:
        """Return what it is called."""
        return str(self.data[f"title_{language.code}"])


@lru_cache(maxsize=1)
def load_return_forms() -> dict[str, ReturnForm]:
    """Return the forms that are shipped, by their ids."""
    found = []
    for entry in files("loaders.reference").joinpath("forms").iterdir():
        if entry.name.endswith(".toml"):
            found.append(ReturnForm(entry.name.removesuffix(".toml"), tomllib.loads(entry.read_text(encoding="utf-8"))))
    return {form.id: form for form in sorted(found, key=lambda form: int(form.data["order"]))}


def return_form(form_id: str) -> ReturnForm:
    """Return a shipped form; raise `PhuDienError` where there is none of that name."""
    known = load_return_forms()
    if form_id not in known:
        raise PhuDienError(
            "call.form-unknown",
            mark('There is no form "{found}". Forms: {allowed}.'),
            found=form_id,
            allowed=", ".join(known),
        )
    return known[form_id]


def write_return_form(form: ReturnForm, language: Language) -> bytes:
    """Return a form as .xlsx with its fields unfilled, their names in the language; for `form_filling.fill_form`."""
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(buffer, options)
    workbook.set_properties({"title": form.title(language), "author": "Phủ Điện", "created": _MADE})
    _Writing(StyledBook(workbook, language), form).write()
    workbook.close()
    return buffer.getvalue()


class _Writing:
    """A form while it is laid out."""

    def __init__(self, book: StyledBook, form: ReturnForm) -> None:
        self._book, self._form = book, form
        self._language, self._say = book.language, book.language.say
        say = self._say
        self._sheet = book.add_page(say("Return"), left=form.title(self._language), centre=form.id)

    def _field(self, name: str) -> str:
        """Return a field as a form writes it, by its English name with its scope."""
        found = load_form_fields().find(name)
        assert found is not None, name
        return f"{{{{{found.name(self._language)}}}}}"

    def _said(self, data: dict[str, Any], key: str) -> str:
        return str(data[f"{key}_{self._language.code}"])

    def write(self) -> None:
        book, form = self._book, self._form
        tables = form.data["tables"]
        widest: list[dict[str, Any]] = max((list(table["columns"]) for table in tables), key=len)
        for column, entry in enumerate(widest):
            self._sheet.set_column(column, column, entry["width"])
        self._write_head()
        row = self._write_lines(6)
        for table in tables:
            row = self._write_table(row + 1, table)
        self._write_signatures(row + 1)
        say = self._say
        version = say("Data version {version}.", version=self._field("data_version"))
        self._sheet.write_string(row + 6, 0, version, book.format(italic=True, font_size=9))

    def _write_head(self) -> None:
        say, book = self._say, self._book
        self._sheet.write_string(0, 0, say("SOUTHERN POWER CORPORATION"), book.format())
        self._sheet.write_string(1, 0, self._field("company_name"), book.format(bold=True))
        self._sheet.write_string(3, 0, self._form.title(self._language).upper(), book.format(bold=True, font_size=14))
        about = say(
            "Month {month} of {year}; figures as at {day}; {province}",
            month=self._field("month"),
            year=self._field("year"),
            day=self._field("last_day"),
            province=self._field("province_name"),
        )
        self._sheet.write_string(4, 0, about, book.format(italic=True))
        to = say("To: {recipient}", recipient=self._said(self._form.data, "recipient"))
        self._sheet.write_string(5, 0, to, book.format())

    def _write_lines(self, row: int) -> int:
        say, book, lines = self._say, self._book, self._form.data["lines"]
        parts = [part for part in _PARTS if any(part in line for line in lines)]
        names = {"all": say("All"), "urban": say("Urban"), "rural": say("Rural")}
        row += 1
        labels = (say("No."), say("Figure"), *(names[part] for part in parts))
        book.write_header(self._sheet, row, labels, height=22)
        text, centred = book.format(border=1, text_wrap=True), book.format(border=1, align="center")
        for number, line in enumerate(lines, start=1):
            row += 1
            label = self._said(line, "label")
            self._sheet.write_string(row, 0, str(number), centred)
            self._sheet.write_string(row, _LABEL_COLUMN, label, text)
            for column, part in enumerate(parts, start=2):
                if part in line:
                    self._write_field(row, column, line[part])
                else:
                    self._sheet.write_blank(row, column, None, book.format(border=1, bg_color="#eeeeee"))
            if len(label) > 34:
                self._sheet.set_row(row, 15 * (1 + len(label) // 34))
        return row + 1

    def _write_field(self, row: int, column: int, name: str) -> None:
        found = load_form_fields().find(name)
        assert found is not None, name
        properties: dict[str, Any] = {"border": 1, "text_wrap": True}
        if found.key == "no":
            properties["align"] = "center"
        elif found.kind in _FORMATS:
            properties["num_format"] = _FORMATS[found.kind]
        self._sheet.write_string(row, column, self._field(name), self._book.format(**properties))

    def _write_table(self, row: int, table: dict[str, Any]) -> int:
        say, book, columns = self._say, self._book, table["columns"]
        self._sheet.write_string(row, 0, self._said(table, "title"), book.format(bold=True, font_size=12))
        book.write_header(self._sheet, row + 1, [self._said(column, "label") for column in columns], height=62)
        self._sheet.repeat_rows(row + 1)
        bold = book.format(bold=True, border=1)
        total = row + 3
        for place, column in enumerate(columns):
            self._write_field(row + 2, place, f"{table['scope']}.{column['field']}")
            if column.get("sum"):
                letter = xlsxwriter.utility.xl_col_to_name(place)
                kind = _FORMATS["number" if column["field"].endswith(("_km", "_vnd")) else "count"]
                style = book.format(bold=True, border=1, num_format=kind)
                # A column that is filled in by hand has no sum until something stands in it.
                cells = f"{letter}{row + 3}:{letter}{row + 3}"
                self._sheet.write_formula(total, place, f'=IF(COUNT({cells})=0,"",SUM({cells}))', style, "")
            else:
                self._sheet.write_blank(total, place, None, bold)
        self._sheet.write_string(total, _LABEL_COLUMN, say("Total"), bold)
        return total + 1

    def _write_signatures(self, row: int) -> None:
        say, bold = self._say, self._book.format(bold=True)
        for column, role in ((_LABEL_COLUMN, say("Prepared by")), (4, say("DIRECTOR"))):
            self._sheet.write_string(row, column, role, bold)
            self._sheet.write_string(row + 1, column, say("(signature, full name)"), self._book.format(italic=True))
