"""The one guarded import of numba: compiled loops where it is there, None where it is not."""

from __future__ import annotations

import importlib
import sys
import threading
import types
from collections.abc import Callable
from typing import Any

_LOCK = threading.Lock()


def compile_loop(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """
    Return a function compiled to machine code, or None where numba is not installed or does not import.

    The compiled code is kept beside the source, or where the user's caches are; where neither folder can be written
    it is compiled anew in every process.
    """
    numba = _import_numba()
    if numba is None:
        return None
    try:
        return numba.njit(cache=True, nogil=True)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # no folder for the cache can be written
        return numba.njit(nogil=True)(function)  # type: ignore[no-any-return]


def _import_numba() -> Any:
    with _LOCK:
        # One module of numba looks for coverage.py, finds our package `coverage`, and fails. It only tells coverage.py
        # which compiled lines were run, so an empty stand-in does. (Hiding our package instead would make imports in
        # other threads fail.)
        stand_in = types.ModuleType("numba.misc.coverage_support")
        stand_in.get_registered_loc_notify = lambda *_: []  # type: ignore[attr-defined]
        sys.modules.setdefault(stand_in.__name__, stand_in)
        try:
            return importlib.import_module("numba")
        except (ImportError, OSError):  # OSError: its library was built for another processor
            return None
