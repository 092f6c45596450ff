"""Boundary layers of a workspace: what is kept of a file, mapping by hand, levels, and the map that uses them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from coverage.boundary_layers import AUTOMATIC, LEAVE_OUT, BoundaryChoices
from coverage.workspace import Workspace
from geodata.boundaries import CLOSING, MEASURING, READING, RECOGNISING, SIMPLIFYING
from geodata.boundary_levels import AREA, COMPANY, PROVINCE, TOLERANCES_M
from geodata.errors import BoundaryError, WorkspaceError
from loaders.boundary_files import layer_bytes, layer_from_bytes
from loaders.store import batches, layers
from loaders.store.engine import reading
from tests.geodata.four_communes import CODES, drawn, gadm

OWN_NAMES = ["Vùng 1", "Vùng 2", "Vùng 3", "Vùng 4"]


def file_of(features: gpd.GeoDataFrame) -> bytes:
    return layer_bytes(features)


def own_names() -> bytes:
    """Return a file whose names are nobody's."""
    return file_of(drawn(ten=OWN_NAMES))


def overlapping() -> gpd.GeoDataFrame:
    """Return the four with one that lies 2 m over its neighbours."""
    features = drawn(code=list(CODES))
    features.loc[1, "geometry"] = features.geometry.iloc[1].buffer(0.00002)
    return features


def test_a_kept_layer_holds_file_drawing_closed_form_and_levels(workspace: Workspace) -> None:
    content = file_of(overlapping())
    steps: list[str] = []
    proposal = workspace.boundaries.check(content, "xa.parquet", progress=steps.append)
    batch_id = workspace.boundaries.keep(proposal, user="An", progress=steps.append)
    assert steps == [READING, RECOGNISING, CLOSING, MEASURING, SIMPLIFYING]
    assert workspace.batch_file(batch_id) == ("xa.parquet", content)
    [record] = workspace.boundary_layers()
    with reading(workspace.engine) as connection:
        assert record.drawn_sha256
        drawn_layer = layer_from_bytes(batches.read_file(connection, record.drawn_sha256))
        closed = layers.read_exact_layer(connection, record)
        levels = {name: layers.read_level(connection, record, name) for name in record.levels}
    assert drawn_layer.geometry.iloc[1].equals(overlapping().geometry.iloc[1])
    assert not closed.geometry.iloc[1].equals(drawn_layer.geometry.iloc[1])
    assert set(levels) == set(TOLERANCES_M)
    for level in levels.values():
        assert list(level["commune_code"]) == list(CODES)
        assert shapely.coverage_is_valid(level.to_crs("EPSG:32648").geometry.to_numpy())


def test_what_was_found_is_stored_with_the_layer(workspace: Workspace) -> None:
    proposal = workspace.boundaries.check(file_of(overlapping()), "xa.parquet")
    workspace.boundaries.keep(proposal, user="An")
    [record] = workspace.boundary_layers()
    stored = workspace.boundaries.check_of(record)
    assert stored == proposal.answer()
    assert stored["recognised"]["code"] == 4
    assert stored["features"][0] == {
        "feature": "30463",
        "label": "#1 30463",
        "code": "30463",
        "how": "code",
        "confidence": 1.0,
    }
    assert stored["quality"]["closed_m2"] > 1000
    assert all("30469" in flaw["codes"] for flaw in stored["quality"]["overlaps"])
    assert stored["quality"]["overlaps"]


def test_nothing_is_stored_of_a_file_in_which_nothing_is_known(workspace: Workspace) -> None:
    with pytest.raises(BoundaryError) as caught:
        workspace.boundaries.check(own_names(), "xa.parquet", BoundaryChoices(valid_on=date(2021, 7, 1)))
    assert caught.value.code == "boundary.units-unknown"
    choices = BoundaryChoices(valid_on=date(2021, 7, 1))
    proposal = workspace.boundaries.check(own_names(), "xa.parquet", choices, may_be_unknown=True)
    assert [feature.label for feature in proposal.layer.recognition.unknown] == [f"#{n} Vùng {n}" for n in range(1, 5)]
    # The place says what each may be.
    assert [feature.suggestions[0] for feature in proposal.layer.recognition.unknown] == list(CODES)
    with pytest.raises(BoundaryError):
        workspace.boundaries.keep(proposal, user="An")
    assert workspace.batches() == []


