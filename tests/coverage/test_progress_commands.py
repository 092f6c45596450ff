"""``phudien progress``: text and JSON, and what is refused."""

from __future__ import annotations

import json

import pytest

from coverage.cli import main
from coverage.workspace import Workspace
from tests.coverage.office import Clock, accept, survey


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    workspace = Workspace(tmp_path_factory.mktemp("progress"), clock=Clock())
    accept(workspace, survey(Kỳ="2021-Q1", **{"Số hộ có điện lưới": 90, "Hộ mua buôn": 90}))
    accept(workspace, survey(**{"Số hộ có điện lưới": 94}))
    workspace.close()
    return str(workspace.home)


def test_text_names_status_gap_and_pace(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["progress", "--workspace", home, "--period", "2021-Q2", "--area", "30469", "--lang", "en"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Share of households with grid power, Q2 2021"
    assert lines[1].startswith("Xã Mỹ Đức: 94.00%; ")
    assert "6 still lacking; gap to the target 6; " in lines[1]
    assert "achieved per quarter 4.0" in lines[1]


def test_json_has_the_area_and_its_parts(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    call = [
        "progress",
        "--workspace",
        home,
        "--period",
        "2021-Q2",
        "--area",
        "889",
        "--indicator",
        "bulk_share",
        "--json",
    ]
    assert main(call) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["indicator"], answer["area"]["area"]) == ("bulk_share", "889")
    assert (answer["area"]["status"], answer["area"]["reason"]) == ("unknown", "no_target")
    [reported] = [part for part in answer["parts"] if part["numerator"] is not None]
    assert reported["area"] == "30469"
    assert reported["shortfall"] == 40
    assert reported["target_value"] is None


@pytest.mark.parametrize(
    ("options", "expected", "code"),
    [
        (["--period", "2021-Q2", "--area", "999"], "999", 2),
        (["--period", "2021-Q2", "--indicator", "gdp"], "gdp", 2),
        (["--period", "2030-Q1"], "2030-Q1", 1),
        (["--period", "mai"], "mai", 2),
    ],
)
def test_what_does_not_exist_is_refused_and_named(
    home: str, options: list[str], expected: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["progress", "--workspace", home, *options]) == code
    assert expected in capsys.readouterr().err


def test_units_of_another_day_are_asked_for(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["progress", "--workspace", home, "--period", "2021-Q2", "--area", "91", "--units-of", "2025-07-01"]
    assert main([*call, "--lang", "en"]) == 0
    assert "Told in the units of 01/07/2025." in capsys.readouterr().out
