"""``kamidesk proofs issue`` as a merchant's script would use it."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop_app.cli import run
from desktop_app.domain.states import PlatformKind, ProductKind
from desktop_app.services import Shop
from desktop_app.services.key_import import ImportOptions
from desktop_app.services.orders import OrderDraft
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.products import ProductDraft
from desktop_app.storage.vault_slots import Argon2Cost
from tests.interrupts import interrupt_after

PASSWORD = "correct horse battery"
AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
ORDERS = 4


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop with four redeemed orders A0 to A3; the record of A3 lacks its code."""
    place = tmp_path / "shop"
    shop, _ = Shop.create(place, protection="password", password=PASSWORD, cost=Argon2Cost(16, 2, 1))
    channel = shop.policies.add_channel("发卡网", PlatformKind.THIRD_PARTY, PolicyDraft(fee_bp=500))
    product = shop.products.add(ProductDraft(code="STEAM", name="充值码", kind=ProductKind.GAME_CARD))
    keys = "\n".join(f"AAAA-000{number}" for number in range(ORDERS))
    shop.inventory.import_keys(shop.inventory.preview_text(keys, product), ImportOptions())
    for number in range(ORDERS):
        order = shop.orders.add(
            OrderDraft(
                order_no=f"A{number}",
                channel_id=channel,
                product_id=product,
                quantity=1,
                list_fen=1990,
                paid_fen=1990,
                ordered_at=AT,
                paid_at=AT,
            )
        )
        shop.orders.deliver(order)
        shop.orders.redeem(
            shop.orders.detail(order).units[0].id,
            redeemed_at=AT + timedelta(hours=1),
            code=f"RX-{number}" if number < ORDERS - 1 else "",
            target="player@163.com",
            source="供应商激活记录",
            stated_by="供应商",
        )
    shop.close()
    monkeypatch.setenv("KAMIDESK_DATA", str(place))
    monkeypatch.setenv("KAMIDESK_PASSWORD", PASSWORD)
    monkeypatch.setenv("KAMIDESK_LANGUAGE", "en")
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def _count(folder: Path) -> int:
    shop = Shop.open(folder.parent / "shop")
    try:
        return shop.proofs.listing().count()
    finally:
        shop.close()


def test_orders_are_issued_once_and_copied(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    chosen = ["proofs", "issue", "--order", "A1", "--order", "A0", "--out", str(folder)]
    assert run(chosen) == 0
    assert "2 issued, 0 issued before, 0 not possible" in capfd.readouterr().out
    assert run([*chosen, "--one-file", str(folder / "print.pdf")]) == 0
    said = capfd.readouterr().out
    assert "0 issued, 2 issued before" in said
    assert "unsigned" in said
    assert len(list(folder.glob("HX-*.pdf"))) == 2
    assert _count(folder) == 2


def test_all_redeemed_names_what_cannot_have_a_proof(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["proofs", "issue", "--all-redeemed"]) == 1
    said = capfd.readouterr()
    assert said.err.startswith("A3\t1\t")
    assert "redemption code" in said.err
    assert "3 issued" in said.out


def test_the_choice_is_one_of_the_two_and_places_must_exist(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["proofs", "issue"]) == 2
    assert run(["proofs", "issue", "--all-redeemed", "--order", "A0"]) == 2
    assert run(["proofs", "issue", "--order", "A0", "--out", str(folder / "gone")]) == 1
    assert "gone" in capfd.readouterr().err
    assert _count(folder) == 0


def test_an_interrupted_batch_is_told_as_such_and_loses_nothing(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(signal.SIGINT)
    # the first paper is on disk
    interrupt_after(monkeypatch, os, "fsync")
    assert run(["proofs", "issue", "--all-redeemed"]) == 1
    said = capfd.readouterr()
    assert "stays issued" in said.err
    shop = Shop.open(folder.parent / "shop")
    numbers = sorted(line.proof_no[-6:] for line in shop.proofs.listing().rows())
    shop.close()
    assert numbers == [f"{number:06}" for number in range(1, len(numbers) + 1)]
    assert f"{len(numbers)} issued" in said.out
    assert signal.getsignal(signal.SIGINT) is before


def test_the_print_log_can_be_exported(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "prints", "-o", str(folder / "prints.csv"), "--language", "en"]) == 0
    assert "Printer" in (folder / "prints.csv").read_text("utf-8-sig")
