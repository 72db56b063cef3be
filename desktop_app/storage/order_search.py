"""Any part of an order number, found without reading every order: an index of their trigrams (FTS5).

The index stores no order number, only which orders have which three characters in a row. Several of them in one
number need not stand together, so that a hit is a candidate: :func:`candidates` says what to ask, and the caller still
compares the number itself.
"""

from __future__ import annotations

NAME = "order_search"

TABLE = (
    f"CREATE VIRTUAL TABLE {NAME} USING fts5(order_no, content='orders', content_rowid='id', "
    "tokenize='trigram', detail='none', columnsize=0)"
)

OWN_TABLES = frozenset(f"{NAME}_{part}" for part in ("data", "idx", "config"))
"""What FTS5 keeps beside it; their text is SQLite's own."""

TRIGGERS = (
    f"CREATE TRIGGER tr_orders_found AFTER INSERT ON orders FOR EACH ROW "
    f"BEGIN INSERT INTO {NAME} (rowid, order_no) VALUES (NEW.id, NEW.order_no); END",
    f"CREATE TRIGGER tr_orders_lost AFTER DELETE ON orders FOR EACH ROW "
    f"BEGIN INSERT INTO {NAME} ({NAME}, rowid, order_no) VALUES ('delete', OLD.id, OLD.order_no); END",
    f"CREATE TRIGGER tr_orders_renamed AFTER UPDATE OF id, order_no ON orders FOR EACH ROW BEGIN "
    f"INSERT INTO {NAME} ({NAME}, rowid, order_no) VALUES ('delete', OLD.id, OLD.order_no); "
    f"INSERT INTO {NAME} (rowid, order_no) VALUES (NEW.id, NEW.order_no); END",
)

SHORTEST = 3
"""Fewer characters have no trigram."""

_MOST = 3


def candidates(text: str) -> str:
    """The FTS5 question for the orders whose number can hold ``text``, of at least :data:`SHORTEST` characters.

    The comparison knows no upper and lower case. Three trigrams narrow it down enough, those at the end best: numbers
    begin alike, with a date. Each one more costs time.
    """
    starts = [*range(len(text) - SHORTEST, -1, -3), 0][:_MOST]
    # SQLite ends a question at a NUL, and no number holds one
    trigrams = {text[start : start + SHORTEST].replace("\0", " ") for start in starts}
    return " AND ".join('"' + trigram.replace('"', '""') + '"' for trigram in sorted(trigrams))
