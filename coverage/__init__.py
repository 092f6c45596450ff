"""What the numbers mean: indicators, roll-up, targets, what remains, reports as data. Not coverage.py."""
