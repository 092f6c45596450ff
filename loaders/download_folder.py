"""The folder of downloads: what has arrived of a file, the lock on it, and what to say where it cannot be written."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from geodata.errors import FileError, mark


@dataclass
class Part:
    """
    What has arrived of a file so far, and beside it what the server said the file was then.

    Parameters
    ----------
    path, url
        Where it is written, and where it comes from.
    said
        The server's ``etag`` and ``last_modified``.
    kept
        Bytes of it that an earlier call left.
    """

    path: Path
    url: str
    said: dict[str, str] = field(default_factory=dict)
    kept: int = 0

    def __post_init__(self) -> None:
        try:
            said = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            said = {}
        if isinstance(said, dict) and said.get("url") == self.url and self.path.exists():
            self.said = said
            self.kept = self.size
        else:
            self.discard()

    @property
    def _note(self) -> Path:
        return self.path.with_name(self.path.name + ".json")

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def validator(self) -> str:
        """What ``If-Range`` may name: a strong ETag, else the day of the last change."""
        etag = self.said.get("etag", "")
        return etag if etag and not etag.startswith("W/") else self.said.get("last_modified", "")

    def discard(self) -> None:
        """Forget what is there."""
        self.said, self.kept = {}, 0
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def begin(self, headers: Mapping[str, str]) -> None:
        """Start over, and note what the server says of the file that is to come."""
        self.discard()
        self.path.touch()
        self.said = {
            "url": self.url,
            "etag": headers.get("ETag", ""),
            "last_modified": headers.get("Last-Modified", ""),
        }
        self._note.write_text(json.dumps(self.said), encoding="utf-8")

    def finish(self, path: Path) -> None:
        """Put it in place under its name, in one step."""
        with self.path.open("rb+") as stream:
            os.fsync(stream.fileno())
        self.path.replace(path)
        self.discard()


def folder_error(folder: Path, reason: str) -> FileError:
    """Return the error for a folder that cannot take a download."""
    return FileError(
        "boundary.download-folder",
        mark(
            "The download cannot be written to {folder}: {reason}. Make room or give the right to write there, or name "
            "another folder with --output. What arrived before is kept."
        ),
        folder=str(folder),
        reason=reason,
    )


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock on a file, which ends with the process at the latest: two calls must not write one part."""
    with path.open("a+b") as stream:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FileError(
                "boundary.download-twice",
                mark("This file is being downloaded into {folder} already. Wait until that is done."),
                folder=str(path.parent),
            ) from error
        yield
