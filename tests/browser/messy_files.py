"""Ten messy survey files, one for each kind that offices send."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

TITLE = ["Tổng hợp điện khí hóa tỉnh An Giang, quý IV/2021"]
HEADER = ["Huyện", "Xã", "Tổng số hộ", "Số hộ có điện lưới"]
GOOD: list[list[Any]] = [["Châu Phú", "Xã Mỹ Đức", 3400, 3380], ["", "Xã Mỹ Phú", 3500, 3490]]


def _book(path: Path, *rows: list[Any]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Khảo sát"
    for row in rows:
        page.append(row)
    book.save(path)
    return book


def several_header_lines(path: Path) -> None:
    _book(path, TITLE, ["Huyện", "Xã", "Số hộ", "Số hộ có điện lưới"], ["", "", "Tổng số", "Tổng số"], *GOOD)


def headings_and_totals(path: Path) -> None:
    rows = [["", "Huyện Châu Phú", "", ""], *[["", *row[1:]] for row in GOOD], ["", "Tổng cộng", 6900, 6871]]
    _book(path, TITLE, HEADER, *rows)


def tcvn3(path: Path) -> None:
    rows = [
        ["TØnh An Giang"],
        ["HuyÖn", "X·", "Tæng sè hé", "Sè hé cã ®iÖn l­íi"],
        ["Ch©u Phó", "X· Mü §øc", 3400, 3380],
    ]
    _book(path, *rows)


def vni(path: Path) -> None:
    rows = [["Tænh An Giang"], ["Huyeän", "Xaõ", "Toång soá hoä", "Soá hoä coù ñieän löôùi"]]
    _book(path, *rows, ["Chaâu Phuù", "Xaõ Myõ Ñöùc", 3400, 3380])


def numbers_as_typed(path: Path) -> None:
    _book(path, TITLE, HEADER, ["Châu Phú", "Xã Mỹ Đức", "3.400 hộ", "3 380"], ["", "Xã Mỹ Phú", "nhiều", 3490])


def names_mistyped(path: Path) -> None:
    _book(path, TITLE, HEADER, ["chau phu", "xa my duc", 3400, 3380], ["", "Xã Mỹ Phúu", 3500, 3490])


def several_tables(path: Path) -> None:
    _book(path, TITLE, HEADER, GOOD[0], [], ["Ghi chú: tạm tính"], ["Huyện Châu Phú, quý IV/2021"], HEADER, GOOD[1])


def hidden_parts(path: Path) -> None:
    book = _book(path, TITLE, HEADER, *GOOD)
    page = book.active
    assert page is not None
    page.row_dimensions[4].hidden = True
    other = book.create_sheet("Cũ")
    for row in (TITLE, HEADER, *GOOD):
        other.append(row)
    other.sheet_state = "hidden"
    book.save(path)


def formulas_uncounted(path: Path) -> None:
    _book(path, TITLE, HEADER, ["Châu Phú", "Xã Mỹ Đức", "=3000+400", 3380])


def semicolons_in_windows_1258(path: Path) -> None:
    text = "Huyện;Xã;Tổng số hộ;Số hộ có điện lưới\r\nChâu Phú;My Duc;3400;3380\r\n"
    # Windows keeps a letter with its tone as two codes where the code page lacks it.
    for letter, codes in {"ệ": "ê\u0323", "ổ": "ô\u0309", "ố": "ô\u0301", "ộ": "ô\u0323", "ã": "a\u0303"}.items():
        text = text.replace(letter, codes)
    for letter, codes in {"ó": "o\u0301", "ú": "u\u0301", "ớ": "ơ\u0301"}.items():
        text = text.replace(letter, codes)
    path.write_bytes(text.encode("cp1258"))


MESSY: dict[str, tuple[Callable[[Path], None], str]] = {
    "dong_tieu_de.xlsx": (several_header_lines, "2 dòng không lỗi"),
    "huyen_va_tong.xlsx": (headings_and_totals, "1 cảnh báo"),
    "tcvn3.xlsx": (tcvn3, "không phải Unicode mà là TCVN3"),
    "vni.xlsx": (vni, "không phải Unicode mà là VNI"),
    "so_go_tay.xlsx": (numbers_as_typed, "không phải là số"),
    "ten_go_sai.xlsx": (names_mistyped, "được hiểu là Xã Mỹ Phú"),
    "nhieu_bang.xlsx": (several_tables, "Đã đọc 2 dòng"),
    "phan_an.xlsx": (hidden_parts, "đang ẩn"),
    "cong_thuc.xlsx": (formulas_uncounted, "kết quả chưa được lưu"),
    "windows_1258.csv": (semicolons_in_windows_1258, "1 dòng không lỗi"),
}
"""File name → what makes it, and what the page must say of it."""
