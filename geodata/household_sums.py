"""What adds up to what among the counts of a commune: the same for uploads and for what counts already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class HouseholdSum:
    """
    A measure that is the sum of others.

    Parameters
    ----------
    whole, parts
        Of `geodata.tables.MEASURES`.
    may_be_inside
        Parts that may be counted inside another one and left out.
    """

    whole: str
    parts: tuple[str, ...]
    may_be_inside: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """Parts without which the sum is not complete."""
        return tuple(part for part in self.parts if part not in self.may_be_inside)


HOUSEHOLD_SUMS: Final = (
    HouseholdSum(
        "households_grid", ("households_direct", "households_bulk", "households_shared"), ("households_shared",)
    ),
    HouseholdSum("households_all", ("households_grid", "households_offgrid", "households_without")),
    HouseholdSum("households_all", ("households_all_urban", "households_all_rural")),
    HouseholdSum("households_grid", ("households_grid_urban", "households_grid_rural")),
)
"""T = D + B + S (S inside D where it is not counted apart), N = T + O + U, N and T = urban + rural."""

HOUSEHOLD_PARTS: Final = (
    ("households_all_urban", "households_grid_urban"),
    ("households_all_rural", "households_grid_rural"),
)
"""Wholes with one part each: households with power are not more than households, urban and rural taken apart."""
