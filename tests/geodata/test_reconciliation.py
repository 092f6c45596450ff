"""Own commune lists against the official one: each reason accepted and refused, and what always holds."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import FigureError
from geodata.former_history import past_of
from geodata.language import Language
from geodata.names import NameIndex
from geodata.own_lists import APART, ASSIGN, ENTRY_COLUMNS, OPEN, Decision, entry_keys, written_name
from geodata.reconciliation import Reconciliation, reconcile
from geodata.reconciliation_reasons import CONFIDENCES, EXTRA_REASONS, REASON_NAMES, SENTENCES, STATUSES, sentence_of
from geodata.reconciliation_table import balance_of, listing
from loaders.reference import load_unit_history, load_units

UNITS = load_units()
PAST = past_of(load_unit_history(), UNITS.list_date)
NAMES = NameIndex(UNITS, PAST.former)
AN_PHU = {"district_name": "An Phú", "province_name": "An Giang"}
AN_GIANG = {"district_name": "Huyện Châu Phú", "province_name": "An Giang"}
CAN_GIUOC = {"district_name": "Cần Giuộc", "province_name": "Long An"}


def entries(*rows: dict[str, Any]) -> pd.DataFrame:
    blank = dict.fromkeys(ENTRY_COLUMNS, "")
    made = [{**blank, "sheet": "Xã", "row": number, **row} for number, row in enumerate(rows, start=2)]
    return pd.DataFrame(made, columns=pd.Index(ENTRY_COLUMNS))


def result(*rows: dict[str, Any], decisions: tuple[Decision, ...] = ()) -> Reconciliation:
    return reconcile(entries(*rows), UNITS, past=PAST, names=NAMES, decisions=decisions)


def own(found: Reconciliation) -> pd.DataFrame:
    return found.table[found.table["status"] != "missing"].reset_index(drop=True)


def outcome(*rows: dict[str, Any], of: int = 0, decisions: tuple[Decision, ...] = ()) -> tuple[str, str, str]:
    row = own(result(*rows, decisions=decisions)).iloc[of]
    return row["status"], row["reason"], row["unit_code"] or row["suggested_code"]


MATCHES: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
    ({"name": "Xã Mỹ Đức", **AN_GIANG}, ("matched", "name", "30469")),
    ({"name": unicodedata.normalize("NFD", "xã MỸ  ĐỨC"), **AN_GIANG}, ("matched", "name", "30469")),
    ({"name": "Mỹ Đức", "kind": "X", **AN_GIANG}, ("matched", "name", "30469")),
    ({"name": "Xã Mỹ Đức (vùng sâu)", **AN_GIANG}, ("matched", "name", "30469")),
    ({"name": "My Duc", **AN_GIANG}, ("matched", "spelling", "30469")),
    ({"name": "Mỹ Đức", "gso_code": "30469", **AN_GIANG}, ("matched", "code-and-name", "30469")),
    ({"name": "", "gso_code": "30469"}, ("matched", "code", "30469")),
    ({"name": "Mỹ Đứt", "gso_code": "30469", **AN_GIANG}, ("matched", "code-close-name", "30469")),
    ({"name": "Xã Cô Tô", "district_name": "Tri Tôn"}, ("matched", "former-name", "30580")),
    ({"name": "Xã Cô Tô", "gso_code": "30580"}, ("matched", "code-former-name", "30580")),
    ({"name": "TT Cái Nhum", "gso_code": "29620", "district_name": "Mang Thít"}, ("matched", "code-outdated", "29641")),
    ({"name": "Mỹ Đức", "gso_code": "99999", **AN_GIANG}, ("matched", "code-unknown", "30469")),
    ({"name": "Mỹ Phú", "gso_code": "30472", **AN_PHU}, ("matched", "code-other-district", "30472")),
    ({"name": "Ô Long Vỹ", "province_name": "An Giang"}, ("matched", "name-without-district", "30475")),
    ({"name": "Phường Ô Long Vỹ", **AN_GIANG}, ("matched", "kind-differs", "30475")),
]  # fmt: skip

DOUBTS: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
    ({"name": "Xã Tân Kim", **CAN_GIUOC}, ("doubtful", "merged", "28159")),
    ({"name": "", "gso_code": "28171"}, ("doubtful", "merged", "28159")),
    ({"name": "Xã Mỹ Bình", "gso_code": "28078", "district_name": "Tân Trụ"}, ("doubtful", "merged", "28078")),
    ({"name": "Xã Trường Bình", **CAN_GIUOC}, ("doubtful", "divided", "28159")),
    ({"name": "Trường Bình", "gso_code": "28186"}, ("doubtful", "divided", "28159")),
    ({"name": "Mỹ Đứt", **AN_GIANG}, ("doubtful", "close-name", "30469")),
    ({"name": "Ô Long Vỹ", **AN_PHU}, ("doubtful", "wrong-district", "30475")),
    ({"name": "Ô Long Vỹ", **AN_GIANG, "district_name": "Không Có"}, ("doubtful", "district-unknown", "30475")),
    ({"name": "Xã Tân Phú"}, ("doubtful", "several", "25546")),
    ({"name": "Xã Mỹ Phú", "gso_code": "30469", **AN_GIANG}, ("doubtful", "code-names-another", "30472")),
    ({"name": "Thành Lợi", "gso_code": "29800"}, ("doubtful", "code-names-another", "29791")),
    ({"name": "Xã Hưng Hà", "gso_code": "30469", **AN_GIANG}, ("doubtful", "code-name-disagree", "30469")),
]  # fmt: skip

LATER = {"name": "Phường Hưng Long", "district_name": "Chơn Thành", "province_name": "Bình Phước"}
EXTRAS: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"name": "Nông trường 402", **AN_GIANG}, ("extra", "unknown")),
    ({"name": "Xã Mỹ Đức", "province_name": "Tỉnh Thái Bình"}, ("extra", "other-province")),
    (LATER, ("extra", "later")),
]


@pytest.mark.parametrize(("entry", "expected"), [*MATCHES, *DOUBTS])
def test_each_reason_matches_or_doubts_its_entry(entry: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert outcome(entry) == expected


@pytest.mark.parametrize(("entry", "expected"), EXTRAS)
def test_entries_that_are_no_official_unit_are_extra(entry: dict[str, Any], expected: tuple[str, str]) -> None:
    assert outcome(entry)[:2] == expected


def test_same_entry_twice_is_doubtful_and_names_both_rows() -> None:
    entry = {"name": "Xã Mỹ Đức", **AN_GIANG}
    found = result(entry, entry)
    assert own(found)["reason"].tolist() == ["doubled", "doubled"]
    assert [json.loads(values)["rows"] for values in own(found)["values"]] == ["2, 3", "2, 3"]
    [missing] = found.table[found.table["unit_code"] == "30469"].to_dict("records")
    assert (missing["status"], missing["reason"], json.loads(missing["values"])["rows"]) == (
        "missing",
        "in-doubt",
        "2, 3",
    )


def test_stronger_evidence_is_matched_and_the_weaker_entry_names_it() -> None:
    weak, strong = {"name": "Phường Mỹ Đức", **AN_GIANG}, {"name": "Xã Mỹ Đức", **AN_GIANG}
    assert outcome(weak, strong, of=1) == ("matched", "name", "30469")
    assert outcome(weak, strong, of=0) == ("doubtful", "taken", "30469")
    row = own(result(weak, strong)).iloc[0]
    assert (row["suggested_row"], json.loads(row["values"])["rows"]) == ("3", "3")


def test_merged_commune_kept_beside_its_successor_is_doubtful_and_the_successor_matched() -> None:
    found = own(result({"name": "Xã Tân Kim", **CAN_GIUOC}, {"name": "TT Cần Giuộc", **CAN_GIUOC}))
    assert found["status"].tolist() == ["doubtful", "matched"]
    assert found["suggested_row"].tolist() == ["3", ""]


def test_date_and_decree_of_a_merger_are_told_as_far_as_they_were_seen() -> None:
    made = own(result({"name": "Xã Tân Kim", **CAN_GIUOC}, {"name": "Xã Đạ M'ri", "district_name": "Đạ Huoai"}))
    seen, between = (sentence_of(row.reason, row.values, Language("en")) for row in made.itertuples())
    assert seen == (
        "Xã Tân Kim was merged into Thị trấn Cần Giuộc (28159, Huyện Cần Giuộc) (01/01/2020, 836/NQ-UBTVQH14); the own "
        "list still keeps it apart."
    )
    assert "(17/12/2019 – 01/07/2021, 833/NQ-UBTVQH14)" in between


def test_without_a_past_nothing_is_followed() -> None:
    made = reconcile(entries({"name": "Xã Tân Kim", **CAN_GIUOC}), UNITS)
    assert own(made)[["status", "reason"]].to_numpy().tolist() == [["extra", "unknown"]]


DAY_2025 = date(2025, 7, 1)
PAST_2025 = past_of(load_unit_history(), DAY_2025)
UNITS_2025 = load_unit_history().units_on(DAY_2025)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"name": "Xã Mỹ Đức", "province_name": "An Giang"}, ("matched", "name")),
        ({"name": "Xã Mỹ Đức", **AN_GIANG}, ("matched", "name")),
        ({"name": "Xã Mỹ Phú", **AN_GIANG}, ("doubtful", "merged")),
        ({"name": "Xã Tân Kim", **CAN_GIUOC}, ("doubtful", "merged")),
        ({"name": "Đặc khu Phú Quốc", "province_name": "Kiên Giang"}, ("matched", "name")),
        ({"name": "Xã Mỹ Đức", "province_name": "Thái Bình"}, ("extra", "other-province")),
    ],
)
def test_lists_of_2025_are_read_by_the_districts_and_provinces_before(
    entry: dict[str, Any], expected: tuple[str, str]
) -> None:
    found = own(reconcile(entries(entry), UNITS_2025, past=PAST_2025)).iloc[0]
    assert (found["status"], found["reason"]) == expected


def decision(entry: dict[str, Any], verdict: str, unit_code: str = "") -> Decision:
    return Decision(entry_keys(entries(entry)).iloc[0], verdict, unit_code, "theo sổ", "An", "2021-07-02")


def test_decision_by_hand_goes_before_the_rules_and_is_taken_back() -> None:
    entry = {"name": "Mỹ Đứt", **AN_GIANG}
    assigned, apart, opened = (decision(entry, v, "30469" if v == ASSIGN else "") for v in (ASSIGN, APART, OPEN))
    assert outcome(entry, decisions=(assigned,)) == ("matched", "decided", "30469")
    assert outcome(entry, decisions=(assigned, apart)) == ("extra", "kept-apart", "30469")
    assert outcome(entry, decisions=(assigned, opened)) == ("doubtful", "close-name", "30469")


def test_decision_holds_for_the_entry_spelled_otherwise_and_not_for_a_unit_that_is_gone() -> None:
    written = {"name": unicodedata.normalize("NFD", "MỸ  ĐỨT"), "row": 900, **AN_GIANG}
    assert outcome(written, decisions=(decision({"name": "Mỹ Đứt", **AN_GIANG}, ASSIGN, "30469"),))[1] == "decided"
    gone = decision({"name": "Mỹ Đứt", **AN_GIANG}, ASSIGN, "28171")
    assert outcome({"name": "Mỹ Đứt", **AN_GIANG}, decisions=(gone,)) == ("doubtful", "close-name", "30469")


def test_decided_entry_goes_before_one_that_fits_as_well() -> None:
    other = {"name": "Nông trường 402", **AN_GIANG}
    fits = {"name": "Xã Mỹ Đức", "gso_code": "30469", **AN_GIANG}
    decided = (decision(other, ASSIGN, "30469"),)
    assert outcome(other, fits, decisions=decided) == ("matched", "decided", "30469")
    assert outcome(other, fits, of=1, decisions=decided) == ("doubtful", "taken", "30469")


def test_every_unit_of_an_empty_list_is_missing() -> None:
    found = result()
    assert found.counts == {"matched": 0, "missing": 2484, "extra": 0, "doubtful": 0}
    assert found.official == 2484


def test_official_list_against_itself_is_matched_whole() -> None:
    communes, names = UNITS.communes, UNITS.by_code["full_name"]
    rows = [
        {"name": c.full_name, "district_name": names[c.district_code], "province_name": names[c.province_code]}
        for c in communes.itertuples()
    ]
    found = result(*rows)
    assert found.counts == {"matched": 2484, "missing": 0, "extra": 0, "doubtful": 0}
    assert own(found)["unit_code"].tolist() == communes.index.tolist()


def test_table_without_a_column_is_refused() -> None:
    with pytest.raises(FigureError):
        reconcile(entries().drop(columns="kind"), UNITS)


def test_every_reason_has_a_sentence_a_name_and_a_strength_or_none() -> None:
    assert set(SENTENCES) == set(REASON_NAMES)
    assert set(CONFIDENCES) == set(SENTENCES) - EXTRA_REASONS - {"not-listed", "in-doubt"}


def test_listing_names_units_and_gives_reasons_in_the_language() -> None:
    found = result({"name": "Mỹ Đứt", **AN_GIANG}, {"name": "Xã Mỹ Đức", **AN_GIANG})
    shown = listing(found.table.iloc[:2], UNITS, Language("en"))
    assert shown["Suggestion"].tolist() == ["Xã Mỹ Đức (30469, Huyện Châu Phú), which is row 3 already", ""]
    assert shown["Official name"].tolist() == ["", "Xã Mỹ Đức"]
    assert shown["Evidence"].tolist() == ["weak", "strong"]
    assert balance_of(found, Language("en"))[2] == (
        "Difference: -2,482 = 1 doubtful + 0 not in the official list − 2,483 missing."
    )


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("Mỹ Đức", "TT", "TT Mỹ Đức"),
        ("Mỹ Đức", "X", "X. Mỹ Đức"),
        ("Mỹ Đức", "Thị trấn", "Thị trấn Mỹ Đức"),
        ("TT. Mỹ Đức", "TT", "TT. Mỹ Đức"),
    ],
)
def test_type_words_of_their_own_column_are_put_before_the_name(name: str, kind: str, expected: str) -> None:
    assert written_name(name, kind) == expected


SAMPLE = [entry for entry, _ in [*MATCHES, *DOUBTS]] + [entry for entry, _ in EXTRAS]
rows_of_lists = st.lists(st.sampled_from(SAMPLE), max_size=12)
EVERY = set(UNITS.communes.index)


@settings(max_examples=30, deadline=None)
@given(rows_of_lists, st.randoms(use_true_random=False))
def test_nothing_of_either_book_is_lost_or_counted_twice(rows: list[dict[str, Any]], random: Any) -> None:
    made = entries(*rows)
    found = reconcile(made, UNITS, past=PAST, names=NAMES)
    counts = found.counts
    assert counts["matched"] + counts["doubtful"] + counts["extra"] == len(rows) == found.entries
    assert counts["matched"] + counts["missing"] == len(EVERY) == found.official
    settled = found.table["unit_code"][found.table["status"].isin(["matched", "missing"])]
    assert set(settled) == EVERY
    assert settled.is_unique
    assert own(found)["row"].tolist() == made["row"].tolist()
    assert set(found.table["status"]) <= set(STATUSES)
    assert found.by_province().to_numpy().sum() == len(found.table)
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = reconcile(made.iloc[order], UNITS, past=PAST, names=NAMES)
    pd.testing.assert_frame_equal(shuffled.table, found.table)
