"""The shipped tables of facts: indicators, targets, published figures, province sizes, the demo's assumptions."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

import pandas as pd

from geodata.periods import Period
from geodata.target_data import TargetFacts, Wording


def load_indicator_table() -> pd.DataFrame:
    """Return the indicator definitions, one row each; see `coverage.indicators.read_registry`."""
    return _read_csv("indicators.csv")


def load_target_table() -> pd.DataFrame:
    """Return the targets of Programme 2081, its successors and others with status and source, all columns as text."""
    return _read_csv("targets.csv")


def load_target_facts() -> TargetFacts:
    """Return what is known around targets: quantities that are stated only, regions, due dates that are assumed."""
    quantities, regions = _read_csv("target_quantities.csv"), _read_csv("regions_2021.csv")
    text = files("loaders.reference").joinpath("target_assumptions.toml").read_text(encoding="utf-8")
    return TargetFacts(
        quantities={row["name"]: Wording(row["title_vi"], row["title_en"]) for _, row in quantities.iterrows()},
        regions={row["region"]: Wording(row["region_vi"], row["region_en"]) for _, row in regions.iterrows()},
        region_of=dict(zip(regions["province_code"], regions["region"], strict=True)),
        assumed_due={programme: Period.parse(due) for programme, due in tomllib.loads(text)["due"].items()},
    )


def load_published_table() -> pd.DataFrame:
    """
    Return the company's returns that were published, all columns as text; so far those of the first half of 2021.

    Returns
    -------
    returns
        One row an indicator and period (a half-year, or the day on which the figure holds): ``numerator`` and
        ``denominator`` where published, ``published_value`` in ``published_unit`` with ``published_decimals``,
        ``plan`` in the same unit, ``is_reckoned`` (``yes`` where the value is ours, from published counts), notes and
        source in both languages.
    """
    return _read_csv("company_returns.csv")


def load_province_facts() -> pd.DataFrame:
    """Return census households of the 21 provinces, whole numbers, indexed by GSO code."""
    table = _read_csv("provinces_2021.csv").set_index("code")
    counts = [column for column in table.columns if column.startswith(("households", "rural_households"))]
    return table.astype(dict.fromkeys(counts, "int64"))


def load_provinces_of_vietnam() -> dict[str, str]:
    """Return the 63 provinces of 2019 to 2024: GSO code → full name."""
    table = _read_csv("provinces_vietnam.csv")
    return dict(zip(table["province_code"], table["full_name"], strict=True))


def load_central_meridians() -> dict[str, int]:
    """Return the EPSG code of VN-2000 / TM-3 on the central meridian of each province: GSO code → EPSG code."""
    table = _read_csv("central_meridians.csv")
    return {str(code): int(epsg) for code, epsg in zip(table["province_code"], table["epsg"], strict=True)}


def load_official_areas(list_date: date) -> pd.DataFrame:
    """
    Return the official areas of communes that are known on the day of a list.

    Returns
    -------
    areas
        Indexed by code: ``area_km2`` and ``source``. All communes but one of 1 July 2025, few of 1 July 2021, none of
        other lists.
    """
    table = _read_csv("official_areas.csv")
    own = table[table["list_date"] == list_date.isoformat()].set_index("code")
    return own[["area_km2", "source"]].astype({"area_km2": "float64"})


def load_survey_rules() -> pd.DataFrame:
    """Return what each rule for surveys says: code, severity, applies_to, rule_vi, rule_en."""
    return _read_csv("survey_rules.csv")


def load_check_rules() -> pd.DataFrame:
    """Return the rules of consistency checks, all text; see `coverage.findings.read_rules`."""
    return _read_csv("check_rules.csv")


def load_amount_units() -> dict[str, dict[str, float]]:
    """Return the units in which amounts are written: unit we keep → unit as written → how much of ours it is."""
    text = files("loaders.reference").joinpath("amount_units.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def load_progress_rule() -> dict[str, Any]:
    """Return the figures of the rule by which progress is judged; see `coverage.progress_rule.read_rule`."""
    text = files("loaders.reference").joinpath("progress_rule.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def load_demo_assumptions() -> dict[str, Any]:
    """Return the totals and the assumptions on which the demo rests, each explained in the file."""
    return _read_toml("demo_assumptions.toml")


def load_forecast_assumptions() -> dict[str, Any]:
    """Return what forecasts assume of works."""
    return _read_toml("forecast_assumptions.toml")


def load_forecast_calibration() -> dict[str, Any]:
    """Return the levels of forecasts; see `coverage.calibration.read_calibration`."""
    return _read_toml("forecast_calibration.toml")


def _read_toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("loaders.reference").joinpath(name).read_text(encoding="utf-8"))


def _read_csv(name: str) -> pd.DataFrame:
    with files("loaders.reference").joinpath(name).open("rb") as stream:
        return pd.read_csv(stream, dtype="str", keep_default_na=False, na_values=[""])
