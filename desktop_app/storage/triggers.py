"""Rules that the database keeps even against our own mistakes: allowed moves, rows that are never rewritten.

The moves come from the domain, so that code and database cannot disagree. ``recursive_triggers`` must be on (see
:mod:`desktop_app.storage.database`): only then does ``INSERT OR REPLACE`` run the BEFORE DELETE triggers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from desktop_app.domain.states import KEY_MOVES, ORDER_MOVES, REFUND_MOVES, REQUEST_MOVES, UNIT_MOVES
from desktop_app.storage import card_tags, order_search

_MOVES: Mapping[str, Mapping[Any, frozenset[Any]]] = {
    "orders": ORDER_MOVES,
    "units": UNIT_MOVES,
    "card_keys": KEY_MOVES,
    "requests": REQUEST_MOVES,
    "refunds": REFUND_MOVES,
}

APPEND_ONLY = (
    "shop",
    "policies",
    "deliveries",
    "messages",
    "decisions",
    "decision_units",
    "proofs",
    "intake",
    "events",
    "checkpoints",
    "proof_signatures",
    "redemption_imports",
    "redemption_import_lines",
    "statements",
    "dossiers",
    "dispute_steps",
    "prints",
    "printed_proofs",
)

# What INSERT OR REPLACE could rewrite. A key that never left the stock may go with its batch, and an order that was
# never paid may be taken back; everything else is history.
_DELETABLE: Mapping[str, str | None] = {
    "card_keys": "OLD.state NOT IN ('in_stock', 'binned')",
    "orders": "OLD.state <> 'unpaid'",
    "units": "(SELECT state FROM orders WHERE id = OLD.order_id) <> 'unpaid'",
    "batches": None,
    "requests": None,
    "request_units": None,
    "evidence": None,
    "refunds": None,
    "escalations": None,
    "signing_identities": None,
    "redemptions": None,
    "statement_lines": None,
    "vault_roots": None,
}

_ROTATING = "EXISTS (SELECT 1 FROM vault_roots WHERE finished_at IS NULL)"

# Sealed anew while the keys of the vault are replaced, and only then; what was empty stays empty.
_ORDER_TARGET = ("target_sealed", "account_tag")

_REDEMPTION = (
    *("id", "uid", "unit_id", "redeemed_at", "code", "source", "stated_by", "note", "replaces_id"),
    *("recorded_at", "recorded_by"),
)
"""All columns of ``redemptions`` but the sealed one."""

_COUNTS = ("line_count", "new_count", "blank_count", "file_duplicates", "shop_duplicates", "malformed_count")

# What the purchase agreed stays as it was once money came (seed A4, A37), and what came in as it came.
_FROZEN: Mapping[str, tuple[tuple[str, ...], str]] = {
    "orders": (
        ("order_no", "channel_id", "policy_id", "product_id", "fee_disclosure", "ordered_at"),
        "OLD.state <> 'unpaid'",
    ),
    "units": (
        ("order_id", "ref", "list_fen", "net_fen"),
        "(SELECT state FROM orders WHERE id = OLD.order_id) <> 'unpaid'",
    ),
    "products": (("reusable",), "EXISTS (SELECT 1 FROM card_keys WHERE product_id = OLD.id)"),
    "batches": (("product_id", "source", "sha256", *_COUNTS, "imported_at", "imported_by"), "1"),
    "requests": (("order_id", "requested_at", "received_at"), "1"),
    "refunds": (("decision_id", "order_id", "amount_fen"), "1"),
    # the key itself is sealed anew when the keys of the vault change
    "signing_identities": (
        ("uid", "origin", "certificate", "chain", "fingerprint", "previous_id", "cross_signature", "created_at"),
        "1",
    ),
    "statement_lines": (
        (
            *("statement_id", "line", "platform", "identity", "kind", "at", "amount_fen"),
            *("trade_no", "merchant_no", "refund_no", "merchant_refund_no", "state"),
        ),
        "1",
    ),
    "vault_roots": (("generation", "replaced_at"), "1"),
    "evidence": (("order_id", "kind", "stored_name", "sha256", "size", "added_at"), "1"),
}

_KEY_TAKEN = (
    "NEW.card_key_id IS NOT NULL "
    "AND EXISTS (SELECT 1 FROM units WHERE card_key_id = NEW.card_key_id AND id IS NOT NEW.id) "
    "AND NOT (SELECT p.reusable FROM card_keys k JOIN products p ON p.id = k.product_id WHERE k.id = NEW.card_key_id)"
)


def trigger_statements() -> Iterator[str]:
    """One CREATE TRIGGER statement after the other, in a fixed order."""
    for table, moves in _MOVES.items():
        yield _trigger(table, "move", "UPDATE OF state", _move_forbidden(moves), "this move of state is not allowed")
    for table in APPEND_ONLY:
        yield _trigger(table, "keep", "UPDATE", None, "rows are never changed")
        yield _trigger(table, "stay", "DELETE", None, "rows are never deleted")
    for table, condition in _DELETABLE.items():
        yield _trigger(table, "stay", "DELETE", condition, "this row is history and stays")
    for table, (columns, condition) in _FROZEN.items():
        event = f"UPDATE OF {', '.join(columns)}"
        frozen = f"{condition} AND ({_differ(columns)})"
        yield _trigger(table, "frozen", event, frozen, "this was agreed and stays as it was")
    yield _trigger(
        "orders",
        "target",
        f"UPDATE OF {', '.join(_ORDER_TARGET)}",
        f"OLD.state <> 'unpaid' AND ({_differ(_ORDER_TARGET)}) AND NOT ({_ROTATING} AND {_as_empty(_ORDER_TARGET)})",
        "this was agreed and stays as it was",
    )
    yield _trigger(
        "redemptions",
        "keep",
        "UPDATE",
        f"{_differ(_REDEMPTION)} OR NOT ({_ROTATING} AND {_as_empty(('target_sealed',))})",
        "rows are never changed",
    )
    yield _trigger(
        "vault_roots",
        "next",
        "INSERT",
        f"{_ROTATING} OR NEW.generation IS NOT (SELECT coalesce(max(generation), 0) + 1 FROM vault_roots)",
        "one replacement of the keys ends before the next begins",
    )
    yield _trigger("vault_roots", "done", "UPDATE OF finished_at", "OLD.finished_at IS NOT NULL", "it ended already")
    yield from order_search.TRIGGERS
    yield from card_tags.TRIGGERS
    yield _trigger(
        "card_keys",
        "bin",
        "UPDATE OF state",
        "NEW.state = 'binned' AND EXISTS (SELECT 1 FROM deliveries WHERE card_key_id = OLD.id)",
        "a key that was delivered is history and stays",
    )
    for name, event in (("key", "INSERT"), ("keys", "UPDATE OF card_key_id")):
        yield _trigger("units", name, event, _KEY_TAKEN, "another unit has this key")
    yield _trigger("batches", "undone", "UPDATE", "OLD.undone_at IS NOT NULL", "an undone import stays as it is")
    yield _trigger(
        "batches",
        "undo",
        "UPDATE OF undone_at",
        "NEW.undone_at IS NOT NULL AND EXISTS (SELECT 1 FROM card_keys WHERE batch_id = OLD.id)",
        "an import is undone when its keys are gone",
    )
    yield _trigger("refunds", "first", "INSERT", "NEW.state <> 'due'", "a refund begins as due")
    yield _trigger("requests", "first", "INSERT", "NEW.state = 'decided'", "a request is decided after it came in")
    yield _trigger(
        "events",
        "next",
        "INSERT",
        "NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)",
        "events follow one another without a gap",
    )


def _trigger(table: str, name: str, event: str, condition: str | None, reason: str) -> str:
    when = f"WHEN {condition} " if condition else ""
    return (
        f"CREATE TRIGGER tr_{table}_{name} BEFORE {event} ON {table} FOR EACH ROW {when}"
        f"BEGIN SELECT RAISE(ABORT, '{table}: {reason}'); END"
    )


def _differ(columns: Iterable[str]) -> str:
    return " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)


def _as_empty(columns: Iterable[str]) -> str:
    return " AND ".join(f"(NEW.{column} IS NULL) = (OLD.{column} IS NULL)" for column in columns)


def _move_forbidden(moves: Mapping[StrEnum, frozenset[StrEnum]]) -> str:
    allowed = [
        f"(OLD.state = '{before}' AND NEW.state IN ({', '.join(repr(str(state)) for state in sorted(after))}))"
        for before, after in moves.items()
        if after
    ]
    return f"OLD.state <> NEW.state AND NOT ({' OR '.join(allowed)})"
