"""The chapter of an approved programme in a province report: in each form where there is one, in none where not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import pytest
from docx import Document
from pypdf import PdfReader

from coverage.planning.plan_chapter import plan_chapter
from geodata.plan_data import CHAPTER_YEAR_COLUMNS, PLAN_ROW_COLUMNS, PlanChapter
from geodata.report_data import ProvinceReport
from loaders.reports.official_document import write_official_document
from loaders.reports.province_pdf import write_province_pdf
from loaders.reports.province_workbook import write_province_workbook
from tests.loaders.small_report import small_report
from tests.plan_samples import EVIL_NAME, LONG_NAME, infeasible, plan_report

AT = datetime(2021, 8, 3, 9, 0, tzinfo=UTC)


def chapter(code: str = "vi", province: str = "Tỉnh An Giang", **changes: object) -> PlanChapter:
    report = plan_report(code, **changes)
    return plan_chapter(report, province, scenario="12", approved_by="Trần Văn Được", approved_at=AT)


def with_chapter(code: str = "vi", found: PlanChapter | None = None) -> ProvinceReport:
    return replace(small_report(code), plan=found or chapter(code))


def text_of_pdf(report: ProvinceReport) -> str:
    pages = PdfReader(BytesIO(write_province_pdf(report))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def text_of_docx(report: ProvinceReport) -> str:
    document = Document(BytesIO(write_official_document(report)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_chapter_tells_what_is_done_in_the_province_alone() -> None:
    found = chapter()
    assert tuple(found.rows.columns) == PLAN_ROW_COLUMNS
    assert list(found.rows["candidate_code"]) == ["P1", "H1", "P2"]
    assert tuple(found.years.columns) == CHAPTER_YEAR_COLUMNS
    assert found.years.to_numpy().tolist() == [[2022, 1, 1, 250, 2.5e9, 60], [2023, 1, 0, 20, 1.005e8, 40]]
    assert "Trần Văn Được duyệt ngày 03/08/2021" in found.sentences[0]
    assert "3/4 điểm và ấp, cho 270 hộ, với 2.600,5 triệu đồng; còn lại 40 hộ" in found.sentences[1]


@pytest.mark.parametrize(
    ("code", "title", "heads"),
    [("vi", "Chương trình kế hoạch", "CHƯƠNG TRÌNH KẾ HOẠCH"), ("en", "Planning programme", "PLANNING PROGRAMME")],
)
def test_every_form_has_the_chapter(code: str, title: str, heads: str) -> None:
    report = with_chapter(code)
    sheet = openpyxl.load_workbook(BytesIO(write_province_workbook(report)), data_only=True)[title]
    texts = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert {*report.plan.sentences, "P1", "250", "2600.5"} <= texts  # type: ignore[union-attr]
    pdf = text_of_pdf(report)
    assert title in pdf
    assert "HTX Mỹ Đức 1" in pdf
    docx = text_of_docx(report)
    assert f". {heads}" in docx
    assert "HTX Mỹ Đức 1" in docx


def test_without_an_approved_programme_no_form_speaks_of_one() -> None:
    report = small_report()
    assert "Chương trình kế hoạch" not in openpyxl.load_workbook(BytesIO(write_province_workbook(report))).sheetnames
    assert "Chương trình kế hoạch" not in text_of_pdf(report)
    assert "CHƯƠNG TRÌNH KẾ HOẠCH" not in text_of_docx(report)
    assert report.stamp()["phudien_plan"] == ""


def test_a_programme_that_does_nothing_in_the_province_says_so() -> None:
    nothing = plan_chapter(infeasible(), "Tỉnh An Giang", scenario="12", approved_by="An", approved_at=AT)
    report, sentence = with_chapter(found=nothing), "Chương trình đã duyệt không có công trình nào ở tỉnh."
    book = openpyxl.load_workbook(BytesIO(write_province_workbook(report)))
    assert sentence in {str(cell.value) for row in book["Chương trình kế hoạch"].iter_rows() for cell in row}
    assert sentence in text_of_pdf(report)
    assert sentence in text_of_docx(report)


def test_names_of_users_are_texts_in_the_chapter_too() -> None:
    report = with_chapter(found=chapter(province="Tỉnh An Giang", title="=1+1"))
    sheet = openpyxl.load_workbook(BytesIO(write_province_workbook(report)))["Chương trình kế hoạch"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == EVIL_NAME]
    assert [cell.data_type for cell in cells] == ["s"]


def test_a_long_list_stands_in_an_appendix_of_the_document() -> None:
    rows = plan_report().rows
    many = rows.iloc[[0] * 20].assign(candidate_code=[f"P{n:02d}" for n in range(20)], rank=range(1, 21))
    text = text_of_docx(with_chapter(found=chapter(rows=many.reset_index(drop=True))))
    assert "10 dòng đầu trong 20 dòng" in text


def test_long_names_do_not_break_the_pages() -> None:
    found = chapter(province="Tỉnh Trà Vinh")
    assert LONG_NAME in set(found.rows["name"])
    assert "Phan Rang" in text_of_pdf(with_chapter(found=found))


def test_stamp_names_the_programme_and_the_fingerprint_stays_that_of_the_figures() -> None:
    report = with_chapter()
    assert report.stamp()["phudien_plan"] == "12"
    assert report.fingerprint == small_report().fingerprint


def test_same_report_gives_the_same_bytes() -> None:
    for write in (write_province_workbook, write_province_pdf, write_official_document):
        assert write(with_chapter()) == write(with_chapter())


def test_english_chapter_is_english() -> None:
    assert chapter("en").sentences[0].startswith("Approved programme: Scenario 1, years 2022–2023")
