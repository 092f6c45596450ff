"""The sections of the .pdf report behind its summary: assessment, tables, what remains, quality, sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

import pandas as pd

from geodata.language import Language
from geodata.lineage import BASIS_NAMES, ESTIMATED_NOTE, EXACT
from geodata.periods import Period
from geodata.report_data import ProvinceReport
from loaders.reports import official_sentences as sentences
from loaders.reports import official_tables as tables
from loaders.reports import plan_tables
from loaders.reports.listing import CENTRE, LEFT, Column, Listing
from loaders.reports.map_image import can_draw, draw_map, fitting_height
from loaders.reports.pdf_blocks import Block, Section, TableRow, bullets, listing, paragraph, picture, table
from loaders.reports.pdf_summary import sells_directly
from loaders.reports.pdf_tables import commune_table, district_table

ATTACHMENT_NAME: Final = "phudien_figures.csv"
"""Name of the attached table of all counts."""

_MAP_WIDTH, _HIGHEST_MAP = 470.0, 300.0


def sections_of(report: ProvinceReport) -> list[Section]:
    """Return the sections in their order."""
    return [
        _assessment(report),
        *_figures(report),
        _progress(report),
        *_remaining(report),
        *_programme(report),
        _works(report),
        _unit_changes(report),
        *_quality(report),
        *_sources(report),
    ]


def _assessment(report: ProvinceReport) -> Section:
    """The paragraphs of the report, then each figure against its target."""
    say, language = report.language.say, report.language
    blocks = [paragraph(text) for text in report.assessment]
    found = []
    for figure in report.figures:
        about_target = sentences.target_sentence(figure, language)
        if about_target or not report.assessment:
            found.append(f"{sentences.figure_sentence(figure, language)} {about_target}".strip())
    if found:
        blocks.append(bullets(found))
    return Section(say("Assessment"), blocks or [paragraph(say("No figure was reported."))])


def _figures(report: ProvinceReport) -> list[Section]:
    say = report.language.say
    blank = say("Blank: not reported, or a share whose parts contradict each other; never the same as 0.")
    estimated = [say(ESTIMATED_NOTE)] if (report.basis != EXACT).any() else []
    by_commune = Section(say("Figures by commune"), [commune_table(report, [blank, *estimated])])
    if not report.has_districts:
        return [by_commune]
    return [Section(say("Figures by district"), [district_table(report, [blank])]), by_commune]


def _progress(report: ProvinceReport) -> Section:
    say = report.language.say
    title = say("Progress against the targets")
    if report.progress.empty:
        return Section(title, [paragraph(say("No target is set for the parts of the province."))])
    found = tables.progress_of(report)
    indicators = ", ".join(dict.fromkeys(str(name) for name in report.progress["indicator"]))
    explained = say(
        "Gap: households above what the target allows; 0 or less where it is reached. The status compares the "
        "households still lacking with a straight path to the target, and the pace with what the path needs; the rule "
        "is an assumption of Phủ Điện, stated in its methods."
    )
    return Section(
        title,
        [
            paragraph(say("Indicator: {indicators}.", indicators=indicators)),
            listing(found, report.language, notes=[explained]),
        ],
    )


def _remaining(report: ProvinceReport) -> list[Section]:
    say, language = report.language.say, report.language
    is_estimated = not report.bulk_communes.empty and bool(report.bulk_communes["is_estimated"].any())
    difference = say("Difference: households by the commune's return less those by the records of the master meters.")
    by_organisation = _listing_or(
        report.organisations, tables.organisations_of, report, say("No organisation buys in bulk any more.")
    )
    by_commune = _listing_or(
        report.bulk_communes,
        tables.bulk_communes_of,
        report,
        say("No commune has households behind a master meter."),
        notes=[difference, *([say(ESTIMATED_NOTE)] if is_estimated else [])],
    )
    return [
        Section(say("What remains"), [paragraph(sentences.remaining_sentence(report))]),
        Section(say("Households behind master meters, by organisation"), by_organisation, 2),
        Section(say("Households behind master meters, by commune"), by_commune, 2),
        Section(say("Hamlets without the grid"), [*_hamlets(report), *_map_of_unserved(report, language)], 2),
    ]


def _hamlets(report: ProvinceReport) -> list[Block]:
    """Return the hamlets one by one, the most households first; by commune where they are not told one by one."""
    say, language = report.language.say, report.language
    none = say("No hamlet is recorded as without the grid.")
    if report.unserved_hamlets.empty:
        return _listing_or(report.hamlets, tables.hamlets_of, report, none)
    order = ["households_without_grid", "hamlet_code"]
    found = report.unserved_hamlets.sort_values(order, ascending=[False, True])
    rows = []
    for number, hamlet in enumerate(found.to_dict("records"), start=1):
        places = [
            hamlet["hamlet_name"],
            hamlet["commune_name"],
            *([hamlet["district_name"]] if report.has_districts else []),
        ]
        distance = hamlet["grid_distance_km"]
        far = "" if pd.isna(distance) else language.decimal(Decimal(str(distance)), decimals=1)
        households = language.count(int(hamlet["households_without_grid"]))
        rows.append(TableRow((str(number), *(str(place) for place in places), households, far)))
    columns = (
        Column(say("No."), 6, CENTRE),
        Column(say("Hamlet"), 32, LEFT),
        Column(say("Commune"), 26, LEFT),
        *((Column(say("District"), 26, LEFT),) if report.has_districts else ()),
        Column(say("Households without the grid"), 16),
        Column(say("Distance to the grid (km)"), 16),
    )
    return [table(columns, rows)]


def _listing_or(
    rows: pd.DataFrame,
    make: Callable[[ProvinceReport], Listing],
    report: ProvinceReport,
    none: str,
    notes: Sequence[str] = (),
) -> list[Block]:
    """Return a table with its notes, or the sentence that there is nothing to list."""
    return [paragraph(none)] if rows.empty else [listing(make(report), report.language, notes=notes)]


def _map_of_unserved(report: ProvinceReport, language: Language) -> list[Block]:
    """Return the map of who is still to be connected; where it stands in the summary, or nobody is, none."""
    nobody = any(f.name == "households_to_connect" and f.numerator == 0 for f in report.figures)
    if nobody or sells_directly(report) or not can_draw(report, "households_to_connect"):
        return []
    height = fitting_height(report, _MAP_WIDTH, most_pt=_HIGHEST_MAP)
    svg = draw_map(report, measure="households_to_connect", form="svg", width_pt=_MAP_WIDTH, height_pt=height)
    alt = language.say("Map of the communes by households still to connect to the grid")
    return [picture(svg, width_pt=_MAP_WIDTH, alt=alt)]


def _programme(report: ProvinceReport) -> list[Section]:
    """The approved programme, where one covers the province."""
    chapter, say, language = report.plan, report.language.say, report.language
    if chapter is None:
        return []
    told = [paragraph(sentence) for sentence in chapter.sentences]
    by_year = listing(plan_tables.years_of(chapter, language), language)
    if chapter.rows.empty:
        every = paragraph(say("The approved programme does nothing in the province."))
    else:
        every = listing(plan_tables.rows_of(chapter, language), language)
    return [Section(say("Planning programme"), [*told, by_year, every])]


def _works(report: ProvinceReport) -> Section:
    say = report.language.say
    none = say("No work is recorded for the province.")
    return Section(say("Works of Programme 2081"), _listing_or(report.works, tables.works_of, report, none))


def _unit_changes(report: ProvinceReport) -> Section:
    say, language = report.language.say, report.language
    first = language.period(_first_period(report))
    if not report.unit_events:
        sentence = say("The communes of the province have not changed since {period}.", period=first)
        return Section(say("Changes of units"), [paragraph(sentence)])
    since = paragraph(say("What happened to the communes of the province since {period}:", period=first))
    return Section(say("Changes of units"), [since, bullets(report.unit_events)])


def _first_period(report: ProvinceReport) -> Period:
    return Period.parse(str(report.history.index[0])) if len(report.history) else report.period


def _quality(report: ProvinceReport) -> list[Section]:
    say = report.language.say
    return [
        Section(say("Quality of the data, and what is missing"), [bullets(_quality_sentences(report))]),
        Section(say("What the consistency checks found"), _findings(report), 2),
    ]


def _quality_sentences(report: ProvinceReport) -> list[str]:
    say, language = report.language.say, report.language
    missing = report.communes_missing
    found = [
        say("All {n} communes reported.", n=len(report.communes))
        if not missing
        else say(
            "{n} of {all} communes did not report: {names}.",
            n=len(missing),
            all=len(report.communes),
            names="; ".join(missing),
        )
    ]
    if report.is_restated:
        counts = report.basis.value_counts()
        kinds = "; ".join(
            f"{language.count(int(counts[b]))}: {say(name)}" for b, name in BASIS_NAMES.items() if counts.get(b)
        )
        found.append(
            say(
                "Told in the units of {day}; reported in those of {reported}. Communes by what they rest on: {kinds}.",
                day=language.day(report.unit_list_date),
                reported=", ".join(language.day(day) for day in report.reported_in),
                kinds=kinds,
            )
        )
    if report.partly_reported:
        names = "; ".join(str(report.communes["commune_name"][code]) for code in report.partly_reported)
        found.append(say("Of these communes some parts did not report: {names}.", names=names))
    if report.unplaced:
        found.append(say("In no sum, having no place in these units: {names}.", names="; ".join(report.unplaced)))
    if report.is_synthetic:
        found.append(
            say(
                "Synthetic demonstration data: the company totals agree with what EVNSPC published for 30 June 2021; "
                "everything below them is assumed."
            )
        )
    return found


def _findings(report: ProvinceReport) -> list[Block]:
    say = report.language.say
    if report.findings.columns.empty:
        return [paragraph(say("The consistency checks were not run for this report."))]
    if report.findings.empty:
        return [paragraph(say("The consistency checks found no contradiction."))]
    explained = int((report.findings["reason"].fillna("").astype("str") != "").sum())
    summed = say("{n} findings, {explained} of them explained.", n=len(report.findings), explained=explained)
    return [paragraph(summed), listing(tables.findings_of(report), report.language)]


def _sources(report: ProvinceReport) -> list[Section]:
    say, language = report.language.say, report.language
    about = [
        say(
            "The figures rest on data version {version} of {day}, in the units of {units}.",
            version=report.data_version,
            day=language.day(report.data_date),
            units=language.day(report.unit_list_date),
        ),
        say(
            "Every count that they rest on is in the table {name}, attached to this file. Its fingerprint (SHA-256 of "
            "province, quarter, unit list and that table) is {fingerprint}.",
            name=ATTACHMENT_NAME,
            fingerprint=report.fingerprint,
        ),
    ]
    uploads = _listing_or(report.uploads, tables.uploads_of, report, say("No upload is recorded for these figures."))
    return [
        Section(say("Sources and definitions"), [bullets(about)]),
        Section(say("Uploads that the figures come from"), uploads, 2),
        Section(say("Definitions"), _definitions(report), 2),
    ]


def _definitions(report: ProvinceReport) -> list[Block]:
    say = report.language.say
    letters = say(
        "N households in all, T with grid power, D on direct sale, B behind a master meter, S on a shared "
        "meter, O off-grid source only, U without power. T = D + B + S, N = T + O + U."
    )
    columns = (
        Column(say("Indicator"), 40, LEFT),
        Column(say("Formula"), 30, LEFT),
        Column(say("Source"), 45, LEFT),
    )
    rows = [TableRow((one.title, one.formula, one.source)) for one in report.indicators]
    return [table(columns, rows, notes=[letters])]
