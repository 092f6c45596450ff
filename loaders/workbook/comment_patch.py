"""Comments of a sheet: ours are added below the user's own, and taken away again; their boxes with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import unescape

from loaders.workbook.cells import place_of
from loaders.workbook.parts import attribute, prefix_of, well_formed, xml_text

LINE: Final = "———"
"""Begins our part of a comment: other programs drop the names of authors when they save a file."""

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_EMPTY: Final = f'<comments xmlns="{_MAIN}"><authors></authors><commentList></commentList></comments>'.encode()
_EMPTY_DRAWING: Final = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    b'xmlns:x="urn:schemas-microsoft-com:office:excel"></xml>'
)
_SHAPE_TYPE: Final = (
    b'<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    b'<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE: Final = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;'
    'width:255pt;height:{height}pt;z-index:{number};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"/></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>'
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_SHAPE_START, _SHAPE_END = b"<v:shape ", b"</v:shape>"
_ROW: Final = re.compile(rb"<x:Row>\s*(\d+)\s*</x:Row>")
_COLUMN: Final = re.compile(rb"<x:Column>\s*(\d+)\s*</x:Column>")
_TAG: Final = re.compile(rb"<[^>]*>")
_LINES_TO_POINTS: Final = 15
_LETTERS_A_LINE: Final = 48


class Comments:
    """
    The comments of one sheet and the drawing that holds their boxes.

    Parameters
    ----------
    comments, drawing
        Their parts; None where the sheet has none yet.
    author
        Whose comments are ours.
    """

    def __init__(self, comments: bytes | None, drawing: bytes | None, *, author: str) -> None:
        self._xml = well_formed(comments or _EMPTY)
        self._drawing = drawing or _EMPTY_DRAWING
        self._prefix = prefix_of(self._xml, b"comments")
        self._author = xml_text(author)

    @property
    def xml(self) -> bytes:
        """The comments part."""
        return self._xml

    @property
    def drawing(self) -> bytes:
        """The drawing part."""
        return self._drawing

    def take_ours_away(self) -> None:
        """Remove our comments and what we added below the user's own."""
        ours = self._author_number()
        gone: set[bytes] = set()

        def cleaned(found: re.Match[bytes]) -> bytes:
            comment = found[0]
            head = comment[: comment.index(b">") + 1]
            own, line, _ = comment.partition(LINE.encode())
            if line and _TAG.sub(b"", own).strip():
                return self._closed(own)
            if line or (ours is not None and attribute(head, b"authorId") == b"%d" % ours):
                gone.add(attribute(head, b"ref") or b"")
                return b""
            return comment

        self._xml = self._comment_pattern().sub(cleaned, self._xml)
        self._drop_shapes(gone)

    def _closed(self, own: bytes) -> bytes:
        """Return the user's own part of a comment, cut where our line begins, with the tags that the cut left open."""
        own = own.rstrip(b"\n\r ")
        open_tags: list[bytes] = []
        for tag in re.finditer(rb"<(/?)([\w:]+)[^>]*?(/?)>", own):
            if tag[1]:
                open_tags.pop()
            elif not tag[3]:
                open_tags.append(tag[2])
        return own + b"".join(b"</" + name + b">" for name in reversed(open_tags))

    def add(self, texts: Mapping[str, str]) -> None:
        """Add our texts (address → text); below the user's own comment where a cell has one."""
        waiting = dict(texts)

        def extended(found: re.Match[bytes]) -> bytes:
            place = (attribute(found[0][: found[0].index(b">") + 1], b"ref") or b"").decode()
            if place not in waiting:
                return found[0]
            run = self._run(f"\n{LINE}\n{waiting.pop(place)}")
            end = found[0].rindex(b"</" + self._prefix + b"text>")
            return self._in_runs(found[0][:end]) + run + found[0][end:]

        self._xml = self._comment_pattern().sub(extended, self._xml)
        number = self._own_author_number() if waiting else 0
        made = b"".join(
            b'<%bcomment ref="%b" authorId="%d"><%btext>%b</%btext></%bcomment>'
            % (
                self._prefix,
                place.encode(),
                number,
                self._prefix,
                self._run(f"{LINE}\n{text}"),
                self._prefix,
                self._prefix,
            )
            for place, text in waiting.items()
        )
        self._xml = self._insert(self._xml, b"commentList", made)
        self._draw(waiting)

    def _comment_pattern(self) -> re.Pattern[bytes]:
        name = self._prefix + b"comment"
        return re.compile(rb"<" + name + rb"\s[^>]*>.*?</" + name + rb">", re.DOTALL)

    def _run(self, text: str) -> bytes:
        prefix = self._prefix
        return b'<%br><%bt xml:space="preserve">%b</%bt></%br>' % (prefix, prefix, xml_text(text), prefix, prefix)

    def _in_runs(self, comment: bytes) -> bytes:
        """Return a comment whose text is plain with that text in a run: texts and runs do not stand side by side."""
        prefix = self._prefix
        pattern = rb"(<" + prefix + rb"text>)\s*(<" + prefix + rb"t[\s>].*</" + prefix + rb"t>)\s*$"
        wrapped = rb"\1<" + prefix + rb"r>\2</" + prefix + rb"r>"
        return re.sub(pattern, wrapped, comment, count=1, flags=re.DOTALL)

    def _insert(self, xml: bytes, section: bytes, element: bytes) -> bytes:
        name = self._prefix + section
        if not element:
            return xml
        opened = re.sub(rb"<" + name + rb"\s*/>", b"<%b></%b>" % (name, name), xml, count=1)
        place = opened.index(b"</" + name + b">")
        return opened[:place] + element + opened[place:]

    def _authors(self) -> list[bytes]:
        name = self._prefix + b"author"
        return re.findall(rb"<" + name + rb"(?:\s[^>]*)?>(.*?)</" + name + rb">", self._xml, re.DOTALL)

    def _author_number(self) -> int | None:
        names = [unescape(name.decode()) for name in self._authors()]
        own = unescape(self._author.decode())
        return names.index(own) if own in names else None

    def _own_author_number(self) -> int:
        number = self._author_number()
        if number is None:
            number = len(re.findall(rb"<" + self._prefix + rb"author[\s/>]", self._xml))
            element = b"<%bauthor>%b</%bauthor>" % (self._prefix, self._author, self._prefix)
            self._xml = self._insert(self._xml, b"authors", element)
        return number

    def _draw(self, texts: Mapping[str, str]) -> None:
        if not texts:
            return
        used = [int(number) for number in re.findall(rb"_x0000_s(\d+)", self._drawing)]
        first = max([1024, *used]) + 1
        shapes = []
        for number, (place, text) in enumerate(texts.items(), start=first):
            lines = sum(1 + len(line) // _LETTERS_A_LINE for line in text.splitlines())
            row, column = place_of(place)
            height = 12 + _LINES_TO_POINTS * lines
            shapes.append(_SHAPE.format(number=number, height=height, row=row, column=column).encode())
        kind = b"" if b"_x0000_t202" in self._drawing else _SHAPE_TYPE
        end = self._drawing.rindex(b"</xml>")
        self._drawing = self._drawing[:end] + kind + b"".join(shapes) + self._drawing[end:]

    def _drop_shapes(self, places: set[bytes]) -> None:
        gone = {place_of(place.decode()) for place in places if place}

        pieces, done = [], 0
        while gone and (start := self._drawing.find(_SHAPE_START, done)) >= 0:
            end = self._drawing.find(_SHAPE_END, start)
            if end < 0:
                break
            end += len(_SHAPE_END)
            shape = self._drawing[start:end]
            row, column = _ROW.search(shape), _COLUMN.search(shape)
            is_note = b'ObjectType="Note"' in shape and row is not None and column is not None
            is_gone = is_note and row and column and (int(row[1]), int(column[1])) in gone
            pieces.append(self._drawing[done : start if is_gone else end])
            done = end
        self._drawing = b"".join([*pieces, self._drawing[done:]])
