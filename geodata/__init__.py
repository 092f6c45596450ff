"""Where things are: administrative units, their names, boundaries, shared vocabulary."""
