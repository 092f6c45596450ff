"""The province report as the office signs it: a Word document in the layout of Decree 30/2020/NĐ-CP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from geodata.language import Language
from geodata.lineage import ESTIMATED_NOTE
from geodata.report_data import ProvinceReport
from loaders.reports import map_image, plan_tables
from loaders.reports import official_sentences as sentences
from loaders.reports import official_tables as tables
from loaders.reports.listing import CENTRE, Listing
from loaders.reports.official_tables import FIRST_ROWS
from loaders.reports.word_document import TRANSLATION_NOTE, WordDocument

_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_LETTERHEAD_LEFT_MM: Final = 69.0
_SIGNATURE_LEFT_MM: Final = 85.0
_BLANK_LINES_TO_SIGN: Final = 4
_MAPPED: Final = "direct_share"
_MAP_HEIGHT_MM: Final = 110.0


def write_official_document(report: ProvinceReport) -> bytes:
    """
    Return the report as a .docx file for the office to complete and sign.

    The number, the place, the day, proposals and the signer's name are left blank. Sections are Word headings, tables
    repeat their header on every page, long tables stand in appendices whose pages are numbered anew. In English it is a
    translation and says so. The same report gives the same bytes.
    """
    return _OfficialDocument(report).written()


@dataclass
class _OfficialDocument:
    """A report while it is laid out."""

    report: ProvinceReport
    document: WordDocument = field(init=False)
    language: Language = field(init=False)
    _sections: int = field(default=0, init=False)
    _appendices: list[Listing] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.language = self.report.language
        self.document = WordDocument(self.language)

    def written(self) -> bytes:
        say, report = self.language.say, self.report
        self._write_letterhead()
        self._write_title()
        self._write_opening()
        self._appendices.append(tables.communes_of(report))
        self._write_assessment()
        self._write_progress()
        self._write_remaining()
        self._write_programme()
        self._write_works()
        self._write_unit_changes()
        self._write_quality()
        self._write_proposals()
        self._write_signature()
        self._write_stamp()
        self._write_appendices()
        title = say("Rural electrification report")
        return self.document.save(
            title=f"{title}: {report.province_name}, {self.language.period(report.period)}",
            subject=say("Data version {version}.", version=report.data_version),
            made_on=report.data_date,
            stamp=report.stamp(),
        )

    # ---- the head

    def _write_letterhead(self) -> None:
        say, document = self.language.say, self.document
        if self.language.code != "vi":
            document.paragraph(say(TRANSLATION_NOTE), "table_note", align=CENTRE)
        left, right = document.frame(_LETTERHEAD_LEFT_MM)
        right_mm = document.width_mm - _LETTERHEAD_LEFT_MM
        left_mm = _LETTERHEAD_LEFT_MM
        document.write_in(left, say("SOUTHERN POWER CORPORATION"), "parent_organisation", width_mm=left_mm)
        document.write_in(left, self._issuer_in_capitals(), "organisation", width_mm=left_mm)
        document.write_in(right, say("SOCIALIST REPUBLIC OF VIETNAM"), "country", width_mm=right_mm)
        document.write_in(right, say("Independence - Freedom - Happiness"), "motto", width_mm=right_mm)
        document.write_in(left, say("No.: ……… /BC-………"), "number")
        document.write_in(right, say("………………, date …… month …… year ………"), "place_and_date")
        document.paragraph("", "table_note")

    def _issuer_in_capitals(self) -> str:
        return self.language.say("{province} POWER COMPANY", province=sentences.short_name(self.report).upper())

    def _issuer(self) -> str:
        return sentences.issuer_name(self.report)

    def _write_title(self) -> None:
        say, document, report = self.language.say, self.document, self.report
        document.paragraph(say("REPORT"), "title")
        subject = say(
            "Rural electrification of {province} in {period}",
            province=sentences.province_in_text(report),
            period=sentences.period_in_text(report),
        )
        document.lined(subject, "subject")
        if report.is_synthetic:
            warning = document.paragraph("", "table_note", align=CENTRE)
            warning.add_run(say("Synthetic demonstration data, not real figures.")).bold = True

    def _write_opening(self) -> None:
        say, document, report = self.language.say, self.document, self.report
        document.paragraph("", "table_note")
        decisions = [decision.strip().rstrip(".;") for decision in report.decisions] or ["………………………………"]
        for decision in decisions[:-1]:
            document.paragraph(say("Pursuant to {decision};", decision=decision), "basis")
        document.paragraph(say("Pursuant to {decision}.", decision=decisions[-1]), "basis")
        opening = say(
            "{issuer} reports on rural electrification in {province}, figures as at {day}, as follows:",
            issuer=self._issuer(),
            province=sentences.province_in_text(report),
            day=self.language.day(report.period.last_day),
        )
        document.paragraph(opening)

    # ---- the body

    def _begin(self, title: str) -> None:
        self._sections += 1
        self.document.paragraph(f"{_ROMAN[self._sections - 1]}. {title}", "section")

    def _write_assessment(self) -> None:
        say, document, report = self.language.say, self.document, self.report
        self._begin(say("GENERAL ASSESSMENT"))
        told = report.assessment or [f"- {sentences.figure_sentence(f, self.language)}" for f in report.figures]
        for paragraph in told:
            document.paragraph(paragraph)
        self._put(tables.figures_of(report), is_titled=True)
        document.paragraph(say("pp: percentage points. Blank: not reported, never the same as 0."), "table_note")
        self._write_map()

    def _write_map(self) -> None:
        """Write the map of direct sale, where the report has outlines."""
        report, document = self.report, self.document
        if not map_image.can_draw(report, _MAPPED):
            return
        title = next(found.title for found in report.maps if found.indicator == _MAPPED)
        ratio = _MAP_HEIGHT_MM / document.width_mm
        width_pt = document.width_mm * 72 / 25.4
        picture = map_image.draw_map(report, measure=_MAPPED, width_pt=width_pt, height_pt=width_pt * ratio)
        caption = self.language.say("Map: {title}, {day}", title=title, day=self.language.day(report.period.last_day))
        document.picture(picture, width_mm=document.width_mm, description=caption)
        document.paragraph(caption, "table_note", align=CENTRE)

    def _write_progress(self) -> None:
        say, report = self.language.say, self.report
        self._begin(say("PROGRESS AGAINST THE TARGETS"))
        for figure in report.figures:
            if about_target := sentences.target_sentence(figure, self.language):
                self.document.paragraph(f"- {figure.title}. {about_target}")
        if report.progress.empty:
            self.document.paragraph(say("No target is set for the parts of the province."))
        else:
            self._put(tables.progress_of(report), is_titled=True)

    def _write_remaining(self) -> None:
        say, document, report = self.language.say, self.document, self.report
        self._begin(say("WHAT REMAINS"))
        document.paragraph(sentences.remaining_sentence(report))
        titled = (
            (say("Households behind master meters, by organisation"), report.organisations, tables.organisations_of),
            (say("Households behind master meters, by commune"), report.bulk_communes, tables.bulk_communes_of),
            (say("Hamlets without the grid"), report.hamlets, tables.hamlets_of),
        )
        for number, (title, rows, listing_of) in enumerate(titled, start=1):
            document.paragraph(f"{number}. {title}", "subsection")
            if rows.empty:
                document.paragraph(say("None."))
            else:
                self._put(listing_of(report))
            if rows is report.bulk_communes and not rows.empty and rows["is_estimated"].any():
                document.paragraph(say(ESTIMATED_NOTE), "table_note")

    def _write_programme(self) -> None:
        """Write the chapter of the approved programme, where one covers the province."""
        say, document, chapter = self.language.say, self.document, self.report.plan
        if chapter is None:
            return
        self._begin(say("PLANNING PROGRAMME"))
        for sentence in chapter.sentences:
            document.paragraph(sentence)
        self._put(plan_tables.years_of(chapter, self.language), is_titled=True)
        if chapter.rows.empty:
            document.paragraph(say("The approved programme does nothing in the province."))
        else:
            self._put(plan_tables.rows_of(chapter, self.language), is_titled=True)

    def _write_works(self) -> None:
        say, report = self.language.say, self.report
        if report.works.columns.empty:  # not among what the report holds
            return
        self._begin(say("WORKS OF PROGRAMME 2081"))
        if report.works.empty:
            self.document.paragraph(say("No work is recorded for the province."))
        else:
            self._put(tables.works_of(report))

    def _write_unit_changes(self) -> None:
        say, document, report = self.language.say, self.document, self.report
        self._begin(say("CHANGES OF UNITS"))
        for sentence in report.unit_events:
            document.paragraph(f"- {sentence}")
        if not report.unit_events and report.unit_changes.empty:
            document.paragraph(say("The communes of the province did not change."))
        elif not report.unit_events:
            days = sorted(pd.to_datetime(report.unit_changes["valid_date"]).dt.date.unique())
            named = ", ".join(self.language.day(day) for day in days)
            document.paragraph(say("Communes of the province changed on {days}.", days=named))

    def _write_quality(self) -> None:
        say, document, report = self.language.say, self.document, self.report
        self._begin(say("QUALITY OF THE DATA"))
        for sentence in sentences.quality_sentences(report):
            document.paragraph(f"- {sentence}")
        if not report.findings.empty:
            self._appendices.append(tables.findings_of(report))
        if not report.uploads.empty:
            self._appendices.append(tables.uploads_of(report))

    def _write_proposals(self) -> None:
        say, document = self.language.say, self.document
        self._begin(say("PROPOSALS"))
        document.paragraph(say("[The office writes its proposals here.]"))
        document.paragraph(
            say(
                "This is the report on rural electrification in {province}, {period}. {issuer} respectfully reports./.",
                province=sentences.province_in_text(self.report),
                period=sentences.period_in_text(self.report),
                issuer=self._issuer(),
            ),
            keep=True,  # a signature does not stand on a page without text
        )

    def _put(self, listing: Listing, *, is_titled: bool = False) -> None:
        """Write a table, or the first rows of a long one, which then stands in an appendix; its title where asked."""
        say, document = self.language.say, self.document
        if is_titled:
            document.paragraph(listing.title, "table_note", align=CENTRE, keep=True)
        if not listing.is_long:
            document.table(listing.columns, listing.rows)
        else:
            self._appendices.append(listing)
            document.table(listing.columns, listing.rows[:FIRST_ROWS])
            note = say(
                "The first {shown} of {all} rows; all of them in Appendix {appendix}.",
                shown=FIRST_ROWS,
                all=len(listing.rows),
                appendix=_ROMAN[len(self._appendices) - 1],
            )
            document.paragraph(note, "table_note")
        document.paragraph("", "table_note")

    # ---- the end

    def _write_signature(self) -> None:
        say, document = self.language.say, self.document
        left, right = document.frame(_SIGNATURE_LEFT_MM)
        document.write_in(left, say("Recipients:"), "recipients_word")
        recipients = (
            say("- Southern Power Corporation (to report);"),
            say(
                "- Department of Industry and Trade, {province} (for information);",
                province=sentences.province_in_text(self.report),
            ),
            say("- Filed: records, planning."),
        )
        for recipient in recipients:
            document.write_in(left, recipient, "recipient")
        document.write_in(right, say("DIRECTOR"), "position")
        for _ in range(_BLANK_LINES_TO_SIGN):
            document.write_in(right, " ", "signer")
        document.write_in(right, "…………………………", "signer")

    def _write_stamp(self) -> None:
        report = self.report
        document = self.document
        document.paragraph("", "stamp")
        document.paragraph(
            self.language.say(
                "Phủ Điện: data version {version}, {day}; units of {units}; fingerprint {fingerprint}.",
                version=report.data_version,
                day=self.language.day(report.data_date),
                units=self.language.day(report.unit_list_date),
                fingerprint=report.fingerprint,
            ),
            "stamp",
        )

    def _write_appendices(self) -> None:
        say, document = self.language.say, self.document
        for number, listing in enumerate(self._appendices):
            document.begin_section(landscape=listing.is_wide)
            document.paragraph(say("Appendix {number}", number=_ROMAN[number]), "appendix")
            document.paragraph(listing.title, "appendix_title")
            belongs_to = say(
                "(Attached to report No. ……/BC-…… of date …… month …… year …… of {issuer})", issuer=self._issuer()
            )
            document.paragraph(belongs_to, "appendix_of")
            document.paragraph("", "table_note")
            document.table(listing.columns, listing.rows, part="appendix_table")
            if listing.note:
                document.paragraph(listing.note, "table_note")
