"""Observations that are pictures: which part of them is the newest frame."""

from __future__ import annotations

import numpy as np


def newest_frame(pixels: np.ndarray) -> np.ndarray:
    """The frame that an observation shows, as (height, width) or (height, width, 3).

    For a stack of frames it is the newest one, which is the last. Channels may come first, as in
    PyTorch, or last.

    Example:
        >>> newest_frame(np.zeros((84, 84, 4), np.uint8)).shape  # four grey frames
        (84, 84)
    """
    if pixels.ndim == 4:
        return newest_frame(pixels[-1])
    if pixels.ndim == 2:
        return pixels
    first, last = pixels.shape[0], pixels.shape[2]
    if last in (1, 3):
        return pixels[:, :, 0] if last == 1 else pixels
    if first in (1, 3):
        return pixels[0] if first == 1 else np.moveaxis(pixels, 0, 2)
    if last < first:  # a stack along the last axis
        return pixels[:, :, -3:] if last % 3 == 0 else pixels[:, :, -1]
    if first % 3 == 0:
        return np.moveaxis(pixels[-3:], 0, 2)
    return pixels[-1]


def as_observation(frame: np.ndarray, shape: tuple) -> np.ndarray:
    """The observation for a frame if it was no stack; else the frame itself."""
    if frame.size != np.prod(shape):
        return frame
    if len(shape) == 3 and shape[0] == 3 and shape[2] != 3 and frame.ndim == 3:
        frame = np.moveaxis(frame, 2, 0)
    return frame.reshape(shape)
