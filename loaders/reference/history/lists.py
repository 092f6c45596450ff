"""The unit lists of five days, each as its source writes it, and which unit of one became which of the next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from geodata.name_keys import accented_key, split_type_word
from geodata.units import COMMUNE, DISTRICT, PROVINCE
from loaders.reference import (
    LIST_DATE_2019,
    LIST_DATE_2021,
    LIST_DATE_2025,
    load_successors,
    load_units,
    load_units_2025,
)
from loaders.reference.build import PROVINCES_2021
from loaders.reference.former import CODES_2019
from loaders.reference.packages import Packages
from loaders.reference.successors import carry_to_june_2025

FOLDER: Final = Path(__file__).parent
CHANGES_2024: Final = CODES_2019.parents[1] / "gso_ward_changes_2019_2024.xls"
"""The statistics office's list of changes, in the folder of real files beside the checkout; see README.md."""

LIST_DATE_2024: Final = date(2024, 11, 10)
LAST_DAY_OF_DISTRICTS: Final = date(2025, 6, 30)

_CHANGE_COLUMNS: Final = (
    *("province_code", "province", "district_code", "district", "code", "full_name"),
    *(
        "later_full_name",
        "later_code",
        "later_district",
        "later_district_code",
        "later_province",
        "later_province_code",
    ),
    "note",
)
_KIND_OF: Final = {"Huyện": "huyen", "Quận": "quan", "Thị xã": "thi-xa", "Thành phố": "thanh-pho"}
_LIST: Final = ["level", "name", "kind", "parent_code"]


@dataclass(frozen=True)
class Step:
    """
    From one list to the next.

    Parameters
    ----------
    before, after
        The two lists, indexed by code: level, name, kind, parent_code.
    edges
        One row a pair of units: code_before, code_after, area_km2, people (missing where not stated). Units
        that are the same on both lists have one row. A divided unit has several, a merged one is in several.
    parts
        Strips of land that went from one unit to another while both went on; columns as `edges`.
    first_day, last_day
        The days of the two lists; what happened, happened after the first and not after the last.
    source
        Where the edges come from; a key of README.md.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    edges: pd.DataFrame
    parts: pd.DataFrame
    first_day: date
    last_day: date
    source: str


def read_changes(path: Path = CHANGES_2024) -> pd.DataFrame:
    """Return the rows of the 21 provinces in the statistics office's list of changes, all text."""
    table = pd.read_excel(path, dtype="str", engine="calamine").set_axis(list(_CHANGE_COLUMNS), axis=1)
    table = table.apply(lambda column: column.str.normalize("NFC").str.split().str.join(" "))
    own = table["province_code"].fillna(table["later_province_code"])  # one row lacks its province
    ours: pd.DataFrame = table[own.isin(PROVINCES_2021)].assign(province_code=own)
    return ours


def build_steps(changes: pd.DataFrame, codes: pd.DataFrame, packages: Packages) -> list[Step]:
    """
    Return the four steps between the lists of 2019, 2021, 2024, June 2025 and 1 July 2025.

    Parameters
    ----------
    changes
        From `read_changes`.
    codes
        The codes of 2019 on those of 2021, columns as in `loaders.reference.former.build_former_units`.
    packages
        For the list of June 2025.
    """
    list_2021 = load_units().table.set_index("code")[_LIST]
    list_2025 = load_units_2025().table.set_index("code")[_LIST]
    # The list of changes has communes only, and Côn Đảo has none.
    con_dao = list_2021.loc[["755"]]
    list_2019 = _spelled_as(pd.concat([_list_of_2019(changes), con_dao]), list_2021)
    list_june = _spelled_as(_list_of_june_2025(packages), list_2021)
    edges_2024 = _edges_to_2024(changes, list_2021)
    list_2024 = _spelled_as(pd.concat([_list_of_2024(changes, edges_2024), con_dao]), list_2021, list_june)
    return [
        _step("2019", list_2019, list_2021, _edges_to_2021(codes, changes), LIST_DATE_2019, LIST_DATE_2021),
        _step("2021", list_2021, list_2024, edges_2024, LIST_DATE_2021, LIST_DATE_2024),
        _step("2024", list_2024, list_june, _edges_to_june(list_2024, packages), LIST_DATE_2024, LAST_DAY_OF_DISTRICTS),
        _step("2025", list_june, list_2025, _edges_to_2025(list_june), LAST_DAY_OF_DISTRICTS, LIST_DATE_2025),
    ]


