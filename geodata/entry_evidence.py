"""Which official unit an entry of an own commune list speaks of: the evidence of its code, name and district."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from geodata.former_history import Past
from geodata.former_units import FormerUnit, FormerUnits
from geodata.name_keys import accented_key, split_type_word
from geodata.names import NameIndex, PlaceMatch
from geodata.own_lists import written_name
from geodata.reconciliation_reasons import CONFIDENCES, PART_REASONS
from geodata.units import Units

_CLOSE_LETTERS: Final = 2
"""Letters by which a name may differ to be suggested as nearly so; more is another name."""

_SHOWN: Final = 4

_REMARK: Final = re.compile(r"(?<=\S)\s*\([^()]*\)\s*$")
"""What offices write behind a name: "Xã Tân Kim (cũ)"; no official name has parentheses."""


@dataclass(frozen=True)
class Claim:
    """
    What the evidence says of an entry.

    Parameters
    ----------
    reason
        A key of `reconciliation_reasons.SENTENCES`.
    unit_code
        The unit that it is; empty where that is not certain.
    candidates
        Units that it may be or belong to, the most probable first.
    province_code
        Province in which the entry stands, where that is known.
    values
        What fills the sentence.
    """

    reason: str
    unit_code: str = ""
    candidates: tuple[str, ...] = ()
    province_code: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def confidence(self) -> float:
        """Strength of the evidence, 0 to 1."""
        return CONFIDENCES.get(self.reason, 0.0)


@dataclass(frozen=True)
class _Area:
    """Where an entry says that it stands."""

    province_code: str | None
    district_code: str | None
    is_province_unknown: bool
    is_district_unknown: bool

    @property
    def parent_code(self) -> str | None:
        return self.district_code or self.province_code


class EntryPlaces:
    """
    Finds the unit of each entry.

    Parameters
    ----------
    units, names
        The official list, and its names with the former ones.
    past
        What became of the units before.
    """

    def __init__(self, units: Units, names: NameIndex, past: Past | None) -> None:
        self._names = names
        self._past = past
        listed = units.by_code
        codes = listed.index.astype(str)
        self._full_names = dict(zip(codes, listed["full_name"].astype(str), strict=True))
        self._names_only = dict(zip(codes, listed["name"].astype(str), strict=True))
        self._kinds = dict(zip(codes, listed["kind"].astype(str), strict=True))
        self._provinces = dict(zip(codes, listed["province_code"], strict=True))
        self._districts = {
            str(code): str(district)
            for code, district in zip(codes, listed["district_code"], strict=True)
            if isinstance(district, str)
        }
        self._communes = frozenset(units.communes.index.astype(str))
        self._has_districts = not units.districts.empty
        self._day = f"{units.list_date:%d/%m/%Y}"
        self._parts: dict[str, list[FormerUnit]] = {}
        self._parts_in: dict[tuple[str, str], list[FormerUnit]] = {}
        for part, district in _parts_with_districts(past.former) if past else ():
            self._parts.setdefault(part.unit_code, []).append(part)
            self._parts_in.setdefault((_bare_key(district), accented_key(part.name)), []).append(part)

    def has_unit(self, code: str) -> bool:
        """Return whether the official list has a commune with this code."""
        return code in self._communes

    def province_of(self, code: str) -> str:
        """Return the province of a unit; empty where there is no such unit."""
        return str(self._provinces.get(code, ""))

    def shown(self, code: str) -> str:
        """Return a unit as readers tell it from others: name, code, district."""
        district = self._full_names.get(self._districts.get(code, ""), "")
        return f"{self._full_names[code]} ({code}{f', {district}' if district else ''})"

    def claim(self, entry: Mapping[str, Any]) -> Claim:
        """Return what the evidence says of an entry, columns `own_lists.ENTRY_COLUMNS`."""
        area = self._area(str(entry["province_name"]), str(entry["district_name"]))
        code = str(entry["gso_code"])
        code = code.zfill(5) if code.isdigit() else code
        text = _REMARK.sub("", written_name(str(entry["name"]), str(entry["kind"])))
        if code in self._communes:
            claim = self._by_code(code, text, entry, area)
        elif code and self._past is not None and code in self._past.former.by_code:
            claim = self._by_former_code(code, text, entry, area)
        else:
            claim = self._by_name(text, entry, area)
            if code and claim.reason in ("name", "spelling"):
                claim = Claim("code-unknown", unit_code=claim.unit_code, values={"code": code})
        return replace(claim, province_code=claim.province_code or area.province_code or "")

    def _area(self, province: str, district: str) -> _Area:
        province_code = self._names.find_province(province).code if province else None
        if province and province_code is None and self._past is not None:
            province_code = self._past.provinces.get(_bare_key(province))
        district_code = None
        if district and self._has_districts:
            district_code = self._names.find_district(district, province_code=province_code).code
        is_district_unknown = bool(district) and self._has_districts and district_code is None
        if district_code is not None:
            province_code = self.province_of(district_code)
        return _Area(province_code, district_code, bool(province) and province_code is None, is_district_unknown)

    # ---- by code

    def _by_code(self, code: str, text: str, entry: Mapping[str, Any], area: _Area) -> Claim:
        if not text:
            return Claim("code", unit_code=code)
        match = self._names.find_commune(text, parent_code=self._districts.get(code) or self.province_of(code))
        if match.code == code:
            return self._by_code_and_name(code, match, entry, area)
        by_name = self._by_name(text, entry, area)
        if by_name.reason == "several" and code in by_name.candidates:
            return Claim("code-and-name", unit_code=code)
        if by_name.reason == "divided" and code in by_name.candidates:
            return by_name
        by_code = self.shown(code)
        named = by_name.unit_code or next(iter(by_name.candidates), "")
        if not named or by_name.reason == "unknown":
            values = {"code": code, "by_code": by_code, "name": text}
            return Claim("code-name-disagree", candidates=(code,), values=values)
        values = {"code": code, "by_code": by_code, "by_name": self.shown(named)}
        return Claim("code-names-another", candidates=(named, code), values=values)

    def _by_code_and_name(self, code: str, match: PlaceMatch, entry: Mapping[str, Any], area: _Area) -> Claim:
        if match.former_name:
            merged = self._merged(code, match.former_name)
            return merged or Claim("code-former-name", unit_code=code, values={"former": match.former_name})
        if match.is_close:
            return Claim("code-close-name", unit_code=code)
        if area.district_code and area.district_code != self._districts.get(code):
            return Claim("code-other-district", unit_code=code, values={"district": str(entry["district_name"])})
        return Claim("code-and-name", unit_code=code)

    def _by_former_code(self, code: str, text: str, entry: Mapping[str, Any], area: _Area) -> Claim:
        """Return what an entry is whose code is one of the older list, which the list of the day has no more."""
        assert self._past is not None
        parts = self._past.former.by_code[code]
        # The code may have been given again since; the last that had it is meant.
        parts = tuple(part for part in parts if part.name == parts[-1].name)
        now = tuple(part.unit_code for part in parts)
        by_name = self._by_name(text, entry, area) if text else Claim("unknown")
        if by_name.reason in PART_REASONS:
            return by_name
        if by_name.unit_code in now and not parts[0].is_divided:
            return Claim("code-outdated", unit_code=by_name.unit_code, values={"code": code})
        if by_name.unit_code:
            values = {"code": code, "by_code": parts[0].full_name, "by_name": self.shown(by_name.unit_code)}
            return Claim("code-names-another", candidates=(by_name.unit_code, *now), values=values)
        if parts[0].is_divided:
            return self._divided(parts)
        if (parts[0].code, parts[0].name) in self._past.changes:
            return self._merger_of(parts[0])
        if not text:
            return Claim("code-outdated", unit_code=now[0], values={"code": code})
        values = {"code": code, "by_code": parts[0].full_name, "name": text}
        return Claim("code-name-disagree", candidates=now, values=values)

    # ---- by name

    def _by_name(self, text: str, entry: Mapping[str, Any], area: _Area) -> Claim:
        if area.is_province_unknown:
            return Claim("other-province", values={"province": str(entry["province_name"]), "day": self._day})
        district = str(entry["district_name"])
        if district and not self._has_districts and (former := self._former_in(district, text, area)):
            return former
        match = self._names.find_commune(text, parent_code=area.parent_code)
        has_district = area.district_code is not None or not self._has_districts
        if has_district and (match.code is not None or match.is_ambiguous):
            return self._of_match(match, text)
        if area.district_code is not None:
            wider = self._names.find_commune(text, parent_code=area.province_code)
            elsewhere = self._elsewhere(wider, "wrong-district", district)
            return elsewhere or self._later(text, area) or self._near(match)
        found = self._unsure(match, text, area)
        if area.is_district_unknown:
            return self._elsewhere(match, "district-unknown", district) or found
        return replace(found, reason="name-without-district") if found.reason == "name" else found

    def _former_in(self, district: str, text: str, area: _Area) -> Claim | None:
        """Return the claim of a commune written with a district, where the list of the day has none any more."""
        kinds, rest = split_type_word(text)
        named = self._parts_in.get((_bare_key(district), accented_key(rest)), [])
        parts = tuple(
            part
            for part in named
            if (not kinds or part.kind in kinds) and area.province_code in (None, self.province_of(part.unit_code))
        )
        if len({part.code for part in parts}) != 1:
            return None
        if parts[0].is_divided:
            return self._divided(parts)
        unit_code, full_name = parts[0].unit_code, parts[0].full_name
        merged = self._merged(unit_code, full_name)
        return merged or Claim("former-name", unit_code=unit_code, values={"former": full_name})

    def _unsure(self, match: PlaceMatch, text: str, area: _Area) -> Claim:
        if match.code is not None or match.is_ambiguous:
            return self._of_match(match, text)
        return self._later(text, area) or self._near(match)

    def _later(self, text: str, area: _Area) -> Claim | None:
        """Return the claim of a commune that came into being after the day; None where none did."""
        if self._past is None or area.province_code is None:
            return None
        since = self._past.later.get((area.province_code, _bare_key(text)))
        return Claim("later", values={"day": self._day, "since": since}) if since else None

    def _elsewhere(self, match: PlaceMatch, reason: str, district: str) -> Claim | None:
        """Return the claim of an entry whose name fits, but not where it says to stand; None where none fits."""
        if match.is_ambiguous:
            return self._ambiguous(match)
        if match.code is None or match.is_close:
            return None
        return Claim(reason, candidates=(match.code,), values={"district": district, "unit": self.shown(match.code)})

    def _of_match(self, match: PlaceMatch, text: str) -> Claim:
        if match.code is None:
            return self._ambiguous(match)
        code = match.code
        if match.former_name:
            merged = self._merged(code, match.former_name)
            return merged or Claim("former-name", unit_code=code, values={"former": match.former_name})
        if match.is_close:
            return Claim("close-name", candidates=(code,), values={"unit": self.shown(code)})
        kinds, rest = split_type_word(text)
        if kinds and self._kinds[code] not in kinds:
            return Claim("kind-differs", unit_code=code, values={"name": text})
        is_exact = accented_key(rest) == accented_key(self._names_only[code]) or text == code
        return Claim("name" if is_exact else "spelling", unit_code=code)

    def _ambiguous(self, match: PlaceMatch) -> Claim:
        parts = self._parts_named(match.former_name, match.candidates)
        if parts and parts[0].is_divided:
            return self._divided(parts)
        return Claim("several", candidates=match.candidates, values={"candidates": self._shown_all(match.candidates)})

    def _near(self, match: PlaceMatch) -> Claim:
        """Return the claim of an entry whose name fits nowhere: doubtful where one is near, else extra."""
        near = [
            code for code, distance in zip(match.candidates, match.distances, strict=True) if distance <= _CLOSE_LETTERS
        ]
        if near:
            return Claim("close-name", candidates=tuple(near), values={"unit": self.shown(near[0])})
        return Claim("unknown", candidates=match.candidates, values={"day": self._day})

    # ---- what became of former units

    def _parts_named(self, former_name: str, unit_codes: tuple[str, ...]) -> tuple[FormerUnit, ...]:
        return tuple(part for code in unit_codes for part in self._parts.get(code, ()) if part.full_name == former_name)

    def _merged(self, code: str, former_name: str) -> Claim | None:
        """Return the claim of a former unit that is only a part of the present one; None where it is all of it."""
        named = self._parts_named(former_name, (code,))
        changes = self._past.changes if self._past else {}
        merged = next((part for part in named if (part.code, part.name) in changes), None)
        return self._merger_of(merged) if merged else None

    def _merger_of(self, part: FormerUnit) -> Claim:
        values = {"former": part.full_name, "unit": self.shown(part.unit_code), "when": self._when(part)}
        return Claim("merged", candidates=(part.unit_code,), values=values)

    def _divided(self, parts: tuple[FormerUnit, ...]) -> Claim:
        codes = tuple(dict.fromkeys(part.unit_code for part in parts))
        values = {"former": parts[0].full_name, "candidates": self._shown_all(codes), "when": self._when(parts[0])}
        return Claim("divided", candidates=codes, values=values)

    def _when(self, part: FormerUnit) -> str:
        return self._past.changes.get((part.code, part.name), "–") if self._past else "–"

    def _shown_all(self, codes: tuple[str, ...]) -> str:
        return "; ".join(map(self.shown, codes[:_SHOWN])) + (" …" if len(codes) > _SHOWN else "")


def _parts_with_districts(former: FormerUnits) -> Iterator[tuple[FormerUnit, str]]:
    """Yield each former unit, or part of one, with its district as the older list writes it."""
    columns = ("name", "kind", "unit_code", "former_code", "is_divided", "district_name")
    for name, kind, unit_code, code, is_divided, district in zip(*(former.table[c] for c in columns), strict=True):
        yield FormerUnit(str(name), str(kind), str(unit_code), str(code), bool(is_divided)), str(district)


def _bare_key(name: str) -> str:
    """Return the normal form of a name without its type word."""
    return accented_key(split_type_word(name)[1])
