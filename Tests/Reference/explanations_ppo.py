"""What a step of PPO must say: its rollout played over and learned from once more, in single precision."""

import math

import numpy as np
import torch

import explanations_gpt as gpt
import explanations_worlds as worlds
from explanations_recording import mlp, schedule
from explanations_rollout import RUNNING, Player


class Run(Player):
    """A recorded run, learned from rollout after rollout."""

    def order(self, order, epoch):
        """Fisher and Yates."""
        key = self.updates * self.settings["epochs"] + epoch
        for place in range(len(order) - 1, 0, -1):
            other = self.recording.generator.pick("replay", key, place, 0, place + 1)
            order[place], order[other] = order[other], order[place]

    def learn(self, traced=None):
        """Learns from the rollout; what each epoch made of one of its rows."""
        settings, count = self.settings, len(self.rows)
        self.estimate()
        self.rate = schedule(settings["learning_rate"], self.step + 1, settings["steps"])
        self.entropy = schedule(settings["entropy"], self.step + 1, settings["steps"])
        parts, order, epochs = max(1, count // settings["minibatch"]), list(range(count)), []
        for epoch in range(settings["epochs"]):
            self.order(order, epoch)
            for part in range(parts):
                rows = order[count * part // parts:count * (part + 1) // parts]
                found = self.step_on(rows, rows.index(traced) if traced in rows else None)
                if found:
                    epochs.append({"epoch": epoch + 1, "minibatch": part + 1} | found)
        self.seen.update()
        self.updates += 1
        self.step += count
        return epochs

    def step_on(self, rows, traced):
        """Learns from a minibatch; what it made of a row, if that is in it."""
        settings, clip = self.settings, self.settings["clip"]
        advantage = self.advantages[rows]
        scale = {"minibatch": advantage, "rollout": self.advantages}[settings["advantages"]]
        advantage = (advantage - scale.mean()) / (scale.std() + 1e-8)
        outputs, value = self.outputs(self.observations[rows])
        now = self.distribution(outputs)
        log = now.log_prob(self.actions_taken[rows])
        ratio = (log - self.logs[rows]).exp()
        plain, clipped = -advantage * ratio, -advantage * ratio.clamp(1 - clip, 1 + clip)
        policy_loss = torch.maximum(plain, clipped)
        value_loss = 0.5 * (value - self.targets[rows]) ** 2
        if settings["value_clip"] > 0:
            most = settings["value_clip"] * self.value_unit
            kept = self.values[rows] + (value - self.values[rows]).clamp(-most, most)
            value_loss = torch.maximum(value_loss, 0.5 * (kept - self.targets[rows]) ** 2)
        entropy = now.entropy()
        loss = (policy_loss.mean() + settings["value_coefficient"] * value_loss.mean()
                - self.entropy * entropy.mean())
        norm = self.learner.step(loss, self.rate, settings["gradient_norm"])
        if traced is None:
            return None
        return {
            "advantage": advantage[traced].item(), "log_probability": log[traced].item(),
            "ratio": ratio[traced].item(), "clipped": bool(clipped[traced] > plain[traced]),
            "policy_loss": policy_loss[traced].item(), "value": value[traced].item(),
            "value_loss": value_loss[traced].item(), "entropy": entropy[traced].item(),
            "gradient_norm": norm}


def special(recording):
    """A step of the first rollout, where nothing is scaled yet, whose observation is clipped all the same."""
    run = Run(recording, 0)
    rollout = recording.settings["worlds"] * recording.settings["rollout"]
    return [] if run.is_read else [next(
        row["step"] for row in recording.steps[:rollout] if np.abs(run.shown(row["state"])).max() > 10)]


def explain(recording, step):
    run = Run(recording, step)
    rollout = recording.settings["worlds"] * recording.settings["rollout"]
    while run.step + rollout <= step:
        run.play()
        run.learn()
    row, first = recording.steps[step], run.step
    found = recording.place("ppo", step) | decision(run, row)
    run.play()
    index = step - first
    found |= {"log_probability": run.logs[index].item(), "entropy": entropy(run, index),
              "value": run.values[index].item()} | recording.outcome(step)
    epochs = run.learn(index)
    found["update"] = update(run, first, index, epochs)
    with torch.no_grad():
        outputs, value = run.outputs(run.scaled(run.shown(row["state"]))[None])
        log = run.distribution(outputs).log_prob(run.actions([row]))
    return found | {"value_after": value.item(), "log_probability_after": log.item()}


def entropy(run, index):
    with torch.no_grad():
        return run.distribution(run.outputs(run.observations[[index]])[0]).entropy().item()


def decision(run, row):
    """How the policy decided."""
    shown = run.shown(row["state"])
    seen = run.scaled(shown)
    with torch.no_grad():
        outputs = run.outputs(seen[None])[0][0]
    if run.is_read:
        found = {"attention": gpt.attention(run.learner.parameters, run.network, seen)}
    else:
        names = worlds.reacher(run.recording, row["state"])
        layers = mlp(run.learner.parameters, seen, torch.tanh, "policy.")
        found = {"observation": dict(zip(names, shown.tolist())), "seen": seen.tolist(),
                 "layers": [layer.tolist() for layer in layers]}
    found["outputs"] = outputs.tolist()
    if run.is_real:
        return found | {"deviations": run.learner.parameters["log_std"].exp().tolist(),
                        "action": run.actions([row])[0].tolist(), "draw": None}
    return found | {
        "chances": torch.softmax(outputs.double(), 0).tolist(),
        "action": run.recording.actions[row["action"]],
        "draw": run.recording.generator.share("policy", row["episode"], row["t"])}


def update(run, first, index, epochs):
    """How a row of the rollout was learned from."""
    settings, side, count = run.settings, run.settings["worlds"], len(run.rows)
    terms, weight, place = [], 1.0, index
    while True:
        terms.append({
            "step": first + place, "reward": run.rows[place]["reward"], "value": run.values[place].item(),
            "next_value": run.next_values[place], "delta": run.deltas[place], "weight": weight})
        if run.endings[place] != RUNNING or place + side >= count:
            break
        place, weight = place + side, weight * settings["gamma"] * settings["lambda"]
    total = sum(term["weight"] * term["delta"] for term in terms)
    assert math.isclose(total, run.advantages[index].item(), abs_tol=1e-5)
    return {
        "update": run.updates, "first_step": first, "last_step": first + count - 1, "worlds": side,
        "gamma": settings["gamma"], "lambda": settings["lambda"], "reward_scale": run.reward_scale,
        "advantage": run.advantages[index].item(), "return": run.targets[index].item(),
        "clip": settings["clip"], "value_coefficient": settings["value_coefficient"],
        "entropy_coefficient": run.entropy, "learning_rate": run.rate, "terms": terms, "epochs": epochs}
