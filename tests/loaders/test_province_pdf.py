"""The .pdf report: what it says is what the report holds, it can be searched, archived and verified."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import replace
from functools import lru_cache
from io import BytesIO, StringIO
from typing import Any

import pandas as pd
import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont
from pypdf import PdfReader

from geodata.report_data import STAMP_KEYS, ProvinceReport
from geodata.tables import MEASURES
from loaders.reports.font_metrics import sans_width
from loaders.reports.listing import LEFT, RIGHT, Column
from loaders.reports.pdf_blocks import CELL_MARGIN, TEXT_WIDTH, column_widths
from loaders.reports.pdf_sections import ATTACHMENT_NAME, sections_of
from loaders.reports.pdf_summary import sells_directly, summary_of
from loaders.reports.province_pdf import write_province_pdf
from loaders.reports.typesetting import FONT_FOLDER
from tests import report_samples
from tests.report_samples import EN, VI

VIETNAMESE = (
    "Ă Â Đ Ê Ô Ơ Ư ă â đ ê ô ơ ư À Á Ả Ã Ạ à á ả ã ạ ằ ắ ẳ ẵ ặ ầ ấ ẩ ẫ ậ è é ẻ ẽ ẹ ề ế ể ễ ệ ì í ỉ ĩ ị ò ó ỏ õ ọ "
    "ồ ố ổ ỗ ộ ờ ớ ở ỡ ợ ù ú ủ ũ ụ ừ ứ ử ữ ự ỳ ý ỷ ỹ ỵ"
)


@lru_cache
def written(name: str, code: str) -> bytes:
    return write_province_pdf(getattr(report_samples, name)(EN if code == "en" else VI))


def opened(name: str, code: str = "vi") -> PdfReader:
    return PdfReader(BytesIO(written(name, code)))


@lru_cache
def pages(name: str, code: str) -> tuple[str, ...]:
    """Texts of the pages of a sample, with plain spaces."""
    return texts(written(name, code))


def texts(content: bytes) -> tuple[str, ...]:
    return tuple(page.extract_text().replace("\xa0", " ") for page in PdfReader(BytesIO(content)).pages)


def pages_of(report: ProvinceReport) -> tuple[str, ...]:
    return texts(write_province_pdf(report))


def words(name: str, code: str = "vi") -> str:
    return " ".join(" ".join(pages(name, code)).split())


def numbers(cells: str) -> list[int]:
    """Counts and percentages (without their sign and mark) of a line of a Vietnamese report."""
    return [int(cell.replace(".", "").replace(",", "").rstrip("%")) for cell in cells.split()]


def test_commune_rows_say_what_the_communes_reported() -> None:
    report, text = report_samples.much_left(), "\n".join(pages("much_left", "vi"))
    for code, commune in report.communes.drop(index=report_samples.SILENT).iterrows():
        found = re.search(rf"^\d+ {code} {commune['commune_name']} (.+)$", text, re.MULTILINE)
        assert found, code
        everyone, grid, grid_share, direct, direct_share, *rest = numbers(found[1])
        assert [everyone, grid, direct, *rest] == [int(commune[measure]) for measure in MEASURES[:7]]
        assert grid_share == round(10_000 * grid / everyone)
        assert direct_share == round(10_000 * direct / grid)


def test_a_commune_that_did_not_report_has_blanks_never_zeros() -> None:
    text = "\n".join(pages("much_left", "vi"))
    assert re.search(r"^2 26734 Xã Lộc An$", text, re.MULTILINE)
    assert "1 / 7 xã chưa báo cáo: Xã Lộc An (Huyện Đất Đỏ)." in words("much_left")


def test_districts_and_province_are_sums_of_what_was_reported() -> None:
    text = "\n".join(pages("much_left", "vi"))
    found = re.search(r"^Huyện Châu Đức 3 / 3 (.+)$", text, re.MULTILINE)
    assert found
    assert numbers(found[1]) == [9300, 9090, 9774, 4300, 9535, 6980, 7679, 2100, 186]
    total = re.search(r"^Tỉnh Bà Rịa - Vũng Tàu 6 / 7 (.+)$", text, re.MULTILINE)
    assert total
    assert numbers(total[1])[:3] == [21_000, 20_788, 9899]


def test_summary_is_one_page_with_figures_changes_targets_and_status() -> None:
    report = report_samples.much_left()
    summary = " ".join(pages("much_left", "vi")[1].split())
    for figure in report.figures:
        assert figure.display(VI) in summary
    assert "98,99% 20.788 / 21.000 6 / 7 xã +0,14 điểm % 100% Quý IV/2025 212 ▲ chậm so với lộ trình" in summary
    assert "−120 hộ" in summary
    assert "✔ đã đạt mục tiêu" in summary
    assert "1. Tóm tắt" in summary
    assert "2. Đánh giá" in pages("much_left", "vi")[2]


@pytest.mark.parametrize(
    ("numerator", "shown"),
    [(50_000, "0"), (50_001, "< +0,01 điểm %"), (49_999, "> −0,01 điểm %"), (50_005, "+0,01 điểm %")],
)
def test_a_change_too_small_to_be_shown_is_not_told_as_none(numerator: int, shown: str) -> None:
    report = report_samples.much_left()
    counts = {"numerator": numerator, "denominator": 100_000}
    before = {"previous_numerator": 50_000, "previous_denominator": 100_000}
    figure = replace(report.figures[0], **counts, **before)
    (row,) = summary_of(replace(report, figures=(figure,)))["figures"]
    assert row["change"].replace("\xa0", " ") == shown


@pytest.mark.parametrize("code", ["vi", "en"])
@pytest.mark.parametrize("name", ["much_left", "nothing_left", "without_districts"])
def test_summary_keeps_to_the_second_page(name: str, code: str) -> None:
    found = pages(name, code)
    heads = [re.search(r"^[12]\. \w+", page, re.MULTILINE) for page in found[1:3]]
    assert [head and head[0][0] for head in heads] == ["1", "2"]


def test_what_is_empty_says_so_in_a_sentence() -> None:
    text = words("nothing_left", "en")
    for sentence in (
        "No organisation buys in bulk any more.",
        "No commune has households behind a master meter.",
        "No hamlet is recorded as without the grid.",
        "No work is recorded for the province.",
        "No target is set for the parts of the province.",
        "The communes of the province have not changed since Q2 2021.",
        "The consistency checks found no contradiction.",
        "No upload is recorded for these figures.",
        "All 7 communes reported.",
        "No decision is recorded.",
    ):
        assert sentence in text
    assert "Synthetic" not in text


def test_hamlets_are_told_one_by_one_the_largest_first() -> None:
    text = "\n".join(pages("much_left", "vi"))
    found = re.findall(r"^(\d) (\S.*) (Xã \S+ \S+) Huyện Châu Đức (\d+)(?: (\d,\d))?$", text, re.MULTILINE)
    assert found[:3] == [
        ("1", "Ấp Quảng Phú", "Xã Quảng Thành", "70", "7,5"),
        ("2", "Ấp Liên Lộc", "Xã Suối Nghệ", "40", ""),
        ("3", "Ấp Tân Bang", "Xã Quảng Thành", "30", "2,0"),
    ]


def test_assessment_has_the_paragraphs_of_the_report_then_each_target() -> None:
    text = words("much_left")
    places = [
        text.index(part)
        for part in ("Đến 30/06/2021, tỉnh có", "Còn 2.300 hộ sau", "Mục tiêu 99,8% đến ngày 31/12/2025")
    ]
    assert places == sorted(places)
    assert "Số hộ chưa có điện lưới: 212 hộ" not in text  # it has no target
    assert "Tỷ lệ hộ có điện lưới: 100,00% (7.000/7.000 hộ)" in words("nothing_left")


def test_where_all_are_on_direct_sale_the_summary_shows_who_is_still_without() -> None:
    found = summary_of(report_samples.nothing_left())
    assert sells_directly(report_samples.nothing_left())
    assert not sells_directly(report_samples.much_left())
    assert found["map"]["alt"] == "Bản đồ các xã theo số hộ chưa có điện lưới"
    assert [chart["title"] for chart in found["charts"]] == [
        "Tỷ lệ hộ có điện lưới",
        "Các xã còn nhiều hộ nhất (số hộ ghi bên phải)",
    ]
    assert "Không còn hộ nào sau công tơ tổng hoặc chưa có điện lưới." in words("nothing_left")


def test_a_change_between_other_communes_is_said_to_be_one() -> None:
    report = report_samples.much_left()
    figures = (replace(report.figures[0], previous_counted=7), *report.figures[1:])
    _, note = summary_of(replace(report, figures=figures))["notes"]
    assert note.endswith(": Tỷ lệ hộ có điện lưới.")
    assert len(summary_of(report)["notes"]) == 1


def test_moments_are_told_in_the_clock_of_vietnam() -> None:
    """The upload was accepted at 01:30 UTC, the newest data are of 02:04 UTC."""
    assert "08:30 14/07/2021" in words("much_left")
    assert "09:04 15/07/2021 (giờ Việt Nam)" in words("much_left")


def test_a_list_without_districts_has_no_district_table_and_marks_divided_communes() -> None:
    text = words("without_districts", "en")
    assert "Figures by district" not in text
    assert "Xã Suối Nghệ ≈" in text
    assert "Communes where most households remain" in text
    assert "In no sum, having no place in these units: Xã Hòa Long." in text
    assert "Figures by district" in words("much_left", "en")


def test_all_figures_are_attached_and_give_the_fingerprint() -> None:
    report, reader = report_samples.much_left(), opened("much_left")
    (content,) = reader.attachments[ATTACHMENT_NAME]
    table = pd.read_csv(StringIO(content.decode()), dtype={"area_code": "str"})
    pd.testing.assert_frame_equal(table, report.figure_table(), check_dtype=False)
    head = f"{report.province_code},{report.period},{report.unit_list_date}\n"
    assert hashlib.sha256(head.encode() + content).hexdigest() == report.fingerprint


@pytest.mark.parametrize("language", [VI, EN])
def test_properties_name_the_report_its_language_and_its_stamp(language: Any) -> None:
    report, reader = report_samples.much_left(language), opened("much_left", language.code)
    assert reader.metadata is not None
    assert str(reader.metadata.title).endswith(f"Tỉnh Bà Rịa - Vũng Tàu, {language.period(report.period)}")
    assert reader.trailer["/Root"]["/Lang"] == language.code
    stamp = dict(word.split("=", 1) for word in str(reader.metadata["/Keywords"]).split(", "))
    assert stamp == report.stamp()
    assert tuple(stamp) == STAMP_KEYS
    assert b"<pdfaid:part>3</pdfaid:part>" in reader.trailer["/Root"]["/Metadata"].get_data()


def test_headings_are_bookmarks_in_their_order() -> None:
    reader = opened("much_left", "en")
    tops = [str(mark.title) for mark in reader.outline if not isinstance(mark, list)]
    assert [re.sub(r"^\d+\. ", "", top) for top in tops] == [
        "Summary",
        "Assessment",
        "Figures by district",
        "Figures by commune",
        "Progress against the targets",
        "What remains",
        "Works of Programme 2081",
        "Changes of units",
        "Quality of the data, and what is missing",
        "Sources and definitions",
    ]


def test_every_vietnamese_letter_can_be_read_back_composed() -> None:
    report = report_samples.much_left()
    decomposed = unicodedata.normalize("NFD", VIETNAMESE)
    for table, column in (("organisations", "organisation_name"), ("works", "work_name")):
        report = replace(report, **{table: getattr(report, table).assign(**{column: decomposed})})
    text = " ".join(" ".join(pages_of(replace(report, unit_events=(decomposed,)))).split())
    assert text.count(VIETNAMESE) >= 1
    assert set(VIETNAMESE) <= set(text)
    assert unicodedata.is_normalized("NFC", text)


def test_letters_that_no_font_has_become_boxes_and_controls_spaces() -> None:
    organisations = report_samples.much_left().organisations.assign(organisation_name="Tổ điện 電\x07số 😀 #[*_$`@<1>")
    text = " ".join(" ".join(pages_of(replace(report_samples.much_left(), organisations=organisations))).split())
    assert "Tổ điện □ số □ #[*_$`@<1>" in text


def test_the_same_report_gives_the_same_bytes() -> None:
    assert write_province_pdf(report_samples.much_left()) == written("much_left", "vi") != written("much_left", "en")


def tables(report: ProvinceReport) -> list[dict[str, Any]]:
    return [block for section in sections_of(report) for block in section.blocks if block["kind"] == "table"]


@pytest.mark.parametrize("language", [VI, EN])
def test_no_word_is_wider_than_its_column(language: Any) -> None:
    """Else it would lie on its neighbour: words are never hyphenated. Measured by another reader of fonts than ours."""
    bold = ImageFont.truetype(FONT_FOLDER / "LiberationSans-Bold.ttf", 2048)
    found = tables(report_samples.much_left(language))
    for table in found:
        assert sum(column["width"] for column in table["columns"]) == pytest.approx(TEXT_WIDTH)
        for place, column in enumerate(table["columns"]):
            cells = [row["cells"][place] for row in table["rows"]]
            texts = [column["label"], *(cell if isinstance(cell, str) else cell["text"] for cell in cells)]
            for word in re.split(r"[\s\u200b]", " ".join(texts)):
                assert bold.getlength(word) / 2048 * table["size"] <= column["width"] - 2 * CELL_MARGIN + 0.01, word
    assert len(found) == 10


def test_columns_keep_their_shares_where_all_words_fit() -> None:
    columns = [Column("a", 1), Column("b", 3)]
    assert column_widths(columns, [["1"], ["2"]], size=8) == pytest.approx([TEXT_WIDTH / 4, TEXT_WIDTH * 3 / 4])


def test_columns_of_figures_lend_room_to_texts_that_would_be_wrapped() -> None:
    name = "Hợp tác xã điện nông thôn Thoại Sơn 02 (giả định)"
    columns = [Column("Name", 1, LEFT), Column("Number", 3)]
    wide, narrow = column_widths(columns, [[name] * 3, ["1.234"] * 3], size=8)
    assert wide == pytest.approx(sans_width(name, size=8, bold=True) + 2 * CELL_MARGIN)
    assert wide + narrow == pytest.approx(TEXT_WIDTH)


@given(
    shares=st.lists(st.floats(1, 50), min_size=1, max_size=12),
    words=st.lists(st.text("aW .", max_size=30), min_size=12, max_size=12),
)
def test_columns_always_fill_the_page(shares: list[float], words: list[str]) -> None:
    columns = [Column(word, share, (LEFT, RIGHT)[len(word) % 2]) for word, share in zip(words, shares, strict=False)]
    widths = column_widths(columns, [words[:place] for place, _ in enumerate(columns)], size=8)
    assert sum(widths) == pytest.approx(TEXT_WIDTH)
    assert min(widths) > 0


def test_a_long_name_of_a_file_is_broken_into_its_column() -> None:
    name = "khao_sat-dien_khi_hoa-nong_thon.An_Giang.quy_II.2021.ban_cuoi_cung-da_duyet.xlsx"
    uploads = report_samples.much_left().uploads.assign(file_name=name)
    text = "\n".join(pages_of(replace(report_samples.much_left(), uploads=uploads)))
    assert name not in text
    assert name in re.sub(r"[\s\u200b]", "", text)


def long_report() -> ProvinceReport:
    """Sixty districts of one commune each, so that every other row is a district's."""
    report = report_samples.much_left()
    copies = []
    for number in range(60):
        place = {"district_code": f"{number:03d}", "district_name": f"Huyện Số {number}"}
        copy = report.communes.iloc[[number % 6]].assign(**place)
        copies.append(copy.set_axis(pd.Index([f"{number:05d}"], name="commune_code")))
    communes = pd.concat(copies)
    basis = pd.Series("exact", index=communes.index)
    return replace(report, communes=communes, basis=basis, outlines=report.outlines.iloc[:0])


