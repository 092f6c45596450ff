"""Every map of the app: what is painted on it, and the frame that shows it.

The document with the shapes goes to the browser once. A change of indicator, quarter or area sends only what to paint;
moving about on the map sends nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from decimal import Decimal
from importlib.resources import files
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from coverage.changes import CHANGED, NEW, UNCHANGED
from coverage.indicators import COUNT, Indicator
from coverage.map_classes import MISSING_COLOUR, Classes
from coverage.pages import _names
from coverage.pages._map_document import MapGeometry
from coverage.remaining import TAKEN_OVER
from coverage.rollup import figure_of, indicator_by_area
from geodata.crs import WGS84
from geodata.language import Language
from geodata.lineage import ESTIMATED
from geodata.units import RELIABLE_POINTS, Units

FIGURES_SHOWN: Final = (
    "households_all",
    "households_grid",
    "households_direct",
    "households_bulk",
    "households_shared",
    "households_offgrid",
    "households_without",
)
# Okabe-Ito colours: told apart by colour-blind readers, and from the map's scales.
_STATE_COLOURS: Final = {"bulk": "#5b2a86", "agreed": "#0072b2", TAKEN_OVER: "#009e73"}


def geometry_of(layer: gpd.GeoDataFrame, units: Units, version: str) -> MapGeometry:
    """Return a map layer (``commune_code``, ``is_approximate``, ``geometry``) with its names and outlines."""
    communes, names = units.communes.reindex(layer["commune_code"]), units.by_code["full_name"]
    named = layer.assign(
        commune_name=communes["full_name"].to_numpy(),
        district_name=communes["district_code"].map(names).to_numpy(),
        province_name=communes["province_code"].map(names).to_numpy(),
        district_code=communes["district_code"].to_numpy(),
        province_code=communes["province_code"].to_numpy(),
        is_placed=layer["is_approximate"].to_numpy() & ~communes["point_source"].isin(RELIABLE_POINTS).to_numpy(),
    )
    return MapGeometry(version, named, _outlines(named, "district_code"), _outlines(named.copy(), "province_code"))


def _outlines(communes: gpd.GeoDataFrame, by: str) -> gpd.GeoDataFrame:
    merged = communes[[by, "geometry"]].dissolve(by)
    return gpd.GeoDataFrame(geometry=merged.geometry.boundary.to_numpy(), crs=WGS84)


def paint_of(
    figures: pd.DataFrame,
    indicator: Indicator,
    units: Units,
    language: Language,
    *,
    areas: Sequence[str],
    period_text: str,
    points: pd.DataFrame,
    hamlets: pd.DataFrame,
    estimated: Set[str] = frozenset(),
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """
    Return what commune_map.js paints.

    Parameters
    ----------
    figures
        Columns `FIGURE_COLUMNS`, one quarter.
    areas
        Areas whose communes are painted; the others stay faint.
    points, hamlets
        Columns `BULK_POINT_COLUMNS` and `HAMLET_COLUMNS`; those outside the areas are left out.
    estimated
        Codes of communes that hold parts of divided ones: their figures are marked.
    notes
        Sentences below the legend.
    """
    communes = pd.concat([units.communes_of(area) for area in areas])
    area_key = "+".join(areas)
    inside_points = points[points["commune_code"].isin(communes.index) & points["lat"].notna()]
    inside_hamlets = hamlets[hamlets["commune_code"].isin(communes.index) & hamlets["lat"].notna()]
    unplaced = int((points["commune_code"].isin(communes.index) & points["lat"].isna()).sum())
    if unplaced:
        notes = [*notes, language.say("{n} master meters without coordinates are not on the map.", n=unplaced)]
    rows = _commune_rows(figures, indicator, communes, language, estimated)
    if any(text.startswith(ESTIMATED) for _, text, _ in rows.values()):
        notes = [*notes, language.say("≈: holds parts of divided communes, estimated.")]
    classes = Classes(indicator)
    legend = [[found.colour, found.label] for found in classes.legend(language)]
    paint = {
        "title": indicator.title(language),
        "unit": language.say("households") if indicator.kind == COUNT else "%",
        "period": period_text,
        "classes": [*legend, [MISSING_COLOUR, language.say("not reported")]],
        "missing_colour": MISSING_COLOUR,
        "figures": [language.say(_names.MEASURES[measure]) for measure in FIGURES_SHOWN],
        "communes": rows,
        "circles": _circles(inside_points, units, language),
        "states": [[_STATE_COLOURS[state], language.say(_names.STATES[state])] for state in ("bulk", "agreed")],
        "hamlets": _hamlet_marks(inside_hamlets, units, language),
        "bounds": bounds_of(communes),
        "fit_key": area_key,
        "points_key": f"{area_key}|{len(inside_points)}|{len(inside_hamlets)}|{language.code}",
        "notes": list(notes),
        **sizes_of(inside_points["households_behind"]),
    }
    text = json.dumps(paint, sort_keys=True, ensure_ascii=False)
    return paint | {"key": hashlib.sha256(text.encode()).hexdigest()[:12]}


_CHANGE_COLOURS: Final = {NEW: "#0072b2", CHANGED: "#e69f00", UNCHANGED: "#bdbdbd"}


def paint_of_changes(
    kinds: pd.Series,
    labels: Sequence[str],
    numbers: Mapping[str, Sequence[Any]],
    units: Units,
    language: Language,
    *,
    areas: Sequence[str],
) -> dict[str, Any]:
    """
    Return what commune_map.js paints to show where an upload brings something new or changed.

    Parameters
    ----------
    kinds
        Change of each figure or record (new, changed, unchanged), indexed by its commune.
    labels, numbers
        What is shown of a commune when it is pointed at: the names of the numbers, and the numbers by commune.
    areas
        Provinces whose communes are painted.
    """
    communes = pd.concat([units.communes_of(area) for area in areas])
    names = {NEW: language.say("new"), CHANGED: language.say("changed"), UNCHANGED: language.say("unchanged")}
    order = list(names)
    strongest = kinds.map(order.index).groupby(level=0).min()
    untouched = language.say("not in the file")
    rows: dict[str, list[Any]] = {}
    for code in communes.index:
        values = [None if value is None or pd.isna(value) else int(value) for value in numbers.get(str(code), ())]
        kind = strongest.get(code)
        painted = (None, untouched) if kind is None else (int(kind), names[order[int(kind)]])
        rows[str(code)] = [*painted, values or [None] * len(labels)]
    paint = {
        "title": language.say("What the file touches"),
        "unit": language.say("Commune"),
        "period": "",
        "classes": [
            *[[_CHANGE_COLOURS[kind], name] for kind, name in names.items()],
            [MISSING_COLOUR, untouched],
        ],
        "missing_colour": MISSING_COLOUR,
        "figures": list(labels),
        "communes": rows,
        "circles": [],
        "states": [],
        "hamlets": [],
        "bounds": bounds_of(communes),
        "fit_key": "+".join(areas),
        "points_key": f"changes|{language.code}",
        "notes": [],
        "largest": 1,
        "sizes": [],
    }
    text = json.dumps(paint, sort_keys=True, ensure_ascii=False)
    return paint | {"key": hashlib.sha256(text.encode()).hexdigest()[:12]}


def _commune_rows(
    figures: pd.DataFrame, indicator: Indicator, communes: pd.DataFrame, language: Language, estimated: Set[str]
) -> dict[str, list[Any]]:
    """Each commune's class, indicator as text (marked if estimated), and counts in the order of `FIGURES_SHOWN`."""
    own_area = pd.Series(communes.index, index=communes.index)
    by_commune = indicator_by_area(figures, indicator, own_area)
    counts = figures.set_index("commune_code").reindex(communes.index)[list(FIGURES_SHOWN)].astype(object)
    shown = counts.where(counts.notna(), None).to_numpy().tolist()
    classes = Classes(indicator)
    rows = {}
    for code, row, values in zip(communes.index, by_commune.to_dict("records"), shown, strict=True):
        figure = figure_of(row, indicator)
        mark = f"{ESTIMATED} " if code in estimated and figure.value is not None else ""
        rows[str(code)] = [classes.index_of(figure), mark + figure.display(language), values]
    return rows


