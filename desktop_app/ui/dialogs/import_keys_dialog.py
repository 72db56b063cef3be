"""Importing card keys: source, preview, result. Nothing is stored before the preview was seen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_app.domain.errors import CancelledError, ShopError
from desktop_app.services.inventory import ColumnChoiceError, ImportPreview, ImportResult, KeyLayout
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_choice import choose_target, dropped_files
from desktop_app.ui.dialogs.key_preview import KeyPreviewStep
from desktop_app.ui.dialogs.key_source import KeySourceStep
from desktop_app.ui.dialogs.work_dialog import WorkDialog
from desktop_app.ui.jobs import Job, Jobs, Progress
from desktop_app.ui.labels import language
from desktop_app.ui.widgets.basics import FactsGrid, plain_label, push_button, row_of
from desktop_app.ui.widgets.screen_fit import resize_within_screen


class ImportKeysDialog(WorkDialog):
    """``imported`` carries the ImportResult; ``batch_wanted`` the id of the batch to look at."""

    imported = Signal(object)
    batch_wanted = Signal(int)

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget) -> None:
        super().__init__(parent, "import_keys_dialog", "import", self.tr("Import card keys"), jobs)
        self.setAcceptDrops(True)
        resize_within_screen(self, 980, 740)
        self._shop = shop
        self._window = window
        self._preview: ImportPreview | None = None
        self._result: ImportResult | None = None
        self._waiting: list[Path] = []
        self._reading: Job | None = None
        self._asked = 0
        self._is_reading = False
        self.source = KeySourceStep(shop)
        self.preview = KeyPreviewStep()
        self._steps = QStackedWidget()
        self._steps.setObjectName("import_steps")
        for step in (self.source, self.preview, self._result_step()):
            self._steps.addWidget(step)
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
        self.preview.ready_changed.connect(self.show_state)
        self.preview.report_wanted.connect(self._save_report)
        self.preview.layout_panel.layout_changed.connect(self._read_so)
        self.preview.layout_panel.forget_wanted.connect(self._forget)
        self._show_step(0)

    def start(self, *, product_id: int | None = None, paths: Sequence[Path] = (), text: str = "") -> None:
        """Open; with a product and its keys given the preview is made at once. Further files wait for their turn."""
        self.source.load_products(product_id)
        if text:
            self.source.set_text(text)
        self._waiting = list(paths)
        self._take_next()
        self.open()
        if product_id is not None and (paths or text):
            self.make_preview()

    def add_files(self, paths: Sequence[Path]) -> None:
        """Files that were dropped: the first is looked at next, unless keys are being looked at already."""
        self._waiting += paths
        if self._steps.currentIndex() == 0 and not self.work.is_busy:
            self._take_next()
        else:
            self._show_step(self._steps.currentIndex())

    def _take_next(self) -> None:
        if self._waiting:
            self.source.set_path(self._waiting.pop(0))
        self._show_step(self._steps.currentIndex())

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
        is_done = self._result is not None
        self._preview = self._result = None
        self.preview.show_preview(None)
        self._show_step(0)
        if is_done:
            self._take_next()

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
        self._read(product_id, source, None)

    def _read_so(self, choices: KeyLayout) -> None:
        """The merchant changed how it is read: the preview follows at once."""
        product_id, source = self.source.product_combo.item_id(), self.source.source()
        if product_id is not None and source is not None:
            self._read(product_id, source, choices)

    def _read(self, product_id: int, source: Path | str, choices: KeyLayout | None) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._asked += 1
        encoding, inventory = self.source.encoding(), self._shop.inventory

        def work(progress: Progress) -> tuple[ImportPreview, bool]:
            preview = inventory.preview(
                source,
                product_id,
                choices,
                encoding=encoding,
                progress=progress.report,
                cancelled=progress.cancelled,
            )
            return preview, inventory.remembers_layout(product_id)

        # what stood there was read otherwise: it must not be imported
        self._preview = None
        self._is_reading = True
        self._reading = self.run_work(
            self.tr("Reading the keys"),
            work,
            partial(self._on_preview, self._asked),
            partial(self._on_unread, self._asked, choices or KeyLayout(encoding=encoding), isinstance(source, Path)),
        )

    def import_keys(self) -> None:
        """Store the new keys of the preview in a worker: one batch or nothing."""
        preview = self._preview
        if preview is None or self.work.is_busy or not self.preview.is_ready():
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

        self.run_work(self.tr("Importing the keys"), work, self._on_imported, self._on_failed)

    # answers

    def _on_preview(self, asked: int, answer: tuple[ImportPreview, bool]) -> None:
        if asked != self._asked:
            return  # asked otherwise meanwhile
        preview, is_known = answer
        self.end_work()
        self._preview = preview
        self.preview.show_preview(preview)
        self.preview.layout_panel.show_remembered(preview.is_remembered if is_known else None)
        self._show_step(1)
        if preview.new_count == 0:
            self.message.say(self.tr("No line holds a new key, so there is nothing to import."), Tone.WARN)

    def _on_unread(self, asked: int, choices: KeyLayout, is_file: bool, error: ShopError) -> None:
        if asked != self._asked:
            return
        self.preview.show_preview(None)
        if isinstance(error, ColumnChoiceError):
            self.end_work()
            self.preview.layout_panel.show_choice(error, choices, is_file=is_file)
            self.preview.layout_panel.show_remembered(None)
            self._show_step(1)
            self.message.show_error(error)
        else:
            self._on_failed(error)

    def _forget(self) -> None:
        """Nothing is remembered for the product any more; the list is read as it looks like."""
        product_id = self.source.product_combo.item_id()
        if product_id is not None:
            self._jobs.run(
                self,
                lambda _progress: self._shop.inventory.forget_layout(product_id),
                lambda _none: self.make_preview(),
                self.message.show_error,
            )

    def _save_report(self) -> None:
        preview, verdict = self._preview, self.preview.filter.verdict
        if preview is None or self.work.is_busy:
            return

        def write(path: Path) -> None:
            def work(progress: Progress) -> int:
                lines: int = self._shop.inventory.save_report(
                    preview, path, language(), verdict, progress=progress.report, cancelled=progress.cancelled
                )
                return lines

            self.run_work(self.tr("Writing the report"), work, partial(self._on_report, path), self._on_report_failed)

        name = self.tr("{file}-report.csv").format(file=Path(preview.source).stem)
        choose_target(self, self.tr("Where the report goes"), name, (self.tr("CSV (*.csv)"),), write)

    def _on_report(self, path: Path, lines: int) -> None:
        self.end_work()
        self.message.say(
            self.tr("The report of {count} lines is in {file}.").format(count=f"{lines:,}", file=path.name), Tone.OK
        )

    def _on_report_failed(self, error: ShopError) -> None:
        self.end_work()
        self.message.show_error(error)

    def _on_imported(self, result: ImportResult) -> None:
        self.end_work()
        # the preview holds the keys in clear
        self._preview = None
        self.preview.show_preview(None)
        self._result = result
        self._show_result(result)
        self._show_step(2)
        self.imported.emit(result)

    def _on_failed(self, error: ShopError) -> None:
        self.end_work()
        if isinstance(error, CancelledError):
            self.message.say(self.tr("Cancelled: no card key was stored."))
        else:
            self.message.show_error(error)

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
        waiting = self.tr("Files that wait for their turn: {count}.").format(count=len(self._waiting))
        self._hint.setText("  ".join(filter(None, (hints[step], waiting if self._waiting else ""))))
        self._hint.setVisible(bool(self._hint.text()))
        self.show_state()

    def _more_text(self) -> str:
        if not self._waiting:
            return self.tr("Import more")
        return self.tr("Next file: {file}").format(file=self._waiting[0].name)

    def end_work(self) -> None:
        self._is_reading = False
        super().end_work()

    def show_state(self) -> None:
        step, busy = self._steps.currentIndex(), self.work.is_busy
        # how the list is read may be changed again before the answer to the last change
        self._steps.setEnabled(not busy or (self._is_reading and step == 1))
        count = 0 if self._preview is None else self._preview.new_count
        texts = (
            self.tr("Preview"),
            self.tr("Import {count} keys").format(count=f"{count:,}"),
            self.tr("Show these keys"),
        )
        self.next_button.setText(texts[step])
        self.next_button.setEnabled(not busy and (step != 1 or self.preview.is_ready()))
        self.back_button.setText(self._more_text() if step == 2 else self.tr("Back"))
        self.back_button.setVisible(step > 0)
        self.back_button.setEnabled(not busy)

    # Qt's side

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = dropped_files(event)
        if paths:
            event.acceptProposedAction()
            self.add_files(paths)
