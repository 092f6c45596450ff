"""Plans: whether a figure meets its plan, from above or from below, and how far it is from it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

from coverage.indicator_rules import COUNT, LOWER, NONE
from coverage.indicators import Indicator
from geodata.differences import COUNTED, POINTS, Counted, Difference
from geodata.errors import mark
from geodata.language import Language

MET, NOT_MET, NO_PLAN, NO_ACTUAL = "met", "not_met", "no_plan", "no_actual"

EXACT, ROUNDED = "exact", "rounded"

VERDICT_NAMES: Final = {
    MET: mark("Met"),
    NOT_MET: mark("Not met"),
    NO_PLAN: mark("no plan"),
    NO_ACTUAL: mark("no actual figure"),
}

_CONTEXT: Final = Context(prec=28)


@dataclass(frozen=True)
class Verdict:
    """
    What becomes of a plan.

    Parameters
    ----------
    state
        `MET`, `NOT_MET`, `NO_PLAN` or `NO_ACTUAL`.
    gap
        How far the figure is beyond its plan, in the direction that is better; below 0 where it is short of it. Shares
        and changes are apart by percentage points, counts by what they count.
    basis
        `EXACT` where the counts are known, `ROUNDED` where only the stated figure is; empty without a verdict.
    is_close
        Whether a rounded figure is so near the plan that the exact one may lie on its other side.
    decimals
        With how many decimals the gap is shown.
    """

    state: str
    gap: Difference | None = None
    basis: str = ""
    is_close: bool = False
    decimals: int = 0

    def sentence(self, language: Language) -> str:
        """Return how far the figure is from the plan, in words; empty where there is no verdict."""
        if self.gap is None:
            return ""
        if self.gap.value == 0:
            return language.say("equal to the plan")
        size = self.gap.size(language, decimals=self.decimals)
        return language.say(mark("better by {size}") if self.gap.value > 0 else mark("short by {size}"), size=size)


def judge(indicator: Indicator, *, exact: Decimal | None, stated: Decimal | None, plan: Decimal | None) -> Verdict:
    """
    Return whether a figure meets its plan.

    A plan is met from above where higher is better (at least the plan) and from below where lower is (at most the
    plan); a figure equal to its plan meets it. An indicator of which neither is better is not judged.

    Parameters
    ----------
    exact
        Count, share or change from known counts; None where only the stated figure is known. It decides alone.
    stated
        The figure as it is stated, rounded: 99.72 percent, 8.17 million. It is compared as it stands.
    plan
        The plan in the unit of the stated figure.
    """
    if plan is None or indicator.better == NONE:
        return Verdict(NO_PLAN)
    if exact is None and stated is None:
        return Verdict(NO_ACTUAL)
    actual = stated if exact is None else indicator.stating.unrounded(exact)
    assert actual is not None
    apart = _CONTEXT.subtract(actual, plan)
    gap = -apart if indicator.better == LOWER else apart
    half = Decimal(5).scaleb(-indicator.stated_decimals - 1)
    return Verdict(
        state=MET if gap >= 0 else NOT_MET,
        gap=_difference(indicator, gap),
        basis=ROUNDED if exact is None else EXACT,
        is_close=exact is None and abs(gap) <= half,
        decimals=max(indicator.stated_decimals, -int(plan.normalize().as_tuple().exponent)),
    )


def _difference(indicator: Indicator, gap: Decimal) -> Difference:
    if indicator.kind != COUNT:
        return Difference(gap, POINTS)
    vi, en = (indicator.stated_unit(Language(code)) for code in ("vi", "en"))
    return Difference(gap, COUNTED, Counted(vi, en))
