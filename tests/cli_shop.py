"""A new shop for tests of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.cli import run

PASSWORD = "correct horse 9"


def start_shop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a shop in ``folder``; the environment names it and its password, and says that commands speak English."""
    monkeypatch.setenv("KAMIDESK_DATA", str(folder))
    monkeypatch.setenv("KAMIDESK_PASSWORD", PASSWORD)
    monkeypatch.setenv("KAMIDESK_LANGUAGE", "en")
    assert run(["init", "--name", "小王卡铺"]) == 0
