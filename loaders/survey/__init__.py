"""Surveys: where the tables of a workbook stand, what their columns mean, which rows can be taken."""
