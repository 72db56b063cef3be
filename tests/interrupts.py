"""Ctrl+C at a known moment, however fast or busy the machine is."""

from __future__ import annotations

import signal
from typing import Any

import pytest


def interrupt_after(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """Press Ctrl+C as soon as ``owner.name`` was called for the first time while a command listens for it."""
    act, before = getattr(owner, name), signal.getsignal(signal.SIGINT)
    pressed: list[bool] = []

    def act_and_press(*args: Any) -> Any:
        answer = act(*args)
        if not pressed and signal.getsignal(signal.SIGINT) is not before:
            pressed.append(True)
            signal.raise_signal(signal.SIGINT)
        return answer

    monkeypatch.setattr(owner, name, act_and_press)
