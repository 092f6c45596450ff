"""The tables of an approved programme in a province report, as texts for documents and .pdf."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from geodata.language import Language
from geodata.plan_data import PlanChapter
from loaders.reports.listing import CENTRE, LEFT, Column, Listing, Row


def years_of(chapter: PlanChapter, language: Language) -> Listing:
    """Return what the programme does in the province in each year, with its sums."""
    say, table = language.say, chapter.years
    columns = (
        Column(say("Year"), 16, CENTRE),
        Column(say("Points taken over"), 22),
        Column(say("Hamlets connected"), 22),
        Column(say("Households that gain"), 24),
        Column(say("Cost (million VND)"), 24),
        Column(say("Households remaining"), 24),
    )
    rows = [
        Row(
            (
                str(row["year"]),
                language.count(row["takeovers"]),
                language.count(row["connections"]),
                language.count(row["households"]),
                _millions(row["cost_vnd"], language),
                language.count(row["households_remaining"]),
            )
        )
        for row in table.to_dict("records")
    ]
    sums = table[["takeovers", "connections", "households"]].sum()
    counted = tuple(language.count(int(sums[name])) for name in sums.index)
    rows.append(Row((say("Total"), *counted, _millions(table["cost_vnd"].sum(), language), ""), is_sum=True))
    return Listing(say("What the approved programme does in the province, by year"), columns, tuple(rows))


def rows_of(chapter: PlanChapter, language: Language) -> Listing:
    """Return what the programme does in the province, one by one."""
    say = language.say
    columns = (
        Column(say("No."), 8, CENTRE),
        Column(say("Year"), 11, CENTRE),
        Column(say("Kind"), 15, LEFT),
        Column(say("Name"), 36, LEFT),
        Column(say("Commune"), 24, LEFT),
        Column(say("Households"), 13),
        Column(say("Cost (million VND)"), 16),
        Column(say("Pay-back (years)"), 14),
        Column(say("Why"), 50, LEFT),
    )
    rows = tuple(
        Row(
            (
                str(number),
                str(row["year"]),
                str(row["kind"]),
                str(row["name"]),
                str(row["commune_name"]),
                language.count(int(row["households"])),
                _millions(row["cost_vnd"], language),
                _number(row["payback_years"], language),
                ": ".join(text for text in (str(row["technology"] or ""), str(row["reason"] or "")) if text),
            )
        )
        for number, row in enumerate(chapter.rows.to_dict("records"), start=1)
    )
    title = say("What the approved programme does in the province, one by one")
    return Listing(title, columns, rows, is_wide=True)


def _millions(vnd: Any, language: Language) -> str:
    return language.decimal(Decimal(str(round(float(vnd) / 1e6, 1))), decimals=1)


def _number(value: Any, language: Language) -> str:
    return "" if pd.isna(value) else language.decimal(Decimal(str(round(float(value), 1))), decimals=1)
