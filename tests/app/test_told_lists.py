"""Pages on the map of another day: what they show, say, and do with links."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from coverage import rollup
from coverage.pages import _charts
from geodata.language import Language
from tests.app.conftest import Run


@pytest.mark.parametrize("name", ["map", "remaining", "targets", "report", "data", "upload"])
def test_every_page_launches_on_the_map_of_2025(run: Run, name: str) -> None:
    page = run(name, boundaries="2025-07-01", area="91")
    assert not page.exception
    assert not page.error


def test_figures_on_another_map_say_how_they_came_there(run: Run) -> None:
    page = run("map", boundaries="2025-07-01", area="91")
    assert page.subheader[0].value == "Tỉnh An Giang, Quý II/2021"
    assert "01/07/2025" in page.info[0].value
    assert "chia đều: giả định" in page.info[0].value
    shown = {metric.label: metric.value for metric in page.metric}
    old = [{m.label: m.value for m in run("map", area=code).metric} for code in ("89", "91")]
    counts = [int(table["Sau công tơ tổng"].replace(".", "")) for table in (shown, *old)]
    assert counts[0] == counts[1] + counts[2]


def test_own_map_of_the_quarter_needs_no_remark(run: Run) -> None:
    assert not run("map", area="89").info


def test_company_total_is_the_published_one_on_either_map(run: Run) -> None:
    shown = {metric.label: metric.value for metric in run("map", boundaries="2025-07-01").metric}
    assert shown["Sau công tơ tổng"] == "526.157"
    assert shown["Mua trực tiếp"] == "93,56%"


def test_chosen_province_is_followed_to_the_other_map_and_back(run: Run) -> None:
    page = run("map", area="84")
    page.selectbox(key="ask_boundaries").select("2025-07-01").run()
    assert page.subheader[0].value.startswith("Tỉnh Vĩnh Long")
    assert page.query_params["area"] in ("86", ["86"])
    page.selectbox(key="ask_boundaries").select("quarter").run()
    assert page.subheader[0].value.startswith("Tỉnh Trà Vinh")  # three provinces became one: the chosen one is back
    page.selectbox(key="ask_boundaries").select("2025-07-01").run()
    page.selectbox(key="ask_area").select("91").run()
    page.selectbox(key="ask_boundaries").select("quarter").run()
    assert page.subheader[0].value.startswith("EVNSPC")  # Trà Vinh is no part of what was chosen last


def test_merged_province_of_a_link_is_none_of_its_parts_on_the_own_map(run: Run) -> None:
    page = run("map", boundaries="2025-07-01", area="86")
    page.selectbox(key="ask_boundaries").select("quarter").run()
    assert page.subheader[0].value.startswith("EVNSPC: toàn bộ 21 tỉnh")  # three provinces became one: none is guessed
    assert any("Tỉnh Vĩnh Long" in caption.value for caption in page.sidebar.caption)
    page.selectbox(key="ask_area").select("84").run()
    page.selectbox(key="ask_area").select("EVNSPC").run()
    assert not any("Tỉnh Vĩnh Long" in caption.value for caption in page.sidebar.caption)


def test_areas_served_in_part_say_so(run: Run) -> None:
    page = run("map", boundaries="2025-07-01", area="79")
    assert page.subheader[0].value.startswith("Thành phố Hồ Chí Minh (phần EVNSPC phục vụ: 66/168 xã)")
    options = page.selectbox(key="ask_area").options
    assert options[0].endswith("21 tỉnh cũ (10 tỉnh của danh sách này)")
    assert "Tỉnh An Giang" in options
    assert (
        run("map", lang="en", area="79", boundaries="2025-07-01")
        .subheader[0]
        .value.startswith("Thành phố Hồ Chí Minh (the part that EVNSPC serves: 66/168 communes)")
    )


def test_report_without_districts_promises_none(run: Run) -> None:
    captions = [caption.value for caption in run("report", boundaries="2025-07-01", area="91").caption]
    assert any("mọi xã" in caption for caption in captions)
    assert not any("huyện" in caption for caption in captions)


def test_figure_that_did_not_change_has_no_arrow(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told = rollup.figures_of_area
    assert any(metric.delta for metric in run("map", area="89").metric)
    first: list[Any] = []

    def always_the_same(*parts: Any) -> Any:
        first.append(told(*parts))
        return first[0]

    monkeypatch.setattr(rollup, "figures_of_area", always_the_same)
    page = run("map", area="89")
    assert len(first) > 1
    assert [metric.delta for metric in page.metric] == [""] * len(page.metric)


def test_wrong_choice_of_a_link_is_dropped_alone(run: Run) -> None:
    page = run("map", boundaries="2025-07-01", area="89", indicator="bulk_share")
    page.button(key="open_without").click().run()
    assert not page.error
    assert page.subheader[0].value.startswith("EVNSPC: toàn bộ địa bàn")
    assert page.selectbox(key="ask_boundaries").value == "2025-07-01"
    assert page.selectbox(key="ask_indicator").value == "bulk_share"


def test_shared_communes_have_no_difference_from_their_meters(run: Run) -> None:
    page = run("remaining", boundaries="2025-07-01", area="91")
    table = page.dataframe[0].value
    is_shared = table["Xã"].str.endswith(" ≈")
    assert 0 < is_shared.sum() < len(table)
    assert set(table.loc[is_shared, "Chênh lệch"]) == {"–"}
    assert any(caption.value.startswith("≈: có phần") for caption in page.caption)


def test_own_units_are_compared_with_their_meters(run: Run) -> None:
    page = run("remaining", area="89")
    assert not page.dataframe[0].value["Xã"].str.contains("≈").any()
    assert not any("≈" in caption.value for caption in page.caption)


def test_area_of_another_days_list_in_a_link_is_reported(run: Run) -> None:
    page = run("map", boundaries="2025-07-01", area="89")
    assert not page.exception
    assert "89" in page.error[0].value


def test_unknown_day_in_a_link_is_reported(run: Run) -> None:
    page = run("map", boundaries="1999-01-01")
    assert "1999-01-01" in page.error[0].value


def events(days: pd.DatetimeIndex, kinds: list[str], *, before: list[str], after: list[str]) -> pd.DataFrame:
    columns = {"valid_date": days, "kind": kinds, "code_before": before, "code_after": after}
    return pd.DataFrame({**columns, "date_quality": "seen"})


def test_units_that_merged_are_counted_once_and_unsure_days_said_to_be_so() -> None:
    kinds = ["merged", "merged", "created", "abolished", "abolished", "divided", "merged"]
    days = pd.to_datetime(["2020-02-01"] * len(kinds))
    changes = events(days, kinds, before=["1", "2", "", "1", "9", "5", "5"], after=["3", "3", "3", "", "", "3", "3"])
    changes.loc[4, "date_quality"] = "unverified"
    marks = _charts.change_marks(changes, ["2020-Q1"], Language("en"), x="Quarter")
    assert marks is not None
    [data] = marks.to_dict()["datasets"].values()
    assert data == [
        {"Quarter": "Q1 2020", "day": "01/02/2020, about 01/02/2020", "what": "2 merged, 1 divided; 1 abolished"}
    ]


def test_changes_are_marked_at_the_first_quarter_that_ends_after_them() -> None:
    days = pd.to_datetime(["2020-02-01", "2020-02-01", "2020-04-01"])
    changes = events(days, ["merged", "raised", "renamed"], before=["1", "2", "3"], after=["4", "2", "3"])
    marks = _charts.change_marks(changes, ["2019-Q4", "2020-Q1", "2020-Q3"], Language("en"), x="Quarter")
    assert marks is not None
    [data] = marks.to_dict()["datasets"].values()
    assert [(row["Quarter"], row["what"]) for row in data] == [
        ("Q1 2020", "1 merged, 1 raised"),
        ("Q3 2020", "1 renamed"),
    ]


def test_nothing_is_marked_where_nothing_changed() -> None:
    assert _charts.change_marks(pd.DataFrame(), ["2020-Q1"], Language("en"), x="Quarter") is None
