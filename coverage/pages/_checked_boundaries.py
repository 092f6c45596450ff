"""Boundary files that were checked on the page, so that a click does not check them anew."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

import streamlit as st

from coverage.boundary_layers import BoundaryProposal

_MOST_VERTICES: Final = 6_000_000
"""Vertices of all that is kept, about 0.3 GB; the ones that were asked for longest ago go first."""


class CheckedBoundaries:
    """Checked files by everything that the check depended on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, BoundaryProposal] = OrderedDict()

    def find(self, key: Hashable) -> BoundaryProposal | None:
        """Return a checked file, None where it was not checked with these choices or has been let go."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Hashable, proposal: BoundaryProposal) -> None:
        """Keep a checked file, and let go of the oldest where there are too many."""
        with self._lock:
            self._kept[key] = proposal
            while len(self._kept) > 1 and sum(self._sizes()) > _MOST_VERTICES:
                self._kept.popitem(last=False)

    def _sizes(self) -> list[int]:
        return [proposal.layer.quality.vertices for proposal in self._kept.values()]


@st.cache_resource(max_entries=1, show_spinner=False)
def shelf() -> CheckedBoundaries:
    """Return the files that were checked on this server."""
    return CheckedBoundaries()
