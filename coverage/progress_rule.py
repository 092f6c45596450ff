"""The rule by which a status is told: its figures, its reasons, and its words for readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from geodata import status
from geodata.errors import FigureError, mark
from geodata.language import Language

NO_TARGET, NOT_REPORTED, NO_DUE_DATE = "no_target", "not_reported", "no_due_date"
NO_BASE, BEFORE_PATH, DUE_PASSED, PACE_UNKNOWN = "no_base", "before_path", "due_passed", "pace_unknown"
PATH_BEGINS: Final = "path_begins"

REASON_NAMES: Final = {
    NO_TARGET: mark("no target is set"),
    NOT_REPORTED: mark("not every commune reported"),
    NO_DUE_DATE: mark("no due date is stated"),
    NO_BASE: mark("what the path starts from is not known"),
    BEFORE_PATH: mark("the path begins later"),
    DUE_PASSED: mark("the due date has come"),
    PACE_UNKNOWN: mark("no earlier quarter to tell the pace from"),
    PATH_BEGINS: mark("by the pace"),
}
"""Why a status is not known, or what else it rests on."""


@dataclass(frozen=True)
class Rule:
    """
    The figures of the rule by which a status is told; see `status_of`.

    Parameters
    ----------
    pace_quarters
        Steps between quarters with figures over which the pace is the mean.
    behind_pace_share
        Share of what is required per quarter that the pace of an area above the path must reach to be only behind.
    """

    pace_quarters: int
    behind_pace_share: Decimal

    def sentences(self, language: Language) -> list[str]:
        """Return the rule as readers see it, from the best status to the worst."""
        say = language.say
        share = language.share(self.behind_pace_share, decimals=0)
        told = {
            status.REACHED: say("no more households lacking than the target allows"),
            status.ON_PATH: say(
                "not reached, and no more households lacking than the path allows in this quarter; in the quarter in "
                "which the path begins: the present pace is at least what is required"
            ),
            status.BEHIND: say(
                "above the path or at its beginning, and the present pace is at least {share} of what is required",
                share=share,
            ),
            status.FAR_BEHIND: say("above the path or at its beginning with a smaller pace, or the due date has come"),
            status.UNKNOWN: say("no target, no due date, no start of the path, or a commune that did not report"),
        }
        return [f"{sign_and_name(code, language)}: {text}" for code, text in told.items()]


def read_rule(values: Mapping[str, Any]) -> Rule:
    """Return the rule of a table of settings; raise `FigureError` where it makes no sense."""
    rule = Rule(int(values["pace_quarters"]), Decimal(str(values["behind_pace_share"])))
    if rule.pace_quarters < 1 or not 0 < rule.behind_pace_share <= 1:
        raise FigureError(
            "progress.rule",
            mark(
                "The rule of progress needs a pace of 1 quarter or more and a share above 0, at most 1; found {found}."
            ),
            found=f"{rule.pace_quarters}, {rule.behind_pace_share}",
        )
    return rule


def sign_and_name(code: str, language: Language, reason: str = "") -> str:
    """Return a status as readers see it in print: its sign, its word and, where there is one, its reason."""
    text = f"{status.STATUS_SIGNS[code]} {language.say(status.STATUS_NAMES[code])}"
    return f"{text} ({language.say(REASON_NAMES[reason])})" if reason else text
