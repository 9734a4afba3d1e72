"""Writes a small file with the Python package safetensors, which ours must read.

    pip install safetensors numpy && python Tests/Reference/safetensors_fixture.py
"""

import pathlib

import numpy
from safetensors.numpy import save_file

path = pathlib.Path(__file__).parent / "python.safetensors"
save_file(
    {
        "q": numpy.array([[0.5, -1.25, 1e-300], [0.1, -0.0, 1e300]], dtype=numpy.float64),
        "visits": numpy.array([[0, 1, 2], [3, 4, 4294967295]], dtype=numpy.uint32),
        "empty": numpy.zeros((0, 4), dtype=numpy.float32),
        "scalar": numpy.array(7, dtype=numpy.uint8),
    },
    path,
    metadata={"format": "np"},
)
