"""Gymnasium's spaces as JSON, and their values as columns of a recording.

A space is described by JSON (the run's key `spaces`), so that a recording can be read without Gymnasium.
"""

from __future__ import annotations

import json
import math
from typing import Any, Callable, Iterator, NamedTuple, Optional, Sequence

import numpy as np

# An integer in a recording has 63 bits; one bit is reserved for values outside the space.
_INTEGER_LIMIT = 1 << 62
# Larger values are stored in `scenes`, or, if they are pictures, in `images`.
_LARGE = 16 * 1024
_PICTURE = 4096
# Up to this many components have a field each.
_NAMED = 64

_BLOB_TYPES = ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")


# Descriptions.


def describe(space: Any) -> dict:
    """A space as JSON.

    Example:
        >>> from gymnasium import spaces
        >>> describe(spaces.Discrete(3, start=1))
        {'type': 'Discrete', 'n': 3, 'start': 1, 'dtype': 'int64'}
    """
    from gymnasium import spaces

    if isinstance(space, spaces.Discrete):
        dtype = str(getattr(space, "dtype", None) or "int64")
        return {"type": "Discrete", "n": int(space.n), "start": int(space.start), "dtype": dtype}
    if isinstance(space, spaces.Box):
        return {
            "type": "Box", "shape": list(space.shape), "dtype": str(space.dtype),
            "low": _bounds(space.low), "high": _bounds(space.high),
        }  # fmt: skip
    if isinstance(space, spaces.MultiDiscrete):
        start = getattr(space, "start", np.zeros_like(space.nvec))
        return {
            "type": "MultiDiscrete", "nvec": np.asarray(space.nvec).tolist(),
            "start": np.asarray(start).tolist(), "dtype": str(space.dtype),
        }  # fmt: skip
    if isinstance(space, spaces.MultiBinary):
        return {"type": "MultiBinary", "shape": list(space.shape)}
    if isinstance(space, spaces.Dict):
        return {"type": "Dict", "spaces": {key: describe(part) for key, part in space.items()}}
    if isinstance(space, spaces.Tuple):
        return {"type": "Tuple", "spaces": [describe(part) for part in space.spaces]}
    if isinstance(space, spaces.Text):
        return {
            "type": "Text", "min_length": space.min_length, "max_length": space.max_length,
            "charset": "".join(sorted(space.character_set)),
        }  # fmt: skip
    if isinstance(space, spaces.Sequence):
        stack = bool(getattr(space, "stack", False))
        return {"type": "Sequence", "space": describe(space.feature_space), "stack": stack}
    if isinstance(space, spaces.Graph):
        edges = None if space.edge_space is None else describe(space.edge_space)
        return {"type": "Graph", "nodes": describe(space.node_space), "edges": edges}
    if isinstance(space, getattr(spaces, "OneOf", ())):
        return {"type": "OneOf", "spaces": [describe(part) for part in space.spaces]}
    return {"type": type(space).__name__}


def to_space(description: dict) -> Any:
    """The Gymnasium space for a description."""
    from gymnasium import spaces

    kind = description["type"]
    if kind == "Discrete":
        return spaces.Discrete(description["n"], start=description["start"])
    if kind == "Box":
        dtype = np.dtype(description["dtype"])
        low, high = (_full(description[bound], description["shape"], dtype) for bound in ("low", "high"))
        return spaces.Box(low, high, dtype=dtype.type)
    if kind == "MultiDiscrete":
        start = np.array(description["start"])
        return spaces.MultiDiscrete(
            np.array(description["nvec"]), dtype=np.dtype(description["dtype"]).type, start=start
        )
    if kind == "MultiBinary":
        shape = description["shape"]
        return spaces.MultiBinary(shape[0] if len(shape) == 1 else shape)
    if kind == "Dict":
        return spaces.Dict({key: to_space(part) for key, part in description["spaces"].items()})
    if kind == "Tuple":
        return spaces.Tuple([to_space(part) for part in description["spaces"]])
    if kind == "Text":
        return spaces.Text(
            description["max_length"], min_length=description["min_length"],
            charset=description["charset"],
        )  # fmt: skip
    if kind == "Sequence":
        return spaces.Sequence(to_space(description["space"]), stack=description["stack"])
    if kind == "Graph":
        edges = description["edges"]
        return spaces.Graph(to_space(description["nodes"]), edges and to_space(edges))
    if kind == "OneOf":
        return spaces.OneOf([to_space(part) for part in description["spaces"]])
    raise ValueError(f"Gymnasium has no space {kind}")


