"""The boundary files in a .zip → a folder of our own: each with what belongs to it, and nothing else of the .zip."""

from __future__ import annotations

import stat
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Final

from geodata.errors import FileError, mark
from loaders.boundary_content import refuse_other_content
from loaders.boundary_unpacking import MOST_UNPACKED_BYTES

_KINDS: Final = (".shp", ".gpkg", ".geojson", ".json")
_BESIDE_SHAPES: Final = (".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class Unpacked:
    """A file that GDAL can open, under a name of ours, and the name that it has for its user, without its ending."""

    path: Path
    name: str


def unpack_boundary_files(content: bytes, folder: Path, *, file_name: str) -> list[Unpacked]:
    """
    Write the shapefiles of a .zip into a folder, or else its GeoPackages and GeoJSON files, wherever they stand in it.

    Raises
    ------
    FileError
        If a member is a link or leads out of the .zip, a boundary file is of another kind than its name says, or
        they are more than `MOST_UNPACKED_BYTES`.
    ValueError
        If there is none.
    zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError
        If it cannot be unpacked.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        members = {_path_in(info, file_name): info for info in archive.infolist() if not info.is_dir()}
        wanted = [path for path in members if path.suffix.lower() in _KINDS and not path.name.startswith(".")]
        shapes = [path for path in wanted if path.suffix.lower() == ".shp"]
        chosen = sorted(shapes or wanted)
        if not chosen:
            raise ValueError("0 .shp")
        parts = {path: _parts_of(path, members) for path in chosen}
        _refuse_size(sum(info.file_size for found in parts.values() for info in found.values()), file_name)
        unpacked = []
        for number, path in enumerate(chosen):
            place = folder / str(number)
            place.mkdir()
            for suffix, info in parts[path].items():
                part = archive.read(info)
                if suffix in _KINDS:
                    refuse_other_content(part, suffix, file_name=f"{file_name}: {path}")
                # The .zip's names may hold anything; GDAL needs only that the parts of a shapefile share theirs.
                (place / f"layer{suffix}").write_bytes(part)
            unpacked.append(Unpacked(place / f"layer{path.suffix.lower()}", path.stem))
    return unpacked


def _parts_of(path: PurePosixPath, members: dict[PurePosixPath, zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Return a boundary file and what belongs to it, by ending; capitals in names differ between systems."""
    suffix = path.suffix.lower()
    parts = {suffix: members[path]}
    if suffix == ".shp":
        stem = str(path.with_suffix("")).lower()
        for other, info in members.items():
            beside = other.suffix.lower()
            if beside in _BESIDE_SHAPES and str(other.with_suffix("")).lower() == stem:
                parts[beside] = info
    return parts


def _path_in(info: zipfile.ZipInfo, file_name: str) -> PurePosixPath:
    """Return where a member stands; Windows programs of old wrote backslashes."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    leads_out = path.is_absolute() or ".." in path.parts or (path.parts[:1] and path.parts[0].endswith(":"))
    if leads_out or stat.S_ISLNK(info.external_attr >> 16):
        raise FileError(
            "boundary.zip-leads-out",
            mark(
                '"{file}" holds "{member}", a link or a path that leads out of it. A .zip of boundaries holds its '
                "files themselves: pack them anew, and add that."
            ),
            file=file_name,
            member=info.filename,
        )
    return path


def _refuse_size(size_bytes: int, file_name: str) -> None:
    if size_bytes > MOST_UNPACKED_BYTES:
        raise FileError(
            "boundary.zip-too-large",
            mark(
                '"{file}" unpacks to {size} MB of boundaries; at most {most} MB are taken. Cut the layer to the '
                "provinces in QGIS, and add that."
            ),
            file=file_name,
            size=size_bytes // 1_000_000,
            most=MOST_UNPACKED_BYTES // 1_000_000,
        )
