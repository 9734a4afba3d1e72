"""What can go wrong, as one sentence."""

from __future__ import annotations


class RecordingError(RuntimeError):
    """A recording cannot be made or read; the message says why and what to do.

    Example:
        >>> import reel
        >>> try:
        ...     reel.open("missing.sqlite")
        ... except reel.RecordingError as error:
        ...     print(error)
        there is no file missing.sqlite
    """


class RecordingWarning(UserWarning):
    """Something could not be recorded as it was; training goes on."""
