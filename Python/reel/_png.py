"""Pixels as PNG files and back, with zlib and NumPy alone.

The encoder is lossless: a picture of at most 256 colours gets a palette, any other picture the cheapest of
three filters for each row. The decoder reads what the encoder writes.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GRAY, _RGB, _PALETTE, _RGBA = 0, 2, 3, 6
_CHANNELS = {_GRAY: 1, _RGB: 3, _PALETTE: 1, _RGBA: 4}
_NONE, _SUB, _UP = 0, 1, 2


def encode(pixels: np.ndarray) -> bytes:
    """A PNG file of an array of bytes: (height, width), or (height, width, 1, 3 or 4).

    Example:
        >>> picture = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
        >>> bool((decode(encode(picture)) == picture).all())
        True
    """
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    kind = {1: _GRAY, 3: _RGB, 4: _RGBA}[channels]
    found = _find_palette(pixels) if kind == _RGB else None
    if found is None:
        depth, colours = 8, b""
        lines = _filter(np.ascontiguousarray(pixels).reshape(height, -1), channels)
    else:
        kind = _PALETTE
        palette, places = found
        depth = 1 if len(palette) <= 2 else 2 if len(palette) <= 4 else 4 if len(palette) <= 16 else 8
        colours = _chunk(b"PLTE", palette.tobytes())
        # Flat areas repeat above and beside themselves, which deflate finds without a filter.
        packed = _pack(places.reshape(height, width), depth)
        lines = np.zeros((height, packed.shape[1] + 1), np.uint8)
        lines[:, 1:] = packed
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    data = zlib.compress(lines.tobytes(), 6)
    return b"".join(
        [_SIGNATURE, _chunk(b"IHDR", header), colours, _chunk(b"IDAT", data), _chunk(b"IEND", b"")]
    )


def decode(png: bytes) -> np.ndarray:
    """The pixels of a PNG file that `encode` made: (height, width), or (height, width, 3 or 4)."""
    chunks: dict[bytes, bytes] = {}
    place = len(_SIGNATURE)
    while place < len(png):
        (length,) = struct.unpack_from(">I", png, place)
        name = png[place + 4 : place + 8]
        chunks[name] = chunks.get(name, b"") + png[place + 8 : place + 8 + length]
        place += 12 + length
    width, height, depth, kind = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    channels = _CHANNELS[kind]
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    rows = _unfilter(lines, channels)
    if kind == _PALETTE:
        palette = np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3)
        return palette[_unpack(rows, depth)[:, :width]]
    return rows.reshape((height, width) if channels == 1 else (height, width, channels))


def _find_palette(pixels: np.ndarray) -> "tuple[np.ndarray, np.ndarray] | None":
    """The colours of a picture and each pixel's place among them; None if there are too many."""
    wide = pixels.reshape(-1, 3).astype(np.uint32)
    colours = wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2]
    # Drawn pictures consist of runs of one colour, so each run is handled at once.
    starts = np.flatnonzero(np.concatenate(([True], colours[1:] != colours[:-1])))
    runs = colours[starts]
    if len(np.unique(runs[:4096])) > 256:
        return None
    palette, places = np.unique(runs, return_inverse=True)
    if len(palette) > 256:
        return None
    lengths = np.diff(np.append(starts, len(colours)))
    table = np.stack([palette >> 16, palette >> 8 & 255, palette & 255], axis=1).astype(np.uint8)
    return table, np.repeat(places.reshape(-1).astype(np.uint8), lengths)


def _pack(places: np.ndarray, depth: int) -> np.ndarray:
    """Rows of small numbers, several in a byte, the first in the highest bits."""
    if depth == 8:
        return places
    each = 8 // depth
    padded = np.pad(places, ((0, 0), (0, -places.shape[1] % each)))
    parts = padded.reshape(len(places), -1, each)
    packed = np.zeros(parts.shape[:2], np.uint8)
    for place in range(each):
        packed |= parts[:, :, place] << (8 - depth * (place + 1))
    return packed


def _unpack(rows: np.ndarray, depth: int) -> np.ndarray:
    if depth == 8:
        return rows
    shifts = np.arange(8 - depth, -1, -depth, dtype=np.uint8)
    return (rows[:, :, None] >> shifts & (1 << depth) - 1).reshape(len(rows), -1)


def _filter(rows: np.ndarray, channels: int) -> np.ndarray:
    """Each row as it is, or minus its left or upper neighbour, whichever has the smallest values."""
    sub = rows.copy()
    sub[:, channels:] -= rows[:, :-channels]
    up = rows.copy()
    up[1:] -= rows[:-1]
    candidates = np.stack([rows, sub, up])
    # A difference of 255 counts as −1.
    costs = np.abs(candidates.view(np.int8).astype(np.int16)).sum(axis=2, dtype=np.int64)
    best = costs.argmin(axis=0)
    lines = np.empty((len(rows), rows.shape[1] + 1), np.uint8)
    lines[:, 0] = best
    lines[:, 1:] = candidates[best, np.arange(len(rows))]
    return lines


def _unfilter(lines: np.ndarray, channels: int) -> np.ndarray:
    rows = lines[:, 1:].copy()
    for row, kind in enumerate(lines[:, 0]):
        if kind == _SUB:
            line = rows[row].reshape(-1, channels)
            rows[row] = np.add.accumulate(line, axis=0, dtype=np.uint8).reshape(-1)
        elif kind == _UP and row:
            rows[row] += rows[row - 1]
        elif kind not in (_NONE, _UP):
            raise ValueError(f"this PNG has rows of filter {kind}, which Reel does not write")
    return rows


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
