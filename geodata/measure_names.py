"""What readers call the counts of a commune; each is said in the reader's language."""

from __future__ import annotations

from typing import Final

from geodata.errors import mark

MEASURE_NAMES: Final = {
    "households_all": mark("Households in all"),
    "households_grid": mark("With grid power"),
    "households_direct": mark("On direct sale"),
    "households_bulk": mark("Behind a master meter"),
    "households_shared": mark("On a shared meter"),
    "households_offgrid": mark("Off-grid source only"),
    "households_without": mark("Without power"),
    "households_all_urban": mark("Urban households in all"),
    "households_all_rural": mark("Rural households in all"),
    "households_grid_urban": mark("Urban with grid power"),
    "households_grid_rural": mark("Rural with grid power"),
}
