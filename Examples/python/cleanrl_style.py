"""A training program in one file, in the style of CleanRL: REINFORCE with a linear policy, using only NumPy.

    python cleanrl_style.py --total-timesteps 50000 --num-envs 8 -o runs/cleanrl.sqlite
    reel curve runs/cleanrl.sqlite
"""

import argparse

import gymnasium as gym
import numpy as np
import reel

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--env-id", default="CartPole-v1")
    parser.add_argument("--total-timesteps", "--steps", type=int, default=50_000)
    parser.add_argument("--learning-rate", type=float, default=0.02)
    parser.add_argument("--num-envs", type=int, default=8)
    parser.add_argument("--num-steps", type=int, default=128)
    parser.add_argument("--gamma", type=float, default=0.99)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", default="runs/cleanrl.sqlite")
    args = parser.parse_args()

    generator = np.random.default_rng(args.seed)
    # SAME_STEP: every call is a transition in every world.
    same_step = {"autoreset_mode": gym.vector.AutoresetMode.SAME_STEP}
    envs = gym.make_vec(args.env_id, args.num_envs, vectorization_mode="sync", vector_kwargs=same_step)
    weights = np.zeros((envs.single_observation_space.shape[0], envs.single_action_space.n))

    with reel.record(envs, args.output, config=vars(args), seed=args.seed, trainer="reinforce", force=True) as rec:
        envs = rec.env  # the one line that CleanRL's loop needs
        obs, _ = envs.reset(seed=args.seed)
        global_step = 0
        for iteration in range(max(1, args.total_timesteps // (args.num_envs * args.num_steps))):
            observations, actions, rewards, dones = [], [], [], []
            for _ in range(args.num_steps):
                global_step += args.num_envs
                logits = obs @ weights
                probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
                probabilities /= probabilities.sum(axis=1, keepdims=True)
                draws = generator.random((args.num_envs, 1))
                chosen = np.minimum((probabilities.cumsum(axis=1) < draws).sum(axis=1), weights.shape[1] - 1)
                observations.append(obs)
                actions.append((chosen, probabilities))
                obs, reward, terminated, truncated, _ = envs.step(chosen)
                rewards.append(reward)
                dones.append(terminated | truncated)

            returns, following = np.zeros((args.num_steps, args.num_envs)), np.zeros(args.num_envs)
            for t in reversed(range(args.num_steps)):
                returns[t] = following = rewards[t] + args.gamma * following * ~dones[t]
            advantages = (returns - returns.mean()) / (returns.std() + 1e-8)

            gradient = np.zeros_like(weights)
            for t, (chosen, probabilities) in enumerate(actions):
                pushes = np.eye(weights.shape[1])[chosen] - probabilities
                gradient += observations[t].T @ (pushes * advantages[t][:, None])
            weights += args.learning_rate * gradient / args.num_envs
            rec.metric("losses/gradient_norm", np.linalg.norm(gradient))
            rec.metric("charts/mean_return", returns.mean())
            rec.checkpoint({"weights": weights})
    envs.close()

    with reel.open(args.output) as run:
        print(f"{run.steps} steps, {len(run)} episodes, best return {run.episodes['return'].max():.0f}")
