"""Whether the figures of a report's file still match the store, and which do not."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import PurePath
from typing import Any, Final

import pandas as pd

from coverage.report_files import Chapters, ReportFiles
from coverage.workspace import Workspace
from geodata.errors import PhuDienError, WorkspaceError, mark
from geodata.language import Language
from geodata.measure_names import MEASURE_NAMES
from geodata.periods import Period
from geodata.report_data import ProvinceReport
from loaders.reports.reported_figures import ReportedFigures, read_reported_figures
from loaders.reports.workbook_comparison import CELL_COLUMNS, WorkbookComparison, compare_workbooks
from loaders.store import engine, facts
from loaders.store.facts import DataVersion

DIFFERENCE_COLUMNS: Final = ("area_code", "area_name", "period", "measure", "in_file", "in_store", "place")

_KEY: Final = ["area_code", "period", "measure"]


@dataclass(frozen=True)
class Verification:
    """
    What a file was found to be.

    Parameters
    ----------
    reported
        What the file says: its stamp and its figures.
    stored_fingerprint
        Of the report that the store gives for the data version of the stamp; blank where it has no such report.
    present_version
        Of the store now.
    changed_in_file
        Figures of the file that differ from the store as it was when the report was made: somebody changed the file.
        Columns `DIFFERENCE_COLUMNS`, ``in_file`` and ``in_store`` Int64, missing where there is no figure.
    changed_since
        Figures of the file that differ from the store now, because of uploads and withdrawals since.
    is_identical
        Whether the file is, byte for byte, the one that the store gives for the data version of the stamp.
    changed_cells
        Cells of a workbook that differ from the report as it was made: columns `CELL_COLUMNS`; empty for other forms.
    uncalculated
        Formulas of a workbook whose results another program has left out.
    problem
        Why the store as it was cannot be asked, such as a province that it does not have; None where it can.
    """

    reported: ReportedFigures
    stored_fingerprint: str
    present_version: str
    changed_in_file: pd.DataFrame
    changed_since: pd.DataFrame
    is_identical: bool = False
    changed_cells: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=pd.Index(CELL_COLUMNS)))
    uncalculated: int = 0
    problem: PhuDienError | None = None

    @property
    def is_of_this_store(self) -> bool:
        """Whether the store's figures of the data version of the stamp have the fingerprint of the stamp."""
        return self.problem is None and self.stored_fingerprint == self.reported.stamp["phudien_fingerprint"]

    @property
    def is_untouched(self) -> bool:
        """Whether the file says what the store said when the report was made."""
        has_figures = bool(self.reported.figures["value"].notna().any())
        return self.is_of_this_store and has_figures and self.changed_in_file.empty and self.changed_cells.empty

    @property
    def is_current(self) -> bool:
        """Whether the file says what the store says now."""
        return self.problem is None and self.changed_since.empty


