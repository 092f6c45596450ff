"""The commune survey: a workbook → typed rows, and issues for all that cannot be taken as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from geodata.errors import mark
from geodata.names import NameIndex
from geodata.periods import Period
from geodata.tables import FIGURE_COLUMNS, FIGURE_KEY, MEASURES
from geodata.units import Units
from loaders.survey.form_kind import require_kind
from loaders.survey.issues import ERROR, INFO, SEVERITIES, Issue
from loaders.survey.merging import merge_followed
from loaders.survey.rows import RowReader
from loaders.survey.rulebook import BEFORE_RULES, FILE_RULES, ROW_RULES, STORED_RULES
from loaders.survey.rules import SurveyRow
from loaders.survey.tables import ChosenColumns, TableRead, TableReader, require_header
from loaders.survey.templates import SurveyTemplate
from loaders.workbook.cells import Sheet, row_of
from loaders.workbook.reader import read_workbook

CELL_COLUMNS = ("sheet", *MEASURES)


@dataclass(frozen=True)
class SurveyReading:
    """
    What a survey workbook was understood to say.

    Parameters
    ----------
    tables
        Its tables in the order of the sheets.
    rows_read, rows_valid
        Rows that carry data, and those without an error.
    figures
        The valid rows, columns `FIGURE_COLUMNS`.
    cells
        Where the figures stand, same index: ``sheet`` and addresses by measure; missing where a part was filled in
        by kind.
    notes
        Remarks: ``commune_code``, ``period``, ``note``.
    issues
        Every problem found, errors first, then warnings, then in the order of the sheets.
    periods
        Quarters of all rows whose quarter is known, those without a known commune too.
    list_date
        Day of the list in which communes were sought.
    """

    tables: tuple[TableRead, ...]
    rows_read: int
    rows_valid: int
    figures: pd.DataFrame
    cells: pd.DataFrame
    notes: pd.DataFrame
    issues: tuple[Issue, ...]
    periods: frozenset[str]
    list_date: date

    @property
    def sheets(self) -> str:
        """Names of the sheets that were read."""
        return ", ".join(dict.fromkeys(table.sheet for table in self.tables))

    @property
    def has_errors(self) -> bool:
        """Whether any row cannot be taken as it stands."""
        return any(issue.severity == ERROR for issue in self.issues)


def read_survey(
    content: bytes,
    *,
    file_name: str,
    template: SurveyTemplate,
    units: Units,
    names: NameIndex,
    figures_of: Callable[[str], pd.DataFrame] | None = None,
    period: Period | None = None,
    chosen_columns: ChosenColumns | None = None,
) -> SurveyReading:
    """
    Return what a survey workbook says.

    Bad rows come back as issues, all at once. A row counts as valid when none of its cells has an error.

    Parameters
    ----------
    figures_of
        Gives the figures of a quarter that count now, columns `FIGURE_COLUMNS`; the new ones must agree with them,
        and are compared with those of the quarter before.
    period
        Quarter of rows for which neither row nor title names one.
    chosen_columns
        Columns chosen by hand, by layout; see `tables.ChosenColumns`.

    Raises
    ------
    FileError
        If the file cannot be read, or no sheet has a header that can be recognised.
    """
    sheets = read_workbook(content, file_name=file_name)
    require_kind(sheets, template, file_name=file_name)
    found = TableReader(template, names, chosen_columns=chosen_columns)
    readers: list[RowReader] = []
    rows: list[SurveyRow] = []
    for sheet in (sheet for sheet in sheets if sheet.is_visible):
        for table, lines in found.read(sheet):
            reader = RowReader(table, units, names, period=period)
            rows.extend(reader.read(lines))
            readers.append(reader)
    if not readers:
        raise require_header(sheets, template, file_name=file_name)
    rows, issues = merge_followed(rows)
    issues += [issue for reader in readers for issue in reader.log.issues]
    issues += _hidden_sheets(sheets, found)
    issues += _check(rows, readers, template, figures_of)
    bad = {(issue.sheet, row_of(issue.cell)) for issue in issues if issue.severity == ERROR and issue.cell}
    valid = [row for row in rows if (row.sheet, row.number) not in bad]
    return SurveyReading(
        tables=tuple(TableRead.of(reader.table, reader.rows_read) for reader in readers),
        rows_read=sum(reader.rows_read for reader in readers),
        rows_valid=sum(row.merged_rows for row in valid),
        figures=_figure_table(valid),
        cells=_cell_table(valid),
        notes=_note_table(valid),
        issues=_sorted(issues, sheets),
        periods=frozenset[str]().union(*(reader.periods for reader in readers)),
        list_date=units.list_date,
    )


def _check(
    rows: list[SurveyRow],
    readers: list[RowReader],
    template: SurveyTemplate,
    figures_of: Callable[[str], pd.DataFrame] | None,
) -> list[Issue]:
    issues = [issue for rule in FILE_RULES for issue in rule(rows)]
    # A row whose cells cannot be read says nothing sure about sums: its first problem is told first.
    unreadable = {(reader.table.sheet.name, number) for reader in readers for number in reader.log.bad_rows}
    readable = [row for row in rows if (row.sheet, row.number) not in unreadable]
    broken = {(row.sheet, row.number): found for row in readable if (found := _break(row))}
    issues.extend(issue for found in broken.values() for issue in found)
    whole = [row for row in readable if (row.sheet, row.number) not in broken]
    if figures_of is not None:
        header_of = {column.key: column.header_vi for column in template.columns}
        for row, counts in _with_stored(whole, figures_of):
            names = header_of | row.labels
            issues.extend(issue for rule in STORED_RULES for issue in rule(row, counts, names))
        before = {period: str(Period.parse(period).previous()) for period in {row.period for row in whole}}
        for row, counts in _with_figures(whole, figures_of, before):
            issues.extend(issue for rule in BEFORE_RULES for issue in rule(row, counts, before[row.period]))
    return issues


def _break(row: SurveyRow) -> list[Issue]:
    """Return what a row breaks by itself."""
    return [issue for rule in ROW_RULES for issue in rule(row)]


def _hidden_sheets(sheets: list[Sheet], reader: TableReader) -> list[Issue]:
    """Tell of hidden sheets that hold a table; lists behind drop-downs are hidden with good reason."""
    template = mark('the sheet "{sheet}" is hidden and was not read. Show it if its figures are meant.')
    return [
        Issue("survey.sheet-hidden", INFO, sheet.name, "A1", "", "", template, {"sheet": sheet.name})
        for sheet in sheets
        if not sheet.is_visible and next(reader.read(sheet), None) is not None
    ]


def _sorted(issues: list[Issue], sheets: list[Sheet]) -> tuple[Issue, ...]:
    place = {sheet.name: number for number, sheet in enumerate(sheets)}
    key = [(SEVERITIES.index(i.severity), place.get(i.sheet, 0), row_of(i.cell), len(i.cell), i.cell) for i in issues]
    return tuple(issue for _, issue in sorted(zip(key, issues, strict=True), key=lambda pair: pair[0]))


def _with_stored(
    rows: list[SurveyRow], figures_of: Callable[[str], pd.DataFrame]
) -> Iterator[tuple[SurveyRow, dict[str, int]]]:
    """Pair each row with the stored figures of its commune and quarter that it does not replace."""
    same = {row.period: row.period for row in rows}
    for row, counts in _with_figures(rows, figures_of, same):
        # What is parted by kind is stored with the row, and replaces what stood there.
        replaced = _split_by_kind(row)
        yield row, {measure: count for measure, count in counts.items() if measure not in replaced}


def _with_figures(
    rows: list[SurveyRow], figures_of: Callable[[str], pd.DataFrame], period_of: dict[str, str]
) -> Iterator[tuple[SurveyRow, dict[str, int]]]:
    """Pair each row with the figures of its commune in another quarter, where there are any."""
    stored = {
        period: figures_of(other).set_index("commune_code")[list(MEASURES)] for period, other in period_of.items()
    }
    counts = {
        period: {
            str(code): {str(m): int(n) for m, n in found.items() if not pd.isna(n)}
            for code, found in table.to_dict("index").items()
        }
        for period, table in stored.items()
    }
    for row in rows:
        if found := counts[row.period].get(row.commune_code):
            yield row, found


def _cell_table(rows: list[SurveyRow]) -> pd.DataFrame:
    records = [{"sheet": row.sheet} | row.cells for row in rows]
    return pd.DataFrame(records, columns=pd.Index(CELL_COLUMNS), dtype="object")


def _figure_table(rows: list[SurveyRow]) -> pd.DataFrame:
    records = [{"commune_code": r.commune_code, "period": r.period, **r.counts, **_split_by_kind(r)} for r in rows]
    table = pd.DataFrame(records, columns=pd.Index(FIGURE_COLUMNS))
    return table.astype({**dict.fromkeys(MEASURES, "Int64"), **dict.fromkeys(FIGURE_KEY, "str")})


def _note_table(rows: list[SurveyRow]) -> pd.DataFrame:
    records = [(r.commune_code, r.period, r.note) for r in rows if r.note]
    return pd.DataFrame(records, columns=pd.Index([*FIGURE_KEY, "note"]))


def _split_by_kind(row: SurveyRow) -> dict[str, int]:
    """Urban and rural parts of a row that gives none: xã are wholly rural, phường and thị trấn urban."""
    if any(measure.endswith(("_urban", "_rural")) for measure in row.counts):
        return {}
    part, other = ("rural", "urban") if row.is_rural else ("urban", "rural")
    wholes = [whole for whole in ("households_all", "households_grid") if whole in row.counts]
    return {f"{w}_{part}": row.counts[w] for w in wholes} | {f"{w}_{other}": 0 for w in wholes}
