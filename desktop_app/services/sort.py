"""How a list is sorted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sort:
    """``key`` is one of the listing's sort keys; an unknown key is a bug of the caller."""

    key: str
    descending: bool = False
