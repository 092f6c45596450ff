"""The workbench of consistency checks: what the rules find in a workspace, and the reasons that managers give."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import Final

import pandas as pd

from coverage import checks
from coverage.check_data import LIST_COLUMNS, SOURCE_COLUMNS, WORKS_COLUMNS, CheckData, CommuneBook
from coverage.findings import CheckRule, Explanation, Finding, findings_table, read_rules
from coverage.published_ranges import PublishedFigure, read_published
from coverage.rollup import measures_by_area
from coverage.workspace import Workspace
from geodata.errors import WorkspaceError, mark
from geodata.language import Language
from geodata.lineage import EXACT
from geodata.periods import Period
from geodata.reconciliation import Reconciliation
from geodata.reconciliation_reasons import DOUBTFUL, EXTRA, MISSING
from geodata.tables import MEASURES
from geodata.units import COMPANY_CODE
from loaders.reference import tables
from loaders.reports import findings_workbook
from loaders.reports.csv_file import csv_of
from loaders.store import commune_lists, engine, explanations, facts, records
from loaders.store.explanations import StoredExplanation
from loaders.survey.templates import load_template

_KEPT: Final = 6
_DECIDED: Final = "kept-apart"


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
        self._found: OrderedDict[tuple[date, int, datetime | None], list[Finding]] = OrderedDict()

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
            Code in the list of `told_on`, else of the quarter; findings of what lies in it are among them, those of the
            areas above are not.
        period
            A quarter; all of them where None, the newest first.
        as_of
            Moment whose answer is wanted; now where None.

        Raises
        ------
        PlaceError, FigureError
            If the area or the quarter is not known.
        """
        workspace = self._workspace
        if period is not None:
            period = str(period)
            workspace.figures_of(period, as_of=as_of, told_on=told_on)  # says which quarters there are
        wanted = [period] if period is not None else workspace.periods(as_of=as_of)[::-1]
        found: list[Finding] = []
        for quarter in wanted:
            day = workspace.lists.day_of(told_on) if told_on else workspace.list_of_quarter(Period.parse(quarter))
            workspace.lists.require(area, day)
            of_quarter = [one for one in self._all(day, as_of) if one.period == quarter]
            found += checks.in_area(of_quarter, area, workspace.units_on(day))
        return self._with_explanations(found, as_of)

    def _all(self, day: date, as_of: datetime | None) -> list[Finding]:
        """Return what is found in all quarters in the list of a day; reckoned once a version of the data."""
        key = (day, self._workspace.data_version(as_of=as_of).number, as_of)
        if key not in self._found:
            self._found[key] = checks.find_all(self.data(day, as_of=as_of), self.rules)
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return self._found[key]

    def table(self, findings: Sequence[Finding], language: Language) -> pd.DataFrame:
        """Return findings as rows of a report; see `findings_table`."""
        return findings_table(findings, language)

    def counts(self, findings: Iterable[Finding], language: Language) -> pd.DataFrame:
        """Return how much each rule found; see `checks.counts_by_rule`."""
        return checks.counts_by_rule(findings, self.rules, language)

    # ---- what is compared

    def data(self, day: date, *, as_of: datetime | None = None) -> CheckData:
        """Return everything that is checked, told in the list of a day."""
        workspace = self._workspace
        known = workspace.periods(as_of=as_of)
        return CheckData(
            figures=workspace.figures(as_of=as_of, told_on=day),
            units=workspace.units_on(day),
            estimated=self._estimated(day, known, as_of),
            points=workspace.bulk_points(as_of=as_of, told_on=day),
            hamlets=workspace.hamlets(as_of=as_of, told_on=day),
            works=self._works(day, as_of),
            by_source=self._by_source(day, as_of),
            by_list=self._by_list(day, known, as_of),
            published=self._published(known),
            books=self._books(day, known, as_of),
        )

    def _estimated(self, day: date, known: Sequence[str], as_of: datetime | None) -> pd.DataFrame:
        told = self._workspace.told_as_of(as_of)
        columns = pd.Index(["commune_code", "period"])
        if told.lists_of() == [self._workspace.lists.day_of(day)]:
            return pd.DataFrame(columns=columns)
        rows = []
        for period in known:
            basis = told.basis_on(day, period=period)
            codes = {*basis.index[basis != EXACT], *told.partly_reported(day, period).index}
            rows += [(code, period) for code in sorted(codes)]
        return pd.DataFrame(rows, columns=columns)

    def _works(self, day: date, as_of: datetime | None) -> pd.DataFrame:
        with engine.reading(self._workspace.engine) as connection:
            found = records.counting_records(connection, load_template("works_progress"), as_of=as_of)
        told = self._workspace.told_as_of(as_of).carry(found, day)
        counts = dict.fromkeys(WORKS_COLUMNS[1:], "Int64")
        return told.reindex(columns=pd.Index(WORKS_COLUMNS)).astype({"commune_code": "str", **counts})

    def _by_source(self, day: date, as_of: datetime | None) -> pd.DataFrame:
        with engine.reading(self._workspace.engine) as connection:
            found = facts.figures_of_two_sources(connection, as_of=as_of)
        own = [self._workspace.lists.day_of(date.fromisoformat(text)) == day for text in found[facts.LIST_COLUMN]]
        return found.loc[own, list(SOURCE_COLUMNS)].reset_index(drop=True)

    def _by_list(self, day: date, known: Sequence[str], as_of: datetime | None) -> pd.DataFrame:
        """Return figures that were reported in two lists for one quarter; of more lists the first and the last."""
        told = self._workspace.told_as_of(as_of)
        frames = [pd.DataFrame(columns=pd.Index(LIST_COLUMNS))]
        if len(told.lists_of()) > 1:
            for period in known:
                found = told.exact_by_list(day, period)
                if len(found) > 1:
                    frames.append(_two_lists(found))
        return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]

    def _published(self, known: Sequence[str]) -> dict[str, list[PublishedFigure]]:
        workspace = self._workspace
        days = {period: Period.parse(period).last_day.isoformat() for period in known}
        found = {period: read_published(workspace.published, workspace.indicators, day) for period, day in days.items()}
        return {period: figures for period, figures in found.items() if figures}

    def _books(self, day: date, known: Sequence[str], as_of: datetime | None) -> list[CommuneBook]:
        """Return own counts of communes beside the official list of a day: the list that counts, else as published."""
        workspace = self._workspace
        told_here = [period for period in known if workspace.list_of_quarter(Period.parse(period)) == day]
        if not told_here:
            return []
        with engine.reading(workspace.engine) as connection:
            for stored in commune_lists.counting_lists(connection, as_of=as_of):
                kept = commune_lists.result_of(connection, stored.batch.id, as_of=as_of)
                is_own = stored.organisation == COMPANY_CODE
                if kept and is_own and workspace.lists.day_of(date.fromisoformat(stored.valid_on)) == day:
                    result = Reconciliation(kept[0])
                    return [CommuneBook(told_here[-1], result.entries, result.official, _open_entries(result))]
        published = workspace.published.set_index("indicator").loc["communes_with_power"]
        period = str(Period.of(date.fromisoformat(str(published["period"]))))
        own, official = int(str(published["denominator"])), len(workspace.units_on(day).communes)
        return [CommuneBook(period, own, official, abs(own - official))] if period in told_here else []

    # ---- reasons

    def _with_explanations(self, findings: list[Finding], as_of: datetime | None) -> list[Finding]:
        with engine.reading(self._workspace.engine) as connection:
            said = explanations.explanations(connection, as_of=as_of)
        newest: dict[explanations.Subject, Explanation | None] = {}
        for one in said:
            newest[one.subject] = _as_explanation(one) if one.verdict == explanations.EXPLAINED else None
        return [replace(finding, explanation=newest.get(finding.subject)) for finding in findings]

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
        workspace = self._workspace
        figures = workspace.figures(told_on=finding.list_date)
        communes = workspace.units_on(finding.list_date).communes_of(finding.area)
        area_of = pd.Series(finding.area, index=communes.index, dtype="str")
        rows = {
            str(period): measures_by_area(table[table["commune_code"].isin(communes.index)], area_of).iloc[0]
            for period, table in figures.groupby("period")
        }
        table = pd.DataFrame(rows).T.rename_axis("period").sort_index().astype("Int64")
        return table[list(finding.measures or MEASURES)]

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


