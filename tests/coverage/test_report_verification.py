"""Whether a report's file still says what the store says: made, left alone, changed by hand, overtaken by uploads."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from docx import Document

from coverage import cli
from coverage.plan_files import PlanFiles
from coverage.planning.plan_chapter import plan_chapter
from coverage.report_files import FORMS, ReportFiles
from coverage.report_verification import Verifier, sentences
from coverage.workspace import Workspace
from geodata.errors import FileError
from geodata.language import Language
from geodata.periods import Period
from geodata.plan_data import PlanChapter
from loaders.store import batches, engine
from loaders.store.batches import NewBatch
from tests.plans_of_four import plan

QUARTER, EN = Period(2021, 2), Language("en")
COMMUNE = "30280"
"""The first commune of An Giang."""


@pytest.fixture(scope="module")
def demo(demo_home: Path) -> Workspace:
    return Workspace(demo_home)


@pytest.fixture(scope="module")
def reports(demo: Workspace) -> dict[str, tuple[str, bytes]]:
    files = ReportFiles(demo)
    found = files.build("89", QUARTER, EN)
    return {form: files.file(found, form) for form in FORMS}


@pytest.fixture(scope="module")
def verifier(demo: Workspace) -> Verifier:
    return Verifier(demo)


@pytest.mark.parametrize("form", FORMS)
def test_file_left_alone_matches_the_store(
    verifier: Verifier, reports: dict[str, tuple[str, bytes]], form: str
) -> None:
    name, content = reports[form]
    found = verifier.verify(content, name)
    assert found.is_of_this_store
    assert found.is_untouched
    assert found.is_current
    assert found.is_identical
    # 156 communes with at least the seven counts that every form shows
    assert found.reported.figures["value"].notna().sum() >= 156 * 7


class ApprovedOnce:
    """One programme, approved for An Giang; a newer one is approved after the report was made."""

    def __init__(self, demo: Workspace) -> None:
        self.newest_is = "12"
        self._files = PlanFiles(demo)

    def newest(
        self, province_code: str, language: Language, *, told_on: date, as_of: datetime | None = None
    ) -> PlanChapter | None:
        assert (told_on, as_of) == (date(2021, 7, 1), None)
        return self.of(self.newest_is, province_code, language) if province_code == "89" else None

    def of(self, scenario: str, province_code: str, language: Language) -> PlanChapter:
        assert province_code == "89"
        told = self._files.report(plan(), language, title=f"Scenario {scenario}")
        moment = datetime(2021, 8, 3, tzinfo=UTC)
        return plan_chapter(told, "Tỉnh An Giang", scenario=scenario, approved_by="An", approved_at=moment)


@pytest.mark.parametrize("form", ["xlsx", "csv"])  # with its stamp in full, and with a part of it
def test_a_report_with_a_programme_is_verified_with_that_programme_though_a_newer_one_is_approved(
    demo: Workspace, form: str
) -> None:
    approved = ApprovedOnce(demo)
    files = ReportFiles(demo, approved)
    name, content = files.file(files.build("89", QUARTER, EN), form)
    approved.newest_is = "13"
    assert Verifier(demo, approved).verify(content, name).is_identical
    newer = files.build("89", QUARTER, EN)
    assert newer.plan is not None
    assert newer.plan.sentences[0].startswith("Approved programme: Scenario 13")
    assert files.build("84", QUARTER, EN).plan is None
    assert files.build("89", QUARTER, EN, scenario="").plan is None


def changed_workbook(content: bytes) -> bytes:
    book = openpyxl.load_workbook(BytesIO(content))
    ((sheet, area),) = book.defined_names["xa_ho_co_dien"].destinations
    ((_, codes),) = book.defined_names["xa_ma"].destinations
    for (code,), (count,) in zip(book[sheet][codes], book[sheet][area], strict=True):
        if code.value == COMMUNE:
            count.value += 1
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def changed_document(content: bytes) -> bytes:
    document = Document(BytesIO(content))
    for mark in document.element.body.iter("{*}bookmarkStart"):
        if mark.get(f"{{{mark.nsmap['w']}}}name") == f"_pd_{COMMUNE}_households_grid":
            text = mark.getparent().find(".//{*}t")
            text.text = str(int(text.text.replace(",", "")) + 1)
    saved = BytesIO()
    document.save(saved)
    return saved.getvalue()


def changed_csv(content: bytes) -> bytes:
    table = pd.read_csv(BytesIO(content), dtype="str", keep_default_na=False)
    row = table["commune_code"] == COMMUNE
    table.loc[row, "households_grid"] = str(int(table.loc[row, "households_grid"].iloc[0]) + 1)
    return table.to_csv(index=False).encode("utf-8-sig")


def changed_geopackage(content: bytes) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(content)
    connection.execute("DROP TABLE layer_styles")  # nothing that a verification reads
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (trigger,) in triggers:
        connection.execute(f'DROP TRIGGER "{trigger}"')
    connection.execute(f"UPDATE communes SET households_grid = households_grid + 1 WHERE commune_code = '{COMMUNE}'")
    connection.commit()
    changed = connection.serialize()
    connection.close()
    return changed


@pytest.mark.parametrize(
    ("form", "change"),
    [
        ("xlsx", changed_workbook),
        ("docx", changed_document),
        ("csv", changed_csv),
        ("gpkg", changed_geopackage),
    ],
)
def test_one_figure_changed_by_hand_is_named(
    verifier: Verifier, reports: dict[str, tuple[str, bytes]], form: str, change: Callable[[bytes], bytes]
) -> None:
    name, content = reports[form]
    found = verifier.verify(change(content), name)
    assert not found.is_untouched
    changed = found.changed_in_file[found.changed_in_file["area_code"] == COMMUNE]
    assert changed["measure"].tolist() == ["households_grid"]
    assert (changed["in_file"] - changed["in_store"]).tolist() == [1]
    told = sentences(found, EN)
    assert any("not those that the report was made with" in sentence for sentence in told)


def edited(content: bytes, sheet: str, cell: str, value: object) -> bytes:
    book = openpyxl.load_workbook(BytesIO(content))
    book[sheet][cell] = value
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_every_cell_of_a_workbook_is_compared_and_lost_results_of_formulas_are_no_change(
    verifier: Verifier, reports: dict[str, tuple[str, bytes]]
) -> None:
    name, content = reports["xlsx"]
    saved_anew = verifier.verify(edited(content, "Cover", "XFD1", None), name)
    assert saved_anew.changed_cells.empty
    assert saved_anew.changed_in_file.empty
    assert saved_anew.uncalculated > 100  # openpyxl leaves out what formulas came to
    assert any("have no result" in sentence for sentence in sentences(saved_anew, EN))
    changed = verifier.verify(edited(content, "Summary", "G5", 1138), name)
    assert not changed.is_untouched
    assert changed.changed_cells[["sheet", "cell", "in_file", "as_made"]].to_numpy().tolist() == [
        ["Summary", "G5", "1138", "1027"]
    ]
    assert any("1 cells of the workbook are not as they were made" in sentence for sentence in sentences(changed, EN))


def test_upload_accepted_since_is_told_figure_by_figure(
    demo: Workspace, reports: dict[str, tuple[str, bytes]], tmp_path: Path
) -> None:
    shutil.copytree(demo.home, tmp_path / "later")
    later = Workspace(tmp_path / "later")
    first = next(batch for batch in later.batches() if batch.file_name == "demo_2021-Q2.csv")
    later.withdraw(first.id, user="Lan", reason="test")
    name, content = reports["csv"]
    found = Verifier(later).verify(content, name)
    # The quarter has no figures now: the store cannot give the report any more, and that is said.
    assert found.problem is not None
    assert not found.is_current
    assert any("no figures for" in sentence for sentence in sentences(found, EN))


def test_figures_that_were_corrected_since_are_told_one_by_one(
    demo: Workspace, reports: dict[str, tuple[str, bytes]], tmp_path: Path
) -> None:
    shutil.copytree(demo.home, tmp_path / "corrected")
    later = Workspace(tmp_path / "corrected")
    before = int(later.figures(period="2021-Q2").set_index("commune_code").loc[COMMUNE, "households_direct"])
    correct_one_figure(later, COMMUNE, "households_direct", before + 3)
    name, content = reports["csv"]
    found = Verifier(later).verify(content, name)
    assert found.is_untouched
    assert not found.is_current
    row = found.changed_since.iloc[0]
    assert (len(found.changed_since), row["area_code"], row["measure"]) == (1, COMMUNE, "households_direct")
    assert (row["in_file"], row["in_store"]) == (before, before + 3)


def correct_one_figure(workspace: Workspace, commune: str, measure: str, value: int) -> None:
    table = pd.DataFrame({"commune_code": [commune], "period": ["2021-Q2"], measure: pd.array([value], "Int64")})
    new = NewBatch(
        kind=batches.FIGURES,
        file_name="correction.csv",
        content=b"correction",
        user="Lan",
        unit_list_date=workspace.units.list_date,
        rows_read=1,
        rows_valid=1,
    )
    with engine.writing(workspace.engine) as connection:
        batches.add_accepted_table(connection, new, table, at=workspace.clock())


def test_report_of_another_workspace_is_told(reports: dict[str, tuple[str, bytes]], tmp_path: Path) -> None:
    other = Workspace(tmp_path / "other")
    name, content = reports["pdf"]
    found = Verifier(other).verify(content, name)
    assert not found.is_of_this_store
    assert any("never had" in sentence for sentence in sentences(found, EN))


@pytest.mark.parametrize("name", ["a.xlsx", "a.docx", "a.pdf", "a.csv", "a.gpkg", "a.parquet", "a.wps"])
@pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"PK\x03\x04" + b"\0" * 40])
def test_files_of_other_kinds_are_refused_with_a_sentence(verifier: Verifier, name: str, content: bytes) -> None:
    with pytest.raises(FileError) as caught:
        verifier.verify(content, name)
    assert name in EN.explain(caught.value)


@pytest.mark.parametrize(("stamped", "typed"), [("2021-07-01", "1/7/2021"), ("2021-Q2", "Q2 2021")])
def test_stamp_that_somebody_typed_over_is_refused_with_a_sentence(
    verifier: Verifier, reports: dict[str, tuple[str, bytes]], stamped: str, typed: str
) -> None:
    name, content = reports["csv"]
    assert stamped.encode() in content
    with pytest.raises(FileError) as caught:
        verifier.verify(content.replace(stamped.encode(), typed.encode()), name)
    assert caught.value.code == "report.file-without-stamp"


def test_command_says_what_differs_and_ends_with_1(
    demo: Workspace, reports: dict[str, tuple[str, bytes]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, content = reports["csv"]
    (tmp_path / name).write_bytes(content)
    call = ["report", "verify", str(tmp_path / name), "--workspace", str(demo.home), "--lang", "en"]
    assert cli.main([*call, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["is_current"] is True
    (tmp_path / name).write_bytes(changed_csv(content))
    assert cli.main(call) == 1
    assert "With grid power" in capsys.readouterr().out
