"""The fast way to export orders writes what the ordinary way does, whatever stands in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desktop_app.documents.csv_export import write_csv, write_csv_parts
from desktop_app.domain.errors import CancelledError, StorageError
from desktop_app.services import exports, order_export
from desktop_app.services.export_tables import TABLES
from desktop_app.services.order_export import order_parts
from desktop_app.services.orders import OrderFilter
from desktop_app.storage import field_process
from desktop_app.storage.field_opening import FieldSecrets
from desktop_app.storage.field_process import FieldProcess
from tests.csv_files import read_back
from tests.services.desk import Desk
from tests.services.order_desk import OrderDesk

NUMBERS = (
    "E20261122000000001",
    "20261122000000001",
    "007",
    "12",
    "12345678901",
    "123456789012",
    "1-2",
    "=1+2",
    "@a",
    "'quoted'",
    'a"b',
    "back\\slash",
    "comma,here",
    "-5",
    "订单一",
    "\uff1dSUM",
    "A_1",
    "😀9",
    "A😀",
    "1234567890123456789",
    "9999999999999999999",
    "012345678901",
    "231122-123456789012345",
    'A"b',
    "A\\u0002",
)
RAW_NUMBERS = ("A\x01B", "A\x024142", "\x0141", "A\nB", "=A\r\nB", "A\x1eB", "A\0B", 'A\\"\x02')
"""No way in takes such numbers, but a file of another program may have left some in the shop."""
BUYERS = ("", "13812342266", "=cmd()", 'say "hi" to me', "back\\slash", "王小明", "007123456789012345", "1-2", "a@b.cn")
RAW_BUYERS = ('two\nlines and "more"', "=\x01\x02", "\r\n", "", "\x1e😀 ")


def _slow(desk: OrderDesk, path: Path, language: str) -> None:
    chosen = TABLES["orders"]
    listing = desk.orders.listing(OrderFilter())
    cells = (chosen.cells(line, language, desk.context.zone) for line in listing.rows())
    write_csv(path, chosen.columns, cells, language, zone=desk.context.zone)


@pytest.fixture
def odd(desk: Desk) -> OrderDesk:
    shop = OrderDesk(desk)
    product = shop.desk.product("ODD", name='="点卡", 50\\元')
    for place, number in enumerate(NUMBERS):
        shop.paid(
            number,
            buyer=BUYERS[place % len(BUYERS)],
            product_id=product if place % 2 else shop.product_id,
            paid_fen=place * 101,
            list_fen=place * 101,
            paid_at=None if place == 0 else shop.clock() - timedelta(minutes=9),
        )
    for place, number in enumerate(RAW_NUMBERS):
        order_id = shop.orders.add(shop.draft(f"RAW{place}", paid_at=None, paid_fen=0))
        buyer = RAW_BUYERS[place % len(RAW_BUYERS)].encode()
        sealed = shop.context.vault.seal("orders", "buyer", number.encode(), buyer)
        shop.desk.execute("UPDATE orders SET order_no = ?, buyer_sealed = ? WHERE id = ?", number, sealed, order_id)
    shop.desk.execute("UPDATE products SET name = name || char(1) || '41' || char(2, 13, 10) WHERE id = ?", product)
    shop.desk.execute("UPDATE orders SET buyer_sealed = x'01' WHERE order_no = ?", NUMBERS[0])  # does not open
    return shop


@pytest.fixture
def by_two(monkeypatch: pytest.MonkeyPatch) -> list[FieldProcess]:
    """Even the fewest orders are exported with a second process, three at a time; the processes so far."""
    started: list[FieldProcess] = []
    start = FieldProcess.start

    def noted(secrets: FieldSecrets, *, masked: bool) -> FieldProcess | None:
        process = start(secrets, masked=masked)
        assert process is not None
        started.append(process)
        return process

    monkeypatch.setattr(field_process, "WORTH_IT", 1)
    monkeypatch.setattr(order_export, "_ORDERS", 3)
    monkeypatch.setattr(FieldProcess, "start", noted)
    return started


def _cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


@pytest.mark.parametrize("is_locked", [False, True])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_ways_write_the_same_cells(odd: OrderDesk, tmp_path: Path, language: str, is_locked: bool) -> None:
    if is_locked:
        odd.context.vault.lock()
    fast, slow = tmp_path / "fast.csv", tmp_path / "slow.csv"
    assert odd.reports.export("orders", fast, language=language) == len(NUMBERS) + len(RAW_NUMBERS)
    _slow(odd, slow, language)
    assert _cells(fast) == _cells(slow)
    assert {row[0] for row in list(read_back(fast))[1:]} == {*NUMBERS, *RAW_NUMBERS}


def test_every_text_stands_in_quotes(odd: OrderDesk, tmp_path: Path) -> None:
    odd.reports.export("orders", tmp_path / "fast.csv")
    cells = _cells(tmp_path / "fast.csv")[1:]
    target = io.StringIO()
    csv.writer(target, quoting=csv.QUOTE_NONNUMERIC).writerows([*row[:2], int(row[2]), *row[3:]] for row in cells)
    assert (tmp_path / "fast.csv").read_bytes().decode().split("\r\n", 1)[1] == target.getvalue()


def test_a_second_process_opens_the_same_buyers(odd: OrderDesk, tmp_path: Path, by_two: list[FieldProcess]) -> None:
    odd.reports.export("orders", tmp_path / "fast.csv")
    _slow(odd, tmp_path / "slow.csv", "zh")
    assert _cells(tmp_path / "fast.csv") == _cells(tmp_path / "slow.csv")
    (process,) = by_two
    assert process._process.poll() is not None


def test_buyers_of_two_generations_of_keys(odd: OrderDesk, tmp_path: Path, by_two: list[FieldProcess]) -> None:
    vault = odd.context.vault
    successor = vault.successor()
    for number, buyer in zip(NUMBERS[1:9], BUYERS[1:], strict=True):
        sealed = successor.seal("orders", "buyer", number.encode(), f"{buyer}!".encode())
        odd.desk.execute("UPDATE orders SET buyer_sealed = ? WHERE order_no = ?", sealed, number)
    vault.take_over(successor)
    parts = order_parts(odd.context, odd.orders.listing(OrderFilter()).ids(), "zh")
    assert parts is not None
    write_csv_parts(tmp_path / "fast.csv", exports.export_columns("orders"), parts, "zh")
    _slow(odd, tmp_path / "slow.csv", "zh")
    assert _cells(tmp_path / "fast.csv") == _cells(tmp_path / "slow.csv")


def test_locking_does_not_hide_the_buyers_of_an_export_under_way(
    odd: OrderDesk, tmp_path: Path, by_two: list[FieldProcess]
) -> None:
    odd.reports.export("orders", tmp_path / "before.csv")
    odd.reports.export("orders", tmp_path / "after.csv", progress=lambda done, total: odd.context.vault.lock())
    assert (tmp_path / "after.csv").read_bytes() == (tmp_path / "before.csv").read_bytes()
    assert len(by_two) == 2
    odd.reports.export("orders", tmp_path / "locked.csv")
    assert len(by_two) == 2  # no keys, no process


def test_no_half_file_when_the_second_process_dies(
    odd: OrderDesk, tmp_path: Path, by_two: list[FieldProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("before", "utf-8")
    launched = FieldProcess.launched

    def killed(module: str, secrets: Iterable[bytes | bytearray]) -> FieldProcess | None:
        process = launched(module, secrets)
        assert process is not None
        process._process.kill()
        return process

    monkeypatch.setattr(FieldProcess, "launched", killed)
    with pytest.raises(StorageError, match="ended from outside; no file was written"):
        odd.reports.export("orders", path)
    assert [(file.name, file.read_text("utf-8")) for file in tmp_path.glob("orders*")] == [("orders.csv", "before")]
    assert odd.desk.events("export.written") == []


def test_cancelling_ends_the_second_process(odd: OrderDesk, tmp_path: Path, by_two: list[FieldProcess]) -> None:
    done: list[int] = []
    with pytest.raises(CancelledError) as refused:
        odd.reports.export(
            "orders",
            tmp_path / "orders.csv",
            progress=lambda count, total: done.append(count),
            cancelled=lambda: bool(done),
        )
    assert refused.value.__traceback__ is not None  # the frames are still there, but not the process
    assert by_two[0]._process.poll() is not None
    assert list(tmp_path.glob("orders*")) == []


def test_without_a_second_process_it_is_done_here(
    odd: OrderDesk, tmp_path: Path, by_two: list[FieldProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    odd.reports.export("orders", tmp_path / "two.csv")
    monkeypatch.setattr(FieldProcess, "start", lambda secrets, *, masked: None)
    odd.reports.export("orders", tmp_path / "one.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_an_order_that_went_meanwhile_is_left_out(odd: OrderDesk) -> None:
    listing = odd.orders.listing(OrderFilter())
    ids = listing.ids()
    ids.append(10**9)
    parts = order_parts(odd.context, ids, "en")
    assert parts is not None
    assert sum(rows for _, rows in parts) == len(NUMBERS) + len(RAW_NUMBERS)


def test_a_clock_that_was_put_forward_takes_the_ordinary_way(odd: OrderDesk, tmp_path: Path) -> None:
    odd.context.zone = ZoneInfo("Europe/Berlin")
    odd.clock.now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    summer = odd.clock()
    odd.paid("SUMMER", ordered_at=summer - timedelta(minutes=2), paid_at=summer - timedelta(minutes=1))
    assert order_parts(odd.context, odd.orders.listing(OrderFilter()).ids(), "en") is None
    path = tmp_path / "orders.csv"
    odd.reports.export("orders", path)
    ordered = {row[0]: row[8] for row in list(read_back(path))[1:]}
    assert ordered["SUMMER"] == "2026-07-01 13:58:00"
