"""Answers that were costly, kept for the last few questions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """
    The answers to the last few questions; sessions of a server may ask at the same time.

    Parameters
    ----------
    number
        How many are kept; of more, the one that was asked for longest ago goes.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, question: Hashable, make: Callable[[], Answer]) -> Answer:
        """Return the answer to a question, made where it is not kept; what `make` raises is not kept."""
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
                return self._answers[question]
        answer = make()  # outside the lock: others need not wait for it
        with self._lock:
            self._answers[question] = answer
            while len(self._answers) > self._number:
                self._answers.popitem(last=False)
        return answer

    def peek(self, question: Hashable) -> Answer | None:
        """Return the answer to a question where it is kept; None where it is not."""
        with self._lock:
            return self._answers.get(question)
