"""Key files on the command line: what was found is told, and what the file leaves open has to be confirmed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop_app.cli import run
from desktop_app.domain.states import ProductKind
from desktop_app.services import Shop
from desktop_app.services.products import ProductDraft
from desktop_app.storage.vault_slots import Argon2Cost
from tests.exchange.test_spreadsheets import write

PASSWORD = "correct horse battery"


@pytest.fixture
def shop_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    shop, _code = Shop.create(folder, protection="password", password=PASSWORD, cost=Argon2Cost(16, 2, 1))
    shop.products.add(ProductDraft(code="A", name="A", kind=ProductKind.GAME_CARD))
    shop.close()
    monkeypatch.setenv("KAMIDESK_DATA", str(folder))
    monkeypatch.setenv("KAMIDESK_PASSWORD", PASSWORD)
    monkeypatch.setenv("KAMIDESK_LANGUAGE", "en")
    return folder


def test_an_export_that_mixes_sold_and_unsold_needs_a_word(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows: list[list[object]] = [
        ["所属商品", "卡密内容", "创建时间"],
        ["甲", "KEY-000001", ""],
        ["乙", "KEY-000002", ""],
    ]
    path = write(tmp_path / "卡密.xlsx", Sheet1=rows)
    arguments = ["keys", "import", str(path), "--product", "A", "--json"]
    assert run(arguments) == 1
    error = capfd.readouterr().err
    assert "sold and unsold" in error
    assert "--confirmed" in error
    assert run([*arguments, "--dry-run"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["format"], found["new"], found["goods"]) == ("dujiaoka", 2, {"甲": 1, "乙": 1})
    assert run([*arguments, "--goods", "乙", "--confirmed"]) == 0
    counts = json.loads(capfd.readouterr().out)
    assert (counts["new"], counts["malformed"], counts["warnings"]) == (1, 1, 1)
    assert run(["keys", "find", "KEY-000002"]) == 0
    assert run(["keys", "find", "KEY-000001"]) == 1


def test_column_and_delimiter_can_be_chosen(shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "keys.csv"
    path.write_text("serial\tmemo,x\nKEY-1,a\tfirst\n")
    options = ["--product", "A", "--column", "serial", "--delimiter", "tab", "--json"]
    assert run(["keys", "import", str(path), *options]) == 0
    assert json.loads(capfd.readouterr().out)["columns"] == ["serial", "memo,x"]
    assert run(["keys", "find", "KEY-1,a"]) == 0


def test_a_step_on_a_filter_can_be_tied_to_a_number(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys.txt"
    path.write_text("KEY-1\nKEY-2\nKEY-3\n")
    assert run(["keys", "import", str(path), "--product", "A"]) == 0
    everything = ["keys", "all", "void", "--product", "A", "--reason", "x"]
    capfd.readouterr()
    assert run([*everything, "--dry-run"]) == 0
    assert "3 keys" in capfd.readouterr().out
    assert run([*everything, "--count", "2"]) == 1
    assert "shows 3 keys by now, not 2: nothing was changed" in capfd.readouterr().err
    assert run([*everything, "--count", "3"]) == 0
    assert "3 keys changed" in capfd.readouterr().out
