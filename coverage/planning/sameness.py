"""Whether a plan that was made again is the same, and whether the program's own assumptions are still those of then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from coverage.planning.assumptions import Assumptions
from coverage.planning.kept_plan import CANDIDATES, HAMLETS, LINES, POINTS, PROGRAMME, keep
from coverage.planning.plan import Plan
from geodata.errors import mark
from geodata.language import Language

DIFFERENCE_COLUMNS: Final = ("table", "code", "column", "kept", "again")
"""One row a value that differs; where a whole row is in one of both only, `column` and `kept` or `again` are blank."""

SHIPPED_COLUMNS: Final = ("name", "title_vi", "title_en", "then", "now")
"""One row an assumption whose shipped values changed: low, mid and high as text, blank where it did not exist."""

MONEY_TOLERANCE_VND: Final = 1.0
RELATIVE_TOLERANCE: Final = 1e-9
"""Of lengths, shares, hours: what another order of additions may change."""

TABLES: Final = (CANDIDATES, PROGRAMME, POINTS, HAMLETS, LINES)

TABLE_NAMES: Final = {
    CANDIDATES: mark("what could be done"),
    PROGRAMME: mark("what is done when"),
    POINTS: mark("cases of points"),
    HAMLETS: mark("choices for hamlets"),
    LINES: mark("lines"),
}


def differences(kept: Plan, again: Plan) -> pd.DataFrame:
    """
    Return what differs between the result tables of a plan that was kept and of the same one made again.

    Years, households and texts are compared as they are, money to `MONEY_TOLERANCE_VND`, other numbers to
    `RELATIVE_TOLERANCE`.

    Returns
    -------
    differences
        Columns `DIFFERENCE_COLUMNS`; without a row where both are the same.
    """
    one, other = (keep(plan, price_decision="", is_synthetic=False).tables for plan in (kept, again))
    rows = [row for name in TABLES for row in _table_differences(name, one[name], other[name])]
    return pd.DataFrame(rows, columns=pd.Index(DIFFERENCE_COLUMNS))


def _table_differences(name: str, kept: pd.DataFrame, again: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    for code in kept.index.difference(again.index):
        yield name, str(code), "", str(code), ""
    for code in again.index.difference(kept.index):
        yield name, str(code), "", "", str(code)
    both = kept.index.intersection(again.index)
    for column in (
        c for c in (*kept.columns, *again.columns.difference(kept.columns)) if name != PROGRAMME or c != "start"
    ):
        if column not in kept or column not in again:
            yield name, "", str(column), str(column in kept), str(column in again)
            continue
        one, other = kept[column].reindex(both), again[column].reindex(both)
        for code in both[~_same(str(column), one, other)]:
            yield name, str(code), str(column), str(one[code]), str(other[code])


def _same(column: str, one: pd.Series[Any], other: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    if column == "geometry":
        return np.array([a.equals_exact(b, 1e-9) for a, b in zip(one, other, strict=True)], dtype=bool)
    missing = one.isna().to_numpy() & other.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(one.dtype) and pd.api.types.is_numeric_dtype(other.dtype):
        first, second = (s.astype("Float64").to_numpy(dtype="float64", na_value=np.nan) for s in (one, other))
        absolute = MONEY_TOLERANCE_VND if "_vnd" in column else RELATIVE_TOLERANCE
        relative = 0.0 if "_vnd" in column else RELATIVE_TOLERANCE
        return missing | np.isclose(first, second, rtol=relative, atol=absolute)
    return missing | (one.astype("str") == other.astype("str")).to_numpy()


def shipped_changes(then: Assumptions, now: Assumptions) -> pd.DataFrame:
    """
    Return the assumptions whose shipped values are not what they were when a plan was made.

    Returns
    -------
    changes
        Columns `SHIPPED_COLUMNS`, in the order of `then`, new ones last.
    """
    rows = []
    for name in (*then, *(name for name in now if name not in then)):
        texts = [_values(one[name]) if name in one else "" for one in (then, now)]
        if texts[0] != texts[1]:
            title = (then if name in then else now)[name].title
            rows.append((name, title.vi, title.en, *texts))
    return pd.DataFrame(rows, columns=pd.Index(SHIPPED_COLUMNS))


def _values(one: Any) -> str:
    return f"{one.low:g} – {one.mid:g} – {one.high:g}"


def difference_sentence(row: dict[str, Any], language: Language) -> str:
    """Return a row of `differences` in words."""
    title = TABLE_NAMES[row["table"]]
    table, values = language.say(title), {name: row[name] for name in ("code", "column", "kept", "again")}
    if not row["code"]:
        return language.say("{table}: column {column} is in one of both only", table=table, **values)
    if row["column"]:
        return language.say("{table}, {code}, {column}: {kept} when it was kept, {again} now", table=table, **values)
    if row["kept"]:
        return language.say("{table}: {code} is not there any more", table=table, **values)
    return language.say("{table}: {code} was not there when it was kept", table=table, **values)
