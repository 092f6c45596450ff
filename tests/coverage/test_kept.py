"""Answers are kept for the last few questions."""

from __future__ import annotations

import pytest

from coverage.kept import Kept


def test_an_answer_is_made_once() -> None:
    kept, made = Kept[int](2), []
    for _ in range(3):
        kept.get("one", lambda: made.append(1) or 7)  # type: ignore[func-returns-value]
    assert (len(made), kept.get("one", lambda: 8)) == (1, 7)


def test_the_answer_that_was_asked_for_longest_ago_goes() -> None:
    kept = Kept[int](2)
    for question in ("a", "b", "a", "c"):
        kept.get(question, lambda: 1)
    assert (kept.get("a", lambda: 2), kept.get("b", lambda: 2)) == (1, 2)


def test_an_error_is_not_kept() -> None:
    kept = Kept[float](2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 / 0)
    assert kept.get("a", lambda: 1.0) == 1.0


def test_peeking_makes_nothing() -> None:
    kept = Kept[int](2)
    assert kept.peek("a") is None
    kept.get("a", lambda: 1)
    assert kept.peek("a") == 1
