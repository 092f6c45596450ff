"""Each rule of the consistency checks: what it finds and what it lets pass, on four communes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coverage import checks
from coverage.check_data import LIST_COLUMNS, SOURCE_COLUMNS, WORKS_COLUMNS, CheckData, CommuneBook
from coverage.findings import CheckRule, Finding, findings_table, read_rules
from coverage.published_ranges import PublishedFigure
from coverage.published_returns import StatedPercentage
from geodata.language import Language
from geodata.tables import HAMLET_COLUMNS
from geodata.units import COMPANY_CODE, Units
from loaders.reference.tables import load_check_rules
from tests.coverage.conftest import figures, points, row
from tests.coverage.test_published_ranges import count, share

FIRST, SECOND, THIRD = "2020-Q4", "2021-Q1", "2021-Q2"
WARD, TOWN, MY_DUC, MY_PHU = "29236", "30337", "30469", "30472"


@pytest.fixture(scope="module")
def rules() -> dict[str, CheckRule]:
    return read_rules(load_check_rules())


def quarters(*tables: tuple[str, list[dict[str, Any]]]) -> pd.DataFrame:
    return pd.concat([figures(*rows, period=period) for period, rows in tables], ignore_index=True)


def series(code: str, measure: str, *values: int | None, **fixed: int) -> pd.DataFrame:
    """Return a commune's measure in the three quarters; N and T are 1,000 unless they are what changes."""
    known = {"households_all": 1000, "households_grid": 1000, **fixed}
    return quarters(
        *(
            (period, [row(code, None, None, **{**known, **({} if value is None else {measure: value})})])
            for period, value in zip((FIRST, SECOND, THIRD), values, strict=False)
        )
    )


class Find:
    """Run one rule."""

    def __init__(self, units: Units, rules: dict[str, CheckRule]) -> None:
        self.units, self.rules = units, rules

    def __call__(self, code: str, table: pd.DataFrame, **more: Any) -> list[Finding]:
        return checks.find_all(CheckData(table, self.units, **more), {code: self.rules[code]})


@pytest.fixture
def find(units: Units, rules: dict[str, CheckRule]) -> Find:
    return Find(units, rules)


def places(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.area, one.period) for one in found]


def value(finding: Finding, name: str) -> int | str:
    return dict(finding.values)[name]


# ---- the registry


def test_every_rule_of_the_registry_has_its_function_and_the_other_way_round(rules: dict[str, CheckRule]) -> None:
    assert list(rules) == list(checks.RULES)
    assert all(rule.severity in ("error", "warning") for rule in rules.values())
    assert all(rule.is_assumption or (rule.limit_share is None) for rule in rules.values())


def test_assumed_limits_stand_in_the_sentence_of_their_rule(rules: dict[str, CheckRule]) -> None:
    for language in (Language("vi"), Language("en")):
        for rule in rules.values():
            for limit, name in ((rule.limit_share, "limit_share"), (rule.limit_households, "limit_households")):
                if limit is not None and rule.code != "share-moved":
                    assert rule.limits(language)[name] in rule.sentence(language), rule.code
    assert "0,1 điểm" in rules["share-moved"].sentence(Language("vi"))


# ---- within a quarter


@pytest.mark.parametrize(
    ("counts", "whole", "total"),
    [
        ({"households_direct": 800, "households_bulk": 300}, 1000, 1100),
        ({"households_direct": 1001}, 1000, 1001),
        ({"households_offgrid": 5, "households_without": 6}, 1000, 1011),
        ({"households_grid_urban": 600, "households_all_urban": 500}, 500, 600),
        ({"households_all_urban": 600, "households_all_rural": 500}, 1000, 1100),
    ],
)
def test_parts_that_exceed_their_whole_are_errors(find: Find, counts: dict[str, int], whole: int, total: int) -> None:
    [found] = find("parts-exceed-whole", figures(row(MY_DUC, 1000, 1000, **counts)))
    assert (found.area, found.severity, value(found, "whole"), value(found, "total")) == (
        MY_DUC,
        "error",
        whole,
        total,
    )


def test_parts_that_equal_their_whole_or_lack_one_pass(find: Find) -> None:
    whole = row(MY_DUC, 1010, 1000, 200, households_direct=800, households_offgrid=4, households_without=6)
    for code in ("parts-exceed-whole", "sum-differs"):
        assert find(code, figures(whole)) == []
        assert find(code, figures(row(MY_DUC, 1000, 900, 200))) == []


