"""Tables for a terminal: columns as wide as their texts, numbers to the right."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from geodata.name_keys import nfc

GAP = "  "


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Collection[int] = ()) -> list[str]:
    """
    Return the lines of a table: a header, a rule, a line a row.

    Parameters
    ----------
    numbers
        Places of the columns that stand to the right.

    Examples
    --------
    >>> print("\\n".join(text_table(["Năm", "Hộ"], [["2022", "1.200"], ["2023", "9"]], numbers={1})))
    Năm      Hộ
    ----  -----
    2022  1.200
    2023      9
    """
    texts = [[nfc(str(cell)) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[place]) for row in texts) for place in range(len(header))]

    def line(row: Sequence[str]) -> str:
        cells = (
            cell.rjust(width) if place in numbers else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return GAP.join(cells).rstrip()

    return [line(texts[0]), GAP.join("-" * width for width in widths), *map(line, texts[1:])]
