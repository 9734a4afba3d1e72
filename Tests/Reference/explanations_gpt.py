"""A GPT that normalizes first, with nanoGPT's names for its tensors, in PyTorch."""

import torch
from torch.nn import functional as F


def linear(parameters, name, x):
    return F.linear(x, parameters[f"{name}.weight"], parameters.get(f"{name}.bias"))


def norm(parameters, name, x):
    return F.layer_norm(x, x.shape[-1:], parameters[f"{name}.weight"], parameters.get(f"{name}.bias"))


def heads(x, count):
    """(B, T, D) as (B, heads, T, D / heads)."""
    return x.unflatten(-1, (count, -1)).transpose(-2, -3)


def stream(parameters, x, layers, count, shares=None):
    """Embedded places (B, T, D) → what they become; `shares` takes each layer's attention."""
    for index in range(layers):
        name = f"transformer.h.{index}"
        merged = linear(parameters, f"{name}.attn.c_attn", norm(parameters, f"{name}.ln_1", x))
        q, k, v = (heads(part, count) for part in merged.chunk(3, -1))
        scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
        later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        weights = scores.masked_fill(later, -torch.inf).softmax(-1)
        if shares is not None:
            shares.append(weights)
        mixed = (weights @ v).transpose(-2, -3).flatten(-2)
        x = x + linear(parameters, f"{name}.attn.c_proj", mixed)
        wide = F.gelu(linear(parameters, f"{name}.mlp.c_fc", norm(parameters, f"{name}.ln_2", x)))
        x = x + linear(parameters, f"{name}.mlp.c_proj", wide)
    return norm(parameters, "transformer.ln_f", x)


def embedded(parameters, symbols):
    """(B, T, each) symbols, −1 for none, as the sums of their vectors and their places'."""
    table = F.pad(parameters["transformer.wte.weight"], (0, 0, 0, 1))
    places = parameters["transformer.wpe.weight"][:symbols.shape[-2]]
    return table[symbols].sum(-2) + places


def policy(parameters, network, symbols):
    """Patches (B, T, each) → logits of the actions (B, actions) and values (B)."""
    x = stream(parameters, embedded(parameters, symbols), network["layers"], network["heads"])
    mixed = linear(parameters, "mix", x[:, -1] @ parameters["transformer.wte.weight"].T)
    return linear(parameters, "policy_head", mixed), linear(parameters, "value_head", mixed)[:, 0]


def attention(parameters, network, symbols):
    """How much of its attention the last place gives to each, by layer and head."""
    shares = []
    with torch.no_grad():
        stream(parameters, embedded(parameters, symbols[None]), network["layers"], network["heads"], shares)
    return [layer[0, :, -1].tolist() for layer in shares]
