"""How an area stands against its target: five states, each with a word, a sign and a colour, never colour alone."""

from __future__ import annotations

from typing import Final

from geodata.errors import mark

REACHED, ON_PATH, BEHIND, FAR_BEHIND, UNKNOWN = "reached", "on_path", "behind", "far_behind", "unknown"

STATUSES: Final = (REACHED, ON_PATH, BEHIND, FAR_BEHIND, UNKNOWN)
"""From best to worst; `UNKNOWN` where a figure or the target is missing. The rule stands in `coverage.progress`."""

STATUS_NAMES: Final = {
    REACHED: mark("target reached"),
    ON_PATH: mark("on the path"),
    BEHIND: mark("behind the path"),
    FAR_BEHIND: mark("far behind the path"),
    UNKNOWN: mark("not known"),
}

STATUS_SIGNS: Final = {REACHED: "✔", ON_PATH: "●", BEHIND: "▲", FAR_BEHIND: "■", UNKNOWN: "–"}
"""One sign each: reports are printed in black and white."""

STATUS_COLOURS: Final = {
    REACHED: "#1b7837",
    ON_PATH: "#0b5cad",
    BEHIND: "#b45309",
    FAR_BEHIND: "#b3261e",
    UNKNOWN: "#5f6368",
}
"""Dark enough to be read on white (WCAG AA)."""
