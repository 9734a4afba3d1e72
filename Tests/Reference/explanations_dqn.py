"""What a step of deep Q-learning must say: trained on from the checkpoint before it, in single precision."""

import math

import numpy as np
import torch
from torch.nn import functional as F

from explanations_recording import Learner, mlp, schedule
from explanations_worlds import snake

ONE = np.float32(1)


class Run:
    """A recorded run, learned from once more."""

    def __init__(self, recording, at):
        self.recording, self.settings = recording, recording.settings
        self.step, found, state = recording.checkpoint(at)
        self.batches = state["batches"]
        self.learner = Learner(found, ["target."], state["adam_steps"])
        self.target = {name.removeprefix("target."): torch.from_numpy(tensor)
                       for name, tensor in found.items() if name.startswith("target.")}
        self.seen, self.next = (torch.tensor(
            [[float(bit) for bit in snake(recording, row[key]).values()] for row in recording.steps])
            for key in ("state", "next"))

    def memory(self, step, end):
        """A remembered step with up to n rewards, as far as they were known after `end` steps."""
        rows, settings = self.recording.steps, self.settings
        reward, discount = np.float32(0), ONE
        last = step
        for last in range(step, min(step + settings["n_step"], end)):
            source = last - 1 if settings["late_reward"] else last
            reward += discount * np.float32(rows[source]["reward"] if source >= 0 else 0)
            discount *= np.float32(0 if rows[last]["ending"] == "terminated" else settings["gamma"])
            if rows[last]["ending"] != "running":
                break
        return reward, discount, last

    def values(self, seen, parameters=None):
        return mlp(parameters or self.learner.parameters, seen, torch.relu)[-1]

    def update(self, steps, end):
        """Learns from some steps, and says how."""
        settings, rows = self.settings, self.recording.steps
        memories = [self.memory(step, end) for step in steps]
        action = torch.tensor([rows[step]["action"] for step in steps])
        reward = torch.tensor(np.array([memory[0] for memory in memories]))
        discount = torch.tensor(np.array([memory[1] for memory in memories]))
        following = self.next[[memory[2] for memory in memories]]
        value = self.values(self.seen[steps]).gather(1, action[:, None])[:, 0]
        with torch.set_grad_enabled(settings["gradient"] == "residual"):
            future = self.values(following, self.target or None)
            best = (self.values(following) if settings["double"] else future).argmax(1)
            next_value = future.gather(1, best[:, None])[:, 0]
            target = reward + discount * next_value
        each = F.smooth_l1_loss if settings["loss"] == "smooth_l1" else F.mse_loss
        losses = each(value, target, reduction="none")
        rate = schedule(settings["learning_rate"], end, settings["steps"])
        norm = self.learner.step(losses.mean(), rate, settings["clip"])
        names = self.recording.actions
        columns = zip(steps, action, reward, discount, value, best, next_value, target, losses)
        return {
            "loss": losses.mean().item(), "loss_kind": settings["loss"], "gradient_norm": norm,
            "learning_rate": rate,
            "rows": [
                {"step": step, "action": names[action], "reward": reward.item(), "discount": discount.item(),
                 "value": value.item(), "next_action": names[best], "next_value": next_value.item(),
                 "target": target.item(), "error": (value - target).item(), "loss": loss.item()}
                for step, action, reward, discount, value, best, next_value, target, loss in columns]}

    def batch(self, size, end):
        """Learns from steps drawn with replacement among the remembered ones."""
        count = min(self.settings["memory"], end)
        draws = self.recording.generator
        steps = [end - count + draws.pick("replay", self.batches, index, 0, count)
                 for index in range(min(size, count))]
        self.batches += 1
        return self.update(steps, end)

    def learn(self):
        """All updates that the next step brings about."""
        settings, row = self.settings, self.recording.steps[self.step]
        self.step += 1
        updates = []
        is_warm = min(self.step, settings["memory"]) >= settings["warm_up"]
        if is_warm and settings["lesson"] == "newest":
            updates.append(self.update([self.step - 1], self.step))
        elif is_warm and settings["lesson"] == "batch":
            updates.append(self.batch(settings["batch"], self.step))
        if self.target and self.step % settings["target_every"] == 0:
            self.target = self.learner.copy()
        if row["ending"] != "running" and settings["episode_batch"] and is_warm:
            updates.append(self.batch(settings["episode_batch"], self.step))
        return updates


def explain(recording, step):
    settings, row = recording.settings, recording.steps[step]
    run = Run(recording, step)
    while run.step < step:
        run.learn()
    seen = snake(recording, row["state"])
    before = run.learner.copy()
    layers = mlp(before, run.seen[step], torch.relu)
    values = layers[-1]
    updates = run.learn()
    after = run.learner.copy()
    found = recording.place("dqn", step)
    found["observation"] = {name: float(bit) for name, bit in seen.items()}
    found["layers"] = [layer.tolist() for layer in layers]
    how, chances = choice(recording, row, values)
    later = mlp(after, run.seen[step], torch.relu)[-1]
    found["action"] = recording.actions[row["action"]]
    found["actions"] = [
        {"action": name, "value": value.item(), "chance": chance, "value_after": last.item()}
        for name, value, chance, last in zip(recording.actions, values, chances, later)]
    found |= how | recording.outcome(step) | {"updates": updates}
    found["parameter_norm"] = length(before.values())
    found["parameter_move"] = length(after[name] - before[name] for name in before)
    return found


def length(some):
    return math.sqrt(sum((tensor.double() ** 2).sum().item() for tensor in some))


def choice(recording, row, values):
    """Why the action was chosen, and the chance of each; that the draws lead to it is checked."""
    settings, draws = recording.settings, recording.generator
    place = "policy", row["episode"], row["t"]
    draw, count = draws.share(*place), len(values)
    if settings["policy"] == "softmax":
        chances = torch.softmax(settings["temperature"] * values.double(), 0)
        assert torch.searchsorted(chances.cumsum(0), draw, right=True) == row["action"]
        return ({"choice": "softmax", "temperature": settings["temperature"], "draw": draw},
                chances.tolist())
    epsilon = schedule(settings["epsilon"], row["episode"], max(1, settings["episodes"]))
    best = values.argmax().item()
    is_exploration = draw < epsilon
    assert (draws.pick(*place, 1, count) if is_exploration else best) == row["action"]
    chances = [epsilon / count + (1 - epsilon if action == best else 0) for action in range(count)]
    return ({"choice": "exploration" if is_exploration else "best", "epsilon": epsilon, "draw": draw},
            chances)