def test_what_is_assigned_by_hand_is_remembered_for_the_layout(workspace: Workspace) -> None:
    day = date(2021, 7, 1)
    by_hand = {**dict(zip(OWN_NAMES[:3], CODES[:3], strict=True)), OWN_NAMES[3]: LEAVE_OUT}
    proposal = workspace.boundaries.check(own_names(), "a.parquet", BoundaryChoices(valid_on=day, by_hand=by_hand))
    assert proposal.layer.recognition.counts["hand"] == 3
    assert proposal.layer.recognition.counts["left_out"] == 1
    assert proposal.layer.unmatched == ()
    workspace.boundaries.keep(proposal, user="An")
    # Another file of the same layout, nothing said: read the same way, and the day is known by what is remembered.
    again = workspace.boundaries.check(own_names(), "b.parquet")
    assert list(again.layer.communes["commune_code"]) == list(CODES[:3])
    assert again.layer.recognition.counts["left_out"] == 1
    # A file of another layout: not so.
    other = file_of(drawn(ten=OWN_NAMES, ghi_chu=["a", "b", "c", "d"]))
    with pytest.raises(BoundaryError):
        workspace.boundaries.check(other, "c.parquet", BoundaryChoices(valid_on=day))
    # Taken back.
    back = BoundaryChoices(valid_on=day, by_hand={OWN_NAMES[0]: AUTOMATIC})
    proposal = workspace.boundaries.check(own_names(), "d.parquet", back)
    assert proposal.layer.recognition.counts["unknown"] == 1
    workspace.boundaries.keep(proposal, user="An")
    assert workspace.boundaries.check(own_names(), "e.parquet").layer.recognition.counts["unknown"] == 1


@pytest.mark.parametrize(
    ("by_hand", "code"),
    [
        ({"Vùng 9": CODES[0]}, "boundary.assigned-feature-unknown"),
        ({"Vùng 1": "99999"}, "boundary.assigned-unit-unknown"),
    ],
)
def test_wrong_assignments_are_refused(workspace: Workspace, by_hand: dict[str, str], code: str) -> None:
    choices = BoundaryChoices(valid_on=date(2021, 7, 1), by_hand=by_hand)
    with pytest.raises(BoundaryError) as caught:
        workspace.boundaries.check(own_names(), "a.parquet", choices, may_be_unknown=True)
    assert caught.value.code == code


def test_a_file_of_an_earlier_day_is_held_against_the_list_of_that_day(workspace: Workspace) -> None:
    """The list of a day comes from the history of units; 1 July 2021 and 2025 are the shipped lists themselves."""
    proposal = workspace.boundaries.check(file_of(gadm()), "a.parquet", BoundaryChoices(valid_on=date(2020, 6, 1)))
    assert proposal.layer.units.list_date <= date(2020, 6, 1)
    assert list(proposal.layer.communes["commune_code"]) == list(CODES)
    later = workspace.boundaries.check(file_of(gadm()), "a.parquet", BoundaryChoices(valid_on=date(2021, 9, 1)))
    assert later.layer.units.list_date == workspace.units.list_date


def test_the_map_uses_the_level_that_fits(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.add_boundaries(file_of(drawn(code=list(CODES))), "a.parquet", user="An")
    asked: list[str] = []
    read = layers.read_level

    def note(connection: Any, record: Any, level: str) -> gpd.GeoDataFrame:
        asked.append(level)
        return read(connection, record, level)

    monkeypatch.setattr(layers, "read_level", note)
    monkeypatch.setattr(shapely, "coverage_simplify", None)  # never at view
    whole, province = workspace.map_layer(), workspace.map_layer("89")
    assert asked == [AREA, PROVINCE, COMPANY]
    for shown in (whole, province):
        assert shown["commune_code"].is_unique
        assert list(shown.loc[~shown["is_approximate"], "commune_code"]) == list(CODES)
    assert set(whole["commune_code"]) == set(province["commune_code"])


def test_layers_from_before_levels_were_kept_are_still_shown(workspace: Workspace) -> None:
    batch_id, _ = workspace.add_boundaries(file_of(drawn(code=list(CODES))), "a.parquet", user="An")
    with workspace.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM boundary_level")
        connection.exec_driver_sql("UPDATE boundary_layer SET drawn_sha256 = NULL, check_sha256 = NULL")
    [record] = workspace.boundary_layers()
    assert (record.batch_id, record.levels) == (batch_id, {})
    assert workspace.boundaries.check_of(record) == {}
    assert (~workspace.map_layer("89")["is_approximate"]).sum() == 4


def test_the_width_of_slivers_is_a_setting(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("boundary_sliver_m = 0.5\n", encoding="utf-8")
    workspace = Workspace(tmp_path)
    quality = workspace.boundaries.check(file_of(overlapping()), "a.parquet").layer.quality
    assert quality.sliver_m == 0.5
    assert quality.open_flaws
    chosen = workspace.boundaries.check(file_of(overlapping()), "a.parquet", BoundaryChoices(sliver_m=20))
    assert chosen.layer.quality.open_flaws == ()
    workspace.close()
    (tmp_path / "settings.toml").write_text('boundary_sliver_m = "breit"\n', encoding="utf-8")
    with pytest.raises(WorkspaceError) as caught:
        Workspace(tmp_path)
    assert caught.value.code == "settings.sliver-unreadable"


def test_batch_counts_the_features_that_were_recognised(workspace: Workspace) -> None:
    features = drawn(code=[*CODES[:3], "99999"])
    workspace.add_boundaries(file_of(features), "a.parquet", user="An")
    [batch] = workspace.batches()
    assert (batch.kind, batch.rows_read) == (batches.BOUNDARIES, 4)
    assert batch.rows_valid >= 3
