"""What a batch of a language model's training must say: AdamW's step on it; and what a token that it wrote
must say: both in single precision."""

import math

import torch
from torch.nn import functional as F

import explanations_gpt as gpt
from explanations_recording import Learner

EXPECTED = 10


class Model:
    """A language model as a checkpoint holds it."""

    def __init__(self, recording, at, **options):
        self.recording, self.settings = recording, recording.settings
        self.step, found, self.state = recording.checkpoint(at)
        self.learner = Learner(found, [], self.state.get("adam_steps", 0), **options)
        self.alphabet, self.shape = self.state["tokenizer"]["alphabet"], self.state["model"]

    def tokens(self, text):
        return [self.alphabet.index(letter) for letter in text]

    def name(self, token):
        return self.alphabet[token].replace("\n", "\\n")

    def logits(self, tokens, shares=None):
        """Tokens (B, T) → logits (B, T, vocabulary)."""
        parameters = self.learner.parameters
        x = gpt.embedded(parameters, tokens[..., None])
        x = gpt.stream(parameters, x, self.shape["layers"], self.shape["heads"], shares)
        return x @ parameters["transformer.wte.weight"].T

    def next(self, tokens, attention=None):
        """The logits of the token behind some others."""
        with torch.no_grad():
            return self.logits(torch.tensor([tokens]), attention)[0, -1]

    def expectation(self, behind, token):
        """What is expected behind some tokens, and where the last of them looks."""
        attention = []
        shares = self.next(behind, attention).softmax(-1)
        likeliest = shares.argsort(descending=True, stable=True)[:EXPECTED].tolist()
        return {
            "seen": [self.name(token) for token in behind],
            "expected": [{"token": self.name(token), "chance": shares[token].item()} for token in likeliest],
            "token": self.name(token), "chance": shares[token].item(),
            "likelier": int((shares > shares[token]).sum()),
            "attention": [layer[0, :, -1].tolist() for layer in attention]}


class Run(Model):
    """A recorded run, learned from once more."""

    def __init__(self, recording, at):
        settings = recording.settings
        assert settings["dropout"] == 0 and settings["tokens"] == "characters"
        super().__init__(
            recording, at, decay=settings["decay"], betas=(settings["beta1"], settings["beta2"]))
        tokens = self.tokens(recording.run["map"])
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

    def learn(self):
        """Learns from the next batch."""
        starts, rate, context = self.starts(), self.rate(), self.settings["context"]
        sequences = torch.stack([self.training[start:start + context + 1] for start in starts])
        loss = F.cross_entropy(self.logits(sequences[:, :-1]).flatten(0, 1), sequences[:, 1:].flatten())
        norm = self.learner.step(loss, rate, self.settings["gradient_norm"])
        self.step += 1
        return sequences, {"sequences": len(starts), "starts": starts, "loss": loss.item(),
                           "gradient_norm": norm, "learning_rate": rate}


def explain(recording, step):
    if recording.run["purpose"] == "evaluate":
        return written(recording, step)
    run = Run(recording, step)
    while run.step < step:
        run.learn()
    first, context = run.starts()[0], recording.settings["context"]
    *behind, token = run.training[first:first + context + 1].tolist()
    expectation = run.expectation(behind, token)
    sequences, batch = run.learn()
    assert sequences[0].tolist() == [*behind, token]
    return {"kind": "batch", "step": step} | batch | expectation | {
        "chance_after": run.next(behind).softmax(-1)[token].item()}


def written(recording, step):
    """A token that the model wrote; that the draw leads to it is checked."""
    model, row, settings = Model(recording, 0), recording.steps[step], recording.settings
    rows = [other for other in recording.steps if other["episode"] == row["episode"]]
    context = model.shape["context"]
    seen = model.tokens(rows[0]["state"].decode())[-context:]
    for other in rows[:row["t"]]:
        seen.append(other["action"])
        # Where the context is full, the model goes on from its newer half.
        if len(seen) > context:
            seen = seen[-(context // 2):]
    logits = model.next(seen)
    shares = sampled(logits / settings["temperature"], settings["top_k"], settings["top_p"])
    draw = recording.generator.share("policy", row["episode"], row["t"])
    assert torch.searchsorted(shares.double().cumsum(0), draw, right=True) == row["action"]
    return recording.place("token", step) | model.expectation(seen, row["action"]) | {
        "log_probability": logits.log_softmax(-1)[row["action"]].item(),
        "sampled_chance": shares[row["action"]].item(), "draw": draw,
        "temperature": settings["temperature"]}


def sampled(logits, count, share):
    """The chances of the likeliest tokens (top-k), and of these those that have a share together (top-p)."""
    least = logits.topk(count).values[-1]
    shares = logits.masked_fill(logits < least, -torch.inf).softmax(-1)
    order = shares.argsort(descending=True, stable=True)
    before = shares[order].cumsum(0) - shares[order]
    shares[order[before >= share]] = 0
    return shares / shares.sum()
