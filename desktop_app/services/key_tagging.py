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

from desktop_app.exchange.packed_lines import lines_at
from desktop_app.services.context import Context
from desktop_app.storage.card_process import CardProcess
from desktop_app.storage.card_sealing import CHUNK, TAG, TAG_BYTES, CardSealer, TagOrder, tag_order
from desktop_app.storage.tables import CardKeyRow

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

_GROUPED: Final = 16 * CHUNK
"""Tags that stand in memory one by one while they are parted."""

_GROUPS: Final = 64
"""Parts that are brought into their order one by one: Python sorts one of a million keys in a few milliseconds."""

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
    """The tags of some keys; a place is the how-manieth of them one is, from 0."""

    tags: bytes
    """One after the other."""
    order: array[int]
    """Places in the order of their tags, without copies."""
    ordered: bytes
    """The tags in that order."""

    def only(self, taken: bytearray) -> KeyTags:
        """Those with a 1 in ``taken``."""
        if 0 not in taken:
            return self
        before = array("I", [0])  # how many are taken of those before each
        for some in _steps(taken):
            before.extend(islice(accumulate(some, initial=before[-1]), 1, None))
        order, ordered = self.order, self.ordered
        if len(order) > before[-1]:  # not only copies are left out, which have no place in the order
            is_in = bytearray()
            for places in _steps(order):
                is_in += bytes(map(taken.__getitem__, places))
            order, ordered = only(is_in, order), _only(is_in, ordered)
        moved = array("I")
        for places in _steps(order):
            moved.extend(map(before.__getitem__, places))
        return KeyTags(_only(taken, self.tags), moved, ordered)


@dataclass(frozen=True, slots=True)
class TaggedKeys(KeyTags):
    """What the tags tell besides."""

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
    for some in _tags(context, process, texts, indexes):
        made.append(some)
        tell(min(len(made) * _AT_ONCE, len(indexes)))
    tags = b"".join(made)
    del made
    with context.read() as session:
        event_seq = last_event(session.connection())
        has_keys = session.exec(select(CardKeyRow.id).limit(1)).first() is not None
    order = array("I")
    ordered: list[bytes] = []
    copies: dict[int, int] = {}
    known: dict[int, KeyPlace] = {}
    workers = ThreadPoolExecutor(2)
    waiting: deque[Future[dict[int, KeyPlace]]] = deque()
    try:
        for group, found in _ordered(process, tags):
            place = group.__getitem__
            places = array("I", map(place, found.places))
            order.extend(places)
            ordered.append(found.tags)
            copies.update(zip(map(place, found.copies), map(place, found.originals), strict=True))
            if has_keys:
                waiting.append(workers.submit(_look_up, context, found.tags, places))
            while len(waiting) > _LOOKUPS:
                known |= waiting.popleft().result()
            tell(len(indexes) + len(order) + len(copies))
        while waiting:
            known |= waiting.popleft().result()
    finally:
        workers.shutdown(cancel_futures=True)
    return TaggedKeys(tags, order, b"".join(ordered), copies, known, event_seq)


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


def _tags(context: Context, process: CardProcess | None, texts: Sequence[str], indexes: array[int]) -> Iterator[bytes]:
    secrets = context.vault.card_secrets(b"")
    sealer = CardSealer(secrets)
    secrets.wipe()

    def part(number: int) -> bytes:
        # no usable key holds a line feed
        return "\n".join(lines_at(texts, indexes[number * _AT_ONCE : (number + 1) * _AT_ONCE])).encode()

    yield from _by_two(
        process,
        -(-len(indexes) // _AT_ONCE),
        lambda number: sealer.tags(part(number)),
        lambda other, number: other.tags(part(number)),
    )


def _ordered(process: CardProcess | None, tags: bytes) -> Iterator[tuple[array[int], TagOrder]]:
    """Some places and the order of the tags there; the parts are in their order too."""
    groups, parts = _grouped(tags)

    def here(number: int) -> TagOrder:
        return tag_order(parts[number])

    def there(other: CardProcess, number: int) -> TagOrder | None:
        return other.tag_order(parts[number])

    return zip(groups, _by_two(process, len(groups), here, there), strict=True)


def _grouped(tags: bytes) -> tuple[list[array[int]], list[bytes]]:
    """Places of tags by their first byte, and the tags there; few are one group."""
    count = len(tags) // TAG_BYTES
    if count <= CHUNK:
        return [array("I", range(count))], [tags]
    places = [array("I") for _ in range(_GROUPS)]
    parts = [bytearray() for _ in range(_GROUPS)]
    for start in range(0, count, _GROUPED):
        some = tags[start * TAG_BYTES : (start + _GROUPED) * TAG_BYTES]
        found: list[list[bytes]] = [[] for _ in range(_GROUPS)]
        add_tag, add_place = [one.append for one in found], [one.append for one in places]
        for at, (tag,) in enumerate(TAG.iter_unpack(some), start):
            first = tag[0] * _GROUPS >> 8
            add_tag[first](tag)
            add_place[first](at)
        for part, group in zip(parts, found, strict=True):
            part += b"".join(group)
    return places, [bytes(part) for part in parts]


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