def _bounds(bounds: np.ndarray) -> Any:
    """One number if all are the same, else a nested list; JSON has no infinity."""
    if bounds.size and (bounds == bounds.flat[0]).all():
        return _plain(bounds.flat[0].item())
    return _plain(bounds.tolist())


def _full(bounds: Any, shape: list, dtype: np.dtype) -> np.ndarray:
    kind = np.float64 if dtype.kind == "f" else dtype
    return np.broadcast_to(_array(bounds, kind), tuple(shape)).astype(dtype)


def _plain(value: Any) -> Any:
    """Nested lists of numbers for JSON: those that are not finite become strings."""
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _array(value: Any, dtype: Any) -> np.ndarray:
    """The array of what `_plain` made."""

    def number(part: Any) -> Any:
        if isinstance(part, list):
            return [number(each) for each in part]
        return float(part) if isinstance(part, str) else part

    return np.array(number(value), dtype=dtype)


# Values as JSON, for spaces without a fixed width.


def to_json(description: dict, value: Any) -> Any:
    """A value of a space in a form for `json.dumps`."""
    kind = description["type"]
    if kind == "Dict":
        return {key: to_json(part, value[key]) for key, part in description["spaces"].items()}
    if kind == "Tuple":
        return [to_json(part, each) for part, each in zip(description["spaces"], value)]
    if kind == "Text":
        return str(value)
    if kind == "Sequence":
        inner = description["space"]
        return [to_json(inner, each) for each in _elements(inner, value)]
    if kind == "Graph":
        return {
            "nodes": _plain(np.asarray(value.nodes).tolist()),
            "edges": None if value.edges is None else _plain(np.asarray(value.edges).tolist()),
            "edge_links": None if value.edge_links is None else np.asarray(value.edge_links).tolist(),
        }
    if kind == "OneOf":
        return [int(value[0]), to_json(description["spaces"][int(value[0])], value[1])]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    return _plain(value) if isinstance(value, (int, float, str, bool, list)) else str(value)


def from_json(description: dict, value: Any) -> Any:
    """The value of a space that `to_json` gave as JSON."""
    kind = description["type"]
    if kind == "Dict":
        return {key: from_json(part, value[key]) for key, part in description["spaces"].items()}
    if kind == "Tuple":
        return tuple(from_json(part, each) for part, each in zip(description["spaces"], value))
    if kind == "Sequence":
        parts = tuple(from_json(description["space"], each) for each in value)
        return _stacked(description["space"], parts) if description["stack"] else parts
    if kind == "OneOf":
        return value[0], from_json(description["spaces"][value[0]], value[1])
    if kind == "Graph":
        from gymnasium.spaces import GraphInstance

        def part(name: str, space: Optional[dict]) -> Optional[np.ndarray]:
            if value[name] is None or space is None:
                return None
            kind = "int64" if space["type"] == "Discrete" else space["dtype"]
            shape = (-1, *space.get("shape", ()))
            return _array(value[name], kind).reshape(shape)

        links = value["edge_links"]
        return GraphInstance(
            nodes=part("nodes", description["nodes"]),
            edges=part("edges", description["edges"]),
            edge_links=None if links is None else np.array(links, np.int32).reshape(-1, 2),
        )
    if kind == "Discrete":
        return np.dtype(description.get("dtype", "int64")).type(value)
    if kind in ("Box", "MultiDiscrete", "MultiBinary"):
        return _array(value, description.get("dtype", "int8")).reshape(_shape(description))
    return value


def _elements(inner: dict, value: Any) -> list:
    """The elements of a sequence, which may be stacked part by part."""
    if isinstance(value, dict):
        columns = {key: _elements(part, value[key]) for key, part in inner["spaces"].items()}
        return [dict(zip(columns, parts)) for parts in zip(*columns.values())]
    if inner["type"] == "Tuple" and isinstance(value, tuple) and not _is_list_of(inner, value):
        return list(zip(*(_elements(part, each) for part, each in zip(inner["spaces"], value))))
    return list(value)


