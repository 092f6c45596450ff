"""Keep what was found in a boundary file, its simplified levels, and the features that users assigned by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FILE_KEYS = ("drawn_sha256", "check_sha256")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("boundary_layer") as layer:
        for key in _FILE_KEYS:
            layer.add_column(sa.Column(key, sa.String(length=64), nullable=True))
            layer.create_foreign_key(op.f(f"fk_boundary_layer_{key}"), "stored_file", [key], ["sha256"])
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "boundary_level",
        sa.Column("batch_id", number, nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("tolerance_m", sa.Float(), nullable=False),
        sa.Column("vertices", sa.Integer(), nullable=False),
        sa.Column("level_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_boundary_level_batch_id")),
        sa.ForeignKeyConstraint(["level_sha256"], ["stored_file.sha256"], name=op.f("fk_boundary_level_level_sha256")),
        sa.PrimaryKeyConstraint("batch_id", "level", name=op.f("pk_boundary_level")),
    )
    op.create_table(
        "boundary_choice",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("layout", sa.String(length=32), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("unit_list_date", sa.String(length=10), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_choice")),
    )
    op.create_index(op.f("ix_boundary_choice_layout"), "boundary_choice", ["layout"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_boundary_choice_layout"), table_name="boundary_choice")
    op.drop_table("boundary_choice")
    op.drop_table("boundary_level")
    with op.batch_alter_table("boundary_layer") as layer:
        for key in _FILE_KEYS:
            layer.drop_constraint(op.f(f"fk_boundary_layer_{key}"), type_="foreignkey")
            layer.drop_column(key)
