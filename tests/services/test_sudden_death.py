"""A few seconds of ``python -m tests.faults``: the program dies at random moments, and nothing is lost or half-done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the trials fork")
def test_whatever_is_under_way_when_the_program_is_killed() -> None:
    command = [sys.executable, "-m", "tests.faults", "--minutes", "0.1", "--keys", "150"]
    ended = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120)
    assert ended.stdout, ended.stderr
    found = json.loads(ended.stdout)
    assert found["trials"] > 0
    assert found["findings"] == [], found
