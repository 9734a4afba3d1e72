"""The encoding of values for hashing, and the chain of hashes."""

from __future__ import annotations

import hashlib
import struct
from typing import Any, Iterable, Sequence

import numpy as np

_INTEGER = struct.Struct("<q").pack
_REAL = struct.Struct("<d").pack
# SQLite keeps NaN as NULL, which is encoded as this one NaN.
NULL = struct.pack("<Q", 0x7FF8000000000000)


def spell(value: Any) -> bytes:
    """One value in the encoding that all hashes use."""
    kind = value.__class__
    if kind is int:
        return _INTEGER(value)
    if kind is float:
        return _REAL(value + 0.0) if value == value else NULL  # SQLite keeps no -0.0
    if value is None:
        return NULL
    data = value.encode() if kind is str else bytes(value)
    return _INTEGER(-1 - len(data)) + data


def hash_rows(rows: Iterable[Sequence[Any]]) -> bytes:
    """The hash of a table's rows."""
    return hashlib.sha256(b"".join([spell(value) for row in rows for value in row])).digest()


def hash_columns(columns: Sequence[np.ndarray]) -> bytes:
    """The same for rows given column by column: integers, reals or blobs of one width.

    Nothing is encoded value by value: the columns are copied into one array whose bytes are the
    encoding.
    """
    parts: list[tuple[str, str, Any]] = []
    for place, column in enumerate(columns):
        if column.dtype.kind == "V":
            parts.append((f"{place}.length", "<i8", -1 - column.dtype.itemsize))
        if column.dtype.itemsize:
            parts.append((f"{place}", column.dtype.newbyteorder("<").str, column))
    laid = np.empty(len(columns[0]), np.dtype([(name, kind) for name, kind, _ in parts]))
    for name, _, values in parts:
        laid[name] = values
    return hashlib.sha256(laid.view(np.uint8).data if len(laid) else b"").digest()


def first_link(
    run: dict[str, str], actions: Sequence[Sequence[Any]], fields: Sequence[Sequence[Any]]
) -> bytes:
    """The first hash of the chain: the run's description."""
    return hash_rows([*sorted(run.items()), *actions, *fields])


def next_link(before: bytes, own: Sequence[Any], sections: bytes) -> bytes:
    """The hash of a batch: of the hash before it, of its own values and of its sections."""
    return hashlib.sha256(before + b"".join(map(spell, own)) + sections).digest()
