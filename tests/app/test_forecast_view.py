"""The view of progress that tells when targets are reached."""

from __future__ import annotations

import pytest

from coverage.forecast import RANGE, REACHED, Forecast
from coverage.pages._forecast import against_due, likelihood
from geodata.language import Language
from geodata.periods import Period
from tests.app.conftest import Run

DUE = Period(2025, 4)

Ends = tuple[Period, Period | None, Period | None]


def test_provinces_and_the_company_have_ranges_works_and_a_backtest(run: Run) -> None:
    page = run("progress", view="reached")
    assert not page.exception
    assert any("xác suất 80%" in block.value for block in page.markdown)
    forecasts, works, errors = (frame.value for frame in page.dataframe)
    assert len(forecasts) == 21
    assert forecasts["Thời điểm đạt"].str.contains(r"quý (?:I|II|III|IV)/20\d\d|không đạt").all()
    assert forecasts["Công trình đã biết (hộ)"].sum() == works["Còn phải cấp điện"].sum() > 1000
    assert works["Căn cứ"].str.contains("giả định").any()
    assert errors.set_index("Phương pháp").loc["giữ nguyên"].eq("100%").all()


def test_chance_and_method_are_chosen_and_stay_in_the_address(run: Run) -> None:
    page = run("progress", view="reached", area="89", chance="0.5", method="trend", lang="en")
    assert not page.exception
    assert any("chance 50%" in block.value for block in page.markdown)
    assert set(page.dataframe[0].value["Method"]) == {"Theil–Sen trend"}
    assert "0.7" in run("progress", view="reached", chance="0.7").error[0].value


def test_without_a_target_nothing_is_foretold(run: Run) -> None:
    page = run("progress", view="reached", measure="bulk_households")
    assert not page.exception
    assert "mục tiêu" in page.info[0].value


@pytest.mark.parametrize(
    ("forecast", "text"),
    [
        (Forecast(REACHED), "in time"),
        (Forecast(RANGE, Period(2022, 1), Period(2023, 1), DUE, bands={"low": None}), "in time"),  # type: ignore[dict-item]
        (Forecast(RANGE, DUE, None, None, bands={"low": None}), "in time or late"),  # type: ignore[dict-item]
        (Forecast(RANGE, DUE.next(), None, None, bands={"low": None}), "late"),  # type: ignore[dict-item]
        (Forecast("not_at_this_pace", bands={"low": None}), "late"),  # type: ignore[dict-item]
        (Forecast("too_short"), "–"),
    ],
)
def test_a_range_is_held_against_the_due_quarter(forecast: Forecast, text: str) -> None:
    assert against_due(forecast, DUE, Language("en")) == text


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ((DUE, DUE, DUE), "in time, the range ends by then."),
        ((DUE.next(), None, None), "late, the range begins after it."),
        ((Period(2022, 1), Period(2023, 1), None), "more likely in time than late."),
        ((Period(2022, 1), DUE, None), "about as likely in time as late."),
        ((Period(2022, 1), DUE.next(), None), "more likely late than in time."),
        ((Period(2022, 1), None, None), "more likely late than in time."),
    ],
)
def test_the_middle_of_a_range_tells_how_likely_it_is_in_time(ends: Ends, told: str) -> None:
    forecast, english = Forecast(RANGE, *ends, bands={"low": None}), Language("en")  # type: ignore[dict-item]
    text = likelihood(forecast, DUE, english)
    assert text.endswith(f"Due {english.period(DUE)}: {told}")
    assert text.startswith("As likely before as after") == (ends[1] is not None)
    assert likelihood(Forecast(REACHED), DUE, english) == ""
