"""Who acts where neither the command line nor the settings say so."""

from __future__ import annotations

import getpass

import pytest

from desktop_app.services.context import login_name


@pytest.mark.parametrize("refusal", [KeyError, OSError, ModuleNotFoundError])
def test_a_computer_that_names_nobody_is_no_obstacle(monkeypatch: pytest.MonkeyPatch, refusal: type[Exception]) -> None:
    def nobody() -> str:
        raise refusal("pwd")

    monkeypatch.setattr(getpass, "getuser", nobody)
    monkeypatch.delenv("COMPUTERNAME", raising=False)
    assert login_name() == "operator"
    monkeypatch.setenv("COMPUTERNAME", "DESK-1")
    assert login_name() == "DESK-1"
