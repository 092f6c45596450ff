"""The main table of a report: communes by district with subtotals, counts as values, shares as live formulas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd
from xlsxwriter.utility import xl_range, xl_range_abs, xl_rowcol_to_cell

from geodata.lineage import ESTIMATED
from loaders.reports.sheet_style import COUNT, PART_COLOUR, SHARE, TOTAL_COLOUR, StyledBook

COUNTS: Final = (
    "households_all",
    "households_grid",
    "households_direct",
    "households_bulk",
    "households_shared",
    "households_offgrid",
    "households_without",
    "households_all_rural",
    "households_grid_rural",
)
"""The measures that the table has, in the order of its columns."""

SHARES: Final = (
    ("households_grid", "households_all"),
    ("households_direct", "households_grid"),
    ("households_bulk", "households_grid"),
    ("households_grid_rural", "households_all_rural"),
)
"""Part and whole of each share, in the order of the columns after the measures."""

NUMBER, NAME, CODE = 0, 1, 2

_COLUMN_OF: Final = {measure: place for place, measure in enumerate(COUNTS, start=3)}
_FIRST_SHARE: Final = 3 + len(COUNTS)
LAST_COLUMN: Final = _FIRST_SHARE + len(SHARES) - 1
_WIDTHS: Final = (5, 30, 8, *[11] * len(COUNTS), *[10.5] * len(SHARES))

_Counts = Sequence[int | None]


@dataclass(frozen=True)
class TablePlaces:
    """
    Where the table stands, for other sheets to refer to.

    Parameters
    ----------
    header_row, total_row, last_row
        Rows, counted from 0.
    group_rows, group_ends
        Row of the subtotals of each group, and of its last commune, by the group's code.
    """

    sheet: Any
    header_row: int
    group_rows: dict[str, int]
    group_ends: dict[str, int]
    total_row: int
    last_row: int

    def cells(self, measure: str, group: str | None = None) -> str:
        """Return the cells of a measure of all communes, or of a group, subtotals among them, as absolute places."""
        return self._cells(column_of(measure), group)

    def codes(self, group: str | None = None) -> str:
        """Return the cells of the communes' codes, which rows of sums do not have."""
        return self._cells(CODE, group)

    def _cells(self, column: int, group: str | None) -> str:
        first = self.total_row + 1 if group is None else self.group_rows[group]
        last = self.last_row if group is None else self.group_ends[group]
        return str(xl_range_abs(first, column, last, column))


@dataclass(frozen=True)
class CommuneRows:
    """
    What the table shows.

    Parameters
    ----------
    whole
        Name of the area in the row of totals.
    communes
        Indexed by commune code, groups one after the other: ``commune_name``, ``group_code``, ``group_name`` (both
        missing where communes are not grouped), and the measures `COUNTS`.
    group_label
        Header of the names, such as "District, commune".
    estimated
        Codes of communes whose figures are estimated; their names are marked.
    """

    whole: str
    communes: pd.DataFrame
    group_label: str
    estimated: frozenset[str] = field(default_factory=frozenset)


def column_of_share(part: str) -> int:
    """Return the column of the first share with this part, counted from 0."""
    return _FIRST_SHARE + [numerator for numerator, _ in SHARES].index(part)


def column_of(measure: str) -> int:
    """Return the column of a measure, counted from 0."""
    return _COLUMN_OF[measure]


def write(book: StyledBook, sheet: Any, rows: CommuneRows, *, first_row: int) -> TablePlaces:
    """Write the table from a row on, set its print titles, and return where it stands."""
    _write_columns(book, sheet, rows, first_row)
    communes = rows.communes
    total_row = first_row + 1
    # Communes that are not grouped have no subtotals: they follow the total.
    last_row = total_row + len(communes) + communes["group_code"].nunique()
    styles = _Styles.of(book)
    _writesums_of(sheet, total_row, rows.whole, sums_of(communes), (total_row + 1, last_row), styles.total)
    group_rows: dict[str, int] = {}
    group_ends: dict[str, int] = {}
    row = total_row + 1
    for code, group in communes.groupby("group_code", sort=False, dropna=False):
        if not pd.isna(code):
            group_rows[str(code)], group_ends[str(code)] = row, row + len(group)
            cells = (row + 1, row + len(group))
            _writesums_of(sheet, row, str(group["group_name"].iloc[0]), sums_of(group), cells, styles.part)
            row += 1
        _write_communes(sheet, row, group, rows.estimated, styles)
        row += len(group)
    sheet.repeat_rows(first_row)
    sheet.freeze_panes(first_row + 1, CODE)
    sheet.ignore_errors({"number_stored_as_text": xl_range(total_row, CODE, last_row, CODE)})
    return TablePlaces(sheet, first_row, group_rows, group_ends, total_row, last_row)


@dataclass(frozen=True)
class _SumStyles:
    plain: Any
    count: Any
    share: Any


