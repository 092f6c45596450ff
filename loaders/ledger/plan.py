"""What a roll-up needs to know of a ledger: its columns, its words, its files; plain data that any process can take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from geodata.name_keys import plain_key

if TYPE_CHECKING:
    from geodata.commune_raster import Floats, Ints
    from loaders.survey.templates import SurveyTemplate

SUPPLY_KINDS: Final = ("direct", "bulk", "shared", "offgrid", "none")
URBAN, RURAL = "urban", "rural"

PLACES: Final = ("province_name", "district_name", "commune_name", "commune_code")
"""Columns that state the commune, in the order in which `LedgerColumns.places` gives them."""

PARTITION_ROWS: Final = 1 << 20
"""Rows of a partition: what is rolled up in one go, and what a killed import loses."""


@dataclass(frozen=True)
class LedgerColumns:
    """
    The columns of a ledger by what they hold.

    Parameters
    ----------
    named
        Key of the template's column → name of the file's column.
    """

    named: tuple[tuple[str, str], ...]

    @cached_property
    def _by_key(self) -> dict[str, str]:
        return dict(self.named)

    def get(self, key: str) -> str | None:
        """Return the file's column, None where it has none."""
        return self._by_key.get(key)

    @property
    def places(self) -> tuple[str, ...]:
        """Keys of the columns that state the commune, as far as the file has them."""
        return tuple(key for key in PLACES if key in self._by_key)

    @property
    def has_points(self) -> bool:
        """Whether the rows have coordinates."""
        return self.has_degrees or "geometry" in self._by_key

    @property
    def has_degrees(self) -> bool:
        """Whether longitude and latitude are columns of their own; these go before a column of points."""
        return {"lon", "lat"} <= self._by_key.keys()


@dataclass(frozen=True)
class LedgerWords:
    """
    The values of the columns that choose, as the template has them.

    Parameters
    ----------
    supply_kinds, areas
        Plain key of a word or code → one of `SUPPLY_KINDS`; ``urban`` or ``rural``.
    """

    supply_kinds: tuple[tuple[str, str], ...]
    areas: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, template: SurveyTemplate) -> LedgerWords:
        """Return the words of a template."""
        return cls(_choices(template, "supply_kind"), _choices(template, "area"))


def _choices(template: SurveyTemplate, key: str) -> tuple[tuple[str, str], ...]:
    column = template.column(key)
    return tuple((plain_key(word), code) for code, words in column.choices for word in (code, *words))


class Stated(NamedTuple):
    """
    The commune that a row states.

    Parameters
    ----------
    code
        Code of the list; empty where the row states none, or none that is known.
    value
        What the row states, for messages; empty where it states nothing.
    former
        Whether it stated a former name or code that was followed.
    """

    code: str
    value: str = ""
    former: bool = False


class Places(Protocol):
    """Knows which commune the texts of the columns `PLACES` state."""

    def find(self, stated: Mapping[str, str]) -> Stated:
        """Return the commune of some texts by key of their column."""
        ...


class Outlines(Protocol):
    """Knows in which commune points lie; `locating.LocatedOutlines` is one."""

    @property
    def version(self) -> str:
        """Hash of the outlines: another one, another answer."""
        ...

    @property
    def codes(self) -> list[str]:
        """Commune codes by the number that `locate` gives."""
        ...

    @property
    def approximate(self) -> frozenset[str]:
        """Codes of the communes whose outline is an approximate cell; they never decide where a household lies."""
        ...

    def locate(self, lon: Floats, lat: Floats) -> Ints:
        """Return the number of the commune of each point, -1 for one outside."""
        ...

    def distances_m(self, codes: list[str], lon: Floats, lat: Floats) -> Floats:
        """Return how far points lie from the outlines of these communes; missing where there is no such outline."""
        ...

    def nearest(self, lon: Floats, lat: Floats) -> tuple[list[str], Floats]:
        """Return the nearest commune of points outside, and the distance to it in metres."""
        ...


@dataclass(frozen=True)
class Partition:
    """
    A part of a ledger that is rolled up in one go: rows of one Parquet file.

    Parameters
    ----------
    number
        Its place in the ledger.
    path
        The Parquet file.
    first_row, rows
        Its rows in that file, counted from 0.
    file
        Name of the file for messages.
    first_line
        How the user's own file counts its first row of data: 1 in Parquet, 2 below the header of a CSV.
    rejected
        Lines of the user's own file that could not be read as rows, in ascending order.
    """

    number: int
    path: str
    first_row: int
    rows: int
    file: str
    first_line: int = 1
    rejected: tuple[int, ...] = ()

    def line_of(self, file_row: int) -> int:
        """Return how the user's own file counts a row (blank lines are not counted)."""
        line = file_row + self.first_line
        for rejected in self.rejected:
            if rejected > line:
                break
            line += 1
        return line


@dataclass(frozen=True)
class RollupPlan:
    """
    Everything that rolling a partition up depends on beside its rows.

    Parameters
    ----------
    columns, words
        What the columns hold, and what their values mean.
    places
        Knows the communes that rows state.
    outlines
        Knows the communes that points lie in; None where the ledger has no points.
    quarters
        Quarters of which rows count, those that are told in the unit list of `places`; every one where None.
    samples
        Rows of each problem that are kept as examples.
    memory_mb, threads, scratch
        What DuckDB may take, and the folder in which it may put aside what does not fit.
    """

    columns: LedgerColumns
    words: LedgerWords
    places: Places
    outlines: Outlines | None = None
    quarters: tuple[str, ...] | None = None
    samples: int = 20
    memory_mb: int = 256
    threads: int = 2
    scratch: str = field(default="", compare=False)
