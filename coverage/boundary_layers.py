"""The boundary layers of a workspace: a file is checked, kept with its simplified levels, and composed for maps."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, Engine

from coverage import boundary_answers, restated
from coverage.unit_lists import UnitLists
from geodata import boundaries, boundary_levels
from geodata.boundaries import READING, SIMPLIFYING, CheckedLayer, Progress
from geodata.boundary_attributes import layout_of
from geodata.boundary_recognition import UnitList
from geodata.errors import BoundaryError, mark
from geodata.units import COMPANY_CODE, PROVINCE, Units
from loaders import boundary_files, reference
from loaders.reference import tables
from loaders.store import batches, boundary_choices, engine, layers
from loaders.store.batches import NewBatch
from loaders.store.layers import LayerRecord

AUTOMATIC: Final = "auto"
"""In place of a commune's code: take back an assignment by hand, and recognise the feature by itself again."""

LEAVE_OUT: Final = ""
"""In place of a commune's code: the feature is no part of the layer."""

OUTLINE_DAYS: Final = (reference.LIST_DATE_2021, reference.LIST_DATE_2025)
"""Days whose lists have approximate outlines that come with the product."""

LayerReader = Callable[[Connection, LayerRecord], gpd.GeoDataFrame]

_NEIGHBOUR_DEGREES: Final = 0.02


@dataclass(frozen=True)
class BoundaryChoices:
    """
    What a user says of a boundary file.

    Parameters
    ----------
    valid_on
        Day whose boundaries it shows; where None, one of the days of the shipped lists that it fits.
    crs
        Its coordinate system, such as ``"EPSG:9210"``; counts before what the file says.
    sliver_m
        Width up to which overlaps and gaps are closed, metres; where None, the setting of the workspace.
    by_hand
        Key of a feature → commune code, `LEAVE_OUT` or `AUTOMATIC`; remembered when the layer is kept.
    """

    valid_on: date | None = None
    crs: str | None = None
    sliver_m: float | None = None
    by_hand: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BoundaryProposal:
    """
    A boundary file that was checked, before it is kept.

    Parameters
    ----------
    file_name, content
        The file.
    choices
        What the user said of it.
    layer
        What came of it.
    features_read
        Number of its features, those far from every commune included.
    file_layer
        The layer that was read, where the file has several.
    encoding
        The encoding of its texts, where they were not Unicode.
    seconds
        How long the check took.
    """

    file_name: str
    content: bytes
    choices: BoundaryChoices
    layer: CheckedLayer
    features_read: int
    file_layer: str
    encoding: str
    seconds: float

    def answer(self) -> dict[str, Any]:
        """Return what is told of it as JSON."""
        return {
            "file": self.file_name,
            "features_read": self.features_read,
            "file_layer": self.file_layer or None,
            "text_encoding": self.encoding or "Unicode",
            **boundary_answers.of_layer(self.layer),
        }


def _no_progress(_step: str) -> None:
    return None


