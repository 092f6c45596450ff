"""The map document: one folium map, shown in the app's frame and saved as an .html file that opens offline."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, ClassVar, Final

import folium
import geopandas as gpd
import pandas as pd
import shapely
from branca.element import MacroElement
from folium.template import Template

from geodata.language import Language

_DECIMALS: Final = 4
"""Decimals of coordinates in the document: 0.0001° is 11 m."""

_SEA: Final = (10.3, 106.4)
_LOCALES: Final = {"vi": "vi-VN", "en": "en-GB"}


@dataclass(frozen=True)
class MapGeometry:
    """
    The shapes of a map document.

    Parameters
    ----------
    version
        Changes whenever any shape does.
    communes
        ``commune_code``, ``commune_name``, ``district_name``, ``province_name``, ``is_approximate``, ``is_placed``
        (no reliable coordinates), ``geometry`` (WGS 84, simplified as a coverage).
    districts, provinces
        ``geometry``: outlines drawn as lines.
    """

    version: str
    communes: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    provinces: gpd.GeoDataFrame


class _OfflineMap(folium.Map):  # type: ignore[misc]
    """A folium map that loads nothing: Leaflet stands in the document itself, instead of folium's public servers."""

    default_js: ClassVar[list[tuple[str, str]]] = []
    default_css: ClassVar[list[tuple[str, str]]] = []


class _Inlined(MacroElement):  # type: ignore[misc]
    """Scripts and styles in the document's head."""

    _template = Template(
        "{% macro header(this, kwargs) %}"
        "{% for style in this.styles %}<style>{{ style }}</style>{% endfor %}"
        "{% for script in this.scripts %}<script>{{ script }}</script>{% endfor %}"
        "{% endmacro %}"
    )

    def __init__(self) -> None:
        super().__init__()
        self._name = "Inlined"
        self.styles = [_asset("leaflet.css"), _asset("commune_map.css")]
        self.scripts = [_asset("leaflet.js"), _asset("commune_map.js")]


class CommuneLayer(MacroElement):  # type: ignore[misc]
    """The communes of a map, painted by commune_map.js."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "const settings = {{ this.settings }};"
        "settings.onChoose = (code) => { if (window.parent !== window)"
        " window.parent.postMessage({ phudien: 'chosen', code }, '*'); };"
        "const phudien = PhuDienMap({{ this._parent.get_name() }}, {{ this.geometry }}, settings);"
        "{% if this.paint %}phudien.paint({{ this.paint }});{% else %}"
        "window.addEventListener('message', (event) => {"
        " if (event.source === window.parent && event.data && event.data.phudien === 'paint')"
        " phudien.paint(event.data.paint); });"
        "window.parent.postMessage({ phudien: 'ready' }, '*');{% endif %}"
        "{% endmacro %}"
    )

    def __init__(self, geometry: str, settings: dict[str, Any], paint: dict[str, Any] | None) -> None:
        super().__init__()
        self._name = "CommuneLayer"
        self.geometry = geometry
        self.settings = _script_json(settings)
        self.paint = None if paint is None else _script_json(paint)


def build_document(
    geometry: MapGeometry, language: Language, *, paint: dict[str, Any] | None = None, tiles_url: str | None = None
) -> str:
    """
    Return the map as one HTML document that asks no other server for anything, save a tile background if set.

    Parameters
    ----------
    paint
        What is painted, as `_maps.paint_of` gives it, for a file that stands alone; None for the app's frame,
        which is told by messages.
    tiles_url
        Tile background that the reader can switch on; none where None.
    """
    drawn = _OfflineMap(location=_SEA, zoom_start=7, tiles=None, prefer_canvas=True, zoom_snap=0.25)
    drawn.add_child(_Inlined())
    drawn.add_child(CommuneLayer(_geometry_json(geometry), _settings(language, tiles_url), paint))
    return str(drawn.get_root().render())


def _settings(language: Language, tiles_url: str | None) -> dict[str, Any]:
    say = language.say
    return {
        "locale": _LOCALES[language.code],
        "missing": say("not reported"),
        "approximate": say("approximate boundary"),
        "placed": say("placed inside its district: the source has no reliable coordinates"),
        "circles": say("Households behind a master meter"),
        "tiles": tiles_url,
        "layers": {
            "communes": say("Communes by indicator"),
            "districts": say("District borders"),
            "provinces": say("Province borders"),
            "bulk": say("Bulk-purchase points"),
            "taken": say("Points taken over already"),
            "hamlets": say("Hamlets without the grid"),
            "tiles": say("Tile background"),
        },
    }


def _geometry_json(geometry: MapGeometry) -> str:
    communes = geometry.communes
    properties = [
        {
            "code": code,
            "name": name,
            "district": None if pd.isna(district) else district,  # a list from 1 July 2025 on has none
            "province": province,
            "approximate": bool(approximate),
            "placed": bool(placed),
        }
        for code, name, district, province, approximate, placed in zip(
            communes["commune_code"],
            communes["commune_name"],
            communes["district_name"],
            communes["province_name"],
            communes["is_approximate"],
            communes["is_placed"],
            strict=True,
        )
    ]
    return _script_json(
        {
            "communes": _features(communes, properties),
            "districts": _features(geometry.districts),
            "provinces": _features(geometry.provinces),
        }
    )


def _features(layer: gpd.GeoDataFrame, properties: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    # Rounding alone keeps shared borders shared, because both neighbours round the same coordinate.
    rounded = shapely.transform(layer.geometry.to_numpy(), lambda xy: xy.round(_DECIMALS))
    shapes = [json.loads(text) for text in shapely.to_geojson(rounded)]
    filled = properties or [{} for _ in shapes]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": about, "geometry": shape}
            for about, shape in zip(filled, shapes, strict=True)
        ],
    }


def _script_json(value: Any) -> str:
    """Return JSON that can stand inside a script element: no text of a user can close it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return (
        text.replace("</", "<\\/").replace("<!--", "<\\!--").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )


@lru_cache(maxsize=8)
def _asset(name: str) -> str:
    return files("coverage.pages").joinpath("assets", name).read_text(encoding="utf-8")
