"""Coverage-guided fuzzing of reading and marking workbooks: whatever the bytes, an answer or our own error.

Not part of `make test`: it needs atheris and as long as it is given. From the top of the project::

    .venv/bin/pip install atheris && .venv/bin/python -m tests.fuzz.fuzz_reader -max_total_time=600

Findings become cases of tests/loaders/workbook/test_hostile_files.py.
"""

from __future__ import annotations

import io
import itertools
import sys
import tempfile
import zipfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["loaders.workbook", "loaders.reports"]):
    from loaders.reports.annotated_workbook import annotate_workbook
    from loaders.workbook.reader import read_workbook

from geodata.errors import PhuDienError
from geodata.language import Language
from loaders.survey.issues import ERROR, Issue

_MOST_ROWS = 2000


def test_one_input(data: bytes) -> None:
    """Read every sheet of one input; half of the inputs are parts of an .xlsx that is zipped here."""
    provider = atheris.FuzzedDataProvider(data)
    kind = provider.ConsumeIntInRange(0, 3)
    name = ("a.xlsx", "a.csv", "a.xls", "a.xlsx")[kind]
    content = provider.ConsumeBytes(len(data))
    if kind == 3:
        content = _zipped(content)
    try:
        for sheet in read_workbook(content, file_name=name):
            for _ in itertools.islice(sheet.rows(), _MOST_ROWS):
                pass
            issue = Issue("x", ERROR, sheet.name, "B2", "", "", "this cell is wrong.")
            annotate_workbook(content, file_name=name, issues=[issue], language=Language("vi"))
            sheet.merged()
    except PhuDienError:
        return


def _zipped(sheet: bytes) -> bytes:
    """Put bytes into a workbook as its one sheet, so that the fuzzer need not learn to zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(SEED_BOOK) as source, zipfile.ZipFile(buffer, "w") as target:
        for member in source.namelist():
            is_sheet = member == "xl/worksheets/sheet1.xml"
            target.writestr(member, sheet if is_sheet else source.read(member))
    return buffer.getvalue()


def _make_seeds(folder: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["Xã", "Tổng số hộ", "Số hộ có điện lưới"])
    page.append(["X· Mü §øc", 10, "=B2"])
    page.merge_cells("A4:B5")
    page.row_dimensions[2].hidden = True
    book.save(folder / "book.xlsx")
    whole = (folder / "book.xlsx").read_bytes()
    with zipfile.ZipFile(folder / "book.xlsx") as archive:
        (folder / "sheet").write_bytes(archive.read("xl/worksheets/sheet1.xml") + b"\x03")
    # The kind is taken from the end of the input.
    (folder / "xlsx").write_bytes(whole + b"\x00")
    (folder / "csv").write_bytes("Xã;Số hộ\r\nMỹ Đức;1.204\r\n".encode() + b"\x01")
    (folder / "xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + b"\x02")
    (folder / "book.xlsx").rename(SEED_BOOK)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        SEED_BOOK = Path(temporary) / "seed.xlsx"
        seeds = Path(temporary) / "seeds"
        seeds.mkdir()
        _make_seeds(seeds)
        atheris.Setup([*sys.argv, str(seeds), "-max_len=20000", "-timeout=20", "-rss_limit_mb=2048"], test_one_input)
        atheris.Fuzz()
