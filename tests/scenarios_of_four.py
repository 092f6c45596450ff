"""Scenarios of the plan of four, made by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from coverage.planning.assumptions import Assumption, Assumptions
from coverage.planning.kept_plan import sums_of
from coverage.planning.plan import Plan
from coverage.planning.scenario import DRAFT, Scenario
from geodata.target_data import Wording

AT = datetime(2021, 7, 5, 2, 0, tzinfo=UTC)

LINE = Assumption(
    name="line_cost_vnd_per_km",
    part="takeover",
    low=2e8,
    mid=3e8,
    high=4e8,
    least=1e7,
    most=1e10,
    unit=Wording("đồng/km", "VND/km"),
    title=Wording("Chi phí đường dây", "Cost of lines"),
    status="assumption",
    source=Wording("giả định", "assumed"),
)


def assumptions(*, mid: float = 3e8) -> Assumptions:
    shipped = Assumptions({LINE.name: LINE})
    return shipped if mid == LINE.mid else shipped.changed({LINE.name: (2e8, mid, 4e8)})


def scenario(plan: Plan, number: int = 1, *, mid: float = 3e8, **changes: Any) -> Scenario:
    told: dict[str, Any] = {
        "number": number,
        "version": 1,
        "name": f"Phương án {number}",
        "note": "",
        "areas": plan.request.areas,
        "told_on": date(2021, 7, 1),
        "state": DRAFT,
        "events": (),
        "made_by": "An",
        "made_at": AT,
        "parent": "",
        "request": plan.request,
        "data_version": "v7",
        "data_moment": AT,
        "price_decision": "648/QĐ-BCT",
        "is_synthetic": False,
        "status": plan.programme.status,
        "sums": sums_of(plan),
        "plan": plan,
        "assumptions": assumptions(mid=mid),
        "shipped": assumptions(),
    }
    return Scenario(**(told | changes))
