"""Numbers of new rows in a salvaged shop: none is given again that a lost row had.

Events, signatures and issued papers name rows by their numbers, and SQLite gives the number after the last row that is
there. Where the last rows of a table were lost, the event of the salvage says up to which number they went.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, Engine, event, inspect
from sqlmodel import Session

_GIVEN: Final = "numbers that were given"


def remember(engine: Engine, given: Mapping[str, int]) -> None:
    """Connections of ``engine`` know the last numbers that were given, by table; ``given`` may be filled later."""

    @event.listens_for(engine, "connect")
    def _note(_connection: Any, record: Any) -> None:
        record.info[_GIVEN] = given


def keep(session: Session, given: Mapping[str, int]) -> None:
    """New rows of ``session`` get numbers beyond those in ``given``, which its engine remembers."""
    if given:
        event.listen(session, "before_flush", _number)


def next_number(connection: Connection, table: str) -> int:
    """The number of the next row of ``table``, whose rows are numbered by ``id``."""
    last = connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table}").scalar_one()
    given: Mapping[str, int] = connection.info.get(_GIVEN, {})
    return max(int(last), given.get(table, 0)) + 1


def _number(session: Session, _context: Any, _instances: Any) -> None:
    connection = session.connection()
    given: Mapping[str, int] = connection.info[_GIVEN]
    following: dict[str, int] = {}
    for row in sorted(session.new, key=lambda one: inspect(one).insert_order):
        table = row.__tablename__
        if table not in given or getattr(row, "id", 0) is not None:
            continue
        number = following.get(table) or next_number(connection, table)
        if number <= given[table] + 1 or table in following:
            row.id = number
            following[table] = number + 1
