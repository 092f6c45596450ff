"""The report's sheets of what remains: behind master meters by organisation, commune and point; unserved hamlets."""

from __future__ import annotations

from typing import Final

from geodata.lineage import ESTIMATED, ESTIMATED_NOTE
from loaders.reports.sheet_style import COUNT, Book
from loaders.reports.sheet_table import CODE, Column, write_table_sheet

_KM: Final = "#,##0.0"
_LOSS: Final = "0.0%"


def write(book: Book) -> None:
    """Write the sheets."""
    _write_organisations(book)
    _write_communes(book)
    _write_points(book)
    _write_hamlets(book)


def places(book: Book, *, commune_width: float = 30) -> list[Column]:
    """Return the columns that name a commune, with its district where the list has districts."""
    say = book.language.say
    columns = [Column(say("Commune"), "commune_name", commune_width)]
    if book.report.has_districts:
        columns.append(Column(say("District"), "district_name", 26))
    return columns


def _write_organisations(book: Book) -> None:
    say = book.language.say
    columns = [
        Column(say("Organisation"), "organisation_name", 52),
        Column(say("Communes"), "communes", 12, COUNT),
        Column(say("Master meters"), "points", 14, COUNT, has_total=True),
        Column(say("Households behind"), "households_behind", 16, COUNT, has_total=True),
        Column(say("Line (km)"), "line_km", 12, _KM, has_total=True),
        Column(say("Loss"), "loss_share", 12, _LOSS),
    ]
    write_table_sheet(
        book,
        say("Bulk buyers"),
        say("Organisations that buy in bulk"),
        columns,
        book.report.organisations,
        empty=say("No organisation buys in bulk any more, by the survey of bulk-purchase points."),
    )


def _write_communes(book: Book) -> None:
    say, table = book.language.say, book.report.bulk_communes
    is_estimated = table["is_estimated"]
    names = table["commune_name"]
    columns = [
        *places(book),
        Column(say("Households behind a master meter"), "households_bulk", 16, COUNT, has_total=True),
        Column(say("Master meters"), "points", 12, COUNT, has_total=True),
        Column(say("Organisations"), "organisations", 14, COUNT),
        Column(say("Households by the meters"), "households_behind", 16, COUNT, has_total=True),
        Column(say("Difference"), "difference", 14, COUNT),
    ]
    write_table_sheet(
        book,
        say("Communes with bulk purchase"),
        say("Communes with households behind a master meter"),
        columns,
        table.assign(commune_name=names.where(~is_estimated, names + f" {ESTIMATED}")),
        empty=say("No commune has households behind a master meter any more."),
        note=say(ESTIMATED_NOTE) if is_estimated.any() else "",
    )


def _write_points(book: Book) -> None:
    say, points = book.language.say, book.report.bulk_points
    words = {"good": say("good"), "fair": say("fair"), "poor": say("poor")}
    states = {"bulk": say("buys in bulk"), "agreed": say("take-over agreed")}
    columns = [
        Column(say("Organisation"), "organisation_name", 36),
        Column(say("Point"), "point_code", 14, CODE),
        Column(say("Master meter"), "master_meter", 14, CODE),
        *places(book, commune_width=26),
        Column(say("Households behind"), "households_behind", 13, COUNT, has_total=True),
        Column(say("Loss"), "loss_share", 9, _LOSS),
        Column(say("Line (km)"), "line_km", 10, _KM, has_total=True),
        Column(say("Condition"), "condition", 12),
        Column(say("State"), "takeover_state", 18),
    ]
    shown = points
    if len(points):
        shown = points.assign(
            condition=points["condition"].map(words).fillna(points["condition"]),
            takeover_state=points["takeover_state"].map(states).fillna(points["takeover_state"]),
        )
    write_table_sheet(
        book,
        say("Bulk-purchase points"),
        say("Bulk-purchase points that are not taken over"),
        columns,
        shown,
        empty=say("No bulk-purchase point is left to take over."),
    )


def _write_hamlets(book: Book) -> None:
    say = book.language.say
    columns = [
        Column(say("Hamlet"), "hamlet_name", 36),
        *places(book),
        Column(say("Households without the grid"), "households_without_grid", 18, COUNT, has_total=True),
        Column(say("To the grid (km)"), "grid_distance_km", 14, _KM),
    ]
    write_table_sheet(
        book,
        say("Unserved hamlets"),
        say("Hamlets that the grid does not reach"),
        columns,
        book.report.unserved_hamlets,
        empty=say("No hamlet is known that the grid does not reach."),
    )
