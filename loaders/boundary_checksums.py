"""Checksums of downloads: the one that a file must have, and the record of those that were seen first."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from geodata.errors import FileError, PhuDienError, WorkspaceError, mark, system_reason
from loaders.boundary_sources import BoundarySource
from loaders.download_folder import folder_error

RECORD_FILE: Final = "checksums.json"

GIVEN: Final = "given"
SHIPPED: Final = "shipped"
RECORDED: Final = "recorded"
FIRST_USE: Final = "first-use"


@dataclass(frozen=True)
class Checksum:
    """
    The SHA-256 that a download must have.

    Parameters
    ----------
    sha256
        64 lower-case hexadecimals; empty at the first download of a source that has none.
    origin
        `GIVEN` by the user, `SHIPPED` with the product, `RECORDED` at the first download, or `FIRST_USE`: not known.
    since
        Where it is recorded, the day of the first download, such as ``"2026-11-24"``.
    """

    sha256: str
    origin: str
    since: str = ""

    @property
    def is_given(self) -> bool:
        """Whether the user gave it: then a new file of the publisher may be another one than we know."""
        return self.origin == GIVEN


def expected_checksum(source: BoundarySource, home: Path, given: str | None = None) -> Checksum:
    """
    Return the checksum that a source's file must have: as given, else as shipped, else as recorded in a workspace.

    Raises
    ------
    PhuDienError
        If what is given is no SHA-256, or the record cannot be read.
    """
    if given:
        if not re.fullmatch(r"[0-9a-f]{64}", given.strip().lower()):
            raise PhuDienError(
                "call.checksum-unreadable",
                mark('"{found}" is no SHA-256 checksum: 64 digits from 0 to 9 and a to f.'),
                found=given,
            )
        return Checksum(given.strip().lower(), GIVEN)
    if source.sha256:
        return Checksum(source.sha256, SHIPPED)
    seen = _read_record(home).get(source.url)
    return Checksum(seen["sha256"], RECORDED, seen["day"]) if seen else Checksum("", FIRST_USE)


def record_checksum(source: BoundarySource, home: Path, sha256: str, *, day: date) -> None:
    """Record the checksum of a source's file as the one that later downloads of its address must have."""
    seen = _read_record(home) | {source.url: {"source": source.id, "sha256": sha256, "day": day.isoformat()}}
    path = _record_path(home)
    whole = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        whole.write_text(json.dumps(seen, indent=2), encoding="utf-8")
        whole.replace(path)
    except OSError as error:
        raise folder_error(path.parent, system_reason(error)) from error


def refuse_other_file(source: BoundarySource, expected: Checksum, found: str) -> FileError:
    """Return the error for a file with another checksum than expected."""
    if expected.origin == RECORDED:
        sentence = mark(
            "The file of {url} is not the one that was downloaded first, on {since}: its SHA-256 is {found}, not "
            "{expected}. It is not used. If the publisher has a new one and you trust it, give its checksum: "
            "--sha256 {found}"
        )
    else:
        sentence = mark(
            "The file of {url} is not the one expected: its SHA-256 is {found}, not {expected}. It is not used. Try "
            "again on another connection; if it stays so, the publisher has changed the file: give the checksum that "
            "they state with --sha256."
        )
    return FileError(
        "boundary.checksum-differs",
        sentence,
        url=source.url,
        found=found,
        expected=expected.sha256,
        since=expected.since,
    )


def checksum_of(path: Path) -> str:
    """Return a file's SHA-256 in lower-case hexadecimals."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _record_path(home: Path) -> Path:
    return home / "downloads" / RECORD_FILE


def _read_record(home: Path) -> dict[str, Any]:
    path = _record_path(home)
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if not all({"sha256", "day"} <= set(seen) for seen in record.values()):
            raise ValueError("sha256, day")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise WorkspaceError(
            "workspace.checksums-unreadable",
            mark('The record of checksums "{file}" cannot be read: {reason}. Put it back from a backup, or delete it.'),
            file=str(path),
            reason=str(error),
        ) from error
    return dict(record)
