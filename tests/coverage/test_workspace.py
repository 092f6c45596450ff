"""The workspace: surveys refused, kept as drafts, accepted once; earlier answers; boundaries; the demo."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
from shapely.geometry import box

from coverage.workspace import REFUSED, Workspace
from geodata.errors import BoundaryError, FigureError, FileError, PlaceError, WorkspaceError
from geodata.language import Language
from geodata.periods import Period

GOOD = {"Mã xã": "30469", "Kỳ": "2021-Q2", "Tổng số hộ": 100, "Số hộ có điện lưới": 98, "Hộ mua buôn": 40}


FULL = {"Hộ bán trực tiếp": 58, "Hộ câu phụ": 0, "Hộ dùng nguồn tại chỗ": 1, "Hộ chưa có điện": 1}


class Clock:
    """A clock that moves an hour at every look."""

    def __init__(self) -> None:
        self.now = datetime(2021, 7, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace(tmp_path / "office", clock=Clock())
    yield opened
    opened.close()


def survey(**changes: Any) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    row = GOOD | changes
    sheet.append(list(row))
    sheet.append(list(row.values()))
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def accept(workspace: Workspace, content: bytes) -> int:
    proposal = workspace.propose_survey(content, "khao_sat.xlsx", user="An")
    assert proposal.batch_id is not None
    workspace.accept(proposal.batch_id, user="Bình")
    return proposal.batch_id


def bulk(workspace: Workspace, **options: Any) -> int | None:
    return workspace.status("2021-Q2", "30469", **options)["bulk_households"].numerator


def test_survey_with_errors_is_refused_and_leaves_nothing(workspace: Workspace) -> None:
    proposal = workspace.propose_survey(survey(**{"Tổng số hộ": 90}), "khao_sat.xlsx", user="An")
    assert (proposal.state, proposal.batch_id) == (REFUSED, None)
    assert workspace.batches() == []


def test_draft_counts_only_after_it_is_accepted(workspace: Workspace) -> None:
    proposal = workspace.propose_survey(survey(), "khao_sat.xlsx", user="An")
    assert proposal.state == "draft"
    assert set(proposal.changes["change"]) == {"new"}
    with pytest.raises(FigureError) as caught:
        bulk(workspace)
    assert caught.value.code == "period.without-figures"
    assert proposal.batch_id is not None
    workspace.accept(proposal.batch_id, user="Bình")
    assert bulk(workspace) == 40


def test_same_file_twice_changes_nothing(workspace: Workspace) -> None:
    content = survey()
    batch_id = accept(workspace, content)
    version = workspace.data_version()
    again = workspace.propose_survey(content, "other_name.xlsx", user="Chi")
    assert (again.state, again.batch_id) == ("accepted", batch_id)
    assert set(again.changes["change"]) == {"unchanged"}
    assert workspace.data_version() == version


def test_correction_says_what_changes_and_keeps_the_answer_before(workspace: Workspace) -> None:
    accept(workspace, survey())
    before = workspace.data_version()
    assert before.at is not None
    content = survey(**{"Hộ mua buôn": 30})
    changes = workspace.propose_survey(content, "khao_sat_2.xlsx", user="An").changes
    [changed] = changes[changes["change"] == "changed"].to_dict("records")
    assert (changed["measure"], changed["old"], changed["new"]) == ("households_bulk", 40, 30)
    corrected = accept(workspace, content)
    assert bulk(workspace) == 30
    assert bulk(workspace, as_of=datetime.fromisoformat(before.at)) == 40
    workspace.withdraw(corrected, user="Bình", reason="nhầm")
    assert bulk(workspace) == 40


def test_blank_columns_must_agree_with_what_is_stored(workspace: Workspace) -> None:
    accept(workspace, survey(**FULL))
    proposal = workspace.propose_survey(survey(**{"Hộ mua buôn": 30}), "khao_sat_2.xlsx", user="An")
    [issue] = proposal.reading.issues
    assert (proposal.state, issue.code, issue.cell) == (REFUSED, "survey.contradicts-stored", "A2")
    assert '"Số hộ mua điện trực tiếp"' in issue.message(Language("vi"))
    full = survey(**(FULL | {"Hộ mua buôn": 30, "Hộ bán trực tiếp": 68}))
    assert workspace.propose_survey(full, "khao_sat_3.xlsx", user="An").state == "draft"


def test_file_comes_back_byte_for_byte(workspace: Workspace) -> None:
    content = survey()
    assert workspace.batch_file(accept(workspace, content)) == ("khao_sat.xlsx", content)


def test_unreadable_file_leaves_nothing(workspace: Workspace) -> None:
    with pytest.raises(FileError):
        workspace.propose_survey(b"no workbook", "khao_sat.xlsx", user="An")
    assert workspace.batches() == []


def test_filled_in_form_is_understood_and_accepted(workspace: Workspace) -> None:
    form = workspace.survey_form("89", Period(2021, 2), Language("vi"))
    book = openpyxl.load_workbook(BytesIO(form))
    sheet = book["Khảo sát"]
    rows = range(7, sheet.max_row + 1)
    assert len(rows) == 156
    for row in rows:
        sheet.cell(row, 6, 100)
        sheet.cell(row, 7, 90)
    buffer = BytesIO()
    book.save(buffer)
    proposal = workspace.propose_survey(buffer.getvalue(), "form.xlsx", user="An")
    assert [issue.code for issue in proposal.reading.issues] == []
    assert proposal.reading.rows_valid == 156
    assert proposal.batch_id is not None
    workspace.accept(proposal.batch_id, user="An")
    assert workspace.status("2021-Q2", "89")["households_with_power"].numerator == 156 * 90


def test_unknown_area_is_refused(workspace: Workspace) -> None:
    with pytest.raises(PlaceError) as caught:
        workspace.status("2021-Q2", "99")
    assert caught.value.code == "place.code-unknown"


def boundary_file(tmp_path: Path, name: str, **options: Any) -> bytes:
    layer = gpd.GeoDataFrame(
        {"code": ["30472"], "ten_xa": ["Xã Mỹ Phú"]}, geometry=[box(105, 10.5, 105.1, 10.6)], **options
    )
    path = tmp_path / name
    if path.suffix == ".parquet":
        layer.to_parquet(path)
    elif path.suffix == ".zip":
        folder = tmp_path / "shape"
        folder.mkdir()
        layer.to_file(folder / "xa.shp", engine="pyogrio")
        with zipfile.ZipFile(path, "w") as archive:  # as offices zip: the folder, not only its files
            for part in folder.iterdir():
                archive.write(part, f"ranh_gioi/{part.name}")
    else:
        layer.to_file(path, engine="pyogrio")
    return path.read_bytes()


@pytest.mark.parametrize("name", ["xa.geojson", "xa.gpkg", "xa.zip", "xa.parquet"])
def test_real_boundary_replaces_the_approximate_one(workspace: Workspace, tmp_path: Path, name: str) -> None:
    content = boundary_file(tmp_path, name, crs="EPSG:4326")
    _, layer = workspace.add_boundaries(content, name, user="An")
    assert layer.units.list_date == date(2021, 7, 1)
    shown = workspace.map_layer().set_index("commune_code")
    assert not shown.loc["30472", "is_approximate"]
    assert shown.geometry["30472"].bounds == pytest.approx((105, 10.5, 105.1, 10.6))
    assert shown["is_approximate"].sum() >= 2400
    assert [record.file_name for record in workspace.boundary_layers()] == [name]


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_boundaries_without_crs_leave_nothing(workspace: Workspace, tmp_path: Path) -> None:
    content = boundary_file(tmp_path, "xa.zip", crs=None)
    with pytest.raises(BoundaryError) as caught:
        workspace.add_boundaries(content, "xa.zip", user="An")
    assert caught.value.code == "boundary.crs-missing"
    assert workspace.batches() == []


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "day", "matched"),
    [
        ("communes_2021/an_giang_tra_vinh_2021.geojson", date(2021, 7, 1), 261),
        ("communes_2021/south_communes_2021.parquet", date(2021, 7, 1), 2480),
        ("wards_2025/91_an_giang.geojson", date(2025, 7, 1), 102),
        ("wards_2025/86_vinh_long.geojson", date(2025, 7, 1), 124),
    ],
)
def test_real_layers_are_recognised_on_their_day(
    workspace: Workspace, shared_folder: Path, name: str, day: date, matched: int
) -> None:
    path = shared_folder / "data" / name
    _, layer = workspace.add_boundaries(path.read_bytes(), path.name, user="An")
    assert (layer.units.list_date, len(layer.communes), layer.unmatched) == (day, matched, ())


def test_demo_is_made_once_and_only_in_an_empty_workspace(workspace: Workspace) -> None:
    assert workspace.make_demo()
    version = workspace.data_version()
    assert not workspace.make_demo()
    assert workspace.data_version() == version
    assert workspace.has_synthetic()
    assert bulk(workspace) is not None


def test_demo_never_mixes_with_uploads(workspace: Workspace) -> None:
    accept(workspace, survey())
    with pytest.raises(WorkspaceError) as caught:
        workspace.make_demo()
    assert caught.value.code == "demo.workspace-in-use"


@pytest.mark.postgres
def test_one_setting_moves_everything_to_postgresql(tmp_path: Path, postgres_url: str) -> None:
    (tmp_path / "settings.toml").write_text(f'database_url = "{postgres_url}"\n', encoding="utf-8")
    shared = Workspace(tmp_path)
    assert shared.make_demo()
    proposal = shared.propose_survey(survey(**FULL), "khao_sat.xlsx", user="An")
    assert proposal.batch_id is not None
    shared.accept(proposal.batch_id, user="Bình", reason="số liệu mẫu")
    assert bulk(shared) == 40
    assert len(shared.bulk_points()) == 600
    shared.close()
    assert not (tmp_path / "phudien.db").exists()


def test_misspelt_setting_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('tile_url = "x"\n', encoding="utf-8")
    with pytest.raises(WorkspaceError) as caught:
        Workspace(tmp_path)
    assert caught.value.code == "settings.key-unknown"
