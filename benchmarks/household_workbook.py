"""Makes the household workbook that the benchmarks read: names written in many ways, a few of them mistyped."""

from __future__ import annotations

import random
from pathlib import Path

import xlsxwriter

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
_SUPPLY = ("trực tiếp", "trực tiếp", "trực tiếp", "sau công tơ tổng", "câu phụ", "chưa có")


def write_household_workbook(path: Path, rows: int, *, seed: int = 20211) -> None:
    """Write a workbook of so many households in communes drawn at random; one name in twenty is mistyped."""
    draw = random.Random(seed)
    units = load_units()
    communes, names = units.communes, units.by_code["full_name"]
    places = list(
        zip(
            communes["full_name"],
            communes["district_code"].map(names),
            communes["province_code"].map(names),
            communes["lat"].astype(float),
            communes["lon"].astype(float),
            strict=True,
        )
    )
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("Hộ")
    sheet.write_row(0, 0, HEADER)
    for number in range(rows):
        commune, district, province, lat, lon = draw.choice(places)
        person = f"{draw.choice(_FAMILY)} {draw.choice(_MIDDLE)} {draw.choice(_GIVEN)}"
        values = [province, district, _retyped(commune, draw), f"Ấp {draw.randrange(1, 9)}", f"PB{number:08d}", person]
        values += [draw.choice(_SUPPLY), f"{draw.randrange(10**8):08d}", f"{draw.randrange(1, 29)}/6/2021"]
        values += [round(lat + draw.uniform(-0.01, 0.01), 6), round(lon + draw.uniform(-0.01, 0.01), 6)]
        sheet.write_row(number + 1, 0, values)
    book.close()


def _retyped(name: str, draw: random.Random) -> str:
    kind = draw.random()
    if kind < 0.3:
        return name.replace("Xã ", "").replace("Phường ", "P. ").replace("Thị trấn ", "TT. ")
    if kind < 0.4:
        return name.upper()
    if kind < 0.45 and len(name) > 9:
        place = draw.randrange(5, len(name))
        return name[:place] + name[place + 1 :]
    return name
