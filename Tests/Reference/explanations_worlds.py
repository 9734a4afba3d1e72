"""What a learner sees of a recorded state, by docs/worlds.md."""

import math
import struct

import numpy as np


def snake(recording, blob):
    """Eleven bits: danger straight, right, left; moving left, right, up, down; food left, right, up, down."""
    x, y, heading, _, food_x, food_y, length, _ = struct.unpack_from("<6BHI", blob)
    ways = (1, 0), (0, 1), (-1, 0), (0, -1)
    cells, (cell_x, cell_y) = {(x, y)}, (x, y)
    for index in range(length - 1):
        dx, dy = ways[blob[12 + index // 4] >> 2 * (index % 4) & 3]
        cell_x, cell_y = cell_x - dx, cell_y - dy
        cells.add((cell_x, cell_y))

    def danger(turn):
        dx, dy = ways[(heading + turn) % 4]
        ahead = x + dx, y + dy
        return ahead in cells or not (0 <= ahead[0] < 32 and 0 <= ahead[1] < 24)

    return {
        "danger straight": danger(0), "danger right": danger(1), "danger left": danger(-1),
        "moving left": heading == 2, "moving right": heading == 0, "moving up": heading == 3,
        "moving down": heading == 1, "food left": food_x < x, "food right": food_x > x,
        "food up": food_y < y, "food down": food_y > y}


def reacher(recording, blob):
    """Ten numbers, as Gymnasium's Reacher-v5 shows them."""
    fields = {name: offset for name, offset in recording.rows.execute(
        "SELECT name, offset FROM fields WHERE subject = 'state'")}
    numbers = {name: struct.unpack_from("<d", blob, offset)[0] for name, offset in fields.items()}
    q0, q1, v0, v1, target_x, target_y = numbers.values()
    tip_x = 0.1 * math.cos(q0) + 0.11 * math.cos(q0 + q1)
    tip_y = 0.1 * math.sin(q0) + 0.11 * math.sin(q0 + q1)
    return {
        "cos angle0": math.cos(q0), "cos angle1": math.cos(q1), "sin angle0": math.sin(q0),
        "sin angle1": math.sin(q1), "target x": target_x, "target y": target_y, "velocity0": v0,
        "velocity1": v1, "fingertip − target x": tip_x - target_x,
        "fingertip − target y": tip_y - target_y}


def breakout(settings, blob):
    """The page as lines of characters, and the place that the ball comes from as `o`."""
    rows, columns = settings["rows"], settings["columns"]
    x, y, dx, dy, paddle, _ = struct.unpack_from("<2B2b2B", blob)
    page = [list("#" * columns if row in (0, rows - 1) else "#" + " " * (columns - 2) + "#")
            for row in range(rows)]
    each = (columns - 2) // 6
    bits = int.from_bytes(blob[6:], "little")
    for brick in range(each * settings["bricks"]):
        if bits >> brick & 1:
            row, place = divmod(brick, each)
            page[1 + settings["gap"] + row][1 + 6 * place:7 + 6 * place] = "|____|"
    page[rows - 2][paddle:paddle + settings["paddle"]] = "=" * settings["paddle"]
    if settings["trail"]:
        page[max(0, min(rows - 1, y - dy))][max(0, min(columns - 1, x - dx))] = "o"
    page[y][x] = "O"
    return page


def lives(blob):
    """How many balls are left."""
    return blob[5]


def symbols(settings, network, blob):
    """The page as patches of symbols (places, each); −1 is a blank."""
    page = breakout(settings, blob)
    high, wide = network["each"] // network["columns"], network["columns"]
    alphabet = "".join(map(chr, network["alphabet"]))
    patches = np.full((network["places"], network["each"]), -1)
    for row, line in enumerate(page):
        for column, letter in enumerate(line):
            if letter in alphabet:
                place = row // high * network["across"] + column // wide
                spot = row % high * wide + column % wide
                patches[place, spot] = spot * len(alphabet) + alphabet.index(letter)
    return patches


def moves(recording, state, action):
    """Where a grid world's move leads, by its map: one that is blocked stays."""
    lines = recording.run["map"].split("\n\n", 1)[1].rstrip("\n").split("\n")
    # The course's grids have words for cells, and count their rows from below.
    is_course = recording.run["world"] == "grid"
    cells = [line.split() if is_course else list(line) for line in lines]
    dx, dy = recording.rows.execute("SELECT dx, dy FROM actions WHERE action = ?", (action,)).fetchone()
    row, column = divmod(state, len(cells[0]))
    row, column = (len(cells) - 1 - row if is_course else row) + dy, column + dx
    if not (0 <= row < len(cells) and 0 <= column < len(cells[0])) or cells[row][column] == "#":
        return state
    return (len(cells) - 1 - row if is_course else row) * len(cells[0]) + column
