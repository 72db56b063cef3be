"""A second process that tags and seals card keys while this one reads files and writes to the shop."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from queue import Empty, Queue
from struct import Struct
from threading import Event, Thread
from typing import BinaryIO

from desktop_app.domain.errors import StorageError
from desktop_app.storage.card_sealing import Block, CardSealer, CardSecrets, Chunk
from desktop_app.storage.pipes import begin, read, read_into_new, tell_ready, write
from desktop_app.storage.second_process import SecondProcess, put
from desktop_app.storage.tag_order import TagOrder, TagRun, tag_order, tag_run

WORTH_IT = 50_000
"""So many keys are done sooner with a second process than without."""

_TAGS, _ORDER, _SEAL, _END = b"T", b"O", b"S", b"E"
_CHUNK_HEAD = Struct("<II")
_AHEAD = 40
"""Chunks that wait here to be stored: some 15 MB."""


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

    def tags(self, texts: bytes, first: int) -> tuple[bytes, TagRun] | None:
        """What :meth:`CardSealer.tags` gives, and :func:`tag_run` of that; None when the process is gone."""
        answer = self._asked(_TAGS, texts, str(first).encode(), answers=1 + len(TagRun._fields))
        return (answer[0], TagRun(answer[1], array("I", answer[2]))) if answer else None

    def tag_order(self, run: TagRun) -> TagOrder | None:
        """What :func:`tag_order` gives; None when the process is gone."""
        answer = self._asked(_ORDER, run.tags, run.places.tobytes(), answers=len(TagOrder._fields))
        return TagOrder(answer[0], *(array("I", part) for part in answer[1:])) if answer else None

    def _asked(self, *request: bytes, answers: int) -> list[bytes] | None:
        if not self.is_ready:
            return None
        try:
            write(self._requests, *request)
            return [read(self._answers) for _ in range(answers)]
        except (OSError, EOFError):
            self._is_ready = False
            return None

    def sealed(self, blocks: Iterable[Block], meanwhile: Callable[[], bool]) -> Generator[Chunk, None, None]:
        """The chunks of all blocks; it works ahead of who takes them.

        While none is ready ``meanwhile()`` is called, until it says that it has no more to do. :class:`StorageError`
        when the process dies.
        """
        if not self.is_ready:
            raise _gone()
        answers: Queue[Chunk | Exception | None] = Queue(_AHEAD)
        stop = Event()
        threads = [
            Thread(target=self._send, args=(blocks, answers, stop), name="cards out", daemon=True),
            Thread(target=self._receive, args=(answers, stop), name="cards in", daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            while (answer := _next(answers, meanwhile)) is not None:
                if isinstance(answer, OSError | EOFError):
                    raise _gone() from answer
                if isinstance(answer, Exception):
                    raise answer
                yield answer
        finally:
            stop.set()
            self._process.kill()  # so that no thread waits for a pipe
            for thread in threads:
                thread.join()

    def _send(self, blocks: Iterable[Block], answers: Queue[Chunk | Exception | None], stop: Event) -> None:
        try:
            for block in blocks:
                write(self._requests, _SEAL, block.tags, block.numbers.tobytes(), block.texts)
                if stop.is_set():
                    return
            write(self._requests, _END)
        except OSError:
            return  # the other thread meets the end of the answers
        except Exception as error:  # told where the chunks are taken
            put(answers, error, stop)

    def _receive(self, answers: Queue[Chunk | Exception | None], stop: Event) -> None:
        try:
            while len(head := read(self._answers)) == _CHUNK_HEAD.size:
                keys, width = _CHUNK_HEAD.unpack(head)
                records = read(self._answers)
                put(answers, Chunk(keys, width, records, read(self._answers).decode()), stop)
            put(answers, None, stop)
        except (OSError, EOFError) as error:
            put(answers, error, stop)


def _next(answers: Queue[Chunk | Exception | None], meanwhile: Callable[[], bool]) -> Chunk | Exception | None:
    while True:
        with suppress(Empty):
            return answers.get_nowait()
        if not meanwhile():
            return answers.get()


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
    tell_ready(answers)
    while True:
        kind = read(requests)
        if kind == _TAGS:
            tags = sealer.tags(read(requests))
            run = tag_run(tags, int(read(requests)))
            write(answers, tags, run.tags, run.places.tobytes())
        elif kind == _ORDER:
            ordered, *places = tag_order(TagRun(read(requests), array("I", read(requests))))
            write(answers, ordered, *(part.tobytes() for part in places))
        elif kind == _SEAL:
            tags, numbers = read(requests), array("I", read(requests))
            chunk = sealer.sealed(Block(tags, numbers, read(requests)))
            write(answers, _CHUNK_HEAD.pack(chunk.keys, chunk.width), chunk.records, chunk.numbers.encode())
        else:
            write(answers, b"")  # the end of all chunks


if __name__ == "__main__":
    with suppress(OSError, EOFError, KeyboardInterrupt):  # its master is gone or wants no more
        serve(sys.stdin.buffer, sys.stdout.buffer)
