"""The layout of administrative documents by Decree 30/2020/NĐ-CP, as ``official_layout.toml`` holds it."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

_MM_PER_POINT: Final = 25.4 / 72


@dataclass(frozen=True)
class Lettering:
    """
    How one part of a document is lettered.

    Parameters
    ----------
    style
        Name of its Word style.
    point
        Where the decree says it; ``"own"`` where it says nothing.
    least, most, used
        Sizes in points: the allowed range, and what is written.
    line_share
        Length of the line below it, as a share of its text; 0 for none.
    """

    style: str
    point: str
    least: float
    most: float
    used: float
    bold: bool = False
    italic: bool = False
    capitals: bool = False
    line_share: float = 0.0


@dataclass(frozen=True)
class Margin:
    """One margin of the page in millimetres: the allowed range, and what is used."""

    least: float
    most: float
    used: float


@dataclass(frozen=True)
class OfficialLayout:
    """
    The layout of a document.

    Parameters
    ----------
    margins
        By ``"top"``, ``"bottom"``, ``"left"``, ``"right"``.
    lettering
        By the part's name, such as ``"motto"``.
    first_line_mm, after_pt, line_spacing
        Of paragraphs: indent of the first line, room after, lines.
    letter_widths
        Of bold letters, in thousandths of the size.
    kept_together
        Words between which no line is broken.
    """

    decision: str
    font: str
    width_mm: float
    height_mm: float
    margins: dict[str, Margin]
    lettering: dict[str, Lettering]
    first_line_mm: float
    after_pt: float
    line_spacing: float
    letter_widths: dict[str, int]
    kept_together: tuple[str, ...]

    def text_width_mm(self, *, landscape: bool = False) -> float:
        """Return the width between the side margins."""
        width = self.height_mm if landscape else self.width_mm
        return width - self.margins["left"].used - self.margins["right"].used

    def length_mm(self, text: str, part: str) -> float:
        """
        Return how long a text is in the bold letters of a part.

        Examples
        --------
        >>> round(official_layout().length_mm("Độc lập - Tự do - Hạnh phúc", "motto"))
        56
        """
        lettering = self.lettering[part]
        shown = text.upper() if lettering.capitals else text
        bare = unicodedata.normalize("NFD", shown.replace("Đ", "D").replace("đ", "d"))
        letters = [letter for letter in bare if not unicodedata.combining(letter)]
        thousandths = sum(self.letter_widths.get(letter, self.letter_widths["other"]) for letter in letters)
        return thousandths / 1000 * lettering.used * _MM_PER_POINT

    def balanced(self, text: str, part: str, *, width_mm: float) -> str:
        """Return a text with a line break near its middle where it is too long for one line."""
        if self.length_mm(text, part) <= width_mm or " " not in text:
            return text
        kept = text
        for words in self.kept_together:
            kept = kept.replace(words, words.replace(" ", "\u00a0"))
        spaces = [place for place, letter in enumerate(kept) if letter == " "] or [text.index(" ")]
        middle = min(spaces, key=lambda place: abs(self.length_mm(text[:place], part) - self.length_mm(text, part) / 2))
        return f"{text[:middle]}\n{text[middle + 1 :]}"


@lru_cache(maxsize=1)
def official_layout() -> OfficialLayout:
    """Return the layout that is shipped."""
    data = tomllib.loads(files("loaders.reference").joinpath("official_layout.toml").read_text(encoding="utf-8"))
    return OfficialLayout(
        decision=data["decision"],
        font=data["font"],
        width_mm=data["page"]["width_mm"],
        height_mm=data["page"]["height_mm"],
        margins={side: Margin(**values) for side, values in data["margins"].items()},
        lettering={part: Lettering(**values) for part, values in data["lettering"].items()},
        first_line_mm=data["body"]["first_line_mm"],
        after_pt=data["body"]["after_pt"],
        line_spacing=data["body"]["line_spacing"],
        letter_widths=data["letter_widths"],
        kept_together=tuple(data["kept_together"]),
    )
