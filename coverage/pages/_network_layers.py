"""The network of the data page: existing medium-voltage lines and rivers that are kept, added and withdrawn."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from coverage.network_layers import LAYER_KINDS, NetworkLayers
from coverage.pages import _cache, _state
from geodata.errors import PhuDienError
from geodata.language import Language
from loaders.boundary_files import SUFFIXES
from loaders.store.batches import KIND_NAMES
from loaders.store.network_layers import NetworkLayer

_ADDED: Final = "network_layer_added"


def draw(choices: _state.Choices) -> None:
    """Draw the tab."""
    language, say = choices.language, choices.language.say
    st.write(
        say(
            "Planning measures from the existing medium-voltage lines, and lets new lines cross a river at a price. "
            "The newest layer of each kind is used; without lines, the distances of the hamlet survey stand in."
        )
    )
    if added := st.session_state.pop(_ADDED, None):
        st.success(added)
    layers = NetworkLayers(_cache.workspace())
    _draw_kept(layers, language)
    _draw_new(layers, language)


def _draw_kept(layers: NetworkLayers, language: Language) -> None:
    say, kept = language.say, layers.list()
    if not kept:
        st.info(say("There is no layer yet."))
        return
    in_use = {layer.kind: layer.batch_id for layer in reversed(kept)}.values()
    table = pd.DataFrame(
        {
            say("Batch"): [str(layer.batch_id) for layer in kept],
            say("Kind"): [say(KIND_NAMES[layer.kind]) for layer in kept],
            say("File"): [layer.file_name for layer in kept],
            say("In use"): [say("yes") if layer.batch_id in in_use else "" for layer in kept],
            say("Shapes"): [language.count(layer.shapes) for layer in kept],
            say("Length (km)"): [language.count(round(layer.length_m / 1000)) for layer in kept],
            say("Coordinate system of the file"): [layer.source_crs for layer in kept],
            say("Uploaded by"): [layer.created_by for layer in kept],
            say("Uploaded at"): [language.moment(_cache.local_time(layer.created_at)) for layer in kept],
            say("Synthetic"): [say("yes") if layer.is_synthetic else "" for layer in kept],
        }
    )
    st.dataframe(table, width="stretch", hide_index=True)
    with st.expander(say("Withdraw a layer")):
        _draw_withdrawal(layers, kept, language)


def _draw_withdrawal(layers: NetworkLayers, kept: list[NetworkLayer], language: Language) -> None:
    say = language.say
    with st.form("withdraw_network_layer"):
        layer = st.selectbox(say("Layer"), kept, format_func=lambda found: f"{found.batch_id}: {found.file_name}")
        user = _state.user_name(language, key="network_withdrawal")
        reason = st.text_input(say("Reason"), key="network_withdrawal_reason")
        if not st.form_submit_button(say("Withdraw the layer")):
            return
        try:
            layers.withdraw(layer.batch_id, user=user, reason=reason)
        except PhuDienError as error:
            st.error(language.explain(error))
            return
        st.session_state[_ADDED] = say(
            "Layer {file} is withdrawn; the one before it is used again.", file=layer.file_name
        )
        st.rerun()


def _draw_new(layers: NetworkLayers, language: Language) -> None:
    say = language.say
    st.subheader(say("Add lines or rivers"))
    first, second = st.columns(2)
    kind = first.selectbox(
        say("Kind"), LAYER_KINDS, format_func=lambda found: say(KIND_NAMES[found]), key="network_kind"
    )
    crs = second.text_input(
        say("Its coordinate system, if the file does not say it (such as EPSG:9210)"), key="network_crs", max_chars=40
    )
    user = _state.user_name(language, key="network")
    file = st.file_uploader(
        say("File of lines: GeoPackage, GeoJSON, zipped shapefile, GeoParquet"),
        type=[suffix[1:] for suffix in SUFFIXES],
        key="network_file",
    )
    if file is None or not st.button(say("Add the layer"), type="primary", key="add_network_layer"):
        return
    try:
        added = layers.add(kind, file.name, file.getvalue(), user=user, crs=crs.strip() or None)
    except PhuDienError as error:
        st.error(language.explain(error))
        return
    st.session_state[_ADDED] = say(
        "{file} was added: {shapes} shapes, {km} km, read in {crs}; {left_out} features without a shape left out.",
        file=file.name,
        shapes=language.count(added.layer.shapes),
        km=language.count(round(added.layer.length_m / 1000)),
        crs=added.layer.source_crs,
        left_out=language.count(added.left_out),
    )
    st.rerun()
