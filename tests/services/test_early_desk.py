"""The first look at the desk is the later look at it, or there is none."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop_app.domain.states import OrderState, PlatformKind, ProductKind, ReasonCode
from desktop_app.services import Shop
from desktop_app.services.demo import run_demo
from desktop_app.services.early_desk import read_early_desk
from desktop_app.services.inventory import ImportOptions
from desktop_app.services.orders import OrderDraft
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.products import ProductDraft
from desktop_app.services.requests import RequestDraft

LINES = 50


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_demo(tmp_path_factory.mktemp("demo")).data_dir


@pytest.fixture
def folder(demo: Path, tmp_path: Path) -> Path:
    shutil.copytree(demo, tmp_path / "shop")
    return tmp_path / "shop"


def _assert_same(folder: Path, now: datetime, lines: int = LINES) -> int:
    """The early desk says what the open shop says at the same moment; how many requests it shows."""
    early = read_early_desk(folder, lines, now)
    shop = Shop.open(folder, clock=lambda: now)
    try:
        assert early is not None
        assert list(early.due) == shop.reports.due_next(lines)
        assert early.counts == shop.reports.counts()
        assert early.zone == shop.context.zone
        return len(early.due)
    finally:
        shop.close()


@pytest.mark.parametrize("hours", [0, 1, 25, 24 * 9])
def test_it_says_what_the_open_shop_says(folder: Path, hours: int) -> None:
    assert _assert_same(folder, datetime.now(UTC) + timedelta(hours=hours)) > 5


def test_no_more_lines_than_asked_for_and_the_most_urgent_first(folder: Path) -> None:
    assert _assert_same(folder, datetime.now(UTC), 3) == 3


def test_the_settings_of_the_shop_count(folder: Path) -> None:
    now = datetime.now(UTC)
    shop = Shop.open(folder)
    days = {(now + timedelta(days=day)).date().isoformat(): day % 2 == 0 for day in range(12)}
    shop.settings.save(
        replace(shop.settings.get(), time_zone="America/New_York", working_day_overrides=days, language="en")
    )
    shop.close()
    _assert_same(folder, now)


def _another_request(folder: Path, *, reusable: bool, keys: int) -> None:
    """A buyer says that the key is invalid, so that the stock decides whether another one can be given."""
    shop = Shop.open(folder)
    assert shop.unlock_automatically()
    now = datetime.now(UTC)
    product_id = shop.products.add(
        ProductDraft(code="NEW1", name="会员", kind=ProductKind.MEMBERSHIP, reusable=reusable)
    )
    preview = shop.inventory.preview_text("\n".join(f"NEW-KEY-{number:05d}" for number in range(keys)), product_id)
    shop.inventory.import_keys(preview, ImportOptions())
    channel_id = shop.policies.add_channel("新渠道", PlatformKind.THIRD_PARTY, PolicyDraft())
    times = {"ordered_at": now - timedelta(hours=2), "paid_at": now - timedelta(hours=2)}
    order_id = shop.orders.add(OrderDraft("NEW-1", channel_id, product_id, 1, 5000, paid_fen=5000, **times))
    shop.orders.deliver(order_id)
    assert shop.orders.detail(order_id).line.state is OrderState.SHIPPED
    shop.requests.add(
        RequestDraft(order_no="NEW-1", reason=ReasonCode.INVALID_CARD, requested_at=now - timedelta(hours=1))
    )
    shop.close()


@pytest.mark.parametrize("keys", [1, 3])
def test_the_stock_that_decides_a_reissue_is_counted_alike(folder: Path, keys: int) -> None:
    _another_request(folder, reusable=False, keys=keys)
    _assert_same(folder, datetime.now(UTC))


def test_what_only_the_open_shop_can_count_waits_for_it(folder: Path) -> None:
    _another_request(folder, reusable=True, keys=1)
    assert read_early_desk(folder, LINES) is None


def test_a_shop_without_requests_shows_its_first_steps_instead(tmp_path: Path) -> None:
    shop, _ = Shop.create(tmp_path, protection="file")
    shop.close()
    assert read_early_desk(tmp_path, LINES) is None


def test_it_writes_nothing(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert read_early_desk(folder, LINES) is not None
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def _sql(text: str) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        raw = sqlite3.connect(folder / "shop.db")
        raw.executescript(text)
        raw.close()

    return run


def _stump(folder: Path) -> None:
    content = (folder / "shop.db").read_bytes()
    (folder / "shop.db").write_bytes(content[: len(content) // 3])


def _scribble(folder: Path) -> None:
    """Pages full of noise behind the first, which holds the header and the schema's root."""
    content = bytearray((folder / "shop.db").read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    (folder / "shop.db").write_bytes(content)


def _link(folder: Path) -> None:
    (folder / "shop.db").rename(folder / "elsewhere.db")
    (folder / "shop.db").symlink_to(folder / "elsewhere.db")


@pytest.mark.parametrize(
    "harm",
    [
        _sql("PRAGMA user_version = 1"),
        _sql("PRAGMA user_version = 99"),
        _sql("PRAGMA application_id = 7"),
        _sql("CREATE TABLE more (id INTEGER)"),
        _sql("CREATE TRIGGER tr_more AFTER INSERT ON messages BEGIN DELETE FROM settings; END"),
        _sql("DROP TRIGGER tr_orders_found"),
        _sql("DROP INDEX ix_requests_due"),
        _sql("INSERT OR REPLACE INTO settings VALUES ('time_zone', '\"Nowhere/Else\"', 1)"),
        _sql("INSERT OR REPLACE INTO settings VALUES ('time_zone', '{', 1)"),
        _sql("INSERT OR REPLACE INTO settings VALUES ('working_day_overrides', '[1]', 1)"),
        _sql("PRAGMA ignore_check_constraints = ON; UPDATE requests SET reason = 'gift' WHERE state = 'open'"),
        _stump,
        _scribble,
        _link,
        lambda folder: (folder / "shop.db").unlink(),
        lambda folder: (folder / "shop.db").write_bytes(b""),
        lambda folder: (folder / "shop.db").write_bytes(b"no database at all" * 1000),
        lambda folder: (folder / "shop.db-journal").write_bytes(b"something to be undone"),
        lambda folder: (folder / "shop.db-wal").write_bytes(b"something to be copied back"),
        lambda folder: (folder / "restore.json").write_text("{}"),
        lambda folder: (folder / "window.lock").write_bytes(b"open\n"),
    ],
)
def test_where_anything_is_odd_there_is_nothing_to_be_seen_yet(folder: Path, harm: Callable[[Path], None]) -> None:
    harm(folder)
    assert read_early_desk(folder, LINES) is None


def test_who_writes_just_now_is_not_waited_for(folder: Path) -> None:
    raw = sqlite3.connect(folder / "shop.db", isolation_level=None)
    raw.execute("BEGIN EXCLUSIVE")
    assert read_early_desk(folder, LINES) is None
    raw.close()
    assert read_early_desk(folder, LINES) is not None


@pytest.mark.parametrize("module", ["desktop_app.services.early_desk", "desktop_app.ui.pages.desk_page"])
def test_it_does_not_load_what_it_runs_ahead_of(module: str) -> None:
    heavy = "{'sqlalchemy', 'sqlmodel', 'pydantic', 'cryptography'}"
    code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
