"""Keep layers of existing medium-voltage lines and of rivers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "network_layer",
        sa.Column("batch_id", _NUMBER, nullable=False),
        sa.Column("shapes", sa.Integer(), nullable=False),
        sa.Column("length_m", sa.Float(), nullable=False),
        sa.Column("source_crs", sa.Text(), nullable=False),
        sa.Column("layer_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_network_layer_batch_id")),
        sa.ForeignKeyConstraint(["layer_sha256"], ["stored_file.sha256"], name=op.f("fk_network_layer_layer_sha256")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_network_layer")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("network_layer")
