"""The company's own table: digit for digit what EVNSPC published, from the demo, the own list and the returns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from coverage.cli import main
from coverage.commune_lists import CommuneLists
from coverage.company_report import FORMS, CompanyReport
from coverage.company_table import RETURN_COLUMNS, OwnBook, TableBasis, build_company_table
from coverage.indicators import Figure, Indicator, read_registry
from coverage.workspace import Workspace
from geodata.company_data import CompanyRow, CompanyTable
from geodata.errors import PhuDienError
from geodata.language import Language
from geodata.reporting_periods import ReportingPeriod
from loaders.reference.tables import load_indicator_table, load_published_table
from loaders.reports.csv_file import unguarded
from tests.coverage.test_indicator_rules import with_line
from tests.own_commune_list import make_own_list

H1 = ReportingPeriod.parse("2021-H1")
VI, EN = Language("vi"), Language("en")
REGISTRY = read_registry(load_indicator_table())

PUBLISHED = {
    "communes_with_power": "100%",
    "households_with_power": "8,17 triệu hộ",
    "households_with_power_share": "99,72%",
    "rural_households_with_power": "5,32 triệu hộ",
    "rural_households_with_power_share": "99,62%",
    "direct_households": "7,65 triệu hộ",
    "direct_share": "93,56%",
    "bulk_households": "526.157 hộ",
    "bulk_share": "6,44%",
    "requests_via_care_centre_and_portals": "99,15%",
    "online_level4_services": "99,16%",
    "transactions_via_national_portal": "60,34%",
    "fully_electronic_service_process": "96,64%",
    "customers_using_app_or_zalo": "51,08%",
    "cashless_customers_share": "chưa có số liệu",
    "repeat_calls": "-55%",
    "requests_transferred": "1.431.997 yêu cầu",
    "late_requests_share": "0,04%",
    "repeat_callers": "-25%",
    "outage_messages": "1.287 tin",
    "wrong_outage_updates_share": "2%",
    "price_checks_shared_household_meters": "76.652 khách hàng",
    "price_checks_multi_price_business": "49.418 khách hàng",
    "price_checks_administrative": "84.894 khách hàng",
    "price_checks_three_price_meters": "26.799 khách hàng",
}
VERDICTS = {
    "households_with_power_share": ("not_met", "còn thiếu 0,28 điểm %", "exact"),
    "requests_via_care_centre_and_portals": ("met", "tốt hơn 4,15 điểm %", "rounded"),
    "online_level4_services": ("met", "tốt hơn 4,16 điểm %", "rounded"),
    "transactions_via_national_portal": ("met", "tốt hơn 20,34 điểm %", "rounded"),
    "fully_electronic_service_process": ("met", "tốt hơn 1,64 điểm %", "rounded"),
    "late_requests_share": ("met", "tốt hơn 0,04 điểm %", "exact"),
    "cashless_customers_share": ("no_actual", "", ""),
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    opened = Workspace(tmp_path_factory.mktemp("company") / "demo")
    opened.make_demo()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def table(demo: Workspace) -> CompanyTable:
    return CompanyReport(demo).table(H1, VI)


def test_table_is_what_was_published_digit_for_digit(table: CompanyTable) -> None:
    assert {row.indicator: row.text.replace("−", "-") for row in table.rows} == PUBLISHED


def test_values_are_those_of_the_embedded_publication(table: CompanyTable) -> None:
    _same_as(load_published_table(), table)


@pytest.mark.shared
def test_values_are_those_of_the_facts(table: CompanyTable, shared_folder: Path) -> None:
    facts = pd.read_csv(shared_folder / "facts" / "evnspc_2021_h1.csv", dtype="str", na_values=[""])
    _same_as(facts, table)


def _same_as(published: pd.DataFrame, table: CompanyTable) -> None:
    """Hold value, decimals, counts and plan of each row against what was published."""
    assert len(published) == len(table.rows) == 25
    for fact in published.to_dict("records"):
        row = table.find(str(fact["indicator"]))
        is_missing = pd.isna(fact["published_value"])
        assert (row.value is None) == is_missing, row.indicator
        assert is_missing or f"{row.value:f}" == fact["published_value"], row.indicator
        assert row.decimals == int(fact["published_decimals"])
        assert row.plan == (None if pd.isna(fact["plan"]) else Decimal(fact["plan"]))
        for name in ("numerator", "denominator"):
            assert pd.isna(fact[name]) or getattr(row, name) == int(fact[name]), row.indicator
        assert not row.differs


def test_plans_are_judged_from_their_own_side(table: CompanyTable) -> None:
    judged = {row.indicator: (row.verdict, row.gap_text, row.basis) for row in table.rows if row.plan is not None}
    assert judged == VERDICTS
    assert {row.verdict for row in table.rows if row.plan is None} == {"no_plan"}
    assert {row.gap_unit for row in table.rows if row.gap is not None} == {"percentage points"}


def test_what_was_reckoned_from_published_counts_is_not_called_published(table: CompanyTable) -> None:
    row = table.find("repeat_callers")
    assert (row.text, row.published_text, row.numerator, row.denominator) == ("−25%", "", 141, 188)
    assert table.of_what(row) == "141 so với 188 khách hàng gọi lặp lại cùng kỳ năm trước"


def test_notes_are_sentences_for_the_readers_of_a_report(table: CompanyTable) -> None:
    text = " ".join(note for row in table.rows for note in row.notes)
    assert "Số đúng nằm trong khoảng từ 8.171.157 đến 8.174.999." in text
    assert 'Trang "Đối chiếu danh mục xã"' in text
    assert ".." not in text
    assert "phudien communes" not in text


def test_plan_for_a_later_day_is_told_with_its_day(table: CompanyTable) -> None:
    row = table.find("cashless_customers_share")
    assert (row.plan_text, str(row.plan_day)) == ("100%", "2021-12-01")
    assert "Kế hoạch cho ngày 01/12/2021, chưa đến hạn." in row.notes


def test_communes_are_those_of_the_own_book_and_the_official_ones_are_told(table: CompanyTable) -> None:
    row = table.find("communes_with_power")
    assert (row.numerator, row.denominator) == (2_503, 2_503)
    assert "không được công bố nên chưa đối chiếu được với 2.484 xã" in row.notes[0]
    assert row.notes[1] == "Theo danh mục chính thức: 2.484 / 2.484 xã."


def test_synthetic_data_are_said_to_be(table: CompanyTable) -> None:
    assert table.is_synthetic
    assert "tổng hợp để trình diễn" in table.notices[0]


def test_accepted_own_list_is_reconciled(tmp_path: Path) -> None:
    office = Workspace(tmp_path / "office")
    office.make_demo()
    own, lists = make_own_list(), CommuneLists(office)
    before = office.clock()
    batch = lists.propose(own.content, "so_xa.xlsx", user="An").stored.batch.id
    assert CompanyReport(office).table(H1, VI).find("communes_with_power").notes[0].startswith("2.503 xã là theo")
    kept = lists.accept(batch, user="An")
    row = CompanyReport(office).table(H1, VI).find("communes_with_power")
    assert (row.text, row.numerator, row.denominator) == ("100%", 2_503, 2_503)
    counts = kept.result.counts
    assert row.notes[0] == (
        f'Danh mục riêng "so_xa.xlsx": 2.503 mục so với 2.484 xã chính thức ngày 01/07/2021: khớp '
        f"{VI.count(counts['matched'])}, nghi ngờ {counts['doubtful']}, thừa {counts['extra']}, thiếu "
        f"{counts['missing']}."
    )
    earlier = CompanyReport(office).table(H1, VI, as_of=before).find("communes_with_power")
    assert earlier.notes[0].startswith("2.503 xã là theo")
    office.close()


def basis(**changes: object) -> TableBasis:
    """Return what a table of nothing rests on, with changes."""
    values: dict[str, object] = {
        "figures": {},
        "returns": returns(),
        "own_book": None,
        "official_communes": 2_484,
        "data_version": "v1",
        "data_date": H1.last_day,
        "is_synthetic": False,
    }
    return TableBasis(**values | changes)  # type: ignore[arg-type]


def returns(*rows: dict[str, object]) -> pd.DataFrame:
    given = [{"period": "2021-H1", "source_vi": "thử", "source_en": "test", **row} for row in rows]
    return pd.DataFrame(given, columns=pd.Index(RETURN_COLUMNS)).astype("object")


def built(name: str, on: TableBasis, registry: dict[str, Indicator] = REGISTRY) -> CompanyRow:
    return build_company_table(H1, registry, on, EN).find(name)


def test_what_was_not_reported_is_missing_and_never_zero() -> None:
    table = build_company_table(H1, REGISTRY, basis(), EN)
    assert len(table.rows) == 25
    assert {(row.text, row.value) for row in table.rows} == {("not reported", None)}


def test_own_figure_that_differs_from_the_published_one_shows_both() -> None:
    name = "direct_share"
    figures = {name: Figure(REGISTRY[name], 9_300, 10_000, 9, 10)}
    row = built(name, basis(figures=figures, returns=returns({"indicator": name, "published_value": "93.56"})))
    assert (row.text, row.published_text, row.differs) == ("93.00%", "93.56%", True)
    assert row.notes[0] == "Differs from what was published: 93.00% here, 93.56% published (test)."
    assert row.notes[1] == "Not counted: 1 communes did not report it."


def test_own_list_of_another_size_than_was_returned_counts_by_itself() -> None:
    counts = {"matched": 8, "doubtful": 1, "extra": 1, "missing": 2}
    book = OwnBook("list.xlsx", H1.last_day, counts, with_power=6, without_power=1)
    name = "communes_with_power"
    row = built(name, basis(own_book=book, returns=returns({"indicator": name, "numerator": 9, "denominator": 9})))
    assert (row.numerator, row.denominator, row.text) == (6, 7, "86%")
    assert row.notes[0] == "Of 3 entries of the own list it is not known whether they have power."
    assert "10 entries against 10 official communes" in row.notes[1]


def test_part_above_its_whole_is_said_and_has_no_figure() -> None:
    name = "late_requests_share"
    row = built(name, basis(returns=returns({"indicator": name, "numerator": 3, "denominator": 2, "plan": "0.08"})))
    assert (row.text, row.verdict, row.notes[0]) == ("not reported", "no_actual", "figures contradict")


def test_new_line_of_the_registry_is_a_row_of_the_table() -> None:
    line = {"scope": "company", "kind": "change", "numerator": "faults", "denominator": "faults_before"}
    registry = read_registry(with_line(**line, table_from="returns", table_section="calls", better="lower"))
    given = returns({"indicator": "rural_gap", "numerator": 30, "denominator": 40, "plan": "-30"})
    row = built("rural_gap", basis(returns=given), registry)
    assert (row.text, row.plan_text, row.gap_text) == ("−25.0%", "≤ −30%", "short by 5.0 percentage points")
    assert row.section == "calls"


def test_indicator_is_in_no_table_of_a_period_before_it_was_valid() -> None:
    before = ReportingPeriod.parse("2020-H2")
    names = [row.indicator for row in build_company_table(before, REGISTRY, basis(), EN).rows]
    assert len(names) == 9
    assert "repeat_calls" not in names


def test_period_of_which_nothing_is_known_is_refused(demo: Workspace) -> None:
    with pytest.raises(PhuDienError) as caught:
        CompanyReport(demo).table(ReportingPeriod.parse("2030-H1"), VI)
    assert caught.value.code == "period.without-returns"
    assert "2021-H1, 2020-H2, 2020-H1, 2019-H2" in VI.explain(caught.value)


@pytest.mark.parametrize("language", [VI, EN])
def test_every_form_holds_the_same_figures(demo: Workspace, language: Language) -> None:
    desk = CompanyReport(demo)
    table = desk.table(H1, language)
    files = {form: desk.file(table, form)[1] for form in FORMS}
    records = json.loads(files["json"])["rows"]
    assert [(one["indicator"], one["value"], one["text"]) for one in records] == [
        (row.indicator, None if row.value is None else f"{row.value:f}", row.text) for row in table.rows
    ]
    csv = pd.read_csv(BytesIO(files["csv"]), dtype="str", keep_default_na=False)
    assert [unguarded(text) for text in csv["text"]] == [row.text for row in table.rows]
    assert csv["value"].tolist() == ["" if row.value is None else f"{row.value:f}" for row in table.rows]
    markdown = files["md"].decode()
    assert all(f"| {row.title} | {row.text} |" in markdown for row in table.rows)
    sheet = openpyxl.load_workbook(BytesIO(files["xlsx"])).worksheets[0]
    written = {line[1]: line for line in sheet.iter_rows(min_row=8, values_only=True) if line[1]}
    for row in table.rows:
        cells = written[row.title]
        assert cells[2] == row.unit
        assert cells[3] == (row.text if row.value is None else float(row.value))
        assert cells[4] == (None if row.plan is None else float(row.plan))
        assert cells[5:7] == (row.verdict_text, row.gap_text or None)
        assert cells[7] == (None if row.published is None else float(row.published))


def test_numbers_of_the_workbook_look_as_they_read(demo: Workspace) -> None:
    desk = CompanyReport(demo)
    sheet = openpyxl.load_workbook(BytesIO(desk.file(desk.table(H1, VI), "xlsx")[1])).worksheets[0]
    shown = {line[1].value: (line[3].number_format, line[4].number_format) for line in sheet.iter_rows(min_row=8)}
    assert shown["Số cuộc gọi lặp lại, so với cùng kỳ"][0] == '#,##0;"−"#,##0'
    assert shown["Tỷ lệ hộ có điện lưới"] == ('#,##0.00;"−"#,##0.00', '#,##0;"−"#,##0')
    assert shown["Tỷ lệ yêu cầu xử lý trễ hạn"][1] == '"≤ "#,##0.00;"≤ −"#,##0.00'


def test_same_table_gives_the_same_bytes(demo: Workspace) -> None:
    desk = CompanyReport(demo)
    for form in FORMS:
        assert desk.file(desk.table(H1, VI), form) == desk.file(desk.table(H1, VI), form)


def test_files_carry_what_identifies_their_figures(demo: Workspace) -> None:
    desk = CompanyReport(demo)
    table, other = desk.table(H1, VI), desk.table(H1, EN)
    stamp = table.stamp()
    assert (
        stamp["phudien_fingerprint"]
        == other.fingerprint
        != desk.table(ReportingPeriod.parse("2020-H2"), VI).fingerprint
    )
    assert (stamp["phudien_period"], stamp["phudien_data_version"]) == ("2021-H1", table.data_version)
    assert json.loads(desk.file(table, "json")[1])["stamp"] == stamp
    book = openpyxl.load_workbook(BytesIO(desk.file(table, "xlsx")[1]))
    assert {one.name: one.value or "" for one in book.custom_doc_props.props} == stamp
    assert stamp["phudien_fingerprint"] in desk.file(table, "md")[1].decode()


def test_command_writes_the_table(demo: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["report", "company", "--workspace", str(demo.home), "--period", "6 tháng đầu năm 2021"]
    assert main([*call, "--format", "csv,json", "-o", str(tmp_path)]) == 0
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".csv", ".json"]
    assert main([*call, "-o", str(tmp_path / "bang.xlsx")]) == 0
    assert (tmp_path / "bang.xlsx").stat().st_size > 5_000
    capsys.readouterr()
    assert main([*call, "-o", str(tmp_path / "bang.md")]) == 2
    assert "bang.md" in capsys.readouterr().err
    assert main([*call, "--format", "pdf", "-o", str(tmp_path)]) == 2
    assert main([*call[:-1], "2021-H3", "-o", str(tmp_path)]) == 2
