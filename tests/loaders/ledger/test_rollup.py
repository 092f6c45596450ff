"""Rolling up: what counts where, every rule broken and kept, and the sum of the parts."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.language import Language
from loaders.ledger.doubled import find_doubled, take_out_doubled, write_keys
from loaders.ledger.plan import Partition, RollupPlan
from loaders.ledger.problems import SENTENCES, as_issues
from loaders.ledger.rollup import PartialRollup, combine, roll_up
from loaders.ledger.stated import StatedPlaces
from tests.loaders.ledger.ledgers import (
    AN_PHU,
    IN_AN_PHU,
    IN_MY_DUC,
    IN_MY_PHU,
    MY_DUC,
    MY_PHU,
    OUTSIDE,
    outlines,
    parted,
    plan_of,
    row,
    write,
)

ELSEWHERE = {"commune_code": MY_PHU}
WITHOUT_OUTLINE = "30340"
NOWHERE: dict[str, Any] = {"commune_code": None}


def rolled(tmp_path: Path, places: StatedPlaces, *rows: dict[str, Any]) -> PartialRollup:
    path = write(tmp_path / "so_ho.parquet", rows)
    (only,) = parted(path)
    return roll_up(only, plan_of(path, places, tmp_path / "scratch"))


def found(rollup: PartialRollup) -> dict[tuple[str, str], int]:
    return {(code.removeprefix("ledger."), severity): p.count for (code, severity), p in rollup.problems.items()}


def communes(rollup: PartialRollup) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for (commune, *_), households in rollup.counts.items():
        counts[commune] += households
    return dict(counts)


def test_households_are_counted_by_commune_quarter_supply_and_area(tmp_path: Path, places: StatedPlaces) -> None:
    rows = [
        row("1", area="Nông thôn"),
        row("2", area="nong thon", supply_kind="SHBT"),
        row("3", area="urban", supply_kind="Công tơ tổng", period="15/05/2021"),
        row("4", area=None, supply_kind="none", period="Quý III/2021", commune_code=MY_PHU),
    ]
    rollup = rolled(tmp_path, places, *rows)
    assert rollup.counts == {
        (MY_DUC, "2021-Q2", "direct", "rural"): 2,
        (MY_DUC, "2021-Q2", "bulk", "urban"): 1,
        (MY_PHU, "2021-Q3", "none", ""): 1,
    }
    assert rollup.problems == {}
    assert rollup.rows == rollup.rows_counted == 4


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"household_code": None}, "household-missing"),
        ({"household_code": "   "}, "household-missing"),
        ({"period": None}, "period-unreadable"),
        ({"period": "2021-Q5"}, "period-unreadable"),
        ({"period": "31/02/2021"}, "period-unreadable"),
        ({"supply_kind": "hơi nước"}, "supply-unknown"),
        ({"supply_kind": None}, "supply-unknown"),
        ({"commune_code": "99999"}, "commune-unknown"),
        ({"commune_code": "889"}, "commune-unknown"),
        ({"commune_code": None}, "place-missing"),
    ],
)
def test_a_bad_row_is_told_and_not_counted(
    tmp_path: Path, places: StatedPlaces, changes: dict[str, Any], problem: str
) -> None:
    rollup = rolled(tmp_path, places, row("1"), row("2", **{"household_code": "2", **changes}), row("3"))
    assert found(rollup) == {(problem, "error"): 1}
    assert communes(rollup) == {MY_DUC: 2}
    (sample,) = rollup.problems[f"ledger.{problem}", "error"].samples
    assert (sample.file, sample.line) == ("so_ho.parquet", 2)


def test_an_unknown_area_is_a_warning_and_counts_by_the_unit(tmp_path: Path, places: StatedPlaces) -> None:
    rollup = rolled(tmp_path, places, row(area="miền núi"))
    assert found(rollup) == {("area-unknown", "warning"): 1}
    assert rollup.counts == {(MY_DUC, "2021-Q2", "direct", ""): 1}


def test_former_codes_and_names_are_followed(tmp_path: Path, places: StatedPlaces) -> None:
    # Xã Tân Kim of 2019 became a part of Thị trấn Cần Giuộc.
    names = {
        "commune_code": None,
        "province_name": "Long An",
        "district_name": "Cần Giuộc",
        "commune_name": "Xã Tân Kim",
    }
    rollup = rolled(tmp_path, places, row("1", **names), row("2", **{**names, "commune_name": "TT Cần Giuộc"}))
    assert len(communes(rollup)) == 1
    assert found(rollup) == {("commune-followed", "info"): 1}


@pytest.mark.parametrize(
    ("at", "problem", "counts"),
    [
        (IN_MY_DUC, "no-outline-elsewhere", MY_DUC),
        (IN_AN_PHU, "no-outline", WITHOUT_OUTLINE),
        (OUTSIDE, "no-outline", WITHOUT_OUTLINE),
    ],
)
def test_a_point_of_a_commune_without_an_outline_has_no_distance(
    tmp_path: Path, places: StatedPlaces, at: tuple[float, float], problem: str, counts: str
) -> None:
    rollup = rolled(tmp_path, places, row("1", at=at, commune_code=WITHOUT_OUTLINE), row("2", at=IN_MY_DUC))
    assert found(rollup) == {(problem, "warning"): 1}
    assert communes(rollup) == Counter([counts, MY_DUC])
    (told,) = rollup.problems.values()
    assert told.farthest_m is None
    assert [sample.distance_m for sample in told.samples] == [None]
    (issue,) = as_issues(rollup.problems, day="01/07/2021")
    assert "nan" not in issue.message(Language("en"))


def test_a_name_of_another_province_is_never_taken_for_one_here(tmp_path: Path, places: StatedPlaces) -> None:
    names = {"commune_code": None, "province_name": "Hà Nội", "commune_name": "Mỹ Đức"}
    here = {**names, "province_name": "An Giang", "district_name": "Châu Phú"}
    rollup = rolled(tmp_path, places, row("1", **names), row("2", **here))
    assert found(rollup) == {("commune-unknown", "error"): 1}
    assert communes(rollup) == {MY_DUC: 1}


@pytest.mark.parametrize(
    ("at", "changes", "problem", "counts"),
    [
        (IN_MY_DUC, {}, None, MY_DUC),
        (IN_MY_DUC, NOWHERE, None, MY_DUC),
        (IN_MY_DUC, {"commune_code": "99999"}, ("commune-unknown", "warning"), MY_DUC),
        (IN_MY_DUC, ELSEWHERE, ("point-elsewhere", "warning"), MY_DUC),
        ((105.099, 10.55), ELSEWHERE, ("point-near", "info"), MY_DUC),
        (IN_AN_PHU, {"commune_code": AN_PHU}, None, AN_PHU),
        (IN_AN_PHU, {}, ("point-far", "warning"), MY_DUC),
        ((105.203, 10.55), ELSEWHERE, None, MY_PHU),
        (IN_AN_PHU, NOWHERE, ("approximate-only", "error"), None),
        (OUTSIDE, {}, ("outside", "warning"), MY_DUC),
        ((105.05, 10.605), {}, ("outside-near", "info"), MY_DUC),
        (OUTSIDE, NOWHERE, ("outside", "error"), None),
        ((None, 10.55), {}, ("coordinates-missing", "info"), MY_DUC),
        ((None, None), NOWHERE, ("place-missing", "error"), None),
        ((float("nan"), 10.55), {}, ("coordinates-missing", "info"), MY_DUC),
        ((float("inf"), 10.55), {}, ("coordinates-infinite", "warning"), MY_DUC),
        ((105.05, float("-inf")), NOWHERE, ("coordinates-infinite", "error"), None),
        ((10.55, 105.05), ELSEWHERE, ("coordinates-swapped", "info"), MY_DUC),
        ((0.0, 0.0), {}, ("coordinates-out-of-range", "warning"), MY_DUC),
        ((0.0, 0.0), NOWHERE, ("coordinates-out-of-range", "error"), None),
        ((560_123.4, 1_165_432.1), {}, ("coordinates-metres", "warning"), MY_DUC),
        ((1_165_432.1, 560_123.4), NOWHERE, ("coordinates-metres", "error"), None),
    ],
)
def test_real_outlines_decide_and_approximate_ones_never_do(
    tmp_path: Path,
    places: StatedPlaces,
    at: tuple[float | None, float | None],
    changes: dict[str, Any],
    problem: tuple[str, str] | None,
    counts: str | None,
) -> None:
    rollup = rolled(tmp_path, places, row("0", at=IN_MY_DUC), row("1", at=at, **changes))
    # The point that was put right lies in another commune than its row states, and that is told beside.
    also = {("point-elsewhere", "warning"): 1} if problem == ("coordinates-swapped", "info") else {}
    assert found(rollup) == ({problem: 1} | also if problem else {})
    wanted = Counter([MY_DUC, *([counts] if counts else [])])
    assert communes(rollup) == wanted


def test_a_point_on_a_shared_border_counts_in_the_lower_code(tmp_path: Path, places: StatedPlaces) -> None:
    rollup = rolled(tmp_path, places, row("1", at=(105.1, 10.55), **NOWHERE))
    assert communes(rollup) == {MY_DUC: 1}


def test_distances_are_told_in_metres(tmp_path: Path, places: StatedPlaces) -> None:
    rollup = rolled(tmp_path, places, row("1", at=(105.05, 10.61)), row("2", at=(105.05, 10.70), **NOWHERE))
    (near,) = rollup.problems["ledger.outside", "warning"].samples
    # A hundredth of a degree of latitude is 1,106 m.
    assert near.distance_m == pytest.approx(1_106, abs=3)
    assert rollup.problems["ledger.outside", "error"].farthest_m == pytest.approx(11_060, abs=30)


def test_coordinates_are_read_from_texts_with_a_decimal_comma(tmp_path: Path, places: StatedPlaces) -> None:
    rows = [row(str(n), **NOWHERE, lon=lon, lat="10.55") for n, lon in enumerate(("105,05", "105.15 ", "kinh độ", ""))]
    rollup = rolled(tmp_path, places, *rows)
    assert communes(rollup) == {MY_DUC: 1, MY_PHU: 1}
    assert found(rollup) == {("coordinates-unreadable", "error"): 1, ("place-missing", "error"): 1}


@pytest.mark.parametrize("at", [(float("nan"), 10.55), (105.05, float("nan")), (float("nan"), float("inf"))])
def test_a_missing_number_among_good_ones_is_missing(
    tmp_path: Path, places: StatedPlaces, at: tuple[float, float]
) -> None:
    # Among good rows alone, the statistics of the file say that all its numbers are good.
    good = [row(str(n), at=(105.01 + n / 1000, 10.51 + n / 1000)) for n in range(50)]
    rollup = rolled(tmp_path, places, *good, row("x", at=at))
    assert found(rollup) == {("coordinates-missing", "info"): 1}


@pytest.mark.parametrize("order", [0, 1])
def test_points_of_geoparquet_are_read(tmp_path: Path, places: StatedPlaces, order: int) -> None:
    shapes: list[Any] = [shapely.Point(IN_MY_DUC), shapely.Point(IN_MY_PHU), None, shapely.LineString([(1, 2), (3, 4)])]
    rows = [
        row(str(n), commune_code=None, geometry=None if shape is None else shapely.to_wkb(shape, byte_order=order))
        for n, shape in enumerate(shapes)
    ]
    rollup = rolled(tmp_path, places, *rows)
    assert communes(rollup) == {MY_DUC: 1, MY_PHU: 1}
    assert found(rollup) == {("coordinates-unreadable", "error"): 1, ("place-missing", "error"): 1}


def test_days_are_read_as_their_quarter_however_many(tmp_path: Path, places: StatedPlaces) -> None:
    days = pd.date_range("2021-04-01", "2021-12-31")
    texts = [row(str(n), period=f"{day:%d/%m/%Y}") for n, day in enumerate(days)]
    rollup = rolled(tmp_path, places, *texts, row("x", period="32/13/2021"))
    quarters = {period: households for (_, period, _, _), households in rollup.counts.items()}
    assert quarters == {"2021-Q2": 91, "2021-Q3": 92, "2021-Q4": 92}
    assert found(rollup) == {("period-unreadable", "error"): 1}
    typed = rolled(tmp_path, places, *(row(str(n), period=day.date()) for n, day in enumerate(days)))
    assert typed.counts == rollup.counts


def test_only_the_first_examples_are_kept_and_all_are_counted(tmp_path: Path, places: StatedPlaces) -> None:
    path = write(tmp_path / "so_ho.parquet", [row(str(n), supply_kind="?") for n in range(500)])
    plan = plan_of(path, places, tmp_path, samples=3)
    rollup = combine([roll_up(part, plan) for part in reversed(parted(path, 100))], samples=3)
    problem = rollup.problems["ledger.supply-unknown", "error"]
    assert problem.count == 500
    assert [sample.line for sample in problem.samples] == [1, 2, 3]


def test_every_problem_of_a_rollup_has_a_sentence(tmp_path: Path, places: StatedPlaces) -> None:
    rng = np.random.default_rng(7)
    rollup = rolled(tmp_path, places, *(_drawn(rng, n) for n in range(400)))
    assert set(rollup.problems) <= set(SENTENCES)
    assert len(rollup.problems) > 12


def _drawn(rng: np.random.Generator, number: int) -> dict[str, Any]:
    """Return a row in which anything may be wrong."""

    def one_of(*values: Any) -> Any:
        return values[int(rng.integers(len(values)))]

    at = one_of(
        IN_MY_DUC, IN_MY_PHU, IN_AN_PHU, OUTSIDE, (0.0, 0.0), (None, None), (10.55, 105.05), (float("inf"), 1.0)
    )
    return {
        "household_code": one_of(f"H{number}", f"H{number // 3}", "", None),
        "period": one_of("2021-Q2", "2021-Q3", "Quý II/2021", "?"),
        "supply_kind": one_of("trực tiếp", "bulk", "NLMT", "không có điện", "?", None),
        "area": one_of("urban", "Nông thôn", None, "?"),
        "commune_code": one_of(MY_DUC, MY_PHU, AN_PHU, "99999", None),
        "lon": at[0],
        "lat": at[1],
    }


def whole(plan: RollupPlan, partitions: list[Partition], folder: Path) -> PartialRollup:
    """Roll a ledger up by its partitions, doubled households taken out."""
    keys = []
    for partition in partitions:
        keys.append(folder / f"keys_{len(partitions)}_{partition.number}.parquet")
        write_keys(partition, plan, keys[-1])
    doubled = folder / f"doubled_{len(partitions)}.parquet"
    find_doubled(partitions, keys, plan, doubled)
    rollup = combine([roll_up(partition, plan) for partition in partitions], samples=plan.samples)
    return take_out_doubled(rollup, partitions, plan, doubled)


@settings(max_examples=12, deadline=None)
@given(rows=st.integers(1, 300), seed=st.integers(0, 10_000), size=st.integers(1, 120))
def test_the_sum_of_the_parts_is_the_whole(
    tmp_path_factory: pytest.TempPathFactory, places: StatedPlaces, rows: int, seed: int, size: int
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    rng = np.random.default_rng(seed)
    path = write(folder / "so_ho.parquet", [_drawn(rng, n) for n in range(rows)], row_group=50)
    plan = plan_of(path, places, folder / "scratch")
    size = max(size, rows // 8)
    expected = whole(plan, parted(path), folder)
    partitions = parted(path, size)
    found = whole(plan, list(reversed(partitions)), folder)
    assert found.counts == expected.counts
    assert {key: problem.count for key, problem in found.problems.items()} == {
        key: problem.count for key, problem in expected.problems.items()
    }
    lines = [[(s.line, s.value) for s in problem.samples] for problem in expected.problems.values()]
    assert [[(s.line, s.value) for s in found.problems[key].samples] for key in expected.problems] == lines


def test_doubled_households_count_once_across_partitions(tmp_path: Path, places: StatedPlaces) -> None:
    rows = [
        row("A"),
        row("B"),
        row(" A ", supply_kind="bulk"),
        row("A", period="Quý II/2021", commune_code=MY_PHU),
        row("A", period="2021-Q3"),
    ]
    path = write(tmp_path / "so_ho.parquet", rows)
    rollup = whole(plan_of(path, places, tmp_path / "s"), parted(path, 2), tmp_path)
    assert rollup.counts == {(MY_DUC, "2021-Q2", "direct", ""): 2, (MY_DUC, "2021-Q3", "direct", ""): 1}
    problem = rollup.problems["ledger.household-doubled", "error"]
    assert [(sample.line, sample.value) for sample in problem.samples] == [(3, "A"), (4, "A")]
    assert rollup.rows - rollup.rows_counted == problem.count == 2


def test_a_ledger_without_doubled_households_is_left_alone(tmp_path: Path, places: StatedPlaces) -> None:
    path = write(tmp_path / "so_ho.parquet", [row(str(n)) for n in range(10)])
    plan = plan_of(path, places, tmp_path / "s")
    assert whole(plan, parted(path, 3), tmp_path) == roll_up(parted(path)[0], plan)


def test_it_equals_pandas(tmp_path: Path, places: StatedPlaces) -> None:
    rng = np.random.default_rng(3)
    kinds = {"trực tiếp": "direct", "CTT": "bulk", "chưa có": "none"}
    rows = [
        row(f"H{n}", commune_code=str(rng.choice([MY_DUC, MY_PHU])), supply_kind=str(rng.choice(list(kinds))))
        for n in range(5_000)
    ]
    path = write(tmp_path / "so_ho.parquet", rows)
    frame = pd.read_parquet(path)
    expected = frame.groupby(["commune_code", "period", frame["supply_kind"].map(kinds)]).size()
    rollup = roll_up(parted(path)[0], plan_of(path, places, tmp_path))
    assert {key[:3]: households for key, households in rollup.counts.items()} == expected.to_dict()


def test_plan_and_result_can_be_sent_to_another_process(tmp_path: Path, places: StatedPlaces) -> None:
    path = write(tmp_path / "so_ho.parquet", [row("1", at=IN_MY_PHU), row("2", at=OUTSIDE)])
    plan = plan_of(path, places, tmp_path)
    (only,) = parted(path)
    expected = roll_up(only, plan)
    assert plan.outlines is not None
    sent, part = pickle.loads(pickle.dumps((plan, only)))
    assert sent.outlines.version == plan.outlines.version
    assert pickle.loads(pickle.dumps(roll_up(part, sent))) == expected


def test_outlines_have_another_version_where_anything_of_them_differs() -> None:
    first = outlines()
    layer = first._layer
    moved = layer.set_geometry(layer.geometry.translate(0.001))
    real = layer.assign(is_approximate=False)
    versions = {first.version, outlines().version, type(first)(moved).version, type(first)(real).version}
    assert len(versions) == 3
