"""PPO of Stable-Baselines3 on CartPole, recorded by a callback.

    pip install stable-baselines3
    python sb3_ppo.py --steps 50000 -o runs/ppo.sqlite
    reel film runs/ppo.sqlite --learning -o ppo.mp4
"""

import argparse

import reel
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--steps", type=int, default=50_000)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--worlds", type=int, default=4)
parser.add_argument("-o", "--output", default="runs/ppo.sqlite")
args = parser.parse_args()

model = PPO("MlpPolicy", make_vec_env("CartPole-v1", args.worlds, seed=args.seed), n_steps=256, seed=args.seed, device="cpu")
callback = reel.SB3Callback(args.output, checkpoint_every=10_000, force=True)
model.learn(args.steps, callback=callback)
callback.close()

with reel.open(args.output) as run:
    print(f"{run.steps} steps, {len(run)} episodes, best return {run.episodes['return'].max():.0f}")
    print(", ".join(run.metric_names))
