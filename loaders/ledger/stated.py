"""The communes that the rows of a ledger state, by code or by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from geodata.names import NameIndex, PlaceMatch
from geodata.units import COMMUNE, Units
from loaders.ledger.plan import Stated

_CODE_DIGITS: Final = 5


class StatedPlaces:
    """
    Finds the communes that rows state: by code, else by name within the district or province that they state.

    Parameters
    ----------
    units, names
        The list in which communes are sought.
    """

    def __init__(self, units: Units, names: NameIndex) -> None:
        self._names = names
        self._communes = frozenset(units.by_code.index[units.by_code["level"] == COMMUNE].astype(str))

    def find(self, stated: Mapping[str, str]) -> Stated:
        """Return the commune of the texts of a row by key of their column; a code counts before names."""
        shown = ", ".join(stated.values())
        if code := stated.get("commune_code", ""):
            return self._of_code(code, shown)
        if name := stated.get("commune_name", ""):
            is_known, parent = self._parent(stated)
            match = self._names.find_commune(name, parent_code=parent) if is_known else PlaceMatch(None)
            return Stated(match.code or "", shown, bool(match.former_name))
        return Stated("")

    def _of_code(self, typed: str, shown: str) -> Stated:
        # Spreadsheets and databases make numbers of codes: 30469.0, or 1234 for 01234.
        bare = typed.removesuffix(".0")
        code = bare.zfill(_CODE_DIGITS) if bare.isdigit() else bare
        if code in self._communes:
            return Stated(code, shown)
        match = self._names.find_code(code)
        found = match.code if match.code in self._communes else None
        return Stated(found or "", shown, found is not None)

    def _parent(self, stated: Mapping[str, str]) -> tuple[bool, str | None]:
        """Return whether what is stated above the commune is known, and the code of the lowest of it."""
        parent: str | None = None
        if typed := stated.get("province_name"):
            parent = self._names.find_province(typed).code
            if parent is None:
                return False, None
        if typed := stated.get("district_name"):
            parent = self._names.find_district(typed, province_code=parent).code
        return parent is not None or not stated.get("district_name"), parent
