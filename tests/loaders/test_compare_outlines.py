"""How near the approximate boundaries come to real outlines, and that docs say so."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from loaders.reference.compare_outlines import (
    DOCS,
    LIST,
    PAGE,
    Comparison,
    compare,
    fill_page,
    list_communes,
)

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def comparison(shared_folder: Path) -> Comparison:
    return compare(shared_folder / "data")


def test_the_middle_commune_overlaps_its_outline_by_more_than_65_percent(comparison: Comparison) -> None:
    overlap = comparison.communes_2021["iou"]
    assert len(overlap) == 2480
    assert overlap.between(0, 1).all()
    assert overlap.median() >= 0.67
    assert comparison.communes_2021.groupby("province_code")["iou"].median().median() >= 0.65


def test_no_cell_has_most_of_its_ground_in_another_province(comparison: Comparison) -> None:
    share = comparison.communes_2021["other_province_share"]
    assert share.max() < 0.45
    assert (share > 0.25).sum() <= 16
    assert (share > 0.1).sum() <= 130


def test_communes_of_2025_overlap_their_outlines(comparison: Comparison) -> None:
    overlap = comparison.communes_2025["iou"]
    assert len(overlap) == 871
    assert overlap.median() >= 0.75
    assert comparison.communes_2025.groupby("province_code")["iou"].median().min() >= 0.65


def test_docs_tell_what_is_computed(comparison: Comparison) -> None:
    page = (DOCS / PAGE).read_text(encoding="utf-8")
    assert fill_page(page, comparison) == page


def test_the_list_in_docs_is_what_is_computed(comparison: Comparison) -> None:
    text = list_communes(comparison.communes_2021).to_csv(float_format="%.3f", lineterminator="\n")
    columns = {"code": "str", "name": "str"}
    kept = pd.read_csv(DOCS / LIST, dtype=columns)
    pd.testing.assert_frame_equal(kept, pd.read_csv(io.StringIO(text), dtype=columns), atol=0.0011)
    assert kept.columns.tolist() == ["code", "name", "province", "iou", "other_province_share", "point_source"]


def test_a_page_without_a_place_for_a_table_is_refused(comparison: Comparison) -> None:
    with pytest.raises(ValueError, match="0 places for the table"):
        fill_page("# Nothing", comparison)
