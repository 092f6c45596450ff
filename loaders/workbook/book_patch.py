"""Puts a new first sheet into a workbook; the sheets that were there keep their order, names and settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import unescape

from loaders.workbook.parts import (
    OFFICE,
    Package,
    UnpatchableError,
    attribute,
    prefix_of,
    well_formed,
    with_attribute,
    xml_text,
)
from loaders.workbook.sheet_patch import without_selection

_SHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_ENTITIES: Final = {"&quot;": '"', "&apos;": "'"}


@dataclass(frozen=True)
class SheetOf:
    """A sheet of a workbook: its name as the tab shows it, and its part."""

    name: str
    part: str


class Book:
    """
    A workbook whose list of sheets can be changed.

    Parameters
    ----------
    package
        Its parts; what is changed is written there.

    Raises
    ------
    UnpatchableError
        If its parts are not where the usual form of Office Open XML has them.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        self.part = next((r.target for r in package.relations("") if r.kind == "officeDocument"), "")
        self._xml = well_formed(package.read(self.part))
        if OFFICE.encode() not in self._xml:
            raise UnpatchableError("strict")  # the other form writes other names for the same things
        self._prefix = prefix_of(self._xml, b"workbook")
        relations = {relation.id: relation for relation in package.relations(self.part)}
        self.sheets = [
            SheetOf(unescape((attribute(tag, b"name") or b"").decode(), _ENTITIES), relations[found].target)
            for tag in self._sheet_tags()
            if (found := self._relation_of(tag)) in relations and relations[found].kind == "worksheet"
        ]
        self.styles_part = next((r.target for r in relations.values() if r.kind == "styles"), "")

    def _sheet_tags(self) -> list[bytes]:
        return re.findall(rb"<" + self._prefix + rb"sheet\s[^>]*>", self._xml)

    @staticmethod
    def _relation_of(tag: bytes) -> str:
        found = re.search(rb"\s\w+:id\s*=\s*[\"'](.*?)[\"']", tag)
        return found[1].decode() if found else ""

    def add_first_sheet(self, name: str, xml: bytes) -> None:
        """Put a sheet before all others and let the workbook open on it."""
        package, prefix = self._package, self._prefix
        part = package.free_name("xl/worksheets/sheet{}.xml")
        package.write(part, xml)
        package.add_type(part, _SHEET_TYPE)
        relation = package.relate(self.part, "worksheet", part)
        numbers = [int(attribute(tag, b"sheetId") or b"0") for tag in self._sheet_tags()]
        element = b'<%bsheet xmlns:pd="%b" name="%b" sheetId="%d" pd:id="%b"/>' % (
            prefix,
            OFFICE.encode(),
            xml_text(name).replace(b'"', b"&quot;"),
            max(numbers, default=0) + 1,
            relation.encode(),
        )
        opening = re.search(rb"<" + prefix + rb"sheets\b[^>]*>", self._xml)
        if opening is None:
            raise UnpatchableError("sheets")
        self._xml = self._xml[: opening.end()] + element + self._xml[opening.end() :]
        self._shift_names()
        self.open_first()

    def _shift_names(self) -> None:
        """Names that belong to one sheet say which by its place, and every place has moved on by one."""

        def moved(found: re.Match[bytes]) -> bytes:
            place = attribute(found[0], b"localSheetId")
            return found[0] if place is None else with_attribute(found[0], b"localSheetId", b"%d" % (int(place) + 1))

        self._xml = re.sub(rb"<" + self._prefix + rb"definedName\s[^>]*>", moved, self._xml)

    def open_first(self) -> None:
        """Let the workbook open on its first sheet, which alone is selected."""

        def on_first(found: re.Match[bytes]) -> bytes:
            opened = with_attribute(found[0], b"activeTab", b"0")
            return with_attribute(opened, b"firstSheet", b"0") if attribute(opened, b"firstSheet") else opened

        self._xml = re.sub(rb"<" + self._prefix + rb"workbookView\b[^>]*>", on_first, self._xml, count=1)
        self._package.write(self.part, self._xml)
        for sheet in self.sheets:
            before = self._package.read(sheet.part)
            after = without_selection(before)
            if after != before:
                self._package.write(sheet.part, after)
