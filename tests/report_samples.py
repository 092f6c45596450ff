"""
Province reports made by hand, small enough to check in the head, for the tests of the writers.

`much_left` has three districts, long names, a commune that did not report, and much to do; in `nothing_left` all is
done and there is nothing to list; `without_districts` is told in a list of 2025.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import geopandas as gpd
import pandas as pd
from shapely import box

from geodata import status
from geodata.language import Language
from geodata.lineage import EXACT
from geodata.periods import Period
from geodata.report_data import IndicatorNote, ProvinceReport, ReportFigure, ReportMap, ReportTarget
from geodata.tables import MEASURES

VI, EN = Language("vi"), Language("en")
NOW: Final = Period(2021, 2)
SILENT: Final = "26734"
"""The commune that did not report."""

LONG_NAME: Final = (
    "Hợp tác xã Dịch vụ Nông nghiệp và Kinh doanh điện nông thôn tổng hợp Quyết Thắng <xã Suối Nghệ> & #1"
)
"""Longer than any column, with signs that typesetters and pictures read as their own."""

_COMMUNES: Final = (
    # code, name, district code, district, N, T, D, B, S, O, U, N rural, T rural
    ("26560", "Phường Phước Hưng", "748", "Thành phố Bà Rịa", 4000, 4000, 4000, 0, 0, 0, 0, 0, 0),
    ("26572", "Xã Tân Hưng", "748", "Thành phố Bà Rịa", 1500, 1498, 1298, 200, 0, 2, 0, 1500, 1498),
    ("26575", "Thị trấn Ngãi Giao", "750", "Huyện Châu Đức", 5000, 4990, 4490, 500, 0, 4, 6, 0, 0),
    ("26590", "Xã Suối Nghệ", "750", "Huyện Châu Đức", 2400, 2300, 690, 1600, 10, 20, 80, 2400, 2300),
    ("26608", "Xã Quảng Thành", "750", "Huyện Châu Đức", 1900, 1800, 1800, 0, 0, 0, 100, 1900, 1800),
    ("26662", "Thị trấn Phước Hải", "753", "Huyện Đất Đỏ", 6200, 6200, 6150, 0, 50, 0, 0, 0, 0),
    ("26734", "Xã Lộc An", "753", "Huyện Đất Đỏ", *[None] * 9),
)


def _communes() -> pd.DataFrame:
    rows = []
    for code, name, district, district_name, n, t, d, b, s, o, u, n_rural, t_rural in _COMMUNES:
        urban = (None, None) if n is None else (n - n_rural, t - t_rural)
        counts = (n, t, d, b, s, o, u, urban[0], n_rural, urban[1], t_rural)
        rows.append((code, name, district, district_name, *counts))
    columns = ["commune_code", "commune_name", "district_code", "district_name", *MEASURES]
    table = pd.DataFrame(rows, columns=pd.Index(columns)).set_index("commune_code")
    return table.astype(dict.fromkeys(MEASURES, "Int64"))


def _history(communes: pd.DataFrame) -> pd.DataFrame:
    """Eight quarters; the last is the sum of the communes, and each one before had 150 fewer on direct sale."""
    now = communes[list(MEASURES)].sum()
    periods, rows = [NOW], [now]
    for _ in range(7):
        before = rows[0].copy()
        before["households_direct"] -= 150
        before["households_bulk"] += 120
        before["households_grid"] -= 30
        before["households_grid_rural"] -= 30
        before["households_without"] += 30
        periods.insert(0, periods[0].previous())
        rows.insert(0, before)
    return pd.DataFrame(rows, index=pd.Index([str(p) for p in periods], name="period")).astype("Int64")


def _outlines(communes: pd.DataFrame) -> gpd.GeoDataFrame:
    """A square of a tenth of a degree for each commune, in one row, the last an islet of its own."""
    squares = [box(107.0 + n / 10, 10.4, 107.1 + n / 10, 10.5) for n in range(len(communes) - 1)]
    squares.append(box(107.3, 10.2, 107.35, 10.25))
    return gpd.GeoDataFrame({"is_approximate": True}, geometry=squares, index=communes.index, crs=4326)


_CLASSES: Final = (("#8c2d04", "< 50%"), ("#fe9929", "50% – < 100%"), ("#e9f2e4", "100%"))


def _maps(communes: pd.DataFrame, language: Language) -> tuple[ReportMap, ...]:
    direct, grid = communes["households_direct"].astype("Float64"), communes["households_grid"].astype("Float64")
    share = direct / grid
    of = (share >= 0.5).astype("Int64") + (share >= 1).astype("Int64")
    left = communes["households_all"] - communes["households_grid"]
    to_connect = (left > 0).astype("Int64") + (left >= 50).astype("Int64")
    titles = {
        "vi": ("Tỷ lệ hộ mua điện trực tiếp", "Số hộ chưa có điện lưới"),
        "en": ("Share of households on direct sale", "Households still to connect to the grid"),
    }[language.code]
    return (
        ReportMap("direct_share", titles[0], _CLASSES, of),
        ReportMap(
            "households_to_connect",
            titles[1],
            (("#e9f2e4", "0"), ("#fec44f", "> 0 – < 50"), ("#d95f0e", "≥ 50")),
            to_connect,
        ),
    )


def _target(value: str, state: str, gap: int | None, outlook: str, basis: str) -> ReportTarget:
    return ReportTarget(Decimal(value), Period(2025, 4), state, gap, Decimal("12.4"), Decimal("30"), outlook, basis)


def _figures(language: Language) -> tuple[ReportFigure, ...]:
    vi = language.code == "vi"
    outlook = "Từ Quý III/2024 đến Quý II/2026, xác suất 80%." if vi else "Between Q3 2024 and Q2 2026, chance 80%."
    slow = "Với tốc độ này thì không đạt." if vi else "Not at this pace."
    basis = "Quyết định 2081/QĐ-TTg ngày 08/11/2013" if vi else "Decision 2081/QĐ-TTg of 8 November 2013"
    assumed = "Giả định của chương trình mẫu" if vi else "Assumption of the example"
    rows: list[tuple[Any, ...]] = [
        ("households_with_power_share", "share", 2, "higher", 20788, 21000, 20758, 21000,
         _target("1", status.BEHIND, 212, slow, basis)),
        ("rural_households_with_power_share", "share", 2, "higher", 5598, 5800, 5568, 5800,
         _target("0.998", status.FAR_BEHIND, 191, slow, basis)),
        ("direct_share", "share", 2, "higher", 18428, 20788, 18278, 20758,
         _target("0.95", status.ON_PATH, 1321, outlook, assumed)),
        ("bulk_households", "count", 0, "lower", 2300, None, 2420, None,
         _target("2400", status.REACHED, -100, outlook, assumed)),
        ("households_to_connect", "count", 0, "lower", 212, None, 242, None, None),
    ]  # fmt: skip
    titles = {
        "households_with_power_share": ("Tỷ lệ hộ có điện lưới", "Share of households with grid power"),
        "rural_households_with_power_share": (
            "Tỷ lệ hộ nông thôn có điện lưới",
            "Share of rural households with grid power",
        ),
        "direct_share": ("Tỷ lệ hộ mua điện trực tiếp", "Share of households on direct sale"),
        "bulk_households": ("Số hộ còn sau công tơ tổng", "Households behind a master meter"),
        "households_to_connect": ("Số hộ chưa có điện lưới", "Households still to connect to the grid"),
    }
    return tuple(
        ReportFigure(name, titles[name][not vi], titles[name][not vi], kind, decimals, better, *counts, 6, 7, target)
        for name, kind, decimals, better, *counts, target in rows
    )


def _progress(language: Language) -> pd.DataFrame:
    name = "Hộ có điện lưới" if language.code == "vi" else "On the grid"
    slow = "Với tốc độ này thì không đạt." if language.code == "vi" else "Not at this pace."
    rows = [
        ("748", "Thành phố Bà Rịa", name, 2, 2, 0.25, 1.0, status.ON_PATH, ""),
        ("750", "Huyện Châu Đức", name, 210, 210, 26.25, 4.5, status.FAR_BEHIND, slow),
        ("753", "Huyện Đất Đỏ", name, None, None, None, None, status.UNKNOWN, ""),
    ]
    columns = ["area_code", "area_name", "indicator", "shortfall", "gap", "required_per_quarter",
               "achieved_per_quarter", "status", "outlook"]  # fmt: skip
    table = pd.DataFrame(rows, columns=pd.Index(columns)).set_index("area_code")
    rates = dict.fromkeys(["required_per_quarter", "achieved_per_quarter"], "Float64")
    return table.astype({"shortfall": "Int64", "gap": "Int64", **rates})


def _bulk_communes() -> pd.DataFrame:
    rows = [
        ("26590", "Xã Suối Nghệ", "Huyện Châu Đức", 1600, 2300, 3, 2, 1590, 10),
        ("26575", "Thị trấn Ngãi Giao", "Huyện Châu Đức", 500, 4990, 1, 1, 500, 0),
        ("26572", "Xã Tân Hưng", "Thành phố Bà Rịa", 200, 1498, 1, 1, 210, -10),
    ]
    columns = ["commune_code", "commune_name", "district_name", "households_bulk", "households_grid", "points",
               "organisations", "households_behind", "difference"]  # fmt: skip
    table = pd.DataFrame(rows, columns=pd.Index(columns)).set_index("commune_code")
    numbers = dict.fromkeys(columns[3:], "Int64")
    return table.assign(is_estimated=False, province_code="77", province_name="Tỉnh Bà Rịa - Vũng Tàu").astype(numbers)


def _organisations() -> pd.DataFrame:
    rows = [(LONG_NAME, 2, 4, 2090, 18.25, 0.1234), ("Tổ điện Tân Hưng", 1, 1, 210, None, None)]
    columns = ["organisation_name", "communes", "points", "households_behind", "line_km", "loss_share"]
    table = pd.DataFrame(rows, columns=pd.Index(columns))
    return table.assign(province_code="77", province_name="Tỉnh Bà Rịa - Vũng Tàu")


def _hamlets() -> pd.DataFrame:
    rows = [
        ("26608", "Xã Quảng Thành", "Huyện Châu Đức", 2, 100, 7.5),
        ("26590", "Xã Suối Nghệ", "Huyện Châu Đức", 3, 80, None),
    ]
    columns = ["commune_code", "commune_name", "district_name", "hamlets", "households_without_grid", "farthest_km"]
    return pd.DataFrame(rows, columns=pd.Index(columns)).set_index("commune_code")


def _unserved_hamlets() -> pd.DataFrame:
    """The five of `_hamlets`, one by one."""
    quang_thanh, suoi_nghe = ("26608", "Xã Quảng Thành", "Huyện Châu Đức"), ("26590", "Xã Suối Nghệ", "Huyện Châu Đức")
    rows = [
        ("26590-1", "Ấp Liên Lộc", *suoi_nghe, 40, None),
        ("26590-2", "Ấp Liên Sơn", *suoi_nghe, 25, None),
        ("26590-3", "Tổ 7 ấp Đức Trung", *suoi_nghe, 15, None),
        ("26608-1", "Ấp Quảng Phú", *quang_thanh, 70, 7.5),
        ("26608-2", "Ấp Tân Bang", *quang_thanh, 30, 2.04),
    ]
    columns = ["hamlet_code", "hamlet_name", "commune_code", "commune_name", "district_name",
               "households_without_grid", "grid_distance_km"]  # fmt: skip
    return pd.DataFrame(rows, columns=pd.Index(columns)).assign(lon=107.2, lat=10.6)


def _works() -> pd.DataFrame:
    rows = [
        ("2081-77-01", "Cấp điện các hộ dân ấp Liên Lộc và Liên Sơn, xã Suối Nghệ, huyện Châu Đức (giai đoạn 2)",
         "Xã Suối Nghệ", "Huyện Châu Đức", 80, 25, 4210.5, 0.35, pd.Timestamp(2022, 6, 30)),
        ("2081-77-02", "Lưới điện xã Quảng Thành", "Xã Quảng Thành", "Huyện Châu Đức", 100, 0, None, None, pd.NaT),
    ]  # fmt: skip
    columns = ["work_code", "work_name", "commune_name", "district_name", "households_planned", "households_connected",
               "cost_million_vnd", "progress_share", "completion_date"]  # fmt: skip
    table = pd.DataFrame(rows, columns=pd.Index(columns))
    return table.astype({"households_planned": "Int64", "households_connected": "Int64"})


def _findings(language: Language) -> pd.DataFrame:
    vi = language.code == "vi"
    sentence = (
        "Số hộ có điện lưới giảm từ 2.330 xuống 2.300."
        if vi
        else "Households with grid power fell from 2,330 to 2,300."
    )
    second = "Xã không báo cáo quý này." if vi else "The commune did not report this quarter."
    reason = "Tách hộ về xã bên cạnh, biên bản ngày 02/07/2021." if vi else "Households moved to the next commune."
    rows = [
        ("error", "Xã Suối Nghệ (Huyện Châu Đức)", "2021-Q2", sentence, reason, "Nguyễn Thị Hằng"),
        ("warning", "Xã Lộc An (Huyện Đất Đỏ)", "2021-Q2", second, "", ""),
    ]
    columns = ["severity", "place", "period", "sentence", "reason", "explained_by"]
    return pd.DataFrame(rows, columns=pd.Index(columns))


def _uploads() -> pd.DataFrame:
    accepted = datetime(2021, 7, 14, 1, 30, tzinfo=UTC)
    rows = [("khao_sat_BRVT_2021Q2_bản cuối (1).xlsx", "survey", "Trần Văn Được", accepted, 41)]
    return pd.DataFrame(rows, columns=pd.Index(["file_name", "kind", "accepted_by", "accepted_at", "batch_id"]))


def _notes(language: Language) -> tuple[IndicatorNote, ...]:
    if language.code == "vi":
        return (IndicatorNote("Tỷ lệ hộ có điện lưới", "T / N", "Số liệu 6 tháng đầu năm của EVNSPC, 30/06/2021"),)
    return (IndicatorNote("Share of households with grid power", "T / N", "EVNSPC half-year figures 30 June 2021"),)


def much_left(language: Language = VI) -> ProvinceReport:
    """Return a province with much to do; one of its communes did not report."""
    communes = _communes()
    vi = language.code == "vi"
    return ProvinceReport(
        province_code="77",
        province_name="Tỉnh Bà Rịa - Vũng Tàu",
        period=NOW,
        data_version="v7",
        data_date=date(2021, 7, 15),
        unit_list_date=date(2021, 7, 1),
        reported_in=(date(2021, 7, 1),),
        basis=pd.Series(EXACT, index=communes.index),
        partly_reported=(),
        unplaced=(),
        is_synthetic=True,
        communes=communes,
        history=_history(communes),
        unit_changes=pd.DataFrame({"valid_date": pd.to_datetime(["2021-04-10"]), "kind": ["renamed"]}),
        bulk_communes=_bulk_communes(),
        organisations=_organisations(),
        hamlets=_hamlets(),
        indicators=_notes(language),
        language=language,
        data_moment=datetime(2021, 7, 15, 2, 4, 5, tzinfo=UTC),
        figures=_figures(language),
        progress=_progress(language),
        works=_works(),
        findings=_findings(language),
        uploads=_uploads(),
        outlines=_outlines(communes),
        maps=_maps(communes, language),
        unserved_hamlets=_unserved_hamlets(),
        assessment=(
            ("Đến 30/06/2021, tỉnh có 21.000 hộ, trong đó 20.788 hộ có điện lưới.", "Còn 2.300 hộ sau công tơ tổng.")
            if vi
            else ("On 30/06/2021 the province had 21,000 households, 20,788 on the grid.", "2,300 are behind meters.")
        ),
        decisions=(
            ("Quyết định số 2081/QĐ-TTg ngày 08/11/2013 của Thủ tướng Chính phủ.",)
            if vi
            else ("Decision 2081/QĐ-TTg of 8 November 2013 of the Prime Minister.",)
        ),
        unit_events=(
            ("10/04/2021: Xã Phước Hải thành Thị trấn Phước Hải.",)
            if vi
            else ("10/04/2021: Xã Phước Hải became Thị trấn Phước Hải.",)
        ),
    )


def nothing_left(language: Language = VI) -> ProvinceReport:
    """Return a province where every household is on the grid and on direct sale, with nothing to list."""
    full = much_left(language)
    counts = full.communes.assign(households_all=1000, households_grid=1000, households_direct=1000)
    none = ["households_bulk", "households_shared", "households_offgrid", "households_without"]
    counts = counts.assign(**dict.fromkeys(none, 0), households_all_urban=0, households_grid_urban=0)
    communes = counts.assign(households_all_rural=1000, households_grid_rural=1000).astype(full.communes.dtypes)
    figures = tuple(
        replace(
            figure,
            numerator=7000 if figure.kind == "share" else 0,
            denominator=7000 if figure.kind == "share" else None,
            previous_numerator=7000 if figure.kind == "share" else 0,
            previous_denominator=7000 if figure.kind == "share" else None,
            communes_counted=7,
            target=None if figure.target is None else replace(figure.target, status=status.REACHED, gap=0, outlook=""),
        )
        for figure in full.figures
    )
    history = _history(communes).iloc[-1:]
    return replace(
        full,
        communes=communes,
        history=history,
        figures=figures,
        maps=_maps(communes, language),
        is_synthetic=False,
        bulk_communes=full.bulk_communes.iloc[:0],
        organisations=full.organisations.iloc[:0],
        hamlets=full.hamlets.iloc[:0],
        progress=full.progress.iloc[:0],
        unserved_hamlets=full.unserved_hamlets.iloc[:0],
        assessment=(),
        works=full.works.iloc[:0],
        findings=full.findings.iloc[:0],
        uploads=full.uploads.iloc[:0],
        decisions=(),
        unit_events=(),
        unit_changes=full.unit_changes.iloc[:0],
    )


def without_districts(language: Language = VI) -> ProvinceReport:
    """Return `much_left` told in a list of 2025: no districts, two communes of which hold parts of divided ones."""
    full = much_left(language)
    communes = full.communes.assign(district_code=None, district_name=None)
    basis = full.basis.copy()
    basis[["26590", "26608"]] = "decree"
    return replace(
        full,
        communes=communes,
        basis=basis,
        unit_list_date=date(2025, 7, 1),
        bulk_communes=full.bulk_communes.assign(
            district_name=None, is_estimated=[True, False, False], difference=pd.array([None, 0, -10], dtype="Int64")
        ),
        hamlets=full.hamlets.assign(district_name=None),
        unserved_hamlets=full.unserved_hamlets.assign(district_name=None),
        works=full.works.assign(district_name=None),
        partly_reported=("26608",),
        unplaced=("Xã Hòa Long",),
    )
