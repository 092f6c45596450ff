"""Keep of a household ledger its hash, size, place and how it was read; its roll-up is the file of the batch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "ledger",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ledger_sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_ledger_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_ledger")),
    )
    op.create_index(op.f("ix_ledger_ledger_sha256"), "ledger", ["ledger_sha256"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_ledger_ledger_sha256"), table_name="ledger")
    op.drop_table("ledger")
