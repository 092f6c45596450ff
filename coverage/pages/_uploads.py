"""Uploaded files and what was made of them, so that a click on the page does not read a file anew."""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import streamlit as st

from coverage.pages import _cache
from coverage.surveys import Proposal
from geodata.language import Language
from geodata.periods import Period
from loaders.store.batches import WITHDRAWN
from loaders.survey.records import Progress
from loaders.survey.templates import SurveyTemplate

_MOST_ROWS: Final = 2_000_000
"""Rows of the proposals that are kept; the ones that were asked for longest ago go first."""


@dataclass(frozen=True)
class Upload:
    """
    A file as a user has uploaded it.

    Parameters
    ----------
    id
        Its number in the uploader, part of the keys of its widgets.
    file
        Streamlit's uploaded file.
    period
        Quarter of figures for which the file names none.
    told_on
        Day (ISO text) in whose list the communes of records are sought where the file names no quarter.
    """

    id: str
    name: str
    file: Any
    user: str
    period: Period | None
    told_on: str
    language: Language
    template: SurveyTemplate

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return bytes(self.file.getvalue())

    @property
    def takes_good_rows(self) -> bool:
        """Whether the user has asked for the rows without errors only."""
        return bool(st.session_state.get(self._good_rows_key))

    @property
    def _good_rows_key(self) -> str:
        return f"good_rows_{self.id}"

    def take_good_rows(self) -> None:
        """Ask for the rows without errors only."""
        st.session_state[self._good_rows_key] = True

    def propose(self, progress: Progress | None = None) -> Proposal:
        """Return what the file is understood to say; read once, and anew after other uploads have changed the data."""
        surveys, shelf = _cache.surveys(), _shelf()
        known = shelf.find(self._key)
        if known is not None:
            return known
        proposal = surveys.propose(
            self.content,
            self.name,
            user=self.user,
            template_id=self.template.id,
            period=self.period,
            default_on=date.fromisoformat(self.told_on),
            good_rows_only=self.takes_good_rows,
            progress=progress,
        )
        shelf.keep(self._key, proposal)
        return proposal

    @property
    def is_read(self) -> bool:
        """Whether the file was read already, and nothing that it was held against has changed."""
        return _shelf().find(self._key) is not None

    def choose_columns(self, layout: str, choices: dict[str, str]) -> None:
        """Remember what the columns of the file's layout hold; it is read anew with them."""
        _cache.surveys().choose_columns(layout, choices, user=self.user)
        _shelf().clear()

    @property
    def _key(self) -> str:
        parts = (
            self.id,
            self.name,
            self.user,
            self.template.id,
            str(self.period),
            str(self.takes_good_rows),
            self.told_on,
        )
        return "|".join(parts)


class _Shelf:
    """Proposals by file, each with the version of the data that it was held against."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[Proposal, int]] = OrderedDict()

    def find(self, key: str) -> Proposal | None:
        workspace = _cache.workspace()
        with self._lock:
            if key not in self._kept:
                return None
            proposal, version = self._kept[key]
            state = proposal.state if proposal.batch_id is None else workspace.batch_state(proposal.batch_id)
            if state == WITHDRAWN or workspace.data_version(without_batch=proposal.batch_id).number != version:
                del self._kept[key]
                return None
            self._kept.move_to_end(key)
            return dataclasses.replace(proposal, state=state)

    def keep(self, key: str, proposal: Proposal) -> None:
        version = _cache.workspace().data_version(without_batch=proposal.batch_id).number
        with self._lock:
            self._kept[key] = (proposal, version)
            while len(self._kept) > 1 and sum(p.reading.rows_read for p, _ in self._kept.values()) > _MOST_ROWS:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


@st.cache_resource(max_entries=1, show_spinner=False)
def _shelf() -> _Shelf:
    return _Shelf()
