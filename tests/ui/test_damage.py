"""A shop file that is damaged, in the window: what is shown of the two ways back, and each of them taken."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from desktop_app.services import Shop
from desktop_app.ui.dialogs.damage_dialog import DamageDialog
from desktop_app.ui.dialogs.restore_dialog import RestoreDialog
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.opening import Opening
from tests.services.damage import destroy, digests, leaves_of, root_of, without
from tests.services.sealed_shop import PASSWORD, add_order, make_shop
from tests.ui.opening_screen import opening_button, opening_text


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with a backup, and two orders since."""
    folder = tmp_path_factory.mktemp("sample") / "shop"
    shop = make_shop(folder, keys=600)
    shop.backups.make()
    for i in range(2):
        add_order(shop, f"N{i}")
    shop.close()
    return folder


def _asked(qtbot: QtBot, window: MainWindow, folder: Path) -> tuple[Opening, DamageDialog]:
    opening = Opening(window, window.jobs, folder)
    opening.start()
    opening_button(qtbot, window, "See what can be saved…").click()
    dialog = window.findChild(DamageDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: not dialog.work.is_busy)
    return opening, dialog


def test_a_backup_that_lacks_nothing_is_told_to(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    with closing(Shop.open(folder)) as shop:
        shop.unlock(PASSWORD)
        shop.backups.make()
    destroy(folder / "shop.db", [1])
    window.show()
    _, dialog = _asked(qtbot, window, folder)
    assert "nothing that can still be read here is newer" in dialog.backup_text.text()


def test_both_ways_are_told_and_nothing_is_done_yet(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    file = folder / "shop.db"
    destroy(file, [1, leaves_of(file, "card_keys")[2], root_of(file, "deliveries")])
    before = digests(folder)
    window.show()
    _, dialog = _asked(qtbot, window, folder)
    assert digests(folder) == before
    assert "later orders (2)" in dialog.backup_text.text()
    assert "% of the rows are saved" in dialog.salvage_text.text()
    told = dialog.lost.toPlainText()
    assert "Card keys: saved 600, lost 0, from the backup " in told
    assert "Deliveries: " in told
    assert dialog.backup_button.isEnabled()
    assert dialog.salvage_button.isEnabled()
    QApplication.processEvents()
    for label in dialog.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width()), f"cut off: {label.text()}"
    dialog.reject()


def test_salvaged_the_shop_opens_with_what_happened_after_the_backup(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    destroy(folder / "shop.db", [1, 2])
    opening, dialog = _asked(qtbot, window, folder)
    dialog.salvage_button.click()
    again = opening_button(qtbot, window, "Open the shop")
    assert "salvage.json" in opening_text(window)
    assert str(next(folder.glob("replaced-*"))) in opening_text(window)
    with qtbot.waitSignal(opening.opened):
        again.click()
    assert window.shop is not None
    window.shop.unlock(PASSWORD)
    assert window.shop.reports.check() == []
    with window.shop.context.read() as session:
        query = "SELECT count(*) FROM orders WHERE order_no LIKE 'N%'"
        assert session.connection().exec_driver_sql(query).scalar_one() == 2


def test_the_newest_backup_goes_the_way_of_every_backup(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    destroy(folder / "shop.db", [1])
    _, dialog = _asked(qtbot, window, folder)
    dialog.backup_button.click()
    look = window.findChild(RestoreDialog)
    assert look is not None
    qtbot.waitUntil(look.restore_button.isEnabled)
    assert "later events" in look.facts.value("lost")
    look.reject()


def test_without_a_backup_or_with_nothing_left_another_is_looked_for(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    without(folder, "backups")
    (folder / "shop.db").write_bytes(b"nothing" * 20_000)
    _, dialog = _asked(qtbot, window, folder)
    assert not dialog.salvage_button.isEnabled()
    assert not dialog.backup_button.isEnabled()
    assert "Nothing in" in dialog.message.text()
    dialog.other_button.click()
    assert window.findChildren(QFileDialog)


def test_what_can_never_be_unlocked_again_is_said_loudly(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    without(folder, "backups")
    file = folder / "shop.db"
    destroy(file, [1, root_of(file, "vault_slots")])
    _, dialog = _asked(qtbot, window, folder)
    assert "could ever be read again" in dialog.message.text()
    assert "none where backups" in dialog.backup_text.text()


def test_a_salvage_that_is_stopped_leaves_the_damaged_file(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    destroy(folder / "shop.db", [1])
    before = digests(folder)
    _, dialog = _asked(qtbot, window, folder)
    dialog.salvage_button.click()
    for job in window.jobs.running:
        job.cancel()
    opening_button(qtbot, window, "See what can be saved…")
    assert "Cancelled" in opening_text(window)
    assert digests(folder) == before
