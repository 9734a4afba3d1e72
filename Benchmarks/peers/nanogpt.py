"""A character-level GPT in PyTorch like nanoGPT, with Reel's presets: the peer of `reel train text`.

    python3 Benchmarks/peers/nanogpt.py TEXT-OR-FOLDER [small|nano|original] [SEED]

trains and prints the losses as Reel does: over sequences spread evenly over each part.
"""

import math
import os
import sys

import torch
from torch import nn
from torch.nn import functional as F

PRESETS = {
    "nano": dict(layers=2, heads=2, width=32, context=32, batch=16, steps=500, warmup=20, rate=4e-3,
                 dropout=0.0, every=100, trial=20),
    "small": dict(layers=4, heads=4, width=128, context=64, batch=12, steps=2000, warmup=100,
                  rate=1e-3, dropout=0.0, every=250, trial=20),
    "original": dict(layers=6, heads=6, width=384, context=256, batch=64, steps=5000, warmup=100,
                     rate=1e-3, dropout=0.2, every=250, trial=200),
}


class Block(nn.Module):
    """A layer that normalizes first, without biases."""

    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.ln_1 = nn.LayerNorm(width, bias=False)
        self.attn = nn.ModuleDict({"c_attn": nn.Linear(width, 3 * width, bias=False),
                                   "c_proj": nn.Linear(width, width, bias=False)})
        self.ln_2 = nn.LayerNorm(width, bias=False)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(width, 4 * width, bias=False),
                                  "c_proj": nn.Linear(4 * width, width, bias=False)})

    def forward(self, x):
        b, t, width = x.shape
        q, k, v = (part.view(b, t, self.heads, -1).transpose(1, 2)
                   for part in self.attn["c_attn"](self.ln_1(x)).split(width, 2))
        y = F.scaled_dot_product_attention(
            q, k, v, dropout_p=self.dropout if self.training else 0, is_causal=True)
        y = self.attn["c_proj"](y.transpose(1, 2).reshape(b, t, width))
        x = x + F.dropout(y, self.dropout, self.training)
        y = self.mlp["c_proj"](F.gelu(self.mlp["c_fc"](self.ln_2(x))))
        return x + F.dropout(y, self.dropout, self.training)


class GPT(nn.Module):
    """Tokens to logits, the embedding tied to the head."""

    def __init__(self, vocabulary, context, layers, heads, width, dropout=0.0):
        super().__init__()
        self.context, self.dropout = context, dropout
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(vocabulary, width), "wpe": nn.Embedding(context, width),
            "h": nn.ModuleList(Block(width, heads, dropout) for _ in range(layers)),
            "ln_f": nn.LayerNorm(width, bias=False)})
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                added = name.endswith("c_proj.weight")
                nn.init.normal_(weight, 0, 0.02 / math.sqrt(2 * layers) if added else 0.02)

    def forward(self, tokens, targets=None):
        t = self.transformer
        x = t["wte"](tokens) + t["wpe"](torch.arange(tokens.shape[1]))
        x = F.dropout(x, self.dropout, self.training)
        for block in t["h"]:
            x = block(x)
        x = t["ln_f"](x)
        if targets is None:
            return x[:, -1] @ t["wte"].weight.T
        logits = x @ t["wte"].weight.T
        return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.reshape(-1))

    def optimizer(self, decay=0.1):
        groups = [{"params": [p for p in self.parameters() if p.dim() >= 2], "weight_decay": decay},
                  {"params": [p for p in self.parameters() if p.dim() < 2], "weight_decay": 0}]
        return torch.optim.AdamW(groups, lr=0, betas=(0.9, 0.99))

    @torch.no_grad()
    def generate(self, tokens, count, temperature=0.8, top=200):
        for _ in range(count):
            logits = self(tokens[:, -self.context:]) / temperature
            least = torch.topk(logits, min(top, logits.shape[-1])).values[:, [-1]]
            logits[logits < least] = -math.inf
            tokens = torch.cat((tokens, torch.multinomial(F.softmax(logits, -1), 1)), 1)
        return tokens


def rate(step, steps, warmup, most, least):
    if step < warmup:
        return most * (step + 1) / (warmup + 1)
    share = (step - warmup) / (steps - warmup)
    return least + 0.5 * (1 + math.cos(math.pi * share)) * (most - least)


def learn(model, optimizer, x, y, rate, forward=None):
    """One step; `forward` is the model, compiled or not."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    loss = (model if forward is None else forward)(x, y)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item(), norm.item()


def batch(data, starts, context):
    x = torch.stack([data[i:i + context] for i in starts])
    y = torch.stack([data[i + 1:i + 1 + context] for i in starts])
    return x, y


def read(path):
    if not os.path.isdir(path):
        return open(path, encoding="utf-8").read()
    files = sorted(os.path.join(path, name) for name in os.listdir(path) if name[0] != ".")
    return "\n".join(open(file, encoding="utf-8").read() for file in files
                     if not os.path.islink(file) and not os.path.isdir(file))


def numbers(text):
    """A text's characters as alphabet indices, the first nine tenths and the rest."""
    alphabet = {c: i for i, c in enumerate(sorted(set(text)))}
    data = torch.tensor([alphabet[c] for c in text])
    split = int(len(data) * 0.9)
    return data[:split], data[split:], len(alphabet)


def main(path, preset="small", seed="1"):
    p = PRESETS[preset]
    torch.manual_seed(int(seed))
    training, validation, vocabulary = numbers(read(path))
    context, size = p["context"], p["batch"]
    model = GPT(vocabulary, context, p["layers"], p["heads"], p["width"], p["dropout"])
    optimizer = model.optimizer()

    @torch.no_grad()
    def trial(data):
        model.eval()
        count, last = p["trial"] * size, len(data) - context - 1
        starts = [last * i // (count - 1) for i in range(count)]
        losses = [model(*batch(data, starts[i:i + size], context)).item()
                  for i in range(0, count, size)]
        model.train()
        return sum(losses) / len(losses)

    for step in range(p["steps"] + 1):
        if step % p["every"] == 0 or step == p["steps"]:
            print(step, round(trial(training), 4), round(trial(validation), 4), flush=True)
        if step < p["steps"]:
            starts = torch.randint(len(training) - context, (size,)).tolist()
            learn(model, optimizer, *batch(training, starts, context),
                  rate(step, p["steps"], p["warmup"], p["rate"], p["rate"] / 10))


if __name__ == "__main__":
    main(*sys.argv[1:])
