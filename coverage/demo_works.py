"""The demo's works of Programme 2081 (công trình Chương trình 2081): synthetic, in step with the demo's figures."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from coverage.demo_noise import Counts, Numbers, noise
from geodata.periods import Period

WORK_COLUMNS: Final = (
    "work_code",
    "work_name",
    "commune_code",
    "households_planned",
    "households_connected",
    "cost_million_vnd",
    "progress_share",
    "completion_date",
)
"""Columns of works, those of the survey of works and the commune."""

_OVERFULL_PLAN: Final = 0.85


def make_works(communes: pd.DataFrame, figures: pd.DataFrame, settings: dict[str, Any]) -> pd.DataFrame:
    """
    Return works that agree with the figures of their communes.

    Parameters
    ----------
    communes
        Indexed by code: ``full_name``, ``province_code``, ``is_rural``.
    figures
        Columns `FIGURE_COLUMNS`, the quarters of the demo.
    settings
        Assumptions on works; see `[works]` of demo_assumptions.toml.

    Returns
    -------
    works
        Columns `WORK_COLUMNS`, provinces in code order. In each commune its works have together connected no more
        households than its figures gained, and have no more to connect than it lacks.
    """
    table = figures.assign(without=figures["households_all"] - figures["households_grid"])
    by_commune = table.set_index(["commune_code", "period"])["without"].astype("int64")
    without = by_commune.unstack().sort_index(axis="columns")  # noqa: PD010
    is_apt = communes["is_rural"].astype(bool) & (
        without.iloc[:, -1].reindex(communes.index) >= settings["least_households"]
    )
    able = communes[is_apt & (noise(communes.index, "has work") < settings["share_of_communes"])]
    lacking = without.loc[able.index]
    with_finished = noise(able.index, "finished work") < settings["share_with_finished"]
    finished = _finished_works(lacking[with_finished], settings)
    open_works = _open_works(lacking, finished, settings)
    works = pd.concat([finished, open_works[open_works["households_planned"] > 0]], ignore_index=True)
    works["province_code"] = communes["province_code"].loc[works["commune_code"]].to_numpy()
    works = works.sort_values(["province_code", "commune_code", "is_open"], ignore_index=True)
    stage = (works.groupby("commune_code").cumcount() + 1).astype(str)
    number = works.groupby("province_code").cumcount() + 1
    works["work_code"] = works["province_code"] + "-2081-" + number.astype(str).str.zfill(3)
    name = communes["full_name"].loc[works["commune_code"]].to_numpy()
    works["work_name"] = "Cấp điện các hộ chưa có điện " + name + ", giai đoạn " + stage + " (giả định)"
    span = settings["cost_million_vnd_to"] - settings["cost_million_vnd_from"]
    each = settings["cost_million_vnd_from"] + span * noise(works["work_code"], "cost") ** 2
    works["cost_million_vnd"] = (works["households_planned"].to_numpy(dtype=float) * each).round(0)
    counts = {"households_planned": "Int64", "households_connected": "Int64"}
    return works[list(WORK_COLUMNS)].astype({**counts, "work_name": "str", "completion_date": "datetime64[s]"})


def _finished_works(lacking: pd.DataFrame, settings: dict[str, Any]) -> pd.DataFrame:
    """Works that ended within the history: they connected what their communes gained up to that quarter."""
    periods = [Period.parse(str(code)) for code in lacking.columns]
    # Not in the first quarters, in which little was gained, nor in the last, of which open works have a share.
    place = 2 + (noise(lacking.index, "ended") * (len(periods) - 3)).astype(np.int64)
    counts = lacking.to_numpy()
    connected = counts[:, 0] - counts[np.arange(len(counts)), place]
    is_overfull = noise(lacking.index, "overfull") < settings["share_overfull"]
    planned = np.where(is_overfull, np.floor(connected * _OVERFULL_PLAN), connected)
    days = [_day_in(periods[n], share) for n, share in zip(place, noise(lacking.index, "ended on"), strict=True)]
    works = pd.DataFrame(
        {
            "commune_code": lacking.index,
            "is_open": False,
            "households_planned": planned.astype(np.int64),
            "households_connected": connected,
            "progress_share": 1.0,
            "completion_date": pd.to_datetime(pd.Series(days, dtype="object")),
            "ended_in": [str(periods[n]) for n in place],
        }
    )
    is_work = works["households_planned"] >= int(settings["least_finished"])
    return works[is_work].reset_index(drop=True)


def _open_works(lacking: pd.DataFrame, finished: pd.DataFrame, settings: dict[str, Any]) -> pd.DataFrame:
    """Works that go on: some have connected households since the commune's finished work, all have some left."""
    codes, last = lacking.index, Period.parse(str(lacking.columns[-1]))
    ended_in = finished.set_index("commune_code")["ended_in"].reindex(codes)
    since = np.array([0 if pd.isna(code) else list(lacking.columns).index(code) for code in ended_in])
    counts = lacking.to_numpy()
    gained = counts[np.arange(len(counts)), since] - counts[:, -1]
    is_started = noise(codes, "started") < settings["share_started"]
    connected = np.where(is_started, np.floor(gained * (0.5 + 0.5 * noise(codes, "gained"))), 0).astype(np.int64)
    span = settings["greatest_share"] - settings["least_share"]
    share = settings["least_share"] + span * noise(codes, "planned")
    left = np.ceil(counts[:, -1] * share).astype(np.int64)
    return pd.DataFrame(
        {
            "commune_code": codes,
            "is_open": True,
            "households_planned": connected + left,
            "households_connected": connected,
            "progress_share": _progress(connected, left, noise(codes, "progress")),
            "completion_date": _open_days(codes, last, settings),
        }
    )


def _progress(connected: Counts, left: Counts, draw: Numbers) -> Numbers:
    """Share of the work that is done: at least that of its households, never all of it."""
    of_households = connected / (connected + left)
    return np.minimum(of_households + (1 - of_households) * 0.5 * draw, 0.95).round(2)


def _open_days(codes: pd.Index[str], last: Period, settings: dict[str, Any]) -> pd.Series[pd.Timestamp]:
    ahead, behind = [last], [last.previous()]
    for _ in range(settings["quarters_ahead"]):
        ahead.append(ahead[-1].next())
    behind.append(behind[0].previous())
    kind, which, day = noise(codes, "dated"), noise(codes, "due"), noise(codes, "due on")
    without, late = settings["share_without_date"], settings["share_late"]
    days: list[date | None] = []
    for drawn, place, share in zip(kind, which, day, strict=True):
        quarters = behind if drawn < without + late else ahead[1:]
        quarter = quarters[int(place * len(quarters))]
        days.append(None if drawn < without else _day_in(quarter, share))
    return pd.to_datetime(pd.Series(days, dtype="object"))


def _day_in(quarter: Period, share: float) -> date:
    month = quarter.first_day.month + int(share * 3)
    return date(quarter.year, month, 1 + int(share * 3 % 1 * 27.9))
