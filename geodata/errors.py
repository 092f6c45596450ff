"""The errors that the product raises: each has a code, a sentence template and the values that fill it."""

from __future__ import annotations

from typing import Any


def mark(template: str) -> str:
    """Return a sentence template unchanged; marks it for extraction into the catalogue."""
    return template


class PhuDienError(Exception):
    """
    Something that the user can understand and mend.

    Parameters
    ----------
    code
        Stable name of the problem, such as ``"workbook.encrypted"``.
    template
        English sentence with ``{name}`` fields: what is wrong, what was found, what is allowed, what to do.
        It is the key of the translation, so it is written as a literal (see `mark`).
    values
        What fills the fields.
    """

    def __init__(self, code: str, template: str, /, **values: Any) -> None:
        super().__init__(template.format(**values))
        self.code = code
        self.template = template
        self.values = values


class PlaceError(PhuDienError):
    """A unit, code or area that the unit list does not have."""


class BoundaryError(PhuDienError):
    """A boundary layer that cannot be used."""


class FigureError(PhuDienError):
    """Figures that contradict each other, or a period or indicator that does not exist."""


class FileError(PhuDienError):
    """A file that cannot be read as what it should be."""


class WorkspaceError(PhuDienError):
    """A workspace or store that cannot do what was asked."""


class ClusterError(PhuDienError):
    """A cluster that cannot be used, or did not do all of its work."""
