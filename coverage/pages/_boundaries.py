"""The boundaries of the data page: layers that are kept, a file checked, its features assigned by hand, and added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import streamlit as st

from coverage.boundary_answers import read_features, read_quality
from coverage.boundary_layers import AUTOMATIC, LEAVE_OUT, BoundaryChoices, BoundaryProposal
from coverage.boundary_texts import decimal, quality_sentences, recognition_sentences, unmatched_text
from coverage.pages import _boundary_tables, _cache, _checked_boundaries, _state
from geodata.boundaries import SIMPLIFYING, STEPS
from geodata.boundary_closing import LARGEST_SLIVER_M
from geodata.boundary_features import BY_HAND, LEFT_OUT, UNKNOWN, Feature
from geodata.crs import METRES_SOUTH, WGS84
from geodata.errors import PhuDienError
from geodata.language import Language
from geodata.source_crs import vn2000_zones
from geodata.units import Units
from loaders.boundary_files import SUFFIXES
from loaders.reference.tables import load_central_meridians
from loaders.store.layers import LayerRecord

_OTHER_SYSTEMS: Final = {
    WGS84: "WGS 84",
    METRES_SOUTH: "WGS 84 / UTM 48",
    "EPSG:32649": "WGS 84 / UTM 49",
    "EPSG:3405": "VN-2000 / UTM 48",
    "EPSG:3406": "VN-2000 / UTM 49",
}
_AS_FILE: Final = ""
_HAND, _CHECKED, _ADDED = "boundary_by_hand", "boundary_checked", "boundary_added"


def draw(choices: _state.Choices) -> None:
    """Draw the boundaries of the data page."""
    _draw_layers(choices.language)
    _draw_new(choices.language)


# ---- what is kept


def _draw_layers(language: Language) -> None:
    say, workspace = language.say, _cache.workspace()
    records = workspace.boundary_layers()
    st.dataframe(_boundary_tables.layers(records, workspace.units, language), width="stretch", hide_index=True)
    st.caption(
        say(
            "The map shows the newest real outline of each commune, and an approximate cell for the others. Layers of "
            "another unit list are kept; they are not drawn under figures of this one."
        )
    )
    if not records:
        return
    with st.expander(say("How the communes of a layer were recognised, and its quality")):
        record = st.selectbox(
            say("Layer"), records, format_func=lambda found: f"{found.batch_id}: {found.file_name}", key="layer_shown"
        )
        _draw_kept(record, language)


def _draw_kept(record: LayerRecord, language: Language) -> None:
    answer = _cache.workspace().boundaries.check_of(record)
    if not answer:
        st.write(language.say("This layer was added before quality reports were kept. Add its file again to have one."))
        return
    units = _cache.workspace().boundaries.units_of(date.fromisoformat(record.unit_list_date))
    report = read_quality(answer["quality"])
    _draw_sentences(quality_sentences(report, units, language))
    _boundary_tables.show_features(read_features(answer), units, language)
    _boundary_tables.show_quality(report, units, language)


def _draw_sentences(sentences: Sequence[str]) -> None:
    # A name in a file may hold anything; Markdown is not among what it may say.
    for sentence in sentences:
        st.text(f"• {sentence}")


# ---- a new file


def _draw_new(language: Language) -> None:
    say = language.say
    st.subheader(say("Add real boundaries"))
    if added := st.session_state.pop(_ADDED, None):
        st.success(added)
    user = _state.user_name(language, key="boundaries")
    file = st.file_uploader(
        say("Boundary file: GeoJSON, GeoPackage, zipped shapefile, GeoParquet"),
        type=[suffix[1:] for suffix in SUFFIXES],
        key="boundary_file",
    )
    asked = _ask_choices(language)
    if file is None:
        return
    if st.button(say("Check the file"), type="primary", key="check_boundaries"):
        st.session_state[_CHECKED] = file.file_id
        st.session_state[_HAND] = {}
    if st.session_state.get(_CHECKED) == file.file_id:
        _draw_checked(file, asked, user, language)


def _ask_choices(language: Language) -> BoundaryChoices:
    say, workspace = language.say, _cache.workspace()
    first, second, third = st.columns(3)
    day = first.date_input(
        say("Day whose boundaries it shows (leave empty if its codes and names tell)"), value=None, format="DD/MM/YYYY"
    )
    systems = _systems(workspace.units, language)
    crs = second.selectbox(
        say("Its coordinate system"), list(systems), format_func=systems.__getitem__, key="boundary_crs"
    )
    sliver_m = third.number_input(
        say("Close overlaps and gaps up to this width (m)"),
        min_value=0.0,
        max_value=LARGEST_SLIVER_M,
        value=workspace.boundaries.sliver_m,
        key="boundary_sliver",
    )
    return BoundaryChoices(valid_on=day, crs=crs or None, sliver_m=float(sliver_m))


def _systems(units: Units, language: Language) -> dict[str, str]:
    """Return the coordinate systems to choose from: VN-2000 by the province whose central meridian it is."""
    zones, names = vn2000_zones(), units.by_code["name"]
    provinces: dict[str, list[str]] = {}
    for code, epsg in load_central_meridians().items():
        provinces.setdefault(f"EPSG:{epsg}", []).append(str(names[code]))
    # The zones of our provinces first, in the order of their meridians, then the others.
    own = {zone: f"{name}: {', '.join(provinces[zone])}" for zone, name in zones.items() if zone in provinces}
    others = {zone: name for zone, name in zones.items() if zone not in provinces}
    return {_AS_FILE: language.say("as the file says"), **_OTHER_SYSTEMS, **own, **others}


def _draw_checked(file: Any, asked: BoundaryChoices, user: str, language: Language) -> None:
    say = language.say
    by_hand: dict[str, str] = st.session_state.setdefault(_HAND, {})
    choices = BoundaryChoices(asked.valid_on, asked.crs, asked.sliver_m, by_hand)
    try:
        proposal = _check(file, choices, language)
    except PhuDienError as error:
        st.error(language.explain(error))
        return
    layer = proposal.layer
    st.subheader(say("What was understood of {file}", file=proposal.file_name))
    _draw_sentences(recognition_sentences(layer, language))
    if proposal.encoding:
        _draw_sentences([say("Its texts were in {encoding}; they were converted.", encoding=proposal.encoding)])
    if proposal.file_layer:
        _draw_sentences([say('Of its layers, "{layer}" was read.', layer=proposal.file_layer)])
    _draw_mapping(proposal, language)
    st.subheader(say("Quality"))
    _draw_sentences(quality_sentences(layer.quality, layer.units, language))
    _boundary_tables.show_quality(layer.quality, layer.units, language)
    _boundary_tables.show_features(layer.recognition.features, layer.units, language)
    st.caption(say("Checked in {seconds} s.", seconds=decimal(proposal.seconds, language, 1)))
    if not user:
        st.info(say("Write your name first: every decision is stored with who made it."))
    is_ready = bool(user) and len(layer.communes) > 0
    if st.button(say("Add this layer"), type="primary", disabled=not is_ready, key="add_boundaries"):
        _add(proposal, user, language)


def _check(file: Any, choices: BoundaryChoices, language: Language) -> BoundaryProposal:
    """Check a file, once for the same choices; a large one takes a quarter of a minute, so its steps are shown."""
    workspace = _cache.workspace()
    by_hand = tuple(sorted(choices.by_hand.items()))
    # What was assigned in other files of the layout is remembered when they are kept.
    kept = tuple(record.batch_id for record in workspace.boundary_layers())
    key = (str(workspace.home), kept, file.file_id, choices.valid_on, choices.crs, choices.sliver_m, by_hand)
    known = _checked_boundaries.shelf().find(key)
    if known is not None:
        return known
    steps = list(STEPS)
    bar = st.progress(0.0)

    def show(step: str) -> None:
        bar.progress((steps.index(step) + 0.5) / len(steps), text=language.say(STEPS[step]))

    try:
        proposal = workspace.boundaries.check(
            bytes(file.getvalue()), file.name, choices, may_be_unknown=True, progress=show
        )
    finally:
        bar.empty()
    _checked_boundaries.shelf().keep(key, proposal)
    return proposal


def _add(proposal: BoundaryProposal, user: str, language: Language) -> None:
    say = language.say
    with st.spinner(say(STEPS[SIMPLIFYING])):
        _cache.workspace().boundaries.keep(proposal, user=user)
    st.session_state.pop(_CHECKED, None)
    st.session_state[_ADDED] = say(
        "Added: {found} communes of the list of {day}. Features not recognised: {unmatched}.",
        found=len(proposal.layer.communes),
        day=language.day(proposal.layer.units.list_date),
        unmatched=unmatched_text(proposal.layer, language),
    )
    st.rerun()  # the layers stand above


# ---- features assigned by hand


def _draw_mapping(proposal: BoundaryProposal, language: Language) -> None:
    """Let the user say what the features are that were not recognised, and change what was said before."""
    say, layer = language.say, proposal.layer
    open_features = [found for found in layer.recognition.features if found.how in (UNKNOWN, BY_HAND, LEFT_OUT)]
    if not open_features:
        return
    st.subheader(say("Features to assign by hand"))
    st.caption(
        say(
            "Choose the commune of each, or leave it out. What you choose is remembered for every file with the same "
            "columns. Features without a choice are no part of the layer."
        )
    )
    options = _commune_options(proposal, language)
    codes = {text: code for code, text in options.items()}
    table = _boundary_tables.mapping(open_features, layer.units, options, language)
    edited = st.data_editor(
        table,
        hide_index=True,
        width="stretch",
        disabled=[name for name in table.columns if name != say("Commune")],
        column_config={say("Commune"): st.column_config.SelectboxColumn(options=list(codes), width="large")},
        key=f"mapping_{proposal.file_name}_{len(st.session_state[_HAND])}",
    )
    if st.button(say("Apply the choices"), key="apply_mapping"):
        st.session_state[_HAND] |= _said(open_features, table[say("Commune")], edited[say("Commune")], codes)
        st.rerun()


def _commune_options(proposal: BoundaryProposal, language: Language) -> dict[str, str]:
    """Return what a feature can be: communes of the provinces that the file touches, by their code."""
    layer = proposal.layer
    communes, names = layer.units.communes, layer.units.by_code["full_name"]
    near = {code for feature in layer.recognition.features for code in (feature.code, *feature.suggestions) if code}
    touched = communes.loc[communes.index.isin(near), "province_code"].unique()
    offered = communes[communes["province_code"].isin(touched)] if len(touched) else communes
    parents = offered["district_code"].fillna(offered["province_code"]).map(names)
    texts = {
        str(code): f"{name}, {parent} ({code})"
        for code, name, parent in zip(offered.index, offered["full_name"], parents, strict=True)
    }
    special = {AUTOMATIC: language.say("recognise by itself"), LEAVE_OUT: language.say("leave out")}
    return special | dict(sorted(texts.items(), key=lambda option: option[1]))


def _said(features: Sequence[Feature], before: Any, after: Any, codes: dict[str, str]) -> dict[str, str]:
    return {
        feature.feature: codes[new]
        for feature, old, new in zip(features, before, after, strict=True)
        if isinstance(new, str) and new != old and new in codes
    }
