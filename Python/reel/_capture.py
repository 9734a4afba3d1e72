"""What is recorded of steps besides their columns, for one world and for several side by side."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Optional

import numpy as np
from numpy import ndarray

from ._identity import compact
from ._pictures import newest_frame
from ._recording import LiveRecording
from ._rollout import Extra, Reset, Shown
from ._setup import Beginning, Options, info_value, kept_seed, success_of
from ._spaces import Codec, to_json


class Shower:
    """Finds the parts of observations and actions that the columns cannot hold, and the pixels."""

    def __init__(self, begun: Beginning, options: Options, space: Any) -> None:
        self.recording: LiveRecording = begun.recording
        self.observation, self.of_action = begun.observation, begun.action
        self.shape = getattr(space, "shape", None)
        self.keeps_pixels = options.frames is not None
        self.can_draw = True

    def draws(self, env: Any) -> bool:
        """Whether the environment renders pictures; observations that are pictures need no rendering."""
        return (
            self.keeps_pixels and self.observation.aside != "picture"
            and getattr(env, "render_mode", None) == "rgb_array"
        )  # fmt: skip

    def frame(self, render: Any) -> Any:
        """The environment's picture; after a failure no more are rendered, and steps are still recorded."""
        try:
            return render()
        except Exception as error:  # noqa: BLE001
            self.can_draw = False
            self.recording.warn_once("render", f"no more pixels are recorded: {error}")
            return None

    def shown(self, observation: Any, shows: bool, frame: Any = None) -> Shown:
        """The parts stored beside a state: JSON always, and large parts for chosen episodes."""
        kind = self.observation.aside
        aside: Any = None
        if kind == "json":
            aside = compact(to_json(self.observation.description, observation))
        elif kind == "deflated" and shows:
            aside = self.observation.blob(observation)
            self.recording.weigh(len(aside))
        elif kind == "picture" and shows:
            frame = newest_frame(np.asarray(observation).reshape(self.shape))
        if frame is not None:
            frame = np.array(frame, np.uint8)
            self.recording.weigh(frame.nbytes)
        return Shown(aside, frame)

    def action(self, action: Any) -> Any:
        """An action that its column cannot hold."""
        codec: Codec = self.of_action
        if codec.aside is None:
            return None
        if codec.aside == "json":
            return compact(to_json(codec.description, action))
        return codec.blob(action)


def reward_of(reward: Any, recording: LiveRecording) -> float:
    """A reward as a number; anything else is recorded as NaN."""
    try:
        return float(reward.item() if isinstance(reward, ndarray) else reward)
    except (TypeError, ValueError):
        recording.warn_once("reward", f"some rewards are not numbers, such as {reward!r}")
        return float("nan")


_BOOL, _REAL = np.dtype(bool), np.dtype(np.float64)


def _bytes(values: Any, kind: np.dtype) -> bytes:
    if values.__class__ is ndarray and values.dtype is kind:
        return values.tobytes()
    return np.asarray(values, kind).tobytes()


