"""What a batch of a language model's training must say: AdamW's step on it, in single precision."""

import math

import torch
from torch.nn import functional as F

import explanations_gpt as gpt
from explanations_recording import Learner

EXPECTED = 10


class Run:
    """A recorded run, learned from once more."""

    def __init__(self, recording, at):
        self.recording, self.settings = recording, recording.settings
        self.step, found, self.state = recording.checkpoint(at)
        settings = self.settings
        assert settings["dropout"] == 0 and settings["tokens"] == "characters"
        self.learner = Learner(
            found, [], self.state["adam_steps"], settings["decay"],
            betas=(settings["beta1"], settings["beta2"]))
        self.alphabet = self.state["tokenizer"]["alphabet"]
        text = recording.run["map"]
        tokens = [self.alphabet.index(letter) for letter in text]
        self.training = torch.tensor(tokens[:int(len(tokens) * (1 - settings["validation"]))])

    def starts(self):
        """Where the sequences of the next batch begin."""
        count = self.settings["batch"] * self.settings["accumulation"]
        return [self.recording.generator.pick(
            "replay", 0, self.step, index, len(self.training) - self.settings["context"])
            for index in range(count)]

    def rate(self):
        """It grows evenly, then falls along half a wave of the cosine."""
        settings, step = self.settings, self.step
        most, least, warmup = settings["learning_rate"], settings["last_rate"], settings["warmup"]
        if step < warmup:
            return most * (step + 1) / (warmup + 1)
        share = (step - warmup) / (settings["steps"] - warmup)
        return least + (most - least) * 0.5 * (1 + math.cos(math.pi * share))

    def logits(self, tokens, shares=None):
        """Tokens (B, T) → logits (B, T, vocabulary)."""
        parameters, model = self.learner.parameters, self.state["model"]
        x = gpt.embedded(parameters, tokens[..., None])
        x = gpt.stream(parameters, x, model["layers"], model["heads"], shares)
        return x @ parameters["transformer.wte.weight"].T

    def learn(self):
        """Learns from the next batch."""
        starts, rate, context = self.starts(), self.rate(), self.settings["context"]
        sequences = torch.stack([self.training[start:start + context + 1] for start in starts])
        loss = F.cross_entropy(self.logits(sequences[:, :-1]).flatten(0, 1), sequences[:, 1:].flatten())
        norm = self.learner.step(loss, rate, self.settings["gradient_norm"])
        self.step += 1
        return sequences, {"sequences": len(starts), "starts": starts, "loss": loss.item(),
                           "gradient_norm": norm, "learning_rate": rate}

    def shares(self, tokens, attention=None):
        """The chance of each token behind some others."""
        with torch.no_grad():
            return self.logits(tokens[None], attention)[0, -1].softmax(-1)

    def name(self, token):
        return self.alphabet[token].replace("\n", "\\n")


def explain(recording, step):
    run = Run(recording, step)
    while run.step < step:
        run.learn()
    first = run.starts()[0]
    behind = run.training[first:first + recording.settings["context"]]
    token = run.training[first + recording.settings["context"]].item()
    attention = []
    shares = run.shares(behind, attention)
    likeliest = shares.argsort(descending=True, stable=True)[:EXPECTED].tolist()
    sequences, batch = run.learn()
    assert sequences[0].tolist() == [*behind.tolist(), token]
    return {"kind": "batch", "step": step} | batch | {
        "seen": [run.name(token) for token in behind.tolist()],
        "expected": [{"token": run.name(token), "chance": shares[token].item()} for token in likeliest],
        "token": run.name(token), "chance": shares[token].item(),
        "likelier": int((shares > shares[token]).sum()),
        "attention": [layer[0, :, -1].tolist() for layer in attention],
        "chance_after": run.shares(behind)[token].item()}
