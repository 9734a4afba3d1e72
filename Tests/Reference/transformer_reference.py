"""Writes transformer.json: what PyTorch computes for attention, a block and a small GPT with its gradients.

    pip install torch && python Tests/Reference/transformer_reference.py
"""

import json
import math
import pathlib

import torch
from torch import nn
from torch.nn import functional as F

folder = pathlib.Path(__file__).parent
torch.set_num_threads(1)
torch.manual_seed(1)
reference = {}


def numbers(tensor):
    """Single precision, in as few digits as name it."""
    return [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


class Attention(nn.Module):
    """Multi-head attention over queries, keys and values side by side."""

    def __init__(self, width, heads, causal=True):
        super().__init__()
        self.width, self.heads, self.causal = width, heads, causal

    def forward(self, qkv):
        b, t, _ = qkv.shape
        parts = [x.view(b, t, self.heads, -1).transpose(1, 2) for x in qkv.split(self.width, 2)]
        y = F.scaled_dot_product_attention(*parts, is_causal=self.causal)
        return y.transpose(1, 2).reshape(b, t, self.width)


class Block(nn.Module):
    """A block that normalizes first, with the parameter names of GPT-2."""

    def __init__(self, width, heads, inner, bias):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width, bias=bias)
        self.attn = nn.ModuleDict({
            "c_attn": nn.Linear(width, 3 * width, bias=bias),
            "c_proj": nn.Linear(width, width, bias=bias)})
        self.ln_2 = nn.LayerNorm(width, bias=bias)
        self.mlp = nn.ModuleDict({
            "c_fc": nn.Linear(width, inner, bias=bias),
            "c_proj": nn.Linear(inner, width, bias=bias)})
        self.attention = Attention(width, heads)

    def forward(self, x):
        x = x + self.attn["c_proj"](self.attention(self.attn["c_attn"](self.ln_1(x))))
        return x + self.mlp["c_proj"](F.gelu(self.mlp["c_fc"](self.ln_2(x))))


class GPT(nn.Module):
    """Tokens to logits, the embedding tied to the head."""

    def __init__(self, vocabulary, length, layers, heads, width, inner, bias=True):
        super().__init__()
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(vocabulary, width), "wpe": nn.Embedding(length, width),
            "h": nn.ModuleList(Block(width, heads, inner, bias) for _ in range(layers)),
            "ln_f": nn.LayerNorm(width, bias=bias)})

    def forward(self, tokens):
        t = self.transformer
        x = t["wte"](tokens) + t["wpe"](torch.arange(tokens.shape[1]))
        for block in t["h"]:
            x = block(x)
        return t["ln_f"](x) @ t["wte"].weight.T


class Policy(nn.Module):
    """Letters, some at each place, to the logits of actions and a value."""

    def __init__(self, gpt, vocabulary, mixed, actions):
        super().__init__()
        self.transformer = gpt.transformer
        self.mix = nn.Linear(vocabulary, mixed)
        self.policy_head = nn.Linear(mixed, actions)
        self.value_head = nn.Linear(mixed, 1)

    def forward(self, symbols):
        t = self.transformer
        x = t["wte"](symbols).sum(2) + t["wpe"](torch.arange(symbols.shape[1]))
        for block in t["h"]:
            x = block(x)
        logits = t["ln_f"](x)[:, -1] @ t["wte"].weight.T
        mixed = self.mix(logits)
        return torch.cat([self.policy_head(mixed), self.value_head(mixed)], 1)


def wave(module):
    """Parameters that anyone can write down again: a wave over the numbers of each tensor."""
    for name, parameter in module.named_parameters():
        count = torch.arange(parameter.numel(), dtype=torch.float64)
        numbers = 0.1 * torch.sin(0.37 * count + len(name))
        if ".ln_" in name and name.endswith("weight"):
            numbers += 1
        parameter.data = numbers.float().view(parameter.shape)


def shake(module):
    """Parameters that show where one was mixed up with another."""
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.3)


def case(name, module, x, dy=None):
    shake(module)
    inputs = x.clone().requires_grad_(x.is_floating_point())
    y = module(inputs)
    dy = torch.randn_like(y) if dy is None else dy
    y.backward(dy)
    found = {"x": numbers(x) if x.is_floating_point() else x.flatten().tolist(), "y": numbers(y),
             "dy": numbers(dy)}
    if inputs.grad is not None:
        found["dx"] = numbers(inputs.grad)
    for key, parameter in module.named_parameters():
        found[key] = numbers(parameter)
        found["d" + key] = numbers(parameter.grad)
    reference[name] = found


case("attention", Attention(6, 2), torch.randn(2, 5, 18))
case("attention all", Attention(8, 1, causal=False), torch.randn(1, 7, 24))
case("attention long", Attention(4, 2), torch.randn(1, 130, 12))
case("block", Block(6, 2, 9, True), torch.randn(2, 4, 6))
case("block without biases", Block(8, 4, 8, False), torch.randn(1, 5, 8))
case("gpt", GPT(7, 6, 2, 2, 8, 12), torch.randint(0, 7, (2, 5)))

case("policy", Policy(GPT(6, 6, 2, 2, 8, 12), 6, 5, 3), torch.tensor(
    [[[(b + 5 * t + 2 * s) % 3 + 3 * s for s in range(2)] for t in range(5)] for b in range(2)]))

full = Policy(GPT(256, 1944, 6, 6, 96, 96), 256, 96, 3)
wave(full)
reference["full policy"] = {
    "count": sum(parameter.numel() for parameter in full.parameters()),
    "y": numbers(full(torch.tensor([[[i * 7919 % 256] for i in range(1943)]])))}

rows = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in reference.items()]
(folder / "transformer.json").write_text("{\n" + ",\n".join(rows) + "\n}\n")
