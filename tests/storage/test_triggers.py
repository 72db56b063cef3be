from __future__ import annotations

import itertools
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from desktop_app.domain.states import KEY_MOVES, ORDER_MOVES, REFUND_MOVES, REQUEST_MOVES, UNIT_MOVES, FeeDisclosure
from desktop_app.storage import audit
from desktop_app.storage.database import Database
from desktop_app.storage.tables import (
    DecisionRow,
    DeliveryRow,
    IntakeRow,
    MessageRow,
    OrderRow,
    ProofRow,
    RedemptionRow,
    RefundRow,
)
from desktop_app.storage.triggers import _REDEMPTION, trigger_statements

_HISTORY = (
    "shop",
    "policies",
    "deliveries",
    "redemptions",
    "messages",
    "decisions",
    "proofs",
    "intake",
    "events",
)


def _run(session: Session, statement: str) -> None:
    session.connection().exec_driver_sql(statement)


def _add_history(session: Session, at: datetime) -> None:
    session.add(DeliveryRow(unit_id=1, card_key_id=1, delivered_at=at, delivered_by="店主"))
    session.add(RedemptionRow(id=1, uid=b"r" * 16, unit_id=1, recorded_at=at, recorded_by="店主"))
    session.add(MessageRow(request_id=1, at=at, actor="note", kind="note", text="x", by="店主"))  # type: ignore[arg-type]
    session.add(IntakeRow(source="s", external_id="1", sha256="0", request_id=1, received_at=at))
    session.add(
        DecisionRow(
            id=1,
            request_id=1,
            order_id=1,
            policy_id=1,
            action="approve",  # type: ignore[arg-type]
            verdict_kind="approve_full",  # type: ignore[arg-type]
            verdict="{}",
            refund_fen=100,
            fee_fen=0,
            proposed_refund_fen=100,
            reply_zh="",
            reply_en="",
            decided_at=at,
            decided_by="店主",
        )
    )
    session.flush()
    session.add(
        RefundRow(id=1, decision_id=1, order_id=1, amount_fen=100, route="other", expected_at=at, created_at=at)  # type: ignore[arg-type]
    )
    session.add(
        ProofRow(
            proof_no="P1",
            unit_id=1,
            order_id=1,
            redemption_id=1,
            facts="{}",
            file_name="p.pdf",
            sha256="0",
            size=1,
            issued_at=at,
            issued_by="店主",
        )
    )
    session.flush()


@pytest.mark.parametrize(
    ("table", "moves"),
    [
        ("orders", ORDER_MOVES),
        ("units", UNIT_MOVES),
        ("card_keys", KEY_MOVES),
        ("requests", REQUEST_MOVES),
        ("refunds", REFUND_MOVES),
    ],
)
def test_the_database_allows_exactly_the_moves_of_the_domain(
    database: Database, at: datetime, table: str, moves: Mapping[StrEnum, frozenset[StrEnum]]
) -> None:
    with database.write() as session:
        _add_history(session, at)
        _run(session, "UPDATE orders SET paid_fen = 0, refunded_fen = 0")  # an unpaid order has no money
        _run(session, "DROP TRIGGER tr_card_keys_bin")  # looks at the deliveries of the key, not at its state alone
        move = next(statement for statement in trigger_statements() if f" tr_{table}_move " in statement)
        for before, after in itertools.product(moves, moves):
            _run(session, f"DROP TRIGGER tr_{table}_move")
            _run(session, f"UPDATE {table} SET state = '{before}' WHERE id = 1")
            _run(session, move)
            allowed = before == after or after in moves[before]
            _run(session, "SAVEPOINT move")
            with nullcontext() if allowed else pytest.raises(DBAPIError, match="not allowed"):
                _run(session, f"UPDATE {table} SET state = '{after}' WHERE id = 1")
            _run(session, "ROLLBACK TO move")


