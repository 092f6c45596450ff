"""An organisation's own commune list: any workbook → its entries as written, whether their places are known or not."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from geodata.errors import FileError, mark
from geodata.name_keys import split_type_word
from geodata.names import NameIndex
from geodata.own_lists import ENTRY_COLUMNS
from geodata.units import Units
from loaders.survey.issues import INFO, Issue
from loaders.survey.labels import total_of, without_numbering
from loaders.survey.log import SurveyLog
from loaders.survey.places import PlaceTyped, RowPlaces
from loaders.survey.provinces import is_province
from loaders.survey.tables import ChosenColumns, TableFound, TableRead, TableReader
from loaders.survey.templates import COMMUNE_LIST, SurveyTemplate, load_template
from loaders.workbook.cells import Row, Sheet
from loaders.workbook.reader import read_workbook

_COMMUNE_KINDS: Final = frozenset({"xa", "phuong", "thi-tran"})
_GSO_DIGITS: Final = 5
_COMPANY_OF_PROVINCE: Final = re.compile(r"(?:công\s+ty\s+(?:tnhh\s+mtv\s+)?điện\s+lực|ctđl|pc)\s+", re.IGNORECASE)
_COMPANY: Final = re.compile(rf"(?:{_COMPANY_OF_PROVINCE.pattern}|điện\s+lực\s+)(?=\S)", re.IGNORECASE)
MOST_ENTRIES: Final = 20_000
"""Entries of a list at most; the whole country had 11,162 communes in 2019. More is another kind of file."""

_LEAST_CODES_KNOWN: Final = 0.5
"""Share of its codes that a column must have in common with the official lists to be read as one of them."""


@dataclass(frozen=True)
class CommuneListReading:
    """
    What an own commune list was understood to say.

    Parameters
    ----------
    tables
        The tables that were read.
    entries
        Columns `own_lists.ENTRY_COLUMNS`, in the order of the file.
    issues
        Rows that were left out, and what else a reader should know.
    """

    tables: tuple[TableRead, ...]
    entries: pd.DataFrame
    issues: tuple[Issue, ...]

    @property
    def sheets(self) -> str:
        """Names of the sheets that were read."""
        return ", ".join(dict.fromkeys(table.sheet for table in self.tables))


def read_commune_list(
    content: bytes,
    *,
    file_name: str,
    units: Units,
    names: NameIndex,
    chosen_columns: ChosenColumns | None = None,
) -> CommuneListReading:
    """
    Return the entries of an own commune list.

    Districts and provinces may stand once above their communes, in a column or in rows of their own. Totals,
    headings and notes are no entries.

    Parameters
    ----------
    units, names
        A list with districts, by which headings and codes are recognised; entries need not be in it.

    Raises
    ------
    FileError
        If the file cannot be read, no sheet has a header that can be recognised, or no entry stands below it.
    """
    template = load_template(COMMUNE_LIST)
    sheets = read_workbook(content, file_name=file_name)
    reader = TableReader(template, names, chosen_columns=chosen_columns)
    rows: list[dict[str, Any]] = []
    tables: list[TableRead] = []
    issues: list[Issue] = []
    for sheet in (sheet for sheet in sheets if sheet.is_visible):
        for table, lines in reader.read(sheet):
            entries = _ListRows(table, units, names)
            found = list(itertools.islice(entries.read(lines), MOST_ENTRIES + 1))
            rows += found
            if len(rows) > MOST_ENTRIES:
                raise _too_long(file_name)
            tables.append(TableRead.of(table, len(found)))
            issues += entries.log.issues
    if not tables:
        raise _header_missing(sheets, template, file_name)
    if not rows:
        raise FileError(
            "commune-list.empty",
            mark('"{file}" has a header, but no commune below it. Write at least one.'),
            file=file_name,
        )
    entries_read = pd.DataFrame(rows, columns=pd.Index(ENTRY_COLUMNS)).astype({"row": "int64"})
    return CommuneListReading(tuple(tables), _with_own_codes(entries_read, units, names), tuple(issues))


class _ListRows:
    """Reads the rows of one table of an own list."""

    def __init__(self, table: TableFound, units: Units, names: NameIndex) -> None:
        self.log = SurveyLog(table)
        self._table = table
        self._names = names
        self._places = RowPlaces(table, units, names, self.log)
        self._has_ordinals = "ordinal" in table.columns
        if not self._places.typed.province and is_province(table.sheet.name):
            self._places.take_group(table.sheet.name)

    def read(self, rows: Iterator[tuple[int, Row]]) -> Iterator[dict[str, Any]]:
        """Yield the entries; rows that are none are logged."""
        for index, row in rows:
            texts = [str(value).strip() for value in row if isinstance(value, str) and value.strip()]
            name, code = self._table.text(row, "commune_name"), self._code(row)
            total = next((text for text in texts[:4] if total_of(text) is not None), None)
            if total is not None and not code:
                self._leave_out(index, row, total)
            elif self._is_heading(row, name, code, texts):
                continue
            elif not name and not code:
                self._places.take_names(row)
                if self._table.text(row, "own_code"):
                    self._leave_out_nameless(index, row)
                elif texts:
                    self._leave_out(index, row, texts[0])
            elif self._is_note(row, name, code, texts):
                self._leave_out(index, row, name)
            else:
                self._places.take_names(row)
                yield self._entry(index, row, name, code)

    def _entry(self, index: int, row: Row, name: str, code: str) -> dict[str, Any]:
        typed = self._places.typed
        district, province = _without_company(typed.district), _without_company(typed.province)
        return {
            "sheet": self._table.sheet.name,
            "row": index + 1,
            "own_code": self._table.text(row, "own_code"),
            # "P. 1" is Phường 1, and no first point of a list.
            "name": name if split_type_word(name)[0] else without_numbering(name),
            "kind": self._table.text(row, "commune_kind"),
            "district_name": district,
            "province_name": province,
            "gso_code": code,
        }

    def _code(self, row: Row) -> str:
        code = self._table.text(row, "commune_code")
        return code.zfill(_GSO_DIGITS) if code.isdigit() else code

    def _is_heading(self, row: Row, name: str, code: str, texts: list[str]) -> bool:
        """Take a row that only names a province or district for a heading of the rows below."""
        beside = [self._table.text(row, key) for key in ("commune_kind", "own_code")]
        if code or any(beside) or len(texts) > 2:
            return False
        if name and self._table.text(row, "district_name"):
            return False
        candidates = [name] if name else texts
        # "Bình Phước" with a running number is a commune; alone in its row it is the province.
        is_numbered = self._has_ordinals and self._table.text(row, "ordinal").isdigit()
        for text in candidates:
            is_bare_province = is_province(without_numbering(text)) and not self._places.is_heading(text)
            if is_bare_province and is_numbered:
                continue
            if not name and self._is_in_place_column(row, text):
                continue  # a district that stands in its own column holds below without being a heading
            if self._take_company(text) or self._places.take_group(text):
                return True
        return False

    def _take_company(self, text: str) -> bool:
        """Let a power company hold for its province, and a unit of it (Điện lực Châu Phú) for its district."""
        bare = _without_company(text)
        if bare == text:
            return False
        typed = self._places.typed
        is_whole = is_province(bare) and (
            bool(_COMPANY_OF_PROVINCE.match(without_numbering(text))) or not typed.province
        )
        self._places.resume(PlaceTyped(bare, "") if is_whole else PlaceTyped(typed.province, bare))
        return True

    def _is_in_place_column(self, row: Row, text: str) -> bool:
        return text in (self._table.text(row, "district_name"), self._table.text(row, "province_name"))

    def _is_note(self, row: Row, name: str, code: str, texts: list[str]) -> bool:
        """Whether a row that fills one cell only is a remark or a signature, and no commune."""
        is_alone = len(texts) == 1 and not code and not self._table.text(row, "ordinal")
        kinds, _ = split_type_word(name)
        if not is_alone or kinds & _COMMUNE_KINDS or len(self._table.columns) < 2:
            return False
        parent = self._places.typed
        province = self._names.find_province(parent.province).code if parent.province else None
        return self._names.find_commune(name, parent_code=province).code is None

    def _leave_out(self, index: int, row: Row, text: str) -> None:
        self.log.add(
            "commune-list.row-left-out",
            INFO,
            index,
            row,
            self._table.key_column(row),
            mark('"{text}" is no commune but a total or a remark; the row was left out.'),
            text=text[:80],
        )

    def _leave_out_nameless(self, index: int, row: Row) -> None:
        self.log.add(
            "commune-list.name-missing",
            INFO,
            index,
            row,
            self._table.columns["own_code"],
            mark(
                'the entry "{code}" has no commune name, or a formula whose result was not saved; it was left out. '
                "Write the name and upload the list again."
            ),
            code=self._table.text(row, "own_code"),
        )


def _without_company(text: str) -> str:
    """
    Return the place that a power company or a unit of it is named for.

    Examples
    --------
    >>> _without_company("Công ty Điện lực An Giang"), _without_company("Điện lực Châu Phú"), _without_company("An Phú")
    ('An Giang', 'Châu Phú', 'An Phú')
    """
    return _COMPANY.sub("", without_numbering(text)) if _COMPANY.match(without_numbering(text)) else text


def _with_own_codes(entries: pd.DataFrame, units: Units, names: NameIndex) -> pd.DataFrame:
    """
    Take the column of commune codes for own ones where it is no column of official codes.

    Offices head both "Mã xã"; what stands in the whole column decides.
    """
    codes = entries.loc[entries["gso_code"] != "", "gso_code"]
    if codes.empty or (entries["own_code"] != "").any():
        return entries
    known = codes.map(lambda code: code in units.by_code.index or bool(_leads(names, code)))
    if known.mean() >= _LEAST_CODES_KNOWN:
        return entries
    return entries.assign(own_code=entries["gso_code"], gso_code="")


def _leads(names: NameIndex, code: str) -> bool:
    match = names.find_code(code)
    return match.code is not None or match.is_ambiguous


def _too_long(file_name: str) -> FileError:
    return FileError(
        "commune-list.too-long",
        mark(
            '"{file}" has more than {allowed} entries, more than there are communes: it is no commune list. Household '
            "files are uploaded as surveys or imported as ledgers."
        ),
        file=file_name,
        allowed=MOST_ENTRIES,
    )


def _header_missing(sheets: list[Sheet], template: SurveyTemplate, file_name: str) -> FileError:
    name = template.column("commune_name")
    return FileError(
        "commune-list.header-missing",
        mark(
            'No sheet of "{file}" has a header that can be recognised as a commune list. Sheets read: {sheets}. It '
            'needs a column "{name}" and one more, such as "{district}", "{number}" or "{code}".'
        ),
        file=file_name,
        sheets=", ".join(f'"{sheet.name}"' for sheet in sheets if sheet.is_visible) or "-",
        name=name.header_vi,
        district=template.column("district_name").header_vi,
        number=template.column("ordinal").header_vi,
        code=template.column("commune_code").header_vi,
    )
