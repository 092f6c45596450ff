"""A Word document in the official layout: its styles, sections, page numbers, tables, properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from geodata.errors import mark
from geodata.language import Language
from loaders.reports.fixed_package import with_fixed_times
from loaders.reports.listing import CENTRE, LEFT, RIGHT, Column, Row
from loaders.reports.official_layout import Lettering, OfficialLayout, official_layout
from loaders.workbook.parts import legal_text, xml_text

_BOTH: Final = "both"
_ALIGNED: Final = {
    LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    CENTRE: WD_ALIGN_PARAGRAPH.CENTER,
    RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
    _BOTH: WD_ALIGN_PARAGRAPH.JUSTIFY,
}
_LOCALES: Final = {"vi": "vi-VN", "en": "en-GB"}
_TWIPS_PER_MM: Final = 1440 / 25.4
_CELL_MARGIN_TWIPS: Final = 60
_CELL_ROOM_MM: Final = 2 * _CELL_MARGIN_TWIPS / _TWIPS_PER_MM + 0.8  # margins, borders, and a little for other fonts
_CUSTOM_TYPE: Final = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_PART: Final = "/docProps/custom.xml"
_FORMAT_ID: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # of every property that a user may define
_HEADING_PARTS: Final = {"section": 0, "subsection": 1, "appendix_title": 0}
_JUSTIFIED: Final = ("body", "basis")
_LEFT_ALIGNED: Final = (
    "section",
    "subsection",
    "recipients_word",
    "recipient",
    "table",
    "appendix_table",
    "table_note",
)
FIGURE_BOOKMARK: Final = "_pd_"
"""How the bookmark of a figure begins; Word hides bookmarks that begin with an underscore."""

_PAGE_MARGIN_HEADER_MM: Final = 10


def _twips(millimetres: float) -> int:
    return round(millimetres * _TWIPS_PER_MM)


class WordDocument:
    """
    A document while it is written.

    Parameters
    ----------
    language
        Of the text; spelling is checked in it.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self.layout: OfficialLayout = official_layout()
        self._document = Document()
        self._body: Any = self._document.element.body
        self._landscape = False
        self._bookmarks = 0
        self._set_defaults()
        for part, lettering in self.layout.lettering.items():
            self._make_style(part, lettering)
        self._set_page(self._document.sections[0], landscape=False)
        self._number_pages(self._document.sections[0])

    # ---- styles

    def _set_defaults(self) -> None:
        """Let no theme decide on fonts, and no language other than the document's on spelling."""
        properties = self._document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
        for child in list(properties):
            properties.remove(child)
        fonts, language = OxmlElement("w:rFonts"), OxmlElement("w:lang")
        for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(name), self.layout.font)
        locale = _LOCALES[self.language.code]
        for name in ("w:val", "w:eastAsia"):
            language.set(qn(name), locale)
        properties.append(fonts)
        properties.append(language)

    def _make_style(self, part: str, lettering: Lettering) -> None:
        styles = self._document.styles
        known = lettering.style in [style.name for style in styles]
        style: Any = (
            styles[lettering.style] if known else styles.add_style(lettering.style, WD_STYLE_TYPE.PARAGRAPH, True)
        )
        if not known:
            style.base_style = styles["Normal"]
            style.hidden, style.unhide_when_used, style.quick_style = False, False, True
        run_properties = style.element.get_or_add_rPr()
        for child in list(run_properties):
            run_properties.remove(child)
        style.font.name = self.layout.font
        for name in ("w:eastAsia", "w:cs"):
            run_properties.rFonts.set(qn(name), self.layout.font)
        style.font.size = Pt(lettering.used)
        style.font.bold, style.font.italic = lettering.bold, lettering.italic
        style.font.all_caps = lettering.capitals
        style.font.color.rgb = RGBColor(0, 0, 0)
        self._format_paragraphs(style.paragraph_format, part)
        if part in _HEADING_PARTS and not known:
            level = OxmlElement("w:outlineLvl")
            level.set(qn("w:val"), str(_HEADING_PARTS[part]))
            style.element.get_or_add_pPr().append(level)

    def _format_paragraphs(self, paragraphs: Any, part: str) -> None:
        is_text = part in (*_JUSTIFIED, "section", "subsection")
        align = _BOTH if part in _JUSTIFIED else LEFT if part in _LEFT_ALIGNED else CENTRE
        paragraphs.alignment = _ALIGNED[align]
        paragraphs.first_line_indent = Mm(self.layout.first_line_mm) if is_text else Mm(0)
        paragraphs.space_before = Pt(6) if part in ("section", "subsection") else Pt(0)
        paragraphs.space_after = Pt(self.layout.after_pt) if is_text else Pt(0)
        paragraphs.line_spacing = self.layout.line_spacing if is_text else 1.0
        paragraphs.keep_with_next = part in ("section", "subsection", "appendix", "appendix_title", "table_title")
        paragraphs.widow_control = True

    # ---- pages

    def _set_page(self, section: Any, *, landscape: bool) -> None:
        layout = self.layout
        width, height = Mm(layout.width_mm), Mm(layout.height_mm)
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (height, width) if landscape else (width, height)
        section.top_margin, section.bottom_margin = Mm(layout.margins["top"].used), Mm(layout.margins["bottom"].used)
        section.left_margin, section.right_margin = Mm(layout.margins["left"].used), Mm(layout.margins["right"].used)
        section.header_distance = section.footer_distance = Mm(_PAGE_MARGIN_HEADER_MM)
        section.different_first_page_header_footer = True
        self._landscape = landscape

    def _number_pages(self, section: Any) -> None:
        """Put the page number in the middle of the upper margin; the first page shows none."""
        paragraph = section.header.paragraphs[0]
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            run = paragraph.add_run()
            if kind:
                element = OxmlElement("w:fldChar")
                element.set(qn("w:fldCharType"), kind)
            else:
                element = OxmlElement("w:instrText")
                element.text = text
            run._r.append(element)

    def begin_section(self, *, landscape: bool = False) -> None:
        """Begin a new page whose numbers count from 1."""
        section: Any = self._document.add_section(WD_SECTION.NEW_PAGE)
        self._hide_section_end()
        self._set_page(section, landscape=landscape)
        start = OxmlElement("w:pgNumType")
        start.set(qn("w:start"), "1")
        for old in section._sectPr.findall(qn("w:pgNumType")):
            section._sectPr.remove(old)
        margins = section._sectPr.find(qn("w:pgMar"))
        margins.addnext(start)

    def _hide_section_end(self) -> None:
        """Let the last paragraph end the section; one of its own could come to stand on a page of its own."""
        end = self._body.findall(qn("w:p"))[-1]
        before = end.getprevious()
        if before is not None and before.tag == qn("w:p"):
            before.get_or_add_pPr().append(end.find(qn("w:pPr")).find(qn("w:sectPr")))
            self._body.remove(end)
            return
        properties = end.get_or_add_pPr()  # below a table there must be a paragraph: as small as can be
        spacing = parse_xml(f'<w:spacing {nsdecls("w")} w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>')
        properties.insert(0, spacing)

    @property
    def width_mm(self) -> float:
        """Width of the text on the present page."""
        return self.layout.text_width_mm(landscape=self._landscape)

    # ---- text

    def paragraph(self, text: str, part: str = "body", *, align: str = "", keep: bool = False) -> Any:
        """Add a paragraph in the lettering of a part, and return it."""
        added = self._document.add_paragraph(legal_text(text), style=self.layout.lettering[part].style)
        if align:
            added.alignment = _ALIGNED[align]
        if keep:
            added.paragraph_format.keep_with_next = True
        return added

    def picture(self, content: bytes, *, width_mm: float, description: str) -> None:
        """Add a picture in the middle, with a text for those who cannot see it."""
        paragraph = self._document.add_paragraph(style=self.layout.lettering["table_note"].style)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True  # its caption
        shape = paragraph.add_run().add_picture(BytesIO(content), width=Mm(width_mm))
        shape._inline.docPr.set("descr", description)

    def line_below(self, container: Any, text: str, part: str, *, width_mm: float) -> None:
        """Add the line that stands below a text, as long as the decree says, in the middle of `width_mm`."""
        last = text.rpartition("\n")[2]
        length = self.layout.length_mm(last, part) * self.layout.lettering[part].line_share
        paragraph = container.add_paragraph()
        paragraph.style = self._document.styles["Normal"]
        room = paragraph.paragraph_format
        room.first_line_indent, room.space_after, room.line_spacing = Mm(0), Pt(0), Pt(6)
        room.space_before = Pt(2)
        room.left_indent = room.right_indent = Mm(max(0.0, width_mm - length) / 2)
        border = parse_xml(
            f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
        )
        paragraph._p.get_or_add_pPr().insert_element_before(border, "w:shd", "w:spacing", "w:ind", "w:jc", "w:rPr")

    def lined(self, text: str, part: str) -> None:
        """Add a text with its line below it, balanced where it goes over two lines."""
        shown = self.layout.balanced(text, part, width_mm=self.width_mm)
        self.paragraph(shown, part)
        self.line_below(self._document, shown, part, width_mm=self.width_mm)

    # ---- tables

    def frame(self, left_mm: float) -> tuple[Any, Any]:
        """Add a table of one row without borders, and return its two cells; the left one is `left_mm` wide."""
        table = self._document.add_table(rows=1, cols=2)
        table.autofit = False
        widths = (left_mm, self.width_mm - left_mm)
        margins = parse_xml(
            f'<w:tblCellMar {nsdecls("w")}><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>'
        )
        table._tbl.tblPr.append(margins)
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width in zip(table.rows[0].cells, widths, strict=True):
            cell.width = Mm(width)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        return table.rows[0].cells[0], table.rows[0].cells[1]

    def write_in(self, cell: Any, text: str, part: str, *, width_mm: float = 0.0) -> None:
        """
        Write a paragraph into a cell of `frame`.

        Where the width of the cell is given, a long text is balanced over two lines, and gets the line below it that
        its lettering has.
        """
        first = cell.paragraphs[0]
        paragraph = first if not first.text and len(cell.paragraphs) == 1 else cell.add_paragraph()
        paragraph.style = self._document.styles[self.layout.lettering[part].style]
        shown = self.layout.balanced(text, part, width_mm=width_mm) if width_mm else text
        paragraph.add_run(legal_text(shown))
        if width_mm and self.layout.lettering[part].line_share:
            self.line_below(cell, shown, part, width_mm=width_mm)

    def table(self, columns: Sequence[Column], rows: Sequence[Row], *, part: str = "table") -> None:
        """
        Add a table with borders, its header repeated on every page.

        Parameters
        ----------
        part
            Lettering of its texts.
        """
        style = self._document.styles[self.layout.lettering[part].style].style_id
        widths = [_twips(width) for width in self._widths_mm(columns, rows, part)]
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        header = _row_xml([c.label for c in columns], widths, [CENTRE] * len(columns), style, bold=True, header=True)
        aligned = [column.align for column in columns]
        lines = (_row_xml(row.cells, widths, aligned, style, bold=row.is_sum, around=self._marked(row)) for row in rows)
        side, above = _CELL_MARGIN_TWIPS, _CELL_MARGIN_TWIPS // 3
        margins = "".join(
            f'<w:{edge} w:w="{width}" w:type="dxa"/>'
            for edge, width in (("top", above), ("left", side), ("bottom", above), ("right", side))
        )
        properties = (
            f'<w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
            f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>'
        )
        xml = (
            f"<w:tbl {nsdecls('w')}><w:tblPr>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
            f"{header}{''.join(lines)}</w:tbl>"
        )
        self._body.insert_element_before(parse_xml(xml), "w:sectPr")

    def _marked(self, row: Row) -> list[tuple[str, str]]:
        """Return what stands before and after the text of each cell of a row: the ends of its bookmark."""
        ends = []
        for name in row.figures or [""] * len(row.cells):
            self._bookmarks += 1
            number = f'w:id="{self._bookmarks}"'
            start = f'<w:bookmarkStart {number} w:name="{FIGURE_BOOKMARK}{name}"/>'
            ends.append((start, f"<w:bookmarkEnd {number}/>") if name else ("", ""))
        return ends

    def _widths_mm(self, columns: Sequence[Column], rows: Sequence[Row], part: str) -> list[float]:
        """Widths by the shares, but none narrower than its longest word where the others have room to give."""
        whole = sum(column.share for column in columns)
        shares = [self.width_mm * column.share / whole for column in columns]
        needed = [
            max(self.layout.length_mm(word, part) for text in texts for word in (text.split() or [""])) + _CELL_ROOM_MM
            for texts in zip([column.label for column in columns], *(row.cells for row in rows), strict=True)
        ]
        lacking = sum(max(0.0, need - share) for need, share in zip(needed, shares, strict=True))
        spare = sum(max(0.0, share - need) for need, share in zip(needed, shares, strict=True))
        given = min(1.0, lacking / spare) if spare else 0.0
        taken = min(1.0, spare / lacking) if lacking else 0.0
        return [
            share - (share - need) * given if share > need else share + (need - share) * taken
            for need, share in zip(needed, shares, strict=True)
        ]

    # ---- the file

    def save(self, *, title: str, subject: str, made_on: date, stamp: Mapping[str, str]) -> bytes:
        """
        Return the file; the same document gives the same bytes.

        Parameters
        ----------
        made_on
            Day that the properties name as the one of its making and of its last change.
        stamp
            Properties of our own: name → text.
        """
        core = self._document.core_properties
        moment = datetime.combine(made_on, time())
        core.title, core.subject, core.author, core.last_modified_by = title, subject, "Phủ Điện", "Phủ Điện"
        core.created = core.modified = moment
        core.comments, core.keywords, core.revision = "", "", 1
        core.language = _LOCALES[self.language.code]
        lines = "".join(
            f'<property fmtid="{_FORMAT_ID}" pid="{number}" name="{name}">'
            f"<vt:lpwstr>{xml_text(text).decode()}</vt:lpwstr></property>"
            for number, (name, text) in enumerate(stamp.items(), start=2)
        )
        xml = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
            'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
            f"{lines}</Properties>"
        )
        package = self._document.part.package
        part = Part(PackURI(_CUSTOM_PART), _CUSTOM_TYPE, xml.encode(), package)
        package.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)
        buffer = BytesIO()
        self._document.save(buffer)
        return with_fixed_times(buffer.getvalue())


def _row_xml(
    cells: Sequence[str],
    widths: Sequence[int],
    aligned: Sequence[str],
    style: str,
    *,
    bold: bool = False,
    header: bool = False,
    around: Sequence[tuple[str, str]] = (),
) -> str:
    properties = "<w:cantSplit/><w:tblHeader/>" if header else "<w:cantSplit/>"
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="EDEDED"/>' if header else ""
    weight = "<w:rPr><w:b/></w:rPr>" if bold else ""
    written = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
        f'<w:pStyle w:val="{style}"/><w:jc w:val="{align}"/></w:pPr>{start}<w:r>{weight}'
        f'<w:t xml:space="preserve">{xml_text(text).decode()}</w:t></w:r>{end}</w:p></w:tc>'
        for text, width, align, (start, end) in zip(
            cells, widths, aligned, around or [("", "")] * len(cells), strict=True
        )
    )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{written}</w:tr>"


TRANSLATION_NOTE: Final = mark("Translation; the Vietnamese report is the one that is signed.")
"""What stands on top of every report that is not in Vietnamese."""
