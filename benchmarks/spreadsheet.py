"""
Household workbook, read, matched, checked: ``python benchmarks/spreadsheet.py [--scale N] [--json]``.

The peer is how analysts write it: pandas with openpyxl, difflib within the district, rules row by row. Both end with
the commune of each row and the problems found. Answers are compared row by row: where difflib finds the commune that
the row means, ours must be the same or refuse, ours must be right as often, and all other problems must be equal.
``--large`` measures our side alone, on a million rows.
"""

from __future__ import annotations

import argparse
import difflib
import json
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._sides import RUNS, answer_as_side, compare, is_no_less_right
from benchmarks.household_workbook import write_household_workbook

SCALE: Final = 100_000
LARGE: Final = 1_000_000
_HEADER_ROWS: Final = 1
_KINDS: Final = {"trực tiếp", "sau công tơ tổng", "câu phụ", "chưa có"}
_PROBLEMS: Final = {
    "survey.value-doubled": "doubled",
    "survey.value-choice": "supply",
    "survey.value-date": "date",
}


def _file() -> Path:
    return Path(sys.argv[sys.argv.index("--file") + 1])


def read_ours(scale: int) -> dict[str, Any]:
    """Read, match, check and list the problems our way."""
    from geodata.names import NameIndex
    from loaders.reference import load_former_units, load_units
    from loaders.survey.records import read_records
    from loaders.survey.templates import load_template

    units = load_units()
    names = NameIndex(units, former=load_former_units())
    template = load_template("household_survey")
    start = time.perf_counter()
    content = _file().read_bytes()
    reading = read_records(content, file_name=_file().name, template=template, units=units, names=names)
    seconds = time.perf_counter() - start
    codes: list[str | None] = [None] * scale
    for row, code in zip(reading.records["row"], reading.records["commune_code"], strict=True):
        codes[int(row) - _HEADER_ROWS - 1] = str(code)
    problems = [issue for issue in reading.issues if not issue.code.startswith("survey.commune")]
    found = [[int("".join(filter(str.isdigit, str(i.cell)))), _PROBLEMS.get(i.code, i.code)] for i in problems]
    answer = {"codes": codes, "problems": sorted(found), "rows": reading.rows_read}
    return {"seconds": seconds, "answer": answer, "note": f"{reading.rows_valid:,} valid"}


def read_plainly(scale: int) -> dict[str, Any]:
    """Do the same as analysts write it: pandas with openpyxl, difflib within the district, rules row by row."""
    import pandas as pd

    from loaders.reference import load_units

    units = load_units()
    communes, full = units.communes, units.by_code["full_name"]
    start = time.perf_counter()
    rows = pd.read_excel(_file(), engine="openpyxl", dtype=str)
    by_district: dict[tuple[str, str], dict[str, str]] = {}
    for code, commune in communes.iterrows():
        key = (full[commune["province_code"]], full[commune["district_code"]])
        by_district.setdefault(key, {})[commune["full_name"]] = str(code)
    problems: list[list[Any]] = []
    seen: set[tuple[str, str]] = set()
    codes: list[str | None] = []
    for number, (_, row) in enumerate(rows.iterrows(), start=_HEADER_ROWS + 1):
        choices = by_district.get((row["Tỉnh"], row["Huyện"]), {})
        near = difflib.get_close_matches(row["Xã, phường, thị trấn"], choices, n=1, cutoff=0.6)
        codes.append(choices[near[0]] if near else None)
        if row["Loại cấp điện"] not in _KINDS:
            problems.append([number, "supply"])
        for column in ("Mã hộ", "Số công tơ"):
            if (column, row[column]) in seen:
                problems.append([number, "doubled"])
            seen.add((column, row[column]))
        if pd.isna(pd.to_datetime(row["Ngày khảo sát"], dayfirst=True, errors="coerce")):
            problems.append([number, "date"])
        if not (8 < float(row["Vĩ độ"]) < 13 and 103 < float(row["Kinh độ"]) < 110):
            problems.append([number, "place"])
    seconds = time.perf_counter() - start
    assert len(rows) == scale
    answer = {"codes": codes, "problems": sorted(problems), "rows": len(rows)}
    return {"seconds": seconds, "answer": answer, "note": f"{sum(code is not None for code in codes):,} matched"}


def _agree(truth: list[str], ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    is_same = all(ours[key] == theirs[key] for key in ("problems", "rows"))
    return is_same and is_no_less_right(truth, ours["codes"], theirs["codes"])


def _print_large(file: Path, scale: int) -> None:
    command = [sys.executable, __file__, "--side", "ours", str(scale), "--file", str(file)]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    print(f"{scale:,} households: {found['seconds']:.1f} s, {found['note']}, peak {found['peak_mb']:,.0f} MB")


def main() -> None:
    """Make the workbook, measure and print."""
    if answer_as_side({"ours": read_ours, "pandas": read_plainly}):
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, help="number of households")
    parser.add_argument("--large", action="store_true", help="our side alone")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of each side")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    scale = options.scale or (LARGE if options.large else SCALE)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "households.xlsx"
        truth = write_household_workbook(file, scale)
        if options.large:
            _print_large(file, scale)
            return
        compare(
            "spreadsheet",
            __file__,
            scale=scale,
            peer="pandas",
            packages=["pandas", "openpyxl", "python-calamine", "rapidfuzz"],
            options=["--file", str(file)],
            as_json=options.json,
            runs=options.runs,
            agree=partial(_agree, truth),
        )


if __name__ == "__main__":
    main()
