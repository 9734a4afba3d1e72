"""Tensors by name as the bytes of a safetensors file, and back."""

from __future__ import annotations

import json
import struct
from typing import Any, Mapping

import numpy as np

_TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip
_NAMES = {np.dtype(code): name for name, code in _TYPES.items()}


def to_array(tensor: Any) -> np.ndarray:
    """A NumPy array of what may be a tensor of PyTorch, on whatever device."""
    if hasattr(tensor, "detach"):
        tensor = tensor.detach().cpu()
        if str(tensor.dtype) == "torch.bfloat16":  # NumPy has no such type; float32 holds it exactly
            tensor = tensor.float()
        tensor = tensor.numpy()
    array = np.asarray(tensor)
    if array.dtype.newbyteorder("<") in _NAMES:
        return array
    return array.astype(np.float64)


def pack(tensors: Mapping[str, Any]) -> bytes:
    """The bytes of a safetensors file.

    Example:
        >>> unpack(pack({"w": np.eye(2, dtype=np.float32)}))["w"].tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    header, parts, place = {}, [], 0
    for name, tensor in tensors.items():
        array = to_array(tensor)
        kind = array.dtype.newbyteorder("<")
        data = array.astype(kind, copy=False).tobytes()
        header[str(name)] = {
            "dtype": _NAMES[kind], "shape": list(array.shape),
            "data_offsets": [place, place + len(data)],
        }  # fmt: skip
        parts.append(data)
        place += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # tensors begin where any machine can read them in place
    if not header:
        text = b"{}"
    return struct.pack("<Q", len(text)) + text + b"".join(parts)


def unpack(data: bytes) -> dict[str, np.ndarray]:
    """The tensors of a safetensors file."""
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[8 + length + begin : 8 + length + end], _TYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"])
    return tensors
