"""The event log on the command line: exit status and words that a stranger understands."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from desktop_app.cli import run
from tests.cli_shop import start_shop


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    start_shop(tmp_path / "shop", monkeypatch)
    assert run(["products", "add", "P1", "点卡", "--kind", "game_card"]) == 0
    return tmp_path / "shop"


def test_an_intact_log_is_said_to_be_so_without_a_password(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KAMIDESK_PASSWORD")
    capfd.readouterr()
    assert run(["audit", "verify"]) == 0
    assert "intact" in capfd.readouterr().out
    monkeypatch.setenv("KAMIDESK_LANGUAGE", "zh")
    assert run(["audit", "verify"]) == 0
    assert "操作日志完好" in capfd.readouterr().out


def test_a_broken_log_names_the_event(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    raw = sqlite3.connect(folder / "shop.db")
    for name in ("tr_events_keep", "tr_events_stay"):
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute("UPDATE events SET body = replace(body, 'P1', 'P2') WHERE seq = 3")
    raw.commit()
    raw.close()
    capfd.readouterr()
    assert run(["audit", "verify"]) == 1
    assert "broken at event 3: its text was changed" in capfd.readouterr().out


def test_an_export_is_checked_on_a_machine_without_the_shop(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log.jsonl"
    assert run(["audit", "export", str(file)]) == 0
    monkeypatch.setenv("KAMIDESK_DATA", str(tmp_path / "nowhere"))
    capfd.readouterr()
    assert run(["audit", "verify", str(file)]) == 0
    out = capfd.readouterr().out
    printed = next(line.rpartition(" ")[2] for line in out.splitlines() if "fingerprint:" in line)
    assert run(["audit", "verify", str(file), "--fingerprint", printed.upper()]) == 0
    assert run(["audit", "verify", str(file), "--fingerprint", "0" * 64]) == 1
    assert run(["audit", "verify", str(file), "--fingerprint", "12"]) == 1
    file.write_bytes(file.read_bytes().replace("点卡".encode(), "点劵".encode()))
    capfd.readouterr()
    assert run(["audit", "verify", str(file)]) == 1
    assert "event 3" in capfd.readouterr().out
    assert run(["audit", "verify"]) == 1
    assert "no shop" in capfd.readouterr().err


def test_an_unknown_order_is_refused(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "export", str(tmp_path / "x.jsonl"), "--order", "DD9", "--redact"]) == 1
    assert "DD9" in capfd.readouterr().err
    assert run(["audit", "export", str(tmp_path / "x.jsonl"), "--redact"]) == 0
