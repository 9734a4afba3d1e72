"""Writes text.json: ten steps of nanoGPT's training by PyTorch, from numbers that both sides can make.

    pip install torch && python Tests/Reference/text_reference.py
"""

import json
import math
import pathlib
import sys

import torch

folder = pathlib.Path(__file__).parent
sys.path.insert(0, str(folder.parent.parent / "Benchmarks" / "peers"))
import nanogpt  # noqa: E402

torch.set_num_threads(1)


def numbers(count, part):
    """Numbers that look like noise."""
    return [0.08 * math.sin(0.7 + 1.3 * i + 0.11 * i * i + part) for i in range(count)]


def text():
    """400 characters of an alphabet of eleven."""
    return "".join("abcdefghij\n"[(i * i * 7 + i * 3 + i // 13) % 11] for i in range(400))


training, validation, vocabulary = nanogpt.numbers(text())
model = nanogpt.GPT(vocabulary, context=8, layers=2, heads=2, width=16)
for part, (name, weight) in enumerate(sorted(model.named_parameters())):
    values = torch.tensor(numbers(weight.numel(), part), dtype=torch.float32).view(weight.shape)
    with torch.no_grad():
        weight.copy_(values + 1 if weight.dim() == 1 else values)
optimizer = model.optimizer()
losses, norms = [], []
for step in range(10):
    starts = [(step * 31 + i * 57) % (len(training) - 8) for i in range(4)]
    rate = nanogpt.rate(step, 10, 3, 2e-2, 2e-3)
    loss, norm = nanogpt.learn(model, optimizer, *nanogpt.batch(training, starts, 8), rate)
    losses.append(loss)
    norms.append(norm)
shapes = {}
for preset in ("small", "original"):
    p = nanogpt.PRESETS[preset]
    big = nanogpt.GPT(65, p["context"], p["layers"], p["heads"], p["width"])
    shapes[preset] = {name: list(weight.shape) for name, weight in big.named_parameters()}
    big.eval()
    torch.manual_seed(1)
    tokens = torch.randint(65, (4, p["context"] + 1))
    print(preset, sum(w.numel() for w in big.parameters()), big(tokens[:, :-1], tokens[:, 1:]).item())
reference = {"vocabulary": vocabulary, "losses": losses, "norms": norms, "shapes": shapes}
(folder / "text.json").write_text(json.dumps(reference, indent=1) + "\n")
