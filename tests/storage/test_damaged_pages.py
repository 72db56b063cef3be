"""Pages read without SQLite: as SQLite wrote them all of them, and of anything else none."""

from __future__ import annotations

import io
import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from desktop_app.storage.damaged_pages import TABLE_LEAF, TREE_PAGES, DamagedPages
from desktop_app.storage.damaged_trees import DamagedTrees, Holes
from desktop_app.storage.salvaging import copy_readable, read_part

SIZES = (512, 1024, 4096, 8192, 65536)


def _made(path: Path, size: int) -> dict[int, tuple[object, ...]]:
    """Rows of all sizes and kinds, many of them deleted again."""
    values = random.Random(size)
    rows = {}
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {size}")
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c BLOB) STRICT")
        connection.execute("CREATE INDEX i ON t (b)")
        connection.execute("BEGIN")
        for i in range(600):
            length = values.choice([0, 3, 40, 400, 5000])
            key = i * 3 if i % 7 else -i
            row = (
                values.choice([None, 0, 1, -1, 2 ** values.randrange(62)]),
                "字" * length,
                values.randbytes(length // 2),
            )
            if key not in rows:
                connection.execute("INSERT INTO t VALUES (?, ?, ?, ?)", (key, *row))
                rows[key] = (None, *row)
        for key in values.sample(sorted(rows), 200):
            connection.execute("DELETE FROM t WHERE id = ?", (key,))
            del rows[key]
        connection.execute("COMMIT")
    return rows


@pytest.mark.parametrize("size", SIZES)
def test_what_sqlite_wrote_is_read_whole(tmp_path: Path, size: int) -> None:
    rows = _made(tmp_path / "t.db", size)
    pages = DamagedPages((tmp_path / "t.db").read_bytes())
    assert pages.size == size
    free, is_whole = pages.free_pages()
    assert is_whole
    trees = DamagedTrees(pages)
    lines, is_whole = trees.schema(frozenset(free))
    assert is_whole
    root = next(line.root for line in lines if line.name == "t")
    holes = Holes()
    assert {key: row for some in trees.table(root, holes) for key, row in some} == rows
    assert not holes
    index = next(line.root for line in lines if line.name == "i")
    entries = list(trees.index(index))
    assert sorted((entry[-1], entry[0]) for entry in entries if entry is not None) == sorted(
        (key, row[2]) for key, row in rows.items()
    )


@pytest.mark.parametrize("size", [1024, 8192])
def test_a_page_that_is_torn_gives_nothing_or_what_was_there(tmp_path: Path, size: int) -> None:
    """Half of a page is zeros, as after a power cut: no row is made up of what is left."""
    rows = _made(tmp_path / "t.db", size)
    data = (tmp_path / "t.db").read_bytes()
    for number in range(2, len(data) // size + 1):
        if data[(number - 1) * size] not in TREE_PAGES:
            continue
        for begin, end in ((0, size // 2), (size // 2, size)):
            torn = bytearray(data)
            torn[(number - 1) * size + begin : (number - 1) * size + end] = bytes(end - begin)
            pages = DamagedPages(bytes(torn))
            page = pages.page(number)
            if page is not None and page.kind == TABLE_LEAF:
                assert all(row is None or rows.get(key) == row for key, row in pages.rows(page))


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_page_and_no_error(seed: int) -> None:
    values = random.Random(seed)
    noise = bytearray(values.randbytes(8192 * 8))
    for number in range(8):
        noise[number * 8192] = values.choice(sorted(TREE_PAGES))
    pages = DamagedPages(bytes(noise))
    pages.free_pages()
    assert [number for number in range(1, pages.count + 1) if pages.page(number) is not None] == []


class _BadDisk(io.BytesIO):
    """Some sectors cannot be read."""

    bad = range(8, 10)

    def read(self, size: int | None = -1, /) -> bytes:
        at = self.tell()
        wanted = size if size is not None and size >= 0 else len(self.getbuffer()) - at
        if any(sector * 4096 < at + wanted and at < (sector + 1) * 4096 for sector in self.bad):
            raise OSError(5, "Input/output error")
        return super().read(size)


def _parts(disk: _BadDisk, size: int) -> Iterator[bytes]:
    at = 0
    while at < size:
        part = read_part(disk, at, min(1 << 20, size - at))
        yield part
        at += len(part)


def test_sectors_that_the_disk_does_not_give_out_are_zeros_and_the_others_are_there() -> None:
    data = os.urandom(20 * 4096 + 100)
    copied = b"".join(_parts(_BadDisk(data), len(data)))
    wanted = bytearray(data)
    wanted[8 * 4096 : 10 * 4096] = bytes(2 * 4096)
    assert copied == bytes(wanted)


def test_what_stands_in_a_wal_is_read_also_when_the_first_page_of_the_file_is_lost(tmp_path: Path) -> None:
    source = tmp_path / "live.db"
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT) STRICT")
        connection.execute("INSERT INTO t VALUES (1, 'old')")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("UPDATE t SET a = 'new'")
        connection.execute("CREATE TABLE u (id INTEGER PRIMARY KEY) STRICT")
        for ending in ("", "-wal"):
            (tmp_path / f"dead.db{ending}").write_bytes((tmp_path / f"live.db{ending}").read_bytes())
    dead = tmp_path / "dead.db"
    dead.write_bytes(os.urandom(8192) + dead.read_bytes()[8192:])
    before = dead.read_bytes(), (tmp_path / "dead.db-wal").read_bytes()
    copy_readable(dead, tmp_path / "copy.db", lambda: None)
    assert (dead.read_bytes(), (tmp_path / "dead.db-wal").read_bytes()) == before
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("SELECT a FROM t").fetchall() == [("new",)]
