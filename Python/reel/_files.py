"""How a recording gets its name, and how its folder is locked meanwhile.

None of this opens a recording: closing it again would drop the locks that SQLite holds on it in this
process (https://sqlite.org/howtocorrupt.html).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
import stat
import time
from typing import Iterator

from .errors import RecordingError

_PREFIX, _SUFFIX = ".reel-", ".partial"
_LOGS = ("-wal", "-shm", "-journal")


def folder_of(path: str) -> str:
    """The folder of a path."""
    return os.path.dirname(path) or "."


def check_free(path: str, force: bool) -> None:
    """Refuses a name that is taken. With `force` a file may be replaced, unless it is being written."""
    if not path or "\0" in path or path.endswith("/"):
        raise RecordingError(f"'{path}' is not a file name")
    if not os.path.lexists(path):
        if not force and _size(path + "-wal"):
            raise RecordingError(
                f"{path}-wal holds the last rows of a recording that was here: move it next to that recording"
            )
    elif os.path.isdir(path):
        raise RecordingError(f"{path} is a folder")
    elif os.path.exists(path) and not os.path.isfile(path):
        raise RecordingError(f"{path} is a device or a pipe")
    elif not force:
        raise RecordingError(
            f"{path} exists already: append=True adds a session to it, force=True replaces it"
        )


@contextlib.contextmanager
def holding_folder(path: str) -> Iterator[None]:
    """Locks a recording's folder while its file takes its name, is opened for writing, or is closed.

    SQLite finds a log by its name. Opening or closing a file while another takes its name would
    write, or remove, the other's log. If a file system has no such locks, nothing is locked.
    """
    folder = folder_of(os.path.realpath(path))
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield
        return
    try:
        start = time.monotonic()
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno not in (errno.EWOULDBLOCK, errno.EINTR):
                    break
            if time.monotonic() - start > 60:
                raise TimeoutError(f"another process has held the folder {folder} for a minute")
            time.sleep(0.001)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def draft(path: str) -> Iterator[str]:
    """A hidden folder beside a recording's name, in which it is made; yields the file's path there.

    The folder is locked while it is used. A killed process loses its lock, so that the
    next writer removes what was left.
    """
    folder = folder_of(path)
    os.makedirs(folder, exist_ok=True)
    _remove_abandoned(folder)
    while True:
        place = os.path.join(folder, f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}")
        os.mkdir(place)
        # Before the lock is held, another process may take the folder for abandoned and remove it.
        try:
            descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except FileNotFoundError:
            continue
        if _hold(descriptor) and os.fstat(descriptor).st_nlink > 0:
            break
        os.close(descriptor)
    try:
        yield os.path.join(place, os.path.basename(path))
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(descriptor)


def take_name(made: str, path: str, force: bool) -> None:
    """Gives a finished file its name in one step. Without `force` it never replaces another file."""
    check_free(path, force)
    # Closing a file does not report that there was no space for its log.
    if _size(made + "-wal"):
        raise OSError(errno.ENOSPC, f"{path} cannot be completed: its disk is full, or fails")
    if force:
        with contextlib.suppress(OSError):
            os.chmod(made, stat.S_IMODE(os.stat(path).st_mode))
        _remove_logs(path)
        os.rename(made, path)
    else:
        try:
            os.link(made, path)
            os.unlink(made)
        except FileExistsError:
            raise RecordingError(f"{path} exists already") from None
        except OSError:
            # Some file systems have no hard links; there, two processes that start at once cannot be told apart.
            os.rename(made, path)
        # Files that an earlier recording of this name left beside it would be read as part of this one.
        _remove_logs(path)
    _sync(folder_of(path))


def _remove_logs(path: str) -> None:
    for ending in _LOGS:
        with contextlib.suppress(OSError):
            os.unlink(path + ending)


def _hold(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno != errno.EWOULDBLOCK
    return True


def _remove_abandoned(folder: str) -> None:
    """Removes what killed processes left: hidden folders of ours that are not locked."""
    for name in os.listdir(folder):
        if not (name.startswith(_PREFIX) and name.endswith(_SUFFIX)):
            continue
        place = os.path.join(folder, name)
        try:
            descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            continue
        try:
            status = os.fstat(descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if status.st_uid == os.geteuid() and stat.S_ISDIR(status.st_mode):
                shutil.rmtree(place, ignore_errors=True)
        except OSError:
            pass
        finally:
            os.close(descriptor)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _sync(folder: str) -> None:
    """Makes sure that a new name in a folder survives a power cut."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
