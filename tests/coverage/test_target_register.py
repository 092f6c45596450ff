"""The register of targets: entered, amended, withdrawn, read from a workbook and given back, never overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from coverage.target_book import TargetBook
from coverage.target_drafts import CHANGED, NEW, UNCHANGED, TargetDraft
from coverage.target_register import TargetRegister
from coverage.workspace import Workspace
from geodata.errors import FileError, WorkspaceError
from geodata.language import Language
from geodata.periods import Period
from geodata.target_data import Milestone
from tests.coverage.office import Clock, table

GRID = "households_with_power_share"
LIST_2021 = date(2021, 7, 1)

DRAFT = TargetDraft(
    programme="Kế hoạch An Giang",
    indicator="Tỷ lệ hộ mua điện trực tiếp",
    area="89",
    milestones=(Milestone(Period(2024, 4), Decimal("60")), Milestone(Period(2022, 4), Decimal("45.5"))),
    decision="15/KH-UBND",
    decision_date=date(2021, 9, 1),
    source="văn bản của tỉnh",
    status="seen",
    reason="kế hoạch mới",
)

ROW = {
    "Chương trình": "Kế hoạch An Giang",
    "Chỉ tiêu": "Tỷ lệ hộ mua điện trực tiếp",
    "Mã địa bàn": "89",
    "Thời hạn": "Quý IV/2024",
    "Giá trị": "60%",
    "Quyết định": "15/KH-UBND",
    "Ngày quyết định": datetime(2021, 9, 1),  # noqa: DTZ001 - a cell has no zone
    "Tình trạng": "đã thấy tại nguồn",
    "Nguồn": "văn bản của tỉnh",
}


@pytest.fixture
def register(workspace: Workspace) -> TargetRegister:
    return TargetRegister(workspace)


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TargetRegister]:
    """Return a register in which nothing is ever stored."""
    opened = Workspace(tmp_path_factory.mktemp("reading"), clock=Clock())
    yield TargetRegister(opened)
    assert opened.batches() == []
    opened.close()


def codes_with_cells(register: TargetRegister, *rows: dict[str, Any]) -> list[tuple[str, str]]:
    return [(issue.code, issue.cell) for issue in register.propose(table(*rows), "muc_tieu.xlsx").issues]


# ---- by hand


def test_a_target_is_kept_with_who_when_and_why(register: TargetRegister, workspace: Workspace) -> None:
    before = workspace.data_version().number
    kept = register.add(DRAFT, user=" An ")
    assert (kept.code, kept.by, kept.reason, kept.indicator) == ("T1", "An", "kế hoạch mới", "direct_share")
    assert [str(m.due) for m in kept.milestones] == ["2022-Q4", "2024-Q4"]
    assert kept.unit == "percent"
    assert kept.units_of == LIST_2021
    assert workspace.data_version().number > before  # what rests on targets is answered anew
    assert [batch.kind for batch in workspace.batches()] == ["targets"]


def test_an_amendment_leaves_the_earlier_version_and_earlier_answers_know_nothing_of_it(
    workspace: Workspace, register: TargetRegister
) -> None:
    book = TargetBook(workspace)
    moment = datetime(2021, 8, 1, tzinfo=UTC)
    workspace.clock.now = moment  # type: ignore[attr-defined]
    kept = register.amend(
        "grid-for-all",
        [Milestone(Period(2024, 4), Decimal(100))],
        decision="123/QĐ-EVNSPC",
        decision_date=date(2021, 7, 20),
        source="bản ký",
        status="seen",
        user="An",
        reason="có thời hạn",
    )
    on = date(2021, 8, 1)
    assert book.states(on=on)["grid-for-all"] == "earlier"
    assert book.states(on=on)[kept.code] == "in_force"
    now = book.target_of(GRID, "EVNSPC", told_on=LIST_2021)
    assert now is not None
    assert (now["due_period"], now["is_assumption"]) == ("2024-Q4", False)
    # As it was known before it was entered, and on a day before it was decided.
    then = book.target_of(GRID, "EVNSPC", told_on=LIST_2021, as_of=moment)
    assert then is not None
    assert (then["due_period"], then["is_assumption"]) == ("2025-Q4", True)
    earlier = book.target_of(GRID, "EVNSPC", told_on=LIST_2021, on=date(2021, 7, 19))
    assert earlier is not None
    assert earlier["due_period"] == "2025-Q4"


def test_what_is_withdrawn_stays_and_the_version_before_it_holds_again(
    workspace: Workspace, register: TargetRegister
) -> None:
    kept = register.add(replace(DRAFT, programme="grid for all", indicator=GRID, area="EVNSPC"), user="An")
    day = date(2021, 9, 2)
    assert TargetBook(workspace).states(on=day) | {kept.code: "in_force", "grid-for-all": "earlier"} == TargetBook(
        workspace
    ).states(on=day)
    gone = register.withdraw(kept.code, user="Bình", reason="nhập nhầm", day=day)
    assert (gone.withdrawn_by, gone.withdrawn_why, gone.withdrawn_on) == ("Bình", "nhập nhầm", day)
    states = TargetBook(workspace).states(on=day)
    assert (states[kept.code], states["grid-for-all"]) == ("withdrawn", "in_force")
    with pytest.raises(WorkspaceError) as caught:
        register.withdraw(kept.code, user="Bình", reason="nữa")
    assert caught.value.code == "target.withdrawn-already"


def test_a_shipped_target_can_be_withdrawn_and_a_withdrawn_upload_gives_way(
    workspace: Workspace, register: TargetRegister
) -> None:
    register.withdraw("component-96", user="An", reason="không áp dụng", day=date(2021, 7, 1))
    assert TargetBook(workspace).states(on=date(2021, 7, 2))["component-96"] == "withdrawn"
    kept = register.add(DRAFT, user="An")
    assert kept.batch_id is not None
    workspace.withdraw(kept.batch_id, user="An", reason="nhầm")
    assert register.find(kept.code).withdrawn_why == "nhầm"
    assert TargetBook(workspace).states(on=date(2022, 1, 1))[kept.code] == "withdrawn"


def test_nothing_is_kept_without_a_name_a_reason_or_a_change(register: TargetRegister, workspace: Workspace) -> None:
    for user, draft in (("", DRAFT), ("An", replace(DRAFT, reason=" "))):
        with pytest.raises(WorkspaceError) as caught:
            register.add(draft, user=user)
        assert caught.value.code == "target.reason-missing"
    register.add(DRAFT, user="An")
    with pytest.raises(WorkspaceError) as unchanged:
        register.add(DRAFT, user="An")
    assert unchanged.value.code == "target.unchanged"
    assert len(workspace.batches()) == 1
    with pytest.raises(WorkspaceError) as unknown:
        register.find("T9")
    assert unknown.value.code == "call.target-unknown"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"programme": " "}, "target.text-missing"),
        ({"indicator": "Tỷ lệ hộ mua điện trực típ"}, "target.indicator-unknown"),
        ({"area": "99"}, "target.area-unknown"),
        ({"units_of": date(1999, 1, 1)}, "target.list-unknown"),
        ({"applies_to": "mọi nơi"}, "target.word-unknown"),
        ({"status": "chắc"}, "target.word-unknown"),
        ({"unit": "communes"}, "target.unit-wrong"),
        ({"milestones": ()}, "target.value-missing"),
        ({"milestones": (Milestone(None, Decimal(101)),)}, "target.value-range"),
        ({"indicator": "bulk_households", "milestones": (Milestone(None, Decimal("-1")),)}, "target.value-range"),
        ({"indicator": "bulk_households", "milestones": (Milestone(None, Decimal("1.5")),)}, "target.value-fraction"),
        ({"milestones": (Milestone(Period(2021, 2), Decimal(50)),)}, "target.due-too-early"),
        ({"milestones": (Milestone(None, Decimal(50)), Milestone(None, Decimal(60)))}, "target.due-doubled"),
        (
            {"milestones": (Milestone(Period(2022, 4), Decimal(60)), Milestone(Period(2023, 4), Decimal(50)))},
            "target.easier-later",
        ),
        (
            {
                "indicator": "bulk_households",
                "milestones": (Milestone(Period(2022, 4), Decimal(5)), Milestone(Period(2023, 4), Decimal(6))),
            },
            "target.easier-later",
        ),
        ({"indicator": "capital", "unit": ""}, "target.word-unknown"),
    ],
)
def test_what_cannot_be_a_target_is_refused_and_nothing_is_stored(
    reading: TargetRegister, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(WorkspaceError) as caught:
        reading.add(replace(DRAFT, **changes), user="An")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("typed", "area", "units_of"),
    [
        ("Tỉnh An Giang", "89", LIST_2021),
        ("an giang", "89", LIST_2021),
        ("886", "886", LIST_2021),
        ("30337", "30337", LIST_2021),
        ("EVNSPC", "EVNSPC", None),
        ("cả nước", "national", None),
        ("Đồng bằng sông Cửu Long", "mekong_delta", LIST_2021),
    ],
)
def test_an_area_is_known_by_code_or_name(
    reading: TargetRegister, typed: str, area: str, units_of: date | None
) -> None:
    kept = reading.check().version(replace(DRAFT, area=typed))
    assert (kept.area, kept.units_of) == (area, units_of)


def test_an_area_is_read_in_the_list_of_the_day_that_is_named(register: TargetRegister) -> None:
    kept = register.add(replace(DRAFT, area="91", units_of=date(2025, 7, 1)), user="An")
    assert kept.units_of == date(2025, 7, 1)
    book = TargetBook(register.workspace)
    assert book.area_name(kept, Language("vi")).startswith("Tỉnh An Giang (danh mục ngày 01/07/2025")


# ---- from a workbook


@pytest.mark.parametrize("code", ["vi", "en"])
def test_what_is_exported_is_read_back_as_unchanged(register: TargetRegister, workspace: Workspace, code: str) -> None:
    register.add(DRAFT, user="An")
    register.add(replace(DRAFT, indicator="bulk_households", milestones=(Milestone(None, Decimal(1500)),)), user="An")
    register.add(
        replace(DRAFT, indicator="bulk_share", milestones=(Milestone(Period(2023, 4), Decimal("0.08")),)), user="An"
    )
    content = register.workbook(Language(code), on=date(2022, 1, 1))
    proposal = register.propose(content, "muc_tieu.xlsx")
    assert proposal.issues == ()
    assert {target.change for target in proposal.targets} == {UNCHANGED}
    assert len(proposal.targets) == 18 + 3
    assert register.take(proposal, user="An", reason="thử") is None
    assert content == register.workbook(Language(code), on=date(2022, 1, 1))
    assert len(workspace.batches()) == 3


def test_what_was_edited_in_an_export_is_a_later_version_and_the_rest_unchanged(
    register: TargetRegister, workspace: Workspace
) -> None:
    book = openpyxl.load_workbook(BytesIO(register.workbook(Language("vi"), on=date(2022, 1, 1))))
    sheet = book.active
    assert sheet is not None
    heads = {cell.value: cell.column for cell in sheet[1]}
    row = next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, heads["Mã địa bàn"]).value == "EVNSPC")
    sheet.cell(row, heads["Thời hạn"]).value = "Quý II/2024"
    sheet.cell(row, heads["Quyết định"]).value = "77/QĐ-EVNSPC"
    sheet.cell(row, heads["Ngày quyết định"]).value = datetime(2022, 3, 1)  # noqa: DTZ001 - a cell has no zone
    buffer = BytesIO()
    book.save(buffer)
    proposal = register.propose(buffer.getvalue(), "sửa.xlsx")
    assert proposal.issues == ()
    assert [proposal.count(change) for change in (NEW, CHANGED, UNCHANGED)] == [0, 1, 17]
    [changed] = [target for target in proposal.targets if target.change == CHANGED]
    assert changed.before is not None
    assert changed.before.code == "grid-for-all"
    batch = register.take(proposal, user="An", reason="có thời hạn")
    assert batch is not None
    assert workspace.batch_file(batch) == ("sửa.xlsx", buffer.getvalue())
    found = TargetBook(workspace).target_of(GRID, "EVNSPC", told_on=LIST_2021, on=date(2022, 3, 1))
    assert found is not None
    assert found["due_period"] == "2024-Q2"
    # The same file again changes nothing.
    assert register.take(register.propose(buffer.getvalue(), "sửa.xlsx"), user="An", reason="lại") is None


def test_rows_of_one_target_are_its_milestones(reading: TargetRegister) -> None:
    proposal = reading.propose(table(ROW, ROW | {"Thời hạn": 2022.0, "Giá trị": "45,5%"}), "muc_tieu.xlsx")
    [target] = proposal.targets
    assert [(str(m.due), m.value) for m in target.version.milestones] == [
        ("2022-Q4", Decimal("45.5")),
        ("2024-Q4", Decimal(60)),
    ]
    assert target.change == NEW


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Chỉ tiêu": "Số hộ vui"}, [("target.indicator-unknown", "B2")]),
        ({"Mã địa bàn": "99"}, [("target.area-unknown", "C2")]),
        ({"Mã địa bàn": ""}, [("target.cell-blank", "C2")]),
        ({"Địa bàn": "Tỉnh Trà Vinh"}, [("target.code-name-disagree", "J2")]),
        ({"Mã địa bàn": "99", "Địa bàn": "An Giang"}, [("target.area-unknown", "C2")]),
        ({"Mã địa bàn": "", "Địa bàn": "An Dang"}, [("target.area-unknown", "J2")]),
        ({"Thời hạn": "sớm"}, [("target.due-unreadable", "D2")]),
        ({"Thời hạn": datetime(2024, 5, 31)}, [("target.due-unreadable", "D2")]),  # noqa: DTZ001 - a cell has no zone
        ({"Thời hạn": "2021-Q1"}, [("target.due-too-early", "D2")]),
        ({"Giá trị": "nhiều"}, [("target.value-unreadable", "E2")]),
        ({"Giá trị": ""}, [("target.cell-blank", "E2")]),
        ({"Giá trị": "120%"}, [("target.value-range", "E2")]),
        ({"Giá trị": 0.6}, [("target.value-doubtful", "E2")]),
        ({"Quyết định": ""}, [("target.cell-blank", "F2")]),
        ({"Ngày quyết định": "31/02/2021"}, [("target.date-unreadable", "G2")]),
        ({"Tình trạng": "chắc chắn"}, [("target.word-unknown", "H2")]),
        ({"Nguồn": ""}, [("target.cell-blank", "I2")]),
    ],
)
def test_every_problem_is_told_with_its_cell(
    reading: TargetRegister, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert codes_with_cells(reading, ROW | changes) == expected


def test_a_workbook_with_a_problem_is_not_taken_in_part(reading: TargetRegister) -> None:
    bad = ROW | {"Mã địa bàn": "84", "Giá trị": "120%"}
    proposal = reading.propose(table(ROW, bad), "muc_tieu.xlsx")
    assert [issue.cell for issue in proposal.issues] == ["E3"]
    assert proposal.count(NEW) == 1
    with pytest.raises(WorkspaceError) as caught:
        reading.take(proposal, user="An", reason="thử")
    assert caught.value.code == "target.file-errors"


def test_rows_that_say_different_things_of_one_target_are_told(reading: TargetRegister) -> None:
    other = ROW | {"Thời hạn": "2025-Q4", "Nguồn": "báo chí"}
    assert codes_with_cells(reading, ROW, other) == [("target.rows-disagree", "I3")]
    easier = ROW | {"Thời hạn": "2025-Q4", "Giá trị": "50%"}
    assert codes_with_cells(reading, ROW, easier) == [("target.easier-later", "E3")]


def test_a_file_that_is_no_list_of_targets_is_refused(reading: TargetRegister) -> None:
    with pytest.raises(FileError):
        reading.propose(table({"Xã": "Mỹ Đức", "Số hộ": 12}), "xa.xlsx")
    with pytest.raises(FileError):
        reading.propose(b"", "rong.xlsx")
