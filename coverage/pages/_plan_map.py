"""The map of a plan: what is done in which year, and what remains; a click gives the code of a point or hamlet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from coverage.map_classes import MISSING_COLOUR
from coverage.pages import _maps
from geodata.language import Language
from geodata.plan_data import PlanReport
from geodata.units import Units

_NOT_DONE: Final = "#ffffff"
_NOBODY: Final = "#eeeeee"
_RAMP: Final = ("#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#fde725")
"""Viridis: dark first, told apart by readers who see no red or green, and in black and white."""


def year_colours(years: Sequence[int]) -> dict[int, str]:
    """Return the colour of each year of a programme, the first the darkest."""
    steps = max(len(years) - 1, 1)
    return {year: _RAMP[round(place * (len(_RAMP) - 1) / steps)] for place, year in enumerate(years)}


def paint_of_plan(
    report: PlanReport, units: Units, language: Language, *, areas: Sequence[str], notes: Sequence[str]
) -> dict[str, Any]:
    """
    Return what commune_map.js paints of a plan.

    Communes are painted by the year in which the last of their households gains, or as remaining; points and hamlets
    are circles in the colour of their year, white where they are not done; lines that are built are drawn.
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
        place = len(years) if remaining else years.index(int(done["year"].max()))
        text = say("{n} households remain", n=remaining) if remaining else say("done by {year}", year=years[place])
        painted[str(code)] = [place, text, [int(done["households"].sum()), remaining]]
    paint = {
        "title": say("Done by"),
        "unit": say("year"),
        "period": f"{years[0]}–{years[-1]}" if years else "",
        "classes": [
            *[[colours[year], str(year)] for year in years],
            ["#f0a3a3", say("some remain at the end")],
            [_NOBODY, say("nothing remains")],
        ],
        "missing_colour": _NOBODY if len(rows) else MISSING_COLOUR,
        "figures": [say("Households of the programme"), say("Households that remain")],
        "communes": painted,
        "circles": _circles(rows, colours, language),
        "states": [[_NOT_DONE, say("not done")]],
        "hamlets": [],
        "lines": _lines(report, colours, language),
        "bounds": _maps.bounds_of(communes),
        "fit_key": "+".join(areas),
        "notes": list(notes),
        **_maps.sizes_of(rows["households"]),
    }
    text = json.dumps(paint, sort_keys=True, ensure_ascii=False)
    key = hashlib.sha256(text.encode()).hexdigest()[:12]
    return paint | {"key": key, "points_key": key}


def _circles(rows: pd.DataFrame, colours: dict[int, str], language: Language) -> list[dict[str, Any]]:
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
            "edge": "#5f6368" if pd.isna(row["year"]) else "#ffffff",
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


def _lines(report: PlanReport, colours: dict[int, str], language: Language) -> list[dict[str, Any]]:
    lines = []
    for row in report.lines.to_dict("records"):
        shape = row["geometry"]
        if shape is None or shape.is_empty or shape.geom_type != "LineString":
            continue  # an edge to a grid of unknown place has no line to draw
        length = language.decimal(row["length_m"] / 1000, decimals=2)
        lines.append(
            {
                "path": [[round(y, 5), round(x, 5)] for x, y in shape.coords],
                "colour": colours.get(int(row["year"]), "#5f6368") if pd.notna(row["year"]) else "#5f6368",
                "text": language.say("Line to build: {km} km", km=length),
            }
        )
    return lines
