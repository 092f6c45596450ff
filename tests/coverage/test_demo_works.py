"""The demo's works agree with the figures of their communes, and are the same everywhere."""

from __future__ import annotations

import hashlib

import pandas as pd
import pytest

from coverage.demo import DemoData, make_demo
from coverage.demo_works import WORK_COLUMNS
from loaders.reference import load_units
from loaders.reference.tables import load_demo_assumptions, load_province_facts

UNITS = load_units()
WORKS_SHA256 = "ffa7d387848afc052dc5c67c0fbf538b9a0d1ec084ad5eba4fe6624da2c768d0"


@pytest.fixture(scope="module")
def demo() -> DemoData:
    return make_demo(UNITS, load_province_facts(), load_demo_assumptions())


def without_grid(demo: DemoData) -> pd.DataFrame:
    table = demo.figures.assign(without=demo.figures["households_all"] - demo.figures["households_grid"])
    return table.set_index(["commune_code", "period"])["without"].astype("int64").unstack()  # noqa: PD010


def test_every_province_has_works_in_rural_communes(demo: DemoData) -> None:
    works = demo.works
    assert tuple(works.columns) == WORK_COLUMNS
    assert works["work_code"].is_unique
    communes = UNITS.communes.loc[works["commune_code"]]
    assert communes["is_rural"].all()
    assert set(communes["province_code"]) == set(UNITS.provinces.index)
    assert works["work_name"].str.endswith("(giả định)").all()


def test_works_connect_what_the_figures_gained_and_have_left_what_they_lack(demo: DemoData) -> None:
    without, works = without_grid(demo), demo.works
    connected = works.groupby("commune_code")["households_connected"].sum()
    gained = (without.iloc[:, 0] - without.iloc[:, -1]).loc[connected.index]
    assert (connected <= gained).all()
    left = (works["households_planned"] - works["households_connected"]).clip(lower=0)
    left = left.groupby(works["commune_code"]).sum()
    assert (left <= without.iloc[:, -1].loc[left.index]).all()


def test_finished_works_connected_no_more_than_was_gained_until_they_ended(demo: DemoData) -> None:
    finished = demo.works[demo.works["progress_share"] == 1]
    assert len(finished) > 30
    without = without_grid(demo)
    days = finished["completion_date"]
    for code, day, connected in zip(finished["commune_code"], days, finished["households_connected"], strict=True):
        gained = without.loc[code].iloc[0] - without.loc[code, f"{day.year}-Q{day.quarter}"]
        assert connected == gained


def test_works_show_what_offices_meet(demo: DemoData) -> None:
    works = demo.works
    is_open = works["progress_share"] < 1
    assert (works.loc[is_open, "households_planned"] > works.loc[is_open, "households_connected"]).all()
    assert works.loc[is_open, "completion_date"].isna().any()
    assert (works.loc[is_open, "completion_date"] <= pd.Timestamp(2021, 6, 30)).any()
    assert (works.loc[is_open, "completion_date"] > pd.Timestamp(2021, 6, 30)).any()
    assert (works["households_connected"] > works["households_planned"]).any()
    assert (works["cost_million_vnd"] / works["households_planned"]).between(13, 62).all()


def test_works_are_the_same_on_every_machine(demo: DemoData) -> None:
    text = demo.works.to_csv(index=False, lineterminator="\n")
    assert hashlib.sha256(text.encode()).hexdigest() == WORKS_SHA256
