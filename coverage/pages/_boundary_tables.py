"""Tables of boundary layers: those that are kept, how features were recognised, what the quality report lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd
import streamlit as st

from coverage.boundary_layers import LEAVE_OUT
from coverage.boundary_texts import HOW_NAMES, decimal
from coverage.pages import _cache
from geodata.boundary_closing import Flaw
from geodata.boundary_features import BY_HAND, LEFT_OUT, REASONS, Feature
from geodata.boundary_quality import QualityReport
from geodata.language import Language
from geodata.units import Units
from loaders.store.layers import LayerRecord


def layers(records: Sequence[LayerRecord], units: Units, language: Language) -> pd.DataFrame:
    """Return the layers that count, and the approximate one that is shipped."""
    say = language.say
    rows = [
        {
            say("Layer"): record.file_name,
            say("Unit list of"): language.day(date.fromisoformat(record.unit_list_date)),
            say("Communes"): language.count(record.units_matched),
            say("CRS of the file"): record.source_crs,
            say("Added by"): record.created_by,
            say("Added at"): language.moment(_cache.local_time(record.created_at)),
        }
        for record in records
    ]
    shipped = {
        say("Layer"): say("Approximate boundaries (shipped)"),
        say("Unit list of"): language.day(units.list_date),
        say("Communes"): language.count(len(units.communes)),
        say("CRS of the file"): "EPSG:4326",
        say("Added by"): "–",
        say("Added at"): "–",
    }
    return pd.DataFrame([*rows, shipped])


def mapping(features: Sequence[Feature], units: Units, options: Mapping[str, str], language: Language) -> pd.DataFrame:
    """Return the features to be assigned by hand, with why they are open and what they may be."""
    say, names = language.say, units.by_code["full_name"]
    return pd.DataFrame(
        {
            say("Feature"): [feature.label for feature in features],
            say("Why"): [say(REASONS[feature.reason] or HOW_NAMES[feature.how]) for feature in features],
            say("May be"): [
                ", ".join(f"{names[code]} ({code})" for code in feature.suggestions) for feature in features
            ],
            say("Commune"): [_chosen(feature, options) for feature in features],
        }
    )


def _chosen(feature: Feature, options: Mapping[str, str]) -> str | None:
    if feature.how == BY_HAND and feature.code:
        return options.get(feature.code)
    return options[LEAVE_OUT] if feature.how == LEFT_OUT else None


def show_features(features: Sequence[Feature], units: Units, language: Language) -> None:
    """Show how each feature was recognised, the least sure first."""
    say, names = language.say, units.by_code["full_name"]
    ordered = sorted(features, key=lambda feature: feature.confidence)
    table = pd.DataFrame(
        {
            say("Feature"): [feature.label for feature in ordered],
            say("Commune"): [
                f"{names.get(feature.code, '')} ({feature.code})" if feature.code else "–" for feature in ordered
            ],
            say("Recognised"): [say(HOW_NAMES[feature.how]) for feature in ordered],
            say("Confidence"): [
                decimal(feature.confidence, language, 2) if feature.code else "–" for feature in ordered
            ],
            say("Under its former name"): [feature.former_name for feature in ordered],
        }
    )
    with st.expander(say("How each feature was recognised")):
        st.dataframe(table, width="stretch", hide_index=True)


def show_quality(report: QualityReport, units: Units, language: Language) -> None:
    """Show overlaps, gaps and differences of area as tables, where there are any."""
    say = language.say
    flaws = [(say("overlap"), flaw) for flaw in report.overlaps] + [(say("gap"), flaw) for flaw in report.gaps]
    if flaws:
        with st.expander(say("Overlaps and gaps, the largest first")):
            flaws.sort(key=lambda found: -found[1].area_m2)
            st.dataframe(_flaw_table(flaws, units, language), width="stretch", hide_index=True)
    if report.areas.differences:
        with st.expander(say("Areas that differ from the official ones by more than 5%")):
            st.dataframe(_area_table(report, units, language), width="stretch", hide_index=True)


def _flaw_table(flaws: Sequence[tuple[str, Flaw]], units: Units, language: Language) -> pd.DataFrame:
    say, names = language.say, units.by_code["full_name"]
    return pd.DataFrame(
        {
            say("Kind"): [kind for kind, _ in flaws],
            say("Between"): [", ".join(f"{names.get(c, c)} ({c})" for c in flaw.codes) for _, flaw in flaws],
            say("Area (m²)"): [decimal(flaw.area_m2, language, 1) for _, flaw in flaws],
            say("Width (m)"): [decimal(flaw.width_m, language, 2) for _, flaw in flaws],
            say("Latitude, longitude"): [f"{flaw.lat:.5f}, {flaw.lon:.5f}" for _, flaw in flaws],
            say("Closed"): [say("yes") if flaw.is_closed else say("no") for _, flaw in flaws],
        }
    )


def _area_table(report: QualityReport, units: Units, language: Language) -> pd.DataFrame:
    say, names, found = language.say, units.by_code["full_name"], report.areas.differences
    return pd.DataFrame(
        {
            say("Commune"): [f"{names.get(row.code, '')} ({row.code})" for row in found],
            say("Measured (km²)"): [decimal(row.area_km2, language, 2) for row in found],
            say("Official (km²)"): [decimal(row.official_km2, language, 2) for row in found],
            say("Difference (%)"): [decimal(100 * row.share, language, 1) for row in found],
            say("Source"): [say(row.source) for row in found],
        }
    )
