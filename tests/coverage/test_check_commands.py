"""``phudien check``: what it prints and with which exit code it ends."""

from __future__ import annotations

import json

import pytest

from coverage.cli import main

PRESS = ["check", "published", "--part", "14.9", "--whole", "18.43", "--unit", "million"]


def test_published_percentage_is_checked_at_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*PRESS, "--percent", "84.15", "--lang", "en"]) == 1
    shown = capsys.readouterr().out
    assert "they allow 80.55% to 81.14%" in shown
    assert "84.15% is not among them" in shown
    assert main([*PRESS, "--percent", "80.85", "--lang", "en"]) == 0


def test_published_percentage_is_answered_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*PRESS, "--percent", "84,15", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["percent_allowed"] == ["80.55", "81.14"]
    assert answer["part"] == [14_850_000, 14_949_999]
    assert not answer["fits"]


def test_unreadable_figure_is_refused_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*PRESS[:3], "viele", *PRESS[4:], "--percent", "84.15", "--lang", "en"]) == 2
    assert '"viele" is no published figure' in capsys.readouterr().err
