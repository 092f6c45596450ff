"""What of a form cannot be kept when its cells are filled in, found in the file before anything is written."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Final

from geodata.errors import mark

_PARTS: Final = (
    (re.compile(r"xl/(?:ctrlProps|activeX)/"), mark("buttons and other controls")),
    (re.compile(r"xl/(?:slicers|slicerCaches|timelines|timelineCaches)/"), mark("slicers and timelines")),
    (re.compile(r"xl/threadedComments/"), mark("threads of comments (their texts stay as plain comments)")),
    (re.compile(r"xl/(?:queryTables/|connections\.xml)"), mark("connections to other data")),
    (re.compile(r"_xmlsignatures/"), mark("the electronic signature")),
    (re.compile(r"customXml/item\d"), mark("labels that other programs have put into the file")),
    (re.compile(r"xl/richData/"), mark("pictures within cells")),
)
_CHARTS: Final = re.compile(r"xl/charts/chart\d*\.xml")
_PIVOTS: Final = re.compile(r"xl/pivotTables/")
_DRAWING: Final = re.compile(r"xl/drawings/drawing\d+\.xml")
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_SHAPES: Final = re.compile(rb"<(?:\w+:)?(?:sp|cxnSp|grpSp)[ >]")
_EXTENSIONS: Final = (
    (re.compile(rb"sparklineGroup[ >]"), mark("small charts within cells (sparklines)")),
    (re.compile(rb"x14:conditionalFormatting[ >]"), mark("conditional formats of newer kinds (such as data bars)")),
    (re.compile(rb"x14:dataValidation[ >]"), mark("lists to choose from that stand on another sheet")),
)
_HEADER_PICTURE: Final = re.compile(rb"<(?:\w+:)?legacyDrawingHF[ >]")


def losses_of(content: bytes) -> tuple[str, ...]:
    """Return what a filled form will lack, or keep only roughly, each as a sentence template."""
    found: list[str] = []
    with zipfile.ZipFile(BytesIO(content)) as package:
        names = package.namelist()
        found += [said for pattern, said in _PARTS if any(pattern.match(name) for name in names)]
        for name in names:
            if _DRAWING.fullmatch(name) and _SHAPES.search(package.read(name)):
                found.append(mark("drawn shapes and text boxes"))
            elif _SHEET.fullmatch(name):
                sheet = package.read(name)
                found += [said for pattern, said in _EXTENSIONS if pattern.search(sheet)]
                if _HEADER_PICTURE.search(sheet):
                    found.append(mark("pictures in the header or footer of pages"))
    return tuple(dict.fromkeys(found))


def rough_parts_of(content: bytes) -> tuple[str, ...]:
    """Return what is kept, but drawn anew: its look may differ a little."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        names = package.namelist()
    known = ((_CHARTS, mark("charts")), (_PIVOTS, mark("pivot tables")))
    return tuple(said for pattern, said in known if any(pattern.match(name) for name in names))
