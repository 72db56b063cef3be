"""Salvaging on the command line: first told, then done, and both with a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop_app.cli import run
from tests.cli_shop import start_shop
from tests.services.damage import destroy, digests, leaves_of, without


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    start_shop(tmp_path / "shop", monkeypatch)
    assert run(["channels", "add", "星河卡盟", "--kind", "third_party"]) == 0
    assert run(["products", "add", "P1", "点卡", "--kind", "game_card"]) == 0
    keys = tmp_path / "keys.txt"
    keys.write_text("\n".join(f"KEY-{i:05d}-{i * 37}" for i in range(300)), encoding="utf-8")
    assert run(["keys", "import", str(keys), "--product", "P1"]) == 0
    return tmp_path / "shop"


def test_told_first_then_done_and_the_log_is_whole(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["backup", "make"]) == 0
    file = folder / "shop.db"
    destroy(file, [1, leaves_of(file, "card_keys")[1]])
    capfd.readouterr()
    assert run(["check"]) == 1
    assert "kamidesk salvage" in capfd.readouterr().err
    before = digests(folder)
    assert run(["salvage", "--report", str(tmp_path / "report.json")]) == 0
    said = capfd.readouterr().out
    assert digests(folder) == before
    assert "from the backup" in said
    assert "lacks 0 orders" in said
    assert "(100.0 % saved)" in said
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["rows_lost"] == 0
    assert run(["salvage", "--replace"]) == 0
    said = capfd.readouterr().out
    assert "replaced-" in said
    assert "salvage.json" in said
    assert run(["check"]) == 0
    assert run(["audit", "verify"]) == 0


def test_what_is_lost_is_named_and_the_salvaged_shop_may_go_elsewhere(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "shop.db"
    destroy(file, leaves_of(file, "events"))
    without(folder, "journal")
    monkeypatch.setenv("KAMIDESK_LANGUAGE", "zh")
    capfd.readouterr()
    assert run(["salvage", "--to", str(tmp_path / "new")]) == 0
    said = capfd.readouterr().out
    assert "操作日志" in said
    assert "丢失" in said
    assert not (folder / "salvage.json").exists()
    assert run(["--data", str(tmp_path / "new"), "audit", "verify"]) == 1
    assert "抢救" in capfd.readouterr().out


def test_what_is_meant_otherwise_is_not_done(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["salvage"]) == 1
    assert "nothing to salvage" in capfd.readouterr().out
    assert run(["salvage", "--replace"]) == 1
    assert run(["salvage", "--replace", "--to", str(tmp_path / "new")]) == 2
    (folder / "shop.db").write_bytes(b"x" * 100_000)
    assert run(["salvage"]) == 1
    assert "Nothing in" in capfd.readouterr().err
