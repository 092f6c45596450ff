"""The command line speaks one language: its help, wrong calls, and what the system says; wrong calls exit with 2."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coverage.cli import main
from coverage.workspace import Workspace

ENGLISH = ("usage:", "positional arguments", "options:", "show this help", "error:", "required", "unrecognized")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    opened = Workspace(tmp_path_factory.mktemp("calls") / "demo")
    opened.make_demo()
    yield str(opened.home)
    opened.close()


@pytest.mark.parametrize("call", ["-h", "report -h", "report fill -h", "targets add -h", "check explain -h", "status"])
def test_argparse_writes_vietnamese(call: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(call.split())
    shown = "".join(capsys.readouterr())
    assert left.value.code == (0 if "-h" in call else 2)
    assert shown.startswith("cách dùng: phudien")
    assert not [text for text in ENGLISH if text in shown]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("status --period 2021-Q2 --foo 1", "Lệnh này không có: --foo 1."),
        ("status --period", "--period cần một giá trị."),
        ("serve --port x", "--port: không đọc được 'x'."),
        ("forecast --period 2021-Q2 --method x", "--method: không có 'x'."),
    ],
)
def test_wrong_calls_are_told_in_vietnamese(call: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(call.split())
    assert left.value.code == 2
    assert told in capsys.readouterr().err


def test_english_help_stays_english(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["report", "fill", "-h", "--lang", "en"])
    shown = capsys.readouterr().out
    assert shown.startswith("usage: phudien report fill")
    assert "\npositional arguments:\n" in shown


@pytest.mark.parametrize(
    ("call", "code", "told"),
    [
        ("forecast --period 2021-Q2 --chance 2", 2, "từ 0,5 đến 0,95"),
        ("forecast --period 2021-Q2 --indicator x", 2, '"x"'),
        ("progress --period 2021-Q2 --indicator x", 2, '"x"'),
        ("progress --period 2021-Q2 --area zz", 2, 'địa bàn "zz"'),
        ("check --area zz", 2, 'địa bàn "zz"'),
        ("status --period 2021-Q2 --area AnGiangg", 2, "Tỉnh An Giang (89)"),
        ("report all --province zz --period 2021-Q2 -o OUT", 2, 'địa bàn "zz"'),
        ("report fill takeover_return --province zz --period 2021-Q2 -o OUT/a.xlsx", 2, 'địa bàn "zz"'),
        ("template --province zz --period 2021-Q2 -o OUT/a.xlsx", 2, 'địa bàn "zz"'),
        ("status --period 2023-Q2", 1, "Không có số liệu cho Quý II/2023 (2023-Q2)."),
        ("status --period 2023-Q2", 1, "Quý II/2021 (2021-Q2)."),
        ("status --period 2021-Q2 --as-of 2021-01-01", 1, "vào lúc 23:59 01/01/2021 chưa có quý nào có số liệu."),
        ("report province --province 89 --period 2023-Q2 -o OUT", 1, "chưa có số liệu cho Quý II/2023 (2023-Q2)."),
        ("import OUT/nothing.xlsx", 2, "không có tệp hoặc thư mục này."),
        ("import OUT", 2, "đây là thư mục."),
        (
            "report fill OUT/nothing.xlsx --province 89 --period 2021-Q2 -o OUT/a.xlsx",
            2,
            "không có tệp hoặc thư mục này.",
        ),
    ],
)
def test_errors_and_their_codes(
    call: str, code: int, told: str, home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = call.replace("OUT", str(tmp_path)).split()
    first = 2 if line[0] == "report" else 1
    assert main([*line[:first], "--workspace", home, *line[first:]]) == code
    shown = capsys.readouterr()
    assert told in shown.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["status", "progress", "forecast", "check"])
def test_areas_may_be_named(command: str, home: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for area in ("84", "Trà Vinh"):
        main([command, "--workspace", home, "--period", "2021-Q2", "--area", area])
        told.append(capsys.readouterr().out)
    assert told[0] == told[1] != ""


def test_provinces_may_be_named(home: str, tmp_path: Path) -> None:
    call = ["--workspace", home, "--province", "Trà Vinh", "--period", "2021-Q2", "-o"]
    assert main(["report", "province", *call, str(tmp_path), "--format", "csv"]) == 0
    assert [file.name.split("_")[1] for file in tmp_path.iterdir()] == ["84"]
    assert main(["report", "fill", "takeover_return", *call, str(tmp_path / "a.xlsx")]) == 0
