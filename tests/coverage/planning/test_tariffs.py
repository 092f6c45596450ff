"""Prices: which decision is in force, what kWh cost by tier, what is said where there is a gap."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.planning.tariffs import TariffError, amount_vnd, read_tariffs
from geodata.language import Language
from loaders.reference.planning import load_tariff_table

TARIFFS = read_tariffs(load_tariff_table())


def test_the_decision_of_2019_is_in_force_in_2021() -> None:
    prices = TARIFFS.on(date(2021, 6, 30))
    assert (prices.decision, prices.effective) == ("648/QĐ-BCT", date(2019, 3, 20))
    assert prices.retail_vnd_per_kwh == (1678, 1734, 2014, 2536, 2834, 2927)
    assert prices.bulk_vnd_per_kwh == (1403, 1459, 1590, 1971, 2231, 2323)
    assert (prices.retail_status, prices.bulk_status) == ("seen", "unverified")
    assert "chưa đối chiếu" in prices.bulk_source.vi
    assert "chưa đối chiếu" not in prices.retail_source.vi


def test_a_decision_holds_from_its_own_day_until_the_day_before_the_next() -> None:
    assert TARIFFS.on(date(2023, 5, 3)).decision == "648/QĐ-BCT"
    assert TARIFFS.on(date(2023, 5, 4)).decision == "1062/QĐ-BCT"
    assert TARIFFS.on(date(2030, 1, 1)).decision == "1279/QĐ-BCT"
    assert TARIFFS.decisions[0] == ("648/QĐ-BCT", date(2019, 3, 20))
    assert len(TARIFFS.decisions) == 5


@pytest.mark.parametrize(
    ("kwh", "retail", "bulk"),
    [(0, 0, 0), (50, 83_900, 70_150), (100, 170_600, 143_100), (150, 271_300, 222_600), (500, 1_201_700, 954_600)],
)
def test_kwh_cost_by_tier(kwh: float, retail: float, bulk: float) -> None:
    prices = TARIFFS.on(date(2021, 6, 30))
    assert prices.retail_vnd([kwh])[0] == retail
    assert prices.bulk_vnd([kwh])[0] == bulk


@given(st.lists(st.floats(1, 5000), min_size=6, max_size=6).map(sorted), st.floats(0, 2000), st.floats(0, 500))
def test_more_kwh_never_cost_less_and_each_at_least_the_first_tier(tiers: list[float], kwh: float, more: float) -> None:
    first, second = amount_vnd([kwh, kwh + more], tuple(tiers))
    assert second - first >= tiers[0] * more * (1 - 1e-9) - 1e-6
    assert first <= tiers[5] * kwh * (1 + 1e-9) + 1e-6


def test_a_day_before_the_first_decision_is_said() -> None:
    with pytest.raises(TariffError) as caught:
        TARIFFS.on(date(2019, 3, 19))
    assert caught.value.code == "tariff.too-early"
    assert Language("vi").explain(caught.value) == (
        "Chưa có giá điện cho ngày 19/03/2019: giá đầu tiên là của 648/QĐ-BCT, hiệu lực từ 20/03/2019. "
        "Hãy chọn ngày sau đó, hoặc thêm quyết định trước đó vào bảng giá."
    )


@pytest.mark.parametrize(("kind", "code"), [("retail", "tariff.no-retail"), ("rural_bulk", "tariff.no-bulk")])
def test_a_decision_without_one_of_its_sides_is_a_gap(kind: str, code: str) -> None:
    table = load_tariff_table()
    gap = read_tariffs(table[~((table["decision"] == "1062/QĐ-BCT") & (table["kind"] == kind))])
    assert gap.on(date(2023, 5, 3)).decision == "648/QĐ-BCT"
    with pytest.raises(TariffError, match="1062/QĐ-BCT") as caught:
        gap.on(date(2023, 6, 1))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("effective", "20.3.2019", "tariff.day-unreadable"),
        ("kind", "wholesale", "tariff.kind-unknown"),
        ("tier2_51_100", "", "tariff.price-unreadable"),
        ("tier2_51_100", "0", "tariff.price-unreadable"),
        ("tier2_51_100", "nan", "tariff.price-unreadable"),
        ("tier2_51_100", "9999", "tariff.tiers-fall"),
        ("kind", "rural_bulk", "tariff.twice"),
    ],
)
def test_a_bad_row_of_the_table_is_said_with_its_number(column: str, value: str, code: str) -> None:
    table = load_tariff_table()
    table.loc[2, column] = value
    if code == "tariff.twice":
        table.loc[2, "effective"] = "2019-03-20"
    with pytest.raises(TariffError) as caught:
        read_tariffs(table)
    assert caught.value.code == code
    assert caught.value.values["row"] == 3  # noqa: PD011


def test_a_table_without_rows_is_said() -> None:
    with pytest.raises(TariffError) as caught:
        read_tariffs(load_tariff_table().iloc[:0])
    assert caught.value.code == "tariff.none"


@pytest.mark.shared
def test_shipped_prices_are_those_of_the_facts(shared_folder: Path) -> None:
    facts = pd.read_csv(shared_folder / "facts" / "tariffs.csv", dtype="str")
    shipped = load_tariff_table()
    pd.testing.assert_frame_equal(shipped[facts.columns.to_list()], facts)
    assert shipped[["source_vi", "source_en"]].ne("").all(axis=None)
    assert np.isin(shipped["status"], ["seen", "unverified"]).all()
