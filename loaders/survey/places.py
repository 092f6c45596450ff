"""Which commune a row of a survey speaks of: by its code, else by its name within the district it stands under."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from geodata.errors import mark
from geodata.name_keys import split_type_word
from geodata.names import NameIndex, PlaceMatch
from geodata.units import Units
from loaders.survey.issues import ERROR, INFO
from loaders.survey.labels import without_numbering
from loaders.survey.log import SurveyLog
from loaders.survey.provinces import is_province
from loaders.survey.tables import TableFound
from loaders.workbook.cells import Row

_NAME_ABOVE: Final = re.compile(
    r"\b(tỉnh|huyện|thị xã|thành phố|quận|tx\.?|tp\.?|h\.)\s+([^,;:()\n\-–]+)", re.IGNORECASE
)
_ABOVE_COMMUNES: Final = frozenset({"huyen", "quan", "thi-xa", "thanh-pho", "thanh-pho-truc-thuoc", "tinh"})
_LONGEST_NAME_WORDS: Final = 5


@dataclass(frozen=True)
class PlaceTyped:
    """The names that hold for a row as they were typed, in the row or above it."""

    province: str
    district: str


class RowPlaces:
    """
    Finds the commune of each row; what cannot be found goes into the log, with what was probably meant.

    A province or district that stands once and blank below it holds for the rows below, and so does a row that
    only names one. Names in the title hold where the table has none.

    Parameters
    ----------
    table
        Where the rows stand.
    units, names
        The list in which communes are sought.
    log
        Takes the issues.
    """

    def __init__(self, table: TableFound, units: Units, names: NameIndex, log: SurveyLog) -> None:
        self._table = table
        self._units = units
        self._names = names
        self._log = log
        listed = units.by_code
        self._full_names = dict(zip(listed.index.astype(str), listed["full_name"].astype(str), strict=True))
        self._parents = dict(zip(listed.index.astype(str), listed["parent_code"], strict=True))
        self._typed = self._typed_above()
        self._said: set[tuple[str, str]] = set()
        self.former_name = ""
        """Former name under which the last row that was asked for speaks of its commune."""

    @property
    def typed(self) -> PlaceTyped:
        """Province and district that hold now, as typed."""
        return self._typed

    def resume(self, typed: PlaceTyped) -> None:
        """Let names hold that a row like this one has left before."""
        self._typed = typed

    def take_names(self, row: Row) -> None:
        """Let the province and the district of a row hold for it and for the rows below."""
        province, district = self._table.text(row, "province_name"), self._table.text(row, "district_name")
        if province == self._typed.province and district == self._typed.district:
            return
        if province and province != self._typed.province:
            self._typed = PlaceTyped(province, district)
        elif district:
            self._typed = PlaceTyped(self._typed.province, district)

    def take_group(self, text: str) -> bool:
        """Let a row that only names a province or district hold for the rows below; False if it names none."""
        name = without_numbering(text).rstrip(":").strip()
        kinds, _ = split_type_word(name)
        if kinds and not kinds & _ABOVE_COMMUNES:
            return False
        # "Châu Thành" alone may be a district, a town or a commune; only a type word makes a heading of it.
        if is_province(name):
            self._typed = PlaceTyped(name, "")
            return True
        if kinds:
            self._typed = PlaceTyped(self._typed.province, name)
            return True
        return False

    def is_heading(self, text: str) -> bool:
        """Whether a name is one of a province or district by its type word."""
        kinds, _ = split_type_word(without_numbering(text))
        return bool(kinds & _ABOVE_COMMUNES)

    def is_elsewhere(self) -> bool:
        """Whether the rows stand under a province that is not one of the company's."""
        typed = self._typed.province
        if not typed or self._names.find_province(typed).code is not None:
            return False
        return is_province(typed)

    def _typed_above(self) -> PlaceTyped:
        province = district = ""
        for title in self._table.titles:
            for word, rest in _NAME_ABOVE.findall(title):
                name = self._longest_known(f"{word} {rest}")
                if name and self._names.find_province(name).code is not None:
                    province = name
                elif name:
                    district = name
        return PlaceTyped(province, district)

    def _longest_known(self, text: str) -> str:
        """Return the longest beginning of a text that is a province or district: "Huyện Châu Phú năm 2021"."""
        words = text.split()
        for count in range(min(len(words), _LONGEST_NAME_WORDS + 1), 1, -1):
            name = " ".join(words[:count])
            match = self._names.find_district(name, province_code=None)
            if self._names.find_province(name).code is not None or match.code is not None or match.is_ambiguous:
                return name
        return ""

    # ---- the commune

    def commune_of(self, index: int, row: Row) -> str | None:
        """Return the code of the row's commune, or None after an issue."""
        code, name = self._table.text(row, "commune_code"), self._table.text(row, "commune_name")
        self.former_name = ""
        if code:
            return self._by_code(index, row, code, name)
        if name:
            return self._by_name(index, row, name)
        self._log.add(
            "survey.commune-missing",
            ERROR,
            index,
            row,
            self._table.key_column(row),
            mark("this row has figures but names no commune. Write its GSO code or its name and district."),
        )
        return None

    def _by_code(self, index: int, row: Row, code: str, name: str) -> str | None:
        known = code.zfill(5) if code.isdigit() else code
        by_code = self._names.find_code(known)
        if by_code.code is not None and by_code.former_name:
            self._log_how(index, row, known, by_code)
            return by_code.code
        if by_code.code is None:
            near = self._names.find_commune(name, parent_code=self._parent(index, row)[0]) if name else None
            self._log.add(
                "survey.code-unknown",
                ERROR,
                index,
                row,
                self._table.columns["commune_code"],
                mark(
                    'there is no commune with the code "{code}" in the list of {day}. A GSO commune code has '
                    "5 digits: take it from the template of the province."
                ),
                suggestion=self._suggest(() if near is None else (near.code,) if near.code else near.candidates),
                code=code,
                day=f"{self._units.list_date:%d/%m/%Y}",
            )
            return None
        found = self._units.find(known)
        above = found["district_code"] if self._units.has_districts else found["province_code"]
        named = self._names.find_commune(name, parent_code=above) if name else None
        if named is not None and named.code != known:
            self._log.add(
                "survey.code-name-disagree",
                ERROR,
                index,
                row,
                self._table.columns["commune_name"],
                mark('the code {code} is {expected}, but the name says "{name}". Correct whichever is wrong.'),
                suggestion=self._suggest((known,)),
                code=known,
                expected=str(found["full_name"]),
                name=name,
            )
            return None
        self.former_name = named.former_name if named is not None else ""
        return known

    def _by_name(self, index: int, row: Row, name: str) -> str | None:
        parent, is_known = self._parent(index, row)
        if not is_known:
            return None  # the district or province was not understood, and an issue says so
        match = self._names.find_commune(without_numbering(name), parent_code=parent)
        if match.code is not None:
            self._log_how(index, row, name, match)
            return match.code
        where = self._full_names[parent] if parent else ""
        if match.is_ambiguous and match.former_name:
            template = mark(
                '"{name}" was divided, or is the name of several former communes: {candidates}. Write the name or code '
                "of the commune of {day}."
            )
        elif match.is_ambiguous:
            template = mark('"{name}" can be more than one commune: {candidates}. Write the district, or the GSO code.')
        elif where:
            template = mark('there is no commune "{name}" in {where}. Correct the name, or write the GSO code.')
        else:
            template = mark('there is no commune "{name}" in the list. Correct the name, or write the GSO code.')
        self._log.add(
            "survey.commune-ambiguous" if match.is_ambiguous else "survey.commune-unknown",
            ERROR,
            index,
            row,
            self._table.columns["commune_name"],
            template,
            suggestion=self._suggest(match.candidates),
            name=name,
            where=where,
            day=f"{self._units.list_date:%d/%m/%Y}",
            candidates=self._suggest(match.candidates) or "",
        )
        return None

    def _log_how(self, index: int, row: Row, name: str, match: PlaceMatch) -> None:
        """Tell of a name that was followed or corrected; nothing is matched silently."""
        self.former_name = match.former_name
        if not (match.is_close or match.former_name):
            return
        template = (
            mark('"{name}" was the name until the list of {day}; it is read as {found}.')
            if match.former_name
            else mark('"{name}" was read as {found}: no other commune of the district is spelled nearly so.')
        )
        self._log.add(
            "survey.commune-followed" if match.former_name else "survey.commune-corrected",
            INFO,
            index,
            row,
            self._table.key_column(row),
            template,
            name=name,
            day=f"{self._units.list_date:%d/%m/%Y}",
            found=self._suggest((str(match.code),)) or "",
        )

    def _parent(self, index: int, row: Row) -> tuple[str | None, bool]:
        """Return the code of the row's district, else province, and whether all that was typed is known."""
        code: str | None = None
        if self._typed.province:
            found = self._names.find_province(self._typed.province)
            if found.code is None:
                self._add_unknown(
                    index,
                    row,
                    "province",
                    mark('there is no province "{name}" in the list. Write one of the company\'s 21 provinces.'),
                    self._typed.province,
                    found.candidates,
                )
                return None, False
            self._log_parent(index, row, "province", self._typed.province, found)
            code = found.code
        if self._typed.district and not self._units.has_districts:
            self._log_district_gone(index, row)
        elif self._typed.district:
            found = self._names.find_district(self._typed.district, province_code=code)
            if found.code is None:
                self._add_unknown(
                    index,
                    row,
                    "district",
                    mark(
                        '"{name}" is not one district of its province in the list. Write the district and its province.'
                    ),
                    self._typed.district,
                    found.candidates,
                )
                return None, False
            self._log_parent(index, row, "district", self._typed.district, found)
            code = found.code
        return code, True

    def _log_parent(self, index: int, row: Row, level: str, typed: str, match: PlaceMatch) -> None:
        """Tell once of a district or province that was corrected or followed."""
        if not (match.is_close or match.former_name) or (level, typed) in self._said:
            return
        self._said.add((level, typed))
        self._log.add(
            "survey.place-corrected",
            INFO,
            index,
            row,
            self._table.columns.get(f"{level}_name") or self._table.key_column(row),
            mark('"{name}" was read as {found}, here and in the rows below.'),
            name=typed,
            found=self._suggest((str(match.code),)) or "",
        )

    def _log_district_gone(self, index: int, row: Row) -> None:
        """Tell once of a district in a survey of units that have none above them but the province."""
        if ("district", "") in self._said:
            return
        self._said.add(("district", ""))
        self._log.add(
            "survey.district-gone",
            INFO,
            index,
            row,
            self._table.columns.get("district_name") or self._table.key_column(row),
            mark('the list of {day} has no districts; "{name}" and those below it were not needed and not read.'),
            name=self._typed.district,
            day=f"{self._units.list_date:%d/%m/%Y}",
        )

    def _add_unknown(
        self, index: int, row: Row, level: str, template: str, typed: str, candidates: tuple[str, ...]
    ) -> None:
        column = self._table.columns.get(f"{level}_name") or self._table.key_column(row)
        suggestion = self._suggest(candidates)
        self._log.add(f"survey.{level}-unknown", ERROR, index, row, column, template, suggestion=suggestion, name=typed)

    def _suggest(self, codes: tuple[str, ...]) -> str | None:
        """Name units with their code and the unit above them, which tells namesakes apart."""
        shown = []
        for code in codes:
            parent = self._parents.get(code)
            where = f", {self._full_names[parent]}" if isinstance(parent, str) else ""
            shown.append(f"{self._full_names[code]} ({code}{where})")
        return "; ".join(shown) or None
