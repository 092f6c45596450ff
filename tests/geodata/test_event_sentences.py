"""What happened to a unit, in words."""

from __future__ import annotations

from datetime import date

import pytest

from geodata.event_sentences import EVENT_NAMES, describe_event, describe_unit
from geodata.language import Language
from geodata.unit_history import EVENT_KINDS, UnitHistory

from .history_of_four import history_of_four

ENGLISH = Language("en")


@pytest.fixture
def history() -> UnitHistory:
    return history_of_four()


def test_every_event_has_a_sentence_in_both_languages(history: UnitHistory) -> None:
    for _, event in history.events.iterrows():
        english = describe_event(event, history, ENGLISH)
        vietnamese = describe_event(event, history, Language("vi"))
        assert english != vietnamese
        assert "{" not in english + vietnamese
    assert set(EVENT_NAMES) == set(EVENT_KINDS)


def test_the_story_of_a_merged_commune(history: UnitHistory) -> None:
    assert describe_unit(history, "00001", day=date(2019, 5, 1), language=ENGLISH) == [
        "01/01/2020, decree 1/NQ: Xã Bắc was merged into Xã Trung.",
        "About 01/01/2022 (surely from 01/07/2021 to 30/06/2022): Xã Trung took in parts of Xã Tây.",
    ]


def test_the_story_of_a_divided_commune_states_its_people(history: UnitHistory) -> None:
    assert describe_unit(history, "00003", day=date(2021, 5, 1), language=ENGLISH) == [
        "About 01/01/2022 (surely from 01/07/2021 to 30/06/2022): "
        "Xã Tây was divided; 10 of its people went to Xã Trung.",
        "About 01/01/2022 (surely from 01/07/2021 to 30/06/2022): "
        "Xã Tây was divided; 30 of its people went to Thị trấn Đông.",
    ]


def test_the_story_looks_back_and_forward_and_not_to_a_reused_code(history: UnitHistory) -> None:
    story = describe_unit(history, "00004", day=date(2024, 5, 1), language=ENGLISH)
    assert story[0] == "01/01/2020, decree 1/NQ: Xã Đông became Thị trấn Đông."
    assert describe_unit(history, "00001", day=date(2024, 5, 1), language=ENGLISH) == []


def test_in_vietnamese(history: UnitHistory) -> None:
    assert describe_unit(history, "00001", day=date(2019, 5, 1), language=Language("vi"))[0] == (
        "01/01/2020, nghị quyết 1/NQ: Xã Bắc nhập vào Xã Trung."
    )
