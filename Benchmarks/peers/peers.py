"""The peers of Reel's figures: the usual Python ways to do the same, measured in the same run.

python3 Benchmarks/peers/peers.py NAME prints one number, and which way it was if there are several. It needs
gymnasium, Pillow, imageio, matplotlib, torch and stable-baselines3, each only for its own figures.
"""

import functools
import os
import sqlite3
import sys
import tempfile
import time


def train(seconds, record=None):
    """Q-learning on Gymnasium's frozen lake as tutorials write it; steps per second."""
    import gymnasium
    import numpy

    lake = gymnasium.make("FrozenLake-v1", map_name="4x4")
    table = numpy.zeros((lake.observation_space.n, lake.action_space.n))
    random = numpy.random.default_rng(1)
    steps, start = 0, time.perf_counter()
    state, _ = lake.reset(seed=1)
    while time.perf_counter() - start < seconds:
        if random.random() < 0.1:
            action = lake.action_space.sample()
        else:
            action = int(table[state].argmax())
        following, reward, terminated, truncated, _ = lake.step(action)
        best = 0 if terminated else table[following].max()
        table[state, action] += 0.1 * (reward + 0.99 * best - table[state, action])
        if record:
            record(steps, state, action, reward)
        steps += 1
        state = lake.reset()[0] if terminated or truncated else following
    return steps / (time.perf_counter() - start)


def train_recorded(seconds):
    """The same, each step a row of SQLite, a transaction every 4096."""
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(os.path.join(folder, "run.sqlite"))
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute("CREATE TABLE t (step INTEGER PRIMARY KEY, state, action, reward)")
        rows = []

        def record(*row):
            rows.append(row)
            if len(rows) == 4096:
                database.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
                database.commit()
                rows.clear()

        return train(seconds, record)


def draw():
    """A 480×480 picture of a 4×4 maze with trail, agent and caption, as Pillow draws it on a background
    that was drawn once; returns a function of the step."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 14)
    empty = Image.new("RGB", (480, 480), "#f6f7f9")
    pen = ImageDraw.Draw(empty)
    pen.rectangle((40, 20, 440, 420), "white", "#353f58", 4)
    for x, y in [(1, 1), (2, 2)]:
        pen.rounded_rectangle((40 + 100 * x, 20 + 100 * y, 140 + 100 * x, 120 + 100 * y), 8, "#353f58")

    def place(step):
        return 90 + 100 * (step % 4), 70 + 100 * (step // 4 % 4)

    def frame(step):
        image = empty.copy()
        pen = ImageDraw.Draw(image)
        pen.line([place(before) for before in range(max(0, step - 12), step + 1)], "#9db9f2", 10)
        x, y = place(step)
        pen.ellipse((x - 30, y - 30, x + 30, y + 30), "#2f6bde", "white", 3)
        pen.text((40, 440), f"episode 1   step {step}/2000   return {-step}", "#1d2330", font)
        return image

    return frame


def png(seconds):
    """Frames per second that Pillow draws and saves."""
    frame, count = draw(), 0
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        while time.perf_counter() - start < seconds:
            frame(count).save(os.path.join(folder, f"frame-{count:06}.png"))
            count += 1
        return count / (time.perf_counter() - start)


def gif(seconds):
    """Frames per second that Pillow draws and imageio writes."""
    import imageio.v2 as imageio
    import numpy

    frame, count = draw(), 0
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        with imageio.get_writer(os.path.join(folder, "x.gif"), mode="I", duration=50) as film:
            while time.perf_counter() - start < seconds:
                film.append_data(numpy.asarray(frame(count)))
                count += 1
        return count / (time.perf_counter() - start)


def apng(seconds):
    """Frames per second that Pillow draws and saves as an animated PNG."""
    frame = draw()
    with tempfile.TemporaryDirectory() as folder:
        start, count = time.perf_counter(), 60
        while True:
            frames = [frame(step) for step in range(count)]
            frames[0].save(
                os.path.join(folder, "x.png"), save_all=True, append_images=frames[1:], duration=50)
            took = time.perf_counter() - start
            if took > seconds / 3:
                return count / took
            start, count = time.perf_counter(), count * 4


def heatmap(seconds):
    """8×8 heat maps per second, with arrows, numbers and a colour bar, that matplotlib saves."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plot
    import numpy

    table = (numpy.arange(256) * 37 % 101 / 100).reshape(8, 8, 4)
    with tempfile.TemporaryDirectory() as folder:
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            figure, axes = plot.subplots(figsize=(6, 6), dpi=100)
            image = axes.imshow(table.max(axis=2))
            figure.colorbar(image)
            for row in range(8):
                for column in range(8):
                    arrow = "←↓→↑"[table[row, column].argmax()]
                    text = f"{arrow}\n{table[row, column].max():.2f}"
                    axes.text(column, row, text, ha="center", va="center", fontsize=8)
            axes.set_title("FrozenLake 8×8")
            figure.savefig(os.path.join(folder, "x.png"))
            plot.close(figure)
            count += 1
        return count / (time.perf_counter() - start)


