"""A .pdf report read back gives its stamp and counts; any other file is refused in words."""

from __future__ import annotations

from io import BytesIO

import pandas as pd
import pytest
from pypdf import PdfReader, PdfWriter

from geodata.errors import FileError
from loaders.reports.pdf_reading import read_pdf_report
from loaders.reports.province_pdf import write_province_pdf
from tests import report_samples


@pytest.fixture(scope="module")
def written() -> bytes:
    return write_province_pdf(report_samples.much_left())


def test_stamp_and_counts_are_those_of_the_report(written: bytes) -> None:
    report = report_samples.much_left()
    stamp, figures = read_pdf_report(written)
    assert stamp == report.stamp()
    pd.testing.assert_frame_equal(figures, report.figure_table(), check_dtype=False)


def rewritten(content: bytes) -> bytes:
    writer = PdfWriter()
    for page in PdfReader(BytesIO(content)).pages:
        writer.add_page(page)
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("damage", ["other program", "no counts", "broken counts", "other keywords"])
def test_a_file_without_them_is_refused(written: bytes, damage: str) -> None:
    content = {
        "other program": lambda: rewritten(written),
        "no counts": lambda: written.replace(b"/Type/EmbeddedFile", b"/Type/SomethingElse"),
        "broken counts": lambda: _broken(written),
        "other keywords": lambda: written.replace(b"<pdf:Keywords>phudien_province", b"<pdf:Keywords>nothing_of_ours_"),
    }[damage]()
    assert content != written
    with pytest.raises(FileError) as refused:
        read_pdf_report(content)
    assert refused.value.code == "report.pdf-without-stamp"


def _broken(content: bytes) -> bytes:
    place = content.index(b"stream", content.index(b"/Type/EmbeddedFile")) + 20
    return content[:place] + b"\x00\xff\x00\xff" + content[place + 4 :]


def test_what_is_no_pdf_is_said_to_be_none() -> None:
    with pytest.raises(FileError) as refused:
        read_pdf_report(b"PK\x03\x04")
    assert refused.value.code == "report.no-pdf"
