"""
A commune list as a power company might keep it, made from shipped data: 2,503 entries against 2,484 official ones.

The official list of 1 July 2021, without 15 of its communes; the 29 communes of January 2019 that were merged into
others since and that the book still keeps; three entries doubled; two that are no communes. Names as offices write
them: in NFD, abbreviated, without diacritics, with a letter wrong, in the wrong district.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import openpyxl

from geodata.name_keys import plain_key
from geodata.units import KIND_NAMES
from loaders.reference import load_former_units, load_units

ABBREVIATIONS = {"xa": "X.", "phuong": "P.", "thi-tran": "TT."}
OMITTED = 15
DOUBLED = ("30469", "29236", "24769")
NO_COMMUNES = ("Nông trường 402", "Khu công nghiệp Trà Nóc")
WRONG_DISTRICTS = {"30472": "Huyện An Phú", "28159": "Huyện Cần Đước"}
TYPOS = {"30475": "Xã Ô Long Vỷ", "30595": "Xã Cần Đănng", "31123": "Phường Thới Bìhn"}
SAME_NAME_AS_A_PART = ("23167", "29641")
"""Units that were given another code by a merger and kept the name of a part: the book has them twice."""
CODED_PROVINCES = ("84", "89")
"""Provinces of which the book has the codes of the statistics office."""


@dataclass
class OwnList:
    """The workbook, and how many rows of each status and reason it must give."""

    content: bytes
    entries: int
    expected: Counter[tuple[str, str]] = field(default_factory=Counter)


def make_own_list() -> OwnList:
    """Return the list."""
    units, former = load_units(), load_former_units().table
    communes, names = units.communes, units.by_code["full_name"]
    gone = former[~former["former_code"].isin(communes.index)].drop_duplicates("former_code")
    # Merged communes' own units are kept, so that each of the 29 is doubtful beside a matched one.
    kept = {*former["unit_code"], *DOUBLED, *WRONG_DISTRICTS, *TYPOS}
    omitted = [code for code in communes.index if code not in kept][5 :: len(communes) // OMITTED][:OMITTED]
    expected: Counter[tuple[str, str]] = Counter({("missing", "not-listed"): OMITTED})
    rows: list[tuple[str, str, str, str]] = []  # province, district, name, code
    for place, (code, unit) in enumerate(communes.iterrows()):
        if code in omitted:
            continue
        province, district = str(unit["province_code"]), str(names[unit["district_code"]])
        name, reason = _as_written(place, str(code), unit)
        has_code = province in CODED_PROVINCES
        district = WRONG_DISTRICTS.get(str(code), district)
        status, reason = _outcome(str(code), reason, has_code=has_code)
        expected[status, reason] += 1
        rows.append((province, district, name, str(code) if has_code else ""))
        if code in DOUBLED:
            rows.append(rows[-1])
            expected["doubtful", "doubled"] += 1
    for unit in gone.to_dict("records"):
        name = f"{KIND_NAMES[unit['kind']]} {unit['name']}"
        rows.append((unit["province_code"], unit["district_name"], name, ""))
        expected[_outcome_of_former(unit)] += 1
    for name in NO_COMMUNES:
        rows.append(("92", "Quận Bình Thủy", name, ""))
        expected["extra", "unknown"] += 1
    expected["missing", "in-doubt"] = len(DOUBLED) + len(SAME_NAME_AS_A_PART) + 2  # and 31123, 28159
    return OwnList(_workbook(rows), len(rows), expected)


def _as_written(place: int, code: str, unit: Any) -> tuple[str, str]:
    """Return a commune's name as the book has it, and the reason by which it is matched."""
    name, kind = str(unit["name"]), str(unit["kind"])
    full = f"{KIND_NAMES[kind]} {name}"
    if code in TYPOS:
        return TYPOS[code], "name"
    if place % 7 == 1:
        return unicodedata.normalize("NFD", full), "name"
    if place % 7 == 2:
        return f"{ABBREVIATIONS[kind]} {name}", "name"
    if place % 7 == 3:
        return full.upper(), "name"
    return full, "name"


def _outcome(code: str, reason: str, *, has_code: bool) -> tuple[str, str]:
    if code in DOUBLED or code in SAME_NAME_AS_A_PART:
        return "doubtful", "doubled"
    if code in TYPOS:
        return ("matched", "code-close-name") if has_code else ("doubtful", "close-name")
    if code in WRONG_DISTRICTS:
        return ("matched", "code-other-district") if has_code else ("doubtful", "wrong-district")
    return "matched", "code-and-name" if has_code else reason


def _outcome_of_former(unit: dict[str, Any]) -> tuple[str, str]:
    if unit["is_divided"]:
        return "doubtful", "divided"
    if unit["unit_code"] in SAME_NAME_AS_A_PART:
        return "doubtful", "doubled"
    return "doubtful", "merged"


def _workbook(rows: list[tuple[str, str, str, str]]) -> bytes:
    """Write the book: a title, provinces in rows of their own, districts once above their communes, totals, a note."""
    provinces = load_units().provinces["full_name"]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Danh mục"
    sheet.append(["TỔNG CÔNG TY ĐIỆN LỰC MIỀN NAM"])
    sheet.append(["DANH MỤC XÃ, PHƯỜNG, THỊ TRẤN ĐẾN 30/6/2021"])
    sheet.append([])
    sheet.append(["STT", "Mã CMIS", "Quận/Huyện", "Tên xã", "Mã ĐVHC", "Ghi chú"])
    number = 0
    for code in sorted({row[0] for row in rows}):
        sheet.append([None, None, None, str(provinces[code]).upper()])
        inside = sorted((row for row in rows if row[0] == code), key=lambda row: plain_key(row[1]))
        above = ""
        for _, district, name, gso in inside:
            number += 1
            sheet.append([number, f"PB{number:05d}", district if district != above else None, name, gso or None])
            above = district
        sheet.append([None, None, None, f"Cộng {provinces[code]}", None, f"{len(inside)} xã"])
    sheet.append([None, None, None, "Tổng cộng", None, f"{number} xã"])
    sheet.append([None, None, None, "Ghi chú: số liệu theo sổ của các công ty điện lực"])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
