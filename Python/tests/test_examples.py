"""The example programs run, and leave recordings that verify."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import unittest

from support import PACKAGE, ROOT, RecordingTest, reel, verify

EXAMPLES = ROOT / "Examples" / "python"


@unittest.skipUnless(EXAMPLES.exists(), "without the repository")
class ExamplesTest(RecordingTest):
    def test_each_runs(self) -> None:
        for name, steps in (("cartpole_loop", 2000), ("frozenlake_q", 3000), ("cleanrl_style", 3000), ("sb3_ppo", 1100)):
            with self.subTest(name):
                if name == "sb3_ppo" and importlib.util.find_spec("stable_baselines3") is None:
                    self.skipTest("stable-baselines3 is not installed")
                output = self.folder / "runs" / f"{name}.sqlite"
                command = [sys.executable, EXAMPLES / f"{name}.py", "--steps", str(steps), "-o", output]
                done = subprocess.run(
                    command, env={**os.environ, "PYTHONPATH": str(PACKAGE)}, capture_output=True, text=True
                )
                self.assertEqual(done.returncode, 0, done.stderr)
                verify(output)
                run = reel.open(output)
                self.assertGreaterEqual(run.steps, 1000)
                self.assertIn(f"{run.steps} steps", done.stdout)

    def test_a_declared_table_follows_from_the_steps_bit_for_bit(self) -> None:
        output = self.folder / "lake.sqlite"
        command = [sys.executable, EXAMPLES / "frozenlake_q.py", "--steps", "5000", "-o", output]
        subprocess.run(command, env={**os.environ, "PYTHONPATH": str(PACKAGE)}, capture_output=True, check=True)
        run = reel.open(output)
        first, last = run.checkpoint(0), run.checkpoint()
        q, visits = first["q"].copy(), first["visits"].copy()
        steps = run.transitions("all")
        alpha, gamma = run.config["alpha"], run.config["gamma"]
        for state, action, reward, after, terminated in zip(
            steps.observations, steps.actions, steps.rewards, steps.next_observations, steps.terminated
        ):
            target = reward + (0.0 if terminated else gamma * q[after].max())
            q[state, action] += alpha * (target - q[state, action])
            visits[state, action] += 1
        self.assertEqual(q.tobytes(), last["q"].tobytes())
        self.assertEqual(visits.tobytes(), last["visits"].tobytes())


if __name__ == "__main__":
    unittest.main()
