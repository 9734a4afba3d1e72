# Writes reacher.json: steps of Gymnasium's Reacher-v5 on MuJoCo, which Tests/WorldsTests compare to.
# pip install gymnasium mujoco
import json
import pathlib

import gymnasium
import numpy as np

world = gymnasium.make("Reacher-v5").unwrapped
random = np.random.default_rng(7)
episodes = []


def play(name, position, velocity, target, actions):
    """Positions, velocities and rewards of an episode that begins somewhere."""
    world.reset(seed=1)
    # What the solver remembers of earlier steps must not matter.
    world.data.qacc_warmstart[:] = 0
    world.set_state(np.array([*position, *target]), np.array([*velocity, 0, 0]))
    steps = []
    for action in actions:
        _, reward, *_ = world.step(action)
        data = world.data
        steps.append([*action.tolist(), *data.qpos[:2].tolist(), *data.qvel[:2].tolist(), reward])
    episodes.append(
        {"name": name, "start": [*position, *velocity, *target], "steps": steps}
    )


def anything(count, scale=1.0):
    return random.uniform(-scale, scale, (count, 2)).astype(np.float32).astype(float)


play("random", (0.05, -0.02), (0.001, 0.004), (0.1, -0.12), anything(100))
play("beyond what motors give", (-0.1, 0.1), (0, 0), (0.15, 0.02), anything(40, 3))
play("at rest", (0.0, 0.0), (0.0, 0.0), (-0.1, 0.1), np.zeros((10, 2)))
push = np.array([[0.25, 0.5]] * 40 + [[-0.5, -0.75]] * 60)
play("into the limit and back into the other", (0.1, 2.5), (0, 0), (0.05, 0.05), push)
play("whirling at the limit", (0.1, -2.9), (9.0, -6.0), (0.0, 0.19), anything(100) - [0, 0.5])
rows = [json.dumps(episode) for episode in episodes]
folder = pathlib.Path(__file__).parent
(folder / "reacher.json").write_text("[\n" + ",\n".join(rows) + "\n]\n")
