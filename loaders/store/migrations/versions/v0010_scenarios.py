"""Keep scenarios of plans: versions with what was asked, what came of it, and who approved or withdrew them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "scenario",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("areas", sa.Text(), nullable=False),
        sa.Column("unit_list_date", sa.String(length=10), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
    )
    op.create_index(op.f("ix_scenario_name_key"), "scenario", ["name_key"], unique=True)
    op.create_table(
        "scenario_version",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("scenario_id", _NUMBER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent_id", _NUMBER, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("assumptions", sa.Text(), nullable=False),
        sa.Column("data_version", sa.BigInteger(), nullable=False),
        sa.Column("data_at", sa.String(length=27), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_scenario_version_scenario_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["scenario_version.id"], name=op.f("fk_scenario_version_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_version")),
    )
    op.create_index(
        op.f("ix_scenario_version_scenario_id_number"), "scenario_version", ["scenario_id", "number"], unique=True
    )
    op.create_table(
        "scenario_table",
        sa.Column("version_id", _NUMBER, nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("table_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["scenario_version.id"], name=op.f("fk_scenario_table_version_id")),
        sa.ForeignKeyConstraint(["table_sha256"], ["stored_file.sha256"], name=op.f("fk_scenario_table_table_sha256")),
        sa.PrimaryKeyConstraint("version_id", "name", name=op.f("pk_scenario_table")),
    )
    op.create_table(
        "scenario_event",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("version_id", _NUMBER, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["scenario_version.id"], name=op.f("fk_scenario_event_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_event")),
    )
    op.create_index(op.f("ix_scenario_event_version_id"), "scenario_event", ["version_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    for table in ("scenario_event", "scenario_table", "scenario_version", "scenario"):
        op.drop_table(table)
