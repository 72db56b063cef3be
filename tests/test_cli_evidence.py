"""``kamidesk evidence`` as a script would use it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop_app.cli import run
from desktop_app.domain.states import FeeDisclosure, PlatformKind, ProductKind
from desktop_app.services import Shop
from desktop_app.services.evidence import evidence_folder
from desktop_app.services.orders import OrderDraft
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.products import ProductDraft
from desktop_app.services.request_entry import RequestDraft
from desktop_app.storage.vault_slots import Argon2Cost

PASSWORD = "correct horse battery"


@pytest.fixture
def request_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tmp_path / "shop"
    shop, _code = Shop.create(folder, protection="password", password=PASSWORD, cost=Argon2Cost(16, 2, 1))
    channel = shop.policies.add_channel("发卡网", PlatformKind.THIRD_PARTY, PolicyDraft(fee_bp=500))
    product = shop.products.add(ProductDraft(code="STEAM", name="充值码", kind=ProductKind.GAME_CARD, price_fen=1990))
    now = shop.context.clock()
    draft = OrderDraft(
        order_no="A1",
        channel_id=channel,
        product_id=product,
        quantity=1,
        list_fen=1990,
        paid_fen=1990,
        ordered_at=now,
        paid_at=now,
        fee_disclosure=FeeDisclosure.CLEAR,
    )
    shop.orders.add(draft)
    request_id = shop.requests.add(RequestDraft(order_no="A1", requested_at=shop.context.clock(), reason=None))
    number = shop.requests.detail(request_id).line.request_no
    shop.close()
    monkeypatch.setenv("KAMIDESK_DATA", str(folder))
    monkeypatch.setenv("KAMIDESK_PASSWORD", PASSWORD)
    monkeypatch.setenv("KAMIDESK_LANGUAGE", "en")
    return number


def listed(capfd: pytest.CaptureFixture[str], number: str) -> list[dict[str, object]]:
    capfd.readouterr()
    assert run(["evidence", "list", number, "--json"]) == 0
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


def test_filed_listed_described_and_saved(request_no: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    chat = tmp_path / "聊天.png"
    chat.write_bytes(b"MZ not a picture")
    other = tmp_path / "b.txt"
    other.write_bytes(b"words")
    add = ["evidence", "add", request_no, str(chat), str(other), "--kind", "chat_log", "--promise", "--source", "买家"]
    assert run([*add, "--taken", "2026-01-02T10:00:00+08:00"]) == 0
    said = capfd.readouterr()
    assert said.out.split() == ["1", "2"]
    assert "聊天.png: A program" in said.err
    assert run(["evidence", "add", "A1", "--kind", "backend_log"]) == 0
    [first, second, third] = listed(capfd, request_no)
    assert (first["name"], first["written_promise"], first["in_platform_chat"]) == ("聊天.png", True, False)
    assert datetime.fromisoformat(str(first["captured_at"])).astimezone(UTC) == datetime(2026, 1, 2, 2, tzinfo=UTC)
    assert second["sha256"] == hashlib.sha256(b"words").hexdigest()
    assert (third["sha256"], third["request_no"]) == (None, None)
    assert run(["evidence", "describe", "1", "--no-promise", "--chat", "--taken", ""]) == 0
    changed = listed(capfd, "A1")[0]
    assert (changed["written_promise"], changed["in_platform_chat"], changed["captured_at"]) == (False, True, None)
    assert changed["source"] == "买家"
    target = tmp_path / "copy.png"
    assert run(["evidence", "save", "1", "-o", str(target)]) == 0
    assert target.read_bytes() == chat.read_bytes()


def test_what_is_wrong_is_said_with_its_status(
    request_no: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    link = tmp_path / "link.png"
    link.symlink_to(tmp_path)
    assert run(["evidence", "add", request_no, str(link), "--kind", "chat_log"]) == 1
    assert "link.png is not an ordinary file" in capfd.readouterr().err
    assert run(["evidence", "add", request_no, "--kind", "gossip"]) == 2
    assert run(["evidence", "add", "NOPE", "--kind", "chat_log"]) == 1
    assert run(["evidence", "save", "7", "-o", str(tmp_path / "x")]) == 1
    assert run(["evidence", "check"]) == 0


def test_the_check_names_what_was_altered(request_no: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"content")
    assert run(["evidence", "add", "A1", str(path), "--kind", "chat_log"]) == 0
    shop = Shop.open(tmp_path / "shop")
    [stored] = evidence_folder(shop.context).iterdir()
    shop.close()
    stored.write_bytes(stored.read_bytes()[:-1])
    capfd.readouterr()
    assert run(["evidence", "check"]) == 1
    assert "a.png (A1) was altered" in capfd.readouterr().out
    assert run(["check"]) == 1
    assert "a.png (A1) was altered" in capfd.readouterr().out
    assert run(["evidence", "save", "1", "-o", str(tmp_path / "x")]) == 1
    assert not (tmp_path / "x").exists()
