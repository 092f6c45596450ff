"""Many reports in one zip file: written as they come, one at a time, and only there once it is whole."""

from __future__ import annotations

import uuid
import zipfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from geodata.errors import FileError, mark, system_reason

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every entry: the same reports give the same bytes."""

_PACKED: Final = frozenset({".xlsx", ".docx", ".pdf", ".gpkg", ".parquet"})
"""Forms that hold compressed data already; to compress them again costs time and gains nothing."""


class ReportBundle:
    """
    A zip file while it is written.

    Use it in a ``with`` block and call `finish` at its end; a block that is left without it (cancelled, failed)
    leaves nothing behind, and an earlier file of the same name stays as it was.

    Parameters
    ----------
    target
        The zip file; its folder is made where it does not exist.

    Raises
    ------
    FileError
        If the file cannot be written (no right, no space, opened elsewhere).
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self._is_finished = False
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._part = target.parent / f".{target.stem}_{uuid.uuid4().hex}.part"
            self._zip = zipfile.ZipFile(self._part, "x")
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._is_finished:
            with suppress(OSError):  # a full disk refuses the directory of the zip too
                self._zip.close()
            self._part.unlink(missing_ok=True)

    def add(self, name: str, content: bytes) -> None:
        """Write one file; its content need not be kept by the caller."""
        entry = zipfile.ZipInfo(name, _EPOCH)
        entry.external_attr = 0o644 << 16
        is_packed = Path(name).suffix in _PACKED
        entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        try:
            self._zip.writestr(entry, content)
        except OSError as error:
            raise self._unwritable(error) from error

    def finish(self) -> None:
        """Make the zip file be there, whole."""
        try:
            self._zip.close()
            self._part.replace(self.target)
        except OSError as error:
            raise self._unwritable(error) from error
        self._is_finished = True

    def _unwritable(self, error: OSError) -> FileError:
        return FileError(
            "bundle.unwritable",
            mark(
                'The file "{file}" cannot be written: {reason}. Nothing was left behind; free space, or name another.'
            ),
            file=str(self.target),
            reason=system_reason(error),
        )