class BoundaryLayers:
    """
    The boundary layers of a workspace.

    Parameters
    ----------
    store
        Where they are kept.
    clock
        Gives the present moment.
    lists
        The official lists of units, whose communes files and maps show.
    sliver_m
        Width up to which overlaps and gaps are closed where the user does not say.
    """

    def __init__(self, store: Engine, clock: Callable[[], datetime], lists: UnitLists, *, sliver_m: float) -> None:
        self._store = store
        self._clock = clock
        self._unit_lists = lists
        self.sliver_m = sliver_m

    @cached_property
    def _approximate(self) -> gpd.GeoDataFrame:
        return reference.load_approximate_boundaries()

    @cached_property
    def _approximate_2025(self) -> gpd.GeoDataFrame:
        return reference.load_approximate_boundaries_2025()

    # ---- a file

    def check(
        self,
        content: bytes,
        file_name: str,
        choices: BoundaryChoices | None = None,
        *,
        may_be_unknown: bool = False,
        progress: Progress = _no_progress,
    ) -> BoundaryProposal:
        """
        Check a boundary file; nothing is stored.

        Parameters
        ----------
        may_be_unknown
            Return a file in which no commune was recognised too, so that its features can be assigned by hand.
        progress
            Is told each step as it begins, a key of `boundaries.STEPS`.

        Raises
        ------
        FileError, BoundaryError
            If it cannot be read or used.
        """
        begin = time.perf_counter()
        choices = choices or BoundaryChoices()
        progress(READING)
        file = boundary_files.open_boundary_file(content, file_name=file_name)
        features = file.features
        columns = [str(column) for column in features.columns if column != features.geometry.name]
        layer = boundaries.check_layer(
            features,
            self._lists(choices, layout_of(columns)),
            file_name=file_name,
            crs=choices.crs,
            sliver_m=self.sliver_m if choices.sliver_m is None else choices.sliver_m,
            may_be_unknown=may_be_unknown,
            official=lambda units: tables.load_official_areas(units.list_date),
            progress=progress,
        )
        _refuse_wrong_assignments(choices.by_hand, layer)
        seconds = round(time.perf_counter() - begin, 1)
        return BoundaryProposal(file_name, content, choices, layer, len(features), file.layer, file.encoding, seconds)

    def _lists(self, choices: BoundaryChoices, layout: str) -> list[UnitList]:
        return [self._with_choices(found, choices.by_hand, layout) for found in self._lists_on(choices.valid_on)]

    def _lists_on(self, day: date | None) -> list[UnitList]:
        """Return the lists that a file of a day may show: those shipped with places where no day is given."""
        own = UnitList(self._unit_lists.on(OUTLINE_DAYS[0]), reference.load_former_units(), self._approximate)
        later = UnitList(self._unit_lists.on(OUTLINE_DAYS[1]), cells=self._approximate_2025)
        if day is None:
            return [own, later]
        on_day = self._unit_lists.on(day)
        shipped = {found.units.list_date: found for found in (own, later)}
        return [shipped.get(on_day.list_date) or UnitList(on_day)]

    def _with_choices(self, found: UnitList, new: Mapping[str, str], layout: str) -> UnitList:
        with engine.reading(self._store) as connection:
            remembered = boundary_choices.choices_of(connection, found.units.list_date).get(layout, {})
        known = found.units.communes.index
        said = {**remembered, **new}
        by_hand = {feature: code for feature, code in said.items() if code == LEAVE_OUT or code in known}
        return UnitList(found.units, found.former, found.cells, by_hand)

    def keep(self, proposal: BoundaryProposal, *, user: str, progress: Progress = _no_progress) -> int:
        """
        Keep a checked layer with its simplified levels, so that it counts from now on; return its batch.

        What was assigned by hand is remembered for files of the same layout.

        Raises
        ------
        BoundaryError
            If no commune was recognised in it; nothing is stored then.
        """
        layer = proposal.layer
        boundaries.refuse_unknown(layer.recognition, layer.columns, proposal.file_name)
        progress(SIMPLIFYING)
        levels = boundary_levels.build_levels(layer.coverage)
        new = NewBatch(
            kind=batches.BOUNDARIES,
            file_name=proposal.file_name,
            content=proposal.content,
            user=user,
            unit_list_date=layer.units.list_date,
            rows_read=proposal.features_read,
            rows_valid=sum(feature.code is not None for feature in layer.recognition.features),
        )
        kept = layers.NewLayer(
            communes=layer.communes,
            drawn=layer.drawn,
            levels=levels,
            check=proposal.answer(),
            valid_on=proposal.choices.valid_on or layer.units.list_date,
            source_crs=layer.source_crs,
        )
        at = self._clock()
        with engine.writing(self._store) as connection:
            batch_id = layers.add_layer(connection, new, kept, at=at)
            boundary_choices.add_choices(
                connection,
                layer.recognition.layout,
                layer.units.list_date,
                proposal.choices.by_hand,
                at=at,
                user=user,
            )
        return batch_id

    # ---- what is kept

    def list_layers(self) -> list[LayerRecord]:
        """Return the layers that users added and that count, the newest first."""
        with engine.reading(self._store) as connection:
            return layers.list_layers(connection)

    def check_of(self, record: LayerRecord) -> dict[str, Any]:
        """Return how the features of a kept layer were recognised, and its quality, as `BoundaryProposal.answer`."""
        with engine.reading(self._store) as connection:
            return layers.read_check(connection, record)

    def units_of(self, list_date: date) -> Units:
        """Return the unit list of a kept layer."""
        [found] = self._lists_on(list_date)
        return found.units

    def map_layer(self, told_on: date, area: str = COMPANY_CODE) -> gpd.GeoDataFrame:
        """
        Return the outline of each commune of a list for a map of an area.

        Parameters
        ----------
        told_on
            Day of the list.
        area
            `COMPANY_CODE`: all communes in the detail of the whole region. A province: its communes and those of the
            provinces around it in the detail of a province, the others, faint and far away, in the coarsest.

        Returns
        -------
        communes
            ``commune_code``, ``geometry`` (WGS 84, simplified when it was added), ``is_approximate``: the newest
            outline that users added, else the shipped approximate cell. In code order. A list without shipped cells
            gets those of 2021, put together.
        """
        cells, communes = self._cells(told_on), self._unit_lists.served_on(told_on).communes
        if area == COMPANY_CODE:
            return self._composed(cells, communes.index, told_on, boundary_levels.AREA)
        province_of = communes["province_code"]
        around = _provinces_around(area, self._unit_lists.served_on(told_on), cells)
        near, far = communes.index[province_of.isin(around)], communes.index[~province_of.isin(around)]
        parts = [
            self._composed(cells, near, told_on, boundary_levels.PROVINCE),
            self._composed(cells, far, told_on, boundary_levels.COMPANY),
        ]
        whole = pd.concat(parts, ignore_index=True).sort_values("commune_code", ignore_index=True)
        return gpd.GeoDataFrame(whole, geometry="geometry", crs=cells.crs)

    def exact_layer(self, told_on: date) -> gpd.GeoDataFrame:
        """Return the outlines as `map_layer` does, but with every vertex: points are located in them."""
        return boundaries.compose_layer(self._cells(told_on), self._real_layers(told_on, layers.read_exact_layer))

    def real_outlines(self, told_on: date, *, as_of: datetime | None = None) -> gpd.GeoDataFrame:
        """
        Return the outlines that users added of the communes of a list: ``commune_code``, ``geometry`` (WGS 84).

        Parameters
        ----------
        as_of
            Moment whose outlines are wanted; those of now where None.
        """
        return boundaries.newest_outlines(self._real_layers(told_on, layers.read_exact_layer, as_of))

    def _composed(self, cells: gpd.GeoDataFrame, codes: pd.Index, told_on: date, level: str) -> gpd.GeoDataFrame:
        """Return the outlines of some communes in the detail of a level."""
        real = self._real_layers(told_on, lambda connection, record: layers.read_level(connection, record, level))
        return boundaries.compose_layer(
            cells[cells["commune_code"].isin(codes)], [layer[layer["commune_code"].isin(codes)] for layer in real]
        )

    def _real_layers(self, told_on: date, read: LayerReader, as_of: datetime | None = None) -> list[gpd.GeoDataFrame]:
        """Return the layers of a list that count, the newest first."""
        day = self._unit_lists.day_of(told_on)
        with engine.reading(self._store) as connection:
            return [
                read(connection, record)
                for record in layers.list_layers(connection, as_of=as_of)
                if self._unit_lists.day_of(date.fromisoformat(record.unit_list_date)) == day
            ]

    def _cells(self, told_on: date) -> gpd.GeoDataFrame:
        """Return the shipped cells of a list, or those of 2021 put together for a later list that has none."""
        day = self._unit_lists.day_of(told_on)
        if day in OUTLINE_DAYS:
            return self._approximate if day == OUTLINE_DAYS[0] else self._approximate_2025
        carried = restated.carry_rows(self._approximate, self._unit_lists.pairs(OUTLINE_DAYS[0], told_on))
        return gpd.GeoDataFrame(carried, crs=self._approximate.crs).dissolve("commune_code").reset_index()