def _step(
    period: str, before: pd.DataFrame, after: pd.DataFrame, edges: pd.DataFrame, first_day: date, last_day: date
) -> Step:
    """Put the parts of parts.csv into the edges, and check that every commune comes from and goes somewhere."""
    known = pd.read_csv(FOLDER / "parts.csv", dtype={"period": "str", "code_before": "str", "code_after": "str"})
    known = known[known["period"] == period]
    columns = ["code_before", "code_after", "area_km2", "people"]
    divisions = known.loc[known["what"] == "division", columns]
    kept = edges[~edges["code_before"].isin(divisions["code_before"])]
    edges = pd.concat([kept, divisions], ignore_index=True).sort_values(columns[:2], ignore_index=True)
    lost = set(before.index[before["level"] == COMMUNE]) - set(edges["code_before"])
    wrong = set(edges["code_after"]) - set(after.index[after["level"] == COMMUNE])
    if lost or wrong:
        raise ValueError(f"step {period}: communes go nowhere {sorted(lost)} or to none of the list {sorted(wrong)}")
    parts = known.loc[known["what"] == "part", columns].reset_index(drop=True)
    sources = {
        "2019": "gso-codes-2019-2021",
        "2021": "gso-changes-2019-2024",
        "2024": "vietnamadminunits-june-2025",
        "2025": "vietnamadminunits-july-2025",
    }
    return Step(before, after, edges, parts, first_day, last_day, sources[period])


def _list_of_2019(changes: pd.DataFrame) -> pd.DataFrame:
    rows = changes.drop_duplicates("code")
    return _list_of(rows, ("code", "full_name"), ("district_code", "district"), ("province_code", "province"))


