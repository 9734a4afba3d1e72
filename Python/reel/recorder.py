"""`reel.Recorder`: an environment whose every step is recorded."""

from __future__ import annotations

import os
import weakref
from typing import Any, Callable, Optional, Union

import gymnasium
from numpy import ndarray

from ._capture import Shower, reward_of
from ._log import Log
from ._recording import LiveRecording
from ._rollout import Extra, Reset, Shown
from ._setup import Beginning, Options, begin, info_value, json_text, kept_seed, success_of
from ._worlds import world_of


class Recorder(gymnasium.Wrapper, Log):
    """Records every step of an environment into one SQLite file.

    It does not change what the environment does, and it never breaks training: if recording
    fails it warns once, closes the file, and continues as if it were not there. `_setup.Options` lists
    its other options.

    Example:
        >>> import gymnasium as gym, reel
        >>> env = reel.Recorder(gym.make("CartPole-v1"), "runs/cart.sqlite", seed=1)  # doctest: +SKIP
        >>> observation, info = env.reset(seed=1)  # doctest: +SKIP
        >>> env.close()  # doctest: +SKIP
    """

    def __init__(
        self, env: gymnasium.Env, path: Union[str, "os.PathLike[str]"], **options: Any
    ) -> None:
        super().__init__(env)
        self._path = os.fspath(path)
        self._options = Options(**options)
        # Gymnasium's own wrapper resets in the call after an episode's last.
        self._resets_itself = _has_wrapper(env, "Autoreset")
        begun = begin(
            path, self._options, world_of(env), env.observation_space, env.action_space, 1,
            2 if self._resets_itself else None,
        )  # fmt: skip
        if begun is not None:
            self._attach(begun)

    def _attach(self, begun: Beginning) -> None:
        self._recording = begun.recording
        self._observation, self._action = begun.observation, begun.action
        self._encode_observation, self._encode_action = begun.observation.encode, begun.action.encode
        self._shower = Shower(begun, self._options, self.env.observation_space)
        self._draws = self._shower.draws(self.env)
        self._is_plain = not (
            self._options.infos or self._draws or begun.observation.aside or begun.action.aside
        )
        self._begun = begun.episodes
        self._has_begun = self._has_ended = False
        self._shows = False
        if self._is_plain and type(self).step is Recorder.step:
            self.step = self._plain_step(begun.recording)  # type: ignore[method-assign, assignment]
        # Called at the program's end, and when nobody refers to the recorder any more.
        self._finalizer = weakref.finalize(self, begun.recording.close)

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict]:
        """Takes a step, and records it."""
        recording = self._recording
        if recording is None:
            return self.env.step(action)
        # Before the step: an environment may change an array that it is given.
        try:
            taken = self._encode_action(action)
        except Exception as error:  # noqa: BLE001 recording never breaks training
            self._give_up(error)
            return self.env.step(action)
        result = self.env.step(action)
        try:
            observation, reward, terminated, truncated, info = result
            extras = None
            if not self._is_plain:
                extras = {0: self._extra(action, observation, terminated or truncated, info)}
            elif terminated or truncated:
                success = success_of(info)
                if success is not None:
                    extras = {0: Extra(success=success)}
            self._put(
                (
                    taken, self._encode_observation(observation), reward_of(reward, recording),
                    terminated, truncated, extras,
                ),
                recording,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001
            self._give_up(error)
        return result

    def _put(self, call: tuple, recording: LiveRecording) -> None:
        recording.put(call)
        if len(recording.events) >= recording.limit:
            recording.push_back()
            self._notice_end()

    def _plain_step(self, recording: LiveRecording) -> Callable[[Any], tuple]:
        """A faster `step` for an environment whose steps have no parts besides the columns.

        It takes half the time of the method, and replaces it as long as the
        recording lasts.
        """
        put, encode_action = self._put, self._encode_action
        events, append = recording.events, recording.put
        encode, (dtype, shape) = self._encode_observation, self._observation.plain_box
        takes_numbers = self._action.is_single_discrete and not self._action.start

        def step(action: Any) -> tuple:
            try:
                taken = action if takes_numbers and action.__class__ is int else encode_action(action)
            except Exception as error:  # noqa: BLE001
                self._give_up(error)
                return self.env.step(action)
            result = self.env.step(action)
            try:
                state, reward, terminated, truncated, info = result
                if state.__class__ is ndarray and state.dtype is dtype and state.shape == shape:
                    state = state.tobytes()
                else:
                    state = encode(state)
                extras = None
                if terminated or truncated:
                    success = success_of(info)
                    if success is not None:
                        extras = {0: Extra(success=success)}
                if reward.__class__ is not float:
                    reward = reward_of(reward, recording)
                call = (taken, state, reward, terminated, truncated, extras)
                if len(events) < recording.limit:
                    append(call)
                else:
                    put(call, recording)
            except Exception as error:  # noqa: BLE001
                self._give_up(error)
            return result

        return step

    def _drop(self) -> None:
        self.__dict__.pop("step", None)
        super()._drop()

    def _give_up(self, error: BaseException) -> None:
        self.__dict__.pop("step", None)
        super()._give_up(error)

    def reset(
        self, *, seed: Optional[int] = None, options: Optional[dict] = None
    ) -> tuple[Any, dict]:
        """Resets the environment; an open episode is interrupted."""
        recording = self._recording
        kept = None
        if recording is not None and options is not None:
            try:
                kept = json_text(options)
            except Exception as error:  # noqa: BLE001
                self._give_up(error)
        result = self.env.reset(seed=seed, options=options)
        recording = self._recording
        if recording is not None:
            try:
                observation = result[0]
                shown = Shown() if self._is_plain else self._first_shown(observation)
                states = self._observation.gather([self._encode_observation(observation)])
                recording.note(Reset((0,), states, (kept_seed(seed),), kept, {0: shown}))
                self._notice_end()
            except Exception as error:  # noqa: BLE001
                self._give_up(error)
        return result

    def close(self) -> None:
        """Closes the file and the environment."""
        try:
            self.end()
        finally:
            self.env.close()

    @property
    def spec(self) -> Any:  # type: ignore[override]
        """The environment's own spec: an environment made from it is not recorded."""
        return self.env.spec

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "env":
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return getattr(self.env, name)

    def _extra(self, action: Any, observation: Any, is_over: bool, info: dict) -> Extra:
        """What a step says besides its columns."""
        if self._resets_itself and self._has_ended:
            self._has_ended = False
            return Extra(shown=self._first_shown(observation))
        if not self._has_begun:
            self._has_begun = True
            self._begun += 1
        self._has_ended = bool(is_over)
        infos = tuple(info_value(name, info[name]) for name in self._options.infos if name in info)
        return Extra(
            infos, success_of(info) if is_over else None, self._shower.action(action),
            self._shown(observation),
        )  # fmt: skip

    def _first_shown(self, observation: Any) -> Shown:
        self._has_begun = self._has_ended = False
        self._shows = bool(self._options.shows(self._begun))
        return self._shown(observation)

    def _shown(self, observation: Any) -> Shown:
        frame = None
        if self._draws and self._shows:
            frame = self._shower.frame(self.env.render)
            self._draws = self._shower.can_draw
        return self._shower.shown(observation, self._shows, frame)


def _has_wrapper(env: Any, name: str) -> bool:
    while True:
        if type(env).__name__ == name:
            return True
        if not hasattr(env, "env") or env is getattr(env, "unwrapped", env):
            return False
        env = env.env
