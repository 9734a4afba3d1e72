"""Where the program `reel` is, which draws."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from typing import Optional

from .errors import RecordingError


def find() -> str:
    """The path of the program: what REEL names, what this package brought, or what is on the PATH."""
    program = os.environ.get("REEL") or bundled() or shutil.which("reel")
    if program:
        return program
    raise RecordingError(
        "films are made by the program `reel`, which is not installed here. On Linux with x86-64 and glibc 2.34 "
        "or later `pip install reel-rl` brings it, elsewhere it is built from source: docs/install.md. "
        "Then put it on the PATH, or set REEL to its path"
    )


def bundled() -> Optional[str]:
    """The program that was installed with this package, which need not be on the PATH of a notebook."""
    try:
        files = importlib.metadata.files("reel-rl") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.parts[-2:] == ("bin", "reel"):
            path = os.path.realpath(str(file.locate()))
            if os.access(path, os.X_OK):
                return path
    return None
