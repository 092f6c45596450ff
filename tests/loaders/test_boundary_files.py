"""Boundary files of every kind, zipped as sources zip them, in every encoding that offices have."""

from __future__ import annotations

import unicodedata
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from geodata.errors import FileError
from loaders.boundary_files import open_boundary_file
from loaders.boundary_texts import decoded, in_unicode

UNICODE = ["Xã Mỹ Đức", "Xã Khánh Hòa", "Xã Đào Hữu Cảnh"]
TCVN3 = ["X· Mü §øc", "X· Kh¸nh Hßa", "X· §µo H÷u C¶nh"]
VNI = ["Xaõ Myõ Ñöùc", "Xaõ Khaùnh Hoøa", "Xaõ Ñaøo Höõu Caûnh"]


def squares(names: list[str], **columns: list[str]) -> gpd.GeoDataFrame:
    boxes = [box(105 + n / 10, 10, 105.1 + n / 10, 10.1) for n in range(len(names))]
    return gpd.GeoDataFrame({"TENXA": names, **columns}, geometry=boxes, crs="EPSG:4326")


def zipped_shapefile(tmp_path: Path, layer: gpd.GeoDataFrame, encoding: str, cpg: str | None) -> bytes:
    """Return a zipped shapefile whose .dbf is in an encoding, with a .cpg that says something, or none."""
    layer.to_file(tmp_path / "xa.shp", engine="pyogrio", encoding=encoding)
    (tmp_path / "xa.cpg").unlink()
    if cpg is not None:
        (tmp_path / "xa.cpg").write_text(cpg)
    with zipfile.ZipFile(tmp_path / "xa.zip", "w") as archive:
        for part in tmp_path.glob("xa.[sdpc]*"):
            archive.write(part, f"thu_muc/{part.name}")
    return (tmp_path / "xa.zip").read_bytes()


@pytest.mark.parametrize("cpg", [None, "UTF-8", "ISO-8859-1"])
@pytest.mark.parametrize(
    ("names", "encoding", "told"), [(UNICODE, "UTF-8", ""), (TCVN3, "CP1252", "TCVN3"), (VNI, "CP1252", "VNI")]
)
def test_every_encoding_is_read_whatever_the_cpg_says(
    tmp_path: Path, names: list[str], encoding: str, told: str, cpg: str | None
) -> None:
    found = open_boundary_file(zipped_shapefile(tmp_path, squares(names), encoding, cpg), file_name="xa.zip")
    assert found.features["TENXA"].tolist() == UNICODE
    assert found.encoding == told


def test_windows_1258_is_read_where_the_cpg_says_so() -> None:
    """Its tone marks stand after their letters as letters of their own."""
    marked = "X" + "a" + "\u0303" + " Ho" + "\u0300" + "a"
    raw = marked.encode("cp1258").decode("latin-1")
    texts, _ = in_unicode(decoded({"TEN": [raw]}, "1258"))
    assert texts["TEN"] == ["Xã Hòa"]


def test_name_that_was_cut_in_the_middle_of_a_letter_is_read() -> None:
    [text] = decoded({"TEN": ["Mỹ Đứ".encode()[:-1].decode("latin-1")]}, "")["TEN"]
    assert text == "Mỹ Đ"
    assert decoded({"TEN": ["An", None]}, "")["TEN"] == ["An", None]


def test_texts_of_any_kind_of_file_may_be_in_tcvn3(tmp_path: Path) -> None:
    path = tmp_path / "xa.geojson"
    squares(TCVN3, NGUON=["Sở TN&MT", "a", "b"]).to_file(path, engine="pyogrio")
    found = open_boundary_file(path.read_bytes(), file_name="xa.geojson")
    assert found.features["TENXA"].tolist() == UNICODE
    assert found.encoding == "TCVN3"


def test_unicode_in_parts_is_composed() -> None:
    texts, encoding = in_unicode({"ten": [unicodedata.normalize("NFD", "Mỹ Đức"), 7, None]})
    assert texts["ten"] == ["Mỹ Đức", 7, None]
    assert encoding == ""


def test_of_several_layers_the_one_with_the_communes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "gadm.gpkg"
    for level, count in (("ADM_0", 1), ("ADM_2", 2), ("ADM_3", 3)):
        squares(UNICODE[:count]).to_file(path, layer=level, engine="pyogrio")
    found = open_boundary_file(path.read_bytes(), file_name=path.name)
    assert (found.layer, len(found.features)) == ("ADM_3", 3)


def test_of_several_shapefiles_in_a_zip_the_one_with_the_communes_is_read(tmp_path: Path) -> None:
    """OCHA's COD-AB has country, provinces, districts and communes in one zip."""
    with zipfile.ZipFile(tmp_path / "vnm_adm.zip", "w") as archive:
        for level, count in ((0, 1), (3, 3), (1, 2)):
            squares(UNICODE[:count]).to_file(tmp_path / f"vnm_adm{level}.shp", engine="pyogrio", encoding="UTF-8")
            for part in tmp_path.glob(f"vnm_adm{level}.*"):
                archive.write(part, part.name)
    found = open_boundary_file((tmp_path / "vnm_adm.zip").read_bytes(), file_name="vnm_adm.zip")
    assert (found.layer, len(found.features)) == ("vnm_adm3", 3)


def test_geojson_in_a_zip_is_read(tmp_path: Path) -> None:
    squares(UNICODE).to_file(tmp_path / "gadm41_VNM_3.json", engine="pyogrio", driver="GeoJSON")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "gadm41_VNM_3.json", "gadm41_VNM_3.json")
    assert len(open_boundary_file((tmp_path / "a.zip").read_bytes(), file_name="a.zip").features) == 3


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"x", "xa.docx", "boundary.file-kind"),
        (b"x", "xa.geojson", "boundary.content-differs"),
        (b"{", "xa.geojson", "boundary.file-unreadable"),
        (b"x", "xa.gpkg", "boundary.content-differs"),
        (b"x", "xa.zip", "boundary.file-unreadable"),
        (b"x", "xa.parquet", "boundary.content-differs"),
        (b"PAR1", "xa.parquet", "boundary.file-unreadable"),
    ],
)
def test_what_is_no_boundary_file_is_refused(content: bytes, name: str, code: str) -> None:
    with pytest.raises(FileError) as caught:
        open_boundary_file(content, file_name=name)
    assert caught.value.code == code


def test_zip_without_shapes_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("doc.txt", "…")
    with pytest.raises(FileError) as caught:
        open_boundary_file((tmp_path / "a.zip").read_bytes(), file_name="a.zip")
    assert caught.value.code == "boundary.file-unreadable"
