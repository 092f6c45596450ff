"""Alembic migrations of the store; each version freezes the tables as they were that day."""
