"""The communes that ledgers state, by the real list of 2021."""

from __future__ import annotations

import pytest

from geodata.names import NameIndex
from loaders.ledger.stated import StatedPlaces
from loaders.reference import load_former_units, load_units


@pytest.fixture(scope="session")
def places() -> StatedPlaces:
    units = load_units()
    return StatedPlaces(units, NameIndex(units, load_former_units()))
