"""The loops that are compiled: they make the raster of communes, and place points by counting crossed edges."""

from __future__ import annotations

from geodata.commune_raster import Floats, Ints, Longs

Waiting = tuple[Ints, Floats, Floats]
"""Points that the raster does not decide: their places, longitudes and latitudes."""


def pair_cells(
    start: Floats,
    end: Floats,
    owner: Longs,
    west: float,
    south: float,
    cell: float,
    columns: int,
    stamp: Ints,
    next_place: Longs,
    communes: Ints,
) -> int:
    """
    Write the communes of the cells that their edges pass: each commune of a cell once, in ascending order.

    Called twice: with empty `communes` it counts into `next_place` (by cell), then it fills from there.

    Parameters
    ----------
    start, end, owner
        Ends of the edges (x, y), those of a commune together, and the number of the commune, ascending.
    stamp
        By cell the last commune that was written; -1 before both calls.
    """
    is_counting = communes.shape[0] == 0
    pairs = 0
    for edge in range(owner.shape[0]):
        x, y = (start[edge, 0] - west) / cell, (start[edge, 1] - south) / cell
        dx, dy = (end[edge, 0] - west) / cell - x, (end[edge, 1] - south) / cell - y
        # Pieces of at most a cell, so that the cells around the ends of a piece hold all of it.
        pieces = int(max(abs(dx), abs(dy))) + 1
        for piece in range(pieces):
            x1, x2 = x + dx * piece / pieces, x + dx * (piece + 1) / pieces
            y1, y2 = y + dy * piece / pieces, y + dy * (piece + 1) / pieces
            # A hair wider, for points whose cell is reckoned a rounding error away.
            for row in range(int(min(y1, y2) - 1e-9), int(max(y1, y2) + 1e-9) + 1):
                for column in range(int(min(x1, x2) - 1e-9), int(max(x1, x2) + 1e-9) + 1):
                    place = row * columns + column
                    if stamp[place] != owner[edge]:
                        stamp[place] = owner[edge]
                        pairs += 1
                        if not is_counting:
                            communes[next_place[place]] = owner[edge]
                        next_place[place] += 1
    return pairs


def sort_edges(
    start: Floats, end: Floats, owner: Longs, low: Ints, high: Ints, first_band: Longs, next_place: Longs, edges: Floats
) -> None:
    """
    Write the edges of each band of each commune, those of a band together.

    Parameters
    ----------
    low, high
        First and last band of each edge, counted from the south of the raster.
    first_band
        Place among all bands of the southernmost band, if the commune had one there.
    next_place
        By band the place of its first edge in `edges`; moves on.
    """
    for edge in range(owner.shape[0]):
        for level in range(low[edge], high[edge] + 1):
            band = first_band[owner[edge]] + level
            place = next_place[band]
            next_place[band] = place + 1
            edges[place, 0], edges[place, 1] = start[edge, 0], start[edge, 1]
            edges[place, 2], edges[place, 3] = end[edge, 0], end[edge, 1]


