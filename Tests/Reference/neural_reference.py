"""Writes neural.json: what PyTorch computes for every layer, loss and optimizer, and neural.safetensors,
a small network as PyTorch users keep it. Checks that reel.safetensors, which the tests hold Reel's own
bytes to, is read by the Python package.

    pip install torch safetensors && python Tests/Reference/neural_reference.py
"""

import json
import pathlib

import torch
from safetensors.torch import load_file, save_file

folder = pathlib.Path(__file__).parent
torch.set_num_threads(1)
torch.manual_seed(1)
reference = {}


def numbers(tensor):
    """Single precision, in as few digits as name it."""
    return [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


def layer(name, module, x, **more):
    """A layer's output for x, and the gradients for an arbitrary gradient of the output."""
    x = x.clone().requires_grad_(x.is_floating_point())
    y = module(x)
    dy = torch.randn_like(y)
    y.backward(dy)
    case = {"x": x.tolist() if not x.is_floating_point() else numbers(x), "shape": list(x.shape)}
    case |= {"y": numbers(y), "dy": numbers(dy)}
    if x.grad is not None:
        case["dx"] = numbers(x.grad)
    for key, parameter in getattr(module, "named_parameters", lambda: [])():
        case[key] = numbers(parameter)
        case["d" + key] = numbers(parameter.grad)
    reference[name] = case | more


def spread(*shape):
    return torch.randn(*shape) * 2


layer("linear", torch.nn.Linear(5, 3), spread(4, 5))
layer("linear without bias", torch.nn.Linear(9, 17, bias=False), spread(3, 9))
layer("relu", torch.relu, spread(5, 7))
layer("tanh", torch.tanh, torch.cat([spread(4, 7), spread(1, 7) * 5, spread(1, 7) * 0.01]))
layer("gelu", torch.nn.functional.gelu, torch.cat([spread(4, 7), spread(1, 7) * 3]))
norm = torch.nn.LayerNorm(11)
torch.nn.init.normal_(norm.weight)
torch.nn.init.normal_(norm.bias)
layer("layer norm", norm, spread(4, 11) + 3)
layer("embedding", torch.nn.Embedding(6, 5), torch.tensor([1, 5, 1, 0]))
layer("softmax", lambda x: torch.softmax(x, dim=-1), torch.cat([spread(3, 9), spread(1, 9) * 30]))
layer("mlp", torch.nn.Sequential(
    torch.nn.Linear(5, 10), torch.nn.ReLU(), torch.nn.Linear(10, 9), torch.nn.ReLU(),
    torch.nn.Linear(9, 3)), spread(6, 5))
layer("mlp tanh", torch.nn.Sequential(
    torch.nn.Linear(4, 6), torch.nn.Tanh(), torch.nn.Linear(6, 2)), spread(3, 4))
layer("mlp gelu", torch.nn.Sequential(
    torch.nn.Linear(4, 6), torch.nn.GELU(), torch.nn.Linear(6, 2)), spread(3, 4))


def loss(name, function, y, target):
    y = y.clone().requires_grad_(True)
    value = function(y, target)
    value.backward()
    reference[name] = {
        "y": numbers(y), "shape": list(y.shape), "loss": value.item(), "dy": numbers(y.grad),
        "target": numbers(target) if target.is_floating_point() else target.tolist()}


F = torch.nn.functional
y, target = spread(6, 3), spread(6, 3)
loss("squared error", F.mse_loss, y, target)
loss("smooth l1", F.smooth_l1_loss, y, target)
loss("smooth l1 beta 0.3", lambda a, b: F.smooth_l1_loss(a, b, beta=0.3), y, target)
loss("smooth l1 beta 0", lambda a, b: F.smooth_l1_loss(a, b, beta=0.0), y, target)
choices = [2, 0, 1, 1, 0, 2]
loss("smooth l1 chosen", lambda a, b: F.smooth_l1_loss(a[range(6), choices], b), y, spread(6))
reference["smooth l1 chosen"]["choices"] = choices
loss("cross entropy", F.cross_entropy, spread(5, 11), torch.tensor([3, 10, 0, 7, 7]))
loss("cross entropy ignoring", lambda a, b: F.cross_entropy(a, b, ignore_index=-1),
     spread(5, 11), torch.tensor([3, -1, 0, -1, 7]))


def trajectory(name, make, clip=None, steps=6, rates=None):
    """A matrix and a vector moved by an optimizer against given gradients."""
    matrix = torch.nn.Parameter(torch.randn(3, 4))
    vector = torch.nn.Parameter(torch.randn(5))
    case = {"start": numbers(matrix) + numbers(vector), "gradients": [], "after": [], "norms": []}
    optimizer = make(matrix, vector)
    for step in range(steps):
        matrix.grad, vector.grad = torch.randn(3, 4), torch.randn(5)
        case["gradients"].append(numbers(matrix.grad) + numbers(vector.grad))
        if clip:
            case["norms"].append(
                torch.nn.utils.clip_grad_norm_([matrix, vector], clip).item())
        if rates:
            for group in optimizer.param_groups:
                group["lr"] = rates[step]
        optimizer.step()
        case["after"].append(numbers(matrix) + numbers(vector))
    reference[name] = case


O = torch.optim
trajectory("adam", lambda *p: O.Adam(p, lr=0.01))
trajectory("adam betas", lambda *p: O.Adam(p, lr=0.01, betas=(0.8, 0.95), eps=1e-5))
trajectory("adam rates", lambda *p: O.Adam(p, lr=0.01), rates=[0.1, 0.05, 0.02, 0.01, 0, 0.3])
trajectory("adam clipped", lambda *p: O.Adam(p, lr=0.01), clip=2.5)
trajectory("adamw", lambda m, v: O.AdamW(
    [{"params": [m], "weight_decay": 0.1}, {"params": [v], "weight_decay": 0.0}], lr=0.05))


def schedule(name, make, steps):
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = O.SGD([parameter], lr=1.0)
    rates = make(optimizer)
    reference[name] = []
    for _ in range(steps):
        reference[name].append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        rates.step()


L = O.lr_scheduler
schedule("rate linear", lambda o: L.LinearLR(o, 1.0, 0.1, total_iters=8), 11)
schedule("rate cosine", lambda o: L.CosineAnnealingLR(o, T_max=9, eta_min=0.1), 10)

rows = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in reference.items()]
(folder / "neural.json").write_text("{\n" + ",\n".join(rows) + "\n}\n")

torch.manual_seed(7)
network = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
x = torch.tensor([[1.0, -2.0, 0.5]])
state = dict(network.state_dict()) | {"x": x, "y": network(x).detach()}
save_file({key: value.contiguous() for key, value in state.items()}, folder / "neural.safetensors")

ours = load_file(folder / "reel.safetensors")
network.load_state_dict(ours)
assert torch.cat([p.flatten() for p in ours.values()]).sum() == sum(i / 8 - 1 for i in range(26))
