"""Conversion to and from other tools: Minari, pandas, Parquet."""

from __future__ import annotations

import inspect
import json
import os
from typing import TYPE_CHECKING, Any, Iterator, Optional, Union

import numpy as np

from ._spaces import to_json
from .errors import RecordingError

if TYPE_CHECKING:
    from .run import Run, Selection, Transitions

Path = Union[str, "os.PathLike[str]"]

_TABLES = ("transitions", "episodes", "metrics", "infos")
# Values with more components are stored as one column of lists.
_MOST_COLUMNS = 64
_ROW_GROUP = 1 << 17


def to_minari(run: Run, dataset_id: str, selection: Selection = "all", **options: Any) -> Any:
    """Converts a recording's episodes to a Minari dataset; returns it. Options are Minari's own.

    Episodes that were interrupted, or are still running, are truncated in the dataset. Pictures are kept as
    they are: Minari's JPEG would change them.

    Example:
        >>> dataset = reel.to_minari(run, "cartpole/mine-v0", algorithm_name="PPO")  # doctest: +SKIP
    """
    import gymnasium
    import minari

    for name, space in run.spaces.items():
        if _has(space, ("Sequence", "Graph", "OneOf")):
            raise RecordingError(f"Minari has no datasets whose {name}s are sequences, graphs or one of several")
    create = minari.create_dataset_from_buffers
    if "jpeg_encoding" in inspect.signature(create).parameters:
        options.setdefault("jpeg_encoding", False)
    elif run.observation_codec.aside == "picture":
        raise RecordingError("this version of Minari keeps pictures as JPEG, with losses: 0.5.4 does not")
    if "env" not in options and run.world in gymnasium.registry:
        options["env"] = run.world
    numbers = run.select(selection)
    return create(
        dataset_id=dataset_id,
        buffer=(_buffer(run, place, number) for place, number in enumerate(numbers)),
        observation_space=run.observation_space, action_space=run.action_space, **options,
    )  # fmt: skip


def _buffer(run: Run, place: int, number: int) -> Any:
    from minari.data_collector import EpisodeBuffer

    found = run.transitions(number)
    spaces = run.spaces
    truncations = found.truncated.copy()
    truncations[-1] = truncations[-1] or not found.terminated[-1]
    seed, options = int(found.episodes["seed"][0]), _column(found.episodes, "options")
    return EpisodeBuffer(
        id=place, seed=None if seed < 0 else seed, options=json.loads(options) if options else None,
        observations=_with_last(spaces["observation"], found.observations, found.next_observations),
        actions=_stacked(spaces["action"], found.actions), rewards=found.rewards,
        terminations=found.terminated, truncations=truncations,
    )  # fmt: skip


def _column(table: Any, name: str) -> Any:
    return table[name][0] if name in table.columns else None


def _with_last(space: dict, values: Any, later: Any) -> Any:
    """The observations of an episode, one more than its steps."""
    if isinstance(values, list):
        return _stacked(space, [*values, later[-1]])
    if isinstance(values, dict):
        return {key: _with_last(space["spaces"][key], values[key], later[key]) for key in values}
    if isinstance(values, tuple):
        return tuple(_with_last(*each) for each in zip(space["spaces"], values, later))
    return np.concatenate((values, later[-1:]))


def _stacked(space: dict, values: Any) -> Any:
    """Converts values listed one by one to Minari's form: part by part."""
    if not isinstance(values, list):
        return values
    if space["type"] == "Dict":
        return {key: _stacked(part, [value[key] for value in values]) for key, part in space["spaces"].items()}
    if space["type"] == "Tuple":
        return tuple(_stacked(part, [value[i] for value in values]) for i, part in enumerate(space["spaces"]))
    return values if space["type"] == "Text" else np.array(values)


def _has(space: dict, kinds: tuple) -> bool:
    parts = space.get("spaces", ())
    parts = parts.values() if isinstance(parts, dict) else parts
    return space["type"] in kinds or any(_has(part, kinds) for part in parts)


def import_minari(dataset_id: str, path: Path, **options: Any) -> None:
    """Converts a Minari dataset on this machine to a recording.

    Example:
        >>> reel.import_minari("cartpole/mine-v0", "runs/mine.sqlite")  # doctest: +SKIP
    """
    import gymnasium
    import minari

    from .recorder import Recorder

    dataset = minari.load_dataset(dataset_id)

    class Played(gymnasium.Env):
        """Records the steps of the dataset."""

        observation_space, action_space = dataset.observation_space, dataset.action_space
        spec = dataset.env_spec

        def reset(self, *, seed: Optional[int] = None, options: Optional[dict] = None) -> tuple:
            self.t = 0
            return _at(episode.observations, 0), {}

        def step(self, action: Any) -> tuple:
            t, self.t = self.t, self.t + 1
            return (
                _at(episode.observations, t + 1), float(episode.rewards[t]),
                bool(episode.terminations[t]), bool(episode.truncations[t]), {},
            )  # fmt: skip

    options.setdefault("trainer", "minari")
    options.setdefault("config", {"dataset": dataset_id})
    options.setdefault("on_error", "raise")
    options.setdefault("frames", "all")
    with Recorder(Played(), path, **options) as env:
        for episode in dataset.iterate_episodes():
            metadata = next(iter(dataset.storage.get_episode_metadata([episode.id])))
            env.reset(seed=metadata.get("seed"), options=metadata.get("options"))
            for t in range(len(episode.rewards)):
                env.step(_at(episode.actions, t))


