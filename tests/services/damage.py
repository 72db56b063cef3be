"""A shop file that is damaged on purpose, and what could be saved of it at best."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from desktop_app.storage.damaged_pages import DamagedPages
from desktop_app.storage.damaged_trees import DamagedTrees
from desktop_app.storage.salvage_model import Model

PAGE = 8192

Rows = dict[tuple[str, int], tuple[Any, ...]]


def rows_of(path: Path) -> Rows:
    """Every row that a salvage has to bring back, by table and number."""
    model = Model(3)
    found: Rows = {}
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        for table in model.tables.values():
            columns = ", ".join(f'"{column}"' for column in table.columns)
            for number, *row in connection.execute(f'SELECT rowid, {columns} FROM "{table.name}"'):
                found[(table.name, number)] = tuple(row)
    model.close()
    return found


def places_of(path: Path) -> dict[tuple[str, int], set[int]]:
    """The pages that a row stands in: its leaf, and those it goes on in."""
    data = path.read_bytes()
    pages = DamagedPages(data)
    lines, _ = DamagedTrees(pages).schema(frozenset())
    model = Model(3)
    found: dict[tuple[str, int], set[int]] = {}
    for line in lines:
        for number in _leaves(pages, line.root) if line.kind == "table" and line.name in model.tables else ():
            page = pages.page(number)
            assert page is not None
            for cell in page.cells:
                places = {number}
                following = cell.overflow
                while following:
                    places.add(following)
                    at = (following - 1) * PAGE
                    following = int.from_bytes(data[at : at + 4], "big")
                found[(line.name, cell.key)] = places
    model.close()
    return found


def _leaves(pages: DamagedPages, root: int) -> Iterator[int]:
    page = pages.page(root)
    assert page is not None
    if page.is_interior:
        for child in (*(cell.child for cell in page.cells), page.right):
            yield from _leaves(pages, child)
    else:
        yield root


def root_of(path: Path, name: str) -> int:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        return int(connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0])


def leaves_of(path: Path, name: str) -> list[int]:
    """The leaves of a table in the order of its rows."""
    return list(_leaves(DamagedPages(path.read_bytes()), root_of(path, name)))


def page_count(path: Path) -> int:
    return path.stat().st_size // PAGE


def destroy(path: Path, numbers: Iterable[int], *, seed: int = 0) -> None:
    """Write noise over pages."""
    noise = random.Random(seed)
    with path.open("rb+") as stream:
        for number in numbers:
            stream.seek((number - 1) * PAGE)
            stream.write(noise.randbytes(PAGE))


def some_pages(path: Path, count: int, seed: int) -> list[int]:
    return random.Random(seed).sample(range(1, page_count(path) + 1), count)


def digests(folder: Path) -> dict[str, str]:
    """What every file of the shop holds, so that nothing is written unseen."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """The file without its rules, for what only a test does to it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")


def without(folder: Path, *names: str) -> None:
    """Take the journal or the backups away."""
    for name in names:
        shutil.rmtree(folder / name)
