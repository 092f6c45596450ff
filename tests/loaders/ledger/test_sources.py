"""Files of ledgers: text in any encoding and separator, Parquet alone and in folders, and files that are none."""

from __future__ import annotations

import json
import time
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geodata.errors import FileError
from loaders.ledger import delimited
from loaders.ledger import swallowed as swallowed_lines
from loaders.ledger.checkpoint import Checkpoint, fingerprint, read_partial, write_partial
from loaders.ledger.columns import find_columns
from loaders.ledger.importing import OpenLedger, open_ledger, plan_of, roll_up_ledger
from loaders.ledger.rollup import PartialRollup
from loaders.ledger.sources import find_files, hash_files
from loaders.ledger.stated import StatedPlaces
from tests.loaders.ledger.ledgers import IN_MY_DUC, MY_DUC, TEMPLATE, outlines, parted, row, write

HEADER = "Mã khách hàng;Mã xã;Quý;Loại cấp điện"
ROWS = ["A;30469;2021-Q2;trực tiếp", "B;30469;2021-Q2;sau công tơ tổng", "C;30469;2021-Q2;chưa có"]


def text_file(folder: Path, lines: list[str], encoding: str = "utf-8", end: str = "\r\n") -> Path:
    path = folder / "so_ho.csv"
    path.write_bytes(end.join([*lines, ""]).encode(encoding))
    return path


def opened(path: Path, folder: Path, chosen: dict[str, str] | None = None) -> OpenLedger:
    folder.mkdir(exist_ok=True)
    return open_ledger(find_files([path]), TEMPLATE, folder, chosen)


def rolled(path: Path, places: StatedPlaces, folder: Path) -> PartialRollup:
    ledger = opened(path, folder)
    plan = plan_of(ledger, TEMPLATE, places, None, folder / "scratch")
    return roll_up_ledger(ledger, plan, Checkpoint(folder / "checkpoint"))


def by_kind(rollup: PartialRollup) -> dict[str, int]:
    return {kind: households for (_, _, kind, _), households in rollup.counts.items()}


def windows_1258(line: str) -> bytes:
    """Write a text as Vietnamese Windows does: the tone of a letter as a mark behind it."""
    marks = "\u0300\u0301\u0303\u0309\u0323"
    out = ""
    for letter in line:
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in parts if mark in marks)
        out += unicodedata.normalize("NFC", "".join(part for part in parts if part not in marks)) + tones
    return out.encode("cp1258")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_text_is_read_in_any_encoding(tmp_path: Path, places: StatedPlaces, encoding: str, separator: str) -> None:
    lines = [line.replace(";", separator) for line in (HEADER, *ROWS)]
    path = tmp_path / "so_ho.csv"
    if encoding == "cp1258":
        path.write_bytes(b"\r\n".join(windows_1258(line) for line in lines))
    else:
        path.write_bytes("\r\n".join(lines).encode(encoding))
    assert by_kind(rolled(path, places, tmp_path / "work")) == {"direct": 1, "bulk": 1, "none": 1}
    assert not list((tmp_path / "work").glob("*.text"))


def test_a_tone_mark_at_the_end_of_a_block_joins_its_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "sau công tơ tổng"
    path = tmp_path / "so_ho.csv"
    path.write_bytes(windows_1258(line))
    for size in range(1, 20):
        monkeypatch.setattr(delimited, "_BLOCK", size)
        (file,) = find_files([path])
        made = delimited._as_utf8(file, "cp1258", tmp_path / "made")
        assert made.read_text(encoding="utf-8") == line


def test_titles_above_the_header_and_quoted_cells_are_read(tmp_path: Path, places: StatedPlaces) -> None:
    lines = ["SỔ HỘ QUÝ II", "", HEADER + ';"Ghi chú"', 'A;30469;2021-Q2;"trực tiếp";"một; hai"', "B;1;2021-Q2;D;x"]
    rollup = rolled(text_file(tmp_path, lines), places, tmp_path / "work")
    assert by_kind(rollup) == {"direct": 1}
    (sample,) = rollup.problems["ledger.commune-unknown", "error"].samples
    assert sample.value == "1"


def test_lines_that_cannot_be_parted_are_told_and_the_others_keep_their_numbers(
    tmp_path: Path, places: StatedPlaces
) -> None:
    lines = [HEADER, ROWS[0], "chỉ một ô", ROWS[1], "a;b;c;d;e;f", "X;99999;2021-Q2;D", ROWS[2]]
    rollup = rolled(text_file(tmp_path, lines), places, tmp_path / "work")
    assert (rollup.rows, rollup.rows_counted) == (6, 3)
    lost = rollup.problems["ledger.line-unreadable", "error"]
    assert (lost.count, [sample.line for sample in lost.samples]) == (2, [3, 5])
    assert [s.line for s in rollup.problems["ledger.commune-unknown", "error"].samples] == [6]


