"""The typesetter of the reports: typst, with the fonts that come with the product and nothing of this computer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import typst

SANS: Final = "Liberation Sans"
SERIF: Final = "Liberation Serif"
"""Both with every Vietnamese letter and figures of one width; their letters are as wide as Arial's and Times's."""

_REPORTS: Final = Path(str(files("loaders.reports")))
FONT_FOLDER: Final = _REPORTS / "fonts"
_TEMPLATES: Final = _REPORTS / "pdf"
_STANDARD: Final = "a-3a"
_KEPT_DOCUMENTS: Final = 10


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Read the fonts once; the typesetter's own are kept for the signs that ours lack (✔)."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONT_FOLDER])


def typeset_pdf(template: str, inputs: Mapping[str, str], *, moment: datetime) -> bytes:
    """
    Return a document as PDF/A-3a: archivable, tagged for screen readers, with files attached.

    Parameters
    ----------
    template
        Name of a file in ``loaders/reports/pdf``.
    inputs
        Texts that it reads as ``sys.inputs``.
    moment
        Moment that the document tells as its own (with a time zone): the same inputs give the same bytes.
    """
    compiler = typst.Compiler(_TEMPLATES / template, root=_TEMPLATES, font_paths=_fonts(), sys_inputs=dict(inputs))
    content = compiler.compile(format="pdf", pdf_standards=[_STANDARD], timestamp=moment)
    assert isinstance(content, bytes)
    _let_go()
    return content


def _let_go() -> None:
    """
    Make the typesetter let go of what it has set.

    It keeps the parts of its last ten documents, some 40 MB each, for those that it sets again. Reports are not: as
    many empty documents (0.03 s together) take their places.
    """
    empty = typst.Compiler(root=_TEMPLATES, font_paths=_fonts())
    for _ in range(_KEPT_DOCUMENTS + 1):
        empty.compile(b"// nothing", format="pdf")


def picture_of_svg(svg: str, *, width_pt: float, height_pt: float, dots_per_inch: int) -> bytes:
    """Return an SVG picture of a size in points as PNG; texts in `SANS` or `SERIF` look the same everywhere."""
    source = (
        f"#set page(width: {width_pt}pt, height: {height_pt}pt, margin: 0pt)\n"
        '#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%)'
    )
    compiler = typst.Compiler(source.encode(), root=_REPORTS, font_paths=_fonts(), sys_inputs={"svg": svg})
    content = compiler.compile(format="png", ppi=float(dots_per_inch))
    assert isinstance(content, bytes)  # a list would be of several pages
    return content
