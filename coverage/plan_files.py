"""A plan as files: a workbook that can be changed, a GeoPackage, a map."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

import pandas as pd

from coverage.file_form import FileForm
from coverage.planning.assumptions import Assumptions, read_assumptions
from coverage.planning.plan import Plan
from coverage.planning.plan_report import PlanFollows, PlanSurroundings, plan_report
from coverage.planning.reasons import reasons
from coverage.planning.tariffs import read_tariffs
from coverage.planning_desk import commune_names
from coverage.workspace import Workspace
from geodata.errors import PhuDienError, WorkspaceError, mark
from geodata.language import Language
from geodata.plan_data import PlanReport
from loaders.reference import planning as reference
from loaders.reports.plan_map import draw_plan_map
from loaders.reports.programme_geopackage import write_programme_geopackage
from loaders.reports.programme_workbook import write_programme_workbook
from loaders.store import engine, facts
from loaders.store.facts import DataVersion

FORMS: Final[dict[str, FileForm[PlanReport]]] = {
    "xlsx": FileForm(
        mark("Download the programme (.xlsx)"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        write_programme_workbook,
        ".xlsx",
    ),
    "gpkg": FileForm(
        mark("Download the programme's layers (.gpkg)"),
        "application/geopackage+sqlite3",
        write_programme_geopackage,
        ".gpkg",
    ),
    "png": FileForm(mark("Download the programme's map (.png)"), "image/png", draw_plan_map, ".png"),
}


class PlanFiles:
    """Makes the files of plans of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def report(
        self,
        plan: Plan,
        language: Language,
        *,
        title: str = "",
        note: str = "",
        follows: PlanFollows | None = None,
        assumptions: Assumptions | None = None,
    ) -> PlanReport:
        """
        Return a plan for its files.

        Parameters
        ----------
        title, note
            Name of the scenario and its note.
        follows
            Reasons, quarters and how often each stays, as far as they were reckoned.
        assumptions
            Those that the plan used, such as a scenario keeps; where None, the shipped ones with the plan's changes.

        Raises
        ------
        WorkspaceError
            If the workspace never had the data version that the plan rests on.
        """
        request, workspace = plan.request, self._workspace
        version = self._version_of(plan)
        # Asked as of now for the present version: an answer as of its moment would lack what came within its second.
        as_of = None if version == workspace.data_version() else version.moment
        units = workspace.units_on(request.told_on)
        prices = read_tariffs(reference.load_tariff_table()).on(request.priced_on or request.told_on)
        surroundings = PlanSurroundings(
            communes=commune_names(units),
            places=self._places(plan, as_of),
            outlines=workspace.map_layer(told_on=request.told_on).set_index("commune_code"),
            assumptions=assumptions or read_assumptions(reference.load_assumption_table()).changed(request.assumptions),
            price_decision=prices.decision,
            data_version=str(version),
            data_moment=version.moment,
            is_synthetic=workspace.has_synthetic(as_of=as_of),
            made_at=workspace.clock(),
        )
        follows = follows or PlanFollows()
        if not follows.reasons and plan.programme.score is not None:
            found = reasons(plan.candidates, request.rules, request.weights, plan.programme)
            follows = replace(follows, reasons={code: reason.sentence(language) for code, reason in found.items()})
        return plan_report(plan, surroundings, language, follows=follows, title=title, note=note)

    def file(self, report: PlanReport, form: str) -> tuple[str, bytes]:
        """
        Return the name and the content of a plan in a form, one of `FORMS`.

        Raises
        ------
        PhuDienError
            If there is no such form.
        """
        return file_name(report, form), form_of(form).write(report)

    def _version_of(self, plan: Plan) -> DataVersion:
        """Return the data version that a plan rests on; the present one where it names none."""
        text = plan.request.data_version
        if not text:
            return self._workspace.data_version()
        with engine.reading(self._workspace.engine) as connection:
            version = facts.find_version(connection, text)
        if version is None:
            raise WorkspaceError(
                "plan.version-unknown",
                mark(
                    "The plan rests on data version {version}, which this workspace never had. Open it in the "
                    "workspace that it comes from."
                ),
                version=text,
            )
        return version

    def _places(self, plan: Plan, as_of: datetime | None) -> pd.DataFrame:
        """Return where points and hamlets lie, and whose the points are."""
        day = plan.request.told_on
        points = self._workspace.bulk_points(as_of=as_of, told_on=day).rename(columns={"point_code": "code"})
        hamlets = self._workspace.hamlets(as_of=as_of, told_on=day).rename(columns={"hamlet_code": "code"})
        columns = ["code", "lon", "lat"]
        both = [points[[*columns, "organisation_name"]], hamlets[columns].assign(organisation_name=None)]
        return pd.concat([one.astype("object") for one in both]).drop_duplicates("code").set_index("code")


def file_name(report: PlanReport, form: str) -> str:
    """Return the name of a plan's file: areas, years, language where not the usual, data version, request."""
    parts = [report.span.replace("–", "-")]
    if report.language != Language():
        parts.append(report.language.code)
    version = report.stamp["data_version"] or "v0"
    return f"phudien_plan_{'_'.join(parts)}_{version}_{report.request_start[:8]}{form_of(form).suffix}"


def form_of(name: str) -> FileForm[PlanReport]:
    """Return the form of a name; raise `PhuDienError` where there is none."""
    if name not in FORMS:
        raise PhuDienError(
            "call.plan-form-unknown",
            mark('There is no plan as "{found}". Forms: {allowed}.'),
            found=name,
            allowed=", ".join(FORMS),
        )
    return FORMS[name]
