"""Household ledgers: millions of rows of the billing system → households by commune, quarter and supply, by DuckDB."""
