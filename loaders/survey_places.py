"""Which commune a row of a survey speaks of: by its code, else by its name within its district."""

from __future__ import annotations

from dataclasses import dataclass

from geodata.errors import mark
from geodata.names import NameIndex
from geodata.units import Units
from loaders.issues import ERROR
from loaders.survey_log import SurveyLog
from loaders.survey_table import TableFound


@dataclass(frozen=True)
class RowPlaces:
    """
    Finds the commune of each row; what cannot be found goes into the log, with what was probably meant.

    Parameters
    ----------
    table
        Where the rows stand.
    units, names
        The list in which communes are sought.
    log
        Takes the issues.
    """

    table: TableFound
    units: Units
    names: NameIndex
    log: SurveyLog

    def commune_of(self, index: int) -> str | None:
        """Return the code of the row's commune, or None after an issue."""
        code, name = self.table.text(index, "commune_code"), self.table.text(index, "commune_name")
        if code:
            return self._by_code(index, code, name)
        if name:
            return self._by_name(index, name)
        self.log.add(
            "survey.commune-missing",
            ERROR,
            index,
            self.table.key_column(index),
            mark("this row has figures but names no commune. Write its GSO code or its name and district."),
        )
        return None

    def _by_code(self, index: int, code: str, name: str) -> str | None:
        if code not in self.units.communes.index:
            near = self.names.find_commune(name, parent_code=self._parent(index)[0]) if name else None
            self.log.add(
                "survey.code-unknown",
                ERROR,
                index,
                self.table.columns["commune_code"],
                mark(
                    'there is no commune with the code "{code}" in the list of {day}. A GSO commune code has '
                    "5 digits: take it from the template of the province."
                ),
                suggestion=self._suggest(() if near is None else (near.code,) if near.code else near.candidates),
                code=code,
                day=f"{self.units.list_date:%d/%m/%Y}",
            )
            return None
        found = self.units.find(code)
        if name and self.names.find_commune(name, parent_code=found["district_code"]).code != code:
            self.log.add(
                "survey.code-name-disagree",
                ERROR,
                index,
                self.table.columns["commune_name"],
                mark('the code {code} is {expected}, but the name says "{name}". Correct whichever is wrong.'),
                suggestion=self._suggest((code,)),
                code=code,
                expected=str(found["full_name"]),
                name=name,
            )
            return None
        return code

    def _by_name(self, index: int, name: str) -> str | None:
        parent, is_known = self._parent(index)
        if not is_known:
            return None  # the district or province was not understood, and an issue says so
        match = self.names.find_commune(name, parent_code=parent)
        if match.code is not None:
            return match.code
        where = str(self.units.find(parent)["full_name"]) if parent else ""
        if match.is_ambiguous:
            template = mark('"{name}" can be more than one commune: {candidates}. Write the district, or the GSO code.')
        elif where:
            template = mark('there is no commune "{name}" in {where}. Correct the name, or write the GSO code.')
        else:
            template = mark('there is no commune "{name}" in the list. Correct the name, or write the GSO code.')
        self.log.add(
            "survey.commune-ambiguous" if match.is_ambiguous else "survey.commune-unknown",
            ERROR,
            index,
            self.table.columns["commune_name"],
            template,
            suggestion=self._suggest(match.candidates),
            name=name,
            where=where,
            candidates=self._suggest(match.candidates) or "",
        )
        return None

    def _parent(self, index: int) -> tuple[str | None, bool]:
        """Return the code of the row's district, else province, and whether all that was typed is known."""
        province = self.table.text(index, "province_name")
        district = self.table.text(index, "district_name")
        code: str | None = None
        if province:
            found = self.names.find_province(province)
            if found.code is None:
                self._add_unknown(
                    index,
                    "province",
                    mark('there is no province "{name}" in the list. Write one of the company\'s 21 provinces.'),
                    province,
                    found.candidates,
                )
                return None, False
            code = found.code
        if district:
            found = self.names.find_district(district, province_code=code)
            if found.code is None:
                self._add_unknown(
                    index,
                    "district",
                    mark('"{name}" is not one district of the list. Write the district and its province.'),
                    district,
                    found.candidates,
                )
                return None, False
            code = found.code
        return code, True

    def _add_unknown(self, index: int, level: str, template: str, typed: str, candidates: tuple[str, ...]) -> None:
        self.log.add(
            f"survey.{level}-unknown",
            ERROR,
            index,
            self.table.columns[f"{level}_name"],
            template,
            suggestion=self._suggest(candidates),
            name=typed,
        )

    def _suggest(self, codes: tuple[str, ...]) -> str | None:
        """Name units with their code and the unit above them, which tells namesakes apart."""
        units = self.units.by_code
        shown = []
        for code in codes:
            parent = units["parent_code"].get(code)
            where = f", {units['full_name'][parent]}" if isinstance(parent, str) else ""
            shown.append(f"{units['full_name'][code]} ({code}{where})")
        return "; ".join(shown) or None
