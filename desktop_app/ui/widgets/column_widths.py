"""How the columns of a list share its width: free text takes what is left over, and gives first when it is tight."""

from __future__ import annotations

from collections.abc import Sequence

FREE_TEXT = frozenset(
    {
        *("batch", "buyer", "detail", "missing", "name", "named", "note", "product", "reason"),
        *("source", "supplier", "text", "title", "why"),
    }
)
"""Keys of columns whose texts have no length of their own; numbers, times and states keep the width they need."""

_LEAST = 84
_GIVES = 0.4
"""A column of free text gives at most this part of its width; what is longer stands in full in the pane or a tip."""


def fitted_widths(keys: Sequence[str], widths: Sequence[int], available: int) -> list[int]:
    """``widths`` (pixels, from left to right) changed so that they fill ``available`` where free text allows it."""
    spare = available - sum(widths)
    if spare >= 0:
        room = [width if key in FREE_TEXT else 0 for key, width in zip(keys, widths, strict=True)]
    else:
        room = [
            min(int(width * _GIVES), max(width - _LEAST, 0)) if key in FREE_TEXT else 0
            for key, width in zip(keys, widths, strict=True)
        ]
        spare = max(spare, -sum(room))
    total = sum(room)
    if not total:
        return list(widths)
    # running sums keep the rounding from adding up
    shares, passed = [], 0
    for part in room:
        before = spare * passed // total
        passed += part
        shares.append(spare * passed // total - before)
    return [width + share for width, share in zip(widths, shares, strict=True)]
