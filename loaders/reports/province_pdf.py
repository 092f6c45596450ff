"""The province report as a .pdf: set by typst with fonts of our own, archivable, its figures attached as a table."""

from __future__ import annotations

import json
from typing import Any

from geodata.report_data import ProvinceReport
from loaders.reports.font_letters import printable
from loaders.reports.pdf_sections import ATTACHMENT_NAME, sections_of
from loaders.reports.pdf_summary import cover_of, moment_of, summary_of
from loaders.reports.typesetting import typeset_pdf

_TEMPLATE = "province_report.typ"


def write_province_pdf(report: ProvinceReport) -> bytes:
    """
    Return the report as a .pdf file (PDF/A-3a, A4).

    Texts can be selected and searched, headings are bookmarks, tables repeat their header on every page; the document's
    keywords hold the report's stamp, and `ATTACHMENT_NAME` every count that it rests on. The same report gives the same
    bytes.
    """
    return typeset_pdf(_TEMPLATE, {"report": json.dumps(_data_of(report))}, moment=moment_of(report))


def _data_of(report: ProvinceReport) -> Any:
    """Return what the template reads: every text as it is shown."""
    say, language = report.language.say, report.language
    place = f"{report.province_name}, {language.period(report.period)}"
    footer = say(
        "Phủ Điện · data version {version} · fingerprint {start}…",
        version=report.data_version,
        start=report.fingerprint[:16],
    )
    data = {
        "language": language.code,
        "title": say("Rural electrification report") + f": {place}",
        "author": "Phủ Điện",
        "description": say("Data version {version}.", version=report.data_version),
        "keywords": [f"{key}={value}" for key, value in report.stamp().items()],
        "warning": say("Synthetic demonstration data, not real figures.") if report.is_synthetic else "",
        "header": place,
        "footer": footer,
        "attachment": {
            "name": ATTACHMENT_NAME,
            "content": report.figure_table().to_csv(index=False, lineterminator="\n"),
            "description": say("Every count that the report rests on"),
        },
        "cover": cover_of(report),
        "summary": summary_of(report),
        "sections": [section.as_data() for section in sections_of(report)],
        "signatures": {
            "place": say("………………, date …… month …… year ………"),
            "roles": [say("Prepared by"), say("Checked by"), say("DIRECTOR")],
            "hint": say("(signature, full name)"),
        },
    }
    return printable(data)
