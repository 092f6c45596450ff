"""The report as .docx: laid out as Decree 30/2020/NĐ-CP says, complete, the same bytes for the same report."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pypdf
import pytest
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from geodata.language import Language
from geodata.periods import Period
from geodata.report_data import STAMP_KEYS, ProvinceReport, ReportFigure, ReportTarget
from geodata.tables import MEASURES
from loaders.reports.official_document import write_official_document
from loaders.reports.official_layout import official_layout
from loaders.reports.official_sentences import figure_sentence, quality_sentences, target_sentence
from tests import report_samples

VI, EN = Language("vi"), Language("en")
LAYOUT = official_layout()
TARGET = ReportTarget(
    Decimal(1), Period(2025, 4), "behind", 2, Decimal("0.5"), Decimal(0), "chưa đạt với nhịp này", "Quyết định 2081"
)
WITH_POWER = ReportFigure(
    "households_with_power_share",
    "Tỷ lệ hộ có điện lưới",
    "Hộ có điện lưới",
    "share",
    2,
    "higher",
    298,
    300,
    290,
    300,
    2,
    3,
    TARGET,
)


def communes() -> pd.DataFrame:
    counts: dict[str, list[int | None]] = {measure: [None, None, None] for measure in MEASURES}
    counts |= {"households_all": [100, 200, None], "households_grid": [98, 200, None]}
    counts |= {"households_direct": [58, 200, None], "households_bulk": [40, None, None]}
    places = {
        "commune_name": ["Xã Mỹ Đức", "Xã Mỹ Phú", "Xã An Phú"],
        "district_code": ["887", "887", "889"],
        "district_name": ["Huyện Châu Phú", "Huyện Châu Phú", "Huyện Tịnh Biên"],
    }
    table = pd.DataFrame(places | counts, index=pd.Index(["30469", "30472", "30500"], name="commune_code"))
    return table.astype(dict.fromkeys(MEASURES, "Int64"))


def organisations(number: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "organisation_name": [f"Hợp tác xã {place}" for place in range(1, number + 1)],
            "communes": 1,
            "points": 2,
            "households_behind": 20,
            "line_km": 1.5,
            "loss_share": 0.1,
        }
    )


def made(*, language: Language = VI, **changes: Any) -> ProvinceReport:
    table = communes()
    history = table[list(MEASURES)].sum(min_count=1).to_frame("2021-Q2").T.rename_axis("period").astype("Int64")
    nothing = pd.DataFrame(columns=pd.Index(["commune_name", "is_estimated", "points", "hamlets"]))
    plain = ProvinceReport(
        province_code="89",
        province_name="Tỉnh An Giang",
        period=Period(2021, 2),
        data_version="v7",
        data_date=date(2021, 7, 15),
        unit_list_date=date(2021, 7, 1),
        reported_in=(date(2021, 7, 1),),
        basis=pd.Series("exact", index=table.index),
        partly_reported=(),
        unplaced=(),
        is_synthetic=False,
        communes=table,
        history=history,
        unit_changes=pd.DataFrame({"valid_date": [], "kind": []}),
        bulk_communes=nothing,
        organisations=organisations(1),
        hamlets=nothing,
        indicators=(),
        language=language,
        figures=(WITH_POWER,),
        decisions=("Quyết định 2081/QĐ-TTg ngày 08/11/2013", "Quyết định 1740/QĐ-TTg ngày 13/12/2018"),
    )
    return replace(plain, **changes)


def opened(report: ProvinceReport) -> Any:
    return docx.Document(BytesIO(write_official_document(report)))


@pytest.fixture(scope="module")
def document() -> Any:
    return opened(made())


def texts(document: Any) -> list[str]:
    cells = [p.text for t in document.tables for row in t.rows for cell in row.cells for p in cell.paragraphs]
    return [p.text for p in document.paragraphs] + cells


@pytest.mark.parametrize("part", sorted(LAYOUT.lettering))
def test_what_is_written_is_what_the_decree_allows(part: str, document: Any) -> None:
    lettering = LAYOUT.lettering[part]
    assert lettering.least <= lettering.used <= lettering.most
    style = document.styles[lettering.style]
    assert style.font.name == "Times New Roman"
    assert style.font.size.pt == lettering.used
    assert (bool(style.font.bold), bool(style.font.italic)) == (lettering.bold, lettering.italic)


def test_margins_and_paragraphs_are_those_of_the_decree(document: Any) -> None:
    assert all(margin.least <= margin.used <= margin.most for margin in LAYOUT.margins.values())
    assert LAYOUT.first_line_mm in (10, 12.7)
    assert LAYOUT.after_pt >= 6
    assert 1.0 <= LAYOUT.line_spacing <= 1.5
    section, body = document.sections[0], document.styles["Normal"].paragraph_format
    assert abs(section.page_width - Mm(210)) < Mm(0.1)
    assert abs(section.left_margin - Mm(30)) < Mm(0.1)
    assert body.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
    assert abs(body.first_line_indent - Mm(12.7)) < Mm(0.1)


def test_the_head_has_its_parts_and_leaves_number_and_day_blank(document: Any) -> None:
    left, right = document.tables[0].rows[0].cells
    assert [p.text for p in left.paragraphs if p.text] == [
        "TỔNG CÔNG TY\nĐIỆN LỰC MIỀN NAM",
        "CÔNG TY ĐIỆN LỰC AN GIANG",
        "Số: ……… /BC-………",
    ]
    assert [p.text for p in right.paragraphs if p.text] == [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "………………, ngày …… tháng …… năm ………",
    ]
    assert [p.text for p in document.paragraphs if p.style.name == "Trích yếu"] == [
        "Tình hình phủ điện nông thôn tỉnh An Giang quý II/2021"
    ]


def test_decisions_open_it_and_only_the_last_ends_with_a_stop(document: Any) -> None:
    bases = [p.text for p in document.paragraphs if p.style.name == "Căn cứ ban hành"]
    assert bases == [
        "Căn cứ Quyết định 2081/QĐ-TTg ngày 08/11/2013;",
        "Căn cứ Quyết định 1740/QĐ-TTg ngày 13/12/2018.",
    ]


def test_sections_are_headings_in_order(document: Any) -> None:
    titles = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    numbers = [title.split(".")[0] for title in titles]
    assert numbers == ["I", "II", "III", "IV", "V", "VI"]  # without works: the report does not hold any
    assert titles[-1].endswith("KIẾN NGHỊ, ĐỀ XUẤT")


def test_page_numbers_stand_on_top_and_not_on_the_first_page(document: Any) -> None:
    for section in document.sections:
        assert section.different_first_page_header_footer
    header = document.sections[0].header.paragraphs[0]
    assert "PAGE" in header._p.xml
    assert header.style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.CENTER


def test_every_table_repeats_its_header(document: Any) -> None:
    framed = [table for table in document.tables if table.style is not None and table.style.name == "Table Grid"]
    assert len(framed) == 3  # figures, organisations, communes
    assert all("w:tblHeader" in table.rows[0]._tr.xml for table in framed)


def test_communes_stand_in_a_landscape_appendix_with_sums(document: Any) -> None:
    assert [s.orientation for s in document.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]
    rows = [[cell.text for cell in row.cells][1:] for row in document.tables[-1].rows]
    assert rows[1][:5] == ["Tỉnh An Giang", "300", "298", "258", "40"]
    assert rows[1][-2:] == ["99,33%", "86,58%"]
    assert rows[-1] == ["Xã An Phú", *[""] * 9]  # not reported is never 0


def test_a_long_table_moves_to_an_appendix_of_its_own() -> None:
    document = opened(made(organisations=organisations(30)))
    tables = [table for table in document.tables if "Hợp tác xã 1" in [cell.text for cell in table.columns[1].cells]]
    assert [len(table.rows) for table in tables] == [11, 31]
    assert "10 dòng đầu trong 30 dòng; đầy đủ tại Phụ lục II." in texts(document)


def test_recipients_and_signature_end_it(document: Any) -> None:
    found = texts(document)
    assert "Nơi nhận:" in found
    assert "- Tổng công ty Điện lực miền Nam (để báo cáo);" in found
    assert "GIÁM ĐỐC" in found


def test_it_carries_its_stamp() -> None:
    report = made()
    content = write_official_document(report)
    with zipfile.ZipFile(BytesIO(content)) as package:
        custom = package.read("docProps/custom.xml").decode()
    assert all(f'name="{key}"' in custom for key in STAMP_KEYS)
    assert report.fingerprint in custom
    assert any(report.fingerprint in text and "v7" in text for text in texts(docx.Document(BytesIO(content))))


def test_the_same_report_gives_the_same_bytes() -> None:
    assert write_official_document(made()) == write_official_document(made())


def test_english_is_a_translation_and_says_so(document: Any) -> None:
    found = texts(opened(made(language=EN)))
    assert found[0] == "Translation; the Vietnamese report is the one that is signed."
    assert "SOCIALIST REPUBLIC OF VIETNAM" in found
    assert not any("Bản dịch" in text for text in texts(document))


def test_synthetic_data_are_called_so_on_the_first_page() -> None:
    assert any("không phải số liệu thật" in text for text in texts(opened(made(is_synthetic=True))))


def test_names_from_users_stay_text() -> None:
    odd = organisations(1).assign(organisation_name='HTX <b> & "An" \x0b]]>')
    assert 'HTX <b> & "An" ]]>' in texts(opened(made(organisations=odd)))


def test_a_figure_is_told_with_its_counts_and_points() -> None:
    assert figure_sentence(WITH_POWER, VI) == (
        "Tỷ lệ hộ có điện lưới: 99,33% (298/300 hộ), tăng 2,67 điểm phần trăm so với quý trước. Số liệu của 2/3 xã."
    )
    assert "up 2.67 percentage points" in figure_sentence(WITH_POWER, EN)


@pytest.mark.parametrize(
    ("numerator", "previous", "said"),
    [
        (298, 298, "không đổi so với quý trước"),
        (288, 298, "giảm 3,33 điểm phần trăm"),
        (298, None, "Tỷ lệ hộ có điện lưới: 99,33% (298/300 hộ)."),
        (None, 298, "Tỷ lệ hộ có điện lưới: chưa báo cáo."),
    ],
)
def test_what_changed_is_said_in_words(numerator: int | None, previous: int | None, said: str) -> None:
    figure = replace(WITH_POWER, numerator=numerator, previous_numerator=previous)
    assert said in figure_sentence(figure, VI)


def test_a_change_too_small_for_the_decimals_is_not_shown_as_none() -> None:
    tiny = replace(
        WITH_POWER, numerator=999_999, denominator=1_000_000, previous_numerator=999_998, previous_denominator=1_000_000
    )
    assert "tăng < 0,01 điểm phần trăm" in figure_sentence(tiny, VI)


def test_a_target_is_told_with_gap_pace_and_basis() -> None:
    assert target_sentence(WITH_POWER, VI) == (
        "Mục tiêu 100% đến ngày 31/12/2025: chậm so với lộ trình; còn thiếu 2 hộ; cần 0,5 hộ mỗi quý; đã đạt 0 hộ mỗi "
        "quý. Dự báo: chưa đạt với nhịp này. Cơ sở: Quyết định 2081."
    )
    reached = replace(WITH_POWER, target=replace(TARGET, status="reached", gap=0, due=None, outlook="", basis=""))
    assert target_sentence(reached, VI) == "Mục tiêu 100% (không nêu thời hạn): đã đạt mục tiêu."
    assert target_sentence(replace(WITH_POWER, target=None), VI) == ""


def test_silence_of_the_checks_is_told_from_their_finding_nothing() -> None:
    columns = pd.Index(["severity", "place", "period", "sentence", "reason", "explained_by"])
    assert "Báo cáo này chưa chạy kiểm tra tính nhất quán." in quality_sentences(made())
    assert "Kiểm tra tính nhất quán không thấy mâu thuẫn nào." in quality_sentences(
        made(findings=pd.DataFrame(columns=columns))
    )
    assert quality_sentences(made())[0] == "1 xã chưa báo cáo: Xã An Phú (Huyện Tịnh Biên)."


@pytest.mark.parametrize("sample", [report_samples.much_left, report_samples.nothing_left])
@pytest.mark.parametrize("language", [VI, EN])
def test_whole_reports_hold_a_map_and_every_section(sample: Any, language: Language) -> None:
    document = opened(sample(language))
    assert len(document.inline_shapes) == 1
    assert [p.text.split(".")[0] for p in document.paragraphs if p.style.name == "Heading 1"] == [
        "I",
        "II",
        "III",
        "IV",
        "V",
        "VI",
        "VII",
    ]


def test_a_section_ends_with_its_last_text_and_never_on_a_page_of_its_own(document: Any) -> None:
    ends = [p for p in document.element.body.iterchildren() if p.tag.endswith("}p") and "w:sectPr" in p.xml]
    assert len(ends) == len(document.sections) - 1
    for end in ends:
        assert "Phủ Điện: phiên bản" in "".join(end.itertext()) or 'w:lineRule="exact"' in end.xml


@pytest.mark.office
def test_libreoffice_lays_it_out_on_pages_that_all_hold_text(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None or not Path("/usr/lib/libreoffice/program/libswlo.so").is_file():
        pytest.skip("LibreOffice Writer is not on this machine")
    (tmp_path / "report.docx").write_bytes(write_official_document(report_samples.much_left()))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "report.docx")], check=True, capture_output=True, timeout=180)
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "report.pdf").pages]
    assert all(len(page) > 50 for page in pages)
    # No page number on the first page. A letter that a machine's font lacks comes from another one, out of its place.
    assert "CÔNG TY" in pages[0].splitlines()[0]
    assert pages[1].splitlines()[0].strip() == "2"
