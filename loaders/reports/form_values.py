"""What a report puts into the fields of a form: one value each, None where it has none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd

from geodata.report_data import ProvinceReport
from geodata.tables import MEASURES
from loaders.reports.official_sentences import issuer_name

Value = str | int | float | date | None

_DECIMALS: Final = 6
"""Of numbers that are no counts: sums of kilometres have no more that mean anything."""

_SHARES: Final = {
    "households_with_power_share": ("households_grid", "households_all"),
    "rural_households_with_power_share": ("households_grid_rural", "households_all_rural"),
    "direct_share": ("households_direct", "households_grid"),
    "bulk_share": ("households_bulk", "households_grid"),
    "all_sources_share": ("households_any_source", "households_all"),
}
_TO_CONNECT: Final = {
    "households_to_connect": ("households_all", "households_grid"),
    "households_to_connect_urban": ("households_all_urban", "households_grid_urban"),
    "households_to_connect_rural": ("households_all_rural", "households_grid_rural"),
}
_RENAMED: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "organisation": ("organisations", {"name": "organisation_name"}),
    "takeover": (
        "takeovers",
        {"name": "organisation_name", "households": "households_behind", "lv_line_km": "line_km"},
    ),
    "work": ("works", {"code": "work_code", "name": "work_name"}),
    "hamlet": ("unserved_hamlets", {"code": "hamlet_code", "name": "hamlet_name"}),
    "point": ("bulk_points", {"code": "point_code"}),
}
"""Scope → the report's table of its rows, and the columns that fields call otherwise."""


def values_of(report: ProvinceReport) -> dict[str, Value]:
    """Return the values of the fields of which a report has one, by their English names."""
    language, period = report.language, report.period
    return {
        "province_name": report.province_name,
        "province_code": report.province_code,
        "company_name": issuer_name(report),
        "period_name": language.period(period),
        "quarter": period.quarter,
        "year": period.year,
        "month": period.last_day.month,
        "last_day": period.last_day,
        "unit_list_day": report.unit_list_date,
        "data_version": report.data_version,
        "fingerprint": report.fingerprint,
        **_counts_of(report.communes),
        **_previous(report),
        **_communes(report),
        **_remaining(report),
        **_works(report),
    }


def rows_of(report: ProvinceReport, scope: str) -> list[dict[str, Value]]:
    """Return the values of the fields of a scope, one mapping a row, in the report's order."""
    if scope == "commune":
        found = [
            {
                "code": str(code),
                "name": _plain(row["commune_name"]),
                "district_code": _plain(row["district_code"]),
                "district_name": _plain(row["district_name"]),
                **_counts_of(report.communes.loc[[code]]),
            }
            for code, row in report.communes.iterrows()
        ]
    elif scope == "district":
        found = [
            {
                "code": str(code),
                "name": str(communes["district_name"].iloc[0]),
                "communes": len(communes),
                **_counts_of(communes),
            }
            for code, communes in report.communes.groupby("district_code", sort=False)
        ]
    else:
        name, renamed = _RENAMED[scope]
        table: pd.DataFrame = getattr(report, name)
        own = {column: field for field, column in renamed.items()}
        found = [
            {own.get(str(column), str(column)): _plain(value) for column, value in row.items()}
            for row in table.to_dict("records")
        ]
    return [{"no": number, **row} for number, row in enumerate(found, start=1)]


def _counts_of(communes: pd.DataFrame) -> dict[str, Value]:
    """Sums of what was reported; differences and shares over the communes that reported both parts."""
    known = communes.assign(households_any_source=communes["households_grid"] + communes["households_offgrid"])
    found: dict[str, Value] = {measure: _plain(communes[measure].sum(min_count=1)) for measure in MEASURES}
    for name, (whole, part) in _TO_CONNECT.items():
        found[name] = _plain((communes[whole] - communes[part]).sum(min_count=1))
    for name, (part, whole) in _SHARES.items():
        both = known.dropna(subset=[part, whole])
        over, under = int(both[part].sum()), int(both[whole].sum())
        found[name] = over / under if under and over <= under else None
    return found


def _previous(report: ProvinceReport) -> dict[str, Value]:
    before = str(report.period.previous())
    is_known = before in report.history.index
    return {f"{m}_previous": _plain(report.history.loc[before, m]) if is_known else None for m in MEASURES}


def _communes(report: ProvinceReport) -> dict[str, Value]:
    names, grid = report.communes["commune_name"], report.communes["households_grid"]
    reported = grid.dropna()
    silent = report.communes[grid.isna()]
    is_whole = silent.empty
    local = report.communes[(grid == 0) & (report.communes["households_offgrid"] > 0)]
    return {
        "communes_all": len(names),
        "communes_urban": int(names.str.startswith(("Phường ", "Thị trấn ")).sum()),
        "communes_rural": int(names.str.startswith("Xã ").sum()),
        "communes_reported": len(reported),
        "communes_with_power": int((reported > 0).sum()) if len(reported) else None,
        "communes_without_power": int((reported == 0).sum()) if is_whole else None,
        "communes_local_power": len(local) if is_whole else None,
    }


def _remaining(report: ProvinceReport) -> dict[str, Value]:
    organisations, hamlets, takeovers = report.organisations, report.hamlets, report.takeovers
    found: dict[str, Value] = {
        "organisations": len(organisations),
        "master_meters": _total(organisations, "points"),
        "households_behind": _total(organisations, "households_behind"),
        "bulk_line_km": _total(organisations, "line_km"),
        "hamlets": _total(hamlets, "hamlets"),
        "households_in_hamlets": _total(hamlets, "households_without_grid"),
    }
    names = {
        "takeover_points": "points",
        "takeover_households": "households_behind",
        "takeover_lv_line_km": "line_km",
    }
    if takeovers.columns.empty:
        return found | dict.fromkeys(("takeover_organisations", "takeover_communes", *names))
    communes = {code for codes in takeovers["commune_codes"] for code in str(codes).split()}
    found |= {"takeover_organisations": len(takeovers), "takeover_communes": len(communes)}
    return found | {name: _total(takeovers, column) for name, column in names.items()}


def _works(report: ProvinceReport) -> dict[str, Value]:
    works = report.works
    names = {
        "works_households_planned": "households_planned",
        "works_households_connected": "households_connected",
        "works_cost_million_vnd": "cost_million_vnd",
    }
    if works.columns.empty:
        return dict.fromkeys(("works", *names))
    return {"works": len(works)} | {name: _total(works, column) for name, column in names.items()}


def _total(table: pd.DataFrame, column: str) -> Value:
    """Sum of what is known; 0 where there is no row, None where no row has a value."""
    return 0 if table.empty else _plain(table[column].sum(min_count=1))


def _plain(value: Any) -> Value:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    plain: Value = value.item() if hasattr(value, "item") else value
    return round(plain, _DECIMALS) if isinstance(plain, float) else plain
