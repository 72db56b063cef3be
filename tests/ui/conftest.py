"""A QApplication as the product dresses it, no dialog that blocks, no widget that outlives its test."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QStandardPaths, SignalInstance
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot

from desktop_app.storage import database
from desktop_app.ui import labels, row_loader
from desktop_app.ui.colours import use_dark
from desktop_app.ui.jobs import ImmediateJobs, Jobs
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Scheme, apply_theme, load_fonts

PATIENCE_MS = 120_000

_BLOCKING = (
    (QDialog, ("exec",)),
    (QMessageBox, ("about", "critical", "information", "question", "warning")),
    (QFileDialog, ("getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory")),
    (QInputDialog, ("getText", "getItem", "getInt", "getMultiLineText")),
)


@pytest.fixture(scope="session")
def qapp(qapp_args: list[str], qapp_cls: type[QApplication]) -> QApplication:
    QStandardPaths.setTestModeEnabled(True)
    app = qapp_cls(["kamidesk", *qapp_args])
    app.setApplicationName("kamidesk")
    app.setOrganizationName("kamidesk")
    load_fonts()
    apply_theme(app, Scheme.LIGHT)
    return app


class PatientBot(QtBot):
    """Waits as long as a busy machine may take: only what never comes is a failure."""

    def waitUntil(self, is_true: Callable[[], object], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(is_true, timeout=timeout)

    def waitSignal(self, signal: SignalInstance, *, timeout: int = PATIENCE_MS) -> Any:
        return super().waitSignal(signal, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture(autouse=True)
def _no_blocking_dialogs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("blocks the event loop: dialogs are opened with open()")

    for owner, names in _BLOCKING:
        for name in names:
            monkeypatch.setattr(owner, name, refuse)


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path) -> Iterator[None]:
    """Window geometry and columns of one test never reach another, or the developer's own."""
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    labels.set_language("en")
    use_dark(False)
    yield
    QSettings().sync()


@pytest.fixture(autouse=True)
def _patient_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are there when they were asked for, however busy the machine is."""
    monkeypatch.setattr(row_loader, "PATIENCE_SECONDS", 60.0)


@pytest.fixture(autouse=True)
def _patient_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test does on the thread of the window waits for what its workers store, however slow the disk is."""
    monkeypatch.setattr(database, "WINDOW_READS", 60.0)
    monkeypatch.setattr(database, "WINDOW_WRITES", 60.0)


@pytest.fixture(autouse=True)
def _clean_up_widgets(qapp: QApplication) -> Iterator[None]:
    yield
    for widget in qapp.topLevelWidgets():
        widget.close()
        widget.deleteLater()
    # deleteLater waits for an event loop that a test never runs
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()


@pytest.fixture
def immediate_jobs(qapp: QApplication) -> ImmediateJobs:
    return ImmediateJobs()


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    runner = Jobs()
    yield runner
    assert runner.cancel_all(PATIENCE_MS)


@pytest.fixture
def window(qtbot: QtBot, jobs: Jobs) -> Iterator[MainWindow]:
    """A window without a shop, whose work is done by the workers of the product."""
    made = MainWindow(jobs)
    yield made
    made.may_close = lambda: True
    made.close()
