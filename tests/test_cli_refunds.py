"""Refunds and statements on the command line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from desktop_app.cli import run
from desktop_app.domain.states import PaymentChannel, PlatformKind, ProductKind, ReasonCode
from desktop_app.services import Shop
from desktop_app.services.orders import OrderDraft
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.products import ProductDraft
from desktop_app.services.request_entry import RequestDraft
from desktop_app.storage.vault_slots import Argon2Cost
from tests.exchange import statement_samples as samples

CHINA = timezone(timedelta(hours=8))


@pytest.fixture
def request_nos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A shop with two refunds of ¥50 that are due; their requests."""
    folder = tmp_path / "shop"
    shop, _code = Shop.create(
        folder, protection="password", password="correct horse battery", cost=Argon2Cost(16, 2, 1)
    )
    channel = shop.policies.add_channel("官方店", PlatformKind.OFFICIAL, PolicyDraft())
    product = shop.products.add(
        ProductDraft(code="STEAM", name="Steam 充值码", kind=ProductKind.GAME_CARD, price_fen=5000)
    )
    now = shop.context.clock()
    numbers = []
    for order_no in ("A1", "A2"):
        shop.orders.add(
            OrderDraft(
                order_no=order_no,
                channel_id=channel,
                product_id=product,
                quantity=1,
                list_fen=5000,
                payment_channel=PaymentChannel.WECHAT,
                paid_fen=5000,
                ordered_at=now - timedelta(minutes=5),
                paid_at=now - timedelta(minutes=4),
            )
        )
        request_id = shop.requests.add(
            RequestDraft(order_no=order_no, requested_at=now, reason=ReasonCode.CHANGE_OF_MIND)
        )
        shop.requests.approve(request_id, token=shop.requests.preview(request_id).token)
        numbers.append(shop.requests.detail(request_id).line.request_no)
    shop.close()
    monkeypatch.setenv("KAMIDESK_DATA", str(folder))
    monkeypatch.setenv("KAMIDESK_LANGUAGE", "en")
    return numbers


def _statement(folder: Path, *rows: tuple[str, str]) -> Path:
    at = (datetime.now(CHINA) - timedelta(seconds=5)).strftime("%Y-%m-%d %H:%M:%S")
    path = folder / "bill.csv"
    path.write_bytes(
        samples.wechat_trade(
            [
                samples.wechat_trade_row(
                    f"42{order_no}", order_no, amount, refund_no=f"50{order_no}", refund_state="SUCCESS", at=at
                )
                for order_no, amount in rows
            ]
        )
    )
    return path


def test_a_statement_is_looked_at_then_stored_and_the_rest_is_matched_by_hand(
    request_nos: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = _statement(tmp_path, ("A1", "50.00"), ("X9", "49.00"))
    assert run(["refunds", "import", str(path)]) == 0
    said = capfd.readouterr().out
    assert "1 refunds would be matched" in said
    assert "A1" in said
    assert run(["refunds", "list"]) == 0
    assert "not with the buyer 2, ¥100.00" in capfd.readouterr().out
    assert run(["refunds", "import", str(path), "--apply"]) == 0
    assert "2 new" in capfd.readouterr().out
    assert run(["refunds", "list", "--scope", "all", "--json"]) == 0
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert {line["order_no"]: (line["state"], line["reconciled"]) for line in lines} == {
        "A1": ("arrived", True),
        "A2": ("due", False),
    }
    assert run(["refunds", "unmatched"]) == 0
    first, second = capfd.readouterr().out.splitlines()
    assert "¥49.00" in first
    assert request_nos[1] in second
    number = first.split()[0]
    assert run(["refunds", "match", number, request_nos[1]]) == 1
    assert "differ" in capfd.readouterr().err
    assert run(["refunds", "match", number, request_nos[1], "--reason", "one yuan less"]) == 0
    assert run(["refunds", "unmatch", number]) == 0
    assert run(["refunds", "match", number, *request_nos]) == 1
    assert "has its statement line already" in capfd.readouterr().err
    output = tmp_path / "unmatched.csv"
    assert run(["refunds", "unmatched", "-o", str(output)]) == 0
    assert "49.00" in output.read_text("utf-8-sig")


def test_refusals_are_one_sentence_and_a_malformed_line_is_named(
    request_nos: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "orders.csv"
    other.write_text("order_no,paid\nA1,1\n", "utf-8")
    assert run(["refunds", "import", str(other)]) == 1
    assert capfd.readouterr().err.count("\n") == 1
    path = _statement(tmp_path, ("A1", "x"))
    assert run(["refunds", "import", str(path)]) == 1
    assert "Line 2" in capfd.readouterr().err
    assert run(["refunds", "list", "--scope", "mood"]) == 2
    assert run(["refunds", "match", "1", "NOPE"]) == 1