def _is_list_of(inner: dict, value: tuple) -> bool:
    return all(isinstance(each, tuple) for each in value)


def _stacked(inner: dict, parts: tuple) -> Any:
    if inner["type"] == "Dict":
        return {key: _stacked(part, tuple(each[key] for each in parts)) for key, part in inner["spaces"].items()}
    if inner["type"] == "Tuple":
        return tuple(_stacked(part, tuple(each[i] for each in parts)) for i, part in enumerate(inner["spaces"]))
    if inner["type"] in ("Discrete", "Box", "MultiDiscrete", "MultiBinary"):
        dtype = inner.get("dtype", "int8")
        return np.array(parts, dtype).reshape(len(parts), *_shape(inner))
    return parts


def _shape(description: dict) -> tuple:
    if description["type"] == "MultiDiscrete":
        return np.shape(description["nvec"])
    return tuple(description.get("shape", ()))


# Columns.


class Leaf(NamedTuple):
    """A part of a space that holds numbers: its path, and its description."""

    path: tuple
    description: dict
    dtype: np.dtype
    shape: tuple

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def name(self) -> str:
        return ".".join(map(str, self.path))

    def digits(self) -> Optional[tuple[list[int], list[int]]]:
        """How many values each component has, and the lowest of each; None if they are no digits."""
        kind = self.description["type"]
        if kind == "Discrete":
            return [self.description["n"]], [self.description["start"]]
        if kind == "MultiBinary":
            return [2] * self.size, [0] * self.size
        if kind == "MultiDiscrete":
            nvec, start = self.description["nvec"], self.description["start"]
            return np.ravel(nvec).tolist(), np.ravel(start).tolist()
        return None

    def names(self, subject: str) -> list[str]:
        """A name for each component."""
        stem = self.name or {"state": "observation"}.get(subject, subject)
        if not self.shape:
            return [stem]
        return [f"{stem}[{','.join(map(str, place))}]" for place in np.ndindex(self.shape)]


def _leaves(description: dict, path: tuple = ()) -> Iterator[Leaf]:
    kind = description["type"]
    if kind == "Dict":
        for key, part in description["spaces"].items():
            yield from _leaves(part, (*path, key))
    elif kind == "Tuple":
        for place, part in enumerate(description["spaces"]):
            yield from _leaves(part, (*path, place))
    else:
        dtype = np.dtype(description.get("dtype", "int8" if kind == "MultiBinary" else "int64"))
        if dtype.kind == "b":
            dtype = np.dtype(np.uint8)
        elif dtype.str[1:] not in _BLOB_TYPES:
            dtype = np.dtype(np.float64)
        yield Leaf(path, description, dtype.newbyteorder("<"), _shape(description))


def _is_varied(description: dict) -> bool:
    """Whether values have no fixed width."""
    if description["type"] in ("Dict", "Tuple"):
        parts = description["spaces"]
        return any(map(_is_varied, parts.values() if isinstance(parts, dict) else parts))
    return description["type"] not in ("Discrete", "Box", "MultiDiscrete", "MultiBinary")


