"""The locks and the set-up decide what merchants run, before any of our code does."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kamidesk_bootstrap", ROOT / "packaging" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def requirements(lock: str) -> list[str]:
    """The requirements of a lock file, each with its hashes on one line."""
    text = (ROOT / "packaging" / lock).read_text("utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", name)[0]).lower()  # type: ignore[index]


def pins(lock: str) -> set[tuple[str, str]]:
    found = (re.match(r"([\w.-]+)==([\w.!+]+)", line) for line in requirements(lock))
    return {(normal(match[1]), match[2]) for match in found if match}


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_package_source(lock: str) -> None:
    text = (ROOT / "packaging" / lock).read_text("utf-8")
    assert not re.search(r"https?://|file:|index-url|find-links|trusted-host", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_and_hashed(lock: str) -> None:
    lines = requirements(lock)
    assert len(lines) > 40
    for line in lines:
        assert re.match(r"[\w.-]+==[\w.!+]+\s", line), line[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line[:80]


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    runtime = {normal(name) for name in project["project"]["dependencies"] + project["build-system"]["requires"]}
    dev = {normal(name) for name in project["project"]["optional-dependencies"]["dev"]}
    assert runtime <= {name for name, _ in pins("requirements.lock")}
    assert dev <= {name for name, _ in pins("requirements-dev.lock")}


def test_tests_run_on_the_very_packages_that_merchants_get() -> None:
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_qt_is_not_the_release_that_aborts() -> None:
    version = dict(pins("requirements.lock"))["pyside6-essentials"]
    assert version.startswith("6.11.")


def test_digest_changes_with_each_input(bootstrap: ModuleType) -> None:
    inputs: list[bytes | str] = [b"lock", b"project", b"script", "python 3.11", "/shop"]
    original = bootstrap.digest(*inputs)
    assert original == bootstrap.digest(*inputs)
    for place, value in enumerate(inputs):
        changed = list(inputs)
        changed[place] = value[:-1]
        assert bootstrap.digest(*changed) != original
    # Bytes that move from one input to the next are a change as well.
    assert bootstrap.digest(b"ab", b"c", b"", "", "") != bootstrap.digest(b"a", b"bc", b"", "", "")


@pytest.mark.parametrize(
    ("stamp", "kind", "ready"),
    [
        ({}, "run", False),
        ({"run": "R"}, "run", True),
        ({"run": "R"}, "test", False),
        ({"run": "old"}, "run", False),
        ({"test": "T"}, "test", True),
        ({"test": "T"}, "run", True),
        ({"test": "old"}, "run", False),
    ],
)
def test_a_set_up_is_repeated_only_when_it_does_not_fit(
    bootstrap: ModuleType, stamp: dict[str, str], kind: str, ready: bool
) -> None:
    assert bootstrap.is_ready(stamp, kind, "R", "T") is ready


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "\x00"])
def test_a_damaged_stamp_means_not_set_up(bootstrap: ModuleType, tmp_path: Path, content: str) -> None:
    stamp = tmp_path / "stamp.json"
    stamp.write_text(content, "utf-8")
    assert bootstrap.read_stamp(stamp) == {}
    assert bootstrap.read_stamp(tmp_path / "absent.json") == {}


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, False),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "minimal:enable_fonts"}, False),
        ({"QT_QPA_PLATFORM": "vnc"}, True),
    ],
)
def test_a_window_needs_a_display(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], shown: bool
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", "linux")
    assert bootstrap.has_display() is shown


def test_only_missing_libraries_are_asked_for(bootstrap: ModuleType) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("shared objects are named as on Linux")
    assert bootstrap.missing_packages({"libc.so.6": "libc6", "libkamidesk-none.so.9": "none9"}) == ["none9"]


def test_a_newer_translation_is_compiled_once(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "resources" / "i18n"
    folder.mkdir(parents=True)
    source, target = folder / "kamidesk_zh_CN.ts", folder / "kamidesk_zh_CN.qm"
    source.write_text('<?xml version="1.0"?><!DOCTYPE TS><TS version="2.1" language="zh_CN"></TS>', "utf-8")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "SCRIPTS", Path(sys.executable).parent)
    bootstrap.compile_translations()
    assert target.read_bytes()[:4] == bytes.fromhex("3cb86418")

    target.write_bytes(b"kept")
    bootstrap.compile_translations()
    assert target.read_bytes() == b"kept"

    os.utime(source, (target.stat().st_mtime + 5, target.stat().st_mtime + 5))
    bootstrap.compile_translations()
    assert target.read_bytes() != b"kept"


def test_two_set_ups_of_one_folder_take_turns(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    turn = tmp_path / "build" / "set-up.lock"
    monkeypatch.setattr(bootstrap, "TURN", turn)
    waited: list[float] = []
    with bootstrap.alone():
        first = turn.open("ab")
        assert not bootstrap.is_ours(first.fileno())
    assert bootstrap.is_ours(first.fileno())

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            first.close()

    monkeypatch.setattr(bootstrap.time, "sleep", wait)
    with bootstrap.alone():
        pass
    assert len(waited) == 2
    assert capsys.readouterr().out.count("Another set-up") == 1


def test_a_removal_that_is_cut_short_leaves_nothing_that_works(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scripts = tmp_path / ".venv" / bootstrap.SCRIPTS.name
    scripts.mkdir(parents=True)
    (scripts / bootstrap.venv_tool("python").name).symlink_to(sys.executable)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "SCRIPTS", scripts)
    monkeypatch.setattr(bootstrap, "UNFINISHED", tmp_path / ".venv" / "kamidesk-unfinished")
    assert bootstrap.venv_tool("python").exists()

    def cut_short(_folder: Path) -> None:
        raise OSError("killed")

    monkeypatch.setattr(bootstrap.shutil, "rmtree", cut_short)
    with pytest.raises(OSError, match="killed"):
        bootstrap.create_venv()
    assert not bootstrap.venv_works()


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("NewConnectionError: Temporary failure in name resolution", "Check the network"),
        ("ERROR: No matching distribution found for shiboken6", "no ready-made build"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "Do not use it"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("anything else", "could not be installed"),
    ],
)
def test_pip_errors_become_plain_words(bootstrap: ModuleType, output: str, sentence: str) -> None:
    assert sentence in str(bootstrap.explain_pip(output))


def test_wrong_usage_and_help(tmp_path: Path) -> None:
    """Run from a copy: a mistake here must not touch the environment that runs the tests."""
    (tmp_path / "packaging").mkdir()
    script = shutil.copy(ROOT / "packaging" / "bootstrap.py", tmp_path / "packaging")
    for arguments, status in ([], 2), (["walk"], 2), (["--help"], 0):
        done = subprocess.run([sys.executable, script, *arguments], capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == status
        assert "bootstrap.py run" in done.stdout + done.stderr
    assert not (tmp_path / ".venv").exists()