def _list_of_2024(changes: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
    later = ("later_district_code", "later_district")
    rows = changes.drop_duplicates("later_code", keep="last").set_index("later_code", drop=False)
    # A row of the list may name a code by the unit that went into it; the unit's own row says its name best.
    own = changes[changes["code"] == changes["later_code"]].set_index("later_code", drop=False)
    rows.update(own)
    rows = rows.reindex(sorted(set(edges["code_after"])))
    rows["later_code"] = rows.index
    provinces = ("later_province_code", "later_province")
    table = _list_of(rows.reset_index(drop=True), ("later_code", "later_full_name"), later, provinces)
    tan_phong = changes.loc[changes["code"] == "25996"].iloc[0]
    table.loc["25996"] = [COMMUNE, "Tân Phong", "phuong", tan_phong["later_district_code"]]
    return table


def _list_of(
    rows: pd.DataFrame, communes: tuple[str, str], districts: tuple[str, str], provinces: tuple[str, str]
) -> pd.DataFrame:
    parts = []
    for (code, full_name), level, parent in (
        (communes, COMMUNE, districts[0]),
        (districts, DISTRICT, provinces[0]),
        (provinces, PROVINCE, None),
    ):
        named = rows.dropna(subset=[code, full_name]).drop_duplicates(code)
        split = [_split(text, level) for text in named[full_name]]
        table = pd.DataFrame(split, columns=["kind", "name"], index=pd.Index(named[code], name="code"))
        table["level"] = level
        table["parent_code"] = named[parent].to_numpy() if parent else None
        parts.append(table[_LIST])
    return pd.concat(parts).sort_index()


def _split(full_name: str, level: int) -> tuple[str, str]:
    if level == COMMUNE:
        (kind, *_), name = split_type_word(full_name)
        return kind, name
    if level == PROVINCE:
        word, name = re.split(r"(?<=Tỉnh) |(?<=Thành phố) ", full_name, maxsplit=1)
        return ("tinh" if word == "Tỉnh" else "thanh-pho-truc-thuoc"), name
    word = next(word for word in _KIND_OF if full_name.startswith(word + " "))
    return _KIND_OF[word], full_name.removeprefix(word + " ")


def _list_of_june_2025(packages: Packages) -> pd.DataFrame:
    legacy = packages.legacy[packages.legacy["provinceCode"].isin(PROVINCES_2021)].reset_index()
    districts = packages.districts.reset_index()
    districts = districts[districts["provinceCode"].isin(PROVINCES_2021)]
    rows = pd.concat([legacy, districts[~districts["districtCode"].isin(legacy["districtCode"])]])
    return _list_of(rows, ("wardCode", "ward"), ("districtCode", "district"), ("provinceCode", "province"))


def _spelled_as(table: pd.DataFrame, *models: pd.DataFrame) -> pd.DataFrame:
    """Return the list with names spelled as the models spell the same unit's name ("Hoà" and "Hòa" are one)."""
    table = table.copy()
    for model in models:
        other = model["name"].reindex(table.index)
        is_like = other.fillna("").map(_loose_key) == table["name"].map(_loose_key)
        is_same = other.notna() & (is_like | (_respelled(table) == other))
        table.loc[is_same, "name"] = other[is_same]
    return table


def _loose_key(name: str) -> str:
    """Return the name as far as spellings of one name agree: i and y, a repeated quote or space."""
    return re.sub(r"[\s'’\-]", "", accented_key(name)).translate(str.maketrans("yýỳỷỹỵ", "iíìỉĩị"))


def _respelled(table: pd.DataFrame) -> pd.Series[str]:
    """Return the name of respelled.csv for the units that stand there with the name that the list has."""
    respelled = pd.read_csv(FOLDER / "respelled.csv", dtype="str").set_index("code").reindex(table.index)
    return respelled["name"].where(respelled["found"] == table["name"]).fillna("")


def _edges(pairs: list[tuple[str, str]]) -> pd.DataFrame:
    table = pd.DataFrame(sorted(set(pairs)), columns=["code_before", "code_after"])
    return table.assign(area_km2=float("nan"), people=float("nan"))


def _edges_to_2021(codes: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    pairs = list(zip(codes["commune_code_2019"], codes["commune_code_2021"], strict=True))
    return with_stated_parts(_edges(pairs), changes)


def _edges_to_2024(changes: pd.DataFrame, list_2021: pd.DataFrame) -> pd.DataFrame:
    corrections = pd.read_csv(FOLDER / "list_corrections.csv", dtype="str", keep_default_na=False)
    corrections = corrections[corrections["period"] == "2021"].set_index("code_before")
    listed = changes.groupby("code")["later_code"].agg(lambda found: "|".join(sorted(set(found))))
    stale = corrections.index[listed.reindex(corrections.index) != corrections["listed_after"]]
    if len(stale):
        raise ValueError(f"list_corrections.csv no longer describes the list of changes: {', '.join(stale)}")
    carried = {**listed.to_dict(), **corrections["code_after"].to_dict()}
    communes = list_2021.index[list_2021["level"] == COMMUNE]
    return with_stated_parts(_edges([(code, carried[code]) for code in communes]), changes)


def _edges_to_june(list_2024: pd.DataFrame, packages: Packages) -> pd.DataFrame:
    communes = list_2024[list_2024["level"] == COMMUNE].rename(columns={"parent_code": "district_code"})
    carried = carry_to_june_2025(communes, packages)
    corrections = pd.read_csv(FOLDER / "list_corrections.csv", dtype="str", keep_default_na=False)
    corrections = corrections[corrections["period"] == "2024"]
    carried |= dict(zip(corrections["code_before"], corrections["code_after"], strict=True))
    return _edges(list(carried.items()))


def _edges_to_2025(list_june: pd.DataFrame) -> pd.DataFrame:
    successors = load_successors()
    pairs = successors[successors["commune_code"].isin(list_june.index)]
    return _edges(list(zip(pairs["commune_code"], pairs["successor_code"], strict=True)))


_AREA = r"(?P<area>\d[\d.,]*) ?km[2²]"
_PEOPLE = r"(?P<people>\d[\d.,]*) ?người"


def with_stated_parts(edges: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """
    Return the edges with the area and people that the notes state for a unit that went whole into another.

    The unit that took others in keeps what its own total leaves, where the note states the total.
    """
    edges = edges.copy()
    into = edges.groupby("code_after")["code_before"].transform("size")
    notes = changes.dropna(subset=["note"])
    by_code = notes.groupby("code")["note"].agg("\n".join)
    names = changes.drop_duplicates("code").set_index("code")["full_name"]
    for row in edges.index[into > 1]:
        before, after = edges.loc[row, ["code_before", "code_after"]]
        members = edges.loc[edges["code_after"] == after, "code_before"]
        text = "\n".join(by_code.reindex(members).dropna())
        found = re.search(rf"{_AREA}[^;\n]{{0,60}}?{_PEOPLE} (?:người )?của {re.escape(names[before])}", text, re.I)
        if found:
            edges.loc[row, ["area_km2", "people"]] = [_area(found["area"]), _people(found["people"])]
    for after, members in edges[into > 1].groupby("code_after"):
        text = "\n".join(by_code.reindex(members["code_before"]).dropna())
        total = re.search(rf"Sau khi [^\n]*?{_AREA} và quy mô dân số là {_PEOPLE}", text)
        unknown = edges.index[(edges["code_after"] == after) & edges["people"].isna()]
        if total and len(unknown) == 1:
            others = edges[(edges["code_after"] == after) & edges["people"].notna()]
            rest = [_area(total["area"]) - others["area_km2"].sum(), _people(total["people"]) - others["people"].sum()]
            if min(rest) > 0:
                edges.loc[unknown[0], ["area_km2", "people"]] = [round(rest[0], 2), rest[1]]
    return edges


def _area(text: str) -> float:
    """Return square kilometres: a comma or point before one or two digits is the decimal one."""
    whole, _, decimals = text.strip(".,").replace(",", ".").rpartition(".")
    return float(f"{whole.replace('.', '')}.{decimals}" if whole else decimals)


def _people(text: str) -> int:
    return int(re.sub(r"[.,]", "", text))
