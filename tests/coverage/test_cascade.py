"""Cascading: parts add up to their whole at every level, whatever is set by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.cascade import BY_HAND, BY_LACKING, SAME_SHARE, CascadePlan, cascade, on_the_way, share_left, split
from geodata.errors import FigureError

RULES = st.sampled_from([BY_LACKING, SAME_SHARE])


def parts_of(*counts: tuple[int, int]) -> pd.DataFrame:
    codes = [f"{number:02}" for number in range(1, len(counts) + 1)]
    return pd.DataFrame(counts, columns=["lacking", "whole"], index=pd.Index(codes, name="area_code")).astype("Int64")


@st.composite
def some_parts(draw: st.DrawFn) -> pd.DataFrame:
    """Return parts that must reach something later, or nothing."""
    counts = draw(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3000)), min_size=1, max_size=9))
    parts = parts_of(*((lacking, lacking + more) for lacking, more in counts))
    if draw(st.booleans()):
        parts["least"] = [draw(st.integers(0, lacking)) for lacking, _ in counts]
    return parts


def least_of(parts: pd.DataFrame) -> pd.Series[int]:
    return parts["least"] if "least" in parts else parts["lacking"] * 0


@st.composite
def splits(draw: st.DrawFn) -> tuple[int, pd.DataFrame, str, dict[str, int]]:
    """Return a whole, parts, a rule and numbers set by hand that are possible together."""
    parts = draw(some_parts())
    chosen = draw(st.lists(st.sampled_from(parts.index.tolist()), unique=True))
    least = least_of(parts)
    fixed = {code: draw(st.integers(int(least[code]), int(parts.loc[code, "lacking"]))) for code in chosen}
    need, room = int(least.drop(chosen).sum()), int(parts["lacking"].drop(chosen).sum())
    return sum(fixed.values()) + draw(st.integers(need, room)), parts, draw(RULES), fixed


@given(splits())
def test_parts_add_up_to_the_whole_within_what_they_lack_and_numbers_set_by_hand_stay(
    case: tuple[int, pd.DataFrame, str, dict[str, int]],
) -> None:
    whole, parts, rule, fixed = case
    found = split(whole, parts, rule=rule, fixed=fixed)
    assert found.sum() == whole
    assert found.between(least_of(parts), parts["lacking"]).all()
    assert {code: found[code] for code in fixed} == fixed


@given(splits(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(case: tuple[int, pd.DataFrame, str, dict[str, int]], random: object) -> None:
    whole, parts, rule, fixed = case
    order = parts.index.tolist()
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = split(whole, parts.loc[order], rule=rule, fixed=fixed)
    pd.testing.assert_series_equal(shuffled, split(whole, parts, rule=rule, fixed=fixed))


@given(splits())
def test_splitting_again_with_every_number_kept_changes_nothing(
    case: tuple[int, pd.DataFrame, str, dict[str, int]],
) -> None:
    whole, parts, rule, fixed = case
    found = split(whole, parts, rule=rule, fixed=fixed)
    for again in (rule, BY_HAND):
        pd.testing.assert_series_equal(split(whole, parts, rule=again, fixed=found.to_dict()), found)
    some = {str(code): int(found[code]) for code in found.index[: len(found) // 2]}
    assert split(whole, parts, rule=rule, fixed=fixed | some).sum() == whole


@given(splits(), st.integers(0, 400))
def test_an_earlier_milestone_lies_between_now_and_the_last_one(
    case: tuple[int, pd.DataFrame, str, dict[str, int]], more: int
) -> None:
    whole, parts, rule, fixed = case
    final = split(whole, parts, rule=rule, fixed=fixed)
    earlier = min(whole + more, int(parts["lacking"].sum()))
    found = on_the_way(earlier, parts, final)
    assert found.sum() == earlier
    assert (found >= final).all()
    assert found.between(0, parts["lacking"]).all()


def test_the_same_share_leaves_alone_who_is_above_it_and_brings_the_others_to_one_share() -> None:
    parts = parts_of((500, 1000), (300, 1000), (10, 1000))
    found = split(210, parts, rule=SAME_SHARE)
    assert found.tolist() == [100, 100, 10]


def test_an_area_that_must_be_lower_later_is_not_brought_below_that_now() -> None:
    parts = parts_of((500, 1000), (300, 1000)).assign(least=[400, 0])
    assert split(450, parts, rule=SAME_SHARE).tolist() == [400, 50]
    with pytest.raises(FigureError) as caught:
        split(399, parts, rule=SAME_SHARE)
    assert caught.value.code == "cascade.too-much"


def test_what_rounding_leaves_goes_to_the_largest_remainders_then_to_the_lower_code() -> None:
    assert split(2, parts_of((3, 9), (3, 9), (3, 9)), rule=BY_LACKING).tolist() == [1, 1, 0]
    assert split(4, parts_of((2, 9), (7, 9)), rule=BY_LACKING).tolist() == [1, 3]


@pytest.mark.parametrize(
    ("whole", "rule", "fixed", "code", "told"),
    [
        (50, BY_LACKING, {"01": 61}, "cascade.number-impossible", {"number": 61, "most": 60}),
        (50, BY_LACKING, {"01": -1}, "cascade.number-impossible", {"number": -1, "least": 0}),
        (50, BY_LACKING, {"01": 51}, "cascade.too-much", {"given": 51, "whole": 50, "over": 1}),
        (50, BY_LACKING, {"01": 9}, "cascade.too-little", {"rest": 41, "room": 40, "over": 1}),
        (50, BY_LACKING, {"09": 1}, "cascade.area-unknown", {"area": "09"}),
        (50, BY_HAND, {"01": 20}, "cascade.numbers-missing", {"rest": 30, "areas": "02"}),
        (50, BY_HAND, {"01": 20, "02": 29}, "cascade.too-little", {"rest": 1, "room": 0}),
        (50, "by_mood", {}, "cascade.rule-unknown", {"rule": "by_mood"}),
    ],
)
def test_impossible_wishes_are_refused_with_the_numbers(
    whole: int, rule: str, fixed: dict[str, int], code: str, told: dict[str, object]
) -> None:
    with pytest.raises(FigureError) as caught:
        split(whole, parts_of((60, 100), (40, 100)), rule=rule, fixed=fixed)
    assert caught.value.code == code
    told_in_fact = caught.value.values  # noqa: PD011 - of an error, not of a table
    assert {name: told_in_fact[name] for name in told} == told


def test_a_count_has_no_share_to_be_split_by() -> None:
    parts = parts_of((60, 100), (40, 100)).assign(whole=pd.array([pd.NA, pd.NA], dtype="Int64"))
    assert split(50, parts, rule=BY_LACKING).tolist() == [30, 20]
    with pytest.raises(FigureError) as caught:
        split(50, parts, rule=SAME_SHARE)
    assert caught.value.code == "cascade.no-share"


TREE = pd.DataFrame(
    {
        "parent_code": ["EVNSPC", "EVNSPC", "84", "89", "89", "886", "889", "889", "842"],
        "lacking": [30, 70, 30, 20, 50, 20, 25, 25, 30],
        "whole": [300, 700, 300, 300, 400, 300, 200, 200, 300],
    },
    index=pd.Index(["84", "89", "842", "886", "889", "30337", "30469", "30472", "29236"], name="area_code"),
)


@given(st.integers(0, 100), RULES, st.integers(0, 20))
def test_sums_agree_at_every_level(whole: int, rule: str, fixed: int) -> None:
    plan = CascadePlan(rule=rule, rules={"89": BY_LACKING}, fixed={"886": fixed} if 40 <= whole <= 60 else {})
    found = cascade("EVNSPC", whole, TREE, plan)
    assert found[["84", "89"]].sum() == whole
    for parent in ("84", "89", "842", "886", "889"):
        assert found[TREE.index[TREE["parent_code"] == parent]].sum() == found[parent]
    assert (found <= TREE["lacking"].sort_index()).all()


def test_a_number_set_below_another_level_that_does_not_fit_is_refused() -> None:
    with pytest.raises(FigureError) as caught:
        cascade("EVNSPC", 10, TREE, CascadePlan(fixed={"84": 0, "889": 11}))
    assert caught.value.code == "cascade.too-much"
    with pytest.raises(FigureError) as unknown:
        cascade("EVNSPC", 10, TREE, CascadePlan(fixed={"77": 0}))
    assert unknown.value.code == "cascade.area-unknown"


def test_values_of_what_may_lack() -> None:
    assert str(share_left(5, 1000, better="higher")) == "0.995"
    assert str(share_left(5, 1000, better="lower")) == "0.005"
    assert share_left(0, 0, better="higher") == 1