class Codec:
    """How values of a space become one column of a recording, and back.

    `aside` says what the column cannot hold: None, or that the value is stored in `scenes` as "json" or
    "deflated", or in `images` as a "picture"; then the column has an empty blob.

    Example:
        >>> codec = Codec({"type": "Discrete", "n": 500, "start": 0})
        >>> codec.is_integer, codec.encode(252)
        (True, 252)
        >>> box = Codec({"type": "Box", "shape": [2], "dtype": "float32", "low": 0, "high": 1})
        >>> box.decode(box.gather([box.encode(np.array([0.5, 1.0], np.float32))]))
        array([[0.5, 1. ]], dtype=float32)
    """

    def __init__(self, description: dict) -> None:
        self.description = description
        # Called with a kind and the end of a sentence if a value had to be cast.
        self.on_misfit: Optional[Callable[[str, str], None]] = None
        self.leaves = [] if _is_varied(description) else list(_leaves(description))
        digits = [found for found in (leaf.digits() for leaf in self.leaves) if found]
        counts = [count for each, _ in digits for count in each]
        self.is_integer = (
            not _is_varied(description) and len(digits) == len(self.leaves)
            and math.prod(counts) < _INTEGER_LIMIT
        )  # fmt: skip
        if self.is_integer:
            self._counts = np.array(counts, np.int64)
            self._starts = np.array([start for _, each in digits for start in each], np.int64)
            # The first component is the most significant digit.
            products = [math.prod(self._counts[place + 1 :].tolist()) for place in range(len(self._counts))]
            self._weights = np.array(products, np.int64)
        self._layout = np.dtype(
            [(f"{place}", leaf.dtype, leaf.shape) for place, leaf in enumerate(self.leaves)]
        )
        self.aside: Optional[str] = None
        if _is_varied(description):
            self.aside = "json"
        elif not self.is_integer and self._is_picture():
            self.aside = "picture"
        elif not self.is_integer and self._layout.itemsize > _LARGE:
            self.aside = "deflated"
        width = 0 if self.aside else self._layout.itemsize
        self.dtype = np.dtype(np.int64) if self.is_integer else np.dtype(f"V{width}")
        self.encode: Callable[[Any], Any] = self._encoder()
        # Arrays of all worlds whose bytes are those of the column.
        self._worlds_dtype, self._worlds_shape = self.plain_box
        if self.is_integer and self.is_single_discrete and not self.start and np.little_endian:
            self._worlds_dtype = np.dtype(np.int64)

    def _is_picture(self) -> bool:
        box = self.description
        return (
            box["type"] == "Box" and box["dtype"] == "uint8"
            and 2 <= len(box["shape"]) <= 4 and math.prod(box["shape"]) > _PICTURE
        )  # fmt: skip

    @property
    def is_single_discrete(self) -> bool:
        return self.description["type"] == "Discrete"

    @property
    def start(self) -> int:
        """The lowest value of a single discrete space."""
        return int(self._starts[0])

    @property
    def plain_box(self) -> tuple[Optional[np.dtype], tuple]:
        """The dtype and shape of arrays whose bytes equal the column's; else no dtype."""
        if self.aside or self.is_integer or len(self.leaves) != 1 or self.leaves[0].path:
            return None, ()
        leaf = self.leaves[0]
        # NumPy has one object for each of its own dtypes, so comparing identities is quick.
        dtype = np.dtype(leaf.dtype.type)
        is_as_kept = np.little_endian and dtype == leaf.description.get("dtype", "int64")
        return (dtype if is_as_kept else None), leaf.shape

    @property
    def count(self) -> int:
        """How many values a discrete space has."""
        return math.prod(self._counts.tolist())

    # One value.

    def _encoder(self) -> Callable[[Any], Any]:
        """The function that turns one value into the column's: the usual kinds as quickly as possible."""
        if self.aside:
            return lambda value: b""
        if self.is_integer:
            if not self.is_single_discrete:
                return self._encode_digits
            start = int(self._starts[0])

            def encode_number(value: Any) -> int:
                if value.__class__ is int:
                    return value - start
                return int(value if np.ndim(value) == 0 else np.ravel(value)[0]) - start

            return encode_number
        if len(self.leaves) > 1 or self.leaves and self.leaves[0].path:
            return self.blob
        leaf, (dtype, shape) = self.leaves[0], self.plain_box

        def encode(value: Any) -> bytes:
            if value.__class__ is np.ndarray and value.dtype is dtype and value.shape == shape:
                return value.tobytes()
            fitted = _fit(value, leaf).tobytes()
            self._notice(value, leaf)
            return fitted

        return encode

    def _notice(self, value: Any, leaf: Leaf, front: tuple = ()) -> None:
        """Reports a value that does not have the dtype or shape of its space."""
        if self.on_misfit is None or leaf.description["type"] != "Box":
            return
        array, kind = np.asarray(value), leaf.description["dtype"]
        if array.shape != (*front, *leaf.shape):
            shape = array.shape[len(front):]
            self.on_misfit("shape", f"shape {shape}, where its space has {leaf.shape}")
        elif array.dtype != kind:
            self.on_misfit("dtype", f"dtype {array.dtype}, where its space has {kind}")

    def _encode_digits(self, value: Any) -> int:
        parts = [np.ravel(_part(value, leaf.path)) for leaf in self.leaves]
        digits = (np.concatenate(parts) if parts else np.zeros(0)).astype(np.int64) - self._starts
        return int(np.dot(np.clip(digits, 0, self._counts - 1), self._weights))

    def blob(self, value: Any) -> bytes:
        """The bytes of a value with parts of fixed widths, one after the other."""
        parts = []
        for leaf in self.leaves:
            part = _part(value, leaf.path)
            parts.append(_fit(part, leaf).tobytes())
            self._notice(part, leaf)
        return b"".join(parts)

    # The values of all worlds at once.

    def encode_worlds(self, value: Any, worlds: int) -> bytes:
        """The column's values of a vectorised environment's batch, one world after the other."""
        if self.aside:
            return b""
        if value.__class__ is np.ndarray and value.dtype is self._worlds_dtype:
            if value.shape == (worlds, *self._worlds_shape):
                return value.tobytes()
        if self.is_single_discrete:
            return (np.asarray(value).astype(np.int64).reshape(worlds) - self._starts).tobytes()
        if self.is_integer:
            parts = [np.reshape(_part(value, leaf.path), (worlds, -1)) for leaf in self.leaves]
            digits = np.concatenate(parts, axis=1).astype(np.int64) - self._starts
            return (np.clip(digits, 0, self._counts - 1) @ self._weights).tobytes()
        if len(self.leaves) == 1:
            leaf = self.leaves[0]
            part = _part(value, leaf.path)
            self._notice(part, leaf, (worlds,))
            return _fit(part, leaf, (worlds,)).tobytes()
        laid = np.empty(worlds, self._layout)
        for place, leaf in enumerate(self.leaves):
            part = _part(value, leaf.path)
            self._notice(part, leaf, (worlds,))
            laid[f"{place}"] = _fit(part, leaf, (worlds,))
        return laid.tobytes()

    # Columns.

    def gather(self, chunks: Any) -> np.ndarray:
        """Values of one world, or of all worlds call after call, as one column."""
        if not self.dtype.itemsize:
            return np.empty(len(chunks), self.dtype)
        if self.is_integer and not isinstance(chunks[0], bytes):
            try:
                return np.fromiter(chunks, np.int64, len(chunks))
            except OverflowError:
                return np.array([_bounded(number) for number in chunks], np.int64)
        return np.frombuffer(b"".join(chunks), self.dtype)

    def decode(self, column: np.ndarray) -> Any:
        """The values of a column, in the space's own structure, with one axis more in front."""
        if self.is_integer:
            arrays, place = [], 0
            for leaf in self.leaves:
                end = place + leaf.size
                weights, counts = self._weights[place:end], self._counts[place:end]
                digits = column[:, None] // weights % counts
                if self.is_single_discrete:  # a value outside the space stays as it was recorded
                    digits = column[:, None]
                digits = digits + self._starts[place:end]
                arrays.append(digits.astype(leaf.dtype).reshape(len(column), *leaf.shape))
                place = end
        else:
            laid = column.view(self._layout) if self._layout.itemsize else np.empty(len(column), self._layout)
            arrays = [
                np.ascontiguousarray(laid[f"{place}"]).astype(leaf.description.get("dtype", leaf.dtype), copy=False)
                for place, leaf in enumerate(self.leaves)
            ]
        return _assemble(self.description, iter(arrays))

    def inflate(self, blobs: list) -> Any:
        """The values that were stored elsewhere as bytes."""
        return self.decode(np.frombuffer(b"".join(blobs), f"V{self._layout.itemsize}"))

    def outside(self, column: np.ndarray) -> bool:
        """Whether any value is outside its space."""
        if self.aside or not len(column):
            return False
        if self.is_integer:
            return bool(column.min() < 0 or column.max() >= self.count)
        laid = column.view(self._layout)
        for place, leaf in enumerate(self.leaves):
            if leaf.description["type"] == "Box":
                values = laid[f"{place}"]
                low, high = self._limits(place, leaf)
                if not ((values >= low) & (values <= high)).all():
                    return True
        return False

    def _limits(self, place: int, leaf: Leaf) -> tuple[np.ndarray, np.ndarray]:
        cache = self.__dict__.setdefault("_limit_cache", {})
        if place not in cache:
            box = leaf.description
            cache[place] = tuple(_full(box[bound], box["shape"], leaf.dtype) for bound in ("low", "high"))
        return cache[place]

    # Fields.

    def fields(
        self, subject: str, known: Optional[Sequence] = None, digits: Optional[Sequence[int]] = None
    ) -> list[list]:
        """The rows of the table `fields`.

        `known` has a (name, type, description) for each component; a digit's type says where it is
        on a picture. `digits` are those of a world whose number is made of several.
        """
        if self.aside:
            return []
        if digits and self.is_single_discrete and math.prod(digits) == self.count:
            description = {"type": "MultiDiscrete", "nvec": list(digits), "start": [0] * len(digits)}
            return Codec({**description, "dtype": "int64"}).fields(subject, known)
        if known is not None and len(known) != sum(leaf.size for leaf in self.leaves):
            known = None
        rows: list[list] = []
        offset = place = 0
        for leaf in self.leaves:
            names = leaf.names(subject) if self.is_integer or leaf.size <= _NAMED else []
            for index, name in enumerate(names):
                kind, text = ("digit" if self.is_integer else leaf.dtype.name), _range(leaf, index)
                if known is not None:
                    name, known_kind, known_text = known[place]
                    text = known_text or text
                    kind = known_kind if self.is_integer and known_kind else kind
                if self.is_integer:
                    rows.append(
                        [subject, name, kind, int(self._weights[place]), int(self._counts[place]), text, None]
                    )
                else:
                    at = offset + index * leaf.dtype.itemsize
                    rows.append([subject, name, kind, at, 1, text, None])
                place += 1
            if not names:
                shape = json.dumps(list(leaf.shape), separators=(",", ":"))
                name = leaf.names(subject)[0].partition("[")[0] if leaf.size else leaf.name or subject
                rows.append([subject, name, leaf.dtype.name, offset, leaf.size, _range(leaf, 0), shape])
                place += leaf.size
            offset += leaf.dtype.itemsize * leaf.size
        return rows


