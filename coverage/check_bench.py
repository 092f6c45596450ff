"""The workbench of consistency checks: what the rules find in a workspace, and the reasons that managers give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Final

import pandas as pd

from coverage import checks
from coverage.check_data import CheckData
from coverage.check_gathering import gather, published_of
from coverage.findings import CheckRule, Explanation, Finding, findings_table, read_rules
from coverage.kept import Kept
from coverage.published_ranges import (
    RURAL_TO_CONNECT,
    URBAN_TO_CONNECT,
    implied_ranges,
)
from coverage.rollup import add_derived
from coverage.workspace import Workspace
from geodata.errors import WorkspaceError, mark
from geodata.language import Language
from geodata.measure_names import MEASURE_NAMES
from geodata.periods import Period
from geodata.tables import MEASURES
from geodata.units import COMPANY_CODE
from loaders.reference import tables
from loaders.reports import findings_workbook
from loaders.reports.csv_file import csv_of
from loaders.store import engine, explanations, upload_reasons
from loaders.store.explanations import StoredExplanation
from loaders.store.upload_reasons import UploadReason

_MOST_KEPT: Final = 4

QUANTITY_NAMES: Final = {
    **MEASURE_NAMES,
    "households_to_connect": mark("Without grid power"),
    RURAL_TO_CONNECT: mark("Rural without grid power"),
    URBAN_TO_CONNECT: mark("Urban without grid power"),
}
"""What readers call the counts that published figures limit."""


@dataclass(frozen=True)
class _Checked:
    """What was checked in a list of units, and what was found."""

    data: CheckData
    findings: list[Finding]


class CheckBench:
    """
    The checks of a workspace.

    Parameters
    ----------
    workspace
        Whose figures are checked, and whose store keeps the reasons.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._kept = Kept[_Checked](_MOST_KEPT)

    @cached_property
    def rules(self) -> dict[str, CheckRule]:
        """Every rule by its code."""
        return read_rules(tables.load_check_rules())

    # ---- what is found

    def findings(
        self,
        area: str = COMPANY_CODE,
        period: str | Period | None = None,
        *,
        told_on: date | None = None,
        as_of: datetime | None = None,
    ) -> list[Finding]:
        """
        Return what the rules find in an area and quarter, errors first, each with the reason given for it.

        Parameters
        ----------
        area
            Code in the list of `told_on`, else of the quarter (of all quarters: of the newest); findings of what lies
            in it are among them, those of the areas above are not.
        period
            A quarter; all of them where None, the newest first. Those of the whole company are each told in their own
            list, if no other one is asked for.
        as_of
            Moment whose answer is wanted; now where None.

        Raises
        ------
        PlaceError, FigureError
            If the area or the quarter is not known.
        """
        workspace, found = self._workspace, []
        quarters = workspace.periods(as_of=as_of)[::-1] if period is None else [str(period)]
        if period is None and told_on is None and area != COMPANY_CODE:
            told_on = workspace.list_of_newest_quarter(as_of=as_of)
        for quarter in quarters:
            day = workspace.lists.day_of(told_on) if told_on else workspace.list_of_quarter(Period.parse(quarter))
            workspace.lists.require(area, day)
            checked = self._checked(day, as_of)
            if quarter not in checked.data.periods:
                workspace.figures_of(quarter, as_of=as_of, told_on=told_on)  # raises, and says which quarters there are
            of_quarter = [one for one in checked.findings if one.period == quarter]
            found += checks.in_area(of_quarter, area, workspace.units_on(day))
        return self._with_explanations(found, as_of)

    def _checked(self, day: date, as_of: datetime | None = None) -> _Checked:
        """Return what is found in all quarters in the list of a day; reckoned once a version of the data."""
        key = (day, self._workspace.data_version(as_of=as_of).number, as_of)
        return self._kept.get(key, lambda: self._check(day, as_of))

    def _check(self, day: date, as_of: datetime | None) -> _Checked:
        data = gather(self._workspace, day, as_of=as_of)
        return _Checked(data, checks.find_all(data, self.rules))

    def table(self, findings: Sequence[Finding], language: Language) -> pd.DataFrame:
        """Return findings as rows of a report; see `findings_table`."""
        return findings_table(findings, language)

    def counts(self, findings: Iterable[Finding], language: Language) -> pd.DataFrame:
        """Return how much each rule found; see `checks.counts_by_rule`."""
        return checks.counts_by_rule(findings, self.rules, language)

    def published_table(self, period: str, language: Language) -> pd.DataFrame:
        """
        Return what the figures published of a quarter's last day leave open, beside our own sums.

        Returns
        -------
        table
            With headings in the language, one row a count that they limit; empty where nothing was published. Our sum
            is told only where every commune reported.
        """
        published = published_of(self._workspace, [period]).get(period)
        if not published:
            return pd.DataFrame()
        found, count, say = implied_ranges(published), language.count, language.say
        data = self._checked(self._workspace.list_of_quarter(Period.parse(period))).data
        own = add_derived(data.figures[data.figures["period"] == period]).set_index("commune_code").reindex(data.codes)
        for area, name in (("rural", RURAL_TO_CONNECT), ("urban", URBAN_TO_CONNECT)):
            own[name] = own[f"households_all_{area}"] - own[f"households_grid_{area}"]
        rows = []
        for name, allowed in found.ranges.items():
            if name not in QUANTITY_NAMES or allowed.is_open:
                continue
            total = int(own[name].sum()) if name in own and own[name].notna().all() else None
            # In publications shared meters are inside direct sale.
            inside = int(own["households_shared"].sum()) if name == "households_direct" else 0
            fits = total is not None and allowed.low <= total + inside and total <= allowed.high
            rows.append(
                {
                    say("Households"): say(QUANTITY_NAMES[name]),
                    say("At least"): count(allowed.low),
                    say("At most"): count(allowed.high),
                    say("Ours"): "–" if total is None else count(total),
                    say("Fits"): "–" if total is None else say("yes") if fits else say("no"),
                }
            )
        return pd.DataFrame(rows)

    # ---- reasons

    def _with_explanations(self, findings: list[Finding], as_of: datetime | None) -> list[Finding]:
        with engine.reading(self._workspace.engine) as connection:
            said = explanations.explanations(connection, as_of=as_of)
            given = upload_reasons.upload_reasons(connection, as_of=as_of)
        newest: dict[explanations.Subject, Explanation | None] = {}
        for one in said:
            newest[one.subject] = _as_explanation(one) if one.verdict == explanations.EXPLAINED else None
        at_upload = {(one.commune_code, one.period, one.unit_list_date, one.measure): one for one in given}
        return [
            replace(
                finding,
                explanation=newest[finding.subject]
                if finding.subject in newest
                else _given_at_upload(finding, at_upload),
            )
            for finding in findings
        ]

    def find(self, key: str, *, told_on: date | None = None) -> Finding:
        """
        Return the finding that a key names.

        Raises
        ------
        WorkspaceError
            If nothing is found under that key now.
        """
        period = key.split(":")[1] if key.count(":") == 3 else ""
        known = self.findings(period=period, told_on=told_on) if period in self._workspace.periods() else []
        for finding in known:
            if finding.key == key:
                return finding
        stem = key.rpartition(":")[0]
        alike = [finding.key for finding in known if stem and finding.key.startswith(stem + ":")]
        raise WorkspaceError(
            "check.key-unknown",
            mark(
                'Nothing is found under the key "{key}" now: the figures may have been corrected or changed since. '
                "Found there now: {alike}. See all with: phudien check"
            ),
            key=key,
            alike=", ".join(alike) or "-",
        )

    def explain(self, findings: Sequence[Finding], *, reason: str, user: str) -> None:
        """
        Keep why findings are right as they stand; it holds as long as their values do.

        Raises
        ------
        WorkspaceError
            If the reason or the name is missing, or nothing is chosen; nothing is stored then.
        """
        self._say(findings, explanations.EXPLAINED, reason=reason, user=user)

    def take_back(self, findings: Sequence[Finding], *, reason: str, user: str) -> None:
        """Take the reason of findings back, with why; both stay in the store. Raises as `explain` does."""
        for finding in findings:
            if finding.explanation is None:
                raise WorkspaceError(
                    "check.not-explained",
                    mark("{key} is not explained: there is nothing to take back."),
                    key=finding.key,
                )
        self._say(findings, explanations.TAKEN_BACK, reason=reason, user=user)

    def _say(self, findings: Sequence[Finding], verdict: str, *, reason: str, user: str) -> None:
        if not reason.strip() or not user.strip() or not findings:
            raise WorkspaceError(
                "check.reason-missing",
                mark(
                    "Nothing was stored: choose at least one finding, and write your name and a reason; both stay "
                    "with it."
                ),
            )
        with engine.writing(self._workspace.engine) as connection:
            explanations.add_explanations(
                connection,
                [(one.subject, one.values) for one in findings],  # noqa: PD011
                verdict,
                reason=" ".join(reason.split()),
                user=" ".join(user.split()),
                at=self._workspace.clock(),
            )

    def said_of(self, finding: Finding) -> list[StoredExplanation]:
        """Return everything that was ever said of a finding, oldest first."""
        with engine.reading(self._workspace.engine) as connection:
            return [one for one in explanations.explanations(connection) if one.subject == finding.subject]

    def version(self) -> int:
        """Return what grows whenever something is explained or taken back."""
        with engine.reading(self._workspace.engine) as connection:
            return explanations.newest_explanation(connection)

    # ---- what lies behind a finding

    def series(self, finding: Finding) -> pd.DataFrame:
        """
        Return the figures of a finding over time.

        Returns
        -------
        series
            Indexed by period, oldest first: the measures of the finding (all of them where it names none), summed over
            its area; missing where nothing was reported.
        """
        data = self._checked(finding.list_date).data
        inside = data.figures["commune_code"].isin(data.units.communes_of(finding.area).index)
        measures = list(finding.measures or MEASURES)
        return data.figures[inside].groupby("period")[measures].sum(min_count=1).reindex(data.periods)

    # ---- files

    def csv(self, findings: Sequence[Finding], language: Language) -> bytes:
        """Return findings as a .csv file that spreadsheets open safely."""
        return csv_of(findings_workbook.finding_rows(_exported(findings, language), language))

    def workbook(self, findings: Sequence[Finding], language: Language) -> bytes:
        """Return findings as an .xlsx file: counts by rule, and one row each."""
        version = self._workspace.data_version()
        return findings_workbook.write_findings(
            findings_workbook.finding_rows(_exported(findings, language), language),
            self.counts(findings, language),
            language,
            version=str(version),
            data_moment=version.at,
            is_synthetic=self._workspace.has_synthetic(),
        )