def _circles(points: pd.DataFrame, units: Units, language: Language) -> list[dict[str, Any]]:
    say, names = language.say, units.communes["full_name"]
    circles = []
    # The largest first, so that small ones lie on top and can be reached.
    for point in points.sort_values("households_behind", ascending=False).to_dict("records"):
        state = str(point["takeover_state"])
        loss = point["loss_share"]
        circles.append(
            {
                "lat": point["lat"],
                "lon": point["lon"],
                "commune": str(point["commune_code"]),
                "households": int(point["households_behind"]),
                "colour": _STATE_COLOURS[state],
                "is_taken": state == TAKEN_OVER,
                "lines": [
                    str(point["organisation_name"]),
                    names.get(point["commune_code"], point["commune_code"]),
                    say("Master meter {meter}", meter=str(point["master_meter"])),
                    say("{n} households", n=int(point["households_behind"])),
                    *([] if pd.isna(loss) else [say("Loss {loss}", loss=share_text(loss, language))]),
                    say(_names.STATES[state]),
                ],
            }
        )
    return circles


def share_text(share: float, language: Language) -> str:
    """Return a measured share (not a ratio of counts) with one decimal."""
    return language.share(Decimal(repr(float(share))), decimals=1)


def _hamlet_marks(hamlets: pd.DataFrame, units: Units, language: Language) -> list[dict[str, Any]]:
    say, names = language.say, units.communes["full_name"]
    return [
        {
            "lat": hamlet["lat"],
            "lon": hamlet["lon"],
            "lines": [
                str(hamlet["hamlet_name"]),
                names.get(hamlet["commune_code"], hamlet["commune_code"]),
                say("{n} households without the grid", n=int(hamlet["households_without_grid"])),
            ],
        }
        for hamlet in hamlets.to_dict("records")
    ]


