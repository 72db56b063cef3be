"""What every test stands on."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Before Qt is loaded: without a display its default platform aborts the process. A platform of the caller's is kept.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Qt and its tools warn of any other character set, and a warning fails a test of the window.
if os.environ.get("LC_ALL", "").upper() in ("C", "POSIX"):
    os.environ["LC_ALL"] = "C.UTF-8"

# How long an example takes says how busy the machine is.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.fixture
def folder(sample: Path, tmp_path: Path) -> Path:
    """The shop that a module made as ``sample``, copied for one test to do with as it likes."""
    shutil.copytree(sample, tmp_path / "shop")
    return tmp_path / "shop"