def test_parts_that_add_up_to_less_are_errors_where_all_are_reported(find: Find) -> None:
    short = row(MY_DUC, 1000, 990, 200, households_direct=780, households_offgrid=4, households_without=6)
    [found] = find("sum-differs", figures(short))
    assert value(found, "total") == 980
    sentence = found.sentence(Language("en"))
    assert sentence.startswith("Xã Mỹ Đức, Huyện Châu Phú, Tỉnh An Giang, Q2 2021: On direct sale 780 + ")
    assert '"With grid power" is 990' in sentence
    # With shared meters counted apart the sum is whole again.
    assert find("sum-differs", figures({**short, "households_shared": 10})) == []


# ---- over time


@pytest.mark.parametrize(
    ("code", "measure", "before", "passes", "found"),
    [
        ("grid-fell", "households_grid", 1000, 980, 979),
        ("direct-fell", "households_direct", 1000, 980, 979),
        ("bulk-rose", "households_bulk", 400, 420, 421),
        ("households-jump", "households_all", 1000, 1050, 1051),
        ("households-jump", "households_all", 1000, 950, 949),
        ("jump", "households_grid", 1000, 1200, 1201),
        ("jump", "households_bulk", 1000, 800, 799),
        ("jump", "households_without", 600, 480, 479),
    ],
)
def test_changes_are_found_beyond_the_limit_and_not_on_it(
    find: Find, code: str, measure: str, before: int, passes: int, found: int
) -> None:
    assert find(code, series(MY_DUC, measure, before, passes)) == []
    [one] = find(code, series(MY_DUC, measure, before, found))
    assert (one.area, one.period, one.measures[0]) == (MY_DUC, SECOND, measure)
    assert (value(one, "old"), value(one, "new"), value(one, "old_period")) == (before, found, FIRST)


def test_small_communes_change_by_few_households_without_a_finding(find: Find) -> None:
    assert find("grid-fell", series(MY_DUC, "households_grid", 40, 20)) == []
    assert find("households-jump", series(MY_DUC, "households_all", 100, 150)) == []


def test_households_without_the_grid_that_rise_are_found(find: Find) -> None:
    assert find("lacking-rose", series(MY_DUC, "households_grid", 950, 945)) == []
    assert find("lacking-rose", series(MY_DUC, "households_grid", 950, 940)) == []
    [found] = find("lacking-rose", series(MY_DUC, "households_grid", 950, 939))
    assert (value(found, "old"), value(found, "new"), value(found, "change")) == (50, 61, 11)


def test_figures_are_held_against_the_last_that_were_reported(find: Find) -> None:
    [found] = find("grid-fell", quarters((FIRST, [row(MY_DUC, 1000, 1000)]), (SECOND, [row(MY_PHU, 9, 9)]),
                                         (THIRD, [row(MY_DUC, 1000, 900)])))  # fmt: skip
    assert (found.period, value(found, "old_period")) == (THIRD, FIRST)


def test_shared_meters_counted_apart_for_the_first_time_are_no_fall_of_direct_sale(find: Find) -> None:
    before, after = row(MY_DUC, 1000, 1000, households_direct=1000), row(MY_DUC, 1000, 1000, households_direct=900)
    table = quarters((FIRST, [before]), (SECOND, [{**after, "households_shared": 100}]))
    assert find("direct-fell", table) == []
    assert len(find("direct-fell", quarters((FIRST, [before]), (SECOND, [after])))) == 1


def test_take_over_on_record_explains_its_jump_and_no_more(find: Find) -> None:
    table = series(MY_DUC, "households_bulk", 1000, 400)
    taken = {"commune_code": MY_DUC, "takeover_state": "taken_over"}
    whole = points({**taken, "households_behind": 600, "takeover_date": "2021-02-10"})
    assert len(find("jump", table)) == 1
    assert find("jump", table, points=whole) == []
    [found] = find("jump", table, points=whole.assign(households_behind=300))
    assert (value(found, "change"), value(found, "known")) == (300, 300)
    assert len(find("jump", table, points=whole.assign(takeover_date="2021-04-10"))) == 1


def test_divided_communes_are_not_held_against_earlier_quarters(find: Find) -> None:
    table = series(MY_DUC, "households_grid", 1000, 500)
    estimated = pd.DataFrame({"commune_code": [MY_DUC], "period": [FIRST]})
    assert len(find("grid-fell", table)) == 1
    assert find("grid-fell", table, estimated=estimated) == []


def test_quarter_that_stands_out_is_told_once(find: Find, units: Units, rules: dict[str, CheckRule]) -> None:
    table = series(MY_DUC, "households_grid", 1000, 100, 1005)
    [found] = find("spike", table)
    assert (found.period, value(found, "new"), value(found, "next"), value(found, "next_period")) == (
        SECOND,
        100,
        1005,
        THIRD,
    )
    every = checks.find_all(CheckData(table, units), rules)
    assert [one.rule.code for one in every if one.detail == "households_grid"] == ["spike"]
    assert find("spike", series(MY_DUC, "households_grid", 1000, 900, 800)) == []