MANY = [f"K{n};30469;2021-Q2;D;" for n in range(300)]


def with_quotes(*changes: tuple[int, str]) -> list[str]:
    return [HEADER + ";Ghi chú", *(dict(changes).get(n, line) for n, line in enumerate(MANY))]


@pytest.mark.parametrize(
    ("changes", "rejected", "swallowed", "at"),
    [
        # One cell from the first mark to the second: a commune that is none, or a note that nobody would look at.
        (((100, 'K100;"30469;2021-Q2;D;'), (200, 'K200;30469";2021-Q2;D;')), [102], 100, [102]),
        (((100, 'K100;30469;2021-Q2;D;"x'), (200, 'K200;30469;2021-Q2;D;x"')), [102], 100, [102]),
        (((100, 'K100;30469;2021-Q2;D;"x'), (101, 'K101;30469;2021-Q2;D;x"')), [102], 1, [102]),
        # A second mark that closes nothing, and one that is never closed.
        (((100, 'K100;30469;2021-Q2;D;"x'), (200, '"K200;30469;2021-Q2;D;')), [102], 100, [102]),
        (((100, 'K100;30469;2021-Q2;"D;'),), [102], 199, [102]),
        # Beside a line that is wrong for another reason.
        (((50, "K50"), (100, 'K100;"30469;2021-Q2;D;'), (200, 'K200;30469";2021-Q2;D;')), [52, 102], 100, [102]),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_that_quotation_marks_swallow_are_counted(
    tmp_path: Path,
    places: StatedPlaces,
    changes: tuple[tuple[int, str], ...],
    rejected: list[int],
    swallowed: int,
    at: list[int],
    end: str,
) -> None:
    rollup = rolled(text_file(tmp_path, with_quotes(*changes), end=end), places, tmp_path / "work")
    assert {code for code, _ in rollup.problems} == {"ledger.line-unreadable", "ledger.lines-swallowed"}
    lost = rollup.problems["ledger.line-unreadable", "error"]
    assert (lost.count, [sample.line for sample in lost.samples]) == (len(rejected), rejected)
    more = rollup.problems["ledger.lines-swallowed", "error"]
    assert (more.count, [sample.line for sample in more.samples]) == (swallowed, at)
    assert rollup.rows == 300
    assert rollup.rows_counted == 300 - len(rejected) - swallowed


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_cells_of_several_lines_and_blank_lines_swallow_nothing(tmp_path: Path, places: StatedPlaces, end: str) -> None:
    note = f'K1;30469;2021-Q2;D;"Số 5; ấp 2;{end}{end}xã X{end}"'
    lines = ["Sổ hộ", "", HEADER + f';"Ghi{end}chú"', "", MANY[0], note, "", *MANY[2:], "", ""]
    rollup = rolled(text_file(tmp_path, lines, end=end), places, tmp_path / "work")
    assert (rollup.rows, rollup.rows_counted, rollup.problems) == (300, 300, {})


def test_lines_are_counted_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(b"\r\na\r\n\r\n\nbc\rd\n \n\nlast")
    for size in range(1, 20):
        monkeypatch.setattr(swallowed_lines, "_BLOCK", size)
        assert swallowed_lines.count_lines(path) == 5
    path.write_bytes(b"")
    assert swallowed_lines.count_lines(path) == 0


def test_a_mark_that_swallows_most_of_a_file_refuses_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_MOST_REJECTED", 150)
    path = text_file(tmp_path, with_quotes((100, 'K100;30469;2021-Q2;"D;')))
    with pytest.raises(FileError, match=r"200 lines .* line 102") as caught:
        opened(path, tmp_path / "work")
    assert caught.value.code == "ledger.lines-unreadable"


@pytest.mark.parametrize("lines", [[HEADER, *ROWS], [HEADER, 'A;"30469;2021-Q2;D', *(["B;30469;2021-Q2;D"] * 20_000)]])
def test_a_text_of_another_kind_of_line_or_with_an_open_mark_at_its_head_is_refused(
    tmp_path: Path, lines: list[str]
) -> None:
    path = text_file(tmp_path, lines, end="\r" if len(lines) < 10 else "\n")
    with pytest.raises(FileError, match="quotation mark must be closed") as caught:
        opened(path, tmp_path / "work")
    assert caught.value.code == "ledger.text-unreadable"


def test_only_the_lines_above_the_header_are_read_to_find_it(tmp_path: Path, places: StatedPlaces) -> None:
    lines = [HEADER, *(f"K{n};30469;2021-Q2;D" for n in range(40)), 'X;"30469;2021-Q2;D']
    rollup = rolled(text_file(tmp_path, [*lines, *(["B;30469;2021-Q2;D"] * 9_000)]), places, tmp_path / "work")
    assert (rollup.rows, rollup.rows_counted) == (9_041, 40)
    assert rollup.problems["ledger.lines-swallowed", "error"].count == 9_000


def test_a_file_of_which_most_lines_are_odd_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_MOST_REJECTED", 3)
    path = text_file(tmp_path, [HEADER, *ROWS, *["một ô"] * 4])
    with pytest.raises(FileError, match=r"4 lines .* line 5") as caught:
        opened(path, tmp_path / "work")
    assert caught.value.code == "ledger.lines-unreadable"
    assert not list((tmp_path / "work").glob("*.parquet"))


def test_columns_that_bear_one_name_are_told_apart(tmp_path: Path) -> None:
    ledger = opened(text_file(tmp_path, [HEADER + ";Ghi chú;ghi chú;", "A;30469;2021-Q2;D;x;y;z"]), tmp_path / "w")
    assert ledger.labels[4:] == ("Ghi chú", "ghi chú_6", "column_7")


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "so_ho.csv", "ledger.header-missing"),
        (b"x;y\n1;2\n", "so_ho.csv", "ledger.header-missing"),
        ("Mã KH;Quý\n1;2\n".encode(), "so_ho.csv", "ledger.column-missing"),
        ("Mã KH;Quý;Loại hộ\n1;2;3\n".encode(), "so_ho.csv", "ledger.column-missing"),
        (b"PK\x03\x04\x00\x00\x01\x02", "so_ho.csv", "ledger.no-text"),
        (b"PAR1 and nothing more", "so_ho.parquet", "ledger.parquet-unreadable"),
        (b"", "so_ho.xlsx", "ledger.file-kind"),
    ],
)
def test_what_is_no_ledger_is_refused(tmp_path: Path, content: bytes, name: str, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        opened(path, tmp_path / "work")
    assert caught.value.code == code


def test_a_ledger_without_rows_is_refused(tmp_path: Path, places: StatedPlaces) -> None:
    with pytest.raises(FileError) as caught:
        rolled(text_file(tmp_path, [HEADER]), places, tmp_path / "work")
    assert caught.value.code == "ledger.empty"


def test_a_missing_file_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "no.csv", tmp_path):
        with pytest.raises(FileError):
            find_files([path])


