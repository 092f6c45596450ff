"""What is told of a checked boundary layer as JSON: on the command line, and stored beside the layer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from geodata.boundaries import CheckedLayer
from geodata.boundary_closing import Flaw
from geodata.boundary_quality import QualityReport
from geodata.boundary_recognition import Feature


def of_layer(layer: CheckedLayer) -> dict[str, Any]:
    """Return how each feature was recognised, and the quality report; codes are those of the list of that day."""
    return {
        "unit_list": layer.units.list_date.isoformat(),
        "source_crs": layer.source_crs,
        "crs_from": layer.source.how,
        "units_matched": len(layer.communes),
        "unmatched": list(layer.unmatched),
        "recognised": layer.recognition.counts,
        "features": [of_feature(feature) for feature in layer.recognition.features],
        "quality": of_quality(layer.quality),
    }


def of_feature(feature: Feature) -> dict[str, Any]:
    """Return what one feature was recognised to be, without what does not apply to it."""
    answer = asdict(feature) | {"suggestions": list(feature.suggestions)}
    return {key: value for key, value in answer.items() if value not in ("", None, [])}


def of_quality(report: QualityReport) -> dict[str, Any]:
    """Return a quality report; areas in m² or km² as named, places in degrees of WGS 84."""
    areas = report.areas
    return {
        "features": report.features,
        "communes": report.communes,
        "vertices": report.vertices,
        "area_km2": report.area_km2,
        "was_coverage": report.was_coverage,
        "sliver_m": report.sliver_m,
        "closed_m2": report.closed_m2,
        "repairs": [asdict(repair) for repair in report.repairs],
        "overlaps": [_flaw(flaw) for flaw in report.overlaps],
        "gaps": [_flaw(flaw) for flaw in report.gaps],
        "crumbs": [asdict(crumb) for crumb in report.crumbs],
        "doubled": [asdict(doubled) | {"labels": list(doubled.labels)} for doubled in report.doubled],
        "missing": {province: list(codes) for province, codes in report.missing.items()},
        "areas": {
            "compared": areas.compared,
            "median_share": areas.median_share,
            "differences": [asdict(found) | {"share": round(found.share, 4)} for found in areas.differences],
        },
    }


def _flaw(flaw: Flaw) -> dict[str, Any]:
    return asdict(flaw) | {"codes": list(flaw.codes)}
