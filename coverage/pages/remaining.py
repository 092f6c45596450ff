"""What remains: households behind master meters by commune and organisation, and hamlets without the grid."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from coverage import remaining
from coverage.pages import _cache, _maps, _names, _state, _tables
from geodata.lineage import ESTIMATED, ESTIMATED_NOTE
from geodata.units import COMPANY_CODE


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    assert choices.period is not None
    units, say = choices.units, choices.language.say
    figures = choices.figures(choices.period)
    points = _cache.bulk_points(choices.home, choices.version, choices.told_on, choices.period)
    inside = set(_communes_shown(choices))
    points = points[points["commune_code"].isin(inside)]
    basis = _cache.basis(choices.home, choices.version, choices.told_on, choices.period)
    figures = figures[figures["commune_code"].isin(inside)]
    by_commune = remaining.remaining_by_commune(figures, points, units, basis=basis)
    by_organisation = remaining.remaining_by_organisation(points, units)
    _draw_totals(choices, by_commune, by_organisation)
    _draw_map(choices)
    communes, organisations, meters, hamlets = st.tabs(
        [say("By commune"), say("By organisation"), say("Master meters"), say("Hamlets without the grid")]
    )
    with communes:
        _draw_communes(by_commune, choices)
    with organisations:
        _draw_organisations(by_organisation, choices)
    with meters:
        _draw_points(remaining.points_remaining(points), choices)
    with hamlets:
        _draw_hamlets(choices, inside)


def _communes_shown(choices: _state.Choices) -> list[str]:
    return [str(code) for area in _state.areas_in_view(choices) for code in choices.units.communes_of(area).index]


def _draw_totals(choices: _state.Choices, by_commune: pd.DataFrame, by_organisation: pd.DataFrame) -> None:
    say, count = choices.language.say, choices.language.count
    names = choices.units.provinces["full_name"]
    name = (
        ", ".join(str(names[code]) for code in _state.areas_in_view(choices))
        if choices.area == COMPANY_CODE
        else choices.area_name
    )
    st.subheader(f"{name}, {choices.period_name}")
    if choices.area == COMPANY_CODE:
        st.caption(say("Almost all of what remains is in these two provinces; pick another one in the side bar."))
    shown = (
        (say("Households behind a master meter"), int(by_commune["households_bulk"].fillna(0).sum())),
        (say("Communes that still have some"), len(by_commune)),
        (say("Organisations"), by_organisation["organisation_name"].nunique()),
        (say("Master meters"), int(by_organisation["points"].sum())),
    )
    for column, (label, number) in zip(st.columns(len(shown)), shown, strict=True):
        column.metric(label, count(number))


def _draw_map(choices: _state.Choices) -> None:
    assert choices.period is not None
    code = choices.language.code
    shapes = _cache.layer_version(choices.home, choices.version, choices.told_on, choices.area)
    tiles = _cache.workspace().settings.tiles_url
    document = _cache.map_document(shapes, choices.told_on, code, tiles, choices.area)
    paint = _cache.paint(
        choices.home,
        choices.version,
        choices.told_on,
        choices.period,
        "bulk_share",
        _state.areas_in_view(choices),
        code,
    )
    _maps.show_map(document, f"{shapes}-{code}", paint, choices.language, height=600)


def _draw_communes(by_commune: pd.DataFrame, choices: _state.Choices) -> None:
    say, language = choices.language.say, choices.language
    counts = ["households_bulk", "households_grid", "points", "organisations", "households_behind", "difference"]
    shown = _tables.with_separators(by_commune, language, counts)
    is_estimated = by_commune["is_estimated"]
    shown["commune_name"] = shown["commune_name"].where(~is_estimated, shown["commune_name"] + f" {ESTIMATED}")
    places = ["commune_name", "district_name", "province_name"]
    table = shown[[*places, *counts]].set_axis(
        [
            say("Commune"),
            say("District"),
            say("Province"),
            say("Behind a master meter"),
            say("With grid power"),
            say("Master meters"),
            say("Organisations"),
            say("Households by the meters"),
            say("Difference"),
        ],
        axis="columns",
    )
    table = _without_missing_districts(table, choices)
    st.dataframe(table, width="stretch", hide_index=True)
    st.caption(say("Difference: what the commune reports minus what its master meters hold; 0 where both books agree."))
    if is_estimated.any():
        st.caption(say(ESTIMATED_NOTE))
    _download(table, "remaining_communes", choices)


def _draw_organisations(by_organisation: pd.DataFrame, choices: _state.Choices) -> None:
    say, language = choices.language.say, choices.language
    shown = _tables.with_separators(by_organisation, language, ["communes", "points", "households_behind"])
    shown["line_km"] = [_tables.measured(value, language, decimals=1) for value in by_organisation["line_km"]]
    shown["loss_share"] = [
        "–" if pd.isna(value) else _maps.share_text(value, language) for value in by_organisation["loss_share"]
    ]
    columns = ["organisation_name", "province_name", "communes", "points", "households_behind", "line_km", "loss_share"]
    table = shown[columns].set_axis(
        [
            say("Organisation"),
            say("Province"),
            say("Communes"),
            say("Master meters"),
            say("Households behind"),
            say("Line (km)"),
            say("Loss"),
        ],
        axis="columns",
    )
    st.dataframe(table, width="stretch", hide_index=True)
    _download(table, "remaining_organisations", choices)


def _draw_points(points: pd.DataFrame, choices: _state.Choices) -> None:
    say, language = choices.language.say, choices.language
    names = choices.units.by_code["full_name"]
    ordered = points.sort_values("households_behind", ascending=False)
    table = pd.DataFrame(
        {
            say("Code"): ordered["point_code"],
            say("Commune"): ordered["commune_code"].map(names),
            say("Organisation"): ordered["organisation_name"],
            say("Master meter"): ordered["master_meter"],
            say("Households behind"): [language.count(int(n)) for n in ordered["households_behind"]],
            say("Loss"): ["–" if pd.isna(v) else _maps.share_text(v, language) for v in ordered["loss_share"]],
            say("Line (km)"): [_tables.measured(v, language, decimals=2) for v in ordered["line_km"]],
            say("Condition"): [
                say(_names.CONDITIONS[c]) if c in _names.CONDITIONS else "–" for c in ordered["condition"]
            ],
            say("State"): [say(_names.STATES[s]) for s in ordered["takeover_state"]],
        }
    )
    st.dataframe(table, width="stretch", hide_index=True)
    _download(table, "master_meters", choices)


def _draw_hamlets(choices: _state.Choices, inside: set[str]) -> None:
    say, language = choices.language.say, choices.language
    hamlets = _cache.hamlets(choices.home, choices.version, choices.told_on)
    found = remaining.hamlets_by_commune(hamlets[hamlets["commune_code"].isin(inside)], choices.units)
    if found.empty:
        st.success(say("No hamlet of this area is recorded without the grid."))
        return
    shown = _tables.with_separators(found, language, ["hamlets", "households_without_grid"])
    shown["farthest_km"] = [_tables.measured(value, language, decimals=1) for value in found["farthest_km"]]
    columns = ["commune_name", "district_name", "province_name", "hamlets", "households_without_grid", "farthest_km"]
    table = shown[columns].set_axis(
        [
            say("Commune"),
            say("District"),
            say("Province"),
            say("Hamlets"),
            say("Households without the grid"),
            say("Farthest from the grid (km)"),
        ],
        axis="columns",
    )
    table = _without_missing_districts(table, choices)
    st.dataframe(table, width="stretch", hide_index=True)
    _download(table, "hamlets", choices)


def _without_missing_districts(table: pd.DataFrame, choices: _state.Choices) -> pd.DataFrame:
    return table if choices.units.has_districts else table.drop(columns=choices.language.say("District"))


def _download(table: pd.DataFrame, name: str, choices: _state.Choices) -> None:
    # The mark at the start tells Excel that the text is UTF-8.
    content = _tables.csv_of(table)
    label = choices.language.say("Download this table (.csv)")
    kind = "demo" if _cache.has_synthetic(choices.home, choices.version) else "phudien"
    st.download_button(label, content, f"{kind}_{name}_{choices.area}_{choices.period}.csv", "text/csv", key=name)