def test_a_folder_of_parquet_is_one_ledger_and_its_folders_are_columns(tmp_path: Path, places: StatedPlaces) -> None:
    folder = tmp_path / "so_ho"
    for quarter in ("2021-Q1", "2021-Q2"):
        rows = [{key: value for key, value in row(f"{quarter}{n}").items() if key != "period"} for n in range(3)]
        write(folder / f"period={quarter}" / "part.parquet", rows)
    rollup = rolled(folder, places, tmp_path / "work")
    quarters = {period: households for (_, period, _, _), households in rollup.counts.items()}
    assert quarters == {"2021-Q1": 3, "2021-Q2": 3}
    partitions = parted(folder, rows=2)
    assert [partition.rows for partition in partitions] == [2, 1, 2, 1]
    assert partitions[2].file == "so_ho/period=2021-Q2/part.parquet"


def test_files_of_a_ledger_must_have_the_same_columns(tmp_path: Path) -> None:
    write(tmp_path / "so" / "a.parquet", [row("A")])
    write(tmp_path / "so" / "b.parquet", [row("B", at=IN_MY_DUC)])
    with pytest.raises(FileError) as caught:
        parted(tmp_path / "so")
    assert caught.value.code == "ledger.columns-differ"


@pytest.mark.parametrize("kind", [pa.float64(), pa.float32(), pa.decimal128(21, 2), pa.string()])
def test_whole_numbers_with_a_blank_among_them_are_whole_still(
    tmp_path: Path, places: StatedPlaces, kind: pa.DataType
) -> None:
    numbers: dict[str, list[Any]] = {
        "household_code": [11, 12, None, 12],
        "period": [202106, 202106, 202106, None],
        "supply_kind": [1, 2, 1, 1],
        "commune_code": [30469, 30469, 30469, 30469],
    }
    columns = {}
    for name, values in numbers.items():
        typed = [None if n is None else f"{n}.0" for n in values] if kind == pa.string() else values
        columns[name] = pa.array(typed).cast(kind)
    pq.write_table(pa.table(columns), tmp_path / "so.parquet")
    rollup = rolled(tmp_path / "so.parquet", places, tmp_path / "work")
    assert by_kind(rollup) == {"direct": 1, "bulk": 1}
    assert {code: problem.count for (code, _), problem in rollup.problems.items()} == {
        "ledger.household-missing": 1,
        "ledger.period-unreadable": 1,
    }


