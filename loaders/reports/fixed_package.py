"""Zipped documents whose bytes depend on nothing but their content: every part has the same, fixed time."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Final

_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip archive can hold."""


def with_fixed_times(content: bytes) -> bytes:
    """Return a zipped document with the same parts in the same order, none of which says when it was written."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            info = zipfile.ZipInfo(member.filename, _TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0  # else it says which system wrote it
            target.writestr(info, source.read(member))
    return buffer.getvalue()
