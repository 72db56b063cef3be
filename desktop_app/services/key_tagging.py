"""The blind indexes of the keys of a file: made, brought into their order, and looked up in the shop.

Two processes share what takes long. Copies are found among the tags, some thousands at a time: one set of a million
keys takes three times as long and most of the memory.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, compress, islice
from threading import Thread
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import Connection
from sqlmodel import select

from desktop_app.exchange.packed_lines import joined_at
from desktop_app.services.context import Context
from desktop_app.storage.card_process import CardProcess
from desktop_app.storage.card_sealing import CHUNK, TAG_BYTES, CardSealer
from desktop_app.storage.tables import CardKeyRow
from desktop_app.storage.tag_order import GROUPS, TagGroups, TagOrder, TagRun, tag_order, tag_run

Tell = Callable[[int], None]
"""Called with how many keys are done; may raise to stop."""

# One statement looks up a whole chunk: the tags stand one after the other in a single value, and a list as long counts
# them out. The order that a key went to is asked for only where a key has left the stock.
_FIND_TAGS: Final = f"""
SELECT place.key, k.batch_id, k.line,
  CASE WHEN k.state <> 'in_stock' THEN (
    SELECT o.order_no FROM deliveries d JOIN units u ON u.id = d.unit_id JOIN orders o ON o.id = u.order_id
    WHERE d.card_key_id = k.id ORDER BY d.id DESC LIMIT 1
  ) END
FROM json_each(?) place CROSS JOIN card_tags t ON t.tag = substr(?, place.key * {TAG_BYTES} + 1, {TAG_BYTES})
CROSS JOIN card_keys k ON k.id = t.card_key_id
"""

_OF_PRODUCTS: Final = "WHERE k.product_id IN (SELECT value FROM json_each(?))"

_AT_ONCE: Final = 4 * CHUNK
"""Keys that a process tags at a time. The second one waits for its next ones until this one gives up Python's lock."""

_STEP: Final = 1 << 16
"""Numbers that are gone through at a time, so that a window has its turn in between."""

_LOOKUPS: Final = 4
"""Parts that wait to be looked up."""

_Made = TypeVar("_Made")
_Sliced = TypeVar("_Sliced", bytearray, "array[int]")


class KeyPlace(NamedTuple):
    """Where a key of the shop came from and went to."""

    batch_id: int
    line: int
    order_no: str


@dataclass(frozen=True, slots=True)
class KeyTags:
    """The tags of some keys, of which some are taken; a place is the how-manieth of them all one is, from 0."""

    tags: bytes
    """Of all, one after the other."""
    taken: bytearray
    """A 1 for each that is taken, a 0 for each that is left out, as copies are."""
    order: array[int]
    """The places that are taken, in the order of their tags."""
    ordered: bytes
    """The tags in that order."""

    def only(self, taken: bytearray) -> KeyTags:
        """Those of them with a 1 in ``taken``."""
        order, ordered = self.order, self.ordered
        if len(order) > taken.count(1):
            is_in = bytearray()
            for places in _steps(order):
                is_in += bytes(map(taken.__getitem__, places))
            order, ordered = only(is_in, order), _only(is_in, ordered)
        return KeyTags(self.tags, taken, order, ordered)

    def part(self, start: int, end: int) -> bytes:
        """The tags that are taken at the places ``start`` to ``end - 1``."""
        return _only(self.taken[start:end], self.tags[start * TAG_BYTES : end * TAG_BYTES])

    def numbers(self, first: int) -> array[int]:
        """For each place the number that a key gets there when those that are taken are counted from ``first`` on."""
        numbers = array("I" if first + len(self.taken) < 1 << 32 else "Q", [first])
        for some in _steps(self.taken):
            numbers.extend(islice(accumulate(some, initial=numbers[-1]), 1, None))
        return numbers


@dataclass(frozen=True, slots=True)
class TaggedKeys(KeyTags):
    """What the tags tell besides; all but copies are taken."""

    copies: dict[int, int]
    """Place of a later copy to that of the first."""
    known: dict[int, KeyPlace]
    """What is in the shop; copies are not looked up."""
    event_seq: int
    """The last event before the shop was searched."""


def tag_keys(
    context: Context, process: CardProcess | None, texts: Sequence[str], indexes: array[int], tell: Tell
) -> TaggedKeys:
    """Tag the index forms ``texts`` at ``indexes``; ``tell`` counts every key twice."""
    made: list[bytes] = []
    runs: list[TagRun] = []
    for some, run in _tagged(context, process, texts, indexes):
        made.append(some)
        runs.append(run)
        tell(min(len(made) * _AT_ONCE, len(indexes)))
    tags = b"".join(made)
    del made
    with context.read() as session:
        event_seq = last_event(session.connection())
        has_keys = session.exec(select(CardKeyRow.id).limit(1)).first() is not None
    taken, order = bytearray(b"\1") * len(indexes), array("I")
    ordered: list[bytes] = []
    copies: dict[int, int] = {}
    known: dict[int, KeyPlace] = {}
    workers = ThreadPoolExecutor(2)
    waiting: deque[Future[dict[int, KeyPlace]]] = deque()
    try:
        for found in _ordered(process, runs):
            for copy in found.copies:
                taken[copy] = 0
            order.extend(found.places)
            ordered.append(found.tags)
            copies.update(zip(found.copies, found.originals, strict=True))
            if has_keys:
                waiting.append(workers.submit(_look_up, context, found.tags, found.places))
            while len(waiting) > _LOOKUPS:
                known |= waiting.popleft().result()
            tell(len(indexes) + len(order) + len(copies))
        while waiting:
            known |= waiting.popleft().result()
    finally:
        workers.shutdown(cancel_futures=True)
    del runs
    return TaggedKeys(tags, taken, order, b"".join(ordered), copies, known, event_seq)


