"""Many short lines in little memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, islice
from typing import Final, overload

_AT_ONCE: Final = 1 << 13


class PackedLines(Sequence[str]):
    """Lines that hold no line feed, in one piece: a million keys take 24 MB instead of 76.

    Ask for many by slice or with :func:`lines_at`; one by one they are made anew each time.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._starts = array("I", [0])
        parts: list[bytes] = []
        size = 0
        for at in range(0, len(lines), _AT_ONCE):
            some = lines[at : at + _AT_ONCE]
            joined = "\n".join(some)
            part = joined.encode("utf-8", "surrogatepass")
            lengths: Iterable[int] = map(len, some)
            if len(part) > len(joined):
                lengths = (len(line.encode("utf-8", "surrogatepass")) for line in some)
            self._starts.extend(islice(accumulate((length + 1 for length in lengths), initial=size), 1, None))
            size += len(part) + 1
            parts.append(part)
        self._data = b"\n".join([*parts, b""])

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, int):
            if index < 0:
                index += len(self)
            if not 0 <= index < len(self):
                raise IndexError(index)
            return self._text(index, index + 1)
        first, last, step = index.indices(len(self))
        if step != 1:
            return [self[at] for at in range(first, last, step)]
        return self._text(first, last).split("\n") if first < last else []

    def joined(self, first: int, last: int) -> bytes:
        """Lines ``first`` to ``last - 1`` in UTF-8 with a line feed between, as they are kept."""
        return self._data[self._starts[first] : self._starts[last] - 1]

    def _text(self, first: int, last: int) -> str:
        return self.joined(first, last).decode("utf-8", "surrogatepass")


def lines_at(lines: Sequence[str], indexes: array[int]) -> list[str]:
    """The lines with these indexes, which go up."""
    if not indexes or indexes[-1] - indexes[0] > 4 * len(indexes):
        return [lines[index] for index in indexes]
    first = indexes[0]
    some = lines[first : indexes[-1] + 1]
    return [*some] if len(some) == len(indexes) else [some[index - first] for index in indexes]


def joined_at(lines: Sequence[str], indexes: array[int]) -> bytes:
    """The same lines, none of which holds a line feed, in UTF-8 with one between."""
    if not isinstance(lines, PackedLines) or not indexes or indexes[-1] - indexes[0] > 4 * len(indexes):
        return "\n".join(lines_at(lines, indexes)).encode()
    first = indexes[0]
    joined = lines.joined(first, indexes[-1] + 1)
    if indexes[-1] - first < len(indexes):
        return joined
    some = joined.split(b"\n")
    return b"\n".join([some[index - first] for index in indexes])
