"""Keep the sheet of each figure, the reasons given for warnings, and the columns chosen by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("figure", sa.Column("sheet", sa.Text(), nullable=True))
    op.add_column("batch_issue", sa.Column("reason", sa.Text(), nullable=True))
    op.create_table(
        "column_choice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("layout", sa.String(length=32), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("column_key", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_choice")),
    )
    op.create_index(op.f("ix_column_choice_layout"), "column_choice", ["layout"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_column_choice_layout"), table_name="column_choice")
    op.drop_table("column_choice")
    op.drop_column("batch_issue", "reason")
    op.drop_column("figure", "sheet")