class Verifier:
    """Holds the files of reports against the store of a workspace; tables that were read serve the next file too."""

    def __init__(self, workspace: Workspace, chapters: Chapters | None = None) -> None:
        self._workspace = workspace
        self._files = ReportFiles(workspace, chapters)

    def verify(self, content: bytes, file_name: str) -> Verification:
        """
        Hold the figures of a report's file against the store, as it was when the report was made and as it is now.

        Parameters
        ----------
        content, file_name
            The file, in any of `report_files.FORMS`.

        Raises
        ------
        FileError
            If the file cannot be read, or is no report of this product.
        """
        reported = read_reported_figures(content, file_name)
        present = self._workspace.data_version()
        nothing = pd.DataFrame(columns=pd.Index(DIFFERENCE_COLUMNS))
        try:
            version = self._version_of(reported.stamp)
            then = self._build(reported.stamp, None if version == present else version.moment)
            now = then if version == present else self._build(reported.stamp, None)
        except PhuDienError as error:
            return Verification(reported, "", str(present), nothing, nothing, problem=error)
        names = self._workspace.units_on(then.unit_list_date).by_code["full_name"]
        form = PurePath(file_name).suffix.lower().removeprefix(".")
        made = self._files.file(replace(then, as_of=_moment(reported.stamp["phudien_as_of"])), form)[1]
        nothing_else = WorkbookComparison(pd.DataFrame(columns=pd.Index(CELL_COLUMNS)), 0)
        is_workbook = form == "xlsx" and made != content
        cells = compare_workbooks(content, made) if is_workbook else nothing_else
        return Verification(
            reported,
            stored_fingerprint=then.fingerprint,
            present_version=str(present),
            changed_in_file=differences(reported, then.figure_table(), names),
            changed_since=differences(reported, now.figure_table(), names),
            is_identical=made == content,
            changed_cells=cells.changed,
            uncalculated=cells.uncalculated,
        )

    def _version_of(self, stamp: Mapping[str, str]) -> DataVersion:
        """Return the data version that a stamp names; raise where the workspace never had it, or at another time."""
        with engine.reading(self._workspace.engine) as connection:
            version = facts.find_version(connection, stamp["phudien_data_version"])
        said = stamp["phudien_data_moment"]
        if version is None or (said and version.moment != datetime.fromisoformat(said)):
            raise WorkspaceError(
                "report.version-unknown",
                mark(
                    "it was made with data version {version}{moment}, which this workspace never had. Verify it in "
                    "the workspace that it comes from"
                ),
                version=stamp["phudien_data_version"] or "–",
                moment=f" ({said})" if said else "",
            )
        return version

    def _build(self, stamp: Mapping[str, str], moment: datetime | None) -> ProvinceReport:
        return self._files.build(
            stamp["phudien_province"],
            Period.parse(stamp["phudien_period"]),
            Language(stamp["phudien_language"] or Language().code),
            as_of=moment,
            told_on=date.fromisoformat(stamp["phudien_units_of"]),
            scenario=stamp["phudien_plan"],
        )


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def differences(reported: ReportedFigures, stored: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """
    Return the figures of a file that differ from stored ones, columns `DIFFERENCE_COLUMNS`, by area and period.

    Parameters
    ----------
    stored
        Columns `FIGURE_TABLE_COLUMNS`.
    names
        Names of areas by code.

    Notes
    -----
    A place of the file that is blank where the store has a figure differs, and so does a figure that the store does
    not have. A figure of the store for which the file has no place differs only where the file is to hold them all.
    """
    both = reported.figures.merge(
        stored, on=_KEY, how="outer" if reported.holds_all else "left", suffixes=("_file", "_store")
    )
    in_file, in_store = both["value_file"].astype("Int64"), both["value_store"].astype("Int64")
    is_same = (in_file == in_store).fillna(value=False) | (in_file.isna() & in_store.isna())
    found = both.assign(in_file=in_file, in_store=in_store, area_name=both["area_code"].map(names))[~is_same]
    return found.sort_values(_KEY, ignore_index=True)[list(DIFFERENCE_COLUMNS)]


def sentences(found: Verification, language: Language) -> list[str]:
    """Return what was found, a sentence each, the gravest first."""
    say, stamp = language.say, found.reported.stamp
    version = stamp["phudien_data_version"]
    if found.problem is not None:
        return [
            say("This workspace cannot have made the report: {problem}", problem=language.explain(found.problem)),
        ]
    compared = int(found.reported.figures["value"].notna().sum())
    if not compared:
        return [
            say(
                "No figure could be found in the file: another program has removed the marks of its cells. Verify the "
                "file as it was downloaded."
            )
        ]
    told = [say("{n} counts of households in the file were compared.", n=compared)]
    if not found.is_of_this_store:
        told.append(
            say(
                "With data version {version} this workspace gives another fingerprint than the file bears: the report "
                "was made in another workspace or by another release, or its properties were changed.",
                version=version,
            )
        )
    told += _on_the_file(found, language)
    if found.changed_since.empty:
        told.append(say("Every count is what the store says now ({version}).", version=found.present_version))
    else:
        told.append(
            say(
                "{n} counts differ from what the store says now ({version}).",
                n=len(found.changed_since),
                version=found.present_version,
            )
        )
    return told


def _on_the_file(found: Verification, language: Language) -> list[str]:
    """Say whether the file is as it was made, and what of it was not compared."""
    say, version = language.say, found.reported.stamp["phudien_data_version"]
    if found.is_identical:
        return [say("The file is as it was made, to the last byte (data version {version}).", version=version)]
    told = []
    if not found.changed_in_file.empty:
        sentence = mark("{n} counts are not those that the report was made with (data version {version}).")
        told.append(say(sentence, n=len(found.changed_in_file), version=version))
    if not found.changed_cells.empty:
        told.append(say("{n} cells of the workbook are not as they were made.", n=len(found.changed_cells)))
    if found.changed_in_file.empty and found.changed_cells.empty and found.is_of_this_store:
        told.append(say("Every count is as the report was made (data version {version}).", version=version))
    if found.uncalculated:
        sentence = mark(
            "{n} formulas have no result: another program has left them out. Open the file in Excel or LibreOffice and "
            "save it, then verify it again."
        )
        told.append(say(sentence, n=found.uncalculated))
    if found.reported.is_workbook:
        told.append(say("All cells were compared; formats, charts and pictures were not."))
    else:
        sentence = mark(
            "Shares, targets, statuses and texts were not compared: the file was saved anew since it was made."
        )
        told.append(say(sentence))
    return told


def difference_sentence(row: Mapping[Hashable, Any], language: Language, *, then: str) -> str:
    """
    Return a row of `DIFFERENCE_COLUMNS` as a sentence.

    Parameters
    ----------
    then
        Which state of the store it is held against, such as ``"v20"``.
    """

    def shown(count: Any) -> str:
        return language.say("none") if pd.isna(count) else language.count(int(count))

    place = "" if pd.isna(row["place"]) else f" [{row['place']}]"
    return language.say(
        "{area}, {period}, {measure}{place}: {found} in the file, {stored} in {version}",
        area=f"{row['area_name']} ({row['area_code']})",
        period=language.period(Period.parse(str(row["period"]))),
        measure=language.say(MEASURE_NAMES[str(row["measure"])]),
        place=place,
        found=shown(row["in_file"]),
        stored=shown(row["in_store"]),
        version=then,
    )


def cell_sentence(row: Mapping[Hashable, Any], language: Language) -> str:
    """Return a row of `CELL_COLUMNS` as a sentence."""

    def shown(text: Any) -> str:
        return language.say("none") if pd.isna(text) else f'"{text}"'

    return language.say(
        "{sheet}!{cell}: {found} in the file, {made} as it was made",
        sheet=row["sheet"],
        cell=row["cell"],
        found=shown(row["in_file"]),
        made=shown(row["as_made"]),
    )


def answer_of(found: Verification, language: Language) -> dict[str, Any]:
    """Return what was found as JSON."""
    return {
        "stamp": dict(found.reported.stamp),
        "is_identical": found.is_identical,
        "changed_cells": _rows_of(found.changed_cells),
        "formulas_without_result": found.uncalculated,
        "counts_compared": int(found.reported.figures["value"].notna().sum()),
        "is_of_this_store": found.is_of_this_store,
        "is_untouched": found.is_untouched,
        "is_current": found.is_current,
        "present_version": found.present_version,
        "problem": None if found.problem is None else language.explain(found.problem),
        "changed_in_file": _rows_of(found.changed_in_file),
        "changed_since": _rows_of(found.changed_since),
    }


def _rows_of(table: pd.DataFrame) -> list[dict[Hashable, Any]]:
    plain = table.astype("object").where(table.notna(), None)
    return [
        {name: int(v) if name in ("in_file", "in_store") and v is not None else v for name, v in row.items()}
        for row in plain.to_dict("records")
    ]
