"""
The programme: 600 points over ten years, against the same rows in scipy's milp and the order by hand.

Run ``.venv/bin/python benchmarks/programme.py [--points N] [--years N] [--seed N] [--limit S] [--json]``. All sides
solve the same case in one process, one after the other; ratios are what to compare. Households and costs are lognormal,
in twenty districts of two provinces; many points are worth less than they cost; budgets and crews both bind; there are
organisations that come together, pins, a minimum and a district's target.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coverage.planning.candidates import TAKEOVER, AreaTarget, ProgrammeRules, Weights
from coverage.planning.greedy import by_hand
from coverage.planning.programme import solve
from coverage.planning.programme_model import build_model
from coverage.planning.programme_units import units_of

WEIGHTS = {
    "soonest": Weights(1, 0, 0),
    "value": Weights(0, 1, 0),
    "equity": Weights(0, 0, 1),
    "soonest and value": Weights(0.5, 0.5, 0),
    "all three": Weights(0.4, 0.3, 0.3),
    "soonest and equity": Weights(0.5, 0, 0.5),
}


def make_case(points: int, years: int, seed: int) -> tuple[pd.DataFrame, ProgrammeRules]:
    """Return points to take over, and rules of which most bind."""
    rng = np.random.default_rng(seed)
    district = rng.integers(0, 20, points)
    province = np.where(district < 11, "89", "84")
    households = np.maximum(8, np.round(rng.lognormal(np.log(110), 0.7, points))).astype(int)
    cost = np.round(households * rng.lognormal(np.log(4.5e6), 0.5, points) + rng.lognormal(np.log(6e7), 0.6, points))
    margin = households * 12 * rng.normal(9_000, 9_000, points)
    table = pd.DataFrame(
        {
            "kind": TAKEOVER,
            "name": [f"Trạm {number}" for number in range(points)],
            "commune_code": "",
            "area_code": np.char.add(province, (district + 100).astype(str)),
            "province_code": province,
            "together_with": [f"HTX {number}" for number in rng.integers(0, points // 3, points)],
            "households": pd.array(households, dtype="Int64"),
            "cost_vnd": cost,
            "npv_vnd": margin * 8.5 - cost * rng.uniform(0.2, 0.9, points),
            "crew_weeks": np.round(households / 40 + rng.uniform(1, 4, points), 1),
        },
        index=pd.Index([f"P{number:04d}" for number in range(points)], name="candidate_code"),
    )
    return table, _rules(table, years)


def _rules(table: pd.DataFrame, years: int) -> ProgrammeRules:
    yearly = float(table["cost_vnd"].sum()) * 0.45 / years
    weeks = table.groupby("province_code")["crew_weeks"].sum()
    area = str(table["area_code"].iloc[0])
    here = table["households"][table["area_code"] == area].sum()
    return ProgrammeRules(
        first_year=2022,
        budget_vnd=tuple(float(yearly * part) for part in np.linspace(0.7, 1.3, years)),
        crews={str(code): float(np.ceil(total * 0.5 / years / 44)) for code, total in weeks.items()},
        together=frozenset(table["together_with"].unique()[:12]),
        must_take=frozenset(table.index[[3, 9]]),
        must_not_take=frozenset(table.index[[7, 11]]),
        least_households={"84": int(table["households"][table["province_code"] == "84"].sum() * 0.3)},
        area_targets=(AreaTarget(area, 2022 + years // 2 - 1, int(here * 0.5)),),
    )


def solve_plainly(
    table: pd.DataFrame, rules: ProgrammeRules, weights: Weights, gap: float, limit: float
) -> list[float]:
    """Return seconds, score and gap of the same rows in scipy's HiGHS, without a first programme; NaN for none."""
    model = build_model(units_of(table, rules), rules, weights)
    ends = np.concatenate([[0], np.cumsum([len(row.columns) for row in model.rows])])
    columns = np.concatenate([row.columns for row in model.rows])
    matrix = csr_array((np.concatenate([row.amounts for row in model.rows]), columns, ends))
    limits = [np.array([getattr(row, side) for row in model.rows]) for side in ("lower", "upper")]
    began = perf_counter()
    found = milp(
        -model.gain,
        integrality=model.is_whole.astype(int),
        bounds=Bounds(0, model.upper),
        constraints=LinearConstraint(matrix, *limits),
        options={"mip_rel_gap": gap, "time_limit": limit},
    )
    seconds = perf_counter() - began
    if found.x is None:
        return [seconds, float("nan"), float("nan")]
    score = model.offset - found.fun
    return [seconds, score, (model.offset - found.mip_dual_bound - score) / abs(score)]


def measure(name: str, args: argparse.Namespace) -> dict[str, object]:
    """Return what all sides come to by one mix of weights."""
    table, rules = make_case(args.points, args.years, args.seed)
    weights = WEIGHTS[name]
    began = perf_counter()
    ours = solve(table, rules, weights, gap=args.gap, time_limit_s=args.limit)
    ours_s = perf_counter() - began
    began = perf_counter()
    hand = by_hand(table, rules, weights)
    hand_s = perf_counter() - began
    row = {
        "weights": name, "points": args.points, "years": args.years, "status": ours.status, "ours_s": ours_s,
        "score": ours.score, "gap": ours.gap, "hand_s": hand_s, "hand_score": hand.score,
        "better_than_hand": ours.score / hand.score - 1 if ours.score and hand.score else None,
    }  # fmt: skip
    if not args.no_peer:
        peer_s, peer_score, peer_gap = solve_plainly(table, rules, weights, args.gap, args.limit)
        row |= {"peer_s": peer_s, "peer_score": peer_score, "peer_gap": peer_gap, "ratio": peer_s / ours_s}
    return row


def main() -> None:
    """Print a line for each mix of weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=600)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--seed", type=int, default=30062021)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rows = []
    for name in WEIGHTS:
        rows.append(measure(name, args))
        if not args.json:
            print(", ".join(f"{key} {_written(value)}" for key, value in rows[-1].items()), flush=True)
    if args.json:
        print(json.dumps(rows))


def _written(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
