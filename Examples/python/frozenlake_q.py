"""Q-learning with a NumPy table on FrozenLake. The rule is declared, so that Reel can rebuild the
table at any step from the steps alone, and show every update.

    python frozenlake_q.py --steps 100000 -o runs/lake.sqlite
    reel heatmap runs/lake.sqlite -o lake.png
"""

import argparse

import gymnasium as gym
import numpy as np
import reel

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--steps", type=int, default=100_000)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--alpha", type=float, default=0.1)
parser.add_argument("--gamma", type=float, default=0.99)
parser.add_argument("--epsilon", type=float, default=0.1)
parser.add_argument("-o", "--output", default="runs/lake.sqlite")
args = parser.parse_args()

generator = np.random.default_rng(args.seed)
q, visits = np.zeros((16, 4)), np.zeros((16, 4), np.uint32)
env = reel.Recorder(
    gym.make("FrozenLake-v1"), args.output, config=vars(args), seed=args.seed, trainer="q-learning",
    learning=reel.QLearning(args.alpha, args.gamma, form="error"), force=True,
)  # fmt: skip

state, _ = env.reset(seed=args.seed)
for step in range(args.steps):
    explores = generator.random() < args.epsilon
    # Among actions that look equally good, a random one.
    action = int(generator.integers(4) if explores else generator.choice(np.flatnonzero(q[state] == q[state].max())))
    after, reward, terminated, truncated, _ = env.step(action)
    target = reward + (0.0 if terminated else args.gamma * q[after].max())
    q[state, action] += args.alpha * (target - q[state, action])
    visits[state, action] += 1
    state = after
    if terminated or truncated:
        state, _ = env.reset()
    if (step + 1) % 1000 == 0:
        env.metric("charts/mean_q", q.mean())
env.q_table(q, visits)
env.close()

with reel.open(args.output) as run:
    table = run.checkpoint()
    successes = np.nansum(run.episodes["return"])
    print(f"{run.steps} steps, {len(run)} episodes, {successes:.0f} of them reached the goal")
    print(f"the last table was recorded after {table.step} steps: it {'is' if (table['q'] == q).all() else 'is not'} this one")
