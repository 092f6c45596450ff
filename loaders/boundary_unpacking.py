"""A downloaded file → one file that `loaders.boundary_files` reads: the communes of a .zip, put together."""

from __future__ import annotations

import json
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, Final

from geodata.errors import FileError, mark, system_reason
from loaders.boundary_sources import BoundarySource
from loaders.download_folder import folder_error

MOST_UNPACKED_BYTES: Final = 2_000_000_000
"""What a .zip may hold of boundaries; a file that claims more is not unpacked."""


def boundary_file_of(source: BoundarySource, downloaded: Path, folder: Path) -> Path:
    """
    Return the file of a download that can be added: itself, or one GeoJSON of the members that the source names.

    Raises
    ------
    FileError
        If it is no .zip, lacks those members, holds too much, or one of them is no GeoJSON. Nothing is left behind.
    """
    if not source.members:
        return downloaded
    path = folder / f"{source.id}.geojson"
    whole = path.with_name(path.name + ".new")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(downloaded) as archive:
            names = _member_names(source, archive)
            with whole.open("wb") as stream:
                if len(names) == 1:
                    with archive.open(names[0]) as member:
                        shutil.copyfileobj(member, stream)
                else:
                    _put_together(archive, names, stream)
        whole.replace(path)
    except OSError as error:
        raise folder_error(folder, system_reason(error)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError(
            "boundary.download-unreadable",
            mark(
                '"{file}" is not the .zip of boundaries that it should be ({reason}). Download it again; if it stays '
                "so, the publisher has changed it: look at {page}."
            ),
            file=downloaded.name,
            reason=str(error) or type(error).__name__,
            page=source.page,
        ) from error
    finally:
        whole.unlink(missing_ok=True)
    return path


def _member_names(source: BoundarySource, archive: zipfile.ZipFile) -> list[str]:
    found = [
        entry
        for entry in archive.infolist()
        if any(PurePosixPath(entry.filename.replace("\\", "/")).match(pattern) for pattern in source.members)
    ]
    if not found:
        raise ValueError(", ".join(source.members))
    if (size := sum(entry.file_size for entry in found)) > MOST_UNPACKED_BYTES:
        raise ValueError(f"{size} > {MOST_UNPACKED_BYTES} bytes")
    return sorted(entry.filename for entry in found)


def _put_together(archive: zipfile.ZipFile, names: list[str], stream: IO[bytes]) -> None:
    """Write the features of many GeoJSON files as one, a file at a time, so that memory holds one."""
    stream.write(b'{"type": "FeatureCollection", "features": [')
    is_first = True
    for name in names:
        for feature in json.loads(archive.read(name))["features"]:
            stream.write(b"\n" if is_first else b",\n")
            stream.write(json.dumps(feature, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))
            is_first = False
    stream.write(b"\n]}\n")
