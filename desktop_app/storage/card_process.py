"""A second process that tags and seals card keys while this one reads files and writes to the shop."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Generator, Iterable
from contextlib import suppress
from queue import Queue
from struct import Struct
from threading import Event, Thread
from typing import BinaryIO

from desktop_app.domain.errors import StorageError
from desktop_app.storage.card_sealing import Block, CardSealer, CardSecrets, Chunk, SortedTags
from desktop_app.storage.second_process import SecondProcess, begin, put, read, read_into_new, tell_ready, write

WORTH_IT = 50_000
"""So many keys are done sooner with a second process than without."""

_TAGS, _SEAL, _END = b"T", b"S", b"E"
_CHUNK_HEAD = Struct("<II")
_AHEAD = 12
"""Chunks that wait here to be stored."""


class CardProcess(SecondProcess):
    """One process, started by :meth:`start`."""

    generation = 0
    """Of the keys that it was given."""

    @classmethod
    def start(cls, secrets: CardSecrets) -> CardProcess | None:
        """Start one and let it load, without waiting for it; None where none can be started. Zeroes ``secrets``."""
        try:
            made = cls.launched(__name__, secrets)
        finally:
            secrets.wipe()
        if made is not None:
            made.generation = secrets.generation
        return made

    def tags(self, texts: bytes) -> bytes | None:
        """What :meth:`CardSealer.tags` gives; None when the process is gone."""
        if not self.is_ready:
            return None
        try:
            write(self._requests, _TAGS, texts)
            return read(self._answers)
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
                write(self._requests, _SEAL, order, block.tags, block.numbers.tobytes(), block.texts)
                if stop.is_set():
                    return
            write(self._requests, _END)
        except OSError:
            return  # the other thread meets the end of the answers
        except Exception as error:  # told where the chunks are taken
            put(answers, error, stop)

    def _receive(self, answers: Queue[Chunk | bytes | Exception], stop: Event) -> None:
        try:
            while len(head := read(self._answers)) == _CHUNK_HEAD.size:
                keys, width = _CHUNK_HEAD.unpack(head)
                records = read(self._answers)
                put(answers, Chunk(keys, width, records, read(self._answers).decode()), stop)
            put(answers, head, stop)
        except (OSError, EOFError) as error:
            put(answers, error, stop)


def _gone() -> StorageError:
    return StorageError(
        "A helper program that seals the card keys was ended from outside; nothing was imported. Try again.",
        "负责加密卡密的辅助进程被意外终止，未导入任何内容，请重试。",
    )


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """The work of the second process, until its requests end."""
    begin()
    secrets = CardSecrets(read_into_new(requests), read_into_new(requests), *(read(requests) for _ in range(3)))
    sealer = CardSealer(secrets)
    secrets.wipe()
    hashed = SortedTags()
    tell_ready(answers)
    while True:
        kind = read(requests)
        if kind == _TAGS:
            write(answers, sealer.tags(read(requests)))
        elif kind == _SEAL:
            in_order, tags, numbers, texts = bool(read(requests)), read(requests), array("I"), b""
            numbers.frombytes(read(requests))
            texts = read(requests)
            for chunk in sealer.chunks(Block(tags, numbers, texts, in_order)):
                write(answers, _CHUNK_HEAD.pack(chunk.keys, chunk.width), chunk.records, chunk.numbers.encode())
            hashed.add(tags)
        else:
            write(answers, hashed.digest())


if __name__ == "__main__":
    with suppress(OSError, EOFError, KeyboardInterrupt):  # its master is gone or wants no more
        serve(sys.stdin.buffer, sys.stdout.buffer)
