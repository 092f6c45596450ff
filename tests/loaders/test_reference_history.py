"""The shipped history of units: counts of the official lists and of the decrees, and against the real files."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geodata.errors import PlaceError
from geodata.event_sentences import describe_event, describe_unit
from geodata.language import Language
from geodata.lineage import area_shares, correspondence, counterparts, restate
from geodata.tables import MEASURES
from geodata.unit_history import EVENT_KINDS, UnitHistory
from geodata.units import COMMUNE, Units
from loaders.reference import (
    load_former_units,
    load_successors,
    load_unit_history,
    load_units,
    load_units_2025,
)
from loaders.reference.history.build import build_communes_2025, build_history
from loaders.reference.history.lists import FOLDER, read_changes
from loaders.reference.packages import read_packages

REUSED = {"23167": ("Đức Tân", "Măng Tố"), "28072": ("Tân Lập", "Tân Long"), "28078": ("Mỹ Bình", "Tân Bình")}


@pytest.fixture(scope="module")
def history() -> UnitHistory:
    return load_unit_history()


@pytest.mark.parametrize(
    ("day", "provinces", "districts", "communes"),
    [
        (date(2019, 1, 1), 21, 211, 2513),
        (date(2021, 7, 1), 21, 211, 2484),
        (date(2024, 11, 10), 21, 211, 2453),
        (date(2025, 6, 30), 21, 208, 2422),
        (date(2025, 7, 1), 10, 0, 1043),
    ],
)
def test_counts_of_the_five_lists(
    history: UnitHistory, day: date, provinces: int, districts: int, communes: int
) -> None:
    units = history.units_on(day)
    assert (len(units.provinces), len(units.districts), len(units.communes)) == (provinces, districts, communes)


@pytest.mark.parametrize(
    ("province", "day", "xa", "phuong", "thi_tran"),
    [  # what the decree of that day says the province has from then on
        ("60", date(2020, 1, 1), 93, 19, 12),
        ("83", date(2020, 2, 1), 142, 8, 7),
        ("74", date(2020, 2, 1), 42, 45, 4),
        ("87", date(2020, 11, 1), 115, 19, 9),
        ("74", date(2021, 2, 1), 41, 45, 5),
        ("89", date(2021, 2, 1), 116, 21, 19),
        ("75", date(2021, 7, 1), 121, 40, 9),
        ("89", date(2023, 4, 10), 110, 28, 18),
        ("82", date(2024, 5, 1), 138, 24, 8),
        ("94", date(2024, 9, 1), 80, 16, 12),
        ("58", date(2024, 11, 1), 47, 12, 3),
        ("92", date(2024, 11, 1), 36, 39, 5),
        ("60", date(2024, 12, 1), 93, 16, 12),
        ("68", date(2024, 12, 1), 106, 18, 13),
        ("80", date(2024, 12, 1), 160, 11, 15),
        ("91", date(2024, 12, 1), 116, 17, 10),
        ("96", date(2024, 12, 1), 82, 9, 9),
        ("77", date(2025, 1, 1), 42, 28, 7),
        ("89", date(2025, 1, 1), 110, 27, 18),
        ("77", date(2025, 3, 1), 40, 30, 7),
    ],
)
def test_counts_that_the_decrees_state(
    history: UnitHistory, province: str, day: date, xa: int, phuong: int, thi_tran: int
) -> None:
    kinds = history.units_on(day).communes_of(province)["kind"].value_counts()
    assert (kinds["xa"], kinds["phuong"], kinds["thi-tran"]) == (xa, phuong, thi_tran)


@pytest.mark.parametrize(
    ("province", "xa", "phuong", "dac_khu"),
    [("82", 82, 20, 0), ("86", 105, 19, 0), ("91", 85, 14, 3), ("92", 72, 31, 0)],
)
def test_counts_that_the_decrees_of_2025_state(
    history: UnitHistory, province: str, xa: int, phuong: int, dac_khu: int
) -> None:
    kinds = history.units_on(date(2025, 7, 1)).communes_of(province)["kind"].value_counts()
    assert (kinds["xa"], kinds["phuong"], kinds.get("dac-khu", 0)) == (xa, phuong, dac_khu)


def test_the_former_units_of_2019_are_those_of_the_history(history: UnitHistory) -> None:
    old, new = (_with_district_names(history.units_on(day)) for day in (date(2019, 1, 1), date(2021, 7, 1)))
    pairs = correspondence(history, from_day=date(2019, 1, 1), to_day=date(2021, 7, 1))
    before = pairs.join(old, on="from_code")
    after = pairs.join(new, on="to_code")
    is_other = pairs["from_code"] != pairs["to_code"]
    for column in ("name", "kind", "district_name"):
        is_other |= before[column] != after[column]
    told = before.loc[is_other, ["from_code", "to_code", "kind", "district_name", "is_divided"]]
    shipped = load_former_units().table[["former_code", "unit_code", "kind", "district_name", "is_divided"]]
    # Thường Thới Tiền became a township on 1 March 2019; the file of codes has it as one already.
    assert set(told.itertuples(index=False, name=None)) - set(shipped.itertuples(index=False, name=None)) == {
        ("29971", "29971", "xa", "Huyện Hồng Ngự", False)
    }
    assert len(told) == len(shipped) + 1


def _with_district_names(units: Units) -> pd.DataFrame:
    communes = units.communes[["name", "kind"]].copy()
    communes["district_name"] = units.communes["district_code"].map(units.districts["full_name"])
    return communes


def test_the_lists_of_2021_and_2025_are_the_shipped_ones(history: UnitHistory) -> None:
    for shipped in (load_units(), load_units_2025()):
        pd.testing.assert_frame_equal(history.units_on(shipped.list_date).table, shipped.table)


def test_the_country_and_two_provinces_on_1_july_2025(history: UnitHistory) -> None:
    country = pd.read_csv(FOLDER / "communes_2025.csv", dtype="str")
    assert (len(country), country["code"].nunique(), country["province_code"].nunique()) == (3321, 3321, 34)
    units = history.units_on(date(2025, 7, 1))
    assert (len(units.communes_of("91")), len(units.communes_of("86"))) == (102, 124)
    ours = country[country["province_code"].isin(units.provinces.index)].set_index("code")
    assert ours["name"].equals(units.communes["name"].rename_axis("code"))


def test_province_codes_that_another_province_took_over(history: UnitHistory) -> None:
    names = {
        code: (history.spell(code, date(2025, 6, 30))["name"], history.spell(code, date(2025, 7, 1))["name"])
        for code in ("80", "82", "91", "96")
    }
    assert names["80"] == ("Long An", "Tây Ninh")
    assert names["91"] == ("Kiên Giang", "An Giang")
    assert names["82"] == ("Tiền Giang", "Đồng Tháp")
    with pytest.raises(PlaceError):
        history.spell("89", date(2025, 7, 1))


def test_areas_of_2021_on_the_map_of_2025_and_back(history: UnitHistory) -> None:
    days = {"day": date(2021, 7, 1), "on_day": date(2025, 7, 1)}
    assert counterparts(history, "89", **days) == ("91",)
    assert counterparts(history, "886", **days) == ()  # there are no districts
    assert counterparts(history, "28825", **days) == ("28807",)
    back = {"day": date(2025, 7, 1), "on_day": date(2021, 7, 1)}
    assert counterparts(history, "86", **back) == ("83", "84", "86")
    assert counterparts(history, "697", day=date(2021, 7, 1), on_day=date(2024, 1, 1)) == ("697",)


@pytest.mark.parametrize(("code", "names"), REUSED.items())
def test_reused_codes_are_two_units(history: UnitHistory, code: str, names: tuple[str, str]) -> None:
    spells = history.spells[history.spells["code"] == code]
    assert (spells["name"].iloc[0], spells["name"].iloc[1]) == names
    kinds = history.events.loc[history.events["code_before"] == code, "kind"]
    assert "merged" in set(kinds)
    assert "renamed" not in set(kinds)


def test_every_spell_ends_by_an_event_and_every_event_is_of_a_spell(history: UnitHistory) -> None:
    spells, events = history.spells, history.events
    assert set(events["kind"]) <= set(EVENT_KINDS)
    ended = set(zip(spells["code"], spells["valid_to"], strict=True))
    began = set(zip(spells["code"], spells["valid_from"], strict=True))
    told = events[events["kind"] != "part-moved"]
    before = told.dropna(subset=["code_before"])
    after = told.dropna(subset=["code_after"])
    assert set(zip(before["code_before"], before["valid_date"], strict=True)) <= ended
    assert set(zip(after["code_after"], after["valid_date"], strict=True)) <= began
    told_ends = set(zip(before["code_before"], before["valid_date"], strict=True))
    assert {pair for pair in ended if not pd.isna(pair[1])} == told_ends


def test_spells_of_a_code_do_not_overlap(history: UnitHistory) -> None:
    spells = history.spells.sort_values(["code", "valid_from"])
    same = spells["code"] == spells["code"].shift()
    assert (spells.loc[same, "valid_from"] >= spells["valid_to"].shift()[same]).all()
    assert not spells.duplicated(["code", "valid_from"]).any()


def test_no_commune_comes_from_nowhere_but_those_from_outside(history: UnitHistory) -> None:
    links = history.commune_links
    new = history.spells[(history.spells["level"] == COMMUNE) & (history.spells["valid_from"] > "2019-01-01")]
    led_to = set(zip(links["code_after"], links["valid_date"], strict=True))
    strangers = new[[pair not in led_to for pair in zip(new["code"], new["valid_from"], strict=True)]]
    assert set(strangers["valid_from"]) == {pd.Timestamp(2025, 7, 1)}
    parents = strangers["parent_code"].value_counts().to_dict()
    # Communes of old Khánh Hòa, Đắk Nông and Hồ Chí Minh City; and Côn Đảo, a district without communes till then.
    assert set(parents) == {"56", "68", "79"}
    assert sum(parents.values()) == 172


def test_unverified_days_say_between_which_days_they_lie(history: UnitHistory) -> None:
    events = history.events
    assert set(events["date_quality"]) == {"seen", "unverified"}
    unverified = events[events["date_quality"] == "unverified"]
    assert (unverified["earliest"] <= unverified["valid_date"]).all()
    assert (unverified["valid_date"] <= unverified["latest"]).all()
    assert events.loc[events["date_quality"] == "seen", "earliest"].isna().all()


def test_the_story_of_a_divided_commune_of_long_an(history: UnitHistory) -> None:
    assert describe_unit(history, "28186", day=date(2019, 1, 1), language=Language("en")) == [
        "01/01/2020, decree 836/NQ-UBTVQH14: "
        "Xã Trường Bình was divided; 11,167 of its people went to Thị trấn Cần Giuộc.",
        "01/01/2020, decree 836/NQ-UBTVQH14: Xã Trường Bình was divided; 3,655 of its people went to Xã Mỹ Lộc.",
        "01/07/2025, decree 1682/NQ-UBTVQH15: Thị trấn Cần Giuộc was merged into Xã Cần Giuộc.",
        "01/07/2025, decree 1682/NQ-UBTVQH15: Xã Mỹ Lộc took in Xã Phước Lâm, Xã Thuận Thành.",
    ]


def test_every_event_can_be_told(history: UnitHistory) -> None:
    sample = history.events[history.events["valid_date"] < "2025-07-01"]
    for code in ("vi", "en"):
        for _, event in sample.iterrows():
            assert "{" not in describe_event(event, history, Language(code))


@pytest.mark.parametrize(
    ("from_day", "to_day", "pairs", "divided"),
    [
        (date(2019, 1, 1), date(2021, 7, 1), 2516, 3),
        (date(2021, 7, 1), date(2025, 7, 1), 2567, 78),
        (date(2025, 7, 1), date(2021, 7, 1), 2567, 838),
    ],
)
def test_who_became_whom(history: UnitHistory, from_day: date, to_day: date, pairs: int, divided: int) -> None:
    found = correspondence(history, from_day=from_day, to_day=to_day)
    assert (len(found), found.loc[found["is_divided"], "from_code"].nunique()) == (pairs, divided)
    listed = history.units_on(from_day).communes.index
    outside = set(listed) - set(found["from_code"])
    assert len(outside) == (172 if from_day.year == 2025 else 0)


def test_the_pairs_of_2021_and_2025_are_the_successors_and_more(history: UnitHistory) -> None:
    found = correspondence(history, from_day=date(2021, 7, 1), to_day=date(2025, 7, 1))
    shipped = load_successors()
    pairs = set(zip(found["from_code"], found["to_code"], strict=True))
    known = set(zip(shipped["commune_code"], shipped["successor_code"], strict=True))
    # Phú An Hòa, and the other parts of Tân Hòa (Bến Lức), are what the package does not say.
    assert {code for code, _ in pairs - known} == {"28006", "28825"}
    assert not known - pairs


def test_twenty_quarters_are_restated_in_well_under_a_second(history: UnitHistory) -> None:
    from_day, to_day = date(2021, 7, 1), date(2025, 7, 1)
    codes = list(history.units_on(from_day).communes.index)
    periods = [f"{year}-Q{quarter}" for year in range(2017, 2022) for quarter in range(1, 5)]
    index = pd.MultiIndex.from_product([codes, periods], names=["commune_code", "period"])
    figures = pd.DataFrame({name: range(len(index)) for name in MEASURES}, index=index).reset_index()
    start = time.perf_counter()
    restated = restate(figures, history, from_day=from_day, to_day=to_day)
    assert time.perf_counter() - start < 2  # 0.4 s on an idle machine; the bound allows for a busy one
    assert restated[list(MEASURES)].sum().equals(figures[list(MEASURES)].sum().astype("Int64"))
    assert set(restated["basis"]) == {"exact", "decree", "equal"}
    assert restated["parts_missing"].eq(0).all()


def test_the_census_restated_by_real_outlines(history: UnitHistory, shared_folder: Path) -> None:
    data = shared_folder / "data"
    census = pd.read_csv(data / "communes_2021/census_2019_on_2021_codes.csv", dtype={"code_2021": "str"})
    figures = census.rename(columns={"code_2021": "commune_code", "households": "households_all"}).assign(period="2019")
    figures = figures[["commune_code", "period", "households_all"]]
    old = gpd.read_parquet(data / "communes_2021/south_communes_2021.parquet")
    new = gpd.read_parquet(data / "wards_2025/south_wards_2025.parquet").rename(columns={"code": "commune_code"})
    pairs = correspondence(history, from_day=date(2021, 7, 1), to_day=date(2025, 7, 1))
    shares = area_shares(old, new, pairs)
    assert shares["from_code"].nunique() == 78
    restated = restate(figures, history, from_day=date(2021, 7, 1), to_day=date(2025, 7, 1), shares=shares)
    assert restated["households_all"].sum() == figures["households_all"].sum()
    assert restated["basis"].value_counts().to_dict() == {"exact": 771, "area": 98, "decree": 2}


def test_it_loads_quickly() -> None:
    load_unit_history()
    spent = []
    for _ in range(3):
        start = time.perf_counter()
        load_unit_history()
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.25  # 0.035 s on an idle machine; the bound allows for a busy one


def test_the_list_of_2021_is_the_official_one(history: UnitHistory, shared_folder: Path) -> None:
    official = pd.read_csv(shared_folder / "data/communes_2021/official_list_2021-07-01.csv", dtype="str")
    official = official.set_index("commune_code").sort_index()
    communes = history.units_on(date(2021, 7, 1)).communes
    assert list(communes.index) == list(official.index)
    assert list(communes["district_code"]) == list(official["district_code"])
    spaced = official["commune"].str.split().str.join(" ")
    assert (communes["full_name"].str.casefold() == spaced.str.casefold()).all()


def test_the_codes_of_2019_lead_to_those_of_2021(history: UnitHistory, shared_folder: Path) -> None:
    codes = pd.read_csv(shared_folder / "data/communes_2021/codes_2019_to_2021.csv", dtype="str")
    assert set(history.units_on(date(2019, 1, 1)).communes.index) == set(codes["commune_code_2019"])
    links = history.commune_links
    links = links[links["valid_date"] <= "2021-07-01"].groupby("code_before")["code_after"].agg(set).to_dict()
    for before, after in zip(codes["commune_code_2019"], codes["commune_code_2021"], strict=True):
        assert after in links.get(before, {before})


@pytest.mark.usefixtures("shared_folder")
def test_the_build_gives_the_shipped_tables() -> None:
    packages = read_packages()
    spells, events = build_history(packages)
    for name, table in (("spells", spells), ("events", events), ("communes_2025", build_communes_2025(packages))):
        assert table.to_csv(index=False, lineterminator="\n") == (FOLDER / f"{name}.csv").read_text(encoding="utf-8")


def test_the_list_of_changes_has_the_rows_that_were_counted(shared_folder: Path) -> None:
    changes = read_changes(shared_folder / "data/gso_ward_changes_2019_2024.xls")
    assert (len(changes), changes["code"].nunique(), changes["later_code"].nunique()) == (2517, 2513, 2459)
