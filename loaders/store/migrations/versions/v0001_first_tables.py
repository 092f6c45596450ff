"""Create the first tables: files, batches and their events, figures, points, hamlets, boundary layers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=True),
        sa.Column("unit_list_date", sa.String(length=10), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_valid", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["file_sha256"], ["stored_file.sha256"], name=op.f("fk_batch_file_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index(op.f("ix_batch_file_sha256_kind"), "batch", ["file_sha256", "kind"], unique=False)
    op.create_table(
        "batch_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_event_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_event")),
    )
    op.create_index(op.f("ix_batch_event_at"), "batch_event", ["at"], unique=False)
    op.create_index(op.f("ix_batch_event_batch_id"), "batch_event", ["batch_id"], unique=False)
    op.create_table(
        "batch_issue",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_issue_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "ordinal", name=op.f("pk_batch_issue")),
    )
    op.create_table(
        "boundary_layer",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_on", sa.String(length=10), nullable=False),
        sa.Column("source_crs", sa.Text(), nullable=False),
        sa.Column("units_matched", sa.Integer(), nullable=False),
        sa.Column("layer_sha256", sa.String(length=64), nullable=False),
        sa.Column("map_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_boundary_layer_batch_id")),
        sa.ForeignKeyConstraint(["layer_sha256"], ["stored_file.sha256"], name=op.f("fk_boundary_layer_layer_sha256")),
        sa.ForeignKeyConstraint(["map_sha256"], ["stored_file.sha256"], name=op.f("fk_boundary_layer_map_sha256")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_boundary_layer")),
    )
    op.create_table(
        "bulk_point",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("point_code", sa.String(length=40), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.Column("organisation_name", sa.Text(), nullable=False),
        sa.Column("master_meter", sa.Text(), nullable=False),
        sa.Column("households_behind", sa.Integer(), nullable=False),
        sa.Column("loss_share", sa.Float(), nullable=True),
        sa.Column("line_km", sa.Float(), nullable=True),
        sa.Column("condition", sa.String(length=10), nullable=True),
        sa.Column("takeover_state", sa.String(length=12), nullable=False),
        sa.Column("takeover_date", sa.String(length=10), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_bulk_point_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "point_code", name=op.f("pk_bulk_point")),
    )
    op.create_table(
        "figure",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("cell", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_figure_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "commune_code", "period", "measure", name=op.f("pk_figure")),
    )
    op.create_index(
        op.f("ix_figure_period_commune_code_measure"),
        "figure",
        ["period", "commune_code", "measure"],
        unique=False,
    )
    op.create_table(
        "figure_note",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_figure_note_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "commune_code", "period", name=op.f("pk_figure_note")),
    )
    op.create_table(
        "hamlet",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hamlet_code", sa.String(length=40), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.Column("hamlet_name", sa.Text(), nullable=False),
        sa.Column("households_without_grid", sa.Integer(), nullable=False),
        sa.Column("grid_distance_km", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_hamlet_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "hamlet_code", name=op.f("pk_hamlet")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("hamlet")
    op.drop_table("figure_note")
    op.drop_index(op.f("ix_figure_period_commune_code_measure"), table_name="figure")
    op.drop_table("figure")
    op.drop_table("bulk_point")
    op.drop_table("boundary_layer")
    op.drop_table("batch_issue")
    op.drop_index(op.f("ix_batch_event_batch_id"), table_name="batch_event")
    op.drop_index(op.f("ix_batch_event_at"), table_name="batch_event")
    op.drop_table("batch_event")
    op.drop_index(op.f("ix_batch_file_sha256_kind"), table_name="batch")
    op.drop_table("batch")
    op.drop_table("stored_file")
