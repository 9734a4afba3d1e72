"""Makes the logs in Tests/ExperimentsTests/Fixtures: what real programs write while they train.

`ppo.tfevents` and `ppo.monitor.csv` are Stable-Baselines3's own, of its PPO on CartPole, through PyTorch's
SummaryWriter; `tensors.tfevents` is TensorBoard's, with a scalar as a tensor, as TensorFlow 2 writes it, a
histogram's tensor and a text.

usage: python3 logs.py FOLDER      in an environment with stable-baselines3 and tensorboard
"""

import glob
import os
import pathlib
import shutil
import sys
import tempfile

import gymnasium
from stable_baselines3 import PPO
from stable_baselines3.common.monitor import Monitor
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.scalar import metadata
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util.tensor_util import make_tensor_proto

target = pathlib.Path(sys.argv[1])
with tempfile.TemporaryDirectory() as folder:
    env = Monitor(gymnasium.make("CartPole-v1"), f"{folder}/ppo", info_keywords=())
    model = PPO("MlpPolicy", env, seed=1, n_steps=256, tensorboard_log=f"{folder}/tb", device="cpu")
    model.learn(2048)
    env.close()
    shutil.copy(f"{folder}/ppo.monitor.csv", target / "ppo.monitor.csv")
    shutil.copy(glob.glob(f"{folder}/tb/*/events*")[0], target / "ppo.tfevents")

    writer = EventFileWriter(f"{folder}/tensors")
    for step in range(5):
        values = [
            Summary.Value(tag="loss", tensor=make_tensor_proto(1 / (step + 1), dtype="float32"),
                          metadata=metadata.create_summary_metadata("", "")),
            Summary.Value(tag="exact", tensor=make_tensor_proto(0.1 * step, dtype="float64")),
            Summary.Value(tag="weights", tensor=make_tensor_proto([1.0, 2.0, 3.0], dtype="float32")),
            Summary.Value(tag="words", tensor=make_tensor_proto("text", dtype="string")),
        ]
        writer.add_event(Event(wall_time=1.7e9 + step, step=step * 100, summary=Summary(value=values)))
    writer.close()
    shutil.copy(glob.glob(f"{folder}/tensors/events*")[0], target / "tensors.tfevents")
