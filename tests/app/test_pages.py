"""Every page launches, in both languages, on the demo and on an empty workspace; links good and bad."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import app
from coverage.ledgers import LedgerCall, Ledgers
from coverage.surveys import Surveys
from coverage.workspace import Workspace
from tests.app.conftest import Run
from tests.coverage.office import POINT, table


def texts(page: AppTest) -> str:
    blocks = (page.title, page.subheader, page.warning, page.info, page.error, page.caption, page.markdown)
    return "\n".join(str(element.value) for block in blocks for element in block)


def test_whole_app_starts_on_the_map(home: Path) -> None:
    assert home.is_dir()
    page = AppTest.from_file(str(Path(app.__file__)), default_timeout=60).run()
    assert not page.exception
    assert page.title[0].value == "Bản đồ phủ điện"


def test_starting_the_app_loads_neither_compiler_nor_downloader(home: Path) -> None:
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        f"page = AppTest.from_file({str(Path(app.__file__))!r}, default_timeout=60).run()\n"
        "assert not page.exception and page.title\n"
        "assert 'coverage.pages.overview' in sys.modules\n"
        "assert not {'numba', 'llvmlite', 'loaders.boundary_download'} & set(sys.modules)"
    )
    environment = os.environ | {"PHUDIEN_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", list(app.PAGES))
def test_every_page_launches_and_says_that_the_demo_is_synthetic(run: Run, name: str, language: str) -> None:
    page = run(name, lang=language)
    assert not page.exception
    assert not page.error
    expected = "tổng hợp để trình diễn" if language == "vi" else "Synthetic demonstration data"
    assert expected in page.warning[0].value


@pytest.mark.parametrize("name", list(app.PAGES))
def test_every_page_launches_on_an_empty_workspace(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHUDIEN_HOME", str(tmp_path / "empty"))
    page = AppTest.from_string(f"import app; app.draw_page({name!r})", default_timeout=60).run()
    assert not page.exception
    assert not page.warning


@pytest.mark.parametrize(("name", "section"), [("report", "company"), ("report", "form"), ("report", "verify")])
def test_sections_that_need_no_figures_work_on_an_empty_workspace(
    name: str, section: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHUDIEN_HOME", str(tmp_path / "empty"))
    page = AppTest.from_string(f"import app; app.draw_page({name!r})", default_timeout=60)
    page.query_params["section"] = section
    page.run()
    assert not page.exception
    assert not page.error
    assert "Chưa có số liệu" not in "".join(info.value for info in page.info)


@pytest.mark.parametrize(
    ("name", "choice", "value", "needs"),
    [
        ("targets", "targets", "in_force", False),
        ("targets", "targets", "split", True),
        ("report", "section", "province", True),
        ("map", "section", "", True),
    ],
)
def test_parts_that_need_figures_say_so_on_an_empty_workspace(
    name: str, choice: str, value: str, *, needs: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHUDIEN_HOME", str(tmp_path / "empty"))
    page = AppTest.from_string(f"import app; app.draw_page({name!r})", default_timeout=60)
    if value:
        page.query_params[choice] = value
    page.run()
    assert not page.exception
    assert ("phudien demo" in "".join(info.value for info in page.info)) == needs


def test_company_figures_are_the_published_ones(run: Run) -> None:
    shown = {metric.label: metric.value for metric in run("map").metric}
    assert shown["Hộ có điện lưới"] == "99,72%"
    assert shown["Mua trực tiếp"] == "93,56%"
    assert shown["Sau công tơ tổng"] == "526.157"


def test_link_sets_area_and_quarter(run: Run) -> None:
    page = run("map", area="89", period="2020-Q4", indicator="bulk_share")
    assert page.subheader[0].value == "Tỉnh An Giang, Quý IV/2020"
    assert page.selectbox(key="ask_indicator").value == "bulk_share"


@pytest.mark.parametrize(("key", "code"), [("area", "99"), ("period", "2030-Q1"), ("indicator", "gdp"), ("lang", "fr")])
def test_unknown_code_in_a_link_is_reported_and_not_swapped(run: Run, key: str, code: str) -> None:
    page = run("map", **{key: code})
    assert not page.exception
    assert code in page.error[0].value
    assert not any(block.value.startswith("EVNSPC:") for block in page.subheader) or key == "indicator"


def test_choice_is_written_into_the_address(run: Run) -> None:
    page = run("map")
    page.selectbox(key="ask_area").select("84").run()
    assert page.query_params["area"] in ("84", ["84"])
    assert page.subheader[0].value.startswith("Tỉnh Trà Vinh")


def test_earlier_quarters_agree_with_the_points_of_their_day(run: Run) -> None:
    page = run("remaining", area="89", period="2019-Q4")
    assert page.dataframe[0].value["Chênh lệch"].eq("0").all()


def test_what_remains_shows_both_provinces_with_points_and_organisations(run: Run) -> None:
    page = run("remaining")
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown["Hộ sau công tơ tổng"] == "518.000"
    assert shown["Công tơ tổng"] == "540"
    assert len(page.dataframe) == 4
    assert page.dataframe[0].value["Chênh lệch"].eq("0").all()


def withdraw(page: AppTest) -> AppTest:
    [button] = [button for button in page.button if button.label == "Rút lô"]
    return button.click().run()


def test_withdrawing_needs_a_name_and_a_reason(run: Run, home: Path) -> None:
    page = withdraw(run("data"))
    assert "tên" in page.error[0].value
    page.text_input(key="ask_user_batch_11").input("An")
    page = withdraw(page)
    assert "lý do" in page.error[0].value
    page.text_input(key="reason_11").input("nhầm tệp")
    page = withdraw(page)
    assert not page.exception
    [batch] = [batch for batch in Workspace(home).batches() if batch.id == 11]
    assert (batch.state, batch.state_by, batch.state_reason) == ("withdrawn", "An", "nhầm tệp")


def test_points_that_report_only_what_they_must_are_shown(home: Path, run: Run) -> None:
    workspace = Workspace(home)
    point = POINT | {"Mã điểm": "MOI-1", "Số công tơ tổng": "MOI-1"}
    proposal = Surveys(workspace).propose(table(point), "diem.xlsx", user="An", template_id="bulk_point_survey")
    assert proposal.batch_id is not None
    workspace.accept(proposal.batch_id, user="An")
    workspace.close()
    for name in ("map", "remaining"):
        page = run(name, area="89")
        assert not page.exception
    shown = page.dataframe[2].value.set_index("Mã").loc["MOI-1"]
    assert (shown["Tình trạng"], shown["Tổn thất"], shown["Trạng thái"]) == ("–", "–", "còn mua buôn")


def accepting(page: AppTest) -> AppTest:
    [button] = [button for button in page.button if button.label == "Chấp nhận sổ hộ này"]
    return button.click().run()


def test_a_ledger_is_shown_with_its_problems_and_accepted(home: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "so_ho.csv"
    path.write_text("Mã KH;Mã xã;Quý;Loại hộ;Khu vực\nA;30469;2021-Q2;D;?\nB;30469;2021-Q2;?;\n", encoding="utf-8")
    workspace = Workspace(home)
    call = LedgerCall([path], "An", good_rows_only=True, is_complete=True)
    proposal = Ledgers(workspace).propose(call)
    page = run("data")
    assert page.dataframe[0].value["Loại"].iloc[0] == "sổ hộ dùng điện"
    problems = page.table[0].value
    assert list(problems.index) == ["lỗi", "cảnh báo"]
    assert "so_ho.csv" in problems.iloc[0, 1]
    page = accepting(page)
    assert "tên" in page.error[0].value
    page.text_input(key=f"ask_user_accept_batch_{proposal.batch_id}").input("Bình")
    page = accepting(page)
    assert "lý do" in page.error[0].value
    page.text_input(key=f"accept_reason_{proposal.batch_id}").input("đã kiểm tra")
    page = accepting(page)
    assert not page.exception
    assert workspace.batch_state(int(str(proposal.batch_id))) == "accepted"
    reasons = page.dataframe[1].value
    assert list(reasons["Lý do"]) == ["đã kiểm tra"]
    assert reasons["Cảnh báo"].iloc[0] in problems.iloc[1, 1]
    workspace.close()


def test_the_upload_page_says_how_ledgers_are_imported(run: Run) -> None:
    assert "phudien ledger import" in run("upload").code[0].value
