"""The communes of January 2019 that bore another code, name, kind or district than on 1 July 2021."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from geodata.former_units import FORMER_COLUMNS
from geodata.name_keys import accented_key, split_type_word
from geodata.units import Units

CODES_2019: Final = Path(__file__).parents[3] / "shared/data/communes_2021/codes_2019_to_2021.csv"
"""The codes of 2019 on those of 2021, in the folder of real files beside the checkout; see README.md."""


def _read_divided() -> dict[str, tuple[str, ...]]:
    known = pd.read_csv(Path(__file__).parent / "history/parts.csv", dtype="str")
    divided = known[(known["period"] == "2019") & (known["what"] == "division")]
    return {str(code): tuple(parts) for code, parts in divided.groupby("code_before")["code_after"]}


DIVIDED: Final = _read_divided()
"""
Communes that were divided, and their parts; the file of codes has the first part of each only.

Suối Trầu went to Bàu Cạn (700 people) and, most of it, to Bình Sơn; Trường Bình to the township Cần Giuộc and, with
3,655 of its people, to Mỹ Lộc; Phú An to the township Ngã Sáu (1,030) and to Đông Thạnh (2,602).
"""


def build_former_units(codes: pd.DataFrame, units: Units) -> pd.DataFrame:
    """
    Return the communes of 2019 whose code, name, kind or district is another one in the list of 2021.

    Parameters
    ----------
    codes
        One row a commune of 2019, all text: province_code, district, commune_2019 (both with type words),
        commune_code_2019, commune_code_2021.
    units
        The list of 2021.

    Returns
    -------
    former_units
        Columns `geodata.former_units.FORMER_COLUMNS`, in code order; a divided commune has a row for each part.

    Raises
    ------
    ValueError
        If a divided commune is not what `DIVIDED` says.
    """
    former = _read_former(codes)
    now = units.communes.reindex(former["unit_code"]).set_axis(former.index)
    is_same = (
        (former["former_code"] == former["unit_code"])
        & (former["name"].map(accented_key) == now["name"].map(accented_key))
        & (former["kind"] == now["kind"])
        & (former["district_name"] == now["district_code"].map(units.districts["full_name"]))
    )
    return _with_all_parts(former[~is_same])


def _read_former(codes: pd.DataFrame) -> pd.DataFrame:
    # The file has some doubled spaces, and some capital letters in the type word.
    parted = [split_type_word(" ".join(full_name.split())) for full_name in codes["commune_2019"]]
    return pd.DataFrame(
        {
            "former_code": codes["commune_code_2019"],
            "name": [name for _, name in parted],
            "kind": [kind for (kind,), _ in parted],
            "district_name": codes["district"].str.split().str.join(" "),
            "province_code": codes["province_code"],
            "unit_code": codes["commune_code_2021"],
        }
    )


def _with_all_parts(former: pd.DataFrame) -> pd.DataFrame:
    given = former.set_index("former_code")["unit_code"]
    parts = []
    for code, (first, *others) in DIVIDED.items():
        if given.get(code) != first:
            raise ValueError(f"{code} went to {given.get(code)}, and DIVIDED says {first}; check it")
        parts += [former[former["former_code"] == code].assign(unit_code=other) for other in others]
    table = pd.concat([former, *parts]).sort_values(["former_code", "unit_code"])
    table["is_divided"] = table["former_code"].isin(list(DIVIDED))
    return table[list(FORMER_COLUMNS)].reset_index(drop=True)


def write_former_units(units: Units, folder: Path, *, source: Path = CODES_2019) -> int:
    """Write former_units_2019.csv; return its number of rows."""
    table = build_former_units(pd.read_csv(source, dtype="str"), units)
    table.to_csv(folder / "former_units_2019.csv", index=False, lineterminator="\n")
    return len(table)
