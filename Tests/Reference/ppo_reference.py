"""Writes ppo.json: advantages as Stable-Baselines3 estimates them, and an update of proximal policy
optimization as PyTorch computes it, for choices and for real-valued actions.

    pip install torch stable-baselines3 && python Tests/Reference/ppo_reference.py
"""

import json
import pathlib

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3.common.buffers import RolloutBuffer

folder = pathlib.Path(__file__).parent
torch.set_num_threads(1)
torch.manual_seed(3)
random = np.random.default_rng(3)
reference = {}


def numbers(tensor):
    """Single precision, in as few digits as name it."""
    flat = torch.as_tensor(tensor).detach().flatten().tolist()
    return [float(f"{x:.9g}") for x in flat]


def advantages(ticks, worlds, gamma, lam):
    """Rewards, values and endings of some worlds side by side: 0 running, 1 terminated, 2 truncated."""
    box = spaces.Box(-1, 1, (1,))
    buffer = RolloutBuffer(ticks, box, box, gae_lambda=lam, gamma=gamma, n_envs=worlds)
    rewards = random.normal(size=(ticks, worlds)).astype(np.float32)
    values = random.normal(size=(ticks, worlds)).astype(np.float32)
    cut_off = random.normal(size=(ticks, worlds)).astype(np.float32)
    last = random.normal(size=worlds).astype(np.float32)
    endings = random.choice([0, 0, 0, 1, 2], size=(ticks, worlds))
    starts = np.zeros(worlds)
    for tick in range(ticks):
        # Stable-Baselines3 adds the future of a truncated step to its reward.
        future = np.where(endings[tick] == 2, gamma * cut_off[tick], 0)
        zeros = np.zeros((worlds, 1))
        buffer.add(
            zeros, zeros, rewards[tick] + future, starts, torch.tensor(values[tick]),
            torch.zeros(worlds),
        )
        starts = (endings[tick] > 0).astype(float)
    buffer.compute_returns_and_advantage(torch.tensor(last), starts)
    reference["advantages"] = {
        "worlds": worlds, "gamma": gamma, "lambda": lam, "rewards": numbers(rewards),
        "values": numbers(values), "cut_off": numbers(cut_off), "last": numbers(last),
        "endings": endings.flatten().tolist(), "advantages": numbers(buffer.advantages),
        "returns": numbers(buffer.returns),
    }


def net(outputs):
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, outputs))


def update(name, is_real, value_clip, steps=23):
    """Two passes over one batch: the loss, its gradient, a step of Adam."""
    policy, value = net(2 if is_real else 3), net(1)
    log_std = torch.nn.Parameter(torch.tensor([-0.3, 0.2]))
    parameters = [*policy.parameters(), *([log_std] if is_real else []), *value.parameters()]
    x, advantage = torch.randn(steps, 3), torch.randn(steps)
    returns, old_value = torch.randn(steps), torch.randn(steps)
    action = torch.randn(steps, 2) if is_real else torch.randint(0, 3, (steps,))

    def distribution():
        y = policy(x)
        if is_real:
            return torch.distributions.Independent(torch.distributions.Normal(y, log_std.exp()), 1)
        return torch.distributions.Categorical(logits=y)

    old = distribution().log_prob(action).detach() + 0.3 * torch.randn(steps)
    case = {
        "real": is_real, "value_clip": value_clip, "x": numbers(x), "action": numbers(action),
        "old": numbers(old), "advantage": numbers(advantage), "returns": numbers(returns),
        "old_value": numbers(old_value),
        "before": [numbers(parameter) for parameter in parameters], "passes": [],
    }
    adam = torch.optim.Adam(parameters, lr=0.01, eps=1e-5)
    scaled = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
    for _ in range(2):
        now, v = distribution(), value(x).flatten()
        ratio = (now.log_prob(action) - old).exp()
        plain, clipped = -scaled * ratio, -scaled * ratio.clamp(0.8, 1.2)
        policy_loss = torch.max(plain, clipped).mean()
        errors = (v - returns) ** 2
        if value_clip > 0:
            kept = old_value + (v - old_value).clamp(-value_clip, value_clip)
            errors = torch.max(errors, (kept - returns) ** 2)
        value_loss, entropy = 0.5 * errors.mean(), now.entropy().mean()
        loss = policy_loss - 0.02 * entropy + 0.7 * value_loss
        adam.zero_grad()
        loss.backward()
        gradients = [numbers(parameter.grad) for parameter in parameters]
        norm = torch.nn.utils.clip_grad_norm_(parameters, 0.5)
        adam.step()
        case["passes"].append({
            "policy_loss": policy_loss.item(), "value_loss": value_loss.item(),
            "entropy": entropy.item(), "norm": norm.item(),
            "kl": ((ratio - 1) - ratio.log()).mean().item(), "old_kl": (-ratio.log()).mean().item(),
            "clipfrac": ((ratio - 1).abs() > 0.2).float().mean().item(),
            "gradients": gradients, "after": [numbers(parameter) for parameter in parameters],
        })
    reference[name] = case


advantages(12, 3, 0.97, 0.9)
update("choices", False, 0.0)
update("choices, values clipped", False, 0.2)
update("real numbers", True, 0.0)
update("real numbers, values clipped", True, 0.5)
rows = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in reference.items()]
(folder / "ppo.json").write_text("{\n" + ",\n".join(rows) + "\n}\n")
