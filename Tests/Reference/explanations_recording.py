"""Reads a recording as docs/format.md describes it, and draws the random words that a run is made of."""

import json
import math
import sqlite3

import numpy as np
import torch

PURPOSES = {"start": 1, "world": 2, "policy": 3, "replay": 7}


def philox(counter, key):
    """Ten rounds of Philox 4×32 (Salmon and others, SC 2011)."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = c0 * 0xD2511F53, c2 * 0xCD9E8D57
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & 0xFFFFFFFF, (p0 >> 32) ^ c3 ^ k1, p0 & 0xFFFFFFFF
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0, c1, c2, c3


# The known answers of the paper's own library, Random123.
assert philox((0,) * 4, (0, 0)) == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)
assert philox((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2) == (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)
assert philox((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)) == (
    0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)


class Generator:
    """A run's random words, each a function of what it is for."""

    def __init__(self, seed):
        self.key = seed & 0xFFFFFFFF, seed >> 32

    def word(self, purpose, episode, t, draw=0):
        """The word of a draw at one step of an episode; four steps share a block."""
        counter = t >> 2, episode & 0xFFFFFFFF, episode >> 32, PURPOSES[purpose] | draw << 8
        return philox(counter, self.key)[t & 3]

    def share(self, purpose, episode, t, draw=0):
        """The same as a share of 1."""
        return self.word(purpose, episode, t, draw) / 2**32

    def pick(self, purpose, episode, t, draw, below):
        """A whole number below another."""
        return self.word(purpose, episode, t, draw) * below >> 32


def schedule(value, episode, episodes):
    """A setting that may change from episode to episode, or from step to step; both count from 1."""
    if not isinstance(value, str):
        return value
    kind, numbers = value.rstrip(")").split("(")
    numbers = [float(number) for number in numbers.split(",")]
    if kind == "exponential":
        return max(numbers[2], numbers[0] * math.pow(numbers[1], episode - 1))
    if kind == "ramp":
        share = min(1, (episode - 1) / numbers[2])
    else:
        assert kind == "linear", kind
        share = min(1, (episode - 1) / (episodes - 1)) if episodes > 1 else 0
    return numbers[0] + (numbers[1] - numbers[0]) * share


def tensors(blob):
    """The tensors of a safetensors file."""
    types = {"F32": np.float32, "F64": np.float64, "I64": np.int64, "U32": np.uint32}
    size = int.from_bytes(blob[:8], "little")
    found = {}
    for name, entry in json.loads(blob[8:8 + size]).items():
        if name != "__metadata__":
            first, end = (8 + size + offset for offset in entry["data_offsets"])
            array = np.frombuffer(blob[first:end], types[entry["dtype"]]).reshape(entry["shape"])
            found[name] = array.copy()
    return found


class Recording:
    """A recording whose settings never changed."""

    def __init__(self, path):
        self.rows = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
        self.run = dict(self.rows.execute("SELECT key, value FROM run"))
        [(configuration,)] = self.rows.execute("SELECT configuration FROM sessions")
        self.settings = json.loads(configuration)
        self.generator = Generator(int(self.run["seed"]))
        columns = "step episode t state action reward next ending".split()
        self.steps = [dict(zip(columns, row)) for row in self.rows.execute(
            "SELECT step, episode, t, state, action, reward, next_state, ending FROM rollout "
            "ORDER BY step")]
        assert [row["step"] for row in self.steps] == list(range(len(self.steps)))
        # An episode that still runs where the writer is gone was left.
        ends = {row["episode"]: row["step"] for row in self.steps}
        self.left = {step for step in ends.values() if self.steps[step]["ending"] == "running"}
        names = self.rows.execute("SELECT name FROM actions ORDER BY action")
        self.actions = [name for (name,) in names]
        # A text has no transitions: its steps are batches.
        (self.count,) = self.rows.execute("SELECT max(last_step) + 1 FROM batches").fetchone()
        kept = self.rows.execute("SELECT step FROM checkpoints ORDER BY step")
        self.kept = [step for (step,) in kept]

    def checkpoint(self, at):
        """What was kept at or before a step: its step, tensors and training state."""
        step = max(step for step in self.kept if step <= at)
        [(blob, state)] = self.rows.execute(
            "SELECT parameters, training_state FROM checkpoints WHERE step = ?", (step,))
        return step, tensors(blob), json.loads(state)

    def outcome(self, step):
        """What a step earned, and how it left its episode."""
        row = self.steps[step]
        return {"reward": row["reward"], "ending": "interrupted" if step in self.left else row["ending"]}

    def place(self, kind, step):
        """Where a step stands."""
        row = self.steps[step]
        return {"kind": kind, "step": step, "episode": row["episode"], "t": row["t"]}


class Learner:
    """A checkpoint's parameters and PyTorch's AdamW in its state, which is Adam where nothing decays."""

    def __init__(self, found, besides, steps, decay=0.0, **options):
        self.parameters = {
            name: torch.nn.Parameter(torch.from_numpy(tensor)) for name, tensor in found.items()
            if not name.startswith(("adam.", *besides))}
        matrices, others = ([some for some in self.parameters.values() if (some.ndim >= 2) == yes]
                            for yes in (True, False))
        self.adam = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}],
            **options)
        for name, parameter in self.parameters.items():
            if steps:
                self.adam.state[parameter] = {
                    "step": torch.tensor(float(steps)),
                    "exp_avg": torch.from_numpy(found[f"adam.m.{name}"]),
                    "exp_avg_sq": torch.from_numpy(found[f"adam.v.{name}"])}

    def step(self, loss, rate, clip):
        """One step against the gradient of a loss; how long the gradient was."""
        self.adam.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters.values(), clip if clip > 0 else math.inf)
        for group in self.adam.param_groups:
            group["lr"] = rate
        self.adam.step()
        return norm.item()

    def copy(self):
        """The parameters as they are now."""
        return {name: parameter.detach().clone() for name, parameter in self.parameters.items()}


def mlp(parameters, x, activation, prefix=""):
    """What each layer of an MLP makes of x, behind its activation; the last is the output."""
    layers = []
    while f"{prefix}{2 * len(layers)}.weight" in parameters:
        name = f"{prefix}{2 * len(layers)}"
        x = x @ parameters[f"{name}.weight"].T + parameters[f"{name}.bias"]
        if f"{prefix}{2 * len(layers) + 2}.weight" in parameters:
            x = activation(x)
        layers.append(x)
    return layers