def test_a_long_table_repeats_its_header_and_leaves_no_district_alone_at_the_foot() -> None:
    found = pages_of(long_report())
    rows = re.compile(r"^\d+ \d{5} ", re.MULTILINE)
    with_rows = [page for page in found if rows.search(page)]
    assert len(with_rows) >= 2
    for page in with_rows:
        assert re.search(r"^STT Mã Huyện, xã", page, re.MULTILINE)
        lines = [line for line in page.splitlines() if line.startswith("Huyện Số") or rows.match(line)]
        assert rows.match(lines[-1])
    assert len(re.findall(r"^\d+ \d{5} ", "\n".join(found), re.MULTILINE)) == 60


def test_typesetter_has_nothing_to_warn_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """No font, letter or file that it looked for and did not find."""
    warned: list[Any] = []
    plain = typst.Compiler

    class Watching:
        def __init__(self, *given: Any, **named: Any) -> None:
            self.compiler = plain(*given, **named)

        def compile(self, *given: Any, **named: Any) -> bytes:
            content, warnings = self.compiler.compile_with_warnings(*given, **named)
            warned.extend(warnings)
            assert isinstance(content, bytes)
            return content

    monkeypatch.setattr(typst, "Compiler", Watching)
    for language in (VI, EN):
        write_province_pdf(report_samples.much_left(language))
    assert warned == []
