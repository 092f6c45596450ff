"""Hostile files: read or refused with a message of ours, never anything else, never for long."""

from __future__ import annotations

import contextlib
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import FileError, PhuDienError
from loaders.workbook import package
from loaders.workbook.reader import read_workbook


def book(rows: list[list[object]]) -> bytes:
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    for row in rows:
        page.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """Return a good workbook with one of its parts replaced or added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book([["a", 1]]))) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as to,
    ):
        for member in source.namelist():
            if member != name:
                to.writestr(member, source.read(member))
        to.writestr(name, content)
    return buffer.getvalue()


def draw_all(content: bytes, file_name: str) -> None:
    for sheet in read_workbook(content, file_name=file_name):
        list(sheet.rows())
        sheet.merged()


WHOLE = book([["Xã", "Số hộ"], ["Mỹ Đức", 10]])
SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
FAR = HEAD + (
    b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    b"</sheetData></worksheet>"
)
FAR_CODE = "workbook.area-too-large"
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'


def test_zip_bomb_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "_LEAST_SUSPECT_BYTES", 1024**2)
    content = with_part(SHEET, HEAD + b" " * 4 * 1024**2)
    with pytest.raises(FileError) as caught:
        read_workbook(content, file_name="a.xlsx")
    assert caught.value.code == "workbook.unpacks-too-large"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (with_part(SHEET, FAR), "workbook.area-too-large"),
        (with_part(SHEET, ENTITIES), "workbook.has-dtd"),
        (with_part(SHEET, HEAD + b"<row><c"), "workbook.damaged"),
        # Found by fuzzing: the reader took the letters for a column and asked for 110 GB.
        (with_part(SHEET, HEAD + b'<row r="1"><c r="' + b"t" * 70 + b'B2"><v>10</v></c></row>'), "workbook.damaged"),
        (with_part(SHEET, HEAD + b'<row r="1"><c r="A99999999"><v>10</v></c></row>'), "workbook.damaged"),
        (with_part(SHEET, HEAD + b'<row r="1"><c r="A1048576"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'), FAR_CODE),
        (book([["a", 1]])[:-300], "workbook.damaged"),
    ],
)
def test_each_is_refused_by_name(content: bytes, code: str) -> None:
    with pytest.raises(FileError) as caught:
        draw_all(content, "a.xlsx")
    assert caught.value.code == code


def test_path_in_the_name_is_left_out_of_messages() -> None:
    with pytest.raises(FileError) as caught:
        read_workbook(b"", file_name="..\\..\\etc/passwd/../a.xlsx")
    assert caught.value.values["file"] == "a.xlsx"


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
cells = st.one_of(texts.map(lambda t: "x" + t), st.integers(-(10**9), 10**9), st.booleans())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(cells, min_size=1, max_size=5), min_size=1, max_size=8))
def test_what_is_valid_survives_the_round_trip(rows: list[list[object]]) -> None:
    [sheet] = read_workbook(book(rows), file_name="a.xlsx")
    width = max(map(len, rows))
    found = [[*row, *[""] * (width - len(row))][:width] for row in sheet.rows()]
    # Texts in legacy encodings would be converted; these are told apart by `text_changes`.
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if (number, column) not in sheet.text_changes and not isinstance(value, str):
                assert found[number][column] == value


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_broken_raises_our_errors_only(data: st.DataObject) -> None:
    whole = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 20))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(whole)))
    for content in (bytes(whole), bytes(whole[:cut])):
        for name in ("a.xlsx", "a.csv", "a.xls"):
            with contextlib.suppress(PhuDienError):
                draw_all(content, name)
