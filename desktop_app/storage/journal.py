"""The journal: every committed event once more, in files of lines beside the database.

A line is written and synced after the commit of its transaction, so the journal never holds what was rolled back;
what a crash kept from it is caught up at the next start or write. It is a witness: when the database no longer holds
what the journal holds (rows cut off, an older file put back) the journal keeps its lines, what happens from then on
goes into a new file, and the verification tells. A restored backup goes the same way, but says so itself: its event
names where the journal stood, and what was left behind there is no finding.

``journal/000001-2026-11.jsonl``: a file for each month, numbered in the order they were begun. The first line names
the shop and the event after which the file begins, with its head; then a line for each event
(:mod:`desktop_app.storage.event_lines`). Several programs may use a shop at a time: who writes holds ``journal/lock``.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from uuid import UUID

from desktop_app.domain.errors import StorageError
from desktop_app.storage import audit
from desktop_app.storage.audit import Event
from desktop_app.storage.column_types import from_micros
from desktop_app.storage.data_folder import hold_alone, open_lock, sync_folder
from desktop_app.storage.event_lines import LONGEST, read_line, write_line

FOLDER = "journal"
FORMAT = "kamidesk-journal-1"
RESTORED = "shop.restored"
"""The event of a shop that came from a backup; ``left_head`` in its facts is the head that was left behind."""

_RESTORED_MARK = f'"kind":"{RESTORED}"'.encode()
_NAME = re.compile(r"(\d{6})-(\d{4}-\d{2})\.jsonl")
_WAIT_SECONDS = 2.0
_STEP_SECONDS = 0.002
_TAIL = 64 * 1024

ReadAfter = Callable[[int, int], Sequence[Event]]
"""Events of the database after a number, so many at most, as they are committed."""


@dataclass(frozen=True, slots=True)
class Start:
    """What the first line of a file says: it goes on after event ``after``, whose head is ``head``."""

    after: int
    head: bytes


@dataclass(frozen=True, slots=True)
class _End:
    path: Path
    size: int
    seq: int
    head: bytes


class Journal:
    """The journal of one shop. Never fails a write that is committed: ``problem`` says why it could not follow."""

    def __init__(self, data_dir: Path, shop_uuid: str) -> None:
        self.folder = data_dir / FOLDER
        self._shop_uuid = shop_uuid
        self._failure: StorageError | None = None
        self._is_branched: bool | None = None  # not known before it was looked at
        self._alone = threading.Lock()
        self._known: _End | None = None

    @property
    def problem(self) -> StorageError | None:
        """Why the journal does not follow, or what it says against the shop."""
        return self._failure or (_ahead() if self._is_branched else None)

    def follow(self, new: Sequence[audit.Appended], read_after: ReadAfter) -> None:
        """Write what was committed: ``new``, or, when others wrote meanwhile or a crash left a gap, all that lacks."""
        with self._alone:
            try:
                with self._held():
                    if self._is_branched is None:
                        self._is_branched = is_branched(self.folder, self._shop_uuid)
                    self._follow(new, read_after)
                    self._failure = None
                    return
            except StorageError as error:
                self._failure = error
            except OSError as error:
                self._failure = StorageError(
                    "The journal of the event log cannot be written in {folder}: {reason}. The shop itself is saved.",
                    "无法写入操作日志的外部日记（{folder}）：{reason}。店铺数据本身已保存。",
                    folder=self.folder,
                    reason=error.strerror or str(error),
                )
            self._known = None

    # ---- inside, with the lock held

    def _follow(self, new: Sequence[audit.Appended], read_after: ReadAfter) -> None:
        end = self._end()
        if end is not None and new and end.seq + 1 == new[0].seq:
            first = new[0]
            if audit.head_hash(end.head, first.leaf) == first.head:
                self._write(end, [(event.seq, event.body, event.leaf, event.head) for event in new])
                return
        if end is None:
            self._catch_up(None, read_after)
        elif self._agrees(end.seq, end.head, read_after):
            self._catch_up(end, read_after)
        elif self._was_restored(end, read_after):
            self._branch(read_after)
        else:
            self._is_branched = True
            if new:
                self._branch(read_after)

    def _catch_up(self, end: _End | None, read_after: ReadAfter) -> None:
        after = end.seq if end is not None else 0
        while events := read_after(after, audit.READ_AT_ONCE):
            end = self._write(end, events)
            after = end.seq

    def _branch(self, read_after: ReadAfter) -> None:
        """The database went another way than the journal: a new file, from the last event that both have."""
        start = self._last_common(read_after)
        end = self._begin(start, _month_of(read_after(start.after, 1)))
        self._catch_up(end, read_after)

    def _was_restored(self, end: _End, read_after: ReadAfter) -> bool:
        """Whether the database itself says that it left the journal where it stands now."""
        after = self._last_common(read_after).after
        while events := read_after(after, audit.READ_AT_ONCE):
            if end.head in left_behind(events):
                return True
            after = events[-1][0]
        return False

    def _agrees(self, seq: int, head: bytes, read_after: ReadAfter) -> bool:
        if seq == 0:
            return head == audit.genesis(self._shop_uuid)
        found = read_after(seq - 1, 1)
        return bool(found) and found[0][0] == seq and found[0][3] == head

    def _last_common(self, read_after: ReadAfter) -> Start:
        for path in reversed(files(self.folder)):
            start, events = open_file(path, self._shop_uuid)
            if start is None:
                continue
            common: Start | None = None
            if start.after == 0 or self._agrees(start.after, start.head, read_after):
                common = start
            for seq, _, _, head in events:
                if not self._agrees(seq, head, read_after):
                    break
                common = Start(seq, head)
            if common is not None:
                return common
        return Start(0, audit.genesis(self._shop_uuid))

    def _write(self, end: _End | None, events: Sequence[Event]) -> _End:
        if end is None:
            end = self._begin(Start(0, audit.genesis(self._shop_uuid)), _month_of(events))
        gap = next((at for at, event in enumerate(events) if event[0] != end.seq + 1 + at), None)
        if gap is None:
            return self._write_on(end, events)
        # a salvage could not save what is missing here: the journal goes on in a file that begins behind the gap
        if gap:
            self._write_on(end, events[:gap])
        first, rest = events[gap], events[gap + 1 :]
        end = self._begin(Start(first[0], first[3]), _month_of([first]))
        return self._write(end, rest) if rest else end

    def _write_on(self, end: _End, events: Sequence[Event]) -> _End:
        month = _month_of(events)
        if month > _month(end.path):
            end = self._begin(Start(end.seq, end.head), month)
        text = b"".join(write_line(body, leaf, head) for _, body, leaf, head in events)
        _append(end.path, end.size, text)
        self._known = _End(end.path, end.size + len(text), events[-1][0], events[-1][3])
        return self._known

    def _begin(self, start: Start, month: str) -> _End:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        known = files(self.folder)
        number = _number(known[-1]) + 1 if known else 1
        path = self.folder / f"{number:06d}-{month}.jsonl"
        line = _first_line(self._shop_uuid, start)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _append(path, 0, line)
        sync_folder(self.folder)
        self._known = _End(path, len(line), start.after, start.head)
        return self._known

    def _end(self) -> _End | None:
        """Where the journal stands: its last whole line. None while there is no journal."""
        known = files(self.folder)
        if not known:
            return None
        path = known[-1]
        size = path.stat().st_size
        if self._known is None or self._known.path != path or self._known.size != size:
            self._known = self._read_end(path, size)
        return self._known

    def _read_end(self, path: Path, size: int) -> _End:
        whole = _whole_lines(path, size)
        if whole < size:
            # the half line of a crash or a power cut; its event is still in the database
            with path.open("rb+") as stream:
                stream.truncate(whole)
        return _end_of(path, whole, self._shop_uuid)

    @contextmanager
    def _held(self) -> Iterator[None]:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        handle = open_lock(self.folder / "lock")
        try:
            patience = time.monotonic() + _WAIT_SECONDS
            while not hold_alone(handle):
                if time.monotonic() > patience:
                    raise TimeoutError(0, "another program is writing it")
                time.sleep(_STEP_SECONDS)
            yield
        finally:
            os.close(handle)


def files(folder: Path) -> list[Path]:
    """The files of the journal in their order."""
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name)) if folder.is_dir() else []


def open_file(path: Path, shop_uuid: str) -> tuple[Start | None, Iterator[Event]]:
    """What a file says of its beginning (None: it is no journal of this shop), and its events up to the first line
    that is none; the caller sees from their numbers where that is."""
    with path.open("rb") as stream:
        start = _start_of(stream.readline(LONGEST), shop_uuid)
    if start is None:
        return None, iter(())
    return start, _events(path, start.after)


def shop_of(path: Path) -> str | None:
    """The id of the shop that a file says it is of; None when it says none."""
    try:
        with path.open("rb") as stream:
            return str(UUID(json.loads(stream.readline(LONGEST))["shop"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def is_branched(folder: Path, shop_uuid: str) -> bool:
    """Whether a file goes back behind the end of the one before, and no restored backup is why: the shop then went
    another way."""
    known = files(folder)
    for before, path in pairwise(known):
        end = _end_of(before, _whole_lines(before, before.stat().st_size), shop_uuid)
        start, events = open_file(path, shop_uuid)
        if start is None or (end.seq > start.after and not any(end.head in left_behind([one]) for one in events)):
            return True
    return False


def left_behind(events: Iterable[Event]) -> set[bytes]:
    """The heads that the restores among ``events`` left behind."""
    found = set()
    for _, body, _, _ in events:
        if body is not None and _RESTORED_MARK in body:
            try:
                said = json.loads(body)
                if said["kind"] == RESTORED:
                    found.add(bytes.fromhex(said["facts"]["left_head"]))
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
    return found


def end(folder: Path, shop_uuid: str) -> Start | None:
    """Number and head of the last event in the journal; None without one of this shop."""
    known = files(folder)
    if not known:
        return None
    last = _end_of(known[-1], _whole_lines(known[-1], known[-1].stat().st_size), shop_uuid)
    return None if last.seq < 0 else Start(last.seq, last.head)


@dataclass(frozen=True, slots=True)
class Beyond:
    """What the journal holds beyond a state of the shop: ``is_known`` that state, and the times of later events.

    Where the shop went another way since, ``times`` are of what happened after the two parted.
    """

    is_known: bool
    times: list[datetime | None]


def beyond(folder: Path, shop_uuid: str, seq: int, head: bytes) -> Beyond:
    """Compare the journal with a shop whose last event is ``seq`` with ``head``."""
    common = 0 if seq == 0 and head == audit.genesis(shop_uuid) else None
    later: list[tuple[int, datetime | None]] = []
    for path in files(folder):
        start, events = open_file(path, shop_uuid)
        if start is None:
            continue
        if common is not None and start.after < common:
            common, later = start.after, []
        while later and later[-1][0] > start.after:
            later.pop()
        if (start.after, start.head) == (seq, head):
            common, later = seq, []
        for number, body, _, found in events:
            if number == seq and found == head:
                common, later = seq, []
            elif common is not None and number > common:
                at = _number_in(body, "at")
                later.append((number, None if at is None else from_micros(at)))
    return Beyond(common is not None, [at for _, at in later])


def _end_of(path: Path, whole: int, shop_uuid: str) -> _End:
    line = _last_line(path, whole)
    found = read_line(line)
    seq = _number_in(found[0] if found is not None else None, "seq")
    if found is not None and seq is not None:
        return _End(path, whole, seq, found[2])
    start = _start_of(line, shop_uuid)
    if start is not None:
        return _End(path, whole, start.after, start.head)
    # damaged: nothing in the database agrees with it, so what comes next begins a new file
    return _End(path, whole, -1, b"")


def _events(path: Path, after: int) -> Iterator[Event]:
    with path.open("rb") as stream:
        stream.readline(LONGEST)
        seq = after
        while line := stream.readline(LONGEST):
            found = read_line(line)
            if found is None or found[0] is None:
                if line.endswith(b"\n"):
                    yield seq + 1, b"", b"", b""  # follows from nothing: the walk stops here
                return
            seq += 1
            yield (seq, *found)


def _first_line(shop_uuid: str, start: Start) -> bytes:
    text = audit.canonical({"after": start.after, "format": FORMAT, "head": start.head, "shop": shop_uuid})
    return text.encode() + b"\n"


def _start_of(line: bytes, shop_uuid: str) -> Start | None:
    try:
        said = json.loads(line)
        start = Start(int(said["after"]), bytes.fromhex(said["head"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return start if line == _first_line(shop_uuid, start) else None


def _append(path: Path, size: int, text: bytes) -> None:
    with path.open("rb+") as stream:
        stream.seek(size)
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _whole_lines(path: Path, size: int) -> int:
    """How many bytes of the file end with a line end."""
    with path.open("rb") as stream:
        end = size
        while end:
            begin = max(0, end - _TAIL)
            stream.seek(begin)
            place = stream.read(end - begin).rfind(b"\n")
            if place >= 0:
                return begin + place + 1
            end = begin
    return 0


def _last_line(path: Path, size: int) -> bytes:
    with path.open("rb") as stream:
        begin = size
        while begin:
            begin = max(0, begin - _TAIL)
            stream.seek(begin)
            text = stream.read(size - begin)
            place = text.rfind(b"\n", 0, -1)
            if place >= 0:
                return text[place + 1 :]
            if begin == 0:
                return text
    return b""


def _month_of(events: Sequence[Event]) -> str:
    at = _number_in(events[-1][1] if events else None, "at")
    return "0000-00" if at is None else f"{from_micros(at):%Y-%m}"  # a body that was spoilt has no time


def _number_in(body: bytes | None, name: str) -> int | None:
    try:
        value = json.loads(body or b"{}")[name]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return value if isinstance(value, int) else None


def _number(path: Path) -> int:
    return int(path.name[:6])


def _month(path: Path) -> str:
    return path.name[7:14]


def _ahead() -> StorageError:
    return StorageError(
        "The journal of the event log holds events that the shop does not have: rows were cut off, or an older file "
        "was put back. Verify the log and compare with a backup.",
        "外部日记中有店铺里不存在的操作记录：记录被截断，或换回了旧文件。请校验操作日志并与备份核对。",
    )
