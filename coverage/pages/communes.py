"""Commune lists: an organisation's own list held against the official one; doubtful entries are decided by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from coverage.commune_lists import DEFAULT_ORGANISATION, KeptReconciliation, official_list
from coverage.pages import _cache, _decide_entries, _state
from geodata.errors import FileError, PlaceError
from geodata.language import Language
from geodata.reconciliation_reasons import STATUS_NAMES, STATUS_SHORT, STATUSES
from geodata.reconciliation_table import balance_of, listing, without_blank
from geodata.units import COMPANY_CODE, Units
from loaders.reference import LIST_DATE_2019, LIST_DATE_2021
from loaders.store.batches import DRAFT
from loaders.workbook.reader import SUFFIXES

_EVERY = ""


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    say = choices.language.say
    _draw_two_books(choices.language)
    counting = _cache.commune_lists().counting()
    with st.expander(say("Upload an own commune list"), expanded=not counting, icon=":material/upload_file:"):
        _draw_upload(choices)
    if not counting:
        st.info(
            say(
                "No own commune list counts yet. Upload the list that your organisation keeps: any workbook with a "
                "column of commune names, districts beside or above them. It is held against the official list of "
                "the day; you see what is matched, missing, extra and doubtful, each with its reason."
            )
        )
        return
    names = [kept.stored.organisation for kept in counting]
    shown = counting[0]
    if len(counting) > 1:
        chosen = st.selectbox(say("Organisation"), names, key="list_organisation")
        shown = counting[names.index(str(chosen))]
    _draw_list(shown, choices)


def _draw_two_books(language: Language) -> None:
    published = _cache.workspace().published.set_index("indicator").loc["communes_with_power"].to_dict()
    units = _cache.workspace().units
    st.caption(
        language.say(
            "EVNSPC published {with_power} of {all} communes with power on {published_on}, counted in its own book; "
            "the official list of {day} has {official}. Both are right in their own book and both stay: the indicator "
            "counts official communes, and this page tells how the two books meet.",
            with_power=int(published["numerator"]),
            all=int(published["denominator"]),
            published_on=language.day(date.fromisoformat(published["period"])),
            day=language.day(units.list_date),
            official=len(units.communes),
        )
    )


# ---- upload


def _draw_upload(choices: _state.Choices) -> None:
    language, say = choices.language, choices.language.say
    left, middle, right = st.columns(3)
    with left:
        user = _state.user_name(language, key="communes")
    with middle:
        organisation = st.text_input(
            say("Organisation whose list it is"), value=DEFAULT_ORGANISATION, key="list_owner", max_chars=80
        )
    with right:
        day = st.date_input(
            say("Official list of"), LIST_DATE_2021, min_value=LIST_DATE_2019, format="DD/MM/YYYY", key="list_day"
        )
    file = st.file_uploader(say("Own commune list"), type=[suffix[1:] for suffix in SUFFIXES], key="list_file")
    if file is None:
        st.caption(say("The file is checked first; nothing counts before you accept it."))
        return
    if not user or not organisation.strip():
        st.info(say("Write your name and the organisation first: both are stored with the list."))
        return
    try:
        batch_id = _proposed(file, user, organisation, day)
    except (FileError, PlaceError) as error:
        st.error(language.explain(error))
        st.caption(say("Nothing was stored; the workspace is as before."))
        return
    kept = _cache.commune_lists().find(batch_id)
    for sentence in balance_of(kept.result, language):
        st.write(sentence)
    issues = _cache.workspace().issues_of(batch_id)
    if issues:
        with st.expander(say("Rows that were left out ({count})", count=len(issues))):
            st.dataframe(
                pd.DataFrame({say("Row"): [issue.message(language) for issue in issues]}),
                hide_index=True,
                width="stretch",
            )
    if kept.stored.batch.state != DRAFT:
        st.success(say("This list is accepted and counts."))
    elif st.button(say("Accept this list"), type="primary", key="accept_list"):
        _cache.commune_lists().accept(batch_id, user=user)
        st.rerun()


def _proposed(file: Any, user: str, organisation: str, day: date) -> int:
    """Return the batch of an uploaded file; it is read once, however often the page is drawn."""
    key = f"{file.file_id}|{user}|{organisation}|{day}"
    known = st.session_state.get("list_proposed")
    if known is None or known[0] != key:
        proposal = _cache.commune_lists().propose(
            file.getvalue(), file.name, user=user, organisation=organisation, day=day
        )
        known = st.session_state["list_proposed"] = (key, proposal.stored.batch.id)
    return int(known[1])


# ---- the list that counts


def _draw_list(kept: KeptReconciliation, choices: _state.Choices) -> None:
    language, say = choices.language, choices.language.say
    day = date.fromisoformat(kept.stored.valid_on)
    units = official_list(day).units
    st.subheader(f"{kept.stored.organisation}, {language.day(day)}")
    for column, status in zip(st.columns(len(STATUSES)), STATUSES, strict=True):
        column.metric(say(STATUS_SHORT[status]), language.count(kept.result.counts[status]))
    st.write("  \n".join(balance_of(kept.result, language)))
    batch = kept.stored.batch
    moment = language.moment(_cache.local_time(batch.created_at))
    st.caption(
        say("{file}, uploaded by {user} at {moment}", file=batch.file_name, user=batch.created_by, moment=moment)
    )
    _draw_downloads(kept, language)
    rows, decide, provinces = st.tabs([say("Row by row"), say("Decide by hand"), say("By province")])
    with rows:
        _draw_rows(kept, units, choices)
    with decide:
        _decide_entries.draw(kept, units, choices)
    with provinces:
        _draw_provinces(kept, units, language)


def _draw_downloads(kept: KeptReconciliation, language: Language) -> None:
    say, lists, batch_id = language.say, _cache.commune_lists(), kept.stored.batch.id
    stem = f"doi_chieu_danh_muc_xa_{kept.stored.valid_on}"
    left, right = st.columns(2)
    # Made when they are asked for, of what is decided by then.
    with left:
        st.download_button(
            say("Download the reconciliation (.xlsx)"),
            lambda: lists.workbook(lists.find(batch_id), language),
            f"{stem}.xlsx",
            key="list_xlsx",
        )
    with right:
        st.download_button(
            say("Download every row (.csv)"),
            lambda: lists.csv(lists.find(batch_id), language),
            f"{stem}.csv",
            "text/csv",
            key="list_csv",
        )


def _draw_rows(kept: KeptReconciliation, units: Units, choices: _state.Choices) -> None:
    say, language = choices.language.say, choices.language
    status = st.selectbox(
        say("Status"),
        [_EVERY, *STATUSES],
        index=1 + STATUSES.index("doubtful"),
        format_func=lambda code: say(STATUS_NAMES[code]) if code else say("all"),
        key="list_status",
    )
    table = kept.result.table
    if status:
        table = table[table["status"] == status]
    table = in_area(table, units, choices.area)
    st.caption(say("{rows} rows. The area of the side bar holds here too.", rows=len(table)))
    st.dataframe(without_blank(listing(table, units, language)), hide_index=True, width="stretch")


def in_area(table: pd.DataFrame, units: Units, area: str) -> pd.DataFrame:
    """Return the rows of a province; all where the list of that day does not have the province."""
    if area == COMPANY_CODE or area not in units.provinces.index:
        return table
    return table[table["province_code"] == area]


def _draw_provinces(kept: KeptReconciliation, units: Units, language: Language) -> None:
    say, names = language.say, units.by_code["full_name"]
    counts = kept.result.by_province()
    shown: dict[str, list[str]] = {
        say("Province"): [names[str(code)] if code else say("Province not known") for code in counts.index]
    }
    for status in STATUSES:
        shown[say(STATUS_SHORT[status])] = [language.count(int(count)) for count in counts[status]]
    st.dataframe(pd.DataFrame(shown), hide_index=True, width="stretch")
