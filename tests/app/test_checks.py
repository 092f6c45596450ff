"""The page of checks: counts, filters, one finding in full, reasons that stay, published figures."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coverage.check_bench import CheckBench
from coverage.workspace import Workspace
from tests.app.conftest import Run
from tests.app.test_pages import texts
from tests.coverage.conftest import figures, row
from tests.coverage.test_check_bench import store

COMMUNE = "30469"


@pytest.fixture
def fallen(home: Path) -> Path:
    """Let power of a commune fall by a third in the workspace of the test, with an error in its sums."""
    workspace = Workspace(home)
    now = workspace.figures(period="2021-Q2").set_index("commune_code").loc[COMMUNE]
    grid = int(now["households_grid"]) * 2 // 3
    store(workspace, figures(row(COMMUNE, None, grid)), day=date(2021, 7, 1), is_synthetic=True)
    workspace.close()
    return home


def metrics(page: AppTest) -> list[str]:
    return [metric.value for metric in page.metric]


def test_demo_has_a_handful_of_findings_and_its_area_is_that_of_the_side_bar(run: Run) -> None:
    page = run("checks", lang="en")
    assert not page.exception
    assert metrics(page) == ["0", "4", "0", "0"]
    table = page.dataframe[0].value
    assert set(table["Rule"]) == {
        "Bulk households without a master meter on record",
        "Own commune list and official list differ",
    }
    assert "2,503 communes" in table["What was found"].tolist()[-1]

    rules = page.table[0].value
    assert len(page.dataframe[1].value) == len(rules) == 23
    assert int(page.dataframe[1].value["Found"].sum()) == 4
    assert "our assumption" in rules["Limits"].tolist()

    published = page.dataframe[2].value.set_index("Households")
    assert published.loc["On direct sale"].tolist() == ["7,645,000", "7,648,842", "7,646,700", "yes"]
    assert set(published["Fits"]) <= {"yes", "–"}
    assert "Nothing that EVNSPC published" in texts(run("checks", lang="en", period="2021-Q1"))

    one = run("checks", lang="vi", area="91")
    assert metrics(one) == ["0", "1", "0", "0"]
    assert "3.600 hộ" in str(one.warning[1].value)
    assert "Không phát hiện gì" in run("checks", lang="vi", area="92").success[0].value


def test_all_quarters_are_told_in_the_list_that_the_area_is_of(run: Run) -> None:
    """In the list of 2025 the code 91 is An Giang; in that of 2021 it was Kiên Giang."""
    page = run("checks", lang="vi", area="91", boundaries="2025-07-01")
    page.toggle(key="check_every").set_value(True).run()
    assert not page.exception
    assert page.subheader[0].value.startswith("Tỉnh An Giang")
    assert "Tỉnh An Giang" in str(page.warning[1].value)


def test_finding_is_shown_in_full_and_explained_with_a_reason_that_stays(fallen: Path, run: Run) -> None:
    page = run("checks", lang="en", area="89")
    assert int(page.metric[0].value) >= 1
    page.selectbox(key="check_rule").select("grid-fell").run()
    assert not page.exception
    assert "With grid power" in texts(page)
    series = page.dataframe[1].value
    assert list(series.columns)[-1] == "Q2 2021"
    page.button(key="check_explain").click().run()
    assert "write your name and a reason" in page.error[0].value

    page.text_input(key="ask_user_check").set_value("Lan").run()
    page.text_input(key="check_why").set_value("Đang rà soát").run()
    page.button(key="check_explain").click().run()
    assert not page.exception
    assert page.metric[3].value == "1"
    bench = CheckBench(Workspace(fallen))
    [found] = [one for one in bench.findings("89", "2021-Q2") if one.rule.code == "grid-fell"]
    assert found.explanation is not None
    assert (found.explanation.reason, found.explanation.user) == ("Đang rà soát", "Lan")

    grid = int(dict(found.values)["new"])
    store(Workspace(fallen), figures(row(COMMUNE, None, grid - 5)), is_synthetic=True)
    page = run("checks", lang="en", area="89")
    page.selectbox(key="check_rule").select("grid-fell").run()
    assert page.metric[2].value == "1"
    shown = texts(page)
    assert "Open again: the figures have changed since Lan explained them" in shown
    assert "Đang rà soát" in shown


def test_press_example_is_checked_on_the_page(run: Run) -> None:
    page = run("checks", lang="vi")
    for key, text in (("published_part", "14,9"), ("published_whole", "18,43"), ("published_percent", "84,15")):
        page.text_input(key=key).set_value(text)
    page.run()
    assert "80,55% đến 81,14%" in page.error[0].value
    page.text_input(key="published_percent").set_value("80,85").run()
    assert not page.error
    assert "khớp nhau" in page.success[0].value
    page.text_input(key="published_percent").set_value("viele").run()
    assert '"viele"' in page.error[0].value
