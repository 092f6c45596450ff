"""The commands about targets, as an office types them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coverage.cli import main

Call = Callable[..., tuple[int, str]]

DECIDED = ("--decision", "12/QĐ", "--decision-date", "2021-07-20", "--source", "bản ký", "--status", "seen")
BY = ("--reason", "có thời hạn", "--user", "An")


@pytest.fixture(scope="module")
def demo(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(demo_home, tmp_path_factory.mktemp("commands") / "office")


@pytest.fixture
def call(demo: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*arguments: str) -> tuple[int, str]:
        code = main(["targets", *arguments, "--workspace", str(demo), "--lang", "en"])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


def answer(found: tuple[int, str]) -> Any:
    code, text = found
    assert code == 0, text
    return json.loads(text)


def test_targets_are_listed_amended_split_withdrawn_and_earlier_answers_stay(call: Call, tmp_path: Path) -> None:
    before = {t["code"]: t for t in answer(call("list", "--json"))["targets"]}
    assert before["grid-for-all"]["milestones"] == [{"due": "2025-Q4", "value": "100"}]
    assert before["grid-for-all"]["is_due_assumed"]
    assert "2081-communes" not in before
    code, text = call("list", "--on", "2018-12-12", "--all")
    assert code == 0
    assert "decided for a later day" in text

    steps = ("--milestone", "2023-Q4=99,85%", "--milestone", "Quý IV/2025=99,95%")
    kept = answer(call("amend", "grid-for-all", *steps, *DECIDED, *BY, "--json"))
    assert (kept["code"], kept["state"], kept["entered_by"]) == ("T1", "in_force", "An")

    split = answer(call("cascade", "T1", "--fix", "89=20", "--json"))
    by_area = {part["area"]: part for part in split["parts"]}
    assert sum(part["may_lack"] for part in split["parts"]) == split["whole"]
    assert (by_area["89"]["may_lack"], by_area["89"]["by_hand"], split["kept"]) == (20, True, False)
    code, text = call("cascade", "T1", "--fix", "89=20000")
    assert code == 1
    assert "Tỉnh An Giang (89) cannot be left with 20,000 households" in text
    code, text = call("cascade", "T1", "--fix", "89=20", "--rule", "same_share", "--accept", *BY, "--area", "89")
    assert code == 0
    assert "Sum: 20" in text
    assert answer(call("cascade", "T1", "--drop", *BY, "--json")) == {"dropped": 1}

    file = tmp_path / "targets.xlsx"
    assert call("export", "-o", str(file))[0] == 0
    read = answer(call("import", str(file), "--json"))
    assert (read["new"], read["changed"], read["issues"], read["batch"]) == (0, 0, [], None)

    later = answer(call("amend", "grid-for-all", *steps[:2], *DECIDED[:-2], *BY, "--json"))
    assert (later["code"], later["status"]) == ("T2", "seen")  # a decision with its source was seen
    code, text = call("cascade", "T1")
    assert (code, 'T1" was replaced by "T2": use "T2"' in text) == (1, True)
    code, text = call("cascade", "T2")
    assert code == 0
    assert "by the figures of Q2 2021" in text.splitlines()[0]
    assert " now" not in text
    assert "To keep it, add --accept and --reason" in text
    code, text = call("withdraw", "T1", "--day", "2021-07-01", *BY)
    assert code == 0
    assert "T2 stays in force" in text
    answer(call("withdraw", "T2", "--day", "2021-07-01", *BY, "--json"))
    kept = answer(call("amend", "grid-for-all", *steps, *DECIDED, *BY, "--json"))
    assert kept["code"] == "T3"
    gone = answer(call("withdraw", "T3", "--day", "2021-08-01", *BY, "--json"))
    assert (gone["state"], gone["withdrawn_why"]) == ("withdrawn", "có thời hạn")
    assert {t["code"] for t in answer(call("list", "--json"))["targets"]} == set(before)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "told"),
    [
        (("withdraw", "T99", *BY), 2, 'There is no target "T99"'),
        (("cascade", "grid-for-all", "--fix", "89"), 2, "CODE=VALUE"),
        (("cascade", "grid-for-all", "--fix", "89=many"), 2, "CODE=VALUE"),
        (("cascade", "2081-capital"), 1, "cannot be split"),
        (("amend", "grid-for-all", "--milestone", "sooner=100%", *DECIDED, *BY), 2, "is no quarter"),
        (("amend", "grid-for-all", "--milestone", "2024-Q4=all", *DECIDED, *BY), 2, "is no number"),
        (("export", "-o", "targets.csv"), 2, "must end in .xlsx"),
        (("import", "nowhere.xlsx"), 2, "cannot be opened"),
    ],
)
def test_wrong_calls_say_what_is_wrong(call: Call, arguments: tuple[str, ...], exit_code: int, told: str) -> None:
    code, text = call(*arguments)
    assert told in text
    assert code == exit_code


def test_a_workbook_with_problems_is_told_and_not_taken(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "muc_tieu.csv"
    file.write_text(
        "Chương trình,Chỉ tiêu,Mã địa bàn,Thời hạn,Giá trị,Quyết định,Ngày quyết định,Nguồn\n"
        "Kế hoạch,direct_share,89,2024-Q4,120%,15/KH,30/09/2021,bản ký\n",
        encoding="utf-8",
    )
    code, text = call("import", str(file), "--accept", *BY)
    assert code == 1
    assert "E2" in text
    assert "from 0 to 100" in text
    file.write_text(file.read_text(encoding="utf-8").replace("120%", "60%"), encoding="utf-8")
    taken = answer(call("import", str(file), "--accept", *BY, "--json"))
    assert taken["new"] == 1
    assert taken["batch"] is not None
    listed = {t["code"]: t for t in answer(call("list", "--json"))["targets"]}
    assert any(t["decision"] == "15/KH" and t["status"] == "unverified" for t in listed.values())


def test_problems_of_a_workbook_are_told_in_its_order_and_ask_to_be_mended(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "muc_tieu.csv"
    file.write_text(
        "Chương trình,Chỉ tiêu,Mã địa bàn,Thời hạn,Giá trị,Quyết định,Ngày quyết định,Nguồn\n"
        "Kế hoạch,Số hộ vui,89,2024-Q4,1,15/KH,30/09/2021,bản ký\n"
        "Kế hoạch,direct_share,89,2024-Q4,60%,15/KH,mai,bản ký\n",
        encoding="utf-8",
    )
    code, text = call("import", str(file), "--accept", *BY)
    assert code == 1
    assert text.index("B2") < text.index("G3")
    assert "mend the errors and import the file again" in text
    assert "Add --accept" not in text
    assert "Households with grid power (households_with_power)" in text
