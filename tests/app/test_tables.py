"""Tables for download: what users typed never becomes a formula."""

from __future__ import annotations

import pandas as pd

from coverage.pages._tables import csv_of


def test_texts_that_look_like_formulas_stay_texts() -> None:
    content = csv_of(pd.DataFrame({"Tổ chức": ["=cmd()", "+84", "@x", "HTX An"], "Số hộ": [-5, 1, 2, 3]}))
    assert content.decode("utf-8-sig").splitlines() == ["Tổ chức,Số hộ", "'=cmd(),-5", "'+84,1", "'@x,2", "HTX An,3"]
