"""``phudien forecast``: what it answers, and with which exit code."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from coverage.cli import main
from coverage.forecast_commands import read_chance
from coverage.workspace import Workspace
from geodata.errors import PhuDienError
from tests.coverage.office import Clock
from tests.coverage.test_forecast_desk import district, report


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = Workspace(tmp_path_factory.mktemp("forecasts"), clock=Clock())
    first, second, *others = district(workspace)
    lacking: dict[str, list[int | None]] = dict.fromkeys(others, [0] * 6)
    report(workspace, lacking | {first: [100, 90, 80, 70, 60, 50], second: [9] * 6})
    workspace.close()
    return workspace.home


def run(home: Path, capsys: pytest.CaptureFixture[str], *options: str, expect: int = 0) -> str:
    call = ["forecast", "--workspace", str(home), "--period", "2021-Q2", "--area", "889", *options]
    assert main(call) == expect
    shown = capsys.readouterr()
    return shown.out if expect == 0 else shown.err


def test_an_area_and_its_parts_in_words(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(home, capsys).splitlines()
    assert lines[0] == "Tỷ lệ hộ có điện lưới, Quý II/2021"
    assert lines[1].startswith(
        "Huyện Châu Phú: còn lại 59 hộ, cho phép tối đa 0 vào cuối Quý IV/2025, còn thiếu so với mục tiêu 59: "
    )
    assert any("không đạt với nhịp độ này" in line for line in lines[2:])
    assert sum("đã đạt" in line for line in lines[2:]) == 11


def test_json_holds_ranges_weights_and_the_path(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Any] = json.loads(run(home, capsys, "--json", "--chance", "90%", "--method", "saturating"))
    own, first, *_ = found["forecasts"]
    assert (own["area"], own["lacking"], own["allowed"], own["due"], own["chance"]) == ("889", 59, 0, "2025-Q4", 0.9)
    assert (first["outlook"], first["method"]) == ("range", "saturating")
    assert first["earliest"] <= first["likely"]
    assert sum(first["weights"].values()) == pytest.approx(1, abs=0.001)
    assert len(first["path"]) == 40
    assert list(first["path"]["2021-Q3"]) == ["low", "middle", "high"]


def test_backtest_as_a_table_and_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = run(home, capsys, "--backtest", "--lang", "en")
    [still] = [line for line in text.splitlines() if line.strip().startswith("no change")]
    assert still.split()[2:] == ["100%", "100%", "–"]
    rows = json.loads(run(home, capsys, "--backtest", "--json"))["backtest"]
    assert {row["method"] for row in rows} == {"best", "trend", "saturating", "drift", "no_change"}


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (["--indicator", "direct_share"], 1, "mục tiêu"),
        (["--chance", "magic"], 2, "80%"),
        (["--chance", "0.3"], 2, "0,5"),
        (["--period", "2024-Q2"], 1, "Quý II/2021 (2021-Q2)"),
        (["--area", "00"], 2, "00"),
    ],
)
def test_what_cannot_be_told_says_why(
    home: Path, capsys: pytest.CaptureFixture[str], options: list[str], code: int, text: str
) -> None:
    assert text in run(home, capsys, *options, expect=code)


def test_chances_as_people_write_them() -> None:
    assert {read_chance(text) for text in ("0.8", "0,8", "80%", " 80 %")} == {Decimal("0.8")}
    with pytest.raises(PhuDienError):
        read_chance("NaN")