def test_commune_that_stopped_reporting_is_found_with_its_last_quarter(find: Find) -> None:
    both = [row(MY_DUC, 1000, 990), row(MY_PHU, 1000, 990)]
    found = find("commune-stopped", quarters((FIRST, both), (SECOND, both[:1]), (THIRD, both[:1])))
    assert places(found) == [(MY_PHU, THIRD), (MY_PHU, SECOND)]
    assert value(found[0], "last_period") == FIRST
    assert find("commune-stopped", quarters((FIRST, both[:1]), (SECOND, both))) == []


def test_silent_district_and_province_are_one_finding_each(find: Find) -> None:
    an_giang = [row(code, 1000, 990) for code in (TOWN, MY_DUC, MY_PHU)]
    ward = [row(WARD, 1000, 990)]
    [district] = find("commune-stopped", quarters((FIRST, an_giang + ward), (SECOND, an_giang[:1] + ward)))
    assert (district.area, value(district, "communes")) == ("889", 2)
    [province] = find("commune-stopped", quarters((FIRST, an_giang + ward), (SECOND, ward)))
    assert (province.area, value(province, "communes")) == ("89", 3)


def test_measure_that_stopped_is_found_where_others_are_reported(find: Find) -> None:
    table = series(MY_DUC, "households_bulk", 100, None)
    [found] = find("measure-stopped", table)
    assert (found.area, found.detail) == (MY_DUC, "households_bulk")
    assert '"Sau công tơ tổng"' in found.sentence(Language("vi"))
    assert find("measure-stopped", quarters((FIRST, [row(MY_DUC, 9, 9)]), (SECOND, [row(MY_PHU, 9, 9)]))) == []


def test_district_that_copied_the_quarter_before_is_found(units: Units, rules: dict[str, CheckRule]) -> None:
    rows = [("8891", 3, f"Xã {n}", "xa", "889") for n in range(3)]
    more = pd.DataFrame(
        [(f"3050{n}", level, name, kind, parent) for n, (_, level, name, kind, parent) in enumerate(rows)],
        columns=pd.Index(["code", "level", "name", "kind", "parent_code"]),
    ).assign(is_rural=True)
    bigger = Units(
        pd.concat([units.table[units.table["code"].str.len() < 5], more], ignore_index=True), date(2021, 7, 1)
    )
    same = [row(f"3050{n}", 1000 + n, 990) for n in range(3)]
    find = Find(bigger, rules)
    [found] = find("copied", quarters((FIRST, same), (SECOND, same)))
    assert (found.area, value(found, "communes")) == ("889", 3)
    assert find("copied", quarters((FIRST, same), (SECOND, [*same[:2], row("30502", 1002, 991)]))) == []
    assert find("copied", quarters((FIRST, same[:2]), (SECOND, same[:2]))) == []


# ---- between levels


def test_share_that_moved_because_a_commune_is_silent_is_found(find: Find) -> None:
    good, poor = row(MY_DUC, 1000, 1000), row(MY_PHU, 1000, 500)
    [province, company] = sorted(
        find("share-moved", quarters((FIRST, [good, poor]), (SECOND, [good]))), key=lambda one: len(one.area)
    )
    assert (province.area, company.area) == ("89", COMPANY_CODE)
    assert (value(province, "moved_points"), value(province, "explained_points")) == ("+25.00", "+0.00")
    assert "percentage points" in province.sentence(Language("en"))


def test_share_that_its_communes_explain_passes(find: Find) -> None:
    before = [row(MY_DUC, 1000, 900), row(MY_PHU, 1000, 500)]
    after = [row(MY_DUC, 1010, 1000), row(MY_PHU, 1010, 700)]
    assert find("share-moved", quarters((FIRST, before), (SECOND, after))) == []


# ---- between sources


def test_bulk_points_are_held_against_the_commune_survey(find: Find) -> None:
    table = figures(row(MY_DUC, 1000, 1000, 400))
    for behind, number in ((400, 0), (380, 0), (379, 1), (421, 0), (422, 1)):
        held = points({"commune_code": MY_DUC, "households_behind": behind})
        assert len(find("bulk-points", table, points=held)) == number, behind
    taken = {"takeover_state": "taken_over", "takeover_date": "2021-05-10"}
    [found] = find("bulk-points", table, points=points({"commune_code": MY_DUC, "households_behind": 400, **taken}))
    assert (value(found, "reported"), value(found, "recorded")) == (400, 0)