def find_tags(connection: Connection, tags: bytes, product_ids: Sequence[int] | None = None) -> dict[int, KeyPlace]:
    """Which of ``tags`` (one after the other) are in the shop: place among them to where the key is.

    With ``product_ids`` only keys of these products count.
    """
    if not tags:
        return {}
    values: tuple[str | bytes, ...] = (str([0] * (len(tags) // TAG_BYTES)), tags)
    statement = _FIND_TAGS
    if product_ids is not None:
        statement, values = f"{statement}{_OF_PRODUCTS}", (*values, str([*product_ids]))
    rows = connection.exec_driver_sql(statement, values)
    return {at: KeyPlace(batch_id, line, order_no or "") for at, batch_id, line, order_no in rows}


def last_event(connection: Connection) -> int:
    """The number of the last event, 0 for none."""
    return int(connection.exec_driver_sql("SELECT coalesce(max(seq), 0) FROM events").scalar_one())


def only(taken: bytearray, numbers: array[int]) -> array[int]:
    """The ``numbers`` with a 1 in ``taken``."""
    found = array("I")
    for at in range(0, len(taken), _STEP):
        found.extend(compress(numbers[at : at + _STEP], taken[at : at + _STEP]))
    return found


def _steps(values: _Sliced) -> Iterator[_Sliced]:
    return (values[at : at + _STEP] for at in range(0, len(values), _STEP))


def _only(taken: bytearray, tags: bytes) -> bytes:
    runs: list[bytes] = []
    start = 0
    while (left_out := taken.find(0, start)) >= 0:
        runs.append(tags[start * TAG_BYTES : left_out * TAG_BYTES])
        start = left_out + 1
    runs.append(tags[start * TAG_BYTES :])
    return b"".join(runs)


def _tagged(
    context: Context, process: CardProcess | None, texts: Sequence[str], indexes: array[int]
) -> Iterator[tuple[bytes, TagRun]]:
    """The tags of one part after the other, in the order of the file and roughly in their own."""
    secrets = context.vault.card_secrets(b"")
    sealer = CardSealer(secrets)
    secrets.wipe()

    def part(number: int) -> bytes:
        return joined_at(texts, indexes[number * _AT_ONCE : (number + 1) * _AT_ONCE])

    def here(number: int) -> tuple[bytes, TagRun]:
        tags = sealer.tags(part(number))
        return tags, tag_run(tags, number * _AT_ONCE)

    def there(other: CardProcess, number: int) -> tuple[bytes, TagRun] | None:
        return other.tags(part(number), number * _AT_ONCE)

    return _by_two(process, -(-len(indexes) // _AT_ONCE), here, there)


def _ordered(process: CardProcess | None, runs: Sequence[TagRun]) -> Iterator[TagOrder]:
    """The order of all tags, group by group."""
    count = GROUPS if len(runs) > 1 else 1
    groups = TagGroups(runs, count)

    def here(number: int) -> TagOrder:
        return tag_order(groups.group(number))

    def there(other: CardProcess, number: int) -> TagOrder | None:
        return other.tag_order(groups.group(number))

    return _by_two(process, count, here, there)


def _look_up(context: Context, tags: bytes, places: array[int]) -> dict[int, KeyPlace]:
    # a session for each part: a long snapshot would hold writers up
    with context.read() as session:
        found = find_tags(session.connection(), tags)
    return {places[at]: where for at, where in found.items()}


def _by_two(
    process: CardProcess | None,
    count: int,
    here: Callable[[int], _Made],
    there: Callable[[CardProcess, int], _Made | None],
) -> Iterator[_Made]:
    """What is made of each of ``count`` parts, in their order. Two processes each take the next until all are done."""
    shared = iter(range(count))
    made: list[_Made | None] = [None] * count

    def elsewhere(other: CardProcess) -> None:
        if other.is_ready:
            for number in shared:
                made[number] = there(other, number)
                if made[number] is None:
                    return

    helper = Thread(target=elsewhere, args=(process,), daemon=True) if process is not None else None
    if helper is not None:
        helper.start()
    told = 0
    for number in shared:
        made[number] = here(number)
        while told < count and (some := made[told]) is not None:
            yield some
            made[told] = None
            told += 1
    if helper is not None:
        helper.join()
    for number in range(told, count):
        one = made[number]
        yield here(number) if one is None else one