def test_a_number_that_is_none_is_no_household(tmp_path: Path, places: StatedPlaces) -> None:
    path = write(tmp_path / "so.parquet", [row("A", household_code=code) for code in (float("nan"), 5.0)])
    rollup = rolled(path, places, tmp_path / "work")
    assert rollup.problems["ledger.household-missing", "error"].count == 1


@pytest.mark.parametrize("code", [30469, 30469.0])
def test_codes_that_became_numbers_are_codes_still(tmp_path: Path, places: StatedPlaces, code: Any) -> None:
    path = write(tmp_path / "so_ho.parquet", [row("A", commune_code=code)])
    assert set(rolled(path, places, tmp_path / "work").counts) == {(MY_DUC, "2021-Q2", "direct", "")}


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Ho_Chi_Minh"])
def test_the_quarter_of_a_moment_is_that_of_the_offices_on_every_machine(
    tmp_path: Path, places: StatedPlaces, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        evening = datetime(2021, 6, 30, 18, tzinfo=UTC)  # one o'clock in the morning of 1 July in Vietnam
        path = write(tmp_path / "so_ho.parquet", [row("A", period=evening)])
        assert set(rolled(path, places, tmp_path / "work").counts) == {(MY_DUC, "2021-Q3", "direct", "")}
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_hash_of_a_ledger_is_that_of_its_content(tmp_path: Path) -> None:
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_bytes(b"one")
    b.write_bytes(b"one")
    told: list[tuple[int, int]] = []
    first = hash_files(find_files([a]), lambda done, size: told.append((done, size)))
    assert first == hash_files(find_files([b]))
    assert told == [(3, 3)]
    together = hash_files(find_files([a, b]))
    assert together[1] == 6
    b.write_bytes(b"two")
    assert hash_files(find_files([a, b]))[0] != together[0]


def test_columns_are_found_by_alias_by_name_and_by_choice() -> None:
    labels = ["MA_KHANG", "LON", "LAT", "LOAI_CAP", "QUY", "ma"]
    found = dict(find_columns(labels, TEMPLATE, file_name="x").named)
    assert found["household_code"] == "MA_KHANG"
    chosen = dict(find_columns(labels, TEMPLATE, {"household_code": "ma"}, file_name="x").named)
    assert chosen["household_code"] == "ma"
    with pytest.raises(FileError, match="names no column"):
        find_columns(labels, TEMPLATE, {"household_code": "khác"}, file_name="x")
    with pytest.raises(FileError, match="names no column"):
        find_columns(labels, TEMPLATE, {"household": "ma"}, file_name="x")


def test_what_a_checkpoint_keeps_is_what_it_gives_back(tmp_path: Path, places: StatedPlaces) -> None:
    path = write(tmp_path / "so_ho.parquet", [row("A"), row("A"), row("B", supply_kind="?"), row("C", period=None)])
    rollup = rolled(path, places, tmp_path / "work")
    assert len(rollup.problems) == 3
    assert read_partial(write_partial(rollup)) == rollup
    kept = Checkpoint(tmp_path / "work" / "checkpoint")
    assert kept.find_whole() == rollup
    assert [file.name for file in kept.folder.iterdir() if file.is_file()] == ["whole.json"]


def test_another_reading_has_another_fingerprint(tmp_path: Path, places: StatedPlaces) -> None:
    path = write(tmp_path / "so_ho.parquet", [row("A", at=IN_MY_DUC, other="A")])
    plans = [
        plan_of(opened(path, tmp_path / "w", chosen), TEMPLATE, places, None, tmp_path)
        for chosen in (None, {"household_code": "other"})
    ]
    prints = {fingerprint(plan, list_date=day) for plan in plans for day in ("2021-07-01", "2025-07-01")}
    assert len(prints) == 4


def test_a_large_file_is_parted_by_its_rows(tmp_path: Path) -> None:
    table = pa.table({name: [value] * 1_000 for name, value in row("A").items()})
    pq.write_table(table, tmp_path / "so_ho.parquet", row_group_size=100)
    partitions = parted(tmp_path / "so_ho.parquet", rows=300)
    assert [(p.number, p.first_row, p.rows) for p in partitions] == [
        (0, 0, 300),
        (1, 300, 300),
        (2, 600, 300),
        (3, 900, 100),
    ]


@pytest.mark.parametrize("name", ["so [2021].parquet", "so *.parquet", "so ?.parquet", "so 'Q2'.parquet"])
def test_a_name_with_wildcards_means_that_file_alone(tmp_path: Path, places: StatedPlaces, name: str) -> None:
    write(tmp_path / "so 2.parquet", [row("X"), row("Y")])
    path = write(tmp_path / name, [row("A")])
    assert rolled(path, places, tmp_path / "work [*]").rows == 1


def geo(path: Path, crs: object, shapes: list[Any]) -> Path:
    columns = {"geometry": {"encoding": "WKB", "geometry_types": ["Point"], "crs": crs}}
    table = pa.table({**{key: [value] * len(shapes) for key, value in row("A").items()}, "geometry": shapes})
    geo = json.dumps({"version": "1.1.0", "primary_column": "geometry", "columns": columns})
    pq.write_table(table.replace_schema_metadata({"geo": geo}), path)
    return path


WKB = shapely.to_wkb(shapely.Point(IN_MY_DUC))


@pytest.mark.parametrize("crs", [None, {"name": "WGS 84", "id": {"authority": "EPSG", "code": 4326}}])
@pytest.mark.parametrize("shape", [WKB, {"x": IN_MY_DUC[0], "y": IN_MY_DUC[1]}])
def test_points_of_geoparquet_are_in_wgs_84(tmp_path: Path, places: StatedPlaces, crs: object, shape: Any) -> None:
    ledger = opened(geo(tmp_path / "so.parquet", crs, [shape]), tmp_path / "work")
    plan = plan_of(ledger, TEMPLATE, places, outlines(), tmp_path / "scratch")
    rollup = roll_up_ledger(ledger, plan, Checkpoint(tmp_path / "checkpoint"))
    assert (rollup.rows_counted, rollup.problems) == (1, {})


def test_points_in_another_system_are_refused(tmp_path: Path) -> None:
    crs = {"name": "VN-2000 / TM-3 105-45", "id": {"authority": "EPSG", "code": 9210}}
    with pytest.raises(FileError, match="VN-2000") as caught:
        opened(geo(tmp_path / "so.parquet", crs, [WKB]), tmp_path / "work")
    assert caught.value.code == "ledger.crs"


def test_a_column_of_points_as_text_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "so.parquet", [row("A", geometry="POINT (105.05 10.55)")])
    with pytest.raises(FileError, match="VARCHAR") as caught:
        opened(path, tmp_path / "work")
    assert caught.value.code == "ledger.geometry-kind"


