"""What a consistency check finds: the rule, the place, the quarter, the values, and the reason that somebody gave."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import pandas as pd

from geodata.language import Language
from geodata.measure_names import MEASURE_NAMES
from geodata.periods import Period
from geodata.tables import require_columns

ERROR, WARNING = "error", "warning"

SEVERITIES: Final = (ERROR, WARNING)

OPEN, EXPLAINED, REOPENED = "open", "explained", "reopened"

STATES: Final = (OPEN, REOPENED, EXPLAINED)
"""`REOPENED`: it was explained, and its values have changed since."""

TABLE_COLUMNS: Final = ("severity", "place", "period", "sentence", "reason", "explained_by")
"""Columns of `findings_table`: those of `ProvinceReport.findings`."""

Value = int | str

_RULE_COLUMNS: Final = (
    "code",
    "severity",
    "about",
    "limit_share",
    "limit_households",
    "basis",
    "title_vi",
    "title_en",
    "rule_vi",
    "rule_en",
    "found_vi",
    "found_en",
    "remedy_vi",
    "remedy_en",
)


@dataclass(frozen=True)
class CheckRule:
    """
    A rule as its registry states it; a limit is passed where it is exceeded, never on it.

    Parameters
    ----------
    about
        What is compared: ``"quarter"``, ``"time"``, ``"sources"``, ``"levels"`` or ``"published"``.
    limit_share, limit_households
        What is allowed; both must be exceeded where both are given.
    basis
        ``"definition"``, or ``"assumption"``: the limits are ours.
    found_vi, found_en
        What is said of a finding, with its values in braces.
    """

    code: str
    severity: str
    about: str
    limit_share: Decimal | None
    limit_households: int | None
    basis: str
    title_vi: str
    title_en: str
    rule_vi: str
    rule_en: str
    found_vi: str
    found_en: str
    remedy_vi: str
    remedy_en: str

    @property
    def is_assumption(self) -> bool:
        """Whether its limits are our assumption."""
        return self.basis == "assumption"

    @property
    def share(self) -> float:
        """The limit as a share; 0 where there is none."""
        return float(self.limit_share or 0)

    @property
    def households(self) -> int:
        """The limit in households; 0 where there is none."""
        return self.limit_households or 0

    def title(self, language: Language) -> str:
        """Return what readers call it."""
        return self.title_vi if language.code == "vi" else self.title_en

    def sentence(self, language: Language) -> str:
        """Return what it demands, with its limits."""
        text = self.rule_vi if language.code == "vi" else self.rule_en
        return text.format(**self.limits(language))

    def limits(self, language: Language) -> dict[str, str]:
        """Return its limits as readers see them."""
        share = self.limit_share or Decimal(0)
        return {
            "limit_share": language.share(share, decimals=0),
            "limit_points": language.decimal(share * 100, decimals=1),
            "limit_households": language.count(self.households),
        }


def read_rules(table: pd.DataFrame) -> dict[str, CheckRule]:
    """Return the rules of a table (all text) by their codes, in its order."""
    require_columns(table, _RULE_COLUMNS, what="check_rules")
    found = {}
    for row in table[list(_RULE_COLUMNS)].to_dict("records"):
        texts = {str(name): value for name, value in row.items()}
        share, households = texts.pop("limit_share"), texts.pop("limit_households")
        found[str(texts["code"])] = CheckRule(
            **texts,
            limit_share=None if pd.isna(share) else Decimal(str(share)),
            limit_households=None if pd.isna(households) else int(households),
        )
    return found


@dataclass(frozen=True)
class Explanation:
    """
    Why a finding is right as it stands.

    Parameters
    ----------
    reason, user, said_at
        What was written, by whom, and when (UTC, ISO 8601).
    values
        The values that it was given for.
    """

    reason: str
    user: str
    said_at: str
    values: tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Finding:
    """
    What a rule found in one place and quarter.

    Parameters
    ----------
    area, place
        Code in the list of `list_date`, and its name with those above it.
    period
        Code of the quarter.
    detail
        What tells findings of a rule, area and quarter apart, such as the measure.
    measures
        Measures that it is about.
    values
        What was found, in the order in which it is told.
    explanation
        The reason that was given; it holds where `state` is `EXPLAINED`, and is an old one where it is `REOPENED`.
    """

    rule: CheckRule
    area: str
    place: str
    period: str
    list_date: date
    detail: str
    measures: tuple[str, ...]
    values: tuple[tuple[str, Value], ...]
    explanation: Explanation | None = None

    @property
    def severity(self) -> str:
        """`ERROR` or `WARNING`."""
        return self.rule.severity

    @property
    def state(self) -> str:
        """`OPEN`, `EXPLAINED`, or `REOPENED` where a reason was given for other values."""
        if self.explanation is None:
            return OPEN
        is_same = self.explanation.values == self.values  # noqa: PD011
        return EXPLAINED if is_same else REOPENED

    @property
    def subject(self) -> tuple[str, str, str, str, str]:
        """What it is about, whatever the values: rule, area, quarter, list and detail."""
        return self.rule.code, self.area, self.period, self.list_date.isoformat(), self.detail

    @property
    def key(self) -> str:
        """What it is called: it stays while its values do, and changes with them."""
        told = json.dumps([self.list_date.isoformat(), self.detail, self.values], ensure_ascii=False)
        digest = hashlib.sha256(told.encode()).hexdigest()[:8]
        return f"{self.rule.code}:{self.period}:{self.area}:{digest}"

    def told(self, language: Language) -> str:
        """Return what was found, and what is allowed."""
        found = self.rule.found_vi if language.code == "vi" else self.rule.found_en
        return found.format(**self.rule.limits(language), **shown_values(self.values, language))

    def sentence(self, language: Language) -> str:
        """Return where it is, what was found, what is allowed, and what to do."""
        remedy = self.rule.remedy_vi if language.code == "vi" else self.rule.remedy_en
        return f"{self.place}, {language.period(Period.parse(self.period))}: {self.told(language)} {remedy}"


def shown_values(values: Sequence[tuple[str, Value]], language: Language) -> dict[str, str]:
    """
    Return values as readers see them, by their names.

    Whole numbers get separators; of texts the end of the name says what they are: measures, quarters, days, terms of a
    sum (``households_bulk=12 + …``), percentage points, indicators by both of their names, lists of names.
    """
    return {name: _shown(name, value, language) for name, value in values}


def _shown(name: str, value: Value, language: Language) -> str:
    if isinstance(value, int):
        return language.count(value)
    kind = name.rpartition("_")[2]
    if kind == "measure":
        return language.say(MEASURE_NAMES[value])
    if kind == "period":
        return language.period(Period.parse(value))
    if kind == "day":
        return language.day(date.fromisoformat(value))
    if kind == "percent":
        stated = Decimal(value)
        return language.decimal(stated, decimals=max(0, -int(stated.as_tuple().exponent))) + "%"
    if kind == "points":
        return language.decimal(Decimal(value), decimals=2)
    if kind == "terms":
        pairs = (term.split("=") for term in value.split(" + "))
        return " + ".join(f"{language.say(MEASURE_NAMES[m])} {language.count(int(count))}" for m, count in pairs)
    if kind in ("share", "names"):
        vi, _, en = value.partition(" | ")
        return vi if language.code == "vi" else en
    return value


def findings_table(findings: Sequence[Finding], language: Language) -> pd.DataFrame:
    """
    Return findings as rows of a report.

    Returns
    -------
    table
        Columns `TABLE_COLUMNS`, in the order of the findings: ``severity`` (`ERROR`, `WARNING`), ``place``, ``period``
        and ``sentence`` in the language, ``reason`` and ``explained_by`` (both blank where no reason holds).
    """
    rows = []
    for finding in findings:
        told = finding.explanation if finding.state == EXPLAINED else None
        rows.append(
            {
                "severity": finding.severity,
                "place": finding.place,
                "period": language.period(Period.parse(finding.period)),
                "sentence": finding.sentence(language),
                "reason": told.reason if told else "",
                "explained_by": told.user if told else "",
            }
        )
    return pd.DataFrame(rows, columns=pd.Index(TABLE_COLUMNS), dtype="str")
