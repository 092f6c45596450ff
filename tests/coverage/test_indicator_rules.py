"""The indicator table: a new line is enough, and a line that cannot be used says where and what is allowed."""

from __future__ import annotations

import pandas as pd
import pytest

from coverage.indicators import Figure, read_indicators, read_registry
from coverage.rollup import figures_of_area
from geodata.errors import FigureError
from geodata.language import Language
from geodata.units import Units
from loaders.reference.tables import load_indicator_table
from tests.coverage.conftest import figures, row

NEW = {
    "name": "rural_gap",
    "title_vi": "Tỷ lệ hộ nông thôn trong số hộ có điện",
    "title_en": "Share of rural households among those with power",
    "short_vi": "Nông thôn",
    "short_en": "Rural",
    "scope": "communes",
    "kind": "share",
    "unit_vi": "%",
    "unit_en": "%",
    "numerator": "households_grid_rural",
    "denominator": "households_grid",
    "denominator_vi": "hộ có điện lưới",
    "denominator_en": "households with power",
    "decimals": "1",
    "better": "none",
    "table_section": "coverage",
    "table_from": "facts",
    "valid_from": "2021-01-01",
    "formula_vi": "T nông thôn / T",
    "formula_en": "T rural / T",
    "source_vi": "phép thử",
    "source_en": "a test",
}


def with_line(**changes: str) -> pd.DataFrame:
    """Return the shipped table with one line more."""
    return pd.concat([load_indicator_table(), pd.DataFrame([NEW | changes])], ignore_index=True)


def test_new_indicator_is_one_line_of_data(units: Units) -> None:
    table = figures(row("30469", 100, 90, households_grid_rural=30), row("30472", 100, 60, households_grid_rural=30))
    found = figures_of_area(table, read_indicators(with_line()), units.communes_of("889"))["rural_gap"]
    assert (found.display(Language("vi")), found.display(Language("en"))) == ("40,0%", "40.0%")


def test_new_indicator_of_the_company_is_one_line_of_data() -> None:
    line = {"scope": "company", "kind": "change", "numerator": "faults", "denominator": "faults_before"}
    registry = read_registry(with_line(**line, table_from="returns"))
    assert Figure(registry["rural_gap"], 30, 40, 0, 0).display(Language("vi")) == "-25,0%"
    assert "rural_gap" not in read_indicators(with_line(**line, table_from="returns"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "ratio"}, "indicator.kind"),
        ({"kind": "change"}, "indicator.kind"),
        ({"scope": "district"}, "indicator.scope"),
        ({"better": "more"}, "indicator.better"),
        ({"stated_in": "billion"}, "indicator.stated_in"),
        ({"stated_in": "million"}, "indicator.stated_in"),
        ({"table_section": "extras"}, "indicator.table_section"),
        ({"table_from": ""}, "indicator.table_from"),
        ({"decimals": "two"}, "indicator.decimals"),
        ({"decimals": "7"}, "indicator.decimals"),
        ({"decimals": "-1"}, "indicator.decimals"),
        ({"stated_decimals": "²"}, "indicator.decimals"),
        ({"denominator": ""}, "indicator.denominator"),
        ({"denominator_en": ""}, "indicator.denominator"),
        ({"kind": "count", "unit_vi": "hộ", "unit_en": "households"}, "indicator.denominator"),
        ({"unit_en": "points"}, "indicator.unit"),
        ({"numerator": "households_blue"}, "indicator.measure"),
        ({"denominator": "households_blue"}, "indicator.measure"),
        ({"valid_from": "2021-02-30"}, "indicator.valid_from"),
        ({"map_breaks": "5|4"}, "indicator.map_breaks"),
        ({"map_breaks": "5|x"}, "indicator.map_breaks"),
        ({"title_vi": " "}, "indicator.blank"),
        ({"name": "direct_share"}, "indicator.doubled"),
        ({"title_en": "share of households ON direct sale"}, "indicator.doubled"),
    ],
)
def test_line_that_cannot_be_used_is_refused(changes: dict[str, str], code: str) -> None:
    with pytest.raises(FigureError) as caught:
        read_registry(with_line(**changes))
    assert caught.value.code == code
    assert f"line {len(load_indicator_table()) + 2}" in str(caught.value)


def test_refusal_names_line_column_and_what_is_allowed() -> None:
    with pytest.raises(FigureError) as caught:
        read_registry(with_line(kind="ratio"))
    line = len(load_indicator_table()) + 2
    said = f'Bảng chỉ tiêu, dòng {line} ("rural_gap"): "ratio" ở cột "kind". Cho phép: count, share, change.'
    assert Language("vi").explain(caught.value) == said


def test_table_without_a_column_is_refused() -> None:
    with pytest.raises(FigureError) as caught:
        read_registry(load_indicator_table().drop(columns="better"))
    assert caught.value.code == "table.columns-missing"
