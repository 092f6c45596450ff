"""Everything that touches the outside: spreadsheets, boundary files, the database, exports, shipped data."""
