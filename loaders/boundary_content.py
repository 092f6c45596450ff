"""Whether a boundary file holds what its name says, looked at before GDAL or Arrow open it."""

from __future__ import annotations

import json
from typing import Any, Final

from geodata.errors import FileError, mark

_FIRST_BYTES: Final = {
    ".geojson": ("GeoJSON", b"{"),
    ".json": ("GeoJSON", b"{"),
    ".gpkg": ("GeoPackage", b"SQLite format 3\0"),
    ".parquet": ("GeoParquet", b"PAR1"),
    ".geoparquet": ("GeoParquet", b"PAR1"),
    ".shp": ("shapefile", b"\x00\x00\x27\x0a"),
}
_JSON: Final = (".geojson", ".json")
_BOM: Final = b"\xef\xbb\xbf"
_GEOJSON_TYPES: Final = frozenset({"featurecollection", "feature"})
_CRS_TYPES: Final = frozenset({"name", "epsg", "ogc"})
"""Kinds of ``crs`` that name a system; the others of the old GeoJSON ("link", "url") tell GDAL where to fetch one."""


def refuse_other_content(content: bytes, suffix: str, *, file_name: str) -> None:
    """
    Refuse a file whose content is of another kind than its name says, or points somewhere else.

    Parameters
    ----------
    content
        The whole file.
    suffix
        The kind that its name says: ``".geojson"``, ``".json"``, ``".gpkg"``, ``".parquet"``, ``".geoparquet"``,
        ``".shp"``.
    file_name
        What to call it in an error: the file, or the member of a .zip.

    Raises
    ------
    FileError
        If it begins otherwise, is JSON but no GeoJSON, or names its coordinate system by a link.
    """
    kind, first_bytes = _FIRST_BYTES[suffix]
    begin = content.removeprefix(_BOM)[:4096].lstrip() if suffix in _JSON else content
    if not begin.startswith(first_bytes):
        raise FileError(
            "boundary.content-differs",
            mark(
                '"{file}" is no {kind} inside: it does not begin as such a file does. Open it in QGIS, export it as '
                "GeoPackage or GeoJSON, and add that."
            ),
            file=file_name,
            kind=kind,
        )
    if suffix in _JSON:
        _refuse_other_json(content, file_name)


class _Types(list[str]):
    """What an object of JSON says under ``type``: all that is asked of it, so that memory holds no second copy."""


def _refuse_other_json(content: bytes, file_name: str) -> None:
    def types_of(pairs: list[tuple[str, Any]]) -> _Types:
        for key, value in pairs:
            if key.lower() == "crs" and isinstance(value, _Types):  # GDAL looks at shapes too, and not at capitals
                _refuse_reference(value, file_name)
        return _Types(value for key, value in pairs if key.lower() == "type" and isinstance(value, str))

    text = content.decode("utf-8-sig", "replace")  # letters in TCVN3 are seen to later
    whole = json.loads(text, strict=False, object_pairs_hook=types_of, parse_float=len, parse_int=len)
    found = whole[-1] if whole else "–"
    if found.lower() not in _GEOJSON_TYPES:
        raise FileError(
            "boundary.json-not-geojson",
            mark(
                '"{file}" is JSON, but no GeoJSON: its type is "{found}", where "FeatureCollection" is needed. Open it '
                "in QGIS, export it as GeoJSON, and add that."
            ),
            file=file_name,
            found=found[:40],
        )


def _refuse_reference(crs_types: _Types, file_name: str) -> None:
    for found in crs_types:
        if found.lower() not in _CRS_TYPES:
            raise FileError(
                "boundary.crs-not-named",
                mark(
                    '"{file}" does not name its coordinate system but refers to it ("crs" of the type "{found}"); such '
                    "references are not followed. Open it in QGIS, export it as GeoPackage, and add that."
                ),
                file=file_name,
                found=found[:40],
            )
