"""The Python code that the documentation shows runs as it is printed, and the commands that draw what it recorded."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import unittest

from support import ROOT, RecordingTest


@unittest.skipUnless((ROOT / "docs").exists(), "without the repository")
@unittest.skipUnless(os.environ.get("REEL") or shutil.which("reel"), "films need the program reel")
class PagesTest(RecordingTest):
    def run_page(self, name: str) -> int:
        """Runs a page's blocks one after the other, in one folder and one namespace."""
        blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / name).read_text(), re.M | re.S)
        names: dict = {"__name__": name}
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)
        # Minari refuses to replace a dataset, and by default keeps it in the home folder.
        os.environ["MINARI_DATASETS_PATH"] = str(self.folder / "minari")
        self.addCleanup(os.environ.pop, "MINARI_DATASETS_PATH")
        count = 0
        for block in blocks:
            needed = re.match(r"# needs (.*)\n", block)
            if needed and any(importlib.util.find_spec(module) is None for module in needed[1].split(", ")):
                continue
            exec(compile(block, name, "exec"), names)
            count += 1
        return count

    def test_readme(self) -> None:
        self.assertEqual(self.run_page("README.md"), 1)

    def test_python(self) -> None:
        self.assertGreaterEqual(self.run_page("docs/python.md"), 4)

    def test_films(self) -> None:
        self.assertEqual(self.run_page("docs/films.md"), 1)
        (script,) = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs/films.md").read_text(), re.M | re.S)
        program = os.path.dirname(os.environ.get("REEL") or str(shutil.which("reel")))
        path = f"{program}:{os.environ['PATH']}"
        subprocess.run(["bash", "-e", "-c", script], cwd=self.folder, env={**os.environ, "PATH": path}, check=True)
        for name in ("pixels.gif", "pixels-grid.mp4", "pixels-learning.mp4"):
            self.assertTrue((self.folder / name).exists(), name)

    def test_package_readme(self) -> None:
        self.assertEqual(self.run_page("Python/README.md"), 1)


if __name__ == "__main__":
    unittest.main()
