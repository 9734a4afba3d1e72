"""A rollout of PPO as it was recorded: what was seen, chosen, drawn and earned, and its advantages."""

import math

import numpy as np
import torch

import explanations_gpt as gpt
import explanations_worlds as worlds
from explanations_recording import Learner, mlp

RUNNING, TERMINATED = "running", "terminated"


class Moments:
    """Mean and variance so far, and what came since."""

    def __init__(self, count, mean, variance):
        self.count, self.mean, self.variance = count, mean, variance
        self.fresh = []

    def update(self):
        """Takes in what came since: Chan's formula for two parts, from the numbers themselves."""
        if not self.fresh:
            return
        fresh = np.array(self.fresh, np.float64)
        self.fresh, count, total = [], len(fresh), self.count + len(fresh)
        shift = fresh.mean(0) - self.mean
        squares = self.variance * self.count + fresh.var(0) * count + shift**2 * self.count * count / total
        self.mean, self.variance, self.count = self.mean + shift * count / total, squares / total, total


class Player:
    """A recorded run, played over from a checkpoint on."""

    def __init__(self, recording, at):
        self.recording, self.settings = recording, recording.settings
        self.step, found, self.state = recording.checkpoint(at)
        self.updates, self.network = self.state["updates"], self.state["network"]
        self.is_read = self.network["kind"] == "gpt"
        self.is_real = "log_std" in found
        self.learner = Learner(
            found, ["observation.", "return."], self.state["adam_steps"],
            betas=(0.9, self.settings["beta2"]), eps=self.settings["adam_epsilon"])
        self.seen, self.returns = (
            Moments(*(found[f"{name}.{part}"] for part in ("count", "mean", "variance")))
            for name in ("observation", "return"))
        self.discounted = {row["episode"]: row["discounted"] for row in self.state["open"]}

    # What the network sees and makes of it

    def shown(self, blob):
        if self.is_read:
            return worlds.symbols(self.settings, self.network, blob)
        return np.array(list(worlds.reacher(self.recording, blob).values()), np.float32)

    def scaled(self, shown):
        """Shifted and scaled by what was seen before the rollout, and clipped."""
        if self.is_read or not self.settings["normalize_observations"]:
            return torch.from_numpy(shown)
        if self.seen.count > 0:
            factor = (1 / np.sqrt(self.seen.variance + 1e-8)).astype(np.float32)
            shown = (shown - self.seen.mean.astype(np.float32)) * factor
        return torch.from_numpy(shown).clamp(-10, 10)

    def outputs(self, seen):
        """The policy's numbers for some rows, and their values."""
        if self.is_read:
            return gpt.policy(self.learner.parameters, self.network, seen)
        policy, value = (mlp(self.learner.parameters, seen, torch.tanh, prefix)[-1]
                         for prefix in ("policy.", "value."))
        return policy, value[..., 0]

    def distribution(self, outputs):
        if self.is_real:
            deviations = self.learner.parameters["log_std"].exp()
            return torch.distributions.Independent(torch.distributions.Normal(outputs, deviations), 1)
        return torch.distributions.Categorical(logits=outputs)

    def actions(self, rows):
        if self.is_real:
            return torch.from_numpy(np.array([np.frombuffer(row["action"], np.float32) for row in rows]))
        return torch.tensor([row["action"] for row in rows])

    # A rollout

    def play(self):
        """Gathers the next rollout."""
        settings, side = self.settings, self.settings["worlds"]
        count = side * min(settings["rollout"], -(-(settings["steps"] - self.step) // side))
        rows = self.recording.steps[self.step:self.step + count]
        assert len(rows) == count, "a rollout is recorded to its end"
        shown = [self.shown(row["state"]) for row in rows]
        self.observations = torch.stack([self.scaled(one) for one in shown])
        self.seen.fresh += [] if self.is_read else shown
        self.rows, self.actions_taken = rows, self.actions(rows)
        with torch.no_grad():
            outputs, values = self.outputs(self.observations)
            self.logs, self.values = self.distribution(outputs).log_prob(self.actions_taken), values
            following = torch.stack([self.scaled(self.shown(row["next"])) for row in rows])
            _, next_values = self.outputs(following)
        self.check_draws(outputs)
        self.endings, self.next_values = [], []
        for index, row in enumerate(rows):
            ending = row["ending"]
            loses = settings["life_ends"] and worlds.lives(row["next"]) < worlds.lives(row["state"])
            self.follow_return(row, ending, ends=loses and ending != TERMINATED)
            ending = TERMINATED if loses else ending
            self.endings.append(ending)
            goes_on = ending == RUNNING and index + side < count
            following = values[index + side] if goes_on else next_values[index]
            self.next_values.append(0.0 if ending == TERMINATED else float(following))

    def follow_return(self, row, ending, ends):
        """The rewards of an episode so far, each discounted by the steps since."""
        number = row["episode"]
        total = self.settings["gamma"] * self.discounted.pop(number, 0.0) + row["reward"]
        self.returns.fresh.append([total])
        if ending == RUNNING:
            self.discounted[number] = 0.0 if ends else total

    def check_draws(self, outputs):
        """That the draws lead to the actions that were recorded."""
        draws = self.recording.generator
        for row, output in zip(self.rows, outputs):
            place = "policy", row["episode"], row["t"]
            if not self.is_real:
                sums = torch.softmax(output.double(), 0).cumsum(0)
                assert torch.searchsorted(sums, draws.share(*place), right=True) == row["action"]
                continue
            radius = math.sqrt(-2 * math.log((draws.word(*place, 0) + 0.5) / 2**32))
            angle = 2 * math.pi * draws.share(*place, 1)
            noise = torch.tensor([radius * math.cos(angle), radius * math.sin(angle)])
            drawn = output + self.learner.parameters["log_std"].detach().exp() * noise
            assert np.allclose(drawn.numpy(), np.frombuffer(row["action"], np.float32), atol=2e-5)

    def estimate(self):
        """Generalized advantage estimation, in double precision."""
        settings, side, count = self.settings, self.settings["worlds"], len(self.rows)
        self.returns.update()
        deviation = math.sqrt(self.returns.variance[0] + 1e-8)
        self.reward_scale = 1 / deviation if settings["normalize_returns"] else 1.0
        # What a value may move is counted in deviations of the return.
        self.value_unit = 1.0 if settings["normalize_returns"] else deviation
        self.deltas = [
            row["reward"] * self.reward_scale + settings["gamma"] * following - float(value)
            for row, following, value in zip(self.rows, self.next_values, self.values)]
        advantages = [0.0] * count
        for index in reversed(range(count)):
            goes_on = self.endings[index] == RUNNING and index + side < count
            ahead = advantages[index + side] if goes_on else 0.0
            advantages[index] = self.deltas[index] + settings["gamma"] * settings["lambda"] * ahead
        self.advantages = torch.tensor(advantages)
        self.targets = torch.tensor([a + float(v) for a, v in zip(advantages, self.values)])