def gpt(seconds):
    """Frames of 1943 characters per second through the 6 × 6 × 96 policy, by PyTorch's fused attention."""
    import torch
    from torch.nn import functional as F

    torch.manual_seed(1)
    layers, heads, width, count = 6, 6, 96, 1943
    linear, norm = torch.nn.Linear, torch.nn.LayerNorm
    letters, places = torch.nn.Embedding(256, width), torch.nn.Embedding(1944, width)
    blocks = [
        (norm(width), linear(width, 3 * width), linear(width, width), norm(width),
         linear(width, width), linear(width, width)) for _ in range(layers)]
    last, mix, policy, value = norm(width), linear(256, width), linear(width, 3), linear(width, 1)

    def read(frame):
        x = letters(frame) + places.weight[:count]
        for norm1, merge, project, norm2, expand, shrink in blocks:
            q, k, v = (part.view(count, heads, -1).transpose(0, 1).unsqueeze(0)
                       for part in merge(norm1(x)).split(width, 1))
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + project(y.squeeze(0).transpose(0, 1).reshape(count, width))
            x = x + shrink(F.gelu(expand(norm2(x))))
        mixed = mix(last(x)[-1] @ letters.weight.T)
        return policy(mixed), value(mixed)

    frames = torch.randint(0, 256, (16, count))
    with torch.inference_mode():
        read(frames[0])
        done, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            read(frames[done % 16])
            done += 1
        return done / (time.perf_counter() - start)


def best_of_threads(measure):
    """The better of the figures for one thread and all threads, and that number of threads."""
    import torch

    figures = []
    for threads in {1, os.cpu_count() or 1}:
        torch.set_num_threads(threads)
        figures.append((measure(), threads))
    return max(figures)


def text(preset, seconds):
    """Tokens per second that nanoGPT trains on: the best of fp32 and bf16, compiled and not, and which one it was."""
    import contextlib

    import nanogpt
    import torch

    p = nanogpt.PRESETS[preset]
    data = torch.randint(0, 96, (100_000,))

    def measure(half=False, compiled=False):
        torch.manual_seed(1)
        model = nanogpt.GPT(96, p["context"], p["layers"], p["heads"], p["width"], p["dropout"])
        optimizer = model.optimizer()
        forward = torch.compile(model) if compiled else model

        def learn():
            starts = torch.randint(99_000, (p["batch"],)).tolist()
            x, y = nanogpt.batch(data, starts, p["context"])
            with torch.autocast("cpu", torch.bfloat16) if half else contextlib.nullcontext():
                nanogpt.learn(model, optimizer, x, y, 1e-3, forward)

        start = time.perf_counter()
        learn()
        # One step this slow is enough; a compiled model's first step does not count, because it compiles.
        if not compiled and time.perf_counter() - start > 2 * seconds:
            return p["batch"] * p["context"] / (time.perf_counter() - start)
        done, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            learn()
            done += 1
        return done * p["batch"] * p["context"] / (time.perf_counter() - start)

    # The number of threads that is best in fp32 is best for the others, too.
    figure, threads = best_of_threads(measure)
    torch.set_num_threads(threads)
    figures = [(figure, "fp32")]
    for half, compiled, name in [(True, False, "bf16"), (False, True, "fp32, compiled"),
                                 (True, True, "bf16, compiled")]:
        # Without instructions for it bf16 is many times slower, compiled or not.
        if half and compiled and any(how == "bf16" and rate < figure / 4 for rate, how in figures):
            continue
        try:
            figures.append((measure(half, compiled), name))
        except Exception as error:  # Compiling needs a C++ compiler and Python's headers.
            print(preset, name, "does not work here:", str(error).split("\n")[0], file=sys.stderr)
    for one in figures:
        print(preset, *one, file=sys.stderr)
    figure, name = max(figures)
    return figure, f"PyTorch {name}"


def write(preset, seconds):
    """Tokens per second that nanoGPT writes, 500 after a line break."""
    import nanogpt
    import torch

    p = nanogpt.PRESETS[preset]
    torch.manual_seed(1)
    model = nanogpt.GPT(96, p["context"], p["layers"], p["heads"], p["width"]).eval()

    def measure():
        model.generate(torch.zeros((1, 1), dtype=torch.long), 20)
        start = time.perf_counter()
        model.generate(torch.zeros((1, 1), dtype=torch.long), 500)
        return 500 / (time.perf_counter() - start)

    return best_of_threads(measure)[0]


def ppo(seconds):
    """Steps per second of Stable-Baselines3's PPO with Reel's settings for the arm: 64-64, 8 × 256 steps, batches of
    64, 10 epochs. The world is Gymnasium's pendulum, which is lighter than the arm."""
    from stable_baselines3 import PPO
    from stable_baselines3.common.env_util import make_vec_env

    model = PPO("MlpPolicy", make_vec_env("Pendulum-v1", 8, seed=1), n_steps=256, batch_size=64, n_epochs=10,
                seed=1, device="cpu")

    def measure():
        model.learn(2048, reset_num_timesteps=False)
        before, start = model.num_timesteps, time.perf_counter()
        while time.perf_counter() - start < seconds:
            model.learn(2048, reset_num_timesteps=False)
        return (model.num_timesteps - before) / (time.perf_counter() - start)

    return best_of_threads(measure)[0]


PEERS = {"train": train, "ppo": ppo, "train-recorded": train_recorded, "png": png, "gif": gif, "apng": apng,
         "heatmap": heatmap,
         "gpt": gpt,
         "text-small": functools.partial(text, "small"),
         "text-original": functools.partial(text, "original"),
         "write-small": functools.partial(write, "small"),
         "write-original": functools.partial(write, "original")}

if __name__ == "__main__":
    result = PEERS[sys.argv[1]](3.0)
    print(*(result if isinstance(result, tuple) else (result,)))
