"""How this program and a second process of it talk: values with their lengths before them.

The second process imports this module, and little else, so that it starts soon and stays small.
"""

from __future__ import annotations

import gc
from struct import Struct
from typing import BinaryIO

from desktop_app.storage.core_dumps import disable_core_dumps

READY = b"km-second-1"
"""The first thing that the second process says."""

_LENGTH = Struct("<Q")


def write(pipe: BinaryIO, *values: bytes | bytearray) -> None:
    """Each value with its length before it."""
    for value in values:
        pipe.write(_LENGTH.pack(len(value)))
        pipe.write(value)
    pipe.flush()


def read(pipe: BinaryIO) -> bytes:
    """The next value; :class:`EOFError` when there is none."""
    length = _length(pipe)
    value = pipe.read(length)
    if len(value) < length:
        raise _ended()
    return value


def read_into_new(pipe: BinaryIO) -> bytearray:
    """The same for a secret, which is zeroed later."""
    made = bytearray(_length(pipe))
    if pipe.readinto(made) != len(made):  # type: ignore[attr-defined]
        raise _ended()
    return made


def _length(pipe: BinaryIO) -> int:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise _ended()
    length: int = _LENGTH.unpack(head)[0]
    return length


def _ended() -> EOFError:
    return EOFError("the pipe ended")


def begin() -> None:
    """What the second process does before it reads its secrets."""
    disable_core_dumps()
    gc.disable()  # nothing there makes cycles


def tell_ready(answers: BinaryIO) -> None:
    """It has its secrets and works."""
    answers.write(READY)
    answers.flush()