def _at(values: Any, t: int) -> Any:
    if isinstance(values, dict):
        return {key: _at(value, t) for key, value in values.items()}
    if isinstance(values, tuple):
        return tuple(_at(value, t) for value in values)
    return values[t]


def to_pandas(run: Run, table: str = "transitions", selection: Selection = "all") -> Any:
    """A table of a recording as a pandas data frame."""
    import pandas

    if table == "transitions":
        found = run.transitions(selection, pixels=False)
        columns = transition_columns(run, found)
        return pandas.DataFrame(
            {name: list(values) if np.ndim(values) > 1 else values for name, values in columns.items()}
        )
    return pandas.DataFrame(_rows(run, table))


def to_parquet(run: Run, path: Path, table: str = "transitions") -> None:
    """Writes a table of a recording as a Parquet file, a few thousand rows at a time."""
    import pyarrow
    from pyarrow import parquet

    parts: Iterator[dict] = iter([_rows(run, table)]) if table != "transitions" else _parts(run)
    writer = None
    try:
        for columns in parts:
            made = pyarrow.table({name: _arrow(values) for name, values in columns.items()})
            if writer is None:
                writer = parquet.ParquetWriter(os.fspath(path), made.schema, compression="zstd")
            writer.write_table(made)
    finally:
        if writer is not None:
            writer.close()


def _parts(run: Run) -> Iterator[dict]:
    """The transitions of many episodes at once, so that a file has few groups of rows."""
    lengths = run.episodes
    group: list[int] = []
    count = 0
    for number, steps in zip(lengths["episode"].tolist(), lengths["steps"].tolist()):
        group.append(number)
        count += steps
        if count >= _ROW_GROUP:
            yield transition_columns(run, run.transitions(group, pixels=False))
            group, count = [], 0
    if group or not len(lengths):
        yield transition_columns(run, run.transitions(group, pixels=False))


def _arrow(values: Any) -> Any:
    import pyarrow

    if isinstance(values, np.ndarray) and values.ndim == 2:
        return pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(values.reshape(-1)), values.shape[1])
    return pyarrow.array(values)


def _rows(run: Run, table: str) -> dict:
    if table == "episodes":
        episodes = run.episodes
        return {name: episodes[name] for name in episodes.columns}
    if table not in _TABLES:
        raise ValueError(f"a table is {', '.join(_TABLES)}, not '{table}'")
    names, series = (
        (run.metric_names, run.metrics) if table == "metrics" else (run.info_names, run.infos)
    )
    found = [(name, *series(name)) for name in names]
    columns = {
        "step": np.concatenate([steps for _, steps, _ in found] or [np.zeros(0, np.int64)]),
        "name": np.array([name for name, steps, _ in found for _ in steps], object),
    }
    are_texts = [values.dtype == object for _, _, values in found]
    numbers = [np.full(len(v), np.nan) if text else v for (_, _, v), text in zip(found, are_texts)]
    columns["value"] = np.concatenate(numbers or [np.zeros(0)])
    if table == "infos":
        texts = [v if text else np.full(len(v), None, object) for (_, _, v), text in zip(found, are_texts)]
        columns["text"] = np.concatenate(texts or [np.zeros(0, object)])
    return columns


def transition_columns(run: Run, found: Transitions) -> dict[str, Any]:
    """Transitions as columns of numbers: one column for each component of an observation or action."""
    columns: dict[str, Any] = {"step": found.step, "episode": found.episode, "t": found.t}
    for name, subject, values in (
        ("observation", "state", found.observations), ("action", "action", found.actions)
    ):  # fmt: skip
        if isinstance(values, list):
            space = run.spaces[name]
            texts = [json.dumps(to_json(space, value), ensure_ascii=False) for value in values]
            columns[name] = np.array(texts, object)
        elif values is not None:
            fields = run.fields
            known = fields["name"][fields["subject"] == subject].tolist() if len(fields) else []
            _add(columns, name, values, known)
    return {**columns, "reward": found.rewards, "terminated": found.terminated, "truncated": found.truncated}


def _add(columns: dict, name: str, values: Any, known: list[str]) -> None:
    if isinstance(values, dict):
        for key, value in values.items():
            _add(columns, f"{name}.{key}", value, [])
    elif isinstance(values, tuple):
        for place, value in enumerate(values):
            _add(columns, f"{name}.{place}", value, [])
    elif values.ndim == 1:
        columns[name] = values
    else:
        flat = values.reshape(len(values), int(np.prod(values.shape[1:])))
        count = flat.shape[1]
        if count > _MOST_COLUMNS:
            columns[name] = flat
            return
        for place in range(count):
            part = known[place] if len(known) == count else f"{name}[{place}]"
            columns[part if part.startswith(name) else f"{name}.{part}"] = flat[:, place]
