"""Blind indexes of all card keys, in a table in their own order: every key has one row there, and none has another's.

Triggers keep that, one key after the other. A large import stores its keys in the order of the lines and their tags in
the order of the tags, each at the end of a table or of the next page: half the work of one index that is met in the
order of the lines. For that time the rules for new rows are lifted, inside its transaction, and counted out at its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection

TABLE: Final = "card_tags"
SINCE: Final = 3
"""The version of the schema that made it; the update of an older shop fills it."""

_NEW_KEY: Final = (
    "CREATE TRIGGER tr_card_keys_tagged AFTER INSERT ON card_keys FOR EACH ROW BEGIN "
    "INSERT INTO card_tags (tag, card_key_id) VALUES (NEW.tag, NEW.id); "
    # an INSERT OR IGNORE passes its IGNORE on to the statement above
    "SELECT RAISE(ABORT, 'card_keys: another key has this tag') "
    "WHERE (SELECT card_key_id FROM card_tags WHERE tag = NEW.tag) IS NOT NEW.id; END"
)
_NEW_TAG: Final = (
    "CREATE TRIGGER tr_card_tags_own BEFORE INSERT ON card_tags FOR EACH ROW "
    "WHEN NOT EXISTS (SELECT 1 FROM card_keys WHERE id = NEW.card_key_id AND tag = NEW.tag) "
    "BEGIN SELECT RAISE(ABORT, 'card_tags: no key has this tag'); END"
)
_LIFTED: Final = (("tr_card_keys_tagged", _NEW_KEY), ("tr_card_tags_own", _NEW_TAG))

TRIGGERS: Final = (
    _NEW_KEY,
    _NEW_TAG,
    "CREATE TRIGGER tr_card_keys_tagged_anew AFTER UPDATE OF id, tag ON card_keys FOR EACH ROW "
    "WHEN NEW.tag IS NOT OLD.tag OR NEW.id IS NOT OLD.id BEGIN "
    "DELETE FROM card_tags WHERE tag = OLD.tag AND card_key_id = OLD.id; "
    "INSERT INTO card_tags (tag, card_key_id) VALUES (NEW.tag, NEW.id); "
    "SELECT RAISE(ABORT, 'card_keys: another key has this tag') "
    "WHERE (SELECT card_key_id FROM card_tags WHERE tag = NEW.tag) IS NOT NEW.id; END",
    "CREATE TRIGGER tr_card_keys_untagged AFTER DELETE ON card_keys FOR EACH ROW BEGIN "
    "DELETE FROM card_tags WHERE tag = OLD.tag AND card_key_id = OLD.id; END",
    "CREATE TRIGGER tr_card_tags_keep BEFORE UPDATE ON card_tags FOR EACH ROW "
    "BEGIN SELECT RAISE(ABORT, 'card_tags: rows are never changed'); END",
    "CREATE TRIGGER tr_card_tags_stay BEFORE DELETE ON card_tags FOR EACH ROW "
    "WHEN EXISTS (SELECT 1 FROM card_keys WHERE id = OLD.card_key_id AND tag = OLD.tag) "
    "BEGIN SELECT RAISE(ABORT, 'card_tags: a tag stays as long as its key'); END",
)

FILL: Final = "INSERT INTO card_tags (tag, card_key_id) SELECT tag, id FROM card_keys ORDER BY tag"
"""What makes the rows anew from the keys themselves."""

UNTAGGED: Final = (
    "SELECT k.id FROM card_keys k LEFT JOIN card_tags t ON t.tag = k.tag WHERE t.card_key_id IS NOT k.id ORDER BY k.id"
)
"""Keys that nobody finds by their text."""

STRAY: Final = (
    "SELECT t.card_key_id FROM card_tags t LEFT JOIN card_keys k ON k.id = t.card_key_id WHERE k.tag IS NOT t.tag "
    "ORDER BY t.card_key_id"
)
"""Numbers of keys that a tag names and that have another, or are gone: a new key would be taken for a known one."""

_COUNT: Final = "SELECT (SELECT count(*) FROM card_keys), (SELECT count(*) FROM card_tags)"


@contextmanager
def stored_apart(connection: Connection) -> Iterator[None]:
    """Within it, whoever stores keys stores their tags as well, each with the number of its key.

    An error must end the transaction: the rules come back only when the block ends in order.
    """
    for name, _ in _LIFTED:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, statement in _LIFTED:
        connection.exec_driver_sql(statement)
    keys, tags = connection.exec_driver_sql(_COUNT).one()
    if keys != tags:
        raise RuntimeError(f"{keys} card keys have {tags} tags")
