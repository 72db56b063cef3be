"""Nothing is shown before it has its place: for a moment it would be a window of its own, and cost the time of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QWidget

from desktop_app.ui.jobs import ImmediateJobs
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.page_table import PAGES
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from tests.ui.paper_shop import PaperWindow


class _Watch(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.stray: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_stray = (
            event.type() == QEvent.Type.Show
            and isinstance(watched, QWidget)
            and watched.isWindow()
            and not isinstance(watched, (QDialog, QMainWindow))
        )
        if is_stray:
            self.stray.append(f"{type(watched).__name__} {watched.objectName()}")
        return False


@pytest.fixture
def watch(qapp: QApplication) -> Iterator[_Watch]:
    made = _Watch()
    qapp.installEventFilter(made)
    yield made
    qapp.removeEventFilter(made)


def test_pages_and_dialogs_show_no_part_as_a_window(
    watch: _Watch, immediate_jobs: ImmediateJobs, tmp_path: Path
) -> None:
    at = PaperWindow(tmp_path / "shop", immediate_jobs)
    proof_ids = [at.shop.proofs.issue(at.redeemed(f"DD2026112200{number}")) for number in (1, 2)]
    window = MainWindow(immediate_jobs)
    window.attach(at.shop)
    window.show()
    for entry in PAGES:
        window.navigate(entry.name)
    page = at.page("proofs")
    page.open_print([proof.id for proof in proof_ids]).reject()
    page.open_batch().reject()
    page.verify().reject()
    ConfirmDialog(window, "Void", "They can never be sold.", "Void", option="Invalid").open()
    assert watch.stray == []
    window.detach()
    window.close()
