"""The examples in the docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

# Pages draw when they are imported, and migrations run.
LEFT_OUT = ("coverage.pages", "loaders.store.migrations")


def module_names() -> list[str]:
    found: list[str] = []
    for package in ("coverage", "geodata", "loaders"):
        path = importlib.import_module(package).__path__
        found += [m.name for m in pkgutil.walk_packages(path, f"{package}.") if not m.name.startswith(LEFT_OUT)]
    return found


@pytest.mark.parametrize("name", module_names())
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
