"""Writes the revision of a schema version that is not released yet, and the fixture that later versions start from.

    python -m tests.storage.freeze_version            the revision and the fingerprint of the present version
    python -m tests.storage.freeze_version --fixture   and its shop file, when it is released

What an earlier revision made is frozen: a statement of it that changed needs a migration written by hand.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from uuid import UUID

from sqlmodel import Session

from desktop_app.domain.states import FeeDisclosure, OrderState, PlatformKind, ProductKind, RequestState
from desktop_app.storage import audit, schema
from desktop_app.storage.database import FILE_NAME, Database
from desktop_app.storage.tables import (
    BatchRow,
    CardKeyRow,
    ChannelRow,
    OrderRow,
    PolicyRow,
    ProductRow,
    RequestRow,
    UnitRow,
)
from desktop_app.storage.vault import Vault
from desktop_app.storage.vault_slots import Argon2Cost, save_slot

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ROOT / "desktop_app/storage/migrations/versions"
MARKS = ROOT / "desktop_app/storage/shop_marks.py"
REVISION = VERSIONS / "r0003_card_tags.py"
SUBJECT = "The blind indexes of card keys in a table of their own"
EARLIER = ("r0001_first", "r0002_disputes")
REBUILT = ("card_keys",)
"""Tables that changed: their indexes go with the old one, and how the rows move stands below the statements."""
FIXTURE = ROOT / f"tests/fixtures/shop_v{schema.SCHEMA_VERSION}.db"
PASSWORD = "correct horse battery"
CARD = "KM-FIXTURE-0001----13579"
AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PRODUCT_UID = bytes(range(16))


_UPGRADE = '''

def upgrade() -> None:
    """Make the new tables and indexes; the caller adds the triggers."""
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
'''


def revision_text() -> str:
    """The module of the present revision: what the tables say and no earlier revision made, then what is there."""
    made = {
        _normal(text)
        for name in EARLIER
        for text in import_module(f"desktop_app.storage.migrations.versions.{name}").STATEMENTS
    }
    blocks = []
    for statement in schema.schema_statements():
        if statement.startswith(("CREATE TRIGGER", "CREATE TABLE alembic_version")):
            continue
        is_rebuilt = statement.startswith("CREATE INDEX") and any(f" ON {table} " in statement for table in REBUILT)
        if _normal(statement) in made and not is_rebuilt:
            continue
        lines = [line.replace("\t", "    ").rstrip() for line in statement.splitlines()]
        blocks.append("\n".join(['    """', *(f"    {line}" for line in lines), '    """,']))
    head = (
        f'"""{SUBJECT}.\n\nIts statements are written by tests/storage/freeze_version.py and never edited.\n"""\n\n'
        "from __future__ import annotations\n\nfrom alembic import op\n\n"
        f'revision = "{schema.HEAD_REVISION}"\ndown_revision = "{int(schema.HEAD_REVISION) - 1:04}"\n\nSTATEMENTS = (\n'
    )
    by_hand = REVISION.read_text(encoding="utf-8").partition("\n)\n")[2] if REVISION.exists() else _UPGRADE
    return head + "\n".join(_wrapped(block) for block in blocks) + "\n)\n" + by_hand


def _normal(statement: str) -> str:
    return re.sub(r"\s+", " ", statement).strip()


def marks_text() -> str:
    """The module of the marks with the fingerprint of the present statements."""
    present = f'FINGERPRINT = "{schema.fingerprint(schema.schema_statements())}"'
    return re.sub(r'FINGERPRINT = "[0-9a-f]*"', present, MARKS.read_text(encoding="utf-8"))


def write_fixture(path: Path) -> None:
    """A shop with one key, one order and one request, sealed with a cheap password."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "shop", FILE_NAME)
        Database.create(made, at=AT, fill=_fill).close()
        shutil.copyfile(made, path)  # alone: what else a data folder holds is not part of the version


def _fill(session: Session, shop_uuid: str) -> None:
    vault = Vault.create(UUID(shop_uuid).bytes)
    save_slot(session, vault.password_slot(PASSWORD, Argon2Cost(16, 2, 1)), AT)
    session.add(ChannelRow(id=1, name="淘宝店", platform_kind=PlatformKind.THIRD_PARTY, created_at=AT))
    session.add(
        ProductRow(id=1, uid=PRODUCT_UID, code="GAME100", name="点卡 100", kind=ProductKind.GAME_CARD, created_at=AT)
    )
    session.flush()
    session.add(PolicyRow(id=1, channel_id=1, version=1, created_at=AT, created_by="店主"))
    session.add(
        BatchRow(
            id=1, name="B1", product_id=1, source="a.txt", line_count=1, new_count=1, imported_at=AT, imported_by="店主"
        )
    )
    session.flush()
    tag = vault.card_tag(CARD)
    sealed = vault.seal_card(tag, CARD.encode(), PRODUCT_UID)
    session.add(CardKeyRow(id=1, product_id=1, batch_id=1, line=1, state_at=AT, tag=tag, sealed=sealed))
    session.add(
        OrderRow(
            id=1,
            order_no="T1001",
            channel_id=1,
            policy_id=1,
            product_id=1,
            state=OrderState.PAID,
            fee_disclosure=FeeDisclosure.CLEAR,
            ordered_at=AT,
            paid_at=AT,
            paid_fen=10000,
            created_at=AT,
        )
    )
    session.flush()
    session.add(UnitRow(id=1, order_id=1, position=1, ref="1", list_fen=10000, net_fen=10000))
    session.add(RequestRow(id=1, request_no="R1", order_id=1, requested_at=AT, received_at=AT, state=RequestState.OPEN))
    session.flush()
    audit.append(session, shop_uuid=shop_uuid, kind="shop.created", actor="店主", at=AT, entity="shop", entity_id=1)


def _wrapped(block: str) -> str:
    """Long CHECK lists over several lines, as the style of the repository wants them."""
    lines = []
    for line in block.splitlines():
        while len(line) > 110:
            cut = line.rindex(" ", 0, 110)
            lines.append(line[:cut])
            line = " " * 12 + line[cut + 1 :]
        lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    MARKS.write_text(marks_text(), encoding="utf-8")
    REVISION.write_text(revision_text(), encoding="utf-8")
    sys.stdout.write(f"{REVISION}\n")
    if "--fixture" in sys.argv:
        write_fixture(FIXTURE)
        sys.stdout.write(f"{FIXTURE}\n")
