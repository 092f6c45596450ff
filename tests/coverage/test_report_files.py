"""Reports of a workspace: their names, their forms, and what is read once for all of them."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from coverage.report_files import FORMS, ReportFiles
from coverage.report_sources import ReportSources
from coverage.workspace import Workspace
from geodata.errors import FigureError, PhuDienError, PlaceError
from geodata.language import Language
from geodata.periods import Period
from geodata.report_data import ProvinceReport
from loaders.reference import LIST_DATE_2021

QUARTER = Period(2021, 2)


@pytest.fixture(scope="module")
def demo(demo_home: Path) -> Workspace:
    return Workspace(demo_home)


@pytest.fixture(scope="module")
def files(demo: Workspace) -> ReportFiles:
    return ReportFiles(demo)


@pytest.fixture(scope="module")
def found(files: ReportFiles) -> ProvinceReport:
    return files.build("89", QUARTER, Language("vi"))


@pytest.fixture(scope="module")
def english(files: ReportFiles) -> ProvinceReport:
    return files.build("89", QUARTER, Language("en"))


def test_name_says_province_quarter_language_and_data_version(
    demo: Workspace, files: ReportFiles, found: ProvinceReport, english: ProvinceReport
) -> None:
    version = demo.data_version()
    assert files.file_name(found, "xlsx") == f"phudien_89_2021-Q2_{version}.xlsx"
    assert files.file_name(english, "xlsx") == f"phudien_89_2021-Q2_en_{version}.xlsx"


def test_report_knows_its_moment_and_language(demo: Workspace, english: ProvinceReport) -> None:
    assert english.language == Language("en")
    assert english.data_moment is not None
    assert english.data_moment.isoformat()[:10] == str(demo.data_version().at)[:10]
    assert english.as_of is None


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_written_the_same_twice(files: ReportFiles, found: ProvinceReport, form: str) -> None:
    name, content = files.file(found, form)
    assert name.endswith(FORMS[form].suffix)
    assert content == files.file(found, form)[1]


def test_unknown_forms_provinces_and_quarters_are_refused(files: ReportFiles, found: ProvinceReport) -> None:
    with pytest.raises(PhuDienError) as refused:
        files.file(found, "wps")
    assert refused.value.code == "call.report-form-unknown"
    with pytest.raises(PlaceError):
        files.build("889", QUARTER, Language("vi"))
    with pytest.raises(FigureError):
        files.build("89", Period(1999, 1), Language("vi"))


def test_tables_of_the_company_are_read_once_for_all_provinces(
    demo: Workspace, files: ReportFiles, found: ProvinceReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    assert found.data_version == str(demo.data_version())
    figures = demo.figures
    monkeypatch.setattr(demo, "figures", lambda **asked: read.append(asked) or figures(**asked))
    for code in ("74", "89"):
        files.build(code, QUARTER, Language("vi"))
    assert read == []


def test_sessions_that_ask_at_once_each_get_the_tables_of_their_own_quarter(
    demo: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = ReportSources(demo)
    monkeypatch.setattr(sources, "_company", lambda period, *_: period)
    monkeypatch.setattr(sources, "_uploads", lambda *_: pd.DataFrame())
    version = demo.data_version()
    monkeypatch.setattr(demo, "data_version", lambda **_: version)
    asked = [Period(2021, 1 + n % 40 // 10) for n in range(8000)]  # equal, not the same: to compare them takes time
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda quarter: sources.company(quarter, told_on=LIST_DATE_2021), asked))
    finally:
        sys.setswitchinterval(usual)
    assert found == asked
