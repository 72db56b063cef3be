"""``kamidesk redemptions`` as a merchant's script would use it."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.cli import run
from desktop_app.services import Shop
from desktop_app.storage.vault_slots import Argon2Cost

PASSWORD = "correct horse battery"
LIST = "卡密,激活时间,流水号,激活账号\nAAAA-0001,2026-11-20 12:00:00,RX1,甲\nNOBODY-0001,,RX2,\n"


@pytest.fixture
def shop_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from datetime import UTC, datetime

    from desktop_app.domain.states import PlatformKind, ProductKind
    from desktop_app.services.key_import import ImportOptions
    from desktop_app.services.orders import OrderDraft
    from desktop_app.services.policies import PolicyDraft
    from desktop_app.services.products import ProductDraft

    folder = tmp_path / "shop"
    at = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    shop, _code = Shop.create(
        folder, protection="password", password=PASSWORD, cost=Argon2Cost(16, 2, 1), clock=lambda: at
    )
    channel = shop.policies.add_channel("发卡网", PlatformKind.THIRD_PARTY, PolicyDraft(fee_bp=500))
    product = shop.products.add(ProductDraft(code="STEAM", name="充值码", kind=ProductKind.GAME_CARD, price_fen=1990))
    keys = tmp_path / "keys.txt"
    keys.write_text("AAAA-0001\nAAAA-0002\n", "utf-8")
    shop.inventory.import_keys(shop.inventory.preview_file(keys, product), ImportOptions())
    order = shop.orders.add(
        OrderDraft("A1", channel, product, 1, 1990, ordered_at=at, paid_at=at, paid_fen=1990)  # type: ignore[call-arg]
    )
    shop.orders.deliver(order)
    shop.close()
    monkeypatch.setenv("KAMIDESK_DATA", str(folder))
    monkeypatch.setenv("KAMIDESK_PASSWORD", PASSWORD)
    monkeypatch.setenv("KAMIDESK_LANGUAGE", "en")
    return folder


def test_a_dry_run_tells_and_records_nothing_and_apply_records(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file, report = tmp_path / "list.csv", tmp_path / "report.csv"
    file.write_text(LIST, "utf-8")
    assert run(["redemptions", "import", str(file), "--report", str(report)]) == 0
    said = capfd.readouterr()
    assert "1 redemptions would be recorded" in said.out
    assert "1\tNo match" in said.out
    assert said.err.startswith("3\t")
    assert "NOBODY-0001" not in said.err + report.read_text("utf-8-sig")
    assert run(["redemptions", "import", str(file), "--stated-by", "老周", "--apply"]) == 0
    assert "1 redemptions recorded" in capfd.readouterr().out
    assert run(["redemptions", "import", str(file), "--apply"]) == 1
    assert "nothing to record" in capfd.readouterr().err


def test_columns_are_named_by_header_or_number(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("甲,乙\nRX1,AAAA-0001\n", "utf-8")
    assert run(["redemptions", "import", str(file)]) == 1
    assert run(["redemptions", "import", str(file), "--column", "key=乙", "--column", "code=1"]) == 0
    assert "1 redemptions would be recorded" in capfd.readouterr().out
    assert run(["redemptions", "import", str(file), "--column", "乙"]) == 1
    assert run(["redemptions", "import", str(file), "--column", "key=丙"]) == 1
    assert run(["redemptions", "import", str(file), "--kind", "friend"]) == 1


def test_a_single_record_with_its_screenshot_and_then_its_correction(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shot = tmp_path / "shot.png"
    shot.write_bytes(b"\x89PNG\r\n\x1a\n1")
    add = ["redemptions", "add", "A1", "1", "--code", "RX9", "--source", "后台", "--evidence", str(shot)]
    assert run(add) == 0
    assert "recorded as redeemed" in capfd.readouterr().out
    assert run([*add[:4], "--code", "RX10"]) == 0
    assert "corrected" in capfd.readouterr().out
    assert run(["redemptions", "add", "A1", "9"]) == 1
