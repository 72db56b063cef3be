from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from desktop_app.domain.errors import BadInputError, CancelledError
from desktop_app.domain.states import OrderState
from desktop_app.storage import audit
from desktop_app.storage.column_types import from_micros
from desktop_app.storage.database import Database
from desktop_app.storage.tables import EventRow

EVENTS = 12


@pytest.fixture
def log(database: Database, at: datetime) -> Database:
    """A log of 12 events; the first came with the shop."""
    with database.write() as session:
        for number in range(2, EVENTS + 1):
            audit.append(
                session,
                shop_uuid=database.shop_uuid,
                kind="order.delivered",
                actor="店主",
                at=at + timedelta(microseconds=number),
                entity="orders",
                entity_id=number,
                order_id=7,
                facts={"from": OrderState.PAID, "to": OrderState.SHIPPED, "tag": b"\x01\xff"},
            )
    return database


def _problem(database: Database, **more: object) -> int | None:
    with database.read() as session:
        found = audit.verify(session, shop_uuid=database.shop_uuid, **more)  # type: ignore[arg-type]
    return None if found is None else int(str(found.facts["seq"]))


def test_the_chain_is_what_the_design_says(log: Database) -> None:
    head = hashlib.sha256(b"KMAUDIT1" + UUID(log.shop_uuid).bytes).digest()
    with log.read() as session:
        for row in session.exec(select(EventRow).order_by(col(EventRow.seq))):
            leaf = hashlib.sha256(b"\x00" + row.body.encode()).digest()
            head = hashlib.sha256(b"\x01" + head + leaf).digest()
            assert (row.leaf, row.head) == (leaf, head)
        assert audit.tail(session, shop_uuid=log.shop_uuid) == (EVENTS, head)
    assert _problem(log) is None


def test_columns_are_read_from_the_body(log: Database, at: datetime) -> None:
    with log.read() as session:
        row = session.exec(select(EventRow).where(col(EventRow.entity_id) == 5)).one()
        found = session.exec(select(EventRow.seq).where(col(EventRow.order_id) == 7)).all()
    assert (row.actor, row.kind, row.entity, row.order_id) == ("店主", "order.delivered", "orders", 7)
    assert row.at == at + timedelta(microseconds=5)
    body = json.loads(row.body)
    assert from_micros(body["at"]) == row.at
    assert body["facts"] == {"from": "paid", "to": "shipped", "tag": "01ff"}
    assert list(found) == list(range(2, EVENTS + 1))


def _without_triggers(database: Database, attack: Callable[[sqlite3.Connection], None]) -> None:
    """As somebody who opens the file with a tool and knows what to switch off."""
    raw = sqlite3.connect(database.path)
    for name in ("keep", "stay", "next"):
        raw.execute(f"DROP TRIGGER tr_events_{name}")
    attack(raw)
    raw.commit()
    raw.close()


def _body(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE events SET body = replace(body, '店主', '别人') WHERE seq = 5")


def _leaf(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE events SET leaf = zeroblob(32) WHERE seq = 5")


def _head(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE events SET head = zeroblob(32) WHERE seq = 5")


def _body_and_leaf(raw: sqlite3.Connection) -> None:
    body = raw.execute("SELECT replace(body, '店主', '别人') FROM events WHERE seq = 5").fetchone()[0]
    raw.execute("UPDATE events SET body = ?, leaf = ? WHERE seq = 5", (body, audit.leaf_hash(body)))


def _delete(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM events WHERE seq = 5")


def _delete_first(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM events WHERE seq = 1")


def _close_the_gap(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM events WHERE seq = 5")
    for seq in range(6, EVENTS + 1):
        raw.execute("UPDATE events SET seq = ? WHERE seq = ?", (seq - 1, seq))


def _swap(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE events SET seq = 100 WHERE seq = 5")
    raw.execute("UPDATE events SET seq = 5 WHERE seq = 6")
    raw.execute("UPDATE events SET seq = 6 WHERE seq = 100")


@pytest.mark.parametrize(
    ("attack", "seq"),
    [
        (_body, 5),
        (_leaf, 5),
        (_head, 5),
        (_body_and_leaf, 5),
        (_delete, 5),
        (_delete_first, 1),
        (_close_the_gap, 5),
        (_swap, 5),
    ],
)
def test_tampering_is_found_where_it_begins(
    log: Database, attack: Callable[[sqlite3.Connection], None], seq: int
) -> None:
    _without_triggers(log, attack)
    assert _problem(log) == seq


def _truncate(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM events WHERE seq > 8")


def test_a_chain_cut_off_or_computed_anew_needs_an_anchor(log: Database) -> None:
    with log.read() as session:
        seq, head = audit.tail(session, shop_uuid=log.shop_uuid)
    anchors = {seq: head}
    assert _problem(log, anchors=anchors) is None
    _without_triggers(log, _truncate)
    assert _problem(log) is None
    assert _problem(log, anchors=anchors) == seq


def test_the_log_of_another_shop_does_not_verify(log: Database) -> None:
    with log.read() as session:
        assert audit.verify(session, shop_uuid=str(UUID(int=1))) is not None


def test_an_event_goes_with_its_transaction(log: Database, at: datetime) -> None:
    def cancelled() -> None:
        with log.write() as session:
            audit.append(session, shop_uuid=log.shop_uuid, kind="x", actor="a", at=at, entity="orders")
            raise CancelledError("stopped", "已取消")

    with pytest.raises(CancelledError):
        cancelled()
    with log.read() as session:
        assert audit.tail(session, shop_uuid=log.shop_uuid)[0] == EVENTS


def test_verification_can_be_cancelled(log: Database) -> None:
    def stop(done: int, total: int) -> None:
        raise CancelledError("stopped", "已取消")

    with log.read() as session, pytest.raises(CancelledError):
        audit.verify(session, shop_uuid=log.shop_uuid, progress=stop)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(_JSON)
@settings(max_examples=80)
def test_canonical_text_reads_back_and_is_stable(value: object) -> None:
    try:
        text = audit.canonical(value)
    except BadInputError:
        assert any(0xD800 <= ord(symbol) <= 0xDFFF for symbol in str(value))
        return
    assert json.loads(text) == value
    assert audit.canonical(json.loads(text)) == text


def test_canonical_text_of_times_and_codes() -> None:
    east = timezone(timedelta(hours=8))
    assert audit.canonical({"b": datetime(1970, 1, 1, 8, 0, 1, tzinfo=east), "a": OrderState.PAID, "c": (1, True)}) == (
        '{"a":"paid","b":1000000,"c":[1,true]}'
    )
    assert audit.canonical(datetime(1970, 1, 1, tzinfo=UTC)) == "0"


@pytest.mark.parametrize("value", [1.0, float("nan"), {1: "x"}, object(), {"a": {1.5}}])
def test_what_json_cannot_keep_exactly_is_a_bug(value: object) -> None:
    with pytest.raises(TypeError):
        audit.canonical(value)


@pytest.mark.parametrize("value", [2**53, -(2**53)])
def test_large_numbers_are_a_bug(value: int) -> None:
    with pytest.raises(ValueError, match="too large"):
        audit.canonical(value)


def test_half_a_character_is_told() -> None:
    with pytest.raises(BadInputError):
        audit.canonical({"text": "a\ud800b"})
