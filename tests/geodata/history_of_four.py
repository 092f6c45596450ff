"""A small history that fits in the head: one district, four communes, one merger, one division, one reused code."""

from __future__ import annotations

from datetime import date

import pandas as pd

from geodata.unit_history import EVENT_COLUMNS, SPELL_COLUMNS, UnitHistory

# 2020: Đông (00004) is raised; Bắc (00001) and Nam (00002) merge into Trung, which takes the code of Nam.
# 2022: Tây (00003) is divided between Đông and Trung, 30 and 10 people.
# 2023: another commune, Mới, comes to the list under the code of Bắc, gone since 2020.
_SPELLS = [
    ("01", "2019-01-01", None, 1, "Tỉnh Thử", "tinh", None),
    ("001", "2019-01-01", None, 2, "Thử", "huyen", "01"),
    ("00001", "2019-01-01", "2020-01-01", 3, "Bắc", "xa", "001"),
    ("00001", "2023-01-01", None, 3, "Mới", "xa", "001"),
    ("00002", "2019-01-01", "2020-01-01", 3, "Nam", "xa", "001"),
    ("00002", "2020-01-01", "2022-01-01", 3, "Trung", "xa", "001"),
    ("00002", "2022-01-01", None, 3, "Trung", "xa", "001"),
    ("00003", "2019-01-01", "2022-01-01", 3, "Tây", "xa", "001"),
    ("00004", "2019-01-01", "2020-01-01", 3, "Đông", "xa", "001"),
    ("00004", "2020-01-01", "2022-01-01", 3, "Đông", "thi-tran", "001"),
    ("00004", "2022-01-01", None, 3, "Đông", "thi-tran", "001"),
]
_EVENTS = [
    ("2020-01-01", "raised", "00004", "00004", None, "1/NQ", "seen"),
    ("2020-01-01", "merged", "00001", "00002", None, "1/NQ", "seen"),
    ("2020-01-01", "merged", "00002", "00002", None, "1/NQ", "seen"),
    ("2020-01-01", "abolished", "00001", None, None, "1/NQ", "seen"),
    ("2020-01-01", "abolished", "00002", None, None, "1/NQ", "seen"),
    ("2020-01-01", "created", None, "00002", None, "1/NQ", "seen"),
    ("2022-01-01", "divided", "00003", "00002", 10, None, "unverified"),
    ("2022-01-01", "divided", "00003", "00004", 30, None, "unverified"),
    ("2022-01-01", "merged", "00002", "00002", None, None, "unverified"),
    ("2022-01-01", "merged", "00003", "00002", 10, None, "unverified"),
    ("2022-01-01", "merged", "00003", "00004", 30, None, "unverified"),
    ("2022-01-01", "merged", "00004", "00004", None, None, "unverified"),
    ("2022-01-01", "abolished", "00003", None, None, None, "unverified"),
]


def history_of_four() -> UnitHistory:
    """Return the history told above, known from 2019 to the end of 2024."""
    spells = pd.DataFrame(_SPELLS, columns=list(SPELL_COLUMNS[:-1])).assign(source="test")
    for day in ("valid_from", "valid_to"):
        spells[day] = pd.to_datetime(spells[day])
    columns = ["valid_date", "kind", "code_before", "code_after", "people", "decree", "date_quality"]
    events = pd.DataFrame(_EVENTS, columns=columns).assign(level=3, source="test")
    events["decree_quality"] = events["decree"].where(events["decree"].isna(), "seen")
    unverified = events["date_quality"] == "unverified"
    events["earliest"] = pd.Series("2021-07-01", index=events.index).where(unverified)
    events["latest"] = pd.Series("2022-06-30", index=events.index).where(unverified)
    events = events.reindex(columns=list(EVENT_COLUMNS))
    for day in ("valid_date", "earliest", "latest"):
        events[day] = pd.to_datetime(events[day])
    return UnitHistory(spells, events, date(2019, 1, 1), date(2024, 12, 31))
