"""How runs and films show themselves in a notebook."""

from __future__ import annotations

import base64
import html
import os
from typing import Sequence

import numpy as np

_WIDTH, _HEIGHT, _MARGIN = 640, 180, 44
_TYPES = {".gif": "image/gif", ".png": "image/png", ".mp4": "video/mp4", ".webm": "video/webm"}


class Film:
    """A film that `Run.film` made; it shows itself in a notebook."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"Film({self.path!r})"

    def _repr_html_(self) -> str:
        with open(self.path, "rb") as file:
            data = base64.b64encode(file.read()).decode()
        kind = _TYPES.get(os.path.splitext(self.path)[1].lower(), "image/gif")
        source = f'src="data:{kind};base64,{data}"'
        return f"<video {source} controls loop></video>" if "video" in kind else f"<img {source}>"


def curve(values: np.ndarray, title: str) -> str:
    """A curve as inline SVG: of at most a few hundred points, each the mean of its stretch."""
    values = values[np.isfinite(values)]
    if not len(values):
        return ""
    parts = np.array_split(values, min(len(values), 300))
    means = np.array([part.mean() for part in parts])
    low, high = float(means.min()), float(means.max())
    span = high - low or 1.0
    inner_width, inner_height = _WIDTH - 2 * _MARGIN, _HEIGHT - 2 * 24
    xs = _MARGIN + inner_width * np.arange(len(means)) / max(1, len(means) - 1)
    ys = 24 + inner_height * (1 - (means - low) / span)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys))
    text = 'font-family="sans-serif" font-size="11" fill="#555"'
    return (
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
        f'<text x="{_MARGIN}" y="14" {text}>{html.escape(title)}</text>'
        f'<text x="{_MARGIN - 4}" y="30" text-anchor="end" {text}>{high:.4g}</text>'
        f'<text x="{_MARGIN - 4}" y="{_HEIGHT - 24}" text-anchor="end" {text}>{low:.4g}</text>'
        f'<text x="{_WIDTH - _MARGIN}" y="{_HEIGHT - 6}" text-anchor="end" {text}>{len(values)}</text>'
        f'<polyline points="{points}" fill="none" stroke="#2b6cb0" stroke-width="1.5"/></svg>'
    )


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """A small table of names and values."""
    lines = "".join(
        f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
        f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
        for name, value in rows
    )
    return f"<table>{lines}</table>"
