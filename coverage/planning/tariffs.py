"""Retail and rural bulk prices by decision: which are in force on a day, and what a household's kWh cost by tier."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import PhuDienError, mark
from geodata.target_data import Wording

RETAIL, RURAL_BULK = "retail", "rural_bulk"
"""Kinds of prices: what a household pays, and what an organisation pays at its master meter in the countryside."""

TIER_COLUMNS: Final = (
    "tier1_0_50",
    "tier2_51_100",
    "tier3_101_200",
    "tier4_201_300",
    "tier5_301_400",
    "tier6_over_400",
)
"""VND per kWh before VAT, by the kWh of one household and month."""

_TIER_FLOORS: Final = np.array([0.0, 50.0, 100.0, 200.0, 300.0, 400.0])

Numbers = npt.NDArray[np.float64]


class TariffError(PhuDienError):
    """A table of prices that cannot be used, or a day for which no prices are known."""


@dataclass(frozen=True)
class Prices:
    """
    The prices of one decision, VND per kWh before VAT, six tiers each.

    Parameters
    ----------
    retail_status, bulk_status
        ``seen`` where read at a public source, else ``unverified``: shown to readers.
    """

    decision: str
    effective: date
    retail_vnd_per_kwh: tuple[float, ...]
    bulk_vnd_per_kwh: tuple[float, ...]
    retail_status: str
    bulk_status: str
    retail_source: Wording
    bulk_source: Wording

    def retail_vnd(self, kwh_household_month: npt.ArrayLike) -> Numbers:
        """Return what a household pays in a month, without VAT."""
        return amount_vnd(kwh_household_month, self.retail_vnd_per_kwh)

    def bulk_vnd(self, kwh_household_month: npt.ArrayLike) -> Numbers:
        """Return what an organisation pays in a month for the kWh of one household through its master meter."""
        return amount_vnd(kwh_household_month, self.bulk_vnd_per_kwh)


def amount_vnd(kwh_household_month: npt.ArrayLike, tiers_vnd_per_kwh: tuple[float, ...]) -> Numbers:
    """
    Return what the kWh of a household and month cost by rising tiers, of any shape.

    The first 50 kWh cost the first tier, the next 50 the second, then 100 each, above 400 the sixth.

    Examples
    --------
    >>> amount_vnd([100.0, 150.0], (1678, 1734, 2014, 2536, 2834, 2927)).tolist()
    [170600.0, 271300.0]
    """
    kwh = np.asarray(kwh_household_month, dtype=np.float64)
    steps = np.diff(np.asarray(tiers_vnd_per_kwh, dtype=np.float64), prepend=0.0)
    # Each kWh above the floor of a tier costs that tier's step more than the tier below.
    amount = np.zeros_like(kwh)
    for floor, step in zip(_TIER_FLOORS, steps, strict=True):
        amount += step * np.maximum(kwh - floor, 0.0)
    return amount


@dataclass(frozen=True)
class _Side:
    decision: str
    effective: date
    tiers: tuple[float, ...]
    status: str
    source: Wording


class Tariffs:
    """Every decision on prices, oldest first; made by `read_tariffs`."""

    def __init__(self, sides: Mapping[tuple[date, str], _Side]) -> None:
        self._sides = dict(sides)
        self._days = sorted({day for day, _ in self._sides})

    @property
    def decisions(self) -> tuple[tuple[str, date], ...]:
        """Name of each decision and the day from which it is in force, oldest first."""
        return tuple((self._any_side(day).decision, day) for day in self._days)

    def on(self, day: date) -> Prices:
        """
        Return the prices in force on a day; a decision holds from its own day until the day before the next one.

        Raises
        ------
        TariffError
            If the day lies before the first decision, or the decision in force lacks retail or bulk prices.
        """
        in_force = [effective for effective in self._days if effective <= day]
        if not in_force:
            first, since = self.decisions[0]
            raise TariffError(
                "tariff.too-early",
                mark("No electricity prices are known for {day}: the first are of {decision}, in force from {since}. "
                     "Choose a later day, or add the earlier decision to the table of prices."),
                day=_day(day), decision=first, since=_day(since),
            )  # fmt: skip
        retail, bulk = self._side(in_force[-1], RETAIL, day), self._side(in_force[-1], RURAL_BULK, day)
        return Prices(
            decision=retail.decision,
            effective=retail.effective,
            retail_vnd_per_kwh=retail.tiers,
            bulk_vnd_per_kwh=bulk.tiers,
            retail_status=retail.status,
            bulk_status=bulk.status,
            retail_source=retail.source,
            bulk_source=bulk.source,
        )

    def _any_side(self, day: date) -> _Side:
        return next(side for (own, _), side in self._sides.items() if own == day)

    def _side(self, effective: date, kind: str, day: date) -> _Side:
        found = self._sides.get((effective, kind))
        if found is not None:
            return found
        decision = self._any_side(effective).decision
        if kind == RETAIL:
            raise TariffError(
                "tariff.no-retail",
                mark("{decision}, in force on {day}, has no retail prices in the table of prices. Add them, or choose "
                     "a day of another decision."),
                decision=decision, day=_day(day),
            )  # fmt: skip
        raise TariffError(
            "tariff.no-bulk",
            mark("{decision}, in force on {day}, has no rural bulk prices in the table of prices. Add them, or choose "
                 "a day of another decision."),
            decision=decision, day=_day(day),
        )  # fmt: skip


def read_tariffs(table: pd.DataFrame) -> Tariffs:
    """
    Return the prices of a table, all text.

    Parameters
    ----------
    table
        ``decision``, ``effective`` (ISO day), ``kind`` (`RETAIL` or `RURAL_BULK`), `TIER_COLUMNS`, ``status``,
        ``source_vi``, ``source_en``; one row a decision and kind.

    Raises
    ------
    TariffError
        If a row is not that, with its number; the first row under the header is 1.
    """
    sides: dict[tuple[date, str], _Side] = {}
    for number, row in enumerate(table.to_dict("records"), start=1):
        side, kind = _read_side(row, number), str(row["kind"])
        if kind not in (RETAIL, RURAL_BULK):
            raise TariffError(
                "tariff.kind-unknown", mark('Prices, row {row}: kind is "{found}", allowed are {allowed}.'),
                row=number, found=kind, allowed=f"{RETAIL}, {RURAL_BULK}",
            )  # fmt: skip
        if (side.effective, kind) in sides:
            raise TariffError(
                "tariff.twice",
                mark("Prices, row {row}: prices of kind {kind} in force from {day} stand twice. Leave one row."),
                row=number, kind=kind, day=_day(side.effective),
            )  # fmt: skip
        sides[side.effective, kind] = side
    if not sides:
        raise TariffError("tariff.none", mark("The table of prices has no row. Add the decision in force."))
    return Tariffs(sides)


def _read_side(row: Mapping[Hashable, Any], number: int) -> _Side:
    try:
        effective = date.fromisoformat(str(row["effective"]))
    except ValueError:
        raise TariffError(
            "tariff.day-unreadable",
            mark('Prices, row {row}: "{found}" is no day. Write year-month-day, such as 2019-03-20.'),
            row=number, found=row["effective"],
        ) from None  # fmt: skip
    tiers = tuple(_read_price(str(row[column]), column, number) for column in TIER_COLUMNS)
    if list(tiers) != sorted(tiers):
        raise TariffError(
            "tariff.tiers-fall",
            mark("Prices, row {row}: the prices {found} do not rise from tier to tier. Compare them with the "
                 "decision."),
            row=number, found=", ".join(f"{price:g}" for price in tiers),
        )  # fmt: skip
    source = Wording(str(row["source_vi"]), str(row["source_en"]))
    return _Side(str(row["decision"]), effective, tiers, str(row["status"]), source)


def _read_price(text: str, column: str, number: int) -> float:
    try:
        price = float(text)
    except ValueError:
        price = float("nan")
    if not 0 < price < float("inf"):
        raise TariffError(
            "tariff.price-unreadable",
            mark('Prices, row {row}, column {column}: "{found}" is no price above 0 VND per kWh.'),
            row=number, column=column, found=text,
        )  # fmt: skip
    return price


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
