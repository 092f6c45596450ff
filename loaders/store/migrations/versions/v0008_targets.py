"""Keep an office's own targets by decision, which were withdrawn, and how they are split."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    _add_versions()
    op.create_table(
        "target_withdrawal",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("batch_id", _NUMBER, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_target_withdrawal_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_withdrawal")),
    )
    op.create_index(op.f("ix_target_withdrawal_batch_id"), "target_withdrawal", ["batch_id"])
    op.create_table(
        "target_cascade",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("batch_id", _NUMBER, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("due", sa.String(length=7), nullable=False),
        sa.Column("units_of", sa.String(length=10), nullable=False),
        sa.Column("base_period", sa.String(length=7), nullable=False),
        sa.Column("whole", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("tree_sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_target_cascade_batch_id")),
        sa.ForeignKeyConstraint(["tree_sha256"], ["stored_file.sha256"], name=op.f("fk_target_cascade_tree_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_cascade")),
    )
    op.create_index(op.f("ix_target_cascade_batch_id"), "target_cascade", ["batch_id"])
    op.create_index(op.f("ix_target_cascade_code"), "target_cascade", ["code"])


def _add_versions() -> None:
    texts = ("decision_vi", "decision_en", "source_vi", "source_en", "reason")
    op.create_table(
        "target_version",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("batch_id", _NUMBER, nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("programme_vi", sa.Text(), nullable=False),
        sa.Column("programme_en", sa.Text(), nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("area", sa.String(length=40), nullable=False),
        sa.Column("units_of", sa.String(length=10), nullable=False),
        sa.Column("applies_to", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("decision_date", sa.String(length=10), nullable=False),
        sa.Column("starts", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_target_version_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_version")),
    )
    op.create_index(op.f("ix_target_version_batch_id"), "target_version", ["batch_id"])
    op.create_table(
        "target_milestone",
        sa.Column("version_id", _NUMBER, nullable=False),
        sa.Column("due", sa.String(length=7), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["target_version.id"], name=op.f("fk_target_milestone_version_id")),
        sa.PrimaryKeyConstraint("version_id", "due", name=op.f("pk_target_milestone")),
    )


def downgrade() -> None:
    """Take back."""
    for table in ("target_cascade", "target_withdrawal", "target_milestone", "target_version"):
        op.drop_table(table)
