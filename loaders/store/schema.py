"""The tables of the store. Rows are only ever added; what holds is decided by `batch_event`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

# SQLite numbers rows by itself only where the key is exactly INTEGER.
_ROW_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")

stored_file = Table(
    "stored_file",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

batch = Table(
    "batch",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("kind", String(40), nullable=False),  # a key of batches.KINDS
    Column("file_name", Text, nullable=False),
    Column("file_sha256", ForeignKey("stored_file.sha256"), nullable=False),
    Column("sheet", Text),
    Column("unit_list_date", String(10), nullable=False),  # the list in which the commune codes are read
    Column("is_synthetic", Boolean, nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("rows_valid", Integer, nullable=False),
    Column("created_at", String(27), nullable=False),  # UTC, ISO 8601 with microseconds: text order is time order
    Column("created_by", Text, nullable=False),
    Index(None, "file_sha256", "kind"),
)

batch_event = Table(
    "batch_event",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("batch_id", ForeignKey("batch.id"), nullable=False, index=True),
    Column("state", String(10), nullable=False),  # draft, accepted, withdrawn
    Column("at", String(27), nullable=False, index=True),
    Column("by", Text, nullable=False),
    Column("reason", Text),
)

figure = Table(
    "figure",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("commune_code", String(5), primary_key=True),
    Column("period", String(7), primary_key=True),
    Column("measure", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
    Column("cell", String(12)),  # where in the sheet the number stood
    Column("sheet", Text),  # missing where the whole batch is of one sheet (batch.sheet)
    Index(None, "period", "commune_code", "measure"),
)

figure_note = Table(
    "figure_note",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("commune_code", String(5), primary_key=True),
    Column("period", String(7), primary_key=True),
    Column("note", Text, nullable=False),
)

batch_issue = Table(
    "batch_issue",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("issue", Text, nullable=False),  # loaders.survey.issues.Issue as JSON
    Column("reason", Text),  # why a warning was accepted
)

survey_table = Table(
    "survey_table",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("rows", Integer, nullable=False),
    Column("table_sha256", ForeignKey("stored_file.sha256"), nullable=False),  # Parquet, one row a record
)

# The ledger itself, gigabytes, is not stored: the file of its batch is the roll-up (Parquet).
ledger = Table(
    "ledger",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("ledger_sha256", String(64), nullable=False, index=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("path", Text, nullable=False),  # where it stood when it was imported
    Column("fingerprint", String(64), nullable=False),  # loaders.ledger.checkpoint.fingerprint
    Column("is_complete", Boolean, nullable=False),  # said to hold every household
)

column_choice = Table(
    "column_choice",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("layout", String(32), nullable=False, index=True),  # loaders.survey.columns.layout_of
    Column("label", Text, nullable=False),
    Column("column_key", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    Column("by", Text, nullable=False),
)

bulk_point = Table(
    "bulk_point",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("point_code", String(40), primary_key=True),
    Column("commune_code", String(5), nullable=False),
    Column("organisation_name", Text, nullable=False),
    Column("master_meter", Text, nullable=False),
    Column("households_behind", Integer, nullable=False),
    Column("loss_share", Float),
    Column("line_km", Float),
    Column("condition", String(10)),
    Column("takeover_state", String(12), nullable=False),
    Column("takeover_date", String(10)),
    Column("lon", Float),
    Column("lat", Float),
)

hamlet = Table(
    "hamlet",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("hamlet_code", String(40), primary_key=True),
    Column("commune_code", String(5), nullable=False),
    Column("hamlet_name", Text, nullable=False),
    Column("households_without_grid", Integer, nullable=False),
    Column("grid_distance_km", Float),
    Column("lon", Float),
    Column("lat", Float),
)

boundary_layer = Table(
    "boundary_layer",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("valid_on", String(10), nullable=False),  # the day whose boundaries the layer shows
    Column("source_crs", Text, nullable=False),
    Column("units_matched", Integer, nullable=False),
    # Both GeoParquet, one row a commune: the checked layer, and the same simplified for maps at import.
    Column("layer_sha256", ForeignKey("stored_file.sha256"), nullable=False),
    Column("map_sha256", ForeignKey("stored_file.sha256"), nullable=False),
    # Missing for layers that were added before these were kept:
    Column("drawn_sha256", ForeignKey("stored_file.sha256")),  # GeoParquet: the communes before slivers were closed
    Column("check_sha256", ForeignKey("stored_file.sha256")),  # JSON: how each feature was recognised, and the quality
)

boundary_level = Table(
    "boundary_level",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("level", String(10), primary_key=True),  # a key of geodata.boundary_levels.TOLERANCES_M
    Column("tolerance_m", Float, nullable=False),
    Column("vertices", Integer, nullable=False),
    Column("level_sha256", ForeignKey("stored_file.sha256"), nullable=False),  # GeoParquet, one row a commune
)

boundary_choice = Table(
    "boundary_choice",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("layout", String(32), nullable=False, index=True),  # geodata.boundary_attributes.Attributes.layout
    Column("feature", Text, nullable=False),  # Attributes.features
    Column("unit_list_date", String(10), nullable=False),  # the list in which the code is read
    Column("commune_code", String(5), nullable=False),  # empty for a feature that is left out
    Column("at", String(27), nullable=False),
    Column("by", Text, nullable=False),
)

commune_list = Table(
    "commune_list",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("valid_on", String(10), nullable=False),  # the day of the official list that it is held against
    Column("entries_sha256", ForeignKey("stored_file.sha256"), nullable=False),  # Parquet, own_lists.ENTRY_COLUMNS
)

reconciliation = Table(
    "reconciliation",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("batch_id", ForeignKey("commune_list.batch_id"), nullable=False, index=True),
    Column("event_id", ForeignKey("batch_event.id"), nullable=False),  # the version of the data that it is part of
    Column("at", String(27), nullable=False),
    Column("by", Text, nullable=False),
    Column("result_sha256", ForeignKey("stored_file.sha256"), nullable=False),  # Parquet, RESULT_COLUMNS
)

entry_decision = Table(
    "entry_decision",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("organisation", Text, nullable=False, index=True),
    Column("entry_key", Text, nullable=False),  # geodata.own_lists.entry_keys
    Column("verdict", String(10), nullable=False),  # assign, apart, open
    Column("unit_code", String(5), nullable=False),  # blank unless assigned
    Column("reason", Text, nullable=False),
    Column("at", String(27), nullable=False),
    Column("by", Text, nullable=False),
)

explanation = Table(
    "explanation",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("rule", String(40), nullable=False),  # code of loaders/reference/check_rules.csv
    Column("area_code", String(10), nullable=False),  # in the list of unit_list_date, or EVNSPC
    Column("period", String(7), nullable=False),
    Column("unit_list_date", String(10), nullable=False),
    Column("detail", Text, nullable=False),
    Column("finding_values", Text, nullable=False),  # JSON, [[name, value], …]: what the reason was given for
    Column("verdict", String(10), nullable=False),  # explained, taken_back
    Column("reason", Text, nullable=False),
    Column("at", String(27), nullable=False),
    Column("by", Text, nullable=False),
    Index(None, "period", "rule"),
)

target_version = Table(
    "target_version",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("batch_id", ForeignKey("batch.id"), nullable=False, index=True),
    Column("programme", Text, nullable=False),
    Column("programme_vi", Text, nullable=False),
    Column("programme_en", Text, nullable=False),
    Column("indicator", String(60), nullable=False),
    Column("area", String(40), nullable=False),
    Column("units_of", String(10), nullable=False),  # day of the list in which area is read; blank for the company
    Column("applies_to", String(20), nullable=False),
    Column("unit", String(40), nullable=False),
    Column("decision_vi", Text, nullable=False),
    Column("decision_en", Text, nullable=False),
    Column("decision_date", String(10), nullable=False),
    Column("starts", String(10), nullable=False),
    Column("status", String(12), nullable=False),  # seen, unverified
    Column("source_vi", Text, nullable=False),
    Column("source_en", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

target_milestone = Table(
    "target_milestone",
    metadata,
    Column("version_id", ForeignKey("target_version.id"), primary_key=True),
    Column("due", String(7), primary_key=True),  # a quarter; blank where the decision names none
    Column("value", String(40), nullable=False),  # exact, as text
)

target_withdrawal = Table(
    "target_withdrawal",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("batch_id", ForeignKey("batch.id"), nullable=False, index=True),
    Column("code", String(60), nullable=False),  # of the version: a shipped one's own, T1, T2 …
    Column("day", String(10), nullable=False),  # from which it does not hold any more
    Column("reason", Text, nullable=False),
)

target_cascade = Table(
    "target_cascade",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("batch_id", ForeignKey("batch.id"), nullable=False, index=True),
    Column("code", String(60), nullable=False, index=True),  # of the version that is split
    Column("due", String(7), nullable=False),  # of the milestone; blank where none is stated
    Column("units_of", String(10), nullable=False),  # day of the list of its areas
    Column("base_period", String(7), nullable=False),
    Column("whole", Integer, nullable=False),  # households that may lack in all when it is due
    Column("plan", Text, nullable=False),  # rules, and numbers set by hand: JSON
    Column("tree_sha256", ForeignKey("stored_file.sha256"), nullable=False),  # Parquet, targets.TREE_COLUMNS
    Column("reason", Text, nullable=False),
)

network_layer = Table(
    "network_layer",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),  # of the kinds MV_LINES and RIVERS
    Column("shapes", Integer, nullable=False),
    Column("length_m", Float, nullable=False),  # of its lines, of areas their outline
    Column("source_crs", Text, nullable=False),
    Column("layer_sha256", ForeignKey("stored_file.sha256"), nullable=False),  # GeoParquet in WGS 84
)

# A plan is no data: scenarios are no batches, and raise no version of the data.
scenario = Table(
    "scenario",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),  # scenarios.name_key: names that read alike are one
    Column("areas", Text, nullable=False),  # codes in the list of unit_list_date, parted by commas
    Column("unit_list_date", String(10), nullable=False),
    Column("at", String(27), nullable=False),
    Column("by", Text, nullable=False),
    Index(None, "name_key", unique=True),
)

scenario_version = Table(
    "scenario_version",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("scenario_id", ForeignKey("scenario.id"), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2 … within the scenario
    Column("parent_id", ForeignKey("scenario_version.id")),  # the version that it was made from
    Column("note", Text, nullable=False),
    Column("request", Text, nullable=False),  # coverage.planning.request.PlanRequest as JSON
    Column("assumptions", Text, nullable=False),  # every one as used and as shipped then: JSON
    Column("data_version", BigInteger, nullable=False),  # facts.DataVersion.number
    Column("data_at", String(27), nullable=False),  # its moment; blank for an empty store
    Column("facts", Text, nullable=False),  # what came of it beside the tables: JSON
    Column("at", String(27), nullable=False),
    Column("by", Text, nullable=False),
    Index(None, "scenario_id", "number", unique=True),
)

scenario_table = Table(
    "scenario_table",
    metadata,
    Column("version_id", ForeignKey("scenario_version.id"), primary_key=True),
    Column("name", String(20), primary_key=True),
    Column("table_sha256", ForeignKey("stored_file.sha256"), nullable=False),  # Parquet
)

scenario_event = Table(
    "scenario_event",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("version_id", ForeignKey("scenario_version.id"), nullable=False, index=True),
    Column("state", String(10), nullable=False),  # approved, withdrawn
    Column("at", String(27), nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
