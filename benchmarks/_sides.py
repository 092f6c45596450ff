"""Runs the sides of a comparison, each in a process of its own and in turn, and tells what they needed."""

from __future__ import annotations

import json
import operator
import platform
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

RUNS: Final = 3

Run = dict[str, Any]
"""What one run of a side answers: ``seconds``, ``peak_mb``, ``answer`` and, if it likes, a ``note`` to print."""


def answer_as_side(sides: dict[str, Callable[[int], dict[str, Any]]]) -> bool:
    """Where this process was started as a side, run it, print its answer with its largest memory, and say so."""
    if len(sys.argv) < 2 or sys.argv[1] != "--side":
        return False
    found = sides[sys.argv[2]](int(sys.argv[3]))
    found.setdefault("peak_mb", peak_mb())
    print(json.dumps(found))
    return True


def peak_mb() -> float:
    """
    Return the largest memory of this process, in MB.

    Linux counts the memory of the process that started this one in its ``ru_maxrss`` too; ``VmHWM`` is its own.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _run(script: str, side: str, scale: int, options: list[str]) -> dict[str, Any]:
    command = [sys.executable, script, "--side", side, str(scale), *options]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def compare(
    name: str,
    script: str,
    *,
    scale: int,
    peer: str,
    packages: list[str],
    options: list[str],
    as_json: bool,
    runs: int = RUNS,
    agree: Callable[[Any, Any], bool] = operator.eq,
) -> None:
    """
    Run ``ours`` and the peer in turn, and print the ratio of their medians.

    As JSON: name, scale, peer, ours_s, peer_s, ratio, ours_peak_mb, peer_peak_mb, agree.

    Parameters
    ----------
    scale
        Size of the work.
    peer
        Name of the other side.
    packages
        Whose versions are told.
    runs
        How often each side runs.
    agree
        Whether our whole answer and the peer's agree; each side's own must be the same in every run.
    """
    sides: dict[str, list[Run]] = {"ours": [], peer: []}
    for _ in range(runs):
        for side, found in sides.items():
            found.append(_run(script, side, scale, options))
    seconds = {side: statistics.median(run["seconds"] for run in found) for side, found in sides.items()}
    peaks = {side: max(run["peak_mb"] for run in found) for side, found in sides.items()}
    ours, theirs = ([run["answer"] for run in sides[side]] for side in ("ours", peer))
    is_steady = all(answer == found[0] for found in (ours, theirs) for answer in found)
    do_agree = is_steady and agree(ours[0], theirs[0])
    ratio = seconds[peer] / seconds["ours"]
    if as_json:
        keys = ("name", "scale", "peer", "ours_s", "peer_s", "ratio", "ours_peak_mb", "peer_peak_mb", "agree")
        values = (name, scale, peer, seconds["ours"], seconds[peer], ratio, peaks["ours"], peaks[peer], do_agree)
        print(json.dumps(dict(zip(keys, values, strict=True))))
        return
    print(f"{name}, scale {scale:,}; Python {platform.python_version()}, " + ", ".join(_versions(packages)))
    for side, found in sides.items():
        times = [run["seconds"] for run in found]
        print(
            f"  {side:12} median {seconds[side]:7.2f} s  ({min(times):.2f} to {max(times):.2f})"
            f"  peak {peaks[side]:,.0f} MB  {found[0].get('note', '')}"
        )
    print(f"  ratio {ratio:.1f}, memory {peaks['ours'] / peaks[peer]:.2f} of the peer's, answers agree: {do_agree}")


def is_no_less_right(truth: list[str], ours: list[str | None], theirs: list[str | None]) -> bool:
    """
    Return whether our answers stand beside those of a matcher that errs: row by row, over all rows.

    Where theirs is right, ours is the same or none; and ours is right at least as often.
    """
    rows = list(zip(truth, ours, theirs, strict=True))
    contradicted = sum(their == true and our not in (true, None) for true, our, their in rows)
    return not contradicted and sum(our == true for true, our, _ in rows) >= sum(
        their == true for true, _, their in rows
    )


def _versions(packages: list[str]) -> list[str]:
    return [f"{package} {version(package)}" for package in packages]
