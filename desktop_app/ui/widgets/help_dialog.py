"""F1: the help texts, found beside the program."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QVBoxLayout, QWidget

from desktop_app.paths import resources
from desktop_app.ui.labels import language
from desktop_app.ui.widgets.basics import push_button, row_of

ROW_HEIGHT = 36


def help_files() -> list[Path]:
    """The help texts in the language of the window, English where there is none."""
    for folder in (resources() / "help" / language(), resources() / "help" / "en"):
        files = sorted(folder.glob("*.md"))
        if files:
            return files
    return []


class HelpDialog(QDialog):
    """Topics at the left, text at the right; ``topic`` is the file's stem, by preference the name of a page."""

    def __init__(self, parent: QWidget, topic: str = "") -> None:
        super().__init__(parent)
        self.setObjectName("help_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Help"))
        self.resize(860, 600)
        self._files = help_files()
        self._topics = QListWidget()
        self._topics.setObjectName("help_topics")
        self._topics.setAccessibleName(self.tr("Help topics"))
        self._topics.setFixedWidth(210)
        self._browser = QTextBrowser()
        self._browser.setObjectName("help_text")
        self._browser.setAccessibleName(self.tr("Help text"))
        self._browser.setOpenLinks(False)
        for path in self._files:
            topic_item = QListWidgetItem(_heading(path), self._topics)
            topic_item.setSizeHint(QSize(0, ROW_HEIGHT))
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self._topics)
        body.addWidget(self._browser, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 16)
        layout.setSpacing(12)
        layout.addLayout(body, 1)
        layout.addLayout(row_of(1, push_button(self.tr("Close"), "close_button", self.accept)))
        self._topics.itemSelectionChanged.connect(self._show)
        if self._files:
            stems = [path.stem.split("-", 1)[-1] for path in self._files]
            self._topics.setCurrentRow(stems.index(topic) if topic in stems else 0)
        else:
            self._browser.setPlainText(self.tr("The help texts are missing from this installation."))

    def _show(self) -> None:
        rows = self._topics.selectedIndexes()
        if rows:
            self._browser.setMarkdown(self._files[rows[0].row()].read_text(encoding="utf-8"))


def _heading(path: Path) -> str:
    """The first heading of a text is its name in the list."""
    with path.open(encoding="utf-8") as lines:
        return next((line.lstrip("# ").strip() for line in lines if line.startswith("#")), path.stem)
