"""What a long import has done so far, in a folder of the workspace: a killed one goes on from there."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any, Final

import duckdb

from loaders.ledger.plan import RollupPlan
from loaders.ledger.problems import Problem, Sample
from loaders.ledger.rollup import PartialRollup

_FORM: Final = 2
"""Raised where what is kept, or how rows are judged, changes: work done by an older form is not gone on from."""


def fingerprint(plan: RollupPlan, *, list_date: str) -> str:
    """Return a hash of everything beside the rows that a roll-up depends on: columns, words, outlines, unit list."""
    parts = [
        _FORM,
        duckdb.__version__,  # hashes of household codes are its own
        plan.columns.named,
        plan.words.supply_kinds,
        plan.words.areas,
        plan.outlines.version if plan.outlines is not None else "",
        list_date,
        plan.quarters,
        plan.samples,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Checkpoint:
    """
    The folder of one import.

    Every file is written aside and then renamed, so that what is there is whole.

    Parameters
    ----------
    folder
        Folder of the import; made where it does not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def scratch(self) -> Path:
        """Folder for what DuckDB puts aside."""
        return self.folder / "scratch"

    def keys(self, number: int) -> Path:
        """Return the file for the hashes of the households of a partition."""
        return self.folder / f"keys_{number:05}.parquet"

    @property
    def doubled(self) -> Path:
        """File for the rows that repeat a household."""
        return self.folder / "doubled.parquet"

    def _partial(self, number: int) -> Path:
        return self.folder / f"partial_{number:05}.json"

    def find(self, number: int) -> PartialRollup | None:
        """Return the roll-up of a partition if it is done, its hashes too."""
        file = self._partial(number)
        return read_partial(file.read_text(encoding="utf-8")) if file.exists() and self.keys(number).exists() else None

    def keep(self, number: int, partial: PartialRollup) -> None:
        """Keep the roll-up of a partition."""
        aside = self._partial(number).with_suffix(".aside")
        aside.write_text(write_partial(partial), encoding="utf-8")
        aside.replace(self._partial(number))

    @property
    def _whole(self) -> Path:
        return self.folder / "whole.json"

    def find_whole(self) -> PartialRollup | None:
        """Return the roll-up of the whole ledger if it is done."""
        return read_partial(self._whole.read_text(encoding="utf-8")) if self._whole.exists() else None

    def keep_whole(self, whole: PartialRollup) -> None:
        """Keep the roll-up of the whole ledger, and remove what led to it."""
        aside = self._whole.with_suffix(".aside")
        aside.write_text(write_partial(whole), encoding="utf-8")
        aside.replace(self._whole)
        for file in self.folder.iterdir():
            if file.is_file() and file != self._whole:
                file.unlink()

    def remove(self) -> None:
        """Remove the folder: the import is done."""
        shutil.rmtree(self.folder, ignore_errors=True)


def write_partial(partial: PartialRollup) -> str:
    """Return a roll-up as JSON, from which `read_partial` makes it again."""
    problems = [
        {"code": code, "severity": severity, "count": p.count, "samples": p.samples, "farthest_m": p.farthest_m}
        for (code, severity), p in partial.problems.items()
    ]
    counts = [[*cell, households] for cell, households in partial.counts.items()]
    return json.dumps({"rows": partial.rows, "counts": counts, "problems": problems}, ensure_ascii=False)


def read_partial(text: str) -> PartialRollup:
    """Return the roll-up that `write_partial` wrote."""
    found: dict[str, Any] = json.loads(text)
    counts = Counter({(row[0], row[1], row[2], row[3]): int(row[4]) for row in found["counts"]})
    problems = {
        (p["code"], p["severity"]): Problem(p["count"], tuple(Sample(*s) for s in p["samples"]), p["farthest_m"])
        for p in found["problems"]
    }
    return PartialRollup(found["rows"], counts, problems)
