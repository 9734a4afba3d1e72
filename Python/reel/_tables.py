"""Columns of NumPy arrays under names, as reading returns them."""

from __future__ import annotations

import html
from typing import Any, Iterator, NamedTuple

import numpy as np


class Series(NamedTuple):
    """Values, and the number of steps after which each was recorded."""

    steps: np.ndarray
    values: np.ndarray


class Table:
    """A table, column by column.

    Example:
        >>> table = Table({"episode": np.array([1, 2]), "return": np.array([9.0, 12.0])})
        >>> float(table["return"].max()), len(table)
        (12.0, 2)
        >>> [row["episode"] for row in table]
        [1, 2]
    """

    def __init__(self, columns: dict[str, np.ndarray]) -> None:
        self._columns = columns

    @property
    def columns(self) -> list[str]:
        """The columns' names."""
        return list(self._columns)

    def __getitem__(self, name: str) -> np.ndarray:
        return self._columns[name]

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()))) if self._columns else 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        lists = [column.tolist() for column in self._columns.values()]
        return (dict(zip(self._columns, row)) for row in zip(*lists))

    def to_pandas(self) -> Any:
        """The table as a pandas data frame."""
        import pandas

        return pandas.DataFrame(dict(self._columns))

    def __repr__(self) -> str:
        return f"{len(self)} rows of {', '.join(self._columns)}"

    def _repr_html_(self) -> str:
        shown, lines = 10, []
        for place, row in enumerate(self):
            if shown <= place < len(self) - shown:
                if place == shown:
                    lines.append(f"<tr><td colspan='{len(self._columns)}'>…</td></tr>")
                continue
            cells = "".join(f"<td>{html.escape(short(value))}</td>" for value in row.values())
            lines.append(f"<tr>{cells}</tr>")
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self._columns)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def short(value: Any) -> str:
    """A value for people."""
    if value is None or value != value:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
