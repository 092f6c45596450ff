"""An office at work: a commune survey of one row, proposed and accepted, by a clock that moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl

from coverage.surveys import FigureProposal, Surveys
from coverage.workspace import Workspace

GOOD = {"Mã xã": "30469", "Kỳ": "2021-Q2", "Tổng số hộ": 100, "Số hộ có điện lưới": 98, "Hộ mua buôn": 40}


FULL = {"Hộ bán trực tiếp": 58, "Hộ câu phụ": 0, "Hộ dùng nguồn tại chỗ": 1, "Hộ chưa có điện": 1}


POINT = {
    "Mã điểm": "C1",
    "Mã xã": "30469",
    "Tổ chức quản lý": "HTX A",
    "Số công tơ tổng": "M1",
    "Số hộ sau công tơ tổng": 200,
}


class Clock:
    """A clock that moves an hour at every look."""

    def __init__(self) -> None:
        self.now = datetime(2021, 7, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now


def table(*rows: dict[str, Any]) -> bytes:
    """Return a workbook with a header and these rows; columns that a row lacks are blank."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    header = list(dict.fromkeys(name for row in rows for name in row))
    sheet.append(header)
    for row in rows:
        sheet.append([row.get(name) for name in header])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def survey(**changes: Any) -> bytes:
    """Return a commune survey of one good row, with changes."""
    return table(GOOD | changes)


def propose(workspace: Workspace, content: bytes, name: str = "khao_sat.xlsx", *, user: str = "An") -> FigureProposal:
    proposal = Surveys(workspace).propose(content, name, user=user)
    assert isinstance(proposal, FigureProposal)
    return proposal


def accept(workspace: Workspace, content: bytes) -> int:
    proposal = propose(workspace, content)
    assert proposal.batch_id is not None
    workspace.accept(proposal.batch_id, user="Bình")
    return proposal.batch_id


def bulk(workspace: Workspace, **options: Any) -> int | None:
    return workspace.status("2021-Q2", "30469", **options)["bulk_households"].numerator
