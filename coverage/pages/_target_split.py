"""Splitting a target to its parts: rule and numbers set by hand; what is impossible is refused with the numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Final

import pandas as pd
import streamlit as st

from coverage.cascade import RULE_NAMES, RULE_SENTENCES, RULES, CascadePlan, share_left
from coverage.pages import _cache, _state, _target_table
from coverage.target_book import TargetBook
from coverage.target_cascades import SplitQuestion, plan_of
from coverage.targets import is_measured
from geodata.errors import PhuDienError, WorkspaceError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.target_data import WHOLE, Target
from geodata.target_words import value_of
from geodata.units import COMPANY_CODE

_DECIMALS: Final = 2


def draw(choices: _state.Choices) -> None:
    """Draw the split of one milestone of one target."""
    say, language, book = choices.language.say, choices.language, _cache.target_book()
    indicators = _cache.workspace().indicators
    splittable = [t for t in book.in_force() if t.applies_to == WHOLE and is_measured(t, indicators)]
    if not splittable:
        st.info(say("No target in force is measured by the figures here, so none can be split."))
        return
    target = _choose_target(splittable, book, language)
    due = _choose_milestone(target, language)
    try:
        question = book.split_question(target.code, due=due, told_on=date.fromisoformat(choices.told_on))
    except PhuDienError as error:
        st.warning(language.explain(error))
        return
    if question.whole == 0:
        st.info(
            say(
                "At this milestone nothing may lack anywhere: every area closes its whole gap, and there is nothing to "
                "choose. To plan the way, enter a version with earlier milestones, and split those."
            )
        )
    plan = _kept_plan(target, question, book)
    _draw_parts(target, question, plan, choices)


def _choose_target(targets: list[Target], book: TargetBook, language: Language) -> Target:
    by_code = {target.code: target for target in targets}
    code = st.selectbox(
        language.say("Target"),
        list(by_code),
        format_func=lambda found: _target_table.name_of(by_code[found], book, language),
        key="split_target",
    )
    return by_code[str(code)]


def _choose_milestone(target: Target, language: Language) -> str:
    dues = [str(m.due or "") for m in target.milestones]
    if len(dues) == 1:
        return dues[0]
    return str(
        st.radio(
            language.say("Milestone"),
            dues,
            index=len(dues) - 1,
            format_func=lambda due: language.period(Period.parse(due)) if due else language.say("no date stated"),
            horizontal=True,
            key=f"split_due_{target.code}",
        )
    )


def _kept_plan(target: Target, question: SplitQuestion, book: TargetBook) -> CascadePlan:
    """
    Return the plan that is being made in this session; else the one that is kept; else the plain rule.

    A plan names areas of the list in which it was made; on another day's map it begins anew.
    """
    key = _plan_key(question)
    if key not in st.session_state:
        kept = book.cascades.of_version(target.code).get(question.due)
        is_of_list = kept is not None and kept.units_of == question.told_on
        st.session_state[key] = plan_of(kept.plan) if kept is not None and is_of_list else CascadePlan()
    plan = st.session_state[key]
    assert isinstance(plan, CascadePlan)
    return plan


def _plan_key(question: SplitQuestion) -> str:
    return f"plan_{question.code}_{question.due}_{question.told_on}"


def _draw_parts(target: Target, question: SplitQuestion, plan: CascadePlan, choices: _state.Choices) -> None:
    language, say, book = choices.language, choices.language.say, _cache.target_book()
    area = _choose_area(question, choices)
    rule = str(
        st.radio(
            say("How it is split"),
            RULES,
            index=RULES.index(plan.rule_of(area)),
            format_func=lambda found: say(RULE_NAMES[found]),
            horizontal=True,
            key=f"rule_{target.code}_{question.due}_{area}",
        )
    )
    st.caption(say(RULE_SENTENCES[rule]))
    plan = replace(plan, rules={**plan.rules, area: rule})
    st.session_state[_plan_key(question)] = plan
    tree = _split_or_explain(question, plan, language)
    _draw_numbers(target, question, plan, tree, area, choices)
    if tree is not None:
        _draw_sums(question, tree, area, language)
        _draw_keep(target, question, plan, language)
    _draw_history(target, book, language)


def _choose_area(question: SplitQuestion, choices: _state.Choices) -> str:
    """Ask which area is parted: the whole, or an area below it that has parts."""
    language, units = choices.language, _cache.units_on(choices.told_on)
    above = set(question.tree["parent_code"])
    parents = [question.area, *(code for code in question.tree.index if code in above)]
    if choices.area != COMPANY_CODE and choices.area in parents:
        inside = {choices.area, *units.communes_of(choices.area)["district_code"].dropna()}
        parents = [question.area, *(c for c in parents if c in inside and c != question.area)]
    return str(
        st.selectbox(
            language.say("Area whose parts are shown"),
            parents,
            format_func=lambda code: COMPANY_CODE if code == COMPANY_CODE else units.name_with_parents(str(code)),
            key=f"split_area_{question.code}",
        )
    )


def _split_or_explain(question: SplitQuestion, plan: CascadePlan, language: Language) -> pd.DataFrame | None:
    try:
        return _cache.target_book().cascades.split(question, plan)
    except PhuDienError as error:
        st.error(language.explain(error))
        return None


def _draw_numbers(
    target: Target,
    question: SplitQuestion,
    plan: CascadePlan,
    tree: pd.DataFrame | None,
    area: str,
    choices: _state.Choices,
) -> None:
    """Show the parts with a column for numbers by hand, which hold when they are applied."""
    language, say = choices.language, choices.language.say
    table = _table(question, plan, tree, area, choices)
    by_hand = say("By hand")
    edited = st.session_state.setdefault("split_edited", 0)  # a new editor after every change of the plan
    with st.form(f"split_numbers_{target.code}_{question.due}_{area}"):
        shown = st.data_editor(
            table,
            hide_index=True,
            width="stretch",
            height=min(38 + 35 * len(table), 460),
            disabled=[column for column in table.columns if column != by_hand],
            column_config={
                by_hand: st.column_config.TextColumn(
                    help=say("Households that this area may still lack; blank: by the rule.")
                )
            },
            key=f"split_{target.code}_{question.due}_{area}_{edited}",
        )
        if not st.form_submit_button(say("Apply the numbers set by hand")):
            return
    try:
        typed = fixed_of(shown[by_hand])
    except PhuDienError as error:
        st.error(language.explain(error))
        return
    kept = {code: number for code, number in plan.fixed.items() if code not in table.index}
    st.session_state[_plan_key(question)] = replace(plan, fixed=kept | typed)
    st.session_state["split_edited"] += 1
    st.rerun()


def _table(
    question: SplitQuestion, plan: CascadePlan, tree: pd.DataFrame | None, area: str, choices: _state.Choices
) -> pd.DataFrame:
    language, say = choices.language, choices.language.say
    parts = question.tree[question.tree["parent_code"] == area]
    names = _cache.units_on(choices.told_on).by_code["full_name"]
    better = _cache.workspace().indicators[_cache.target_book().register.find(question.code).indicator].better
    shown = {
        say("Area"): [str(names[code]) for code in parts.index],
        say("Still lacking, {period}", period=language.period(Period.parse(question.base_period))): [
            _count(number, language) for number in parts["lacking"]
        ],
    }
    if tree is not None:
        may = tree["households"].reindex(parts.index)
        shown[say("May lack when due")] = [_count(number, language) for number in may]
        shown[say("To close")] = [_count(number, language) for number in parts["lacking"] - may]
        shown[say("Value of the target")] = [
            _value(int(may[str(code)]), whole, better, language) for code, whole in parts["whole"].items()
        ]
    shown[say("By hand")] = [_count(plan.fixed.get(str(code)), language, missing="") for code in parts.index]
    return pd.DataFrame(shown, index=parts.index)


def _count(number: Any, language: Language, *, missing: str = "–") -> str:
    return missing if number is None or pd.isna(number) else language.count(int(number))


def _value(lacking: int, whole: Any, better: str, language: Language) -> str:
    if pd.isna(whole):
        return language.count(lacking)
    return language.share(share_left(lacking, int(whole), better=better), decimals=_DECIMALS)


def fixed_of(column: pd.Series[str]) -> dict[str, int]:
    """Return the numbers that were typed in a column, by area code; blank cells are left to the rule."""
    found = {}
    for code, text in column.items():
        if pd.notna(text) and str(text).strip():
            value, unit = value_of(str(text))
            if unit or value != value.to_integral_value():
                raise WorkspaceError(
                    "target.value-fraction",
                    mark("{value} is no whole number: {unit} are counted."),
                    value=text,
                    unit="hộ",
                )
            found[str(code)] = int(value)
    return found


def _draw_sums(question: SplitQuestion, tree: pd.DataFrame, area: str, language: Language) -> None:
    parts = tree[tree["parent_code"] == area]
    whole = question.whole if area == question.area else int(tree["households"][area])
    st.write(
        language.say(
            "Sum of {count} areas: {sum} households may lack; the whole: {whole}. Still lacking ({period}): {lacking}.",
            count=len(parts),
            sum=int(parts["households"].sum()),
            whole=whole,
            lacking=int(parts["lacking"].sum()),
            period=language.period(Period.parse(question.base_period)),
        )
    )


def _draw_keep(target: Target, question: SplitQuestion, plan: CascadePlan, language: Language) -> None:
    say, book = language.say, _cache.target_book()
    with st.form(f"keep_split_{target.code}_{question.due}"):
        user = _state.user_name(language, key="split")
        reason = st.text_input(say("Reason"), key="split_reason")
        left, right = st.columns(2)
        kept = left.form_submit_button(say("Keep this split"), type="primary")
        dropped = right.form_submit_button(say("Take every split of this target back"))
    if not kept and not dropped:
        return
    try:
        if kept:
            book.cascades.keep(question, plan, user=user, reason=reason)
        else:
            book.cascades.drop(target.code, user=user, reason=reason)
            for key in [k for k in st.session_state if str(k).startswith(f"plan_{target.code}_")]:
                del st.session_state[key]
    except PhuDienError as error:
        st.error(language.explain(error))
        return
    st.rerun()


def _draw_history(target: Target, book: TargetBook, language: Language) -> None:
    say, history = language.say, book.cascades.history_of(target.code)
    if not history:
        st.caption(say("No split of this target was kept: it is split in proportion to the households still lacking."))
        return
    st.subheader(say("Splits that were kept"))
    plans = [plan_of(one.plan) for one in history]
    table = pd.DataFrame(
        {
            say("Milestone"): [language.period(Period.parse(one.due)) if one.due else "–" for one in history],
            say("Rule"): [say(RULE_NAMES[plan.rule_of(target.area)]) for plan in plans],
            say("Set by hand"): [language.count(len(plan.fixed)) for plan in plans],
            say("Entered by"): [f"{one.by}, {language.moment(_cache.local_time(one.at))}" for one in history],
            say("Reason"): [one.reason for one in history],
        }
    )
    st.dataframe(table, hide_index=True, width="stretch")