def _provinces_around(area: str, units: Units, cells: gpd.GeoDataFrame) -> set[str]:
    """Return the province of an area and those whose cells' extents touch its own."""
    provinces = cells["commune_code"].map(units.communes["province_code"])
    extents = cells.geometry.bounds.groupby(provinces).agg({"minx": "min", "miny": "min", "maxx": "max", "maxy": "max"})
    unit = units.find(area)
    own = str(area if unit["level"] == PROVINCE else unit["province_code"])
    if own not in extents.index:
        return {own}
    place, margin = extents.loc[own], _NEIGHBOUR_DEGREES
    touches = (
        (extents["minx"] <= place["maxx"] + margin)
        & (extents["maxx"] >= place["minx"] - margin)
        & (extents["miny"] <= place["maxy"] + margin)
        & (extents["maxy"] >= place["miny"] - margin)
    )
    return {own, *(str(code) for code in extents.index[touches])}


def _refuse_wrong_assignments(by_hand: Mapping[str, str], layer: CheckedLayer) -> None:
    known = {feature.feature for feature in layer.recognition.features}
    if missing := sorted(set(by_hand) - known):
        raise BoundaryError(
            "boundary.assigned-feature-unknown",
            mark(
                'The file has no feature "{feature}", to which a commune was assigned by hand. Its features are named '
                "as phudien boundaries check FILE --unmatched OUT.csv writes them."
            ),
            feature=missing[0],
        )
    for feature, code in by_hand.items():
        if code not in (LEAVE_OUT, AUTOMATIC) and code not in layer.units.communes.index:
            raise BoundaryError(
                "boundary.assigned-unit-unknown",
                mark(
                    'Feature "{feature}" was assigned to commune {code}, which the list of {day} does not have. Give a '
                    "GSO code of 5 digits, or - to leave the feature out."
                ),
                feature=feature,
                code=code,
                day=f"{layer.units.list_date:%d/%m/%Y}",
            )
