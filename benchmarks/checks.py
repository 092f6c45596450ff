"""How long the consistency checks take: every commune and quarter of the demo, as it is and with 1% of it wrong.

Run with ``python -m benchmarks.checks``.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from coverage import checks
from coverage.check_data import CheckData
from coverage.check_gathering import gather
from coverage.findings import read_rules
from coverage.workspace import Workspace
from geodata.tables import MEASURES
from loaders.reference.tables import load_check_rules

_WRONG = 0.01
_RUNS = 5


def main() -> None:
    """Print seconds and findings."""
    rules = read_rules(load_check_rules())
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        workspace.make_demo()
        begin = time.perf_counter()
        data = gather(workspace, workspace.list_of_newest_quarter())
        print(f"gathered from the store: {time.perf_counter() - begin:.2f} s")
        for name, checked in (("demo", data), (f"demo, {_WRONG:.0%} wrong", _spoilt(data))):
            _measure(name, checked, rules)
        workspace.close()


def _spoilt(data: CheckData) -> CheckData:
    """Return the data with some figures off by up to a third; the same ones each time."""
    numbers = np.random.default_rng(2081)
    figures = data.figures.copy()
    for measure in MEASURES:
        counts = figures[measure].to_numpy("float64", na_value=np.nan)
        wrong = numbers.random(len(counts)) < _WRONG
        factor = np.where(wrong, numbers.uniform(0.67, 1.33, len(counts)), 1.0)
        figures[measure] = np.floor(counts * factor)
    return replace(data, figures=figures.astype(dict.fromkeys(MEASURES, "Int64")))


def _measure(name: str, data: CheckData, rules: dict[str, checks.CheckRule]) -> None:
    seconds = []
    for _ in range(_RUNS):
        begin = time.perf_counter()
        found = checks.find_all(replace(data), rules)  # a copy, which has laid nothing out yet
        seconds.append(time.perf_counter() - begin)
    size = f"{len(data.codes)} communes x {len(data.periods)} quarters"
    print(f"{name}: {size}, {len(rules)} rules, {len(found)} findings, median {sorted(seconds)[_RUNS // 2]:.2f} s")


if __name__ == "__main__":
    main()