def test_communes_with_bulk_households_and_no_point_are_one_finding_a_province(find: Find) -> None:
    table = figures(row(MY_DUC, 1000, 1000, 400), row(MY_PHU, 1000, 1000, 9), row(WARD, 900, 900, 50))
    in_ward = points({"commune_code": WARD, "households_behind": 50})
    assert find("bulk-unrecorded", table) == []
    [found] = find("bulk-unrecorded", table, points=in_ward)
    assert (found.area, value(found, "reported"), value(found, "communes")) == ("89", 409, 2)
    assert "Xã Mỹ Đức, Xã Mỹ Phú." in found.sentence(Language("vi"))
    assert find("bulk-points", table, points=in_ward) == []


@pytest.mark.parametrize(("ledger", "number"), [(1000, 0), (980, 0), (979, 1), (1021, 1)])
def test_household_ledger_is_held_against_the_commune_survey(find: Find, ledger: int, number: int) -> None:
    pair = pd.DataFrame([(MY_DUC, THIRD, "households_grid", 1000, ledger)], columns=pd.Index(SOURCE_COLUMNS))
    assert len(find("ledger-differs", figures(row(MY_DUC, 1000, 1000)), by_source=pair)) == number


def test_reports_in_two_lists_that_differ_are_found_with_their_days(find: Find) -> None:
    pair = pd.DataFrame(
        [(MY_DUC, THIRD, "households_grid", "2021-07-01", 1000, "2025-07-01", 900)], columns=pd.Index(LIST_COLUMNS)
    )
    [found] = find("two-lists", figures(row(MY_DUC, 1000, 1000)), by_list=pair)
    assert "1,000 by the list of 01/07/2021, 900 by that of 01/07/2025" in found.sentence(Language("en"))


def test_hamlets_and_works_are_held_against_the_households_that_lack_the_grid(find: Find) -> None:
    table = quarters((FIRST, [row(MY_DUC, 1000, 900)]), (SECOND, [row(MY_DUC, 1000, 950)]))
    for households, number in ((60, 0), (61, 1)):
        hamlets = pd.DataFrame(
            [{"hamlet_code": "H", "commune_code": MY_DUC, "households_without_grid": households}],
            columns=pd.Index(HAMLET_COLUMNS),
        )
        assert places(find("hamlets-exceed", table, hamlets=hamlets)) == [(MY_DUC, SECOND)] * number
        works = pd.DataFrame([(MY_DUC, households + 40, 40)], columns=pd.Index(WORKS_COLUMNS))
        assert places(find("works-exceed", table, works=works)) == [(MY_DUC, SECOND)] * number


def test_own_count_of_communes_is_found_while_entries_are_open(find: Find) -> None:
    table = figures(row(MY_DUC, 1000, 950))
    [found] = find("commune-count", table, books=[CommuneBook(THIRD, 2503, 2484, 19)])
    assert (found.area, value(found, "open")) == (COMPANY_CODE, 19)
    assert find("commune-count", table, books=[CommuneBook(THIRD, 2503, 2484, 0)]) == []


# ---- publications


def named(figure: PublishedFigure, part: str, whole: str | None = None) -> PublishedFigure:
    return PublishedFigure(figure.name, part, whole, figure.value, figure.unit, figure.decimals)


def test_published_figures_that_contradict_each_other_are_found(find: Find) -> None:
    published = [
        named(count("all", "18.43", "million"), "households_all"),
        named(count("grid", "14.9", "million"), "households_grid"),
        named(share("grid", "all", "84.15"), "households_grid", "households_all"),
    ]
    table = figures(row(MY_DUC, 1000, 950))
    [found] = find("published-contradiction", table, published={THIRD: published})
    assert value(found, "figures") == 3
    assert "84,15%" in found.sentence(Language("vi"))
    assert find("published-contradiction", table, published={THIRD: published[:2]}) == []


def test_percentage_that_its_exact_counts_contradict_is_found(find: Find) -> None:
    percent = PublishedFigure("late", "l", "r", Decimal("84.15"), "percent", 2, "Trễ hạn", "Late")
    table = figures(row(MY_DUC, 1000, 950))
    [found] = find("percent-contradicts", table, stated=[StatedPercentage(THIRD, 1490, 1843, percent)])
    assert "Trễ hạn: 1.490 trên 1.843 là 80,85%, nhưng số được nêu là 84,15%." in found.sentence(Language("vi"))
    assert find("percent-contradicts", table, stated=[StatedPercentage(THIRD, 1551, 1843, percent)]) != []
    assert find("percent-contradicts", table, stated=[StatedPercentage(THIRD, 8415, 10000, percent)]) == []


