"""A second process that tags and seals card keys while this one reads files and writes to the shop.

Python runs on one processor, so the second one of a machine would stand idle. The process gets its keys
through a pipe, never as an argument, writes nothing to disk, and ends with the pipe: when the work is done, when it is
cancelled, or when this program dies.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from array import array
from collections.abc import Generator, Iterable
from contextlib import suppress
from pathlib import Path
from queue import Full, Queue
from struct import Struct
from threading import Event, Thread
from typing import BinaryIO

from desktop_app.domain.errors import StorageError
from desktop_app.storage.card_sealing import Block, CardSealer, CardSecrets, Chunk, SortedTags
from desktop_app.storage.core_dumps import disable_core_dumps

WORTH_IT = 50_000
"""So many keys are done sooner with a second process than without."""

_READY = b"km-sealing-1"
_TAGS, _SEAL, _END = b"T", b"S", b"E"
_LENGTH = Struct("<Q")
_CHUNK_HEAD = Struct("<II")
_AHEAD = 12
"""Chunks that wait here to be stored."""
_PATIENCE = 0.1
_ROOT = Path(__file__).resolve().parents[2]


class CardProcess:
    """One process, started by :meth:`start`; leaving the context ends it, whatever it is doing."""

    def __init__(
        self, requests: BinaryIO, answers: BinaryIO, process: subprocess.Popen[bytes], generation: int
    ) -> None:
        self.generation = generation
        """Of the keys that it was given."""
        self._requests, self._answers, self._process = requests, answers, process
        self._is_ready: bool | None = None

    @classmethod
    def start(cls, secrets: CardSecrets) -> CardProcess | None:
        """Start one and let it load, without waiting for it; None where none can be started. Zeroes ``secrets``."""
        try:
            if getattr(sys, "frozen", False) or not sys.executable:
                return None  # there is no interpreter that could be started
            process = subprocess.Popen(
                [sys.executable, "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            requests, answers = process.stdin, process.stdout
            assert requests is not None
            assert answers is not None
            made = cls(requests, answers, process, secrets.generation)  # type: ignore[arg-type]  # a pipe is IO[bytes]
            try:
                _write(made._requests, *secrets)
            except OSError:
                made.close()
                return None
            return made
        except OSError:
            return None
        finally:
            secrets.wipe()

    def __enter__(self) -> CardProcess:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._requests, self._answers):
            with suppress(OSError):  # what was still on its way is of no use to anybody
                pipe.close()

    @property
    def is_ready(self) -> bool:
        """Whether it works here; waits until it has loaded."""
        if self._is_ready is None:
            try:
                self._is_ready = self._answers.read(len(_READY)) == _READY
            except OSError:
                self._is_ready = False
        return self._is_ready

    def tags(self, texts: bytes) -> bytes | None:
        """What :meth:`CardSealer.tags` gives; None when the process is gone."""
        if not self.is_ready:
            return None
        try:
            _write(self._requests, _TAGS, texts)
            return _read(self._answers)
        except (OSError, EOFError):
            self._is_ready = False
            return None

    def sealed(self, blocks: Iterable[Block]) -> Generator[Chunk | bytes, None, None]:
        """The chunks of all blocks, then the hash of all their tags; it works ahead of who takes them.

        :class:`StorageError` when the process dies meanwhile.
        """
        if not self.is_ready:
            raise _gone()
        answers: Queue[Chunk | bytes | Exception] = Queue(_AHEAD)
        stop = Event()
        threads = [
            Thread(target=self._send, args=(blocks, answers, stop), name="cards out", daemon=True),
            Thread(target=self._receive, args=(answers, stop), name="cards in", daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            while True:
                answer = answers.get()
                if isinstance(answer, OSError | EOFError):
                    raise _gone() from answer
                if isinstance(answer, Exception):
                    raise answer
                yield answer
                if isinstance(answer, bytes):
                    return
        finally:
            stop.set()
            self._process.kill()  # so that no thread waits for a pipe
            for thread in threads:
                thread.join()

    def _send(self, blocks: Iterable[Block], answers: Queue[Chunk | bytes | Exception], stop: Event) -> None:
        try:
            for block in blocks:
                order = b"\1" if block.in_tag_order else b""
                _write(self._requests, _SEAL, order, block.tags, block.numbers.tobytes(), block.texts)
                if stop.is_set():
                    return
            _write(self._requests, _END)
        except OSError:
            return  # the other thread meets the end of the answers
        except Exception as error:  # told where the chunks are taken
            _put(answers, error, stop)

    def _receive(self, answers: Queue[Chunk | bytes | Exception], stop: Event) -> None:
        try:
            while len(head := _read(self._answers)) == _CHUNK_HEAD.size:
                keys, width = _CHUNK_HEAD.unpack(head)
                records = _read(self._answers)
                _put(answers, Chunk(keys, width, records, _read(self._answers).decode()), stop)
            _put(answers, head, stop)
        except (OSError, EOFError) as error:
            _put(answers, error, stop)


def _put(answers: Queue[Chunk | bytes | Exception], answer: Chunk | bytes | Exception, stop: Event) -> None:
    while not stop.is_set():
        with suppress(Full):
            answers.put(answer, timeout=_PATIENCE)
            return


def _gone() -> StorageError:
    return StorageError(
        "A helper program that seals the card keys was ended from outside; nothing was imported. Try again.",
        "负责加密卡密的辅助进程被意外终止，未导入任何内容，请重试。",
    )


def _write(pipe: BinaryIO, *values: bytes | bytearray) -> None:
    for value in values:
        pipe.write(_LENGTH.pack(len(value)))
        pipe.write(value)
    pipe.flush()


def _read(pipe: BinaryIO) -> bytes:
    return bytes(_read_into_new(pipe))


def _read_into_new(pipe: BinaryIO) -> bytearray:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError("the pipe ended")
    made = bytearray(_LENGTH.unpack(head)[0])
    if pipe.readinto(made) != len(made):  # type: ignore[attr-defined]
        raise EOFError("the pipe ended")
    return made


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """The work of the second process, until its requests end."""
    disable_core_dumps()
    gc.disable()  # nothing here makes cycles
    secrets = CardSecrets(_read_into_new(requests), _read_into_new(requests), *(_read(requests) for _ in range(3)))
    sealer = CardSealer(secrets)
    secrets.wipe()
    hashed = SortedTags()
    answers.write(_READY)
    answers.flush()
    while True:
        kind = _read(requests)
        if kind == _TAGS:
            _write(answers, sealer.tags(_read(requests)))
        elif kind == _SEAL:
            in_order, tags, numbers, texts = bool(_read(requests)), _read(requests), array("I"), b""
            numbers.frombytes(_read(requests))
            texts = _read(requests)
            for chunk in sealer.chunks(Block(tags, numbers, texts, in_order)):
                _write(answers, _CHUNK_HEAD.pack(chunk.keys, chunk.width), chunk.records, chunk.numbers.encode())
            hashed.add(tags)
        else:
            _write(answers, hashed.digest())


if __name__ == "__main__":
    with suppress(OSError, EOFError, KeyboardInterrupt):  # its master is gone or wants no more
        serve(sys.stdin.buffer, sys.stdout.buffer)
