"""How a recording begins: the options of all recorders, and the description of a run."""

from __future__ import annotations

import os
import re
import warnings
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Optional, Sequence, Union

import numpy as np

from . import _safetensors
from ._identity import compact
from ._recording import LiveRecording
from ._rollout import Checkpoint, Rollout
from ._schema import FORMAT
from ._spaces import Codec, describe
from ._worlds import World
from ._writer import Facts, Writer
from .errors import RecordingError, RecordingWarning
from .learning import QLearning

Frames = Union[str, None, Callable[[int], bool]]
# The actions of worlds with more than this many have no names.
_MOST_ACTIONS = 1000
_SEED_LIMIT = 1 << 63


@dataclass
class Options:
    """The options of every recorder besides the environment and the file.

    - ``config``: every setting of the run, such as ``vars(args)``.
    - ``trainer``, ``preset``, ``seed``, ``tags``, ``note``: to find the run again.
    - ``purpose``: ``"train"`` or ``"evaluate"``.
    - ``frames``: the episodes whose pixels are kept, if there are any: ``"schedule"`` (episodes 0, 1,
      8, 27, … 1000, 2000, …, as Gymnasium counts them), ``"all"``, None, or a function of the episode's
      index.
    - ``infos``: names of values in the step's info to record.
    - ``learning``, ``initial``: the learning rule of a Q-table, and its initial values.
    - ``append``: adds a session to the file; ``force``: replaces it.
    - ``durable``: each commit waits for the disk, so that a power cut costs no more than a kill.
    - ``on_error``: ``"warn"``, or ``"raise"``.
    """

    config: Optional[Mapping[str, Any]] = None
    trainer: str = "python"
    preset: str = "default"
    seed: Optional[int] = None
    tags: Sequence[str] = ()
    note: str = ""
    purpose: str = "train"
    frames: Frames = "schedule"
    infos: Sequence[str] = ()
    learning: Optional[QLearning] = None
    initial: Optional[Mapping[str, Any]] = None
    append: bool = False
    force: bool = False
    durable: bool = False
    on_error: str = "warn"
    shows: Callable[[int], bool] = field(init=False)

    def __post_init__(self) -> None:
        for name, value, known in (
            ("purpose", self.purpose, ("train", "evaluate")),
            ("on_error", self.on_error, ("warn", "raise")),
        ):
            if value not in known:
                raise ValueError(f"{name} is {' or '.join(map(repr, known))}, not {value!r}")
        if self.append and self.force:
            raise ValueError("append adds to a file and force replaces it: choose one")
        self.shows = _frame_choice(self.frames)


def _frame_choice(frames: Frames) -> Callable[[int], bool]:
    if callable(frames):
        return frames
    if frames == "schedule":
        return _schedule
    if frames in ("all", None):
        return lambda index: frames == "all"
    raise ValueError(f"frames is 'schedule', 'all', None or a function, not {frames!r}")


def _schedule(index: int) -> bool:
    """Gymnasium's choice of episodes for videos: cubes up to 1000, then every thousandth."""
    return round(index ** (1 / 3)) ** 3 == index if index < 1000 else index % 1000 == 0


def begin(
    path: Union[str, "os.PathLike[str]"], options: Options, world: World, observation_space: Any,
    action_space: Any, worlds: int, autoreset: Optional[int],
) -> Optional[Beginning]:  # fmt: skip
    """Creates or claims the file. None if that fails and the program is to continue without it.

    What the caller has to decide, such as whether to replace a file, is always raised.
    """
    path = os.fspath(path)
    try:
        spaces = {"observation": describe(observation_space), "action": describe(action_space)}
        observation, action = Codec(spaces["observation"]), Codec(spaces["action"])
        facts = _facts(options, world, spaces, observation, action, worlds)
        if options.append:
            writer = Writer.append(path, facts, options.durable)
        else:
            writer = Writer.create(path, facts, options.force, options.durable)
        rollout = Rollout(
            observation, action, worlds, autoreset, writer.first_step, writer.episodes,
            writer.totals["ended"],
        )  # fmt: skip
        row_bytes = observation.dtype.itemsize + action.dtype.itemsize
        recording = LiveRecording(writer, rollout, row_bytes, options.on_error)
    except RecordingError:
        raise
    except Exception as error:
        if options.on_error == "raise":
            raise RecordingError(f"{path} cannot be recorded: {error}") from error
        warnings.warn(
            f"{path} cannot be recorded: {error}. The program continues without it",
            RecordingWarning, stacklevel=4,
        )  # fmt: skip
        return None
    observation.on_misfit = lambda kind, text: recording.warn_once(
        f"observation {kind}", f"some observations have {text}; they are cast"
    )
    return Beginning(recording, observation, action, writer.episodes)


