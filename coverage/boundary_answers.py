"""What is told of a checked boundary layer as JSON: on the command line, and stored beside the layer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from geodata.boundaries import CheckedLayer
from geodata.boundary_closing import Flaw
from geodata.boundary_features import Feature
from geodata.boundary_quality import AreaCheck, AreaDifference, Crumb, Doubled, QualityReport
from geodata.boundary_repair import Repair


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


def read_quality(answer: dict[str, Any]) -> QualityReport:
    """
    Return the quality report that `of_quality` gave.

    Examples
    --------
    >>> from geodata.boundary_quality import AreaCheck
    >>> report = QualityReport(1, 1, 5, 2.0, (), True, 10.0, (), (), (), (), {"89": ("30469",)}, AreaCheck(0, None, ()))
    >>> read_quality(of_quality(report)) == report
    True
    """
    areas = answer["areas"]
    differences = [{key: value for key, value in found.items() if key != "share"} for found in areas["differences"]]
    simple = ("features", "communes", "vertices", "area_km2", "was_coverage", "sliver_m")
    return QualityReport(
        **{key: answer[key] for key in simple},
        repairs=tuple(Repair(**found) for found in answer["repairs"]),
        overlaps=tuple(Flaw(**found | {"codes": tuple(found["codes"])}) for found in answer["overlaps"]),
        gaps=tuple(Flaw(**found | {"codes": tuple(found["codes"])}) for found in answer["gaps"]),
        crumbs=tuple(Crumb(**found) for found in answer["crumbs"]),
        doubled=tuple(Doubled(**found | {"labels": tuple(found["labels"])}) for found in answer["doubled"]),
        missing={province: tuple(codes) for province, codes in answer["missing"].items()},
        areas=AreaCheck(
            areas["compared"], areas["median_share"], tuple(AreaDifference(**found) for found in differences)
        ),
    )


def read_features(answer: dict[str, Any]) -> tuple[Feature, ...]:
    """Return what each feature was recognised to be, as `of_layer` told it."""
    return tuple(
        Feature(**found | {"suggestions": tuple(found.get("suggestions", ()))}) for found in answer["features"]
    )


def _flaw(flaw: Flaw) -> dict[str, Any]:
    return asdict(flaw) | {"codes": list(flaw.codes)}
