"""The shipped history of units: counts of the official lists and of the decrees, and against the real files."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from geodata.errors import PlaceError
from geodata.unit_history import EVENT_KINDS, UnitHistory
from geodata.units import COMMUNE
from loaders.reference import load_communes_2025, load_unit_history, load_units, load_units_2025
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


def test_the_lists_of_2021_and_2025_are_the_shipped_ones(history: UnitHistory) -> None:
    for shipped in (load_units(), load_units_2025()):
        pd.testing.assert_frame_equal(history.units_on(shipped.list_date).table, shipped.table)


def test_the_country_and_two_provinces_on_1_july_2025(history: UnitHistory) -> None:
    country = load_communes_2025()
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
