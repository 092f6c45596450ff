"""An organisation's own commune list (danh mục xã của đơn vị): its entries as written, and decisions on them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import pandas as pd

from geodata.name_keys import accented_key, split_type_word
from geodata.tables import require_columns

ENTRY_COLUMNS: Final = (
    "sheet",
    "row",  # as the sheet counts it
    "own_code",  # the organisation's own code
    "name",  # as written, with or without the type word
    "kind",  # type word where it has a column of its own: "xã", "TT"
    "district_name",  # as written, in the row or above it
    "province_name",
    "gso_code",  # the code of the statistics office, as the organisation has it
)
"""Columns of a list; texts, blank where nothing was written, and ``row`` a whole number."""

ASSIGN, APART, OPEN = "assign", "apart", "open"

VERDICTS: Final = (ASSIGN, APART, OPEN)
"""What a person says of an entry: it is this unit; it stays apart in the own list; the rules shall decide again."""


@dataclass(frozen=True)
class Decision:
    """
    What a person decided of one entry; it holds for later lists with the same entry too.

    Parameters
    ----------
    entry_key
        Which entry; see `entry_keys`.
    verdict
        One of `VERDICTS`.
    unit_code
        The official unit where assigned, else empty.
    reason
        Why, in the person's words.
    user, at
        Who, and when (UTC, ISO 8601).
    """

    entry_key: str
    verdict: str
    unit_code: str
    reason: str
    user: str
    at: str


def written_name(name: str, kind: str) -> str:
    """
    Return a name with its type word.

    Examples
    --------
    >>> written_name("Mỹ Đức", "xã"), written_name("Xã Mỹ Đức", ""), written_name("Xã Mỹ Đức", "Xã")
    ('xã Mỹ Đức', 'Xã Mỹ Đức', 'Xã Mỹ Đức')
    """
    if not kind or accented_key(name).startswith(accented_key(kind)):
        return name
    # Some abbreviations are known by their full stop only: a bare letter may begin a name.
    is_known = bool(split_type_word(f"{kind} {name}")[0])
    return f"{kind} {name}" if is_known else f"{kind}. {name}"


def entry_keys(entries: pd.DataFrame) -> pd.Series[str]:
    """
    Return how each entry is known again in a later list: by its codes and names, however they are spelled.

    Entries that are the same in all of these are told apart by their order in the file.

    Parameters
    ----------
    entries
        Columns `ENTRY_COLUMNS`.
    """
    require_columns(entries, ENTRY_COLUMNS, what="own commune list")
    seen: Counter[str] = Counter()
    keys: dict[int, str] = {}
    ordered = entries.reset_index(drop=True).sort_values(["sheet", "row"], kind="stable")
    for place, entry in zip(ordered.index, ordered.to_dict("records"), strict=True):
        names = (written_name(entry["name"], entry["kind"]), entry["district_name"], entry["province_name"])
        key = "|".join([entry["own_code"], entry["gso_code"], *(accented_key(name) for name in names)])
        seen[key] += 1
        keys[int(place)] = key if seen[key] == 1 else f"{key}|{seen[key]}"
    return pd.Series([keys[place] for place in range(len(entries))], index=entries.index, dtype="str")
