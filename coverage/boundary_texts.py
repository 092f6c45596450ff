"""What is told of a checked boundary layer in sentences: the same on the page and on the command line."""

from __future__ import annotations

from decimal import Decimal

from geodata.boundaries import CheckedLayer
from geodata.boundary_closing import Flaw
from geodata.boundary_features import BY_CODE, BY_HAND, BY_LOCATION, BY_NAMES, LEFT_OUT, OUTSIDE, UNKNOWN
from geodata.boundary_quality import QualityReport
from geodata.errors import mark
from geodata.language import Language
from geodata.source_crs import IN_FILE, READ_AS_VN2000, STATED
from geodata.units import Units

HOW_NAMES = {
    BY_CODE: mark("by code"),
    BY_NAMES: mark("by names"),
    BY_LOCATION: mark("by location"),
    BY_HAND: mark("by hand"),
    UNKNOWN: mark("not recognised"),
    LEFT_OUT: mark("left out by hand"),
    OUTSIDE: mark("outside the provinces"),
}
CRS_SENTENCES = {
    IN_FILE: mark("Coordinate system: {crs}, as the file says."),
    STATED: mark("Coordinate system: {crs}, as you stated."),
    READ_AS_VN2000: mark(
        "Coordinate system: the file describes the projection of a VN-2000 zone without naming it; read as {crs}. If "
        "that is wrong, state another one."
    ),
}
SHOWN_FEATURES = 20
_SHOWN_NAMES = 10


def recognition_sentences(layer: CheckedLayer, language: Language) -> list[str]:
    """Return what was recognised and how, and the coordinate system."""
    say, counts = language.say, layer.recognition.counts
    parts = [f"{say(HOW_NAMES[how])}: {language.count(count)}" for how, count in counts.items() if count]
    return [
        say(
            "{communes} communes of the list of {day} in {features} features ({how}).",
            communes=language.count(len(layer.communes)),
            day=language.day(layer.units.list_date),
            features=language.count(len(layer.recognition.features)),
            how="; ".join(parts),
        ),
        say(CRS_SENTENCES[layer.source.how], crs=layer.source_crs),
    ]


def unmatched_text(layer: CheckedLayer, language: Language) -> str:
    """Return how many features were not recognised and the first of them: a file of the country may have thousands."""
    labels = layer.unmatched
    if not labels:
        return "0"
    rest = "; …" if len(labels) > SHOWN_FEATURES else ""
    return f"{language.count(len(labels))} ({'; '.join(labels[:SHOWN_FEATURES])}{rest})"


def quality_sentences(report: QualityReport, units: Units, language: Language) -> list[str]:
    """Return the quality report, a sentence for each thing that was looked for, found or not."""
    return [
        _of_rings(report, language),
        _of_flaws(report, language),
        *_of_open_flaws(report, units, language),
        *_of_crumbs(report, language),
        *_of_doubled(report, units, language),
        *_of_missing(report, units, language),
        _of_areas(report, units, language),
    ]


def flaw_text(flaw: Flaw, units: Units, language: Language) -> str:
    """Return one overlap or gap: between which communes, how large, where."""
    names = units.by_code["full_name"]
    between = ", ".join(f"{names.get(code, code)} ({code})" for code in flaw.codes)
    return language.say(
        "{between}: {area} m², up to {width} m wide, at {lat}, {lon}",
        between=between,
        area=decimal(flaw.area_m2, language, 1),
        width=decimal(flaw.width_m, language, 2),
        lat=f"{flaw.lat:.5f}",
        lon=f"{flaw.lon:.5f}",
    )


def decimal(number: float, language: Language, decimals: int) -> str:
    """Return a measured number as readers of a language write it."""
    return language.decimal(Decimal(repr(float(number))), decimals=decimals)


def _of_rings(report: QualityReport, language: Language) -> str:
    if not report.repairs:
        return language.say("Invalid rings: none.")
    listed = "; ".join(f"{found.label}: {found.reason} ({found.lat:.5f}, {found.lon:.5f})" for found in report.repairs)
    return language.say(
        "Invalid rings repaired without a noticeable change of area: {n} ({listed}).",
        n=len(report.repairs),
        listed=listed,
    )