def fill_rows(
    ids: Ints,
    west: float,
    south: float,
    cell: float,
    slots: Ints,
    starts: Longs,
    communes: Ints,
    finer: int,
    first_band: Ints,
    band_starts: Longs,
    edge_starts: Longs,
    edges: Floats,
    crossings: Floats,
    extra: Longs,
) -> int:
    """
    Give each cell without a border the lowest commune that its centre lies in.

    Parameters
    ----------
    crossings
        Room for as many numbers as a band has edges.
    extra
        Takes cell × number of communes + commune where a commune holds a mixed cell without a border in it, as where
        outlines overlap; as many as there is room for.

    Returns
    -------
    found
        How many `extra` there are.
    """
    found, count = 0, first_band.shape[0]
    for commune in range(count):
        last_band = first_band[commune] + band_starts[commune + 1] - band_starts[commune] - 1
        for row in range(first_band[commune] // finer, last_band // finer + 1):
            y = south + (row + 0.5) * cell
            # The band of the centres.
            band = band_starts[commune] + row * finer + finer // 2 - first_band[commune]
            if band < band_starts[commune] or band >= band_starts[commune + 1]:
                continue
            crossed = 0
            for edge in range(edge_starts[band], edge_starts[band + 1]):
                y1, y2 = edges[edge, 1], edges[edge, 3]
                if (y1 <= y) != (y2 <= y):
                    x = edges[edge, 0] + (y - y1) * (edges[edge, 2] - edges[edge, 0]) / (y2 - y1)
                    place = crossed
                    while place > 0 and crossings[place - 1] > x:
                        crossings[place] = crossings[place - 1]
                        place -= 1
                    crossings[place] = x
                    crossed += 1
            for pair in range(0, crossed - 1, 2):
                # Centres between the two; a border as near to one as rounding makes its cell a mixed one.
                first = int((crossings[pair] - west) / cell + 0.5)
                last = int((crossings[pair + 1] - west) / cell - 0.5)
                for column in range(first, last + 1):
                    if ids[row, column] == -1:
                        ids[row, column] = commune
                    elif ids[row, column] == -2:
                        slot = slots[row, column]
                        is_known = False
                        for place in range(starts[slot], starts[slot + 1]):
                            is_known = is_known or communes[place] == commune
                        if not is_known:
                            if found < extra.shape[0]:
                                extra[found] = (row * ids.shape[1] + column) * count + commune
                            found += 1
    return found


def find_cells(
    lon: Floats, lat: Floats, found: Ints, west: float, south: float, cell: float, cells: Ints, waiting: Waiting
) -> int:
    """
    Write what the cell of each point says into `found`, and the points in mixed cells into `waiting`.

    Parameters
    ----------
    cells
        Rows × columns: a commune, -1 outside, -2 - n for the mixed cell number n.
    waiting
        Room for all points: their places and coordinates.

    Returns
    -------
    count
        How many points wait.
    """
    points, x, y = waiting
    height, width = cells.shape
    count = 0
    for point in range(lon.shape[0]):
        across, up = (lon[point] - west) / cell, (lat[point] - south) / cell
        # Written so that a missing coordinate fails.
        if not (0.0 <= across < width and 0.0 <= up < height):
            found[point] = -1
            continue
        known = cells[int(up), int(across)]
        found[point] = known
        if known <= -2:
            points[count], x[count], y[count] = point, lon[point], lat[point]
            count += 1
    return count


def order_points(found: Ints, points: Ints, ends: Longs, order: Ints) -> None:
    """
    Write the points that wait in the order of their cells: a cell's edges are then near for all of its points.

    Parameters
    ----------
    found
        As `find_cells` wrote it.
    points
        The places of the points that wait.
    ends
        Zeros by mixed cell, and one more; becomes the place in `order` behind the last point of each.
    order
        Takes their places in `points`.
    """
    for number in range(points.shape[0]):
        ends[-1 - found[points[number]]] += 1
    for slot in range(1, ends.shape[0]):
        ends[slot] += ends[slot - 1]
    for number in range(points.shape[0]):
        slot = -2 - found[points[number]]
        order[ends[slot]] = number
        ends[slot] += 1


def place_points(
    waiting: Waiting,
    order: Ints,
    ends: Longs,
    found: Ints,
    south: float,
    cell: float,
    starts: Longs,
    communes: Ints,
    finer: int,
    first_band: Ints,
    band_starts: Longs,
    edge_starts: Longs,
    edges: Floats,
) -> None:
    """
    Write the commune of points in mixed cells into `found`: its number, -1 outside, -2 where rounding leaves it open.

    Parameters
    ----------
    waiting, order, ends
        As `find_cells` and `order_points` wrote them.

    Notes
    -----
    Plain loops over numbers, because numba compiles them. An edge is crossed where the point lies between its ends
    in y, the lower end included, and left of it; the sign of a determinant tells. Where that is smaller than its
    rounding error (Shewchuk, 1997, adaptive precision floating-point arithmetic: 3.33e-16 times the sum of its parts;
    four times as much here), the point is left to exact arithmetic.
    """
    points, longitudes, latitudes = waiting
    slot = 0
    for number in range(order.shape[0]):
        while number >= ends[slot]:
            slot += 1
        x, y = longitudes[order[number]], latitudes[order[number]]
        level = int((y - south) / cell * finer)
        answer = -1
        for place in range(starts[slot], starts[slot + 1]):
            commune = communes[place]
            band = band_starts[commune] + level - first_band[commune]
            if level < first_band[commune] or band >= band_starts[commune + 1]:
                continue
            is_inside = False
            for edge in range(edge_starts[band], edge_starts[band + 1]):
                x1, y1, x2, y2 = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3]
                if (y1 > y and y2 > y) or (y1 < y and y2 < y) or (x1 < x and x2 < x):
                    continue
                one, other = (x1 - x) * (y2 - y), (x2 - x) * (y1 - y)
                if abs(one - other) <= 1.4e-15 * (abs(one) + abs(other)):
                    answer = -2
                    break
                if (y1 <= y) != (y2 <= y) and ((one > other) == (y2 > y1)):
                    is_inside = not is_inside
            if answer == -2:
                break
            if is_inside:
                answer = commune
                break
        found[points[order[number]]] = answer
