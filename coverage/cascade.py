"""Cascading: a target of an area, in households that may still lack when it is due, split to its parts; sums agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Final

import pandas as pd

from geodata.errors import FigureError, mark
from geodata.tables import require_columns

BY_LACKING, SAME_SHARE, BY_HAND = "by_lacking", "same_share", "by_hand"

RULES: Final = (BY_LACKING, SAME_SHARE, BY_HAND)

RULE_NAMES: Final = {
    BY_LACKING: mark("in proportion to the households still lacking"),
    SAME_SHARE: mark("the same share for every area"),
    BY_HAND: mark("every area by hand"),
}

RULE_SENTENCES: Final = {
    BY_LACKING: mark("Every area closes the same part of its gap: its number is in proportion to what it still lacks."),
    SAME_SHARE: mark("Every area is to reach the same share; one that is above it already keeps what it has."),
    BY_HAND: mark("Every number is set by hand; together they are the number of the whole."),
}

PART_COLUMNS: Final = ("lacking", "whole")
"""Of a part: households that lack now, and households of its share's denominator (missing for counts)."""

LEAST: Final = "least"
"""Column of a part, where it has one: households that it may lack at a later milestone, below which it need not go."""

TREE_COLUMNS: Final = ("parent_code", *PART_COLUMNS)


@dataclass(frozen=True)
class CascadePlan:
    """
    How a target is split.

    Parameters
    ----------
    rule
        One of `RULES`, for every area that `rules` does not name.
    rules
        Rule by the code of the area that is split.
    fixed
        Households that may still lack at the due date, set by hand, by the code of the part.
    """

    rule: str = BY_LACKING
    rules: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, int] = field(default_factory=dict)

    def rule_of(self, area: str) -> str:
        """Return the rule by which an area is split."""
        return self.rules.get(area, self.rule)


def split(whole: int, parts: pd.DataFrame, *, rule: str, fixed: Mapping[str, int] | None = None) -> pd.Series[int]:
    """
    Split the households that may still lack to the parts of an area.

    Parameters
    ----------
    whole
        Households that may still lack in all parts together; from what they must reach later to what they lack now.
    parts
        Indexed by area code: `PART_COLUMNS`, whole numbers; with `LEAST` where the milestone is not the last.
    rule
        One of `RULES`.
    fixed
        Numbers that are set by hand, by area code; they stay, and the rest is split by the rule.

    Returns
    -------
    households
        Whole numbers indexed by area code in code order. They add up to `whole`, and none is below its least (0) or
        above what its part lacks now. What is left by rounding goes to the largest remainders, of equal ones to the
        lower code.

    Raises
    ------
    FigureError
        If a number set by hand is below its least or above what its part lacks, if it leaves the others more than they
        lack or less than their least, if rule and numbers do not fit, or a part is unknown.

    Examples
    --------
    >>> parts = pd.DataFrame({"lacking": [60, 30, 10], "whole": [100, 100, 100]}, index=["84", "89", "91"])
    >>> split(50, parts, rule="by_lacking").to_dict()
    {'84': 30, '89': 15, '91': 5}
    >>> split(50, parts, rule="same_share").to_dict()
    {'84': 20, '89': 20, '91': 10}
    >>> split(50, parts, rule="by_lacking", fixed={"84": 10}).to_dict()
    {'84': 10, '89': 30, '91': 10}
    """
    require_columns(parts, PART_COLUMNS, what="parts")
    found = _split(whole, _counts_of(parts), rule, fixed or {})
    return pd.Series(found, dtype="int64", index=pd.Index(list(found), name="area_code"))


@dataclass(frozen=True)
class _Part:
    """The counts of a part as plain numbers."""

    most: int
    least: int
    whole: int | None


def _counts_of(parts: pd.DataFrame) -> dict[str, _Part]:
    """Return the counts of parts by their codes, in code order."""
    least = parts[LEAST] if LEAST in parts else [0] * len(parts)
    rows = zip(parts.index, parts["lacking"], least, parts["whole"], strict=True)
    found = {str(code): _Part(int(n), int(low), None if pd.isna(all_) else int(all_)) for code, n, low, all_ in rows}
    return dict(sorted(found.items()))


