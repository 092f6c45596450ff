"""An office's own forms (biểu mẫu), and the returns that are shipped, filled with the figures of a workspace."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from coverage.report_files import ReportFiles
from geodata.errors import FigureError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.report_data import ProvinceReport
from loaders.reports import return_forms
from loaders.reports.form_filling import FilledForm, fill_form

_MONTH: Final = re.compile(r"(?:(\d{4})-(\d{1,2})|(\d{1,2})/(\d{4}))")


class OwnForms:
    """
    Fills forms.

    Parameters
    ----------
    files
        Builds the reports whose figures are filled in.
    """

    def __init__(self, files: ReportFiles) -> None:
        self._files = files

    def fill(
        self,
        content: bytes,
        file_name: str,
        province: str,
        period: Period,
        language: Language,
        *,
        as_of: datetime | None = None,
        told_on: date | None = None,
    ) -> FilledForm:
        """
        Return a form with the figures of a province and quarter; see `form_filling.fill_form`.

        Parameters
        ----------
        as_of, told_on
            As `ReportFiles.build` takes them.

        Raises
        ------
        FileError
            If the form cannot be used at all.
        PlaceError, FigureError
            If there is no such province, or it has no figures for the quarter.
        """
        report = self._files.build(province, period, language, as_of=as_of, told_on=told_on)
        return self.fill_report(content, file_name, report)

    @staticmethod
    def fill_report(content: bytes, file_name: str, report: ProvinceReport) -> FilledForm:
        """Return a form with the figures of a report that was built already."""
        return fill_form(content, file_name=file_name, report=report)


def shipped_form(form_id: str, language: Language) -> tuple[str, bytes]:
    """Return the file name and the content of a shipped return, its fields unfilled."""
    return f"{form_id}.xlsx", return_forms.write_return_form(return_forms.return_form(form_id), language)


def quarter_of(text: str) -> Period:
    """
    Return the quarter that a quarter's code or a month names.

    Monthly returns hold figures of a quarter's end: a month that ends no quarter has none.

    Raises
    ------
    FigureError
        If the text is neither, or a month that ends no quarter.

    Examples
    --------
    >>> [str(quarter_of(text)) for text in ("2021-Q2", "2021-06", "6/2021")]
    ['2021-Q2', '2021-Q2', '2021-Q2']
    """
    found = _MONTH.fullmatch(text.strip())
    if found is None:
        return Period.parse(text)
    year, month = int(found[1] or found[4]), int(found[2] or found[3])
    if month not in (3, 6, 9, 12):
        raise FigureError(
            "call.form-month",
            mark(
                "Figures are kept by quarter, at its last day: month {month}/{year} has none. Months with figures: 3, "
                "6, 9 and 12. Write 2021-Q2, or 2021-06."
            ),
            month=str(month),
            year=str(year),
        )
    return Period(year, month // 3)
