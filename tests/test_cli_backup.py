"""Backups on the command line, from making one to a shop that is back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from desktop_app.cli import run
from tests.cli_shop import start_shop


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    start_shop(tmp_path / "shop", monkeypatch)
    return tmp_path / "shop"


def test_made_listed_verified_and_restored_in_place_and_elsewhere(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    assert run(["backup", "make", "--to", str(stick)]) == 0
    (path,) = stick.rglob("kamidesk-*.db")
    assert run(["backup", "make"]) == 0
    capfd.readouterr()
    assert run(["backup", "list"]) == 0
    (line,) = capfd.readouterr().out.splitlines()
    assert line.split("\t")[3] == "signed"
    assert run(["backup", "verify", str(path)]) == 0
    assert "The backup is sound." in capfd.readouterr().out
    assert run(["products", "add", "P1", "点卡", "--kind", "game_card"]) == 0
    assert run(["backup", "restore", str(path), "--replace"]) == 0
    said = capfd.readouterr().out
    assert "Later than the backup" in said
    assert "replaced-" in said
    assert run(["audit", "verify"]) == 0
    assert "left behind" in capfd.readouterr().out
    assert run(["backup", "restore", str(path), "--to", str(tmp_path / "new")]) == 0
    assert run(["--data", str(tmp_path / "new"), "check"]) == 0


def test_what_is_doubtful_or_meant_otherwise_is_not_done(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["backup", "make", "--to", str(tmp_path / "none")]) == 1
    assert "is not there" in capfd.readouterr().err
    assert run(["backup", "make"]) == 0
    (path,) = (folder / "backups").glob("*.db")
    alone = shutil.copy(path, tmp_path / "alone.db")
    assert run(["backup", "verify", str(alone)]) == 1
    assert run(["backup", "restore", str(path)]) == 2
    assert run(["backup", "restore", str(path), "--to", str(folder)]) == 2
    assert run(["backup", "restore", str(alone), "--to", str(tmp_path / "new")]) == 1
    assert "no manifest" in capfd.readouterr().err
    assert run(["backup", "restore", str(alone), "--to", str(tmp_path / "new"), "--accept"]) == 0
