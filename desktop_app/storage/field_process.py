"""A second process that opens sealed values while this one reads the shop and writes a file."""

from __future__ import annotations

from array import array
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from queue import Queue
from threading import Event, Thread
from typing import TypeVar

from desktop_app.domain.errors import StorageError
from desktop_app.storage import field_opening
from desktop_app.storage.field_opening import FieldOpener, FieldSecrets, Opened, Sealed
from desktop_app.storage.pipes import read, write
from desktop_app.storage.second_process import SecondProcess, put
from desktop_app.storage.vault import Vault

WORTH_IT = 100_000
"""So many values are opened sooner with a second process than without."""

_AHEAD = 4
"""Parts that are asked for before the first of them is answered."""

T = TypeVar("T")
Part = tuple[T, Sealed]
"""Sealed values, and what they belong to."""


class FieldProcess(SecondProcess):
    """One process, started by :meth:`start`."""

    @classmethod
    def start(cls, secrets: FieldSecrets, *, masked: bool) -> FieldProcess | None:
        """Start one and let it load, without waiting for it; None where none can be started. Zeroes ``secrets``."""
        try:
            return cls.launched(field_opening.__name__, (*secrets, bytes([masked])))
        finally:
            secrets.wipe()

    def opened(self, parts: Generator[Part[T], None, None]) -> Generator[tuple[Part[T], Opened], None, None]:
        """Each part with its texts. Parts are taken on another thread, ahead of who takes the texts, and closed there.

        :class:`StorageError` when the process dies meanwhile.
        """
        asked: Queue[Part[T] | _End] = Queue(_AHEAD)
        stop = Event()
        sender = Thread(target=self._send, args=(parts, asked, stop), name="fields out", daemon=True)
        sender.start()
        try:
            if not self.is_ready:
                raise _gone()
            while not isinstance(part := asked.get(), _End):
                yield part, self._answer()
            if part.error is not None:
                raise part.error
        finally:
            stop.set()
            self._process.kill()  # so that the thread does not wait for a pipe
            sender.join()

    def _send(self, parts: Generator[Part[T], None, None], asked: Queue[Part[T] | _End], stop: Event) -> None:
        error: Exception | None = None
        try:
            with closing(parts):
                for part in parts:
                    put(asked, part, stop)
                    if stop.is_set() or not self._is_sent(part[1]):
                        return  # nobody waits, or who waits meets the end of the answers
        except Exception as raised:  # told where the texts are taken
            error = raised
        put(asked, _End(error), stop)

    def _is_sent(self, sealed: Sealed) -> bool:
        try:
            write(self._requests, *sealed)
        except OSError:
            return False
        return True

    def _answer(self) -> Opened:
        try:
            texts, left = read(self._answers), array("I")
            left.frombytes(read(self._answers))
        except (OSError, EOFError) as error:
            raise _gone() from error
        return Opened(texts, left)


@contextmanager
def opened_parts(
    vault: Vault, column: tuple[str, str], parts: Generator[Part[T], None, None], values: int, *, masked: bool
) -> Iterator[Iterator[tuple[Part[T], Opened]]]:
    """Each part of so many ``values`` of a table's ``column`` with its texts; ``parts`` are closed in the end.

    A second process works on many values, and ends with the context. :class:`LockedError` while the vault is locked.
    """
    process = None
    if values >= WORTH_IT:
        process = FieldProcess.start(vault.field_secrets(*column), masked=masked)
    if process is not None:
        with process, closing(process.opened(parts)) as opened:
            yield opened
        return
    secrets = vault.field_secrets(*column)
    opener = FieldOpener(secrets, masked=masked)
    secrets.wipe()
    with closing(parts):
        yield ((part, opener.opened(part[1])) for part in parts)


class _End:
    def __init__(self, error: Exception | None) -> None:
        self.error = error


def _gone() -> StorageError:
    return StorageError(
        "A helper program that opens sealed data was ended from outside; no file was written. Try again.",
        "负责解密数据的辅助进程被意外终止，没有生成文件，请重试。",
    )
