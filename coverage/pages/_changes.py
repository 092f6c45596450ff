"""What an upload changes, on the page: single values, the totals of the provinces, and where on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from coverage.changes import CHANGED, NEW, UNCHANGED
from coverage.pages import _cache, _maps, _names, _tables
from coverage.pages._uploads import Upload
from coverage.record_changes import RECORDS
from coverage.surveys import Effect, FigureProposal, Proposal, RecordProposal
from geodata.language import Language
from geodata.periods import Period
from geodata.units import Units

_ROWS_SHOWN = 200


def draw(proposal: Proposal, upload: Upload) -> None:
    """Draw what is new or changed."""
    if isinstance(proposal, FigureProposal):
        _draw_figures(proposal, upload.language)
    else:
        _draw_records(proposal, upload.language)
    if not proposal.template.has_places:
        return
    # As heavy as the map of the overview, so only where it is asked for.
    if st.toggle(upload.language.say("Map of what the file touches"), key=f"touched_{upload.id}"):
        _draw_map(proposal, upload.language)


def _draw_figures(proposal: FigureProposal, language: Language) -> None:
    say, changes = language.say, proposal.changes
    different = changes[changes["change"] != UNCHANGED]
    units = _units(proposal)
    names = units.by_code["full_name"]
    shown = _tables.with_separators(different, language, ["old", "new"])
    table = pd.DataFrame(
        {
            say("Commune"): shown["commune_code"].map(names),
            say("Quarter"): [language.period(Period.parse(code)) for code in shown["period"]],
            say("Figure"): [say(_names.MEASURES[measure]) for measure in shown["measure"]],
            say("Until now"): shown["old"],
            say("New"): shown["new"],
        }
    )
    st.dataframe(table, width="stretch", hide_index=True)
    for effect in proposal.effects:
        _draw_effect(effect, str(units.find(effect.province_code)["full_name"]), language)


def _units(proposal: Proposal) -> Units:
    """Return the list in which the communes of the file were sought."""
    return _cache.units_on(proposal.reading.list_date.isoformat())


def _draw_effect(effect: Effect, name: str, language: Language) -> None:
    say = language.say
    st.write(f"**{name}, {language.period(Period.parse(effect.period))}**")
    rows = [
        {
            say("Indicator"): figure.indicator.title(language),
            say("Until now"): effect.before[code].display(language) if code in effect.before else "–",
            say("After acceptance"): figure.display(language),
            say("Difference"): _tables.change_text(effect.before.get(code), figure, language) or "",
        }
        for code, figure in effect.after.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def _draw_records(proposal: RecordProposal, language: Language) -> None:
    say, cells = language.say, proposal.changes.cells
    names = _units(proposal).by_code["full_name"]
    headers = {column.key: column.header(language) for column in proposal.template.columns}
    headers["commune_code"] = say("Commune")
    if len(cells):
        communes = {say("Commune"): cells["commune_code"].map(names)} if proposal.template.has_places else {}
        table = pd.DataFrame(
            {
                say("Row"): cells["record"],
                **communes,
                say("Column"): [headers.get(name, name) for name in cells["column"]],
                say("Until now"): cells["old"],
                say("New"): cells["new"],
            }
        )
        st.dataframe(table, width="stretch", hide_index=True)
    for province, effect in proposal.effect.groupby("province_code"):
        st.write(f"**{names[str(province)]}**")
        st.dataframe(_effect_table(effect, proposal, language), hide_index=True, width="stretch")
    with st.expander(say("First rows as they were understood")):
        records = proposal.reading.records.head(_ROWS_SHOWN)
        st.dataframe(records.rename(columns=headers), hide_index=True, width="stretch")


def _effect_table(effect: pd.DataFrame, proposal: RecordProposal, language: Language) -> pd.DataFrame:
    say = language.say

    def name(what: str, choice: str) -> str:
        if what == RECORDS:
            return say("Rows in all")
        column = proposal.template.column(what)
        words = dict(column.choices).get(choice, ())
        said = words[0] if words and language.code == "vi" else choice
        return f"{column.header(language)}: {said}" if choice else column.header(language)

    names = [name(what, choice) for what, choice in zip(effect["what"], effect["choice"], strict=True)]
    difference = effect["after"] - effect["before"]
    return pd.DataFrame(
        {
            say("Total"): names,
            say("Until now"): [language.count(int(n)) for n in effect["before"]],
            say("After acceptance"): [language.count(int(n)) for n in effect["after"]],
            say("Difference"): [("+" if n > 0 else "") + language.count(int(n)) if n else "" for n in difference],
        }
    )


def _draw_map(proposal: Proposal, language: Language) -> None:
    workspace = _cache.workspace()
    home, version = str(workspace.home), str(workspace.data_version())
    units, told_on = _units(proposal), proposal.reading.list_date.isoformat()
    shapes = _cache.layer_version(home, version, told_on)
    document = _cache.map_document(shapes, told_on, language.code, workspace.settings.tiles_url)
    kinds, labels, numbers = _touched(proposal, language)
    provinces = units.communes["province_code"].reindex(kinds.index.unique()).dropna()
    paint = _maps.paint_of_changes(
        kinds, labels, numbers, units, language, areas=sorted(provinces.astype(str).unique())
    )
    _maps.show_map(document, f"{shapes}-{language.code}", paint, language, height=480)


def _touched(proposal: Proposal, language: Language) -> tuple[pd.Series, Sequence[str], Mapping[str, Sequence[Any]]]:
    """Return the change of each thing by its commune, and the numbers that the map shows for a commune."""
    if isinstance(proposal, FigureProposal):
        changes = proposal.changes
        own = {str(code): found.set_index("measure")["new"] for code, found in changes.groupby("commune_code")}
        shown = {code: [found.get(measure) for measure in _maps.FIGURES_SHOWN] for code, found in own.items()}
        labels = [language.say(_names.MEASURES[measure]) for measure in _maps.FIGURES_SHOWN]
        return changes.set_index("commune_code")["change"], labels, shown
    communes = proposal.reading.records["commune_code"]
    counts = pd.crosstab(communes, proposal.changes.kinds).reindex(columns=[NEW, CHANGED, UNCHANGED], fill_value=0)
    numbers = {str(code): row.tolist() for code, row in counts.iterrows()}
    labels = [language.say("new rows"), language.say("changed rows"), language.say("unchanged rows")]
    return proposal.changes.kinds.set_axis(communes), labels, numbers
