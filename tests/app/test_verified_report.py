"""The section of the report page that verifies a file: it asks for one, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from coverage.report_files import ReportFiles
from coverage.workspace import Workspace
from geodata.language import Language
from geodata.periods import Period

Run = Callable[..., AppTest]


def test_section_asks_for_a_file_and_says_what_came_of_it(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = run("report", lang="en", section="verify")
    assert not empty.exception
    assert not empty.success
    files = ReportFiles(Workspace(home))
    name, content = files.file(files.build("74", Period(2021, 2), Language("en")), "csv")
    touched = content.replace(b",74,2021-Q2,", b",74,2021-Q2,1", 1)  # households of the first commune get a digit more

    def upload(text: bytes) -> AppTest:
        given = SimpleNamespace(name=name, getvalue=lambda: text)
        monkeypatch.setattr(st, "file_uploader", lambda *_asked, **_more: given)
        return run("report", lang="en", section="verify")

    good = upload(content)
    assert not good.exception
    assert "Every count is what the store says now" in good.success[0].value
    bad = upload(touched)
    assert not bad.exception
    assert "1 counts are not those" in bad.error[0].value
    assert bad.dataframe[0].value["Figure"].tolist() == ["Households in all"]