def _as_explanation(one: StoredExplanation) -> Explanation:
    return Explanation(reason=one.reason, user=one.user, said_at=one.at, values=one.values)


def _open_entries(result: Reconciliation) -> int:
    """Entries and communes of which nobody has decided yet what they are."""
    table = result.table
    return int((table["status"].isin([DOUBTFUL, EXTRA, MISSING]) & (table["reason"] != _DECIDED)).sum())


def _two_lists(found: dict[date, pd.DataFrame]) -> pd.DataFrame:
    days = sorted(found)
    key = ["commune_code", "period", "measure"]
    long = [
        found[day]
        .melt(key[:2], list(MEASURES), "measure", name)
        .dropna(subset=name)
        .astype({"measure": "str", name: "int64"})
        for day, name in ((days[0], "first"), (days[-1], "second"))
    ]
    both = long[0].merge(long[1], on=key)
    both = both.assign(first_day=days[0].isoformat(), second_day=days[-1].isoformat())
    return both[list(LIST_COLUMNS)]


def _exported(findings: Sequence[Finding], language: Language) -> list[dict[str, str]]:
    """Return what a file says of each finding, by stable names."""
    return [
        {
            "severity": finding.severity,
            "rule": finding.rule.title(language),
            "place": finding.place,
            "area_code": finding.area,
            "period": finding.period,
            "sentence": finding.sentence(language),
            "state": finding.state,
            "reason": finding.explanation.reason if finding.explanation else "",
            "explained_by": finding.explanation.user if finding.explanation else "",
            "explained_at": finding.explanation.said_at[:10] if finding.explanation else "",
            "key": finding.key,
        }
        for finding in findings
    ]
