"""Keep organisations' own commune lists, how they were reconciled, and what persons decided of their entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "commune_list",
        sa.Column("batch_id", _NUMBER, nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("valid_on", sa.String(length=10), nullable=False),
        sa.Column("entries_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_commune_list_batch_id")),
        sa.ForeignKeyConstraint(
            ["entries_sha256"], ["stored_file.sha256"], name=op.f("fk_commune_list_entries_sha256")
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_commune_list")),
    )
    op.create_table(
        "reconciliation",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("batch_id", _NUMBER, nullable=False),
        sa.Column("event_id", _NUMBER, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("result_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["commune_list.batch_id"], name=op.f("fk_reconciliation_batch_id")),
        sa.ForeignKeyConstraint(["event_id"], ["batch_event.id"], name=op.f("fk_reconciliation_event_id")),
        sa.ForeignKeyConstraint(
            ["result_sha256"], ["stored_file.sha256"], name=op.f("fk_reconciliation_result_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    op.create_index(op.f("ix_reconciliation_batch_id"), "reconciliation", ["batch_id"])
    op.create_table(
        "entry_decision",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("entry_key", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("unit_code", sa.String(length=5), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_decision")),
    )
    op.create_index(op.f("ix_entry_decision_organisation"), "entry_decision", ["organisation"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("entry_decision")
    op.drop_table("reconciliation")
    op.drop_table("commune_list")