def _split(whole: int, parts: Mapping[str, _Part], rule: str, fixed: Mapping[str, int]) -> dict[str, int]:
    _check_fixed(fixed, parts)
    free = {code: part for code, part in parts.items() if code not in fixed}
    rest = whole - sum(fixed.values())
    _check_rest(rest, whole, free, sum(fixed.values()), rule)
    weights = _weights(free, rule)
    most, least = ({code: getattr(part, name) for code, part in free.items()} for name in ("most", "least"))
    if rule == SAME_SHARE:
        found = _fill(rest, weights, least, most)
    else:
        room = {code: part.most - part.least for code, part in free.items()}
        more = _fill(rest - sum(least.values()), room, dict.fromkeys(free, 0), room)
        found = {code: least[code] + more[code] for code in free}
    return {code: fixed[code] if code in fixed else found[code] for code in parts}


def _check_fixed(fixed: Mapping[str, int], parts: Mapping[str, _Part]) -> None:
    for code, number in fixed.items():
        if code not in parts:
            raise FigureError(
                "cascade.area-unknown",
                mark('"{area}" is no part of the area that is split. Parts: {parts}.'),
                area=code,
                parts=_some(parts),
            )
        if not parts[code].least <= number <= parts[code].most:
            raise FigureError(
                "cascade.number-impossible",
                mark(
                    "{area} cannot be left with {number} households. Write a number from {least} to {most}: no more "
                    "than it lacks before, no less than it must reach later."
                ),
                area=code,
                number=number,
                least=parts[code].least,
                most=parts[code].most,
            )


def _check_rest(rest: int, whole: int, free: Mapping[str, _Part], given: int, rule: str) -> None:
    """Refuse a rest that the areas without a number of their own cannot take, or that a rule by hand leaves."""
    need, room = sum(part.least for part in free.values()), sum(part.most for part in free.values())
    if rule == BY_HAND and free:
        raise FigureError(
            "cascade.numbers-missing",
            mark("By hand every area needs a number. Without one: {areas}. {rest} households are left for them."),
            areas=_some(free),
            rest=rest,
        )
    if rest < need:
        raise FigureError(
            "cascade.too-much",
            mark(
                "The numbers set by hand leave {given} of the {whole} households of the whole, the other areas need "
                "{need}: {over} too many. Lower them, or change the target of the whole."
            ),
            given=given,
            whole=whole,
            need=need,
            over=need - rest,
        )
    if rest > room:
        raise FigureError(
            "cascade.too-little",
            mark(
                "{rest} of the {whole} households are left for the other areas, which lack only {room} now: {over} "
                "too many. Raise the numbers set by hand, or change the target of the whole."
            ),
            rest=rest,
            whole=whole,
            room=room,
            over=rest - room,
        )


def _weights(parts: Mapping[str, _Part], rule: str) -> dict[str, int]:
    if rule not in RULES:
        raise FigureError(
            "cascade.rule-unknown",
            mark('There is no rule "{rule}". Rules: {allowed}.'),
            rule=rule,
            allowed=", ".join(RULES),
        )
    if rule == SAME_SHARE and any(part.whole is None for part in parts.values()):
        raise FigureError(
            "cascade.no-share",
            mark("A count has no share: split it in proportion to the households still lacking, or by hand."),
        )
    return {code: (part.whole or 0) if rule == SAME_SHARE else part.most for code, part in parts.items()}


def _fill(rest: int, weights: Mapping[str, int], least: Mapping[str, int], most: Mapping[str, int]) -> dict[str, int]:
    """
    Return whole numbers in proportion to the weights, each between its bounds, that add up to `rest`.

    One level is sought up to which all fill: each takes level × weight, at least its least and at most its most.
    """
    level = _level(rest, weights, least, most)
    quota = {code: _at(level, weights[code], least[code], most[code]) for code in weights}
    found = {code: floor(share) for code, share in quota.items()}
    left = rest - sum(found.values())
    for code in sorted((c for c in found if found[c] < quota[c]), key=lambda c: (found[c] - quota[c], c))[:left]:
        found[code] += 1
        left -= 1
    for code in sorted(found):  # parts without weight take what nobody else has room for
        more = min(left, most[code] - found[code])
        found[code] += more
        left -= more
    return found


