"""Household workbook, read, matched, checked: ours against pandas + openpyxl + difflib, in the same run.

``python benchmarks/spreadsheet.py [rows]`` measures both; ``--large [rows]`` measures our memory on a large file. Each
way runs in a process of its own, so that its memory is its own; times are medians.
"""

from __future__ import annotations

import difflib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from household_workbook import write_household_workbook

RUNS = 3


def read_ours(path: Path) -> dict[str, Any]:
    """Read, match, check and list the problems our way."""
    from geodata.names import NameIndex
    from loaders.reference import load_former_units, load_units
    from loaders.survey.records import read_records
    from loaders.survey.templates import load_template

    units = load_units()
    names = NameIndex(units, former=load_former_units())
    template = load_template("household_survey")
    start = time.perf_counter()
    content = path.read_bytes()
    reading = read_records(content, file_name=path.name, template=template, units=units, names=names)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "rows": reading.rows_read, "matched": reading.rows_valid}


def read_plainly(path: Path) -> dict[str, Any]:
    """Do the same as analysts write it: pandas with openpyxl, difflib within the district, rules row by row."""
    import pandas as pd

    from loaders.reference import load_units

    units = load_units()
    communes, full = units.communes, units.by_code["full_name"]
    start = time.perf_counter()
    rows = pd.read_excel(path, engine="openpyxl", dtype=str)
    by_district: dict[tuple[str, str], dict[str, str]] = {}
    for code, commune in communes.iterrows():
        key = (full[commune["province_code"]], full[commune["district_code"]])
        by_district.setdefault(key, {})[commune["full_name"]] = str(code)
    kinds = {"trực tiếp", "sau công tơ tổng", "câu phụ", "chưa có"}
    issues: list[tuple[int, str]] = []
    seen: set[str] = set()
    matched = 0
    for number, row in rows.iterrows():
        choices = by_district.get((row["Tỉnh"], row["Huyện"]), {})
        near = difflib.get_close_matches(row["Xã, phường, thị trấn"], choices, n=1, cutoff=0.6)
        matched += bool(near)
        if not near:
            issues.append((number, "commune"))
        if row["Loại cấp điện"] not in kinds:
            issues.append((number, "supply"))
        if row["Mã hộ"] in seen:
            issues.append((number, "doubled"))
        seen.add(row["Mã hộ"])
        if pd.isna(pd.to_datetime(row["Ngày khảo sát"], dayfirst=True, errors="coerce")):
            issues.append((number, "date"))
        if not (8 < float(row["Vĩ độ"]) < 13 and 103 < float(row["Kinh độ"]) < 110):
            issues.append((number, "place"))
    return {"seconds": time.perf_counter() - start, "rows": len(rows), "matched": matched}


def measure(way: str, path: Path) -> dict[str, Any]:
    """Run one way in a process of its own and return its time, counts and largest memory."""
    answer = subprocess.run([sys.executable, __file__, way, str(path)], check=True, capture_output=True, text=True)
    return dict(json.loads(answer.stdout))


def main(arguments: list[str]) -> None:
    """Make the workbook, measure, and print a table."""
    if arguments[:1] in (["ours"], ["plainly"]):
        found = {"ours": read_ours, "plainly": read_plainly}[arguments[0]](Path(arguments[1]))
        found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(found))
        return
    is_large = arguments[:1] == ["--large"]
    counts = [int(text) for text in arguments if text.isdigit()]
    rows = counts[0] if counts else (1_000_000 if is_large else 100_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "households.xlsx"
        write_household_workbook(path, rows)
        print(f"{rows:,} households, {path.stat().st_size / 1e6:.1f} MB")
        if is_large:
            found = measure("ours", path)
            print(f"ours: {found['seconds']:.1f} s, {found['matched']:,} valid, peak {found['peak_mb']:,.0f} MB")
            return
        ours = [measure("ours", path) for _ in range(RUNS)]
        plainly = measure("plainly", path)
    seconds = statistics.median(found["seconds"] for found in ours)
    print(f"ours               {seconds:7.2f} s  {ours[0]['matched']:,} valid  peak {ours[0]['peak_mb']:,.0f} MB")
    peer = plainly["peak_mb"]
    print(f"pandas and difflib {plainly['seconds']:7.2f} s  {plainly['matched']:,} matched  peak {peer:,.0f} MB")
    print(f"ratio {plainly['seconds'] / seconds:.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
