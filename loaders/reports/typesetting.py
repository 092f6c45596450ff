"""The typesetter of the reports: typst, with the fonts that come with the product and nothing of this computer."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import typst

SANS: Final = "Liberation Sans"
SERIF: Final = "Liberation Serif"
"""Both with every Vietnamese letter and figures of one width; their letters are as wide as Arial's and Times's."""

_REPORTS: Final = Path(str(files("loaders.reports")))


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Read the fonts once; the typesetter's own are kept for the signs that ours lack (✔)."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[_REPORTS / "fonts"])


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
