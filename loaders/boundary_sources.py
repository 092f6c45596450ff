"""The public sources of boundaries that can be downloaded: what each is, where it lies, under which licence."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Final

from geodata.errors import PhuDienError, mark
from geodata.language import Language

COMMUNES: Final = "commune"
DISTRICTS: Final = "district"


@dataclass(frozen=True)
class BoundarySource:
    """
    One file of boundaries that a publisher offers, as ``boundary_sources.toml`` has it.

    Parameters
    ----------
    id
        What the user types, such as ``"communes-2025"``.
    title_vi, title_en
        What it shows.
    publisher, page
        Whose it is, and a page about it to read.
    url, file_name
        Where the file lies, and the name that the download gets.
    size_bytes
        Size of the download, 0 where it is not known.
    sha256
        Checksum that the file must have, in lower-case hexadecimals; empty where none is known.
    licence, licence_url
        What may be done with it.
    level
        `COMMUNES` or `DISTRICTS`; only communes can be added as boundaries.
    day
        Day of the unit list whose units it shows.
    members
        For a .zip: patterns of the files in it that are boundaries, held against the end of their paths.
    """

    id: str
    title_vi: str
    title_en: str
    publisher: str
    page: str
    url: str
    file_name: str
    size_bytes: int
    sha256: str
    licence: str
    licence_url: str
    level: str
    day: date
    members: tuple[str, ...]

    def title(self, language: Language) -> str:
        """Return what it shows, in the user's language."""
        return self.title_vi if language.code == "vi" else self.title_en


def load_boundary_sources() -> list[BoundarySource]:
    """Return the sources in the order of the data file."""
    text = files("loaders.reference").joinpath("boundary_sources.toml").read_text(encoding="utf-8")
    return [BoundarySource(**entry | {"members": tuple(entry["members"])}) for entry in tomllib.loads(text)["source"]]


def find_source(source_id: str) -> BoundarySource:
    """Return a source by its id; raise `PhuDienError` where there is none."""
    sources = {source.id: source for source in load_boundary_sources()}
    if source_id not in sources:
        raise PhuDienError(
            "call.boundary-source-unknown",
            mark('There is no boundary source "{found}". Sources: {allowed}.'),
            found=source_id,
            allowed=", ".join(sources),
        )
    return sources[source_id]
