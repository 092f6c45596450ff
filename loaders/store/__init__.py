"""The store: append-only batches of figures, points and boundary layers, in SQLite or PostgreSQL."""