def _range(leaf: Leaf, index: int) -> str:
    """What values a component has, for people."""
    digits = leaf.digits()
    if digits:
        counts, starts = digits
        return f"{starts[index]} to {starts[index] + counts[index] - 1}"
    box = leaf.description
    low, high = (
        bound if not isinstance(bound, list) else np.ravel(np.array(bound, object))[index]
        for bound in (box["low"], box["high"])
    )
    if "inf" in str(low) and "inf" in str(high):
        return "unbounded"
    if any(isinstance(box[bound], list) for bound in ("low", "high")) and leaf.size > _NAMED:
        return ""
    return f"{_short(low)} to {_short(high)}"


def _short(number: Any) -> str:
    return str(number) if isinstance(number, (str, int)) else f"{number:.6g}"


def _bounded(number: int) -> int:
    """A value that fits into a recording's integer."""
    return number if -_INTEGER_LIMIT < number < _INTEGER_LIMIT else -1


def _part(value: Any, path: tuple) -> Any:
    for key in path:
        value = value[key]
    return value


def _fit(value: Any, leaf: Leaf, front: tuple = ()) -> np.ndarray:
    """A value in the form of its space: another dtype is cast, another shape cut or filled with zeros."""
    array = np.asarray(value)
    if array.dtype != leaf.dtype:
        array = array.astype(leaf.dtype)
    shape = (*front, *leaf.shape)
    if array.shape == shape:
        return array
    if array.size == math.prod(shape):
        return array.reshape(shape)
    filled = np.zeros(math.prod(shape), leaf.dtype)
    count = min(array.size, filled.size)
    filled[:count] = array.reshape(-1)[:count]
    return filled.reshape(shape)


def _assemble(description: dict, arrays: Iterator[np.ndarray]) -> Any:
    if description["type"] == "Dict":
        return {key: _assemble(part, arrays) for key, part in description["spaces"].items()}
    if description["type"] == "Tuple":
        return tuple(_assemble(part, arrays) for part in description["spaces"])
    return next(arrays)