@dataclass
class Beginning:
    """A recording that has begun, and the codecs of its columns."""

    recording: LiveRecording
    observation: Codec
    action: Codec
    episodes: int


def _facts(
    options: Options, world: World, spaces: dict, observation: Codec, action: Codec, worlds: int
) -> Facts:
    run = {
        "format": str(FORMAT), "program": "python", "world": world.name, "map": world.map,
        "map_name": world.map_name, "trainer": options.trainer, "preset": options.preset,
        "purpose": options.purpose, "seed": None if options.seed is None else str(int(options.seed)),
        "worlds": str(worlds), "tags": compact(list(options.tags)), "note": options.note,
        "spaces": compact(spaces), "learning": options.learning and options.learning.json,
    }  # fmt: skip
    actions: list[list] = []
    fields = observation.fields("state", world.known.observation, world.digits)
    if action.is_integer and action.is_single_discrete and action.count <= _MOST_ACTIONS:
        known = world.known.actions
        if known is None or len(known) != action.count:
            start = spaces["action"]["start"]
            known = [(str(number + start), 0, 0) for number in range(action.count)]
        actions = [[number, *each] for number, each in enumerate(known)]
    else:
        fields += action.fields("action", world.known.action)
    return Facts(
        {key: str(value) for key, value in run.items() if value is not None}, actions, fields,
        observation.is_integer, action.is_integer, worlds, json_text(dict(options.config or {})),
        initial_checkpoint(options, observation, action),
    )  # fmt: skip


def initial_checkpoint(options: Options, observation: Codec, action: Codec) -> Checkpoint:
    """The checkpoint before the first step."""
    if options.initial is not None:
        is_table = options.learning is not None and "q" in options.initial
        if is_table:
            return q_table(options.initial["q"], options.initial.get("visits"))
        return Checkpoint("parameters", _safetensors.pack(options.initial), "{}")
    if options.learning is not None and observation.is_integer and action.is_integer:
        return q_table(np.zeros((observation.count, action.count)), None)
    return Checkpoint("none", _safetensors.pack({}), "{}")


def q_table(q: Any, visits: Any) -> Checkpoint:
    """A Q-table as a checkpoint."""
    values = np.ascontiguousarray(q, np.float64)
    counts = np.zeros(values.shape) if visits is None else np.asarray(visits)
    tensors = {"q": values, "visits": counts.astype(np.uint32)}
    return Checkpoint("qtable", _safetensors.pack(tensors), "{}")


def json_text(value: Any) -> str:
    """JSON of any value: what JSON cannot hold becomes a string."""
    return compact(_json_safe(value))


def _json_safe(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _json_safe(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_safe(each) for each in value]
    if isinstance(value, np.ndarray):
        return _json_safe(value.tolist())
    if isinstance(value, np.generic):
        return _json_safe(value.item())
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return value if np.isfinite(value) else str(value)
    # The default text contains the object's address, which means nothing later.
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


def kept_seed(seed: Any) -> Optional[int]:
    """A seed as a recording stores it: a 63-bit integer."""
    return int(seed) if seed is not None and 0 <= int(seed) < _SEED_LIMIT else None


def info_value(name: str, value: Any) -> tuple:
    """A named value of a step's info: a number, or a text."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    if isinstance(value, (bool, int, float, np.number, np.bool_)):
        number = float(value)
        return (name, None if number != number else number + 0.0, None)
    return (name, None, value if isinstance(value, str) else json_text(value))


def success_of(info: Mapping[str, Any]) -> Optional[int]:
    """Whether the world reports that an episode succeeded."""
    for name in ("is_success", "success"):
        if name in info and info[name] is not None:
            return int(bool(np.all(info[name])))
    return None
