"""Data and boundaries: every upload with its state, boundary layers, published figures, and where it all lies."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from coverage.pages import _cache, _ledgers, _state
from geodata.boundary_quality import communes_missing
from geodata.errors import PhuDienError, mark
from geodata.language import Language
from geodata.units import RELIABLE_POINTS
from loaders.boundary_files import SUFFIXES
from loaders.store.batches import (
    ACCEPTED,
    BOUNDARIES,
    BULK_POINTS,
    COMMUNE_LISTS,
    DRAFT,
    FIGURES,
    HAMLETS,
    HOUSEHOLDS,
    LEDGER,
    WITHDRAWN,
    WORKS,
    Batch,
)

_KIND_NAMES = {
    FIGURES: mark("commune survey"),
    BULK_POINTS: mark("bulk-purchase points"),
    HAMLETS: mark("unserved hamlets"),
    BOUNDARIES: mark("boundaries"),
    HOUSEHOLDS: mark("household survey"),
    WORKS: mark("works progress"),
    LEDGER: mark("household ledger"),
    COMMUNE_LISTS: mark("own commune list"),
}
_STATE_NAMES = {DRAFT: mark("draft"), ACCEPTED: mark("accepted"), WITHDRAWN: mark("withdrawn")}


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    say = choices.language.say
    uploads, boundaries, place = st.tabs([say("Uploads"), say("Boundaries"), say("Where the data lie")])
    with uploads:
        _draw_uploads(choices.language)
    with boundaries:
        _draw_boundaries(choices)
    with place:
        _draw_place(choices)


def _draw_uploads(language: Language) -> None:
    say, stored = language.say, _cache.workspace().batches()
    if not stored:
        st.info(say("Nothing has been uploaded yet."))
        return
    table = pd.DataFrame(
        {
            say("Batch"): [str(batch.id) for batch in stored],
            say("Kind"): [say(_KIND_NAMES[batch.kind]) for batch in stored],
            say("File"): [batch.file_name for batch in stored],
            say("State"): [say(_STATE_NAMES[batch.state]) for batch in stored],
            say("Rows"): [language.count(batch.rows_valid) for batch in stored],
            say("Uploaded by"): [batch.created_by for batch in stored],
            say("Uploaded at"): [language.moment(_cache.local_time(batch.created_at)) for batch in stored],
            say("Synthetic"): [say("yes") if batch.is_synthetic else "" for batch in stored],
            say("Reason"): [batch.state_reason or "" for batch in stored],
        }
    )
    st.dataframe(table, width="stretch", hide_index=True)
    chosen = st.selectbox(
        say("Batch"), stored, format_func=lambda batch: f"{batch.id}: {batch.file_name}", key="batch_chosen"
    )
    _draw_batch(chosen, language)


def _draw_batch(batch: Batch, language: Language) -> None:
    say, workspace = language.say, _cache.workspace()
    is_ledger = batch.kind == LEDGER
    if is_ledger:
        _ledgers.draw_ledger(batch, language)
    asked = say("Prepare the roll-up (.parquet)") if is_ledger else say("Prepare the file as it was uploaded")
    if st.button(asked, key=f"prepare_{batch.id}"):
        name, content = workspace.batch_file(batch.id)
        st.download_button(say("Download {name}", name=name), content, file_name=name)
    if batch.state == WITHDRAWN:
        return
    with st.form(f"withdraw_{batch.id}"):
        st.write(say("Withdraw this batch: its figures stop counting, those before it count again; it stays stored."))
        user = _state.user_name(language, key=f"batch_{batch.id}")
        reason = st.text_input(say("Reason"), key=f"reason_{batch.id}")
        if st.form_submit_button(say("Withdraw")):
            if not user:
                st.error(say("Write your name first: every decision is stored with who made it."))
                return
            workspace.withdraw(batch.id, user=user, reason=reason)
            st.rerun()


def _draw_boundaries(choices: _state.Choices) -> None:
    say, language, workspace = choices.language.say, choices.language, _cache.workspace()
    layers = workspace.boundary_layers()
    rows = [
        {
            say("Layer"): record.file_name,
            say("Unit list of"): language.day(date.fromisoformat(record.unit_list_date)),
            say("Communes"): language.count(record.units_matched),
            say("CRS of the file"): record.source_crs,
            say("Added by"): record.created_by,
            say("Added at"): language.moment(_cache.local_time(record.created_at)),
        }
        for record in layers
    ]
    rows.append(
        {
            say("Layer"): say("Approximate boundaries (shipped)"),
            say("Unit list of"): language.day(workspace.units.list_date),
            say("Communes"): language.count(len(workspace.units.communes)),
            say("CRS of the file"): "EPSG:4326",
            say("Added by"): "–",
            say("Added at"): "–",
        }
    )
    st.dataframe(pd.DataFrame(rows), width="stretch", hide_index=True)
    st.caption(
        say(
            "The map shows the newest real outline of each commune, and an approximate cell for the others. Layers of "
            "another unit list are kept; they are not drawn under figures of this one."
        )
    )
    st.subheader(say("Add real boundaries"))
    user = _state.user_name(language, key="boundaries")
    file = st.file_uploader(
        say("Boundary file: GeoJSON, GeoPackage, zipped shapefile, GeoParquet"),
        type=[suffix[1:] for suffix in SUFFIXES],
        key="boundary_file",
    )
    day = st.date_input(
        say("Day whose boundaries it shows (leave empty if its codes and names tell)"), value=None, format="DD/MM/YYYY"
    )
    if st.button(say("Check and add"), type="primary", disabled=file is None or not user, key="add_boundaries"):
        assert file is not None
        _add_boundaries(file.getvalue(), file.name, day, user, language)


def _add_boundaries(content: bytes, name: str, day: date | None, user: str, language: Language) -> None:
    say, workspace = language.say, _cache.workspace()
    try:
        _, layer = workspace.add_boundaries(content, name, user=user, valid_on=day)
    except PhuDienError as error:
        st.error(language.explain(error))
        return
    st.success(
        say(
            "Added: {found} communes of the list of {day}. Features not recognised: {unmatched}.",
            found=len(layer.communes),
            day=language.day(layer.units.list_date),
            unmatched="; ".join(layer.unmatched) or "0",
        )
    )
    names = layer.units.by_code["full_name"]
    for province, codes in communes_missing(layer.communes, layer.units).items():
        listed = ", ".join(names[code] for code in codes[:10]) + (" …" if len(codes) > 10 else "")
        st.warning(
            say(
                "{province}: {n} communes are not in the file ({listed}).",
                province=names[province],
                n=len(codes),
                listed=listed,
            )
        )


def _draw_place(choices: _state.Choices) -> None:
    say, workspace = choices.language.say, _cache.workspace()
    st.write(say("Workspace: {folder}", folder=str(workspace.home)))
    st.write(say("Data version: {version}", version=choices.version))
    st.write(
        say(
            "Everything that was uploaded lies in this folder. To back it up, stop the app and copy the folder; to "
            "move to another machine, copy it there and name it with --workspace or PHUDIEN_HOME."
        )
    )
    units = workspace.units
    placed = int((~units.communes["point_source"].isin(RELIABLE_POINTS)).sum())
    st.write(
        say(
            "Unit list: {provinces} provinces, {districts} districts, {communes} communes on {day}; {placed} communes "
            "have no reliable coordinates in the source and were placed inside their district.",
            provinces=len(units.provinces),
            districts=len(units.districts),
            communes=len(units.communes),
            day=choices.language.day(units.list_date),
            placed=placed,
        )
    )
