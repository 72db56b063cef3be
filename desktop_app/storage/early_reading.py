"""A first look into a shop file before the program is ready to open it: read only, and only where nothing is odd.

Opening a shop checks more, and before anything else is done with it. Here the answer to every doubt is that there is
nothing to be read yet: nobody is told, because opening the shop comes next and tells it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from desktop_app.domain.errors import StorageError
from desktop_app.storage.data_folder import PLAN, check_regular_file, was_left_open
from desktop_app.storage.shop_marks import APPLICATION_ID, SCHEMA_VERSION, STORED, is_known, marks_of

_SHOP = "shop.db"
_BUSY_SECONDS = 0.05
"""Somebody who writes just now is not waited for."""


@contextmanager
def early_connection(data_dir: Path) -> Iterator[sqlite3.Connection | None]:
    """A connection in one snapshot that cannot write, or None.

    None when there is no shop, when the program that had it died (its file is checked first), when a transaction or a
    restore has to be finished, and when the file is not exactly what this version makes. ``sqlite3.Error`` when it
    cannot be read.
    """
    path = data_dir / _SHOP
    if not _is_whole(data_dir):
        yield None
        return
    # Unlike "immutable" this takes SQLite's lock for reading; a transaction to be undone is an error here.
    with closing(
        sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
    ) as connection:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA mmap_size = 0")
        connection.execute("BEGIN")
        marks = marks_of(lambda name: int(connection.execute(f"PRAGMA {name}").fetchone()[0]))
        is_ours = marks.application_id == APPLICATION_ID and marks.version == SCHEMA_VERSION
        yield connection if is_ours and is_known(connection.execute(STORED)) else None


def _is_whole(data_dir: Path) -> bool:
    """Whether the last who used the shop left nothing to be done."""
    try:
        is_there = check_regular_file(data_dir / _SHOP)
        journals = [data_dir / (_SHOP + ending) for ending in ("-journal", "-wal")]
        is_pending = any(check_regular_file(file) and file.stat().st_size for file in journals)
    except (StorageError, OSError):
        return False
    return is_there and not is_pending and not (data_dir / PLAN).exists() and not was_left_open(data_dir)
