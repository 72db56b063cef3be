"""Importing card keys: source, preview, result. Nothing is stored before the preview was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.domain.errors import CancelledError, ShopError
from desktop_app.services.inventory import ImportPreview, ImportResult
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.key_preview import KeyPreviewStep
from desktop_app.ui.dialogs.key_source import KeySourceStep
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.widgets.basics import FactsGrid, plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.work_bar import WorkBar


class ImportKeysDialog(QDialog):
    """``imported`` carries the ImportResult; ``batch_wanted`` the id of the batch to look at."""

    imported = Signal(object)
    batch_wanted = Signal(int)

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("import_keys_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Import card keys"))
        self.setModal(True)
        self.setAcceptDrops(True)
        self.resize(900, 640)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._preview: ImportPreview | None = None
        self._result: ImportResult | None = None
        self.source = KeySourceStep(shop)
        self.preview = KeyPreviewStep()
        self._steps = QStackedWidget()
        self._steps.setObjectName("import_steps")
        for step in (self.source, self.preview, self._result_step()):
            self._steps.addWidget(step)
        self.message = MessageStrip("import_message")
        self.work = WorkBar("import_work")
        self._title = plain_label(role="title")
        self._hint = plain_label(role="muted", name="import_hint", wrap=True)
        self.close_button = push_button(self.tr("Close"), "import_close_button", self.reject)
        self.back_button = push_button(self.tr("Back"), "import_back_button", self._go_back)
        self.next_button = push_button("", "import_next_button", self._go_on, kind="primary")
        self.next_button.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(12)
        layout.addWidget(self._title)
        layout.addWidget(self._hint)
        layout.addWidget(self._steps, 1)
        layout.addWidget(self.message)
        layout.addWidget(self.work)
        layout.addLayout(row_of(self.close_button, 1, self.back_button, self.next_button))
        self.source.changed.connect(self.message.clear)
        self.preview.ready_changed.connect(self._show_buttons)
        self._show_step(0)

    def start(self, *, product_id: int | None = None, path: Path | None = None) -> None:
        """Open; with both given the preview is made at once."""
        self.source.load_products(product_id)
        if path is not None:
            self.source.set_path(path)
        self.open()
        if path is not None and product_id is not None:
            self.make_preview()

    # steps

    def _go_on(self) -> None:
        step = self._steps.currentIndex()
        if step == 0:
            self.make_preview()
        elif step == 1:
            self.import_keys()
        elif self._result is not None:
            self.batch_wanted.emit(self._result.batch_id)
            self.accept()

    def _go_back(self) -> None:
        """Back to the source; after an import to the next one."""
        self._preview = self._result = None
        self.preview.show_preview(None)
        self._show_step(0)

    def make_preview(self) -> None:
        """Read the keys in a worker; the shop is only searched."""
        product_id, source = self.source.product_combo.item_id(), self.source.source()
        if product_id is None or source is None:
            text = self.tr("Choose the file first.") if self.source.file_radio.isChecked() else self.tr("Paste first.")
            self.message.say(text, Tone.WARN)
            return
        try:
            self.source.options()
        except ShopError as error:
            self.message.show_error(error)
            return
        encoding, column = self.source.encoding(), self.source.column()
        inventory = self._shop.inventory

        def work(progress: Progress) -> ImportPreview:
            if isinstance(source, Path):
                made: ImportPreview = inventory.preview_file(
                    source,
                    product_id,
                    encoding=encoding,
                    column=column,
                    progress=progress.report,
                    cancelled=progress.cancelled,
                )
            else:
                made = inventory.preview_text(
                    source, product_id, progress=progress.report, cancelled=progress.cancelled
                )
            return made

        self._begin(self.tr("Reading the keys"))
        self.work.follow(
            self._jobs.run(self, work, self._on_preview, self._on_failed, title=self.tr("Reading the keys"))
        )

    def import_keys(self) -> None:
        """Store the new keys of the preview in a worker: one batch or nothing."""
        preview = self._preview
        if preview is None or not self.preview.is_ready():
            return
        try:
            options = self.source.options()
        except ShopError as error:
            self.message.show_error(error)
            return
        inventory = self._shop.inventory

        def work(progress: Progress) -> ImportResult:
            result: ImportResult = inventory.import_keys(
                preview, options, progress=progress.report, cancelled=progress.cancelled
            )
            return result

        self._begin(self.tr("Importing the keys"))
        self.work.follow(
            self._jobs.run(self, work, self._on_imported, self._on_failed, title=self.tr("Importing the keys"))
        )

    # answers

    def _on_preview(self, preview: ImportPreview) -> None:
        self._end()
        self._preview = preview
        self.preview.show_preview(preview)
        self._show_step(1)
        if preview.new_count == 0:
            self.message.say(self.tr("No line holds a new key, so there is nothing to import."), Tone.WARN)

    def _on_imported(self, result: ImportResult) -> None:
        self._end()
        # the preview holds the keys in clear
        self._preview = None
        self.preview.show_preview(None)
        self._result = result
        self._show_result(result)
        self._show_step(2)
        self.imported.emit(result)

    def _on_failed(self, error: ShopError) -> None:
        self._end()
        if isinstance(error, CancelledError):
            self.message.say(self.tr("Cancelled: no card key was stored."))
        else:
            self.message.show_error(error)

    def _begin(self, title: str) -> None:
        self.message.clear()
        self.work.begin(title)
        self._steps.setEnabled(False)
        self._show_buttons()

    def _end(self) -> None:
        self.work.end()
        self._steps.setEnabled(True)
        self._show_buttons()

    # the result

    def _result_step(self) -> QWidget:
        step = QWidget()
        self.result_label = plain_label(name="import_result", role="section", wrap=True, selectable=True)
        self._counts = FactsGrid("import_counts", key_width=170)
        for key, title in (
            ("new", self.tr("Stored as new")),
            ("file_duplicates", self.tr("Left out: twice in the file")),
            ("shop_duplicates", self.tr("Left out: already in the shop")),
            ("malformed", self.tr("Left out: malformed")),
            ("blank", self.tr("Left out: blank")),
            ("lines", self.tr("Lines in all")),
        ):
            self._counts.add(key, title)
        layout = QVBoxLayout(step)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(self.result_label)
        layout.addWidget(self._counts)
        layout.addStretch(1)
        return step

    def _show_result(self, result: ImportResult) -> None:
        self.result_label.setText(
            self.tr("{count} new keys are in stock as batch {batch}.").format(
                count=f"{result.new_count:,}", batch=result.batch_name
            )
        )
        for key, value in (
            ("new", result.new_count),
            ("file_duplicates", result.file_duplicates),
            ("shop_duplicates", result.shop_duplicates),
            ("malformed", result.malformed_count),
            ("blank", result.blank_count),
            ("lines", result.line_count),
        ):
            self._counts.set_value(key, f"{value:,}" if value or key in ("new", "lines") else "")

    # what is shown

    def _show_step(self, step: int) -> None:
        self._steps.setCurrentIndex(step)
        self.message.clear()
        titles = (self.tr("Import card keys"), self.tr("What becomes of each line"), self.tr("The keys are stored"))
        hints = (
            self.tr("Next comes a preview with a verdict for every line; nothing is stored before you have seen it."),
            self.tr("Only the new keys are stored. Choose a verdict to see its lines."),
            "",
        )
        self._title.setText(titles[step])
        self._hint.setText(hints[step])
        self._hint.setVisible(bool(hints[step]))
        self._show_buttons()

    def _show_buttons(self) -> None:
        step, busy = self._steps.currentIndex(), self.work.is_busy
        count = 0 if self._preview is None else self._preview.new_count
        texts = (
            self.tr("Preview"),
            self.tr("Import {count} keys").format(count=f"{count:,}"),
            self.tr("Show these keys"),
        )
        self.next_button.setText(texts[step])
        self.next_button.setEnabled(not busy and (step != 1 or self.preview.is_ready()))
        self.back_button.setText(self.tr("Import more") if step == 2 else self.tr("Back"))
        self.back_button.setVisible(step > 0)
        self.back_button.setEnabled(not busy)

    # Qt's side

    def reject(self) -> None:
        """Escape stops the work first; the dialog stays, so that it can say what became of it."""
        if self.work.is_busy:
            self.work.cancel()
        else:
            super().reject()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not self.work.is_busy and dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_file(event)
        if path is not None and not self.work.is_busy:
            if self._steps.currentIndex() > 0:
                self._go_back()
            self.source.set_path(path)


def dropped_file(event: QDropEvent) -> Path | None:
    """The one local file that is being dropped; None for anything else."""
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    return Path(urls[0].toLocalFile())
