"""Adds styles to a workbook's style sheet: the style that a cell has, with another fill."""

from __future__ import annotations

import re

from loaders.workbook.parts import UnpatchableError, attribute, prefix_of, well_formed, with_attribute


class Styles:
    """
    The styles of a workbook.

    Parameters
    ----------
    xml
        Its part ``xl/styles.xml``.

    Attributes
    ----------
    prefix
        Prefix of its tags, ``b""`` or such as ``b"x:"``.
    """

    def __init__(self, xml: bytes) -> None:
        self._xml = well_formed(xml)
        self.prefix = prefix_of(xml, b"styleSheet")
        self._items = {name: self._read(name, item) for name, item in ((b"fonts", b"font"), (b"fills", b"fill"))}
        self._items[b"cellXfs"] = self._read(b"cellXfs", b"xf")
        self._counts = {name: len(found) for name, found in self._items.items()}
        self._with_fill: dict[tuple[int, bytes], int] = {}

    def _read(self, section: bytes, item: bytes) -> list[bytes]:
        found = self._section(section)
        name = self.prefix + item
        pattern = rb"<" + name + rb"\b(?:[^>]*/>|[^>]*>.*?</" + name + rb">)"
        return re.findall(pattern, found[0], re.DOTALL)

    def _section(self, name: bytes) -> re.Match[bytes]:
        tag = self.prefix + name
        found = re.search(rb"<" + tag + rb"\b[^>]*>.*?</" + tag + rb">", self._xml, re.DOTALL)
        if found is None:
            raise UnpatchableError(name.decode())
        return found

    def element(self, text: str) -> bytes:
        """Return an element written as ``<fill>…</fill>`` with the prefix of this style sheet."""
        return re.sub(rb"<(/?)(?=\w)", rb"<\1" + self.prefix, text.encode())

    def fill_of(self, style: int) -> bytes:
        """Return the fill of a style as XML."""
        fills, styles = self._items[b"fills"], self._items[b"cellXfs"]
        number = int(attribute(styles[style], b"fillId") or b"0") if style < len(styles) else 0
        return fills[number] if number < len(fills) else fills[0]

    def with_fill(self, style: int, fill: bytes) -> int:
        """Return the style that is like another one but for its fill."""
        key = style, fill
        if key not in self._with_fill:
            styles = self._items[b"cellXfs"]
            tag, close, rest = styles[min(style, len(styles) - 1)].partition(b">")
            filled = with_attribute(tag + close, b"fillId", b"%d" % self._number(b"fills", fill))
            self._with_fill[key] = self._number(b"cellXfs", with_attribute(filled, b"applyFill", b"1") + rest)
        return self._with_fill[key]

    def add(self, *, font: str, fill: bytes | None = None, is_wrapped: bool = False, is_text: bool = False) -> int:
        """Return a new style; `font` is its XML."""
        number = self._number(b"fonts", self.element(font))
        filled = self._number(b"fills", fill) if fill is not None else 0
        form, quoted = (49, ' quotePrefix="1"') if is_text else (0, "")
        wrapped = ' wrapText="1"' if is_wrapped else ""
        xf = (
            f'<xf numFmtId="{form}" fontId="{number}" fillId="{filled}" borderId="0" xfId="0" applyFont="1" '
            f'applyFill="1" applyAlignment="1"{quoted}><alignment vertical="top"{wrapped}/></xf>'
        )
        return self._number(b"cellXfs", self.element(xf))

    def _number(self, section: bytes, item: bytes) -> int:
        items = self._items[section]
        if item not in items:
            items.append(item)
        return items.index(item)

    def xml(self) -> bytes:
        """Return the style sheet with what was added."""
        for name, items in self._items.items():
            added = items[self._counts[name] :]
            if added:
                section = self._section(name)
                head_end = section[0].index(b">") + 1
                head = with_attribute(section[0][:head_end], b"count", b"%d" % len(items))
                close = b"</" + self.prefix + name + b">"
                body = section[0][head_end : -len(close)]
                new = head + body + b"".join(added) + close
                self._xml = self._xml[: section.start()] + new + self._xml[section.end() :]
                self._counts[name] = len(items)
        return self._xml