@pytest.mark.parametrize("table", _HISTORY)
@pytest.mark.parametrize("attack", ["update", "delete", "replace", "update or replace"])
def test_history_is_never_rewritten(database: Database, at: datetime, table: str, attack: str) -> None:
    with database.write() as session:
        _add_history(session, at)
        columns = session.connection().exec_driver_sql(f"PRAGMA table_info({table})").all()
    names = ", ".join(row[1] for row in columns)
    first = columns[0][1]
    statement = {
        "update": f"UPDATE {table} SET {columns[1][1]} = {columns[1][1]}",
        "delete": f"DELETE FROM {table}",
        "replace": f"INSERT OR REPLACE INTO {table} ({names}) SELECT {names} FROM {table} LIMIT 1",
        "update or replace": f"UPDATE OR REPLACE {table} SET {first} = {first} + 0",
    }[attack]
    with pytest.raises(IntegrityError), database.write() as session:
        _run(session, statement)


@pytest.mark.parametrize("table", ["orders", "units", "requests", "refunds", "batches"])
def test_what_happened_cannot_be_deleted_or_replaced(database: Database, at: datetime, table: str) -> None:
    with database.write() as session:
        _add_history(session, at)
    for statement in (f"DELETE FROM {table}", f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"):
        with pytest.raises(IntegrityError), database.write() as session:
            _run(session, statement)


def test_a_sold_key_cannot_be_put_back_by_replacing_it(database: Database) -> None:
    with database.write() as session:
        _run(session, "UPDATE card_keys SET state = 'delivered'")
        _run(session, "UPDATE card_keys SET state = 'redeemed'")
    columns = "product_id, batch_id, line, state_at, tag, sealed, note"
    attack = f"INSERT OR REPLACE INTO card_keys ({columns}, state) SELECT {columns}, 'in_stock' FROM card_keys"
    for statement in (attack, "DELETE FROM card_keys", "UPDATE card_keys SET state = 'in_stock'"):
        with pytest.raises(IntegrityError), database.write() as session:
            _run(session, statement)


def test_an_import_of_which_nothing_was_sold_can_be_undone_once(database: Database) -> None:
    undo = "UPDATE batches SET undone_at = 1, undone_by = '店主' WHERE id = 1"
    with pytest.raises(IntegrityError, match="keys are gone"), database.write() as session:
        _run(session, undo)
    with database.write() as session:
        _run(session, "DELETE FROM card_keys WHERE batch_id = 1")
        _run(session, undo)
    for statement in ("UPDATE batches SET undone_at = NULL, undone_by = NULL", "DELETE FROM batches"):
        with pytest.raises(IntegrityError, match="batches"), database.write() as session:
            _run(session, statement)


@pytest.mark.parametrize(
    "change",
    [
        "target_sealed = x'00'",
        "account_tag = x'00'",
        "policy_id = 2",
        "product_id = 2",
        "fee_disclosure = 'none'",
        "ordered_at = 0",
        "order_no = 'other'",
    ],
)
def test_what_the_purchase_agreed_stays_once_it_is_paid(database: Database, change: str) -> None:
    with pytest.raises(IntegrityError, match="agreed"), database.write() as session:
        _run(session, f"UPDATE orders SET {change}")


_ROTATE = "INSERT INTO vault_roots (generation, sealed, progress, replaced_at) VALUES ({}, x'00', '{{}}', 1)"


def test_sealed_values_change_only_while_the_keys_are_replaced(database: Database, at: datetime) -> None:
    changes = (
        "UPDATE orders SET target_sealed = x'02', account_tag = x'02'",
        "UPDATE redemptions SET target_sealed = x'02'",
    )
    with database.write() as session:
        _add_history(session, at)
        _run(session, "DROP TRIGGER tr_redemptions_keep")
        _run(session, "UPDATE redemptions SET target_sealed = x'01'")
        _run(session, "DROP TRIGGER tr_orders_target")
        _run(session, "UPDATE orders SET target_sealed = x'01', account_tag = x'01'")
        for statement in trigger_statements():
            if statement.split()[2] in ("tr_redemptions_keep", "tr_orders_target"):
                _run(session, statement)
    for change in changes:
        with pytest.raises(IntegrityError), database.write() as session:
            _run(session, change)
    with database.write() as session:
        _run(session, _ROTATE.format(1))
        for change in changes:
            _run(session, change)
    with database.read() as session:
        columns = {row[1] for row in session.connection().exec_driver_sql("PRAGMA table_info(redemptions)")}
    assert columns == {*_REDEMPTION, "target_sealed"}
    for statement in (
        "UPDATE orders SET target_sealed = NULL",
        "UPDATE orders SET account_tag = NULL",
        "UPDATE redemptions SET target_sealed = NULL",
        "UPDATE redemptions SET target_sealed = x'03', code = 'forged'",
        "UPDATE redemptions SET recorded_by = 'somebody else'",
        "UPDATE orders SET target_sealed = x'03', policy_id = 2",
    ):
        with pytest.raises(IntegrityError), database.write() as session:
            _run(session, statement)
    with database.write() as session:
        _run(session, "UPDATE vault_roots SET sealed = x'09', finished_at = 2")
    for change in changes:
        with pytest.raises(IntegrityError), database.write() as session:
            _run(session, change.replace("x'02'", "x'04'"))


def test_the_keys_are_replaced_once_at_a_time(database: Database) -> None:
    for statement in (_ROTATE.format(2), _ROTATE.format(0)):
        with pytest.raises(IntegrityError, match="before the next"), database.write() as session:
            _run(session, statement)
    with database.write() as session:
        _run(session, _ROTATE.format(1))
    for statement in (
        _ROTATE.format(2),
        "DELETE FROM vault_roots",
        "UPDATE vault_roots SET generation = 7",
        "UPDATE vault_roots SET replaced_at = 7",
    ):
        with pytest.raises(IntegrityError), database.write() as session:
            _run(session, statement)
    with database.write() as session:
        _run(session, "UPDATE vault_roots SET finished_at = 2")
    with pytest.raises(IntegrityError, match="ended"), database.write() as session:
        _run(session, "UPDATE vault_roots SET finished_at = NULL")
    with database.write() as session:
        _run(session, _ROTATE.format(2))


def test_an_unpaid_order_can_still_be_corrected(database: Database, at: datetime) -> None:
    with database.write() as session:
        session.add(
            OrderRow(
                id=2,
                order_no="T2",
                channel_id=1,
                policy_id=1,
                product_id=1,
                state="unpaid",  # type: ignore[arg-type]
                fee_disclosure=FeeDisclosure.CLEAR,
                ordered_at=at,
                created_at=at,
            )
        )
        session.flush()
        _run(session, "UPDATE orders SET target_sealed = x'00' WHERE id = 2")
        _run(session, "DELETE FROM orders WHERE id = 2")
    with database.read() as session:
        assert session.get(OrderRow, 2) is None


def test_events_leave_no_gap(database: Database, at: datetime) -> None:
    row: tuple[Any, ...] = ("{}", b"x" * 32, b"x" * 32)
    for seq in (None, 1, 3, 99):
        with pytest.raises(IntegrityError), database.write() as session:
            session.connection().exec_driver_sql(
                "INSERT INTO events (seq, body, leaf, head) VALUES (?, ?, ?, ?)", (seq, *row)
            )
    with database.write() as session:
        assert audit.append(session, shop_uuid=database.shop_uuid, kind="k", actor="a", at=at, entity="shop") == 2


def test_money_and_codes_are_checked(database: Database) -> None:
    for statement in (
        "UPDATE orders SET refunded_fen = paid_fen + 1",
        "UPDATE orders SET paid_fen = -1",
        "UPDATE orders SET state = 'lost'",
        "UPDATE orders SET paid_fen = 1.5",
        "UPDATE units SET order_id = 99",
        "UPDATE card_keys SET tag = x'00'",
    ):
        with pytest.raises(IntegrityError), database.write() as session:
            _run(session, statement)
