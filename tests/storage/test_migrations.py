from __future__ import annotations

import shutil
import sqlite3
import textwrap
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy.exc import OperationalError

from desktop_app.domain.errors import StorageError
from desktop_app.storage import audit, backups, migrations, schema, triggers
from desktop_app.storage.connections import WRITE, make_engine
from desktop_app.storage.database import Database
from desktop_app.storage.vault import Vault
from desktop_app.storage.vault_slots import load_slots

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "tests/fixtures/shop_v1.db"
REMEDY = "run: python -m tests.storage.freeze_version"


def _schema_of(path: Path) -> dict[str, str]:
    raw = sqlite3.connect(path)
    rows = raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    raw.close()
    return {name: " ".join(sql.split()) for name, sql in rows}


def _trigger_names() -> list[str]:
    return [statement.split()[2] for statement in triggers.trigger_statements()]


def _version_0(path: Path) -> None:
    """A file from before the first revision: ours, but empty."""
    path.parent.mkdir(exist_ok=True)
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    raw.close()


def test_the_last_revision_is_what_the_tables_say(freezing: ModuleType) -> None:
    assert freezing.REVISION.read_text(encoding="utf-8") == freezing.revision_text(), REMEDY


def test_the_fingerprint_is_that_of_the_tables(freezing: ModuleType) -> None:
    assert freezing.MARKS.read_text(encoding="utf-8") == freezing.marks_text(), REMEDY


def test_revisions_lead_to_the_schema_of_a_new_shop(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "old" / "shop.db"
    _version_0(path)
    migrations.upgrade(path)
    assert _schema_of(path) == _schema_of(database.path)
    marks = schema.read_marks(path)
    assert (marks.application_id, marks.version) == (schema.APPLICATION_ID, schema.SCHEMA_VERSION)


@pytest.mark.parametrize("version", range(1, schema.SCHEMA_VERSION))
def test_a_file_of_an_older_version_opens_with_all_that_it_holds(
    version: int, tmp_path: Path, at: datetime, freezing: ModuleType
) -> None:
    path = tmp_path / "shop.db"
    shutil.copyfile(FIXTURE.with_name(f"shop_v{version}.db"), path)
    database = Database.open(path, at=at)
    vault = Vault(database.shop_uid)
    with database.read() as session:
        vault.unlock_with_password(load_slots(session), freezing.PASSWORD)
        assert audit.verify(session, shop_uuid=database.shop_uuid) is None
        query = "SELECT tag, sealed, uid FROM card_keys JOIN products ON products.id = product_id"
        tag, sealed, uid = session.connection().exec_driver_sql(query).one()
        rows = session.connection().exec_driver_sql("SELECT tag, card_key_id FROM card_tags").all()
    assert rows == [(tag, 1)]
    assert vault.open_card(tag, sealed, uid).decode() == freezing.CARD
    assert vault.card_tag(freezing.CARD) == tag
    database.close()


def test_an_older_file_is_copied_and_verified_before_it_is_updated(tmp_path: Path, at: datetime) -> None:
    path = tmp_path / "shop.db"
    shutil.copyfile(FIXTURE, path)
    raw = sqlite3.connect(path)
    # As a version before the last trigger would look, with the same tables.
    raw.execute("DROP TRIGGER tr_events_next")
    raw.execute("PRAGMA user_version = 0")
    raw.close()
    database = Database.open(path, at=at)
    with database.read() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM card_keys").scalar_one() == 1
    database.close()
    [copy] = (tmp_path / "backups").iterdir()
    assert copy.name == "shop-version-0-20261122T030000Z.db"
    assert backups.check_file(copy) is None
    assert schema.read_marks(copy).version == 0
    assert schema.read_marks(path).version == schema.SCHEMA_VERSION
    assert set(_trigger_names()) <= set(_schema_of(path))


def test_no_update_while_somebody_else_has_the_shop(tmp_path: Path, at: datetime) -> None:
    path = tmp_path / "shop.db"
    shutil.copyfile(FIXTURE, path)
    first = Database.open(path, at=at)
    with first.write() as session:
        session.connection().exec_driver_sql("PRAGMA user_version = 0")
    with pytest.raises(StorageError, match="in use"):
        Database.open(path, at=at)
    first.close()


def _scripts(tmp_path: Path, body: str) -> Path:
    """Our revisions and one more after them."""
    scripts = tmp_path / "migrations"
    shutil.copytree(migrations.SCRIPTS, scripts)
    head = (
        "from alembic import op\nimport sqlalchemy as sa\n"
        f'revision = "next"\ndown_revision = "{schema.HEAD_REVISION}"\n\n'
        "def upgrade():\n"
    )
    (scripts / "versions" / "r9999_next.py").write_text(head + textwrap.indent(textwrap.dedent(body), "    "))
    return scripts


def _run(path: Path, scripts: Path) -> None:
    engine = make_engine(path, WRITE, foreign_keys=False)
    try:
        with engine.begin() as connection:
            migrations.run_revisions(connection, scripts, "next")
    finally:
        engine.dispose()


def test_rebuilding_a_table_keeps_its_children_and_brings_the_triggers_back(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    shutil.copyfile(FIXTURE, path)
    migrations.upgrade(path)
    before = _schema_of(path)
    body = """
        with op.batch_alter_table("orders", recreate="always") as batch:
            batch.add_column(sa.Column("colour", sa.Text, nullable=False, server_default=""))
        op.get_bind().exec_driver_sql("UPDATE orders SET order_no = 'renamed'")
    """
    _run(path, _scripts(tmp_path, body))
    raw = sqlite3.connect(path)
    assert raw.execute("SELECT order_no, colour FROM orders").fetchall() == [("renamed", "")]
    assert raw.execute("SELECT count(*) FROM units").fetchone() == (1,)
    assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [("next",)]
    raw.close()
    after = _schema_of(path)
    assert {name: after.get(name) for name in _trigger_names()} == {name: before[name] for name in _trigger_names()}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("op.execute('CREATE TABLE half (x)')\nop.execute('SELECT broken FROM nowhere')", OperationalError),
        ("op.execute('DELETE FROM products')", StorageError),
    ],
)
def test_an_update_that_fails_leaves_the_file_as_it_was(tmp_path: Path, body: str, error: type[Exception]) -> None:
    path = tmp_path / "shop.db"
    shutil.copyfile(FIXTURE, path)
    before, content = _schema_of(path), path.read_bytes()
    with pytest.raises(error):
        _run(path, _scripts(tmp_path, body))
    assert _schema_of(path) == before
    assert path.read_bytes() == content


def test_a_file_of_an_unknown_revision_is_refused(tmp_path: Path, at: datetime) -> None:
    path = tmp_path / "shop.db"
    shutil.copyfile(FIXTURE, path)
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version = 0")
    raw.execute("UPDATE alembic_version SET version_num = 'fork'")
    raw.commit()
    raw.close()
    with pytest.raises(StorageError, match="program that wrote it"):
        Database.open(path, at=at)


def test_no_room_no_update(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with path.open("wb") as stream:
        stream.truncate(shutil.disk_usage(tmp_path).free // 3 + 100_000_000)  # sparse
    with pytest.raises(StorageError, match="free space"):
        backups.check_room(path)
