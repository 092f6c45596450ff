"""Reports of many provinces in one run: a failed one is told, the others go on, a stopped run leaves nothing."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from coverage import cli, report_runs
from coverage.report_files import ReportFiles
from coverage.report_runs import INDEX_NAMES, RunRequest, run_reports
from coverage.workspace import Workspace
from geodata.errors import FileError
from geodata.language import Language
from geodata.periods import Period
from geodata.report_data import ProvinceReport

QUARTER = Period(2021, 2)


@pytest.fixture(scope="module")
def demo(demo_home: Path) -> Workspace:
    return Workspace(demo_home)


def request(*provinces: str, period: Period = QUARTER) -> RunRequest:
    return RunRequest(provinces=provinces, period=period, language=Language("en"), forms=["xlsx"])


def test_run_writes_every_province_and_an_index_the_same_each_time(demo: Workspace, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    result = run_reports(demo, request("84", "89"), tmp_path / "a", progress=lambda *now: told.append(now))
    assert told == [(0, 2, "Tỉnh Trà Vinh"), (1, 2, "Tỉnh An Giang"), (2, 2, "")]
    assert result.file is not None
    with zipfile.ZipFile(result.file) as packed:
        files = ReportFiles(demo)
        report = files.build("89", QUARTER, Language("en"))
        assert packed.namelist() == [*(row.files["xlsx"] for row in result.rows), INDEX_NAMES["en"]]
        assert packed.read(result.rows[1].files["xlsx"]) == files.file(report, "xlsx")[1]
    again = run_reports(demo, request("84", "89"), tmp_path / "b").file
    assert again is not None
    assert again.read_bytes() == result.file.read_bytes()


def test_failed_province_is_told_with_its_reason_and_the_others_go_on(
    demo: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = ReportFiles.file

    def fail_in_tra_vinh(self: ReportFiles, found: ProvinceReport, form: str) -> tuple[str, bytes]:
        if found.province_code == "84":
            raise RuntimeError("no ink")
        return write(self, found, form)

    monkeypatch.setattr(ReportFiles, "file", fail_in_tra_vinh)
    result = run_reports(demo, request("84", "00", "89"), tmp_path)
    assert [bool(row.problem) for row in result.rows] == [True, True, False]
    assert "RuntimeError: no ink" in result.rows[0].problem
    assert '"00"' in result.rows[1].problem
    assert result.file is not None
    with zipfile.ZipFile(result.file) as packed:
        index = openpyxl.load_workbook(BytesIO(packed.read(INDEX_NAMES["en"]))).worksheets[0]
    texts = [str(cell.value) for row in index.iter_rows() for cell in row]
    assert any("no ink" in text for text in texts)
    assert any("1 of 3 provinces" in text for text in texts)


def test_stopped_run_leaves_nothing_behind(demo: Workspace, tmp_path: Path) -> None:
    asked: list[int] = []

    def after_the_first() -> bool:
        asked.append(1)
        return len(asked) > 2

    result = run_reports(demo, request("84", "89"), tmp_path, is_stopped=after_the_first)
    assert result.is_stopped
    assert [row.province_code for row in result.rows] == ["84"]
    assert list(tmp_path.iterdir()) == []


def test_quarter_without_figures_writes_no_file(demo: Workspace, tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        run_reports(demo, request("84", "89", period=Period(1999, 1)), tmp_path)
    assert caught.value.code == "report.none-written"
    assert "no figures for" in Language("en").explain(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_upload_accepted_during_a_run_is_in_none_of_its_reports(
    demo: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = demo.data_version()
    built: list[object] = []
    build = ReportFiles.build

    def later_version(self: ReportFiles, *args: object, **asked: object) -> ProvinceReport:
        found = build(self, *args, **asked)  # type: ignore[arg-type]
        built.append(asked["as_of"])
        if asked["as_of"] is None:
            object.__setattr__(found, "data_version", "v999")
        return found

    monkeypatch.setattr(ReportFiles, "build", later_version)
    result = run_reports(demo, request("89"), tmp_path)
    assert built == [None, version.moment]
    assert result.data_version == str(version)


def test_command_writes_the_provinces_named_and_tells_which_failed(
    demo: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = ReportFiles.file

    def fail_in_an_giang(self: ReportFiles, found: ProvinceReport, form: str) -> tuple[str, bytes]:
        if found.province_code == "89":
            raise RuntimeError("no ink")
        return write(self, found, form)

    monkeypatch.setattr(ReportFiles, "file", fail_in_an_giang)
    call = ["report", "all", "--workspace", str(demo.home), "--period", "2021-Q2", "-o", str(tmp_path), "--json"]
    assert cli.main([*call, "--province", "84", "--province", "An Giang"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [province["problem"] is None for province in answer["provinces"]] == [True, False]
    assert Path(answer["file"]).exists()
    assert report_runs.INDEX_NAMES["vi"] in zipfile.ZipFile(answer["file"]).namelist()
    assert cli.main([*call, "--province", "00"]) == 2
