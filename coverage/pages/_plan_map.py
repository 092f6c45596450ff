"""The map of a plan: what is done in which year, and what remains; a click gives the code of a point or hamlet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from coverage.map_classes import MISSING_COLOUR
from coverage.pages import _maps
from coverage.pages._plan_choices import IN, OUT
from coverage.pages._plan_numbers import amount
from geodata.language import Language
from geodata.plan_data import PlanReport
from geodata.units import Units

_NOT_DONE: Final = "#ffffff"
_NOBODY: Final = "#f4f6f8"
_ALL_DONE: Final = "#dfe6ec"
_SOME_REMAIN: Final = "#f6d5d5"
"""Communes are pale: the colours of the years are those of the points on them."""

_EDGES: Final = {IN: "#000000", OUT: "#c1121f"}
_RAMP: Final = ("#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#fde725")
"""Viridis: dark first, told apart by readers who see no red or green, and in black and white."""


def year_colours(years: Sequence[int]) -> dict[int, str]:
    """Return the colour of each year of a programme, the first the darkest."""
    steps = max(len(years) - 1, 1)
    return {year: _RAMP[round(place * (len(_RAMP) - 1) / steps)] for place, year in enumerate(years)}


def paint_of_plan(
    report: PlanReport,
    units: Units,
    language: Language,
    *,
    areas: Sequence[str],
    pinned: Mapping[str, str],
    chosen: str | None = None,
) -> dict[str, Any]:
    """
    Return what commune_map.js paints of a plan.

    Points and hamlets are circles in the colour of their year, white where they are not done; lines that are built
    are drawn. Communes are painted by whether some of their households remain at the end.

    Parameters
    ----------
    pinned
        Points and hamlets that are pinned in or out: their circles have a dark or a red edge.
    chosen
        The one that the page shows: it is ringed.
    """
    say = language.say
    communes = pd.concat([units.communes_of(area) for area in areas])
    years = [int(year) for year in report.years["year"]]
    colours = year_colours(years)
    rows = report.rows
    painted: dict[str, list[Any]] = {str(code): [None, say("nothing remains"), [None, None]] for code in communes.index}
    for code, of_commune in rows.groupby("commune_code"):
        done = of_commune.dropna(subset="year")
        remaining = int(of_commune["households"].sum() - done["households"].sum())
        last = "" if done.empty else str(int(done["year"].max()))
        text = say("{n} households remain", n=remaining) if remaining else say("done by {year}", year=last)
        place = len(years) + (1 if remaining else 0)
        painted[str(code)] = [place, text, [int(done["households"].sum()), remaining]]
    paint = {
        "title": say("Done by"),
        "unit": "",
        "period": f"{years[0]}–{years[-1]}" if years else "",
        "classes": [
            *[[colours[year], str(year)] for year in years],
            [_ALL_DONE, say("commune: all done")],
            [_SOME_REMAIN, say("commune: some remain")],
        ],
        "missing_colour": _NOBODY if len(rows) else MISSING_COLOUR,
        "figures": [say("Households of the programme"), say("Households that remain")],
        "communes": painted,
        "circles": _circles(rows, colours, language, pinned),
        "circles_title": say("Households that gain"),
        "states": [
            [_NOT_DONE, say("not done")],
            *([[_EDGES[IN], say("edge: pinned in")]] if IN in pinned.values() else []),
            *([[_EDGES[OUT], say("edge: pinned out")]] if OUT in pinned.values() else []),
        ],
        "hamlets": [],
        "lines": _lines(report, colours, language),
        "bounds": _maps.bounds_of(communes),
        "fit_key": "+".join(areas),
        "notes": [],  # they stand below the map: the legend is to cover little of it
        **_maps.sizes_of(rows["households"]),
    }
    text = json.dumps(paint, sort_keys=True, ensure_ascii=False)
    key = hashlib.sha256(text.encode()).hexdigest()[:12]
    # The ring has no part in the key of the points: they, and what is open on them, stay while it moves.
    return paint | {"key": f"{key}-{chosen or ''}", "points_key": key, "ring": _ring(rows, chosen)}


def _circles(
    rows: pd.DataFrame, colours: dict[int, str], language: Language, pinned: Mapping[str, str]
) -> list[dict[str, Any]]:
    say = language.say
    placed = rows.dropna(subset=["lat", "lon"]).sort_values("households", ascending=False)
    return [
        {
            "lat": row["lat"],
            "lon": row["lon"],
            "commune": str(row["commune_code"]),
            "code": str(row["candidate_code"]),
            "households": int(row["households"]),
            "colour": _NOT_DONE if pd.isna(row["year"]) else colours[int(row["year"])],
            "edge": _EDGES.get(pinned.get(str(row["candidate_code"]), ""), _edge(row["year"])),
            "edge_width": 2.5 if str(row["candidate_code"]) in pinned else 1,
            "is_taken": False,
            "lines": [
                f"{row['candidate_code']} · {row['name']}",
                str(row["commune_name"]),
                say("{n} households", n=int(row["households"])),
                say("not done") if pd.isna(row["year"]) else str(int(row["year"])),
                *([str(row["reason"])] if row["reason"] else []),
            ],
        }
        for row in placed.to_dict("records")
    ]


def _ring(rows: pd.DataFrame, chosen: str | None) -> dict[str, Any] | None:
    found = rows[(rows["candidate_code"] == chosen) & rows["lat"].notna()]
    if found.empty:
        return None
    row = found.iloc[0]
    return {"lat": row["lat"], "lon": row["lon"], "households": int(row["households"])}


def _edge(year: Any) -> str:
    return "#5f6368" if pd.isna(year) else "#ffffff"


def _lines(report: PlanReport, colours: dict[int, str], language: Language) -> list[dict[str, Any]]:
    lines = []
    for row in report.lines.to_dict("records"):
        shape = row["geometry"]
        if shape is None or shape.is_empty or shape.geom_type != "LineString":
            continue  # an edge to a grid of unknown place has no line to draw
        length = amount(row["length_m"], language, unit=1000, decimals=2)
        lines.append(
            {
                "path": [[round(y, 5), round(x, 5)] for x, y in shape.coords],
                "colour": colours.get(int(row["year"]), "#5f6368") if pd.notna(row["year"]) else "#5f6368",
                "text": language.say("Line to build: {km} km", km=length),
            }
        )
    return lines
