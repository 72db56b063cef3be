"""Every key has one row in the table of blind indexes, whatever is written and however."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from desktop_app.storage import card_tags, schema
from desktop_app.storage.database import Database

COLUMNS = "product_id, batch_id, line, state, state_at, tag, sealed, note"
OTHER = "zeroblob(16)"


def _another(tag: str, way: str = "INSERT") -> str:
    values = COLUMNS.replace("tag", tag).replace("line", "line + 1")
    return f"{way} INTO card_keys ({COLUMNS}) SELECT {values} FROM card_keys WHERE id = 1"


def _sound(connection: Connection) -> bool:
    rows = connection.exec_driver_sql("SELECT tag, id FROM card_keys ORDER BY tag").all()
    tags = connection.exec_driver_sql("SELECT tag, card_key_id FROM card_tags").all()
    found = [connection.exec_driver_sql(query).all() for query in (card_tags.UNTAGGED, card_tags.STRAY)]
    return rows == tags and found == [[], []]


@pytest.mark.parametrize(
    ("statement", "keys"),
    [
        (_another(OTHER), 2),
        (_another(OTHER, "INSERT OR IGNORE"), 2),
        ("UPDATE card_keys SET tag = zeroblob(16)", 1),
        ("UPDATE OR REPLACE card_keys SET tag = zeroblob(16)", 1),
        ("UPDATE card_keys SET id = 77", 1),
        ("UPDATE card_keys SET id = 77, tag = zeroblob(16)", 1),
        ("UPDATE card_keys SET tag = tag, note = 'x'", 1),
        (f"INSERT OR REPLACE INTO card_keys (id, {COLUMNS}) SELECT id, {COLUMNS} FROM card_keys", 1),
        (f"REPLACE INTO card_keys (id, {COLUMNS}) SELECT id, {COLUMNS.replace('tag', OTHER)} FROM card_keys", 1),
        ("DELETE FROM card_keys", 0),
    ],
)
def test_a_key_has_its_tag_after_every_way_of_writing(database: Database, statement: str, keys: int) -> None:
    with database.write() as session:
        connection = session.connection()
        connection.exec_driver_sql(statement)
        assert _sound(connection)
        assert connection.exec_driver_sql("SELECT count(*) FROM card_tags").scalar_one() == keys


@pytest.mark.parametrize(
    "statement",
    [
        _another("tag"),
        _another("tag", "INSERT OR IGNORE"),
        _another("tag", "INSERT OR REPLACE"),
        f"{_another(OTHER)} UNION ALL SELECT {COLUMNS.replace('tag', OTHER)} FROM card_keys",
        "UPDATE card_tags SET card_key_id = 2",
        "UPDATE card_tags SET tag = zeroblob(16)",
        "DELETE FROM card_tags",
        "INSERT INTO card_tags VALUES (zeroblob(16), 1)",
        "INSERT INTO card_tags VALUES (zeroblob(16), 2)",
        "INSERT OR REPLACE INTO card_tags SELECT tag, 2 FROM card_tags",
    ],
)
def test_no_two_keys_share_a_tag_and_none_loses_its_own(database: Database, statement: str) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.connection().exec_driver_sql(statement)
    with database.read() as session:
        assert _sound(session.connection())


@pytest.mark.parametrize("way", ["UPDATE", "UPDATE OR IGNORE", "UPDATE OR REPLACE"])
def test_a_tag_is_never_taken_from_another_key(database: Database, way: str) -> None:
    with database.write() as session:
        session.connection().exec_driver_sql(_another(OTHER))
    with pytest.raises(IntegrityError), database.write() as session:
        session.connection().exec_driver_sql(f"{way} card_keys SET tag = zeroblob(16) WHERE id = 1")
    with database.read() as session:
        assert _sound(session.connection())


def test_keys_and_tags_can_be_stored_apart(database: Database, at: datetime) -> None:
    with database.write() as session, card_tags.stored_apart(connection := session.connection()):
        connection.exec_driver_sql(_another(OTHER))
        connection.exec_driver_sql("INSERT INTO card_tags VALUES (zeroblob(16), 2)")
    with database.read() as session:
        schema.check_schema(session.connection(), database.path)
        assert _sound(session.connection())
    with pytest.raises(IntegrityError), database.write() as session:
        session.connection().exec_driver_sql(_another(OTHER))


def _forgotten(connection: Connection) -> None:
    connection.exec_driver_sql(_another(OTHER))


def _twice(connection: Connection) -> None:
    connection.exec_driver_sql(_another("tag"))
    connection.exec_driver_sql("INSERT INTO card_tags SELECT tag, 2 FROM card_keys WHERE id = 2")


def _broken_off(connection: Connection) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("fault", [_forgotten, _twice, _broken_off])
def test_what_goes_wrong_apart_leaves_shop_and_rules_as_they_were(
    database: Database, fault: Callable[[Connection], None]
) -> None:
    errors = (RuntimeError, DBAPIError, KeyboardInterrupt)
    with pytest.raises(errors), database.write() as session, card_tags.stored_apart(connection := session.connection()):
        fault(connection)
    with database.read() as session:
        schema.check_schema(session.connection(), database.path)
        assert _sound(session.connection())
        assert session.connection().exec_driver_sql("SELECT count(*) FROM card_keys").scalar_one() == 1


def test_a_new_shop_has_large_pages(database: Database) -> None:
    raw = sqlite3.connect(database.path)
    assert raw.execute("PRAGMA page_size").fetchone() == (8192,)
    raw.close()