def sizes_of(households: pd.Series[int]) -> dict[str, Any]:
    """Return the largest circle, and round numbers of households for the legend."""
    largest = int(households.max()) if len(households) else 1
    power = 10 ** (len(str(largest)) - 1)
    top = max(1, largest // power * power)
    return {"largest": max(largest, 1), "sizes": sorted({max(1, top // 10), max(1, top // 2), top})}


def bounds_of(communes: pd.DataFrame) -> list[list[float]]:
    """Return the south-western and north-eastern corner of communes, degrees of latitude and longitude."""
    points = communes[["lat", "lon"]].astype(float)
    extents = communes[["south", "west", "north", "east"]].astype(float)
    if extents["south"].isna().all():  # a unit that was placed without an extent: show its surroundings
        extents = pd.DataFrame({"south": points["lat"] - 0.03, "west": points["lon"] - 0.03})
        extents = extents.assign(north=points["lat"] + 0.03, east=points["lon"] + 0.03)
    south, west = min(extents["south"].min(), points["lat"].min()), min(extents["west"].min(), points["lon"].min())
    north, east = max(extents["north"].max(), points["lat"].max()), max(extents["east"].max(), points["lon"].max())
    return [[float(south), float(west)], [float(north), float(east)]]


# ---- the frame


def _component(name: str, script: str) -> Any:
    text = files("coverage.pages").joinpath("assets", script).read_text(encoding="utf-8")
    return st.components.v2.component(name, html="<div></div>", js=text, isolate_styles=False)


_frame = _component("phudien_map_frame", "map_frame.js")
_painter = _component("phudien_map_paint", "map_paint.js")


def show_map(
    document: str, version: str, paint: dict[str, Any], language: Language, *, height: int = 620
) -> str | None:
    """
    Show a map and return the code of the commune that was clicked just now, else None.

    Parameters
    ----------
    document, version
        The document of `_map_document.build_document`, and what changes with it.
    paint
        As `paint_of` gives it.
    height
        In pixels.
    """
    held = {"name": "map", "version": version, "document": document, "height": height}
    found = _frame(data=held | {"title": language.say("Map")}, key="map_frame", on_chosen_change=lambda: None)
    _painter(data={"name": "map", "paint": paint}, key="map_paint")
    return getattr(found, "chosen", None)
