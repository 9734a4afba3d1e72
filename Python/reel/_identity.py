"""Which process writes a recording, and whether it is still alive."""

from __future__ import annotations

import json
import os
import time
from typing import Any, Optional

# The files that this process writes, by device and inode.
own_files: set[tuple[int, int]] = set()


def file_identity(path: str) -> Optional[tuple[int, int]]:
    """The identity of the file at a path; None if there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def writer_of(path: str) -> str:
    """This process as the writer of a file, in the form of the column `writer`."""
    device, inode = file_identity(path) or (0, 0)
    process = os.getpid()
    _, ticks = _process_state(process) or ("", 0)
    started = _boot_time() + ticks / os.sysconf("SC_CLK_TCK")
    return compact(
        {
            "process": process,
            "started": timestamp(started),
            "ticks": ticks,
            "boot": _text("/proc/sys/kernel/random/boot_id"),
            "host": os.uname().nodename,
            "namespace": _namespace(),
            "device": device,
            "inode": inode,
        }
    )


def is_alive(writer: Optional[str], path: str) -> Optional[int]:
    """The id of the living process that writes the file at `path`; None if there is none."""
    try:
        named: dict[str, Any] = json.loads(writer or "")
        identity = (named["device"], named["inode"])
        if identity != file_identity(path) or named["boot"] != _text(
            "/proc/sys/kernel/random/boot_id"
        ):
            return None
        if named.get("namespace", _namespace()) != _namespace():
            # About another container's process nothing is known but its last write.
            return named["process"] if _was_written(path, within=60) else None
        state = _process_state(named["process"])
        if state is None or state[0] in "ZX" or state[1] != named["ticks"]:
            return None
        if named["process"] == os.getpid() and identity not in own_files:
            return None
        return named["process"]
    except (ValueError, KeyError, TypeError):
        return None


def timestamp(seconds: Optional[float] = None) -> str:
    """A time as recordings store it: UTC, ISO 8601, with milliseconds."""
    seconds = time.time() if seconds is None else seconds
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1000):03}Z"


def compact(value: Any) -> str:
    """JSON on one line, as recordings keep it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _process_state(process: int) -> Optional[tuple[str, int]]:
    """A process's state and start time; None if there is no such process."""
    # The name in parentheses may contain anything, even parentheses: the fields follow the last one.
    words = _text(f"/proc/{process}/stat").rpartition(")")[2].split()
    return (words[0], int(words[19])) if len(words) > 19 else None


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _boot_time() -> int:
    lines = [line for line in _text("/proc/stat").splitlines() if line.startswith("btime ")]
    return int(lines[0].split()[1]) if lines else 0


def _was_written(path: str, within: float) -> bool:
    real = os.path.realpath(path)
    for file in (real, real + "-wal"):
        try:
            if time.time() - os.stat(file).st_mtime < within:
                return True
        except OSError:
            pass
    return False


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().rstrip("\n")
    except OSError:
        return ""
