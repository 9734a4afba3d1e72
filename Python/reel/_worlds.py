"""What is known about Gymnasium's own environments: the names of their observations and actions."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional, Sequence

# A component: its name, the type of a digit ("" if it has none), and its meaning.
Component = tuple[str, str, str]
# An action: its name, and its direction: dx to the right, dy down.
Action = tuple[str, int, int]


class Known(NamedTuple):
    """Names of a world's components; None if they are not known."""

    observation: Optional[Sequence[Component]] = None
    action: Optional[Sequence[Component]] = None
    actions: Optional[Sequence[Action]] = None


def _named(*names: str) -> list[Component]:
    return [(name, "", "") for name in names]


def _plain(*names: str) -> list[Action]:
    return [(name, 0, 0) for name in names]


_GRID = {
    name: (name, dx, dy)
    for name, dx, dy in [("left", -1, 0), ("down", 0, 1), ("right", 1, 0), ("up", 0, -1)]
}
_PLACE = [("row", "row", ""), ("column", "column", "")]
_COMPASS = [("south", 0, 1), ("north", 0, -1), ("east", 1, 0), ("west", -1, 0)]
_THRUSTERS = _plain("nothing", "left engine", "main engine", "right engine")
_LANDER = _named(
    "x", "y", "x_velocity", "y_velocity", "angle", "angular_velocity", "left_leg", "right_leg"
)
_WALKER_JOINTS = ("hip1", "knee1", "hip2", "knee2")

_WORLDS: dict[str, Known] = {
    "CartPole": Known(
        [
            ("x", "", "the cart's place"),
            ("x_velocity", "", "the cart's velocity"),
            ("theta", "", "the pole's angle in radians, 0 upright"),
            ("theta_velocity", "", "the pole's angular velocity"),
        ],
        actions=[("left", -1, 0), ("right", 1, 0)],
    ),
    "MountainCar": Known(
        _named("position", "velocity"), actions=[("left", -1, 0), ("none", 0, 0), ("right", 1, 0)]
    ),
    "MountainCarContinuous": Known(_named("position", "velocity"), _named("force")),
    "Pendulum": Known(
        [
            ("cos", "", "of the angle, 1 upright"),
            ("sin", "", "of the angle"),
            ("velocity", "", "the angular velocity"),
        ],
        _named("torque"),
    ),
    "Acrobot": Known(
        _named("cos1", "sin1", "cos2", "sin2", "velocity1", "velocity2"),
        actions=[("torque -1", -1, 0), ("torque 0", 0, 0), ("torque 1", 1, 0)],
    ),
    "Reacher": Known(
        _named("cos1", "cos2", "sin1", "sin2", "target_x", "target_y", "velocity1", "velocity2"),
        _named("torque0", "torque1"),
    ),
    "LunarLander": Known(_LANDER, actions=_THRUSTERS),
    "LunarLanderContinuous": Known(_LANDER, _named("main", "lateral")),
    "BipedalWalker": Known(
        _named(
            "angle", "angular_velocity", "x_velocity", "y_velocity",
            "hip1", "hip1_velocity", "knee1", "knee1_velocity", "contact1",
            "hip2", "hip2_velocity", "knee2", "knee2_velocity", "contact2",
            *(f"lidar{ray}" for ray in range(10)),
        ),
        _named(*_WALKER_JOINTS),
    ),
    "CarRacing": Known(action=_named("steering", "gas", "brake")),
    "Blackjack": Known(_named("player", "dealer", "usable_ace"), actions=_plain("stick", "hit")),
    "FrozenLake": Known(_PLACE, actions=[_GRID[name] for name in ("left", "down", "right", "up")]),
    "CliffWalking": Known(_PLACE, actions=[_GRID[name] for name in ("up", "right", "down", "left")]),
    "Taxi": Known(
        [
            ("row", "row", "the taxi's"),
            ("column", "column", "the taxi's"),
            ("passenger", "", "0 to 3: waits at red, green, yellow, blue; 4: in the taxi"),
            ("destination", "", "red, green, yellow, blue"),
        ],
        actions=[*_COMPASS, ("pickup", 0, 0), ("dropoff", 0, 0)],
    ),
}  # fmt: skip

# Discrete worlds whose number consists of digits: the number of values of each digit.
_DIGITS = {"CliffWalking": (4, 12), "Taxi": (5, 5, 5, 4)}

# A wrapper with this in its name, or in that of a class that it inherits from, changes observations; then
# the world's own names do not apply.
_CHANGING = "Observation"


class World(NamedTuple):
    """A world as a recording describes it."""

    name: str
    known: Known
    digits: Optional[Sequence[int]] = None
    map: Optional[str] = None
    map_name: Optional[str] = None


def world_of(env: Any, changed: bool = False) -> World:
    """What is known about an environment, or the first one of a vectorised one, through its wrappers.

    `changed` says that other observations are recorded than the environment's.
    """
    changed = changed or _is_changed(env)
    inner = getattr(getattr(env, "unwrapped", env), "envs", None)
    if inner:
        changed = changed or _is_changed(inner[0])
    spec = getattr(env, "spec", None) or _first_spec(env)
    bare = inner[0].unwrapped if inner else getattr(env, "unwrapped", env)
    if spec is None:
        return World(type(bare).__name__, Known())
    stem = spec.id.rpartition("/")[2].rpartition("-v")[0] or spec.id
    stem = {"FrozenLake8x8": "FrozenLake", "CliffWalkingSlippery": "CliffWalking"}.get(stem, stem)
    known = _WORLDS.get(stem, Known())
    if spec.kwargs.get("continuous") and stem == "LunarLander":
        known = _WORLDS["LunarLanderContinuous"]
    if spec.kwargs.get("continuous") is False and stem == "CarRacing":
        known = Known(actions=_plain("nothing", "right", "left", "gas", "brake"))
    if changed:
        return World(spec.id, known._replace(observation=None))
    if stem == "FrozenLake":
        return _lake(bare, spec, known)
    return World(spec.id, known, _DIGITS.get(stem))


def _first_spec(env: Any) -> Any:
    """The spec of a vectorised environment's first world, which may be in another process."""
    try:
        return env.get_attr("spec")[0]
    except Exception:  # not every environment can be asked
        return None


def _lake(bare: Any, spec: Any, known: Known) -> World:
    """FrozenLake, whose number is a place on a map."""
    desc = getattr(bare, "desc", None)
    if desc is None:  # its processes have it
        size = 8 if spec.kwargs.get("map_name", "4x4") == "8x8" else 4
        return World(spec.id, known, (size, size))
    rows = ["".join(cell.decode() for cell in row) for row in desc]
    name = None if spec.kwargs.get("desc") is not None else spec.kwargs.get("map_name")
    return World(spec.id, known, (len(rows), len(rows[0])), "\n".join(rows), name or "custom")


def _is_changed(env: Any) -> bool:
    """Whether a wrapper changes the world's observations."""
    while True:
        if any(_CHANGING in kind.__name__ for kind in type(env).__mro__):
            return True
        if not hasattr(env, "env") or env is getattr(env, "unwrapped", env):
            return False
        env = env.env