def test_half_of_a_pair_of_coordinates_does_not_replace_a_column_of_points(
    tmp_path: Path, places: StatedPlaces
) -> None:
    path = write(tmp_path / "so.parquet", [row("A", geometry=WKB, lon=105.05)])
    ledger = opened(path, tmp_path / "work")
    plan = plan_of(ledger, TEMPLATE, places, outlines(), tmp_path / "scratch")
    rollup = roll_up_ledger(ledger, plan, Checkpoint(tmp_path / "checkpoint"))
    assert (rollup.rows_counted, rollup.problems) == (1, {})


@pytest.mark.parametrize("name", ["file_row_number", "File_Row_Number"])
def test_a_column_that_bears_the_name_of_our_row_numbers_is_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "so.parquet", [row("A", **{name: 7})])
    with pytest.raises(FileError, match="Rename the column") as caught:
        opened(path, tmp_path / "work")
    assert caught.value.code == "ledger.column-reserved"


def test_a_file_that_is_damaged_in_the_middle_stops_the_import_and_keeps_what_is_done(
    tmp_path: Path, places: StatedPlaces
) -> None:
    rows = [row(f"KH{n * 7919 % 100_003}-{n}") for n in range(40_000)]
    path = write(tmp_path / "so.parquet", rows, row_group=10_000)
    content = bytearray(path.read_bytes())
    middle = len(content) * 6 // 10
    content[middle : middle + 2_000] = bytes(2_000)
    path.write_bytes(content)
    ledger = opened(path, tmp_path / "work")
    kept = Checkpoint(tmp_path / "checkpoint")
    with pytest.raises(FileError) as caught:
        roll_up_ledger(ledger, plan_of(ledger, TEMPLATE, places, None, tmp_path / "s"), kept, partition_rows=10_000)
    assert caught.value.code == "ledger.stopped"
    assert kept.find(0) is not None
    assert kept.find_whole() is None