def _given_at_upload(finding: Finding, given: Mapping[tuple[str, str, str, str], UploadReason]) -> Explanation | None:
    """Return the reason that was given for just this change when its figure was accepted."""
    told = given.get((finding.area, finding.period, finding.list_date.isoformat(), finding.detail))
    values = dict(finding.values)
    if told is None or (values.get("old"), values.get("new")) != (told.old, told.new):
        return None
    return Explanation(reason=told.reason, user=told.user, said_at=told.at, values=finding.values)


def _as_explanation(one: StoredExplanation) -> Explanation:
    return Explanation(reason=one.reason, user=one.user, said_at=one.at, values=one.values)


def _exported(findings: Sequence[Finding], language: Language) -> list[dict[str, str]]:
    """Return what a file says of each finding, by stable names."""
    return [
        {
            "severity": finding.severity,
            "rule": finding.rule.title(language),
            "place": finding.place,
            "area_code": finding.area,
            "period": finding.period,
            "sentence": finding.told(language),
            "state": finding.state,
            "reason": finding.explanation.reason if finding.explanation else "",
            "explained_by": finding.explanation.user if finding.explanation else "",
            "explained_at": finding.explanation.said_at[:10] if finding.explanation else "",
            "key": finding.key,
        }
        for finding in findings
    ]
