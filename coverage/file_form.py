"""A form in which something is written as a file: what registries of forms hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Report = TypeVar("Report")


@dataclass(frozen=True)
class FileForm(Generic[Report]):
    """
    A form in which a report or a plan is written.

    Parameters
    ----------
    title
        What the button of the form says; marked text.
    media_type
        For the browser.
    write
        Gives the file's bytes; the same report gives the same bytes where the form allows.
    suffix
        How the file's name ends.
    """

    title: str
    media_type: str
    write: Callable[[Report], bytes]
    suffix: str
