"""Writes explanations.json: what `reel explain` must say of steps of the recordings in
Tests/ExperimentsTests/Fixtures, computed by NumPy and PyTorch from nothing but what the recordings hold: the
log, and the checkpoint before each step, from which training goes on.

    .ci/python sb3 python Tests/Reference/explanations.py

computes the numbers again. With `.build/release/reel` behind it the recordings are made again before, all or
those that are named behind that.
"""

import json
import pathlib
import random
import sqlite3
import subprocess
import sys

import torch

import explanations_dqn
import explanations_ppo
import explanations_table
import explanations_text
from explanations_recording import Recording

folder = pathlib.Path(__file__).parent
fixtures = folder.parent / "ExperimentsTests" / "Fixtures"
torch.set_num_threads(1)

TEXT = """The fox sat on the red box; the ox lay in the sun.
A hen ran to the den, and ten men hid in the fen.
The moon rose over the sea, and the owl sang to me.
Who hears the old song at noon? None but the loon.
""" * 6

SNAKE = "snake --set episodes=0 --set steps=300 --set snapshot_every=25 --set hidden=8 --set keep_best=no"
# How each recording is made, and by which module its steps are explained.
RUNS = {
    "maze": (explanations_table, "maze --set episodes=40 --set epsilon=exponential(0.9,0.9,0.05)"),
    "lake": (
        explanations_table,
        "lake --set episodes=80 --set alpha=linear(0.5,0.1) --set epsilon=exponential(1,0.97,0.01)"),
    "grid": (explanations_table, "grid --set episodes=25"),
    # From the newest step and, after a game, from a batch; both ends of the error are moved.
    "snake": (
        explanations_dqn,
        f"{SNAKE} --set memory=60 --set episode_batch=12 --set gradient=residual --set learning_rate=0.003"),
    # From a batch at every step, by one network, with rewards a step late.
    "snake-late": (
        explanations_dqn,
        f"{SNAKE} --set memory=50 --set lesson=batch --set batch=6 --set episode_batch=0 --set warm_up=20"
        " --set policy=softmax --set temperature=2 --set loss=smooth_l1 --set late_reward=yes"
        " --set hidden=8,8"),
    # The same with three steps' rewards, a target network and a second opinion.
    "snake-double": (
        explanations_dqn,
        f"{SNAKE} --set memory=64 --set lesson=batch --set batch=8 --set episode_batch=10 --set warm_up=10"
        " --set n_step=3 --set target_every=15 --set double=yes --set policy=softmax --set temperature=5"
        " --set loss=smooth_l1 --set clip=0.5 --set learning_rate=linear(0.005,0.001)"),
    # Two arms by turns; the last rollout is a shorter one.
    "reacher": (
        explanations_ppo,
        "reacher --set steps=420 --set worlds=2 --set rollout=32 --set minibatch=16 --set epochs=3"
        " --set hidden=12,8 --set evaluate_every=0 --set snapshot_every=2 --set value_clip=0.1"
        " --set entropy=linear(0.02,0.001) --set learning_rate=linear(0.01,0.001)"),
    # A transformer that reads a small page in patches.
    "breakout": (
        explanations_ppo,
        "breakout --preset gpt --set steps=224 --set worlds=2 --set rollout=16 --set minibatch=16"
        " --set epochs=3 --set layers=2 --set heads=2 --set width=8 --set inner=12 --set hidden=8"
        " --set rows=12 --set columns=26 --set bricks=2 --set gap=2 --set lives=2 --set patch_rows=4"
        " --set patch_columns=3 --set evaluate_every=0 --set snapshot_every=2 --set advantages=rollout"
        " --set step_limit=40 --set keep_best=no --set learning_rate=linear(0.04,0.005)"),
    "text": (
        explanations_text,
        "text --preset nano --set steps=84 --set layers=2 --set heads=2 --set width=8 --set context=12"
        " --set batch=3 --set accumulation=2 --set warmup=20 --set learning_rate=0.015 --set evaluate_every=84"
        " --set evaluation_batches=2 --set snapshot_every=12"),
    # What that model writes.
    "written": (
        explanations_text,
        "--tokens 40 --samples 2 --temperature 0.7 --top-k 12 --top-p 0.9"),
}


def record(reel, name, arguments):
    """Makes a recording, and packs it more tightly than SQLite does by itself."""
    path, command = fixtures / f"explained-{name}.sqlite", [reel, "train"]
    text = fixtures / "explained-text.txt"
    text.write_text(TEXT)
    if name == "text":
        command += ["--text", text]
    if name == "written":
        command = [reel, "generate", fixtures / "explained-text.sqlite", "--prompt", "The hen sat in the"]
    command += [*arguments.split(), "--seed", "17", "--quiet", "--force", "-o", path]
    subprocess.run(command, check=True)
    text.unlink()
    database = sqlite3.connect(path, isolation_level=None)
    for statement in ("journal_mode = DELETE", "page_size = 1024"):
        database.execute(f"PRAGMA {statement}")
    database.execute("VACUUM")
    database.close()


def chosen(recording, module):
    """Ten steps at random; the first, the last, those around a checkpoint, and the ends of two episodes."""
    steps = set(random.Random(17).sample(range(recording.count), 10)) | {0, recording.count - 1}
    if len(recording.kept) > 2:
        steps |= {recording.kept[1] - 1, recording.kept[1]}
    ends = [row["step"] for row in recording.steps if row["ending"] in ("terminated", "truncated")]
    steps |= set(ends[:1] + ends[-1:] + (module.special(recording) if hasattr(module, "special") else []))
    return sorted(steps)


def short(value):
    """Single precision in as few digits as name it."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [short(element) for element in value]
    if isinstance(value, dict):
        return {key: short(element) for key, element in value.items()}
    return value


lines = []
for name, (module, arguments) in RUNS.items():
    if len(sys.argv) > 1 and name in (sys.argv[2:] or RUNS):
        record(sys.argv[1], name, arguments)
    recording = Recording(fixtures / f"explained-{name}.sqlite")
    steps = [module.explain(recording, step) for step in chosen(recording, module)]
    if module is not explanations_table:
        steps = short(steps)
    print(f"{name}: {len(steps)} of {recording.count} steps")
    rows = ",\n".join(json.dumps(step, separators=(",", ":"), ensure_ascii=False) for step in steps)
    lines.append(f"{json.dumps(name)}: [\n{rows}\n]")
(folder / "explanations.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