def _level(rest: int, weights: Mapping[str, int], least: Mapping[str, int], most: Mapping[str, int]) -> Fraction:
    """Return the level at which the parts take `rest` together; the highest that still matters where they cannot."""
    turns = sorted({Fraction(bound[c], w) for c, w in weights.items() if w for bound in (least, most)})
    before = Fraction(0)
    for turn in turns:
        taken = sum(_at(turn, w, least[c], most[c]) for c, w in weights.items())
        if taken >= rest:
            # Between two turns the same parts fill, each by its weight.
            slope = sum(w for c, w in weights.items() if w and least[c] <= before * w and most[c] >= turn * w)
            return turn - Fraction(taken - rest) / slope if slope else turn
        before = turn
    return before


def _at(level: Fraction, weight: int, least: int, most: int) -> Fraction:
    return min(max(level * weight, Fraction(least)), Fraction(most))


def cascade(root: str, whole: int, tree: pd.DataFrame, plan: CascadePlan) -> pd.Series[int]:
    """
    Split a target down a tree of areas, level by level.

    Parameters
    ----------
    root
        Code of the area whose target it is.
    whole
        Households that may still lack in it.
    tree
        Indexed by area code, `TREE_COLUMNS` and `LEAST` where the milestone is not the last: every area below the root,
        its parent (`root` for the uppermost) and its counts; those of the parts of an area add up to the area's.
    plan
        By which rules, and which numbers stand.

    Returns
    -------
    households
        Indexed by area code in code order; the parts of every area add up to its own number.

    Raises
    ------
    FigureError
        As `split` does, for any level.
    """
    require_columns(tree, TREE_COLUMNS, what="areas")
    parts_of: dict[str, dict[str, _Part]] = {}
    for (code, part), parent in zip(_counts_of(tree).items(), tree["parent_code"].sort_index(), strict=True):
        parts_of.setdefault(str(parent), {})[code] = part
    if unknown := sorted(set(plan.fixed) - set(tree.index)):
        _check_fixed({unknown[0]: 0}, parts_of.get(root, {}))
    found: dict[str, int] = {}
    waiting = [(root, whole)]
    while waiting:
        area, number = waiting.pop()
        parts = parts_of.get(area)
        if parts is None:
            continue
        fixed = {code: plan.fixed[code] for code in parts if code in plan.fixed}
        below = _split(number, parts, plan.rule_of(area), fixed)
        found |= below
        waiting += below.items()
    return pd.Series(found, dtype="int64").sort_index().rename_axis("area_code")


def on_the_way(whole: int, parts: pd.DataFrame, final: pd.Series[int]) -> pd.Series[int]:
    """
    Split an earlier milestone so that every part lies between what it lacks now and its last milestone.

    Parameters
    ----------
    whole
        Households that may still lack at the milestone in all parts; at least the sum of `final`.
    parts
        Indexed by area code: `PART_COLUMNS`.
    final
        Households of the last milestone, indexed by area code.

    Examples
    --------
    >>> parts = pd.DataFrame({"lacking": [60, 40], "whole": [100, 100]}, index=["84", "89"])
    >>> on_the_way(60, parts, pd.Series({"84": 0, "89": 20})).to_dict()
    {'84': 30, '89': 30}
    """
    return split(whole, parts.assign(**{LEAST: final.reindex(parts.index)}), rule=BY_LACKING)


def share_left(lacking: int, whole: int | None, *, better: str) -> Decimal:
    """
    Return the value of an indicator that lacks so many households: a share, or the count where there is no whole.

    Examples
    --------
    >>> share_left(5, 1000, better="higher"), share_left(5, None, better="lower")
    (Decimal('0.995'), Decimal('5'))
    """
    if whole is None:
        return Decimal(lacking)
    part = whole - lacking if better != "lower" else lacking
    return Decimal(part) / Decimal(whole) if whole else Decimal(0 if better == "lower" else 1)


def _some(codes: Iterable[str], most: int = 12) -> str:
    listed = list(codes)
    return ", ".join(listed[:most]) + (" …" if len(listed) > most else "")