def _of_flaws(report: QualityReport, language: Language) -> str:
    if report.was_coverage and not report.gaps:
        return language.say("Overlaps and gaps between communes: none; neighbours share their borders exactly.")
    return language.say(
        "{overlaps} overlaps ({overlap_m2} m²) and {gaps} gaps ({gap_m2} m²) between communes. Those up to {limit} m "
        "wide were closed: {closed} of them, {closed_m2} m². The outlines as drawn stay stored.",
        overlaps=language.count(len(report.overlaps)),
        overlap_m2=decimal(sum(flaw.area_m2 for flaw in report.overlaps), language, 1),
        gaps=language.count(len(report.gaps)),
        gap_m2=decimal(sum(flaw.area_m2 for flaw in report.gaps), language, 1),
        limit=decimal(report.sliver_m, language, 0 if report.sliver_m == int(report.sliver_m) else 1),
        closed=language.count(sum(flaw.is_closed for flaw in (*report.overlaps, *report.gaps))),
        closed_m2=decimal(report.closed_m2, language, 1),
    )


def _of_open_flaws(report: QualityReport, units: Units, language: Language) -> list[str]:
    overlaps = [flaw for flaw in report.overlaps if not flaw.is_closed]
    gaps = [flaw for flaw in report.gaps if not flaw.is_closed]
    sentences = []
    for flaws, sentence in (
        (overlaps, mark("Overlaps too wide to be closed, kept as drawn: {n} ({listed}).")),
        (gaps, mark("Gaps too wide to be closed (they may be water, or a commune that is missing): {n} ({listed}).")),
    ):
        if flaws:
            shown = "; ".join(flaw_text(flaw, units, language) for flaw in flaws[:_SHOWN_NAMES])
            rest = " …" if len(flaws) > _SHOWN_NAMES else ""
            sentences.append(language.say(sentence, n=language.count(len(flaws)), listed=shown + rest))
    return sentences


def _of_crumbs(report: QualityReport, language: Language) -> list[str]:
    if not report.crumbs:
        return []
    total = decimal(sum(crumb.area_m2 for crumb in report.crumbs), language, 1)
    return [
        language.say(
            "Parts of communes narrower than that, apart from the rest: {n} ({area} m²); they were kept.",
            n=language.count(len(report.crumbs)),
            area=total,
        )
    ]


def _of_doubled(report: QualityReport, units: Units, language: Language) -> list[str]:
    names = units.by_code["full_name"]
    return [
        language.say(
            "{commune} is drawn more than once ({features}), with {area} m² in common; its outline is all of them "
            "together.",
            commune=f"{names[found.code]} ({found.code})",
            features="; ".join(found.labels),
            area=decimal(found.overlap_m2, language, 0),
        )
        for found in report.doubled
    ]


def _of_missing(report: QualityReport, units: Units, language: Language) -> list[str]:
    names = units.by_code["full_name"]
    sentences = []
    for province, codes in report.missing.items():
        rest = " …" if len(codes) > _SHOWN_NAMES else ""
        sentences.append(
            language.say(
                "{province}: {n} communes are not in the file ({listed}).",
                province=names[province],
                n=language.count(len(codes)),
                listed=", ".join(names[code] for code in codes[:_SHOWN_NAMES]) + rest,
            )
        )
    return sentences or [language.say("No commune of the provinces in the file is missing.")]


def _of_areas(report: QualityReport, units: Units, language: Language) -> str:
    areas, names = report.areas, units.by_code["full_name"]
    if areas.median_share is None:
        return language.say("Official areas are not known for these communes; areas were not compared.")
    listed = "; ".join(
        language.say(
            "{commune}: {area} km² for {official}",
            commune=names[found.code],
            area=decimal(found.area_km2, language, 2),
            official=decimal(found.official_km2, language, 2),
        )
        for found in areas.differences[:_SHOWN_NAMES]
    )
    rest = " …" if len(areas.differences) > _SHOWN_NAMES else ""
    return language.say(
        "Areas of {n} communes compared with official ones: median difference {median}; more than 5% off: {beyond} "
        "({listed}).",
        n=language.count(areas.compared),
        median=language.share(Decimal(repr(areas.median_share)), decimals=2),
        beyond=language.count(len(areas.differences)),
        listed=listed + rest or "–",
    )
