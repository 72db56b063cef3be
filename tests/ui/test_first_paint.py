"""What the window has loaded when it is painted for the first time, each time in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_CHILD = """
import gc, os, sys
from pathlib import Path
from desktop_app.ui import app

class Window(app.MainWindow):
    def __init__(self, jobs):
        super().__init__(jobs)
        self.first_painted.connect(self.tell)

    def tell(self):
        import PySide6.QtCore, PySide6.QtGui, PySide6.QtWidgets
        # a class of Qt is loaded, with all its enums, when somebody asks for it
        found = [name for name in {modules!r} if name in sys.modules]
        found += [name for name in {classes!r} if any(
            name in vars(module) for module in (PySide6.QtCore, PySide6.QtGui, PySide6.QtWidgets))]
        found += ["gc"] * gc.isenabled()
        print(*found, flush=True)
        os._exit(0)

app.MainWindow = Window
sys.argv = ["kamidesk"]
import desktop_app.__main__
desktop_app.__main__.main()
"""
_LATER_MODULES = (
    "dataclasses",
    "datetime",
    "json",
    "sqlite3",
    "typer",
    "zoneinfo",
    "PySide6.QtNetwork",
    "PySide6.QtPrintSupport",
    "desktop_app.services.early_desk",
    "desktop_app.ui.opening",
    "desktop_app.ui.pages.desk_page",
)
_LATER_CLASSES = ("QStyle", "QMouseEvent", "QDir", "QSaveFile", "QComboBox", "QDialog")


def _first_paint(tmp_path: Path) -> list[str]:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "KAMIDESK_DATA": str(tmp_path / "none"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    code = _CHILD.format(modules=_LATER_MODULES, classes=_LATER_CLASSES)
    done = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return done.stdout.split()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the cache and the settings are elsewhere")
def test_the_first_paint_waits_for_nothing_that_it_does_not_show(tmp_path: Path) -> None:
    first = _first_paint(tmp_path)
    assert set(first) <= {"QDir", "QSaveFile"}, "the first start of all writes the icons of the style sheet"
    assert _first_paint(tmp_path) == []


def test_the_table_of_the_first_page_is_painted_without_the_flags_of_the_style(tmp_path: Path) -> None:
    code = """
import os
from PySide6.QtWidgets import QApplication
import PySide6.QtWidgets
from desktop_app.ui.app import make_application
from desktop_app.ui.row_model import Column, ListSource
from desktop_app.ui.widgets.basics import Tone, plain_label, set_tone
from desktop_app.ui.widgets.row_table import RowTable
app = make_application(())
column = Column("name", "Name", lambda row: row, tone=lambda row: Tone.OK)
table = RowTable("names", "Names", [column], lambda sort: ListSource(["one", "two"]), row_id=lambda row: row)
table.show()
table.reload()
table.select_row(1)
set_tone(plain_label("not shown yet"), Tone.WARN)
while not table.rows.rowCount():
    app.processEvents()
table.viewport().repaint()
print(table.rows.rowCount(), "QStyle" in vars(PySide6.QtWidgets), flush=True)
os._exit(0)
"""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True, env=environment)
    assert done.stdout.split() == ["2", "False"]


@pytest.mark.parametrize(
    ("page", "later"),
    [
        ("requests_page", "desktop_app.documents.dossier"),
        ("requests_page", "desktop_app.ui.dialogs.dossier_dialog"),
        ("keys_page", "desktop_app.ui.dialogs.import_keys_dialog"),
    ],
)
def test_a_page_is_there_before_its_large_dialogs_are_loaded(page: str, later: str) -> None:
    code = f"import sys, desktop_app.ui.pages.{page}; print({later!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True)
    assert done.stdout.strip() == "False"