class Worlds:
    """Worlds side by side: which of them begin, play and end an episode in each call.

    `next_begins` is how many calls after an episode's last one the next begins, None if worlds are
    reset by hand. `split` makes a list of a batch of observations, one for each world.
    """

    def __init__(
        self, begun: Beginning, options: Options, env: Any, space: Any, next_begins: Optional[int],
        split: Callable[[Any], list], render: Callable[[], Any],
    ) -> None:  # fmt: skip
        self.recording = begun.recording
        self.count = env.num_envs
        self._observation, self._action = begun.observation, begun.action
        self._options, self._split, self._render = options, split, render
        self._next_begins = next_begins
        self._shower = Shower(begun, options, space)
        self._draws = self._shower.draws(env)
        self._is_plain = not (
            options.infos or self._draws or begun.observation.aside or begun.action.aside
        )
        self._begun = begun.episodes
        # Which worlds wait for an episode's first step, are reset by the next call, or show their pixels.
        self._waits, self._is_over, self._shows = (np.zeros(self.count, bool) for _ in range(3))

    def encode_actions(self, actions: Any) -> bytes:
        """The actions in their column's form, before the environment can change them."""
        return self._action.encode_worlds(actions, self.count)

    def reset(self, worlds: list[int], observations: Any, seeds: Any, options: Optional[str]) -> None:
        """Records that some worlds were reset by hand; `seeds` has one for every world."""
        states = np.empty(self.count, self._observation.dtype)
        if not self._observation.aside:
            states = self._observation.gather([self._observation.encode_worlds(observations, self.count)])
        shown: dict = {}
        if not self._is_plain:
            self._is_over[worlds] = self._waits[worlds] = False
            self._await(worlds)
            everything = self._show_all(observations)
            shown = {index: everything[index] for index in worlds}
        kept = tuple(kept_seed(seeds[index]) for index in worlds)
        self.recording.note(Reset(tuple(worlds), states[worlds], kept, options, shown))

    def step(
        self, actions: Optional[list], taken: bytes, observations: Any, rewards: Any, terminated: Any,
        truncated: Any, info_of: Callable[[int, bool], Mapping], final_of: Callable[[int], Any],
    ) -> None:  # fmt: skip
        """Records a call of `step` in all worlds.

        `info_of` finds a world's info, that of the last step if the episode is over; `final_of` the
        final observation of an episode if the world was reset in the same call.
        """
        # As bytes, the quickest copy: an environment may change its arrays later.
        ended, cut = _bytes(terminated, _BOOL), _bytes(truncated, _BOOL)
        is_any_over = b"\1" in ended or b"\1" in cut
        extras = None
        if is_any_over or not self._is_plain:
            done = np.frombuffer(ended, bool) | np.frombuffer(cut, bool)
            if not self._is_plain:
                extras = self._extras(actions, observations, done, info_of, final_of)
            else:
                over = np.flatnonzero(done).tolist()
                extras = {index: self._last(index, None, info_of, final_of) for index in over}
        states = self._observation.encode_worlds(observations, self.count)
        recording = self.recording
        recording.put((taken, states, _bytes(rewards, _REAL), ended, cut, extras))
        if len(recording.events) >= recording.limit:
            recording.push_back()

    def takes_aside(self) -> bool:
        """Whether actions are needed one by one, because their column cannot hold them."""
        return self._action.aside is not None

    def _last(self, index: int, action: Any, info_of: Callable, final_of: Callable) -> Extra:
        """What is known about the last step of a world's episode."""
        info = info_of(index, True)
        extra = Extra(self._chosen(info), success_of(info), action)
        if self._next_begins != 1:
            return extra
        final = final_of(index)
        shown = Shown() if self._is_plain else self._shower.shown(final, bool(self._shows[index]))
        return extra._replace(final=self._observation.encode(final), final_shown=shown)

    def _chosen(self, info: Mapping) -> tuple:
        return tuple(info_value(name, info[name]) for name in self._options.infos if name in info)

    def _extras(
        self, actions: Optional[list], observations: Any, done: ndarray, info_of: Callable,
        final_of: Callable,
    ) -> dict:  # fmt: skip
        """What a call says about its worlds besides the columns."""
        self._begun += int(self._waits.sum())
        self._waits[:] = False
        resets = self._next_begins == 2
        was_reset = self._is_over.copy()
        extras: dict[int, Extra] = {}
        for index in range(self.count):
            action = None if actions is None else self._shower.action(actions[index])
            if was_reset[index]:
                extras[index] = Extra()
            elif done[index]:
                extras[index] = self._last(index, action, info_of, final_of)
            else:
                extras[index] = Extra(self._chosen(info_of(index, False)), None, action)
        self._is_over = done & ~was_reset if resets else np.zeros(self.count, bool)
        begins = was_reset if resets else done & (self._next_begins == 1)
        self._await(np.flatnonzero(begins).tolist())
        for index, shown in self._show_all(observations).items():
            extras[index] = extras[index]._replace(shown=shown)
        return extras

    def _await(self, worlds: list[int]) -> None:
        """Called when worlds wait for the first step of an episode: decides whether its pixels are kept."""
        for index in worlds:
            self._shows[index] = bool(self._options.shows(self._begun + int(self._waits.sum())))
            self._waits[index] = True

    def _show_all(self, observations: Any) -> dict[int, Shown]:
        values = self._split(observations) if self._observation.aside else [None] * self.count
        frames: Any = None
        if self._draws and self._shows.any():
            frames = self._shower.frame(self._render)
            self._draws = self._shower.can_draw
        shown = {}
        for index in range(self.count):
            shows = bool(self._shows[index])
            frame = frames[index] if frames is not None and shows else None
            shown[index] = self._shower.shown(values[index], shows, frame)
        return shown
