"""What a shop file is known by: its marks, its version, and the fingerprint of its schema.

Apart from :mod:`desktop_app.storage.schema`, which makes the tables: who only looks at a file needs none of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from desktop_app.storage import order_search

APPLICATION_ID = 0x4B4D444B
"""``KMDK`` in the header of the file."""

SCHEMA_VERSION = 3
"""SQLite's ``user_version`` of a shop that this program reads and writes; raised by one with every migration."""

FINGERPRINT = "a1c4d0e2abf58dfbae1e26d0c3653cf878ab72506161eca2a3638d300cfa929d"
"""That of the statements of this version (:func:`desktop_app.storage.schema.schema_statements`), so that nobody has to
write them out anew to look at a file. A test compares the two."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands in the header of an SQLite file."""

    application_id: int
    version: int
    changes: int  # of the schema; 0 before the first table

    @property
    def is_fresh(self) -> bool:
        """Nothing was ever stored: the shop has still to be made."""
        return self.application_id == 0 and self.changes == 0


def marks_of(pragma: Callable[[str], int]) -> Marks:
    """The marks as ``pragma`` answers for them."""
    return Marks(pragma("application_id"), pragma("user_version"), pragma("schema_version"))


def fingerprint(statements: Iterable[str]) -> str:
    """SHA-256 over the CREATE statements, whatever their order and spacing."""
    normal = sorted(" ".join(statement.split()) for statement in statements)
    return hashlib.sha256("\n".join(normal).encode()).hexdigest()


# ANALYZE, AUTOINCREMENT and FTS5 keep their own tables; automatic indexes have no text.
STORED = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
"""Name and text of what is in a file."""


def is_known(stored: Iterable[Sequence[Any]]) -> bool:
    """Whether the answer to :data:`STORED` is what this version makes."""
    return fingerprint(sql for name, sql in stored if name not in order_search.OWN_TABLES) == FINGERPRINT
