"""The folder in which the import of a ledger keeps what it has done: for one call at a time, and not for ever."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from geodata.errors import FileError, mark
from loaders.download_folder import alone

KEPT_DAYS: Final = 14
"""How long what a stopped or refused import leaves is kept, to be gone on from: our choice."""

_DAY_S: Final = 86_400.0


@contextmanager
def import_folder(home: Path, sha256: str) -> Iterator[Path]:
    """
    Give the folder for the import of a ledger, made where it does not exist; removed again where nothing is put there.

    Folders of other imports in which nothing was written for `KEPT_DAYS` are removed. The lock beside a folder, an
    empty file, stays: whoever removed it could not tell whether another call was just about to take it.

    Parameters
    ----------
    home
        Folder of all imports of a workspace.
    sha256
        Hash of the ledger.

    Raises
    ------
    FileError
        If another call imports this ledger.
    """
    folder = home / sha256[:32]
    home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        try:
            held.enter_context(alone(_lock_of(folder)))
        except FileError as error:
            raise FileError(
                "ledger.imported-twice",
                mark(
                    "This ledger is being imported by another call already. Wait until that is done, then give the "
                    "command again."
                ),
            ) from error
        _remove_forsaken(home, spared=folder)
        folder.mkdir(exist_ok=True)
        try:
            yield folder
        finally:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def _remove_forsaken(home: Path, *, spared: Path) -> None:
    last = time.time() - KEPT_DAYS * _DAY_S
    for folder in sorted(home.iterdir()):
        if folder == spared or not folder.is_dir() or _newest(folder) > last:
            continue
        try:
            with alone(_lock_of(folder)):
                shutil.rmtree(folder, ignore_errors=True)
        except FileError:
            continue  # it is in use after all


def _newest(folder: Path) -> float:
    """Return when something was last written in a folder, in seconds; now where it changes while we look."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
    except FileNotFoundError:
        return time.time()
