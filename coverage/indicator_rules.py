"""What a line of the indicator table must say: each column's rule, and an error that names line and column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from geodata.errors import FigureError, mark
from geodata.stated import SCALES
from geodata.tables import DERIVED_MEASURES, MEASURES

COUNT, SHARE, CHANGE = "count", "share", "change"
KINDS: Final = (COUNT, SHARE, CHANGE)

COMMUNES, COMPANY = "communes", "company"
SCOPES: Final = (COMMUNES, COMPANY)

HIGHER, LOWER, NONE = "higher", "lower", "none"
POLARITIES: Final = (HIGHER, LOWER, NONE)

SECTIONS: Final = ("coverage", "service", "calls", "price_checks")
FACTS, OWN_LIST, RETURNS = "facts", "own_list", "returns"
TABLE_SOURCES: Final = (FACTS, OWN_LIST, RETURNS)

PERCENT_SIGN: Final = "%"
_MOST_DECIMALS: Final = 6

_TEXTS: Final = (
    "name",
    *(f"{text}_{code}" for text in ("title", "short", "unit", "formula", "source") for code in ("vi", "en")),
    "numerator",
)
"""Columns that every line fills."""

Line = Mapping[str, str]


def check_lines(lines: Sequence[Line]) -> None:
    """
    Refuse an indicator table of which a line cannot be used; nothing of it is taken then.

    Parameters
    ----------
    lines
        The rows of the table, every cell as text, ``""`` where blank.

    Raises
    ------
    FigureError
        For the first line and column that is wrong: where, what was found, what is allowed.
    """
    for number, line in enumerate(lines, start=2):  # line 1 is the header
        for check in _CHECKS:
            check(line, number)
    for column in ("name", "title_vi", "title_en"):
        _check_told_apart(lines, column)


def _refuse(line: Line, number: int, column: str, allowed: str, *, code: str) -> FigureError:
    return FigureError(
        f"indicator.{code}",
        mark('Indicator table, line {line} ("{name}"): "{found}" in column "{column}". Allowed: {allowed}.'),
        line=str(number),
        name=line["name"],
        column=column,
        found=line[column],
        allowed=allowed,
    )


def _check_texts(line: Line, number: int) -> None:
    for column in _TEXTS:
        if not line[column].strip():
            raise FigureError(
                "indicator.blank",
                mark('Indicator table, line {line} ("{name}"): column "{column}" is blank. Every indicator fills it.'),
                line=str(number),
                name=line["name"],
                column=column,
            )


def _check_sets(line: Line, number: int) -> None:
    for column, allowed in (("kind", KINDS), ("scope", SCOPES), ("better", POLARITIES), ("stated_in", tuple(SCALES))):
        if line[column] not in allowed:
            raise _refuse(line, number, column, ", ".join(filter(None, allowed)), code=column)


def _check_table(line: Line, number: int) -> None:
    """An indicator of the company's table says in which section it stands and where its figure comes from."""
    if line["table_section"] and line["table_section"] not in SECTIONS:
        raise _refuse(line, number, "table_section", ", ".join(SECTIONS), code="table_section")
    sources = TABLE_SOURCES if line["scope"] == COMMUNES else (RETURNS,)
    if line["table_section"] and line["table_from"] not in sources:
        raise _refuse(line, number, "table_from", ", ".join(sources), code="table_from")


def _check_decimals(line: Line, number: int) -> None:
    for column in ("decimals", "stated_decimals"):
        text = line[column]
        is_blank = column == "stated_decimals" and not text
        if not is_blank and not (text.isascii() and text.isdigit() and int(text) <= _MOST_DECIMALS):
            raise _refuse(line, number, column, f"0–{_MOST_DECIMALS}", code="decimals")


def _check_denominator(line: Line, number: int) -> None:
    needed = line["kind"] != COUNT
    columns = ("denominator", "denominator_vi", "denominator_en")
    filled = [bool(line[column].strip()) for column in columns]
    if not (all(filled) if needed else not any(filled)):
        raise FigureError(
            "indicator.denominator",
            mark(
                'Indicator table, line {line} ("{name}"): a share or a change has a denominator, named in both '
                "languages ({columns}); a count has none."
            ),
            line=str(number),
            name=line["name"],
            columns=", ".join(columns),
        )


def _check_unit(line: Line, number: int) -> None:
    """Shares and changes are in percent, counts in what they count."""
    for column in ("unit_vi", "unit_en"):
        if (line[column] == PERCENT_SIGN) != (line["kind"] != COUNT):
            raise FigureError(
                "indicator.unit",
                mark(
                    'Indicator table, line {line} ("{name}"): "{found}" in column "{column}". The unit of a share or a '
                    "change is %, that of a count is what it counts."
                ),
                line=str(number),
                name=line["name"],
                column=column,
                found=line[column],
            )
    if line["stated_in"] and line["kind"] != COUNT:
        raise _refuse(line, number, "stated_in", '""', code="stated_in")


def _check_measures(line: Line, number: int) -> None:
    """What is reckoned from communes rests on what communes report."""
    known = (*MEASURES, *DERIVED_MEASURES)
    for column in ("numerator", "denominator") if line["scope"] == COMMUNES else ():
        if line[column] and line[column] not in known:
            raise _refuse(line, number, column, ", ".join(known), code="measure")
    if line["scope"] == COMMUNES and line["kind"] == CHANGE:
        raise _refuse(line, number, "kind", f"{COUNT}, {SHARE}", code="kind")


def _check_day(line: Line, number: int) -> None:
    try:
        date.fromisoformat(line["valid_from"])
    except ValueError:
        raise _refuse(line, number, "valid_from", "2021-01-31", code="valid_from") from None


def _check_breaks(line: Line, number: int) -> None:
    try:
        breaks = breaks_of(line["map_breaks"])
    except InvalidOperation:
        breaks = (Decimal(1), Decimal(0))
    if list(breaks) != sorted(set(breaks)):
        raise _refuse(line, number, "map_breaks", "95|98|99|99.5|100", code="map_breaks")


def breaks_of(text: str) -> tuple[Decimal, ...]:
    """Return where the classes of a map part; none for an indicator that is not mapped."""
    return tuple(Decimal(part) for part in text.split("|")) if text else ()


def _check_told_apart(lines: Sequence[Line], column: str) -> None:
    first: dict[str, int] = {}
    for number, line in enumerate(lines, start=2):
        value = line[column].casefold()
        if value in first:
            raise FigureError(
                "indicator.doubled",
                mark(
                    'Indicator table, line {line}: "{found}" in column "{column}" stands already in line {first}. Each '
                    "indicator has a name of its own."
                ),
                line=str(number),
                column=column,
                found=line[column],
                first=str(first[value]),
            )
        first[value] = number


_CHECKS: Final[tuple[Callable[[Line, int], None], ...]] = (
    _check_texts,
    _check_sets,
    _check_table,
    _check_decimals,
    _check_denominator,
    _check_unit,
    _check_measures,
    _check_day,
    _check_breaks,
)
