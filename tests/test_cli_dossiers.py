"""Dossiers and disputes from the command line, against a shop on disk."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop_app.cli import run
from desktop_app.domain.states import PlatformKind, ProductKind, ReasonCode, RefusalGround
from desktop_app.services import Shop
from desktop_app.services.inventory import ImportOptions
from desktop_app.services.orders import OrderDraft
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.products import ProductDraft
from desktop_app.services.requests import RequestDraft


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop that opens by its key file, with one refused request."""
    monkeypatch.setenv("KAMIDESK_LANGUAGE", "en")
    folder = tmp_path / "shop"
    shop, _code = Shop.create(folder, protection="file", actor="林默")
    now = datetime.now(UTC)
    channel = shop.policies.add_channel("星河卡盟", PlatformKind.THIRD_PARTY, PolicyDraft(fee_bp=500))
    product = shop.products.add(ProductDraft(code="S", name="点卡", kind=ProductKind.GAME_CARD))
    shop.inventory.import_keys(shop.inventory.preview_text("KEY-0001-AAAA", product), ImportOptions())
    ordered = now - timedelta(hours=1)
    order_id = shop.orders.add(
        OrderDraft(
            order_no="A1",
            channel_id=channel,
            product_id=product,
            quantity=1,
            list_fen=5000,
            paid_fen=5000,
            ordered_at=ordered,
            paid_at=ordered,
        )
    )
    shop.orders.deliver(order_id)
    shop.orders.redeem(
        shop.orders.detail(order_id).units[0].id,
        redeemed_at=now,
        code="RX-1",
        target="a@b.example",
        source="供应商记录",
        stated_by="供应商",
    )
    request_id = shop.requests.add(RequestDraft("A1", datetime.now(UTC), ReasonCode.REDEMPTION_DISPUTED))
    token = shop.requests.preview(request_id).token
    shop.requests.refuse(request_id, token=token, ground=RefusalGround.REDEEMED)
    shop.close()
    return folder


def request_no(data: Path) -> str:
    shop = Shop.open(data)
    try:
        return shop.requests.detail(1).line.request_no
    finally:
        shop.close()


def test_a_dispute_is_tracked_from_the_dossier_to_the_new_request(
    data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    number = request_no(data)
    out = tmp_path / "out"
    out.mkdir()
    base = ["--data", str(data)]
    assert run([*base, "dossier", number, "--target", "12315", "--out", str(out)]) == 0
    assert sorted(path.suffix for path in out.iterdir()) == [".pdf", ".zip"]
    assert "ZJ-" in capfd.readouterr().out
    assert run([*base, "disputes", "list", "--json"]) == 0
    line = json.loads(capfd.readouterr().out)
    assert (line["target"], line["state"], line["appeal"]) == ("12315", "prepared", True)
    dispute = str(line["id"])
    assert run([*base, "disputes", "sent", dispute, "--reference", "3100-9"]) == 0
    assert run([*base, "disputes", "answered", dispute, "--note", "已受理"]) == 0
    capfd.readouterr()
    assert run([*base, "disputes", "outcome", dispute, "buyer_won"]) == 0
    assert "Opened again as TK" in capfd.readouterr().out
    assert run([*base, "disputes", "outcome", dispute, "shop_won"]) == 1
    assert "has ended" in capfd.readouterr().err
    assert run([*base, "disputes", "list", "--scope", "ended"]) == 0
    assert "Decided for the buyer" in capfd.readouterr().out


def test_an_appeal_is_recorded_and_wrong_words_are_wrong_usage(
    data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    number = request_no(data)
    base = ["--data", str(data)]
    assert run([*base, "disputes", "appeal", number, "--target", "platform", "--reference", "PT-1"]) == 0
    assert capfd.readouterr().out.strip() == "1"
    assert run([*base, "disputes", "appeal", number, "--target", "court"]) == 2
    assert run([*base, "disputes", "outcome", "1", "lost"]) == 2
    assert run([*base, "disputes", "list", "--scope", "mine"]) == 2
    assert run([*base, "dossier", "TK0", "--target", "police", "--out", str(tmp_path)]) == 1
    assert run([*base, "dossier", number, "--target", "police", "--out", str(tmp_path / "no")]) == 1
