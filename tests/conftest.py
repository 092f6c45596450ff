"""Fixtures that every part of the tests uses."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Return the folder of real files beside the checkout; skip where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the shared folder with the real files does not stand beside this checkout")
    return SHARED
