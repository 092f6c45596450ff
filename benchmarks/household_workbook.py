"""Makes the household workbook that the benchmarks read: names written in many ways, a few of them mistyped."""

from __future__ import annotations

import random
import re
from pathlib import Path

import xlsxwriter

from geodata.name_keys import split_type_word
from loaders.reference import load_units

HEADER = (
    "Tỉnh",
    "Huyện",
    "Xã, phường, thị trấn",
    "Ấp, khóm",
    "Mã hộ",
    "Tên chủ hộ",
    "Loại cấp điện",
    "Số công tơ",
    "Ngày khảo sát",
    "Vĩ độ",
    "Kinh độ",
    "Ảnh",
)
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Thạch", "Kim", "Sơn", "Huỳnh", "Đặng", "Võ")
_MIDDLE = ("Văn", "Thị", "Hữu", "Minh", "Ngọc")
_GIVEN = ("An", "Bình", "Chi", "Dũng", "Em", "Phúc", "Sang", "Tâm", "Út", "Yến")
_NUMBER = re.compile(r" (?:\d+|[A-D]|[IVX]+)$")
_SUPPLY = ("trực tiếp", "trực tiếp", "trực tiếp", "sau công tơ tổng", "câu phụ", "chưa có")


def write_household_workbook(path: Path, rows: int, *, seed: int = 20211) -> list[str]:
    """
    Write a workbook of so many households in communes drawn at random.

    One name in twenty is mistyped, one supply in 991 is of no known kind, and one date in 997 is no day.

    Returns
    -------
    codes
        GSO code of the commune that each row means.
    """
    draw = random.Random(seed)
    units = load_units()
    communes, names = units.communes, units.by_code["full_name"]
    places = list(
        zip(
            communes.index.astype(str),
            communes["full_name"],
            communes["district_code"].map(names),
            communes["province_code"].map(names),
            communes["lat"].astype(float),
            communes["lon"].astype(float),
            strict=True,
        )
    )
    named_in: dict[str, set[str]] = {}
    for _, commune, district, *_ in places:
        named_in.setdefault(district, set()).add(split_type_word(commune)[1])
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("Hộ")
    sheet.write_row(0, 0, HEADER)
    codes: list[str] = []
    for number in range(rows):
        code, commune, district, province, lat, lon = draw.choice(places)
        codes.append(code)
        person = f"{draw.choice(_FAMILY)} {draw.choice(_MIDDLE)} {draw.choice(_GIVEN)}"
        values = [
            province,
            district,
            _retyped(commune, draw, others=named_in[district]),
            f"Ấp {draw.randrange(1, 9)}",
            f"PB{number:08d}",
            person,
        ]
        # The factor has no divisor in common with 10**8, so that no meter comes twice.
        supply, meter, day = draw.choice(_SUPPLY), f"{number * 20_211_001 % 10**8:08d}", draw.randrange(1, 29)
        values += ["không rõ" if number % 991 == 990 else supply, meter, f"{31 if number % 997 == 996 else day}/6/2021"]
        values += [round(lat + draw.uniform(-0.01, 0.01), 6), round(lon + draw.uniform(-0.01, 0.01), 6)]
        sheet.write_row(number + 1, 0, values)
    book.close()
    return codes


def _retyped(name: str, draw: random.Random, *, others: set[str]) -> str:
    """Return a name as somebody types it: never so that another commune of the district bears it."""
    kind = draw.random()
    if kind < 0.3:
        return name.replace("Xã ", "").replace("Phường ", "P. ").replace("Thị trấn ", "TT. ")
    if kind < 0.4:
        return name.upper()
    if kind < 0.45 and len(name) > 9:
        place = draw.randrange(5, len(name))
        mistyped = name[:place] + name[place + 1 :]
        # A number less a letter is another number: Hòa Tú II, Hòa Tú I, which is Hòa Tú 1.
        is_another = _NUMBER.search(name) or split_type_word(mistyped)[1].strip() in others
        return name if is_another else mistyped
    return name
