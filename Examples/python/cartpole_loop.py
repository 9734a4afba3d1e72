"""A hand-written loop: a policy of four weights, improved by hill climbing, recorded step by step.

    python cartpole_loop.py --steps 20000 -o runs/cart.sqlite
    reel film runs/cart.sqlite -o cart.gif
"""

import argparse

import gymnasium as gym
import numpy as np
import reel

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--steps", type=int, default=20_000)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--noise", type=float, default=0.5)
parser.add_argument("-o", "--output", default="runs/cart.sqlite")
args = parser.parse_args()

generator = np.random.default_rng(args.seed)
best, best_return = np.zeros(4), -np.inf
env = gym.make("CartPole-v1")

with reel.record(env, args.output, config=vars(args), seed=args.seed, trainer="hill-climbing", force=True) as rec:
    rec.checkpoint({"weights": best})
    step = episode = 0
    while step < args.steps:
        weights = best + args.noise * generator.standard_normal(4)
        observation, _ = rec.env.reset(seed=args.seed + episode)
        total, done = 0.0, False
        while not done:
            observation, reward, terminated, truncated, _ = rec.env.step(int(observation @ weights > 0))
            total, step, done = total + reward, step + 1, terminated or truncated
        episode += 1
        rec.metric("charts/episodic_return", total)
        if total >= best_return:
            best, best_return = weights, total
            rec.checkpoint({"weights": best})
env.close()

with reel.open(args.output) as run:
    print(f"{run.steps} steps, {len(run)} episodes, best return {run.episodes['return'].max():.0f}")
