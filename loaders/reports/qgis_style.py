"""Styles of QGIS (QML) for the layers of a report: classes and colours as on the app's maps, names of the columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr

from geodata.report_data import ReportMap

_QGIS: Final = "3.28.0-Firenze"  # of the form written here; later releases read it too
_OUTLINE: Final = "110,110,110,255"
_MISSING_COLOUR: Final = "#d5d9de"


@dataclass(frozen=True)
class PointKind:
    """How points with one value are drawn: the value, its label, colour and shape."""

    value: str
    label: str
    colour: str
    shape: str = "circle"


def commune_style(shown: ReportMap, aliases: Mapping[str, str], *, missing: str) -> str:
    """
    Return the style of communes by the class of an indicator.

    Parameters
    ----------
    aliases
        What each column is called, in their order.
    missing
        Label of communes without a figure.
    """
    classes = [(str(place), label, colour) for place, (colour, label) in enumerate(shown.classes)]
    symbols = [*classes, ("", missing, _MISSING_COLOUR)]
    categories = "".join(
        f'<category render="true" value={quoteattr(value)} label={quoteattr(label)} symbol="{number}" '
        f'type="{"long" if value else "NULL"}"/>'
        for number, (value, label, _) in enumerate(symbols)
    )
    drawn = "".join(_fill(number, colour) for number, (_, _, colour) in enumerate(symbols))
    renderer = _categorised(f"{shown.indicator}_class", categories, drawn)
    return _document(renderer, aliases, geometry=2, label="commune_name")


def point_style(
    column: str,
    kinds: Sequence[PointKind],
    aliases: Mapping[str, str],
    *,
    size: str,
    label: str,
    edge: str = "#ffffff",
) -> str:
    """
    Return the style of points by the values of a column; of all alike where there is one kind.

    Parameters
    ----------
    column
        Name of a column of texts, or an expression of QGIS that gives a text.
    edge
        Colour around them.
    size
        Expression of QGIS for their size in millimetres.
    label
        Column that their labels show.
    """
    categories = _categories(kinds)
    drawn = "".join(_marker(number, kind, size, edge) for number, kind in enumerate(kinds))
    if len(kinds) == 1:
        renderer = f'<renderer-v2 type="singleSymbol" forceraster="0"><symbols>{drawn}</symbols></renderer-v2>'
        return _document(renderer, aliases, geometry=0, label=label)
    return _document(_categorised(column, categories, drawn), aliases, geometry=0, label=label)


def line_style(column: str, kinds: Sequence[PointKind], aliases: Mapping[str, str], *, label: str) -> str:
    """Return the style of lines by the values of a column, or of an expression; see `point_style`."""
    drawn = "".join(_stroke(number, kind.colour) for number, kind in enumerate(kinds))
    return _document(_categorised(column, _categories(kinds), drawn), aliases, geometry=1, label=label)


def plain_area_style(colour: str, aliases: Mapping[str, str], *, label: str) -> str:
    """Return the style of areas that are all alike."""
    renderer = f'<renderer-v2 type="singleSymbol" forceraster="0"><symbols>{_fill(0, colour)}</symbols></renderer-v2>'
    return _document(renderer, aliases, geometry=2, label=label)


def _categories(kinds: Sequence[PointKind]) -> str:
    return "".join(
        f'<category render="true" value={quoteattr(kind.value)} label={quoteattr(kind.label)} symbol="{number}" '
        'type="string"/>'
        for number, kind in enumerate(kinds)
    )


def _categorised(column: str, categories: str, symbols: str) -> str:
    return (
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(column)} forceraster="0" symbollevels="0" '
        f'enableorderby="0"><categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>'
    )


def _options(values: Iterable[tuple[str, str]]) -> str:
    inside = "".join(f'<Option name="{name}" type="QString" value={quoteattr(value)}/>' for name, value in values)
    return f'<Option type="Map">{inside}</Option>'


def _fill(number: int, colour: str) -> str:
    values = (
        ("color", _rgba(colour)),
        ("style", "solid"),
        ("outline_color", _OUTLINE),
        ("outline_style", "solid"),
        ("outline_width", "0.1"),
        ("outline_width_unit", "MM"),
    )
    return (
        f'<symbol name="{number}" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="SimpleFill" enabled="1" locked="0" pass="0">{_options(values)}</layer></symbol>'
    )


def _stroke(number: int, colour: str) -> str:
    values = (
        ("line_color", _rgba(colour)),
        ("line_style", "solid"),
        ("line_width", "0.7"),
        ("line_width_unit", "MM"),
        ("capstyle", "round"),
        ("joinstyle", "round"),
    )
    return (
        f'<symbol name="{number}" type="line" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="SimpleLine" enabled="1" locked="0" pass="0">{_options(values)}</layer></symbol>'
    )


def _marker(number: int, kind: PointKind, size: str, edge: str) -> str:
    values = (
        ("name", kind.shape),
        ("color", _rgba(kind.colour)),
        ("outline_color", _rgba(edge)),
        ("outline_style", "solid"),
        ("outline_width", "0.2"),
        ("size", "2.5"),
        ("size_unit", "MM"),
    )
    sized = (
        '<data_defined_properties><Option type="Map"><Option name="name" type="QString" value=""/>'
        '<Option name="properties" type="Map"><Option name="size" type="Map">'
        '<Option name="active" type="bool" value="true"/>'
        f'<Option name="expression" type="QString" value={quoteattr(size)}/>'
        '<Option name="type" type="int" value="3"/></Option></Option>'
        '<Option name="type" type="QString" value="collection"/></Option></data_defined_properties>'
    )
    return (
        f'<symbol name="{number}" type="marker" alpha="0.85" clip_to_extent="1" force_rhr="0">'
        f'<layer class="SimpleMarker" enabled="1" locked="0" pass="0">{_options(values)}{sized}</layer></symbol>'
    )


def _rgba(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _document(renderer: str, aliases: Mapping[str, str], *, geometry: int, label: str) -> str:
    named = "".join(
        f'<alias index="{number}" field={quoteattr(field)} name={quoteattr(name)}/>'
        for number, (field, name) in enumerate(aliases.items(), start=1)  # 0 is the key
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="{_QGIS}" styleCategories="AllStyleCategories" labelsEnabled="0" minScale="100000000" '
        f'maxScale="0" hasScaleBasedVisibilityFlag="0">{renderer}<blendMode>0</blendMode>'
        f"<featureBlendMode>0</featureBlendMode><layerOpacity>1</layerOpacity><aliases>{named}</aliases>"
        f'<previewExpression>"{label}"</previewExpression><layerGeometryType>{geometry}</layerGeometryType></qgis>'
    )
