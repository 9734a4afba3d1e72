"""Writes FrozenLake's transition tables as Gymnasium has them, one file a map and slipperiness.

    pip install gymnasium && python Tests/Reference/frozenlake.py

A line is a state, an action, and up to three outcomes: probability in thirds, next state, reward,
terminated. Outcomes that Gymnasium lists twice are added up.
"""

import pathlib

import gymnasium

here = pathlib.Path(__file__).parent

for name in ("4x4", "8x8"):
    for slippery in (False, True):
        world = gymnasium.make("FrozenLake-v1", map_name=name, is_slippery=slippery).unwrapped
        lines = [f"gymnasium {gymnasium.__version__} FrozenLake-v1 {name} slippery={slippery}"]
        for state, actions in world.P.items():
            for action, outcomes in actions.items():
                sums = {}
                for probability, next_state, reward, terminated in outcomes:
                    key = (int(next_state), int(reward), int(terminated))
                    sums[key] = sums.get(key, 0) + probability
                parts = [f"{round(p * 3)} {s} {r} {t}" for (s, r, t), p in sorted(sums.items())]
                lines.append(f"{state} {action}: " + ", ".join(parts))
        kind = "slippery" if slippery else "dry"
        (here / f"frozenlake-{name}-{kind}.txt").write_text("\n".join(lines) + "\n")
