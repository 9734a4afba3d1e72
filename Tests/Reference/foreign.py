"""Records small runs of all kinds with the package `reel`, for tests of what the program does with them.

usage: python3 foreign.py FOLDER
"""

import sys

import gymnasium
import numpy
import reel

folder = sys.argv[1]


class Own(gymnasium.Env):
    """A world that no program knows: a dictionary observed, or a picture."""

    metadata = {"render_modes": ["rgb_array"]}
    action_space = gymnasium.spaces.Discrete(3)

    def __init__(self, pictures=False):
        self.render_mode = "rgb_array" if pictures else None
        self.observation_space = gymnasium.spaces.Dict(
            arm=gymnasium.spaces.Box(-1, 1, (3,), numpy.float32), mode=gymnasium.spaces.Discrete(4))

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.t = 0
        return self.look(), {}

    def look(self):
        return {"arm": numpy.sin(numpy.arange(3) + self.t / 9).astype(numpy.float32), "mode": self.t // 7 % 4}

    def step(self, action):
        self.t += 1
        return self.look(), float(numpy.cos(self.t / 5)), self.t % 40 == 0, False, {"is_success": action == 1}

    def render(self):
        frame = numpy.zeros((84, 84, 3), numpy.uint8)
        frame[10:20, self.t % 84] = (255, 120, 0)
        return frame


def play(env, steps, act=None):
    observation, _ = env.reset(seed=1)
    for _ in range(steps):
        action = act(observation) if act else env.action_space.sample()
        observation, _, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            observation, _ = env.reset()
    env.close()


def record(name, env, **options):
    return reel.Recorder(env, f"{folder}/{name}.sqlite", **options)


# A Q-table, whose rule is declared.
env = record("table", gymnasium.make("FrozenLake-v1"), learning=reel.QLearning(0.1, 0.99))
table, random, count = numpy.zeros((16, 4)), numpy.random.default_rng(1), 0
for episode in range(150):
    state, _ = env.reset(seed=7 if episode == 0 else None)
    over = False
    while not over:
        action = int(random.integers(4))
        after, reward, terminated, truncated, _ = env.step(action)
        table[state, action] += 0.1 * (reward + 0.99 * table[after].max() - table[state, action])
        state, over, count = after, terminated or truncated, count + 1
        if count in (100, 400, 800):
            numpy.save(f"{folder}/table-{count}.npy", table)
env.close()
numpy.save(f"{folder}/table-{count}.npy", table)

balance = lambda observation: int(observation[2] + observation[3] / 2 > 0)
env = record("choices", gymnasium.make("CartPole-v1"))
env.metric("losses/td_loss", 0.5)
play(env, 1100, balance)
play(record("numbers", gymnasium.make("Pendulum-v1")), 450)
play(record("pixels", Own(pictures=True), frames="all"), 100)
play(record("dictionary", Own(), infos=("is_success",)), 200)
envs = reel.VectorRecorder(gymnasium.make_vec("CartPole-v1", 3), f"{folder}/vector.sqlite")
envs.reset(seed=3)
for _ in range(120):
    envs.step(envs.action_space.sample())
envs.close()
for session in range(2):
    play(record("sessions", gymnasium.make("CartPole-v1"), append=session > 0), 150)