@dataclass(frozen=True)
class _Styles:
    """The formats of the table, looked up once: a table may have thousands of rows."""

    number: Any
    name: Any
    count: Any
    share: Any
    total: _SumStyles
    part: _SumStyles

    @classmethod
    def of(cls, book: StyledBook) -> _Styles:
        def sums(colour: str) -> _SumStyles:
            style = {"border": 1, "bold": True, "bg_color": colour}
            formats = (book.format(**style, num_format=form) for form in (COUNT, SHARE))
            return _SumStyles(book.format(**style), *formats)

        return cls(
            number=book.format(border=1, align="center"),
            name=book.format(border=1, indent=1),
            count=book.format(border=1, num_format=COUNT),
            share=book.format(border=1, num_format=SHARE),
            total=sums(TOTAL_COLOUR),
            part=sums(PART_COLOUR),
        )


def _write_columns(book: StyledBook, sheet: Any, rows: CommuneRows, row: int) -> None:
    say = book.language.say
    labels = (
        say("No."),
        rows.group_label,
        say("Code"),
        say("Households in all"),
        say("With grid power"),
        say("On direct sale"),
        say("Behind a master meter"),
        say("On a shared meter"),
        say("Off-grid source only"),
        say("Without power"),
        say("Rural households in all"),
        say("Rural with grid power"),
        say("With grid power (%)"),
        say("On direct sale (% of those with power)"),
        say("Behind a master meter (% of those with power)"),
        say("Rural with grid power (%)"),
    )
    book.write_header(sheet, row, labels, height=78)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)


def _write_communes(
    sheet: Any, first_row: int, communes: pd.DataFrame, estimated: frozenset[str], styles: _Styles
) -> None:
    names = communes["commune_name"].tolist()
    counts = communes[list(COUNTS)].astype("object").where(communes[list(COUNTS)].notna(), None).to_numpy().tolist()
    for number, (code, name, values) in enumerate(zip(communes.index, names, counts, strict=True)):
        row = first_row + number
        sheet.write_number(row, NUMBER, number + 1, styles.number)
        sheet.write_string(row, NAME, f"{name} {ESTIMATED}" if code in estimated else name, styles.name)
        sheet.write_string(row, CODE, code, styles.number)
        for column, value in enumerate(values, start=_COLUMN_OF[COUNTS[0]]):
            if value is None:
                sheet.write_blank(row, column, None, styles.count)
            else:
                sheet.write_number(row, column, value, styles.count)
        for column, (part, whole) in _share_places():
            part_cell, whole_cell = xl_rowcol_to_cell(row, part), xl_rowcol_to_cell(row, whole)
            formula = f'=IF(AND(ISNUMBER({part_cell}),N({whole_cell})>0),{part_cell}/{whole_cell},"")'
            sheet.write_formula(row, column, formula, styles.share, _ratio(values, part, whole))


def _share_places() -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the column of each share with those of its part and whole."""
    for column, (part, whole) in enumerate(SHARES, start=_FIRST_SHARE):
        yield column, (column_of(part), column_of(whole))


def _ratio(counts: _Counts, part: int, whole: int) -> float | str:
    """Result that a share's formula has now, of the counts of one commune."""
    first = _COLUMN_OF[COUNTS[0]]
    numerator, denominator = counts[part - first], counts[whole - first]
    return "" if numerator is None or not denominator else numerator / denominator


@dataclass(frozen=True)
class Sums:
    """Results that the formulas of a row of sums have now: of the counts, and of the shares of `SHARES`."""

    counts: list[int | str]
    shares: list[float | str]


def sums_of(communes: pd.DataFrame) -> Sums:
    """Return what the sums over some communes are; blank where nothing was reported."""
    totals = communes[list(COUNTS)].sum(min_count=1)
    shares: list[float | str] = []
    for numerator, denominator in SHARES:
        both = communes[[numerator, denominator]].dropna()
        whole = int(both[denominator].sum())
        shares.append(int(both[numerator].sum()) / whole if whole else "")
    return Sums(["" if pd.isna(total) else int(total) for total in totals], shares)


def _writesums_of(sheet: Any, row: int, name: str, sums: Sums, rows: tuple[int, int], styles: _SumStyles) -> None:
    """
    Write the subtotals of a group, or the totals, over the rows of communes.

    SUBTOTAL leaves out other subtotals. A share adds up only communes that reported both of its parts, and knows
    communes by their code, which rows of sums do not have.
    """
    sheet.write_blank(row, NUMBER, None, styles.plain)
    sheet.write_string(row, NAME, name, styles.plain)
    sheet.write_blank(row, CODE, None, styles.plain)
    for column, value in enumerate(sums.counts, start=_COLUMN_OF[COUNTS[0]]):
        cells = xl_range(rows[0], column, rows[1], column)
        formula = f'=IF(COUNT({cells})=0,"",SUBTOTAL(9,{cells}))'
        sheet.write_formula(row, column, formula, styles.count, value)
    codes = xl_range(rows[0], CODE, rows[1], CODE)
    for (column, (part, whole)), share in zip(_share_places(), sums.shares, strict=True):
        parts, wholes = xl_range(rows[0], part, rows[1], part), xl_range(rows[0], whole, rows[1], whole)
        both = f'{parts},"<>",{wholes},"<>",{codes},"<>"'
        formula = f'=IFERROR(SUMIFS({parts},{both})/SUMIFS({wholes},{both}),"")'
        sheet.write_formula(row, column, formula, styles.share, share)
