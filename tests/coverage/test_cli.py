"""The command line: what it answers, and with which exit code."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from coverage.cli import main
from coverage.workspace import Workspace


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("cli")
    assert main(["demo", "--workspace", str(home)]) == 0
    return home


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return tmp_path / "office"


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def survey(tmp_path: Path, bulk: int) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Mã xã", "Kỳ", "Tổng số hộ", "Số hộ có điện lưới", "Hộ mua buôn"])
    sheet.append(["30469", "2021-Q2", 100, 98, bulk])
    path = tmp_path / "khao_sat.xlsx"
    book.save(path)
    return path


def test_status_answers_published_figures_by_their_names(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--period", "2021-Q2", "--workspace", str(demo), "--json"]) == 0
    found = answer(capsys)
    assert (found["period"], found["area"]) == ("2021-Q2", "EVNSPC")
    share = found["indicators"]["direct_share"]
    assert share["display"] == "93,56%"
    assert share["value"] == pytest.approx(share["numerator"] / share["denominator"])
    assert found["indicators"]["bulk_households"] == {
        "numerator": 526157,
        "denominator": None,
        "value": 526157,
        "display": "526.157",
        "communes_counted": 2484,
        "communes_all": 2484,
    }


def test_status_tells_both_books_of_communes(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = "EVNSPC published 2,503 of 2,503, counted in its own book; here official communes count (2,484)"
    for period, area, is_told in (("2021-Q2", "EVNSPC", True), ("2021-Q2", "89", False), ("2021-Q1", "EVNSPC", False)):
        call = ["status", "--period", period, "--area", area, "--workspace", str(demo), "--lang", "en"]
        assert main(call) == 0
        assert (both in capsys.readouterr().out) == is_told


def test_status_of_a_district_in_english(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--period", "2021-Q2", "--area", "889", "--workspace", str(demo), "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Huyện Châu Phú, Q2 2021")
    assert "Synthetic demonstration data" in shown


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--period", "2021-Q9"], 2),
        (["--period", "2021-Q2", "--area", "99"], 2),
        (["--period", "2031-Q2"], 1),
        (["--period", "2021-Q2", "--as-of", "2000-01-01"], 1),
    ],
)
def test_status_of_what_does_not_exist(
    demo: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int
) -> None:
    assert main(["status", *arguments, "--workspace", str(demo), "--json"]) == code
    captured = capsys.readouterr()
    assert captured.err.startswith("phudien: ")
    assert json.loads(captured.out)["error"]["message"]


@pytest.mark.parametrize("arguments", [[], ["status"], ["nothing"]])
def test_wrong_calls_exit_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["demo"],
        ["serve"],
        ["import"],
        ["status"],
        ["template"],
        ["report"],
        ["report", "province"],
        ["boundaries"],
        ["boundaries", "add"],
        ["boundaries", "fetch"],
        ["communes", "reconcile"],
    ],
)
def test_every_command_has_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    assert "phudien" in capsys.readouterr().out


def test_import_says_what_would_happen_then_accepts_then_changes_nothing(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["import", str(survey(tmp_path, 40)), "--workspace", str(office), "--user", "An", "--json"]
    assert main(call) == 0
    first = answer(capsys)
    assert (first["state"], first["rows_read"], first["rows_valid"], first["issues"]) == ("draft", 1, 1, [])
    assert main(["status", "--period", "2021-Q2", "--workspace", str(office), "--json"]) == 1
    capsys.readouterr()
    for changed in (7, 0):
        assert main([*call, "--accept"]) == 0
        found = answer(capsys)
        assert (found["state"], found["batch"], found["changes"]["new"]) == ("accepted", first["batch"], changed)
    assert main(["status", "--period", "2021-Q2", "--area", "30469", "--workspace", str(office), "--json"]) == 0
    assert answer(capsys)["indicators"]["bulk_households"]["value"] == 40


def test_import_of_errors_exits_with_1_and_names_the_cell(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(survey(tmp_path, 99)), "--accept", "--workspace", str(office), "--json"]) == 1
    found = answer(capsys)
    assert (found["state"], found["batch"], found["rows_valid"]) == ("refused", None, 0)
    [issue] = found["issues"]
    assert (issue["code"], issue["severity"], issue["cell"]) == ("survey.parts-exceed-whole", "error", "D2")
    assert issue["message"].startswith('Trang tính "Sheet", ô D2:')
    assert Workspace(office).batches() == []


def test_import_of_no_workbook_answers_in_the_same_shape(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"no workbook")
    assert main(["import", str(path), "--workspace", str(office), "--json"]) == 1
    found = answer(capsys)
    assert [issue["code"] for issue in found["issues"]] == ["workbook.not-a-workbook"]
    assert main(["import", str(tmp_path / "absent.xlsx"), "--workspace", str(office)]) == 2


def test_template_and_report_are_written(demo: Path, tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    common = ["--province", "89", "--period", "2021-Q2", "--workspace", str(demo)]
    assert main(["template", *common, "-o", str(form)]) == 0
    assert main(["report", "province", *common, "-o", str(tmp_path / "reports")]) == 0
    [report] = (tmp_path / "reports").iterdir()
    assert openpyxl.load_workbook(form).sheetnames == ["Hướng dẫn", "Khảo sát", "Danh mục"]
    assert openpyxl.load_workbook(BytesIO(report.read_bytes())).sheetnames[:2] == ["Bìa", "Tóm tắt"]
    wrong = ["--province", "889", "--period", "2021-Q2", "--workspace", str(demo)]
    assert main(["report", "province", *wrong, "-o", str(tmp_path)]) == 2


def test_report_in_an_unknown_form_is_refused_and_nothing_is_written(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ["--province", "89", "--period", "2021-Q2", "--workspace", str(demo), "-o", str(tmp_path / "reports")]
    assert main(["report", "province", *common, "--format", "xlsx,wps"]) == 2
    assert '"wps"' in capsys.readouterr().err
    assert not (tmp_path / "reports").exists()


def test_boundaries_are_added_and_listed(office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "xa.geojson"
    ring = [[105, 10.5], [105.1, 10.5], [105.1, 10.6], [105, 10.5]]
    feature = {
        "type": "Feature",
        "properties": {"code": "30472", "ten_xa": "Mỹ Phú"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    assert main(["boundaries", "add", str(path), "--workspace", str(office), "--json"]) == 0
    assert answer(capsys)["units_matched"] == 1
    assert main(["boundaries", "list", "--workspace", str(office), "--json"]) == 0
    layers = answer(capsys)["layers"]
    assert [layer["is_approximate"] for layer in layers] == [False, True]
    path.write_text("{}", encoding="utf-8")
    assert main(["boundaries", "add", str(path), "--workspace", str(office)]) == 1


def test_own_commune_list_is_reconciled_accepted_and_written(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "danh_muc.csv"
    path.write_text("Mã CMIS;Tỉnh;Huyện;Tên xã\nA1;An Giang;Châu Phú;Xã Mỹ Đức\nA2;An Giang;Châu Phú;Mỹ Đứt\n", "utf-8")
    call = ["communes", "reconcile", str(path), "--workspace", str(office), "--user", "An"]
    assert main([*call, "--json"]) == 0
    found = answer(capsys)
    assert (found["state"], found["organisation"], found["unit_list"]) == ("draft", "EVNSPC", "2021-07-01")
    assert found["counts"] == {"matched": 1, "missing": 2483, "extra": 0, "doubtful": 1}
    assert (found["entries"], found["official"], len(found["rows"])) == (2, 2484, 2 + 2483)
    doubt = found["rows"][1]
    assert (doubt["status"], doubt["reason"], doubt["suggested_code"]) == ("doubtful", "close-name", "30469")
    assert main([*call, "--accept", "-o", str(tmp_path / "kq.xlsx"), "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "Own list: 2 entries = 1 matched + 1 doubtful + 0 not in the official list." in shown
    assert "is accepted and counts" in shown
    assert openpyxl.load_workbook(tmp_path / "kq.xlsx").sheetnames[0] == "Summary"
    assert main([*call, "-o", str(tmp_path / "kq.csv"), "--json"]) == 0
    assert answer(capsys)["state"] == "accepted"
    assert (tmp_path / "kq.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("more", "code"),
    [(["--day", "2018-01-01"], 2), (["-o", "kq.pdf"], 2), (["--organisation", " "], 2)],
)
def test_own_commune_list_with_a_wrong_call(office: Path, tmp_path: Path, more: list[str], code: int) -> None:
    path = tmp_path / "danh_muc.csv"
    path.write_text("STT;Tên xã\n1;Xã Mỹ Đức\n", encoding="utf-8")
    assert main(["communes", "reconcile", str(path), "--workspace", str(office), *more]) == code
    assert Workspace(office).batches() == []


def test_file_that_is_no_commune_list_exits_with_1(office: Path, tmp_path: Path) -> None:
    path = tmp_path / "danh_muc.csv"
    path.write_text("a;b\n1;2\n", encoding="utf-8")
    assert main(["communes", "reconcile", str(path), "--workspace", str(office)]) == 1
    assert Workspace(office).batches() == []


@pytest.mark.parametrize("day", ["abc", "2025-02-30", "31/6/2021", ""])
def test_a_day_that_is_none_is_told_in_the_users_language(
    demo: Path, capsys: pytest.CaptureFixture[str], day: str
) -> None:
    for option in ("--units-of", "--as-of"):
        assert main(["status", "--period", "2021-Q2", option, day, "--workspace", str(demo)]) == 2
    assert f'"{day}" không phải là một ngày' in capsys.readouterr().err


@pytest.mark.parametrize("day", ["2025-07-01", "1/7/2025", "01/07/2025"])
def test_days_may_be_written_as_people_do(demo: Path, capsys: pytest.CaptureFixture[str], day: str) -> None:
    arguments = ["status", "--period", "2021-Q2", "--area", "91", "--units-of", day, "--workspace", str(demo), "--json"]
    assert main(arguments) == 0
    assert answer(capsys)["units_of"] == "2025-07-01"


def test_a_command_that_is_stopped_says_so(
    demo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Workspace, "status", stop)
    assert main(["status", "--period", "2021-Q2", "--workspace", str(demo)]) == 130
    assert "Đã dừng" in capsys.readouterr().err


def test_empty_workspace_says_what_to_do(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--workspace", str(office)]
    for command in ("status", "progress", "forecast"):
        assert main([command, *place, "--period", "2021-Q2"]) == 1
        assert "phudien demo" in capsys.readouterr().err
        assert main([command, *place, "--period", "2021-Q2", "--area", "999"]) == 2
        assert "999" in capsys.readouterr().err
    assert main(["check", *place]) == 0
    assert capsys.readouterr().out.startswith("Không có gì để kiểm tra")
    assert main(["history", *place, "--commune", "30469", "--period", "2021-Q2"]) == 0
    assert "Chưa từng có số liệu" in capsys.readouterr().out


def test_status_says_how_many_communes_are_in_a_partial_figure(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--workspace", str(office)]
    assert main(["import", str(survey(tmp_path, 40)), *place, "--accept", "--user", "An"]) == 0
    capsys.readouterr()
    assert main(["status", *place, "--period", "2021-Q2"]) == 0
    assert "(tính từ 1/2.484 xã)" in capsys.readouterr().out
    assert main(["status", *place, "--period", "2021-Q2", "--area", "30469"]) == 0
    assert "tính từ" not in capsys.readouterr().out
    assert main(["status", *place, "--period", "2021-Q2", "--json"]) == 0
    told = answer(capsys)["indicators"]["bulk_households"]
    assert (told["communes_counted"], told["communes_all"]) == (1, 2484)
