"""The errors that the product raises: each has a code, a sentence template and the values that fill it."""

from __future__ import annotations

import errno
from typing import Any, Final


def mark(template: str) -> str:
    """Return a sentence template unchanged; marks it for extraction into the catalogue."""
    return template


class Phrase(str):
    """Marked text that fills a field of a sentence, and is told in the sentence's language."""

    __slots__ = ()


_REASONS: Final = {
    errno.ENOENT: mark("No such file or directory"),
    errno.EACCES: mark("Permission denied"),
    errno.EPERM: mark("Operation not permitted"),
    errno.EISDIR: mark("Is a directory"),
    errno.ENOTDIR: mark("Not a directory"),
    errno.EEXIST: mark("File exists"),
    errno.ENOSPC: mark("No space left on device"),
    errno.EROFS: mark("Read-only file system"),
    errno.ENAMETOOLONG: mark("File name too long"),
    errno.EIO: mark("Input/output error"),
    errno.EBUSY: mark("Device or resource busy"),
    errno.EMFILE: mark("Too many open files"),
    errno.ETIMEDOUT: mark("Connection timed out"),
    errno.ECONNREFUSED: mark("Connection refused"),
    errno.ECONNRESET: mark("Connection reset by peer"),
    errno.ENETUNREACH: mark("Network is unreachable"),
}


def system_reason(error: OSError) -> str:
    """Return why the system refused, to fill a sentence: translated with it where the reason is a known one."""
    known = _REASONS.get(error.errno or 0)
    return str(error.strerror or error) if known is None else Phrase(known)


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
