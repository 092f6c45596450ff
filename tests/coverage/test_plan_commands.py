"""``phudien plan``: what it answers, what it writes, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from coverage.cli import main
from coverage.money_words import read_budgets, read_money
from coverage.workspace import Workspace
from geodata.errors import PhuDienError


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = Workspace(tmp_path_factory.mktemp("plans"))
    workspace.make_demo()
    workspace.close()
    return workspace.home


def run(home: Path, *options: str, expect: int = 0) -> None:
    action, *rest = options
    assert main(["plan", action, "--workspace", str(home), *rest]) == expect


def answer(home: Path, capsys: pytest.CaptureFixture[str], *options: str, expect: int = 0) -> dict[str, Any]:
    run(home, *options, "--json", expect=expect)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


TRA_VINH = ("takeover", "--area", "Trà Vinh", "--period", "2021-Q2")


def test_take_overs_of_a_province_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(home, capsys, *TRA_VINH, "--budget", "60 tỷ", "--years", "3", "--first-year", "2023")
    assert found["status"] == "optimal"
    assert [year["year"] for year in found["years"]] == [2023, 2024, 2025]
    assert all(year["cost_vnd"] <= 60e9 for year in found["years"])
    done = [row for row in found["rows"] if row["year"] is not None]
    assert done[0]["rank"] == 1
    assert sum(row["households"] for row in done) == sum(year["households"] for year in found["years"])
    assert sum(row["adds_soonest"] for row in done) == pytest.approx(found["score"], rel=1e-6)
    assert found["stamp"]["price_decision"] == "648/QĐ-BCT"


def test_last_mile_has_technology_and_lines(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(home, capsys, "lastmile", "--area", "89,84", "--period", "2021-Q2")
    assert {row["kind"] for row in found["rows"]} == {"connection"}
    assert all(row["technology"] and row["lcoe_vnd_per_kwh"] > 0 for row in found["rows"])
    assert len(found["lines"]) >= 1


def test_words_and_files(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.xlsx"
    run(home, *TRA_VINH, "--budget", "40e9;20e9", "-o", str(file), "--lang", "en")
    text = capsys.readouterr().out
    assert "Written:" in text
    assert "By year (money in million VND):" in text
    assert [line.split()[:2] for line in text.splitlines() if line.startswith(("2022", "2023"))] == [
        ["2022", "40,000.0"],
        ["2023", "20,000.0"],
    ]
    assert openpyxl.load_workbook(file).sheetnames


def test_pins_crews_and_minimums_reach_the_programme(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = answer(home, capsys, *TRA_VINH, "--budget", "20 tỷ", "--years", "2")
    left = next(row["candidate_code"] for row in plain["rows"] if row["year"] is None)
    taken = plain["rows"][0]["candidate_code"]
    pinned = answer(home, capsys, *TRA_VINH, "--budget", "20 tỷ", "--years", "2", "--must", left, "--must-not", taken)
    years = {row["candidate_code"]: row["year"] for row in pinned["rows"]}
    assert years[left] is not None
    assert years[taken] is None


def test_what_cannot_be_kept_is_explained(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(home, capsys, *TRA_VINH, "--budget", "1 tỷ", "--years", "1", "--least", "84=100000", expect=1)
    assert found["status"] == "infeasible"
    assert found["conflicts"]


@pytest.mark.parametrize(
    "options",
    [
        ("--budget", "nhiều"),
        ("--budget", "1 tỷ; 2 tỷ", "--years", "3"),
        ("--crews", "84"),
        ("--weights", "0,0,0"),
        ("--assume", "line_price=3"),
        ("--assume", "loss_after_upgrade_share=1.5"),
        ("--prices-of", "2015-01-01"),
        ("--years", "0"),
        ("--first-year", "1999"),
        ("--gap", "-1"),
        ("--time-limit", "0"),
        ("--weights", "1,nan,0"),
        ("--crews", "84=-1"),
        ("--target", "842=2024"),
        ("--budget", "200"),
        ("--budget", "0"),
        ("--budget", "20 tỷ", "--must", "không có"),
        ("--budget", "20 tỷ", "--target", "842=2050:5"),
        ("-o", "plan.doc"),
    ],
)
def test_wrong_calls_are_refused_before_anything_is_solved(
    home: Path, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    run(home, *TRA_VINH, *options, expect=2)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("phudien")


def test_assumptions_are_listed_with_source(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(home, capsys, "assumptions")["assumptions"]
    names = [one["name"] for one in found]
    assert {"line_cost_vnd_per_km", "mv_line_cost_vnd_per_km", "crew_weeks_per_year"} <= set(names)
    assert all(one["source"] and one["low"] <= one["mid"] <= one["high"] for one in found)


@pytest.mark.parametrize(
    ("text", "vnd"),
    [
        ("200e9", 2e11),
        ("200 tỷ", 2e11),
        ("200tỷ đồng", 2e11),
        ("1,5 tỷ", 1.5e9),
        ("1.5 ty", 1.5e9),
        ("200.000.000.000", 2e11),
        ("200,000,000,000 VND", 2e11),
        ("35 triệu", 3.5e7),
    ],
)
def test_money_is_read_as_people_write_it(text: str, vnd: float) -> None:
    assert read_money(text) == vnd


@pytest.mark.parametrize("text", ["", "tỷ", "hai tỷ", "1.2.3", "-5", "1,23,456 tỷ"])
def test_what_is_no_money_is_refused(text: str) -> None:
    with pytest.raises(PhuDienError, match="no amount of money"):
        read_money(text)


def test_one_budget_holds_for_all_years() -> None:
    assert read_budgets("2 tỷ", 3) == (2e9,) * 3
    assert read_budgets("2 tỷ; 1 tỷ", None) == (2e9, 1e9)


# ---- scenarios


def scenarios(home: Path, capsys: pytest.CaptureFixture[str], deed: str, *options: str, expect: int = 0) -> Any:
    assert main(["plan", "scenarios", deed, "--workspace", str(home), *options, "--json"]) == expect
    return json.loads(capsys.readouterr().out)


def test_plans_are_kept_listed_compared_approved_and_made_again(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    budget = ("--budget", "60 tỷ", "--years", "2", "--user", "An", "--save")
    first = answer(home, capsys, *TRA_VINH, *budget, "Phương án A", "--note", "như đề nghị")
    second = answer(home, capsys, *TRA_VINH, *budget, "Phương án B", "--assume", "line_cost_vnd_per_km=4e8")
    assert (first["scenario"], second["scenario"]) == ("1.1", "2.1")
    listed = scenarios(home, capsys, "list")["scenarios"]
    assert [(one["id"], one["name"], one["state"]) for one in listed] == [
        ("2.1", "Phương án B", "draft"),
        ("1.1", "Phương án A", "draft"),
    ]
    compared = scenarios(home, capsys, "compare", "1", "2")
    assert [row["name"] for row in compared["differs"]] == ["line_cost_vnd_per_km"]
    assert scenarios(home, capsys, "run", "Phương án A")["same"] is True
    assert scenarios(home, capsys, "approve", "1.1", "--user", "Bình")["state"] == "approved"
    assert main(["plan", "scenarios", "approve", "1.1", "--workspace", str(home)]) == 2
    assert main(["plan", "scenarios", "withdraw", "1.1", "--workspace", str(home)]) == 2  # no reason
    assert scenarios(home, capsys, "copy", "1", "--user", "An")["parent"] == "1.1"
    file = tmp_path / "kept.xlsx"
    shown = scenarios(home, capsys, "show", "1", "-o", str(file))
    assert shown["note"] == "như đề nghị"
    assert shown["plan"]["rows"] == first["rows"]
    assert openpyxl.load_workbook(file).sheetnames


def test_scenarios_in_words(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for deed in (("list",), ("show", "1"), ("compare", "1", "2"), ("run", "1")):
        assert main(["plan", "scenarios", *deed, "--workspace", str(home), "--lang", "en"]) == 0
    text = capsys.readouterr().out
    assert next(line.split()[:5] for line in text.splitlines() if line.startswith("  1.1")) == (
        ["1.1", "Phương", "án", "A", "approved"]
    )
    assert "approved: Bình" in text
    assert "What differs:" in text
    assert "Households that gain" in text
    assert "The same result as was kept." in text


@pytest.mark.parametrize("deed", [("show", "9"), ("compare", "1"), ("compare", "1", "1"), ("copy", "không có")])
def test_unknown_scenarios_are_refused(home: Path, deed: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "scenarios", *deed, "--workspace", str(home)]) == 2
    assert capsys.readouterr().err


def test_a_target_of_a_district_reaches_the_programme(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = answer(home, capsys, *TRA_VINH, "--budget", "60 tỷ", "--years", "2")
    inside = [row for row in plain["rows"] if row["area_name"] == "Huyện Trà Cú"]
    target = sum(row["households"] for row in inside) - max(row["households"] for row in inside)
    asked = ("--target", f"Trà Cú=2022:{target}")
    found = answer(home, capsys, *TRA_VINH, "--budget", "60 tỷ", "--years", "2", *asked)
    done = [row for row in found["rows"] if row["area_name"] == "Huyện Trà Cú" and row["year"] == 2022]
    assert sum(row["households"] for row in done) >= max(row["households"] for row in inside)


def test_json_tells_quarters_and_what_remains(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(home, capsys, *TRA_VINH, "--budget", "20e9,10e9")
    assert [row["period"] for row in found["quarters"]][::2] == [
        "2021-Q2", "2021-Q4", "2022-Q2", "2022-Q4", "2023-Q2", "2023-Q4",
    ]  # fmt: skip
    left = [row["households"] for row in found["rows"] if row["year"] is None]
    assert sum(row["households"] for row in found["remains"]) == sum(left)


def test_nothing_but_the_answer_is_printed(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(home, *TRA_VINH, "--budget", "20 tỷ", "--json")
    shown = capfd.readouterr()
    json.loads(shown.out)  # the solver's greeting would stand before it
    assert shown.err == ""


def test_a_quarter_without_figures_is_said_with_those_that_have_some(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(home, "takeover", "--area", "84", "--period", "2030-Q2", expect=1)
    assert "Quý II/2021 (2021-Q2)" in capsys.readouterr().err
