"""Keep survey tables of things as columns (Parquet), and what bulk points and their substations measure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "survey_table",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("table_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_survey_table_batch_id")),
        sa.ForeignKeyConstraint(["table_sha256"], ["stored_file.sha256"], name=op.f("fk_survey_table_table_sha256")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_survey_table")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("survey_table")
