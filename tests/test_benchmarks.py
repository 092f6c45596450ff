"""The benchmarks run, tell what they promise, and both sides come to the same answers."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from benchmarks._sides import is_no_less_right

ROOT = Path(__file__).parents[1]
KEYS = ["name", "scale", "peer", "ours_s", "peer_s", "ratio", "ours_peak_mb", "peer_peak_mb", "agree"]


def is_installed(package: str) -> bool:
    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


def run(name: str, *options: str) -> str:
    command = [sys.executable, f"benchmarks/{name}.py", *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("locate", []),
        ("locate", ["--plain"]),
        ("spreadsheet", []),
        ("names", []),
        ("rollup", []),
        ("cluster", []),
        ("report_workbook", []),
    ],
)
def test_both_sides_agree_at_a_small_scale(name: str, options: list[str]) -> None:
    found = json.loads(run(name, "--scale", "400", "--runs", "1", "--json", *options))
    assert list(found) == KEYS
    assert (found["name"], found["scale"], found["agree"]) == (name, 400, True)
    assert found["ratio"] == pytest.approx(found["peer_s"] / found["ours_s"])
    assert min(found[key] for key in KEYS[3:8]) > 0


@pytest.mark.skipif(not is_installed("onsset"), reason="OnSSET is not installed: requirements-peers.lock")
def test_hamlets_get_the_technology_that_onsset_chooses() -> None:
    found = json.loads(run("last_mile", "--scale", "400", "--runs", "1", "--json"))
    assert list(found) == KEYS
    assert (found["name"], found["peer"], found["agree"]) == ("last_mile", "onsset", True)


def test_the_text_tells_medians_spread_memory_and_versions() -> None:
    text = run("names", "--scale", "50", "--runs", "2")
    for part in ("scale 50", "Python 3.", "rapidfuzz ", "median", " to ", "peak", "ratio", "agree: True"):
        assert part in text


@pytest.mark.parametrize(
    ("ours", "theirs", "is_right"),
    [
        (["a", "b", "c"], ["a", "b", "c"], True),
        (["a", "b", "c"], ["a", "x", None], True),  # the peer errs
        (["a", "b", None], ["a", "x", "c"], True),  # a refusal contradicts nothing
        (["a", None, None], ["a", "x", "c"], False),  # but refusing all is no answer
        (["a", "b", "x"], ["x", "x", "c"], False),  # contradicts where the peer is right
        (["x", "b", "c"], ["x", "b", "c"], True),
    ],
)
def test_a_matcher_that_errs_is_compared_row_by_row(
    ours: list[str | None], theirs: list[str | None], is_right: bool
) -> None:
    assert is_no_less_right(["a", "b", "c"], ours, theirs) == is_right


def test_ranges_of_forecasts_hold_what_came_as_often_as_they_say() -> None:
    found = json.loads(run("forecast", "--scale", "363", "--json"))
    assert (found["name"], found["scale"]) == ("forecast", 363)
    for chance, own in found["chances"].items():
        assert own["held"] == pytest.approx(float(chance), abs=0.06)
        assert set(own["answers"]) == {"range", "open", "not_at_this_pace"}
    assert found["seed"] != found["learned_from"]["seed"]
    scores = {method: own["interval_score"] for method, own in found["methods"].items()}
    assert min(scores, key=lambda method: scores[method]) == "best"
    assert found["communes"] == 2484
    assert found["seconds"] < 20