def test_own_sum_outside_the_published_range_is_found_where_all_reported(find: Find) -> None:
    published = {THIRD: [named(count("grid", "4.0", "thousand"), "households_grid")]}
    all_four = [row(code, 1000, 1000) for code in (WARD, TOWN, MY_DUC, MY_PHU)]
    assert find("outside-published", figures(*all_four), published=published) == []
    [found] = find("outside-published", figures(*all_four[:3], row(MY_PHU, 1000, 949)), published=published)
    assert (value(found, "own"), value(found, "low"), value(found, "high")) == (3949, 3950, 4049)
    assert find("outside-published", figures(*all_four[:3]), published=published) == []


# ---- findings


def test_key_stays_while_the_values_do_and_changes_with_them(find: Find) -> None:
    [first] = find("grid-fell", series(MY_DUC, "households_grid", 1000, 900))
    [again] = find("grid-fell", series(MY_DUC, "households_grid", 1000, 900, 905))
    [other] = find("grid-fell", series(MY_DUC, "households_grid", 1000, 901))
    assert first.key == again.key != other.key
    assert first.subject == other.subject
    assert first.key.startswith(f"grid-fell:{SECOND}:{MY_DUC}:")


def test_findings_of_an_area_are_those_within_it(find: Find, units: Units) -> None:
    table = quarters(
        (FIRST, [row(WARD, 1000, 1000), row(MY_DUC, 1000, 1000), row(TOWN, 1000, 1000)]),
        (SECOND, [row(WARD, 1000, 900), row(MY_DUC, 1000, 900), row(TOWN, 1000, 900)]),
    )
    found = find("grid-fell", table)
    inside = {area: [one.area for one in checks.in_area(found, area, units)] for area in ("89", "889", MY_DUC, "84")}
    assert inside == {"89": [TOWN, MY_DUC], "889": [MY_DUC], MY_DUC: [MY_DUC], "84": [WARD]}
    assert len(checks.in_area(found, COMPANY_CODE, units)) == 3


def test_table_for_reports_says_what_stands_in_both_languages(find: Find) -> None:
    found = find("grid-fell", series(MY_DUC, "households_grid", 1000, 900))
    for code in ("vi", "en"):
        [line] = findings_table(found, Language(code)).to_dict("records")
        assert (line["severity"], line["reason"], line["explained_by"]) == ("warning", "", "")
        assert line["sentence"] == found[0].sentence(Language(code))
    assert findings_table([], Language("vi")).empty


@given(st.permutations(range(12)))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_of_rows_never_matters(units: Units, rules: dict[str, CheckRule], order: list[int]) -> None:
    counts = {FIRST: 1000, SECOND: 700, THIRD: 1000}
    table = quarters(
        *(
            (period, [row(code, 1000, grid - 9 * n, 50 * n) for n, code in enumerate((WARD, TOWN, MY_DUC, MY_PHU))])
            for period, grid in counts.items()
        )
    )
    expected = [one.key for one in checks.find_all(CheckData(table, units), rules)]
    assert len(expected) > 4
    shuffled = table.iloc[order].reset_index(drop=True)
    assert [one.key for one in checks.find_all(CheckData(shuffled, units), rules)] == expected


def test_figures_that_add_up_and_stay_give_no_finding(units: Units, rules: dict[str, CheckRule]) -> None:
    def commune(code: str, quarter: int) -> dict[str, Any]:
        return row(
            code,
            1000 + quarter,
            980 + quarter,
            100,
            households_direct=880 + quarter,
            households_offgrid=5,
            households_without=15,
            households_all_urban=0,
            households_all_rural=1000 + quarter,
            households_grid_urban=0,
            households_grid_rural=980 + quarter,
        )

    codes = (WARD, TOWN, MY_DUC, MY_PHU)
    table = quarters(*((p, [commune(code, n) for code in codes]) for n, p in enumerate((FIRST, SECOND, THIRD))))
    assert checks.find_all(CheckData(table, units), rules) == []


def test_nothing_is_found_where_nothing_was_reported(units: Units, rules: dict[str, CheckRule]) -> None:
    assert checks.find_all(CheckData(figures(), units), rules) == []


def test_every_rule_has_a_heading_in_the_methods(rules: dict[str, CheckRule]) -> None:
    methods = (Path(__file__).parents[2] / "docs" / "methods.md").read_text(encoding="utf-8")
    assert [code for code in rules if f"\n### `{code}`\n" not in methods] == []
