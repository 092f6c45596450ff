"""The rules that a ledger is held against, and what rows that break them are told to be: counts and examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from geodata.errors import mark
from loaders.survey.issues import ERROR, INFO, WARNING, Issue

NEAR_M: Final = 1_000.0
NEAR_APPROXIMATE_M: Final = 5_000.0
"""How far a point may lie outside its commune before it is told as a warning: our assumptions, as for surveys."""

SENTENCES: Final[Mapping[tuple[str, str], str]] = {
    ("ledger.household-missing", ERROR): mark("{count} rows have no household code; they are not counted."),
    ("ledger.household-doubled", ERROR): mark(
        "{count} rows repeat a household code in the same quarter; the first row of each counts, these do not."
    ),
    ("ledger.period-unreadable", ERROR): mark(
        "{count} rows have no quarter that can be read; they are not counted. Write 2021-Q2, or a day such as "
        "30/06/2021."
    ),
    ("ledger.period-elsewhere", ERROR): mark(
        "{count} rows are of quarters whose communes stand in another official list than that of {day}; they are not "
        "counted. Import the ledger once more for them, by --units-of and a day of theirs."
    ),
    ("ledger.supply-unknown", ERROR): mark(
        "{count} rows have a kind of supply that is not known; they are not counted. Allowed: direct, bulk, "
        "shared, offgrid, none, their Vietnamese words, and the codes of the template."
    ),
    ("ledger.area-unknown", WARNING): mark(
        "{count} rows are neither urban nor rural by their column; the kind of their commune decides."
    ),
    ("ledger.commune-unknown", ERROR): mark(
        "{count} rows state a commune that the list of {day} does not have, and have no point that could decide; "
        "they are not counted. Correct the code or name."
    ),
    ("ledger.commune-unknown", WARNING): mark(
        "{count} rows state a commune that the list of {day} does not have; they count where their point lies."
    ),
    ("ledger.commune-followed", INFO): mark(
        "{count} rows state a commune by a former name or code; they count in the commune of {day} that it is now."
    ),
    ("ledger.place-missing", ERROR): mark("{count} rows have neither commune nor point; they are not counted."),
    ("ledger.coordinates-missing", INFO): mark(
        "{count} rows have no point; they count in the commune that they state."
    ),
    ("ledger.coordinates-unreadable", ERROR): mark(
        "{count} rows have coordinates that are no numbers, and no commune; they are not counted. Write decimal "
        "degrees."
    ),
    ("ledger.coordinates-unreadable", WARNING): mark(
        "{count} rows have coordinates that are no numbers; they count in the commune that they state."
    ),
    ("ledger.coordinates-infinite", ERROR): mark(
        "{count} rows have an infinite coordinate, and no commune; they are not counted."
    ),
    ("ledger.coordinates-infinite", WARNING): mark(
        "{count} rows have an infinite coordinate; they count in the commune that they state."
    ),
    ("ledger.coordinates-out-of-range", ERROR): mark(
        "{count} rows have coordinates far from the 21 provinces, and no commune; they are not counted. Longitude "
        "is 103 to 110, latitude 8 to 13.5."
    ),
    ("ledger.coordinates-out-of-range", WARNING): mark(
        "{count} rows have coordinates far from the 21 provinces; they count in the commune that they state."
    ),
    ("ledger.coordinates-metres", ERROR): mark(
        "{count} rows have coordinates in metres (VN-2000), and no commune; they are not counted. Convert them to "
        "degrees of WGS 84."
    ),
    ("ledger.coordinates-metres", WARNING): mark(
        "{count} rows have coordinates in metres (VN-2000); they are not used, and the rows count in the commune "
        "that they state. Convert them to degrees of WGS 84."
    ),
    ("ledger.coordinates-swapped", INFO): mark(
        "{count} rows have longitude and latitude in each other's place; they were put right."
    ),
    ("ledger.point-near", INFO): mark(
        "{count} rows have their point in another commune than they state, at most {far_km} km outside the stated "
        "one; they count where the point lies."
    ),
    ("ledger.point-elsewhere", WARNING): mark(
        "{count} rows have their point in another commune than they state, up to {far_km} km from the stated one; "
        "they count where the point lies, because its outline is a real one."
    ),
    ("ledger.point-far", WARNING): mark(
        "{count} rows have their point up to {far_km} km from the commune that they state; they count as stated, "
        "because the outline around the point is only approximate."
    ),
    ("ledger.approximate-only", ERROR): mark(
        "{count} rows state no commune, and around their point there is only an approximate outline, which never "
        "decides where a household lies; they are not counted. Add real boundaries, or state the commune."
    ),
    ("ledger.outside", ERROR): mark(
        "{count} rows state no known commune, and their point lies outside every one, up to {far_km} km from the "
        "nearest; they are not counted."
    ),
    ("ledger.outside", WARNING): mark(
        "{count} rows have their point outside every commune, up to {far_km} km from the one that they state; they "
        "count as stated."
    ),
    ("ledger.outside-near", INFO): mark(
        "{count} rows have their point outside every commune, at most {far_km} km from the one that they state; "
        "they count as stated."
    ),
    ("ledger.no-outline", WARNING): mark(
        "{count} rows state a commune that has no outline, and their point lies in no real outline, so that how far "
        "off it is cannot be told; they count as stated. Import the boundaries of all communes to check them."
    ),
    ("ledger.no-outline-elsewhere", WARNING): mark(
        "{count} rows state a commune that has no outline, and their point lies in the real outline of another one; "
        "they count where the point lies. Import the boundaries of all communes to check them."
    ),
    ("ledger.line-unreadable", ERROR): mark(
        "{count} lines of the file cannot be parted into its columns; they are not counted."
    ),
    ("ledger.lines-swallowed", ERROR): mark(
        "{count} more lines of the file stand between a quotation mark and the one that closes it, rows later or "
        "never, and were not read as rows; they are not counted. Mend the quotation marks in these rows, or export the "
        "ledger anew."
    ),
    ("ledger.files-left-out", INFO): mark(
        "{count} files of the folder are of other kinds than a ledger and were left out: {files}."
    ),
    ("ledger.text-left-out", WARNING): mark(
        "{count} text files of the folder have no header whose columns are understood and were left out: {texts}. If "
        "one of them is a part of the ledger, give it the header and import again."
    ),
    ("ledger.kind-absent", INFO): mark(
        "No row of the ledger has the supply {kinds}. These households are taken as not reported, not as zero, and "
        "so are totals that need them. If the ledger holds every household, say so with --complete."
    ),
}
"""Code and severity of a problem → what is said of it. A code has two severities where the row counts all the same."""

_ORDER: Final = {ERROR: 0, WARNING: 1, INFO: 2}


class Sample(NamedTuple):
    """A row that shows a problem: its partition and row within it (for the order), file, line, value, distance."""

    partition: int
    row: int
    file: str
    line: int
    value: str
    distance_m: float | None = None


@dataclass(frozen=True)
class Problem:
    """
    How often a rule was broken, with the first rows that broke it.

    Parameters
    ----------
    count
        Rows.
    samples
        The first of them, in the order of the ledger.
    farthest_m
        The greatest distance among them, where the problem has one.
    """

    count: int
    samples: tuple[Sample, ...] = ()
    farthest_m: float | None = None

    def merged(self, other: Problem, most: int) -> Problem:
        """Return both together, with the first `most` samples."""
        samples = tuple(sorted({*self.samples, *other.samples})[:most])
        distances = [found for found in (self.farthest_m, other.farthest_m) if found is not None]
        return Problem(self.count + other.count, samples, max(distances, default=None))


Problems = dict[tuple[str, str], Problem]
"""Code and severity → problem."""


def merge_problems(parts: Iterable[Mapping[tuple[str, str], Problem]], *, most: int) -> Problems:
    """Return the problems of several parts of a ledger together, whatever the order of the parts."""
    found: Problems = {}
    for part in parts:
        for key, problem in part.items():
            found[key] = found[key].merged(problem, most) if key in found else problem
    return found


def as_issues(problems: Mapping[tuple[str, str], Problem], *, day: str, **values: Any) -> list[Issue]:
    """
    Return problems as the issues that are stored and shown, the gravest and most frequent first.

    Parameters
    ----------
    day
        Day of the unit list.
    values
        What else fills the sentences.
    """
    ordered = sorted(problems.items(), key=lambda item: (_ORDER[item[0][1]], -item[1].count, item[0]))
    return [_issue(code, severity, problem, {"day": day, **values}) for (code, severity), problem in ordered]


def _issue(code: str, severity: str, problem: Problem, values: dict[str, Any]) -> Issue:
    first = problem.samples[0].file if problem.samples else ""
    lines = ", ".join(
        str(sample.line) if sample.file == first else f"{sample.file}: {sample.line}" for sample in problem.samples
    )
    shown = list(dict.fromkeys(_shown(sample) for sample in problem.samples if sample.value))
    if problem.farthest_m is not None:
        values["far_km"] = f"{problem.farthest_m / 1000:.1f}"
    template = SENTENCES[code, severity]
    used = {name: value for name, value in values.items() if f"{{{name}}}" in template}
    return Issue(
        code=code,
        severity=severity,
        sheet=first,
        cell=lines,
        column="",
        value="; ".join(shown[:5]),
        template=template,
        values={"count": problem.count, **used},
    )


def _shown(sample: Sample) -> str:
    """Return what a row has, with the distance where one is told."""
    return sample.value if sample.distance_m is None else f"{sample.value}: {sample.distance_m / 1000:.1f} km"
