"""What the pictures of the reports share: their font, lines of text, and the pattern of what is not reported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from loaders.reports.font_metrics import sans_width
from loaders.reports.typesetting import SANS

FONT_SIZE: Final = 7.5
LINE: Final = 12.5
MISSING: Final = "url(#missing)"
"""Fill of what was not reported: hatched, as no class or part is."""

INK, FAINT = "#202124", "#5f6368"


def picture(width: float, height: float, parts: Iterator[str]) -> str:
    """Return an SVG picture of a size in points."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}pt" height="{height:g}pt" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="{SANS}" font-size="{FONT_SIZE}">'
    )
    hatching = (
        '<defs><pattern id="missing" width="3" height="3" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="3" height="3" fill="#ffffff"/>'
        f'<rect width="0.8" height="3" fill="{FAINT}"/></pattern></defs>'
    )
    return "\n".join([head, hatching, *parts, "</svg>"])


def width_of(words: str, *, bold: bool = False) -> float:
    """Return how wide a text is, in points."""
    return sans_width(words, size=FONT_SIZE, bold=bold)


def wrapped(words: str, width: float, *, bold: bool = False) -> Iterator[str]:
    """Yield the lines of a text that is to fit into a width; a single longer word stays whole."""
    line = ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and width_of(longer, bold=bold) > width:
            yield line
            longer = word
        line = longer
    yield line


def text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    weight: str = "normal",
    style: str = "normal",
    colour: str = INK,
    halo: bool = False,
) -> str:
    """Return one line of text with its baseline at `y`; with a halo it can be read on any ground."""
    around = ' stroke="#ffffff" stroke-width="2" stroke-linejoin="round" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-weight="{weight}" font-style="{style}" '
        f'fill="{colour}"{around}>{escape(words)}</text>'
    )


def box(x: float, y: float, width: float, height: float, fill: str) -> str:
    """Return a filled box with a thin edge."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}" '
        f'stroke="{FAINT}" stroke-width="0.4"/>'
    )
