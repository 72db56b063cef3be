"""What goes on paper, as it will look: pages, printer, copies; without a printer it becomes a PDF file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.errors import CancelledError, ShopError
from desktop_app.services.proof_batches import PrinterFile
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_choice import choose_target
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import error_text
from desktop_app.ui.pdf_pages import PageSize, page_sizes
from desktop_app.ui.printing import LARGEST_COPIES, Printed, Printers, PrintOrder, find_printers, print_document
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.pdf_preview import PdfPreview
from desktop_app.ui.widgets.screen_fit import resize_within_screen
from desktop_app.ui.widgets.work_bar import WorkBar

_LAST_PRINTER = "printing/printer"
_TO_FILE = ""


@dataclass(frozen=True, slots=True)
class _Paper:
    """What a job brought: the file, the sizes of its pages, and where it could go."""

    file: PrinterFile
    sizes: tuple[PageSize, ...]
    printers: Printers


class PrintDialog(QDialog):
    """Preview and printing of issued proofs; closes when they were handed over, and ``printed`` says where to."""

    printed = Signal(object)
    """Printed"""

    def __init__(self, parent: QWidget, shop: Any, jobs: Jobs, proof_ids: Sequence[int]) -> None:
        super().__init__(parent)
        self.setObjectName("print_preview_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Print"))
        self.setModal(True)
        resize_within_screen(self, 980, 720)
        self._shop = shop
        self._jobs = jobs
        self._file: PrinterFile | None = None
        self._build(len(proof_ids) > 1)
        self._enable()
        self._load(tuple(proof_ids))

    def _build(self, several: bool) -> None:
        self.preview = PdfPreview("print_preview", self._jobs)
        self.preview.show_message(self.tr("Preparing the paper…"), "")
        self.printer_combo = QComboBox()
        self.printer_combo.setObjectName("print_printer")
        self.printer_combo.setAccessibleName(self.tr("Printer"))
        self.printer_combo.currentIndexChanged.connect(self._enable)
        self.no_printer = plain_label(
            self.tr("No printer is set up on this computer. Save a PDF and print it elsewhere."),
            role="muted",
            name="print_no_printer",
            wrap=True,
        )
        self.no_printer.hide()
        self.copies_spin = self._spin("print_copies", self.tr("Copies"), LARGEST_COPIES)
        self.all_pages = self._choice(self.tr("All pages"), "print_all_pages")
        self.some_pages = self._choice(self.tr("Pages"), "print_some_pages")
        self._scope = QButtonGroup(self)
        self._scope.addButton(self.all_pages)
        self._scope.addButton(self.some_pages)
        self.all_pages.setChecked(True)
        self.some_pages.toggled.connect(self._enable)
        self.from_spin = self._spin("print_from", self.tr("First page"), 1)
        self.to_spin = self._spin("print_to", self.tr("Last page"), 1)
        self.from_spin.valueChanged.connect(self._on_first_changed)
        self.to_spin.valueChanged.connect(self._on_last_changed)
        self.page_spin = self._spin("print_show_page", self.tr("Show page"), 1)
        self.page_spin.valueChanged.connect(self.preview.show_page)
        self.preview.page_shown.connect(self._on_page_shown)
        self.count_label = plain_label(role="muted", name="print_count", wrap=True)
        self.unsigned_note = plain_label(
            self.tr(
                "Several proofs in one file: the file itself carries no signature. The code on the first page of each "
                "proof verifies on paper."
            ),
            role="muted",
            name="print_unsigned",
            wrap=True,
        )
        self.message = MessageStrip("print_message")
        self.work = WorkBar("print_work")
        self.cancel_button = push_button(self.tr("Cancel"), "print_cancel", self.reject)
        self.print_button = push_button(self.tr("Print"), "print_start", self._start, kind="primary", icon="printer")
        self.print_button.setDefault(True)
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(12)
        form.addRow(plain_label(self.tr("Printer"), role="muted"), self.printer_combo)
        form.addRow(self.no_printer)
        form.addRow(plain_label(self.tr("Copies"), role="muted"), self.copies_spin)
        form.addRow(plain_label(self.tr("Show page"), role="muted"), self.page_spin)
        side = QVBoxLayout()
        side.setSpacing(12)
        side.addWidget(plain_label(self.tr("Print"), role="title"))
        side.addLayout(form)
        side.addWidget(self.all_pages)
        side.addLayout(row_of(self.some_pages, self.from_spin, plain_label("–"), self.to_spin, 1))
        side.addWidget(self.count_label)
        side.addWidget(self.unsigned_note)
        if not several:
            self.unsigned_note.hide()
        side.addStretch(1)
        side.addWidget(self.message)
        side.addWidget(self.work)
        side.addLayout(row_of(1, self.cancel_button, self.print_button))
        right = QWidget()
        right.setProperty("plain", "true")
        right.setFixedWidth(320)
        right.setLayout(side)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 18)
        layout.setSpacing(18)
        layout.addWidget(self.preview, 1)
        layout.addWidget(right)

    @staticmethod
    def _spin(name: str, label: str, most: int) -> QSpinBox:
        spin = QSpinBox()
        spin.setObjectName(name)
        spin.setAccessibleName(label)
        spin.setRange(1, most)
        return spin

    @staticmethod
    def _choice(text: str, name: str) -> QRadioButton:
        button = QRadioButton(text)
        button.setObjectName(name)
        return button

    # the paper

    def _load(self, proof_ids: tuple[int, ...]) -> None:
        batches = self._shop.proof_batches

        def work(progress: Progress) -> _Paper:
            file = batches.printer_file(proof_ids, progress.report, progress.cancelled)
            return _Paper(file, page_sizes(file.data), find_printers())

        self.work.begin(self.tr("Preparing"))
        self.work.follow(self._jobs.run(self, work, self._on_loaded, self._on_load_failed))

    def _on_loaded(self, paper: _Paper) -> None:
        self.work.end()
        self._file = paper.file
        count = len(paper.sizes)
        for spin in (self.to_spin, self.from_spin, self.page_spin):
            spin.setMaximum(count)
        self.to_spin.setValue(count)
        self.preview.show_pdf(paper.file.data, paper.file.title, paper.sizes)
        self._offer(paper.printers)
        self._enable()
        self.print_button.setFocus()

    def _on_load_failed(self, error: ShopError) -> None:
        self.work.end()
        if isinstance(error, CancelledError):
            super().reject()
            return
        self.preview.show_message(self.tr("The paper cannot be shown"), error_text(error))

    def _offer(self, printers: Printers) -> None:
        for name in printers.names:
            self.printer_combo.addItem(name, name)
        self.printer_combo.addItem(self.tr("Save as a PDF file…"), _TO_FILE)
        self.no_printer.setVisible(not printers.names)
        last = str(QSettings().value(_LAST_PRINTER, "", type=str))
        wanted = last if last in printers.names else printers.default or next(iter(printers.names), _TO_FILE)
        self.printer_combo.setCurrentIndex(max(self.printer_combo.findData(wanted), 0))

    # choosing

    def _on_page_shown(self, number: int) -> None:
        self.page_spin.blockSignals(True)
        self.page_spin.setValue(number)
        self.page_spin.blockSignals(False)

    def _on_first_changed(self, number: int) -> None:
        self.to_spin.setValue(max(self.to_spin.value(), number))
        self.preview.show_page(number)
        self._enable()

    def _on_last_changed(self, number: int) -> None:
        self.from_spin.setValue(min(self.from_spin.value(), number))
        self._enable()

    def _span(self) -> tuple[int, int]:
        if self.some_pages.isChecked():
            return self.from_spin.value(), self.to_spin.value()
        return 1, self.to_spin.maximum()

    def _enable(self, *_: object) -> None:
        file, busy = self._file, self.work.is_busy
        is_ready = file is not None and not busy
        to_file = self.printer_combo.currentData() == _TO_FILE
        for widget in (self.printer_combo, self.all_pages, self.some_pages, self.page_spin, self.print_button):
            widget.setEnabled(is_ready)
        self.copies_spin.setEnabled(is_ready and not to_file)
        for spin in (self.from_spin, self.to_spin):
            spin.setEnabled(is_ready and self.some_pages.isChecked())
        self.print_button.setText(self.tr("Save…") if to_file else self.tr("Print"))
        if file is None:
            self.count_label.clear()
            return
        first, last = self._span()
        self.count_label.setText(
            self.tr("Pages: {pages} of {count}. Proofs: {proofs}.").format(
                pages=last - first + 1, count=file.pages, proofs=len(file.proofs_on(first, last))
            )
        )

    # printing

    def _start(self) -> None:
        file = self._file
        if file is None or self.work.is_busy:
            return
        printer = str(self.printer_combo.currentData())
        if printer != _TO_FILE:
            QSettings().setValue(_LAST_PRINTER, printer)
            first, last = self._span()
            self._send(file, PrintOrder(file.title, first, last, self.copies_spin.value(), printer))
            return
        name = f"{file.title.partition(' ')[0]}-{len(file.proof_ids)}" if len(file.proof_ids) > 1 else file.title
        choose_target(self, self.tr("Save as PDF"), f"{name}.pdf", [self.tr("PDF (*.pdf)")], self.save_to)

    def save_to(self, path: Path) -> None:
        """Write the chosen pages to ``path`` instead of printing them."""
        if self._file is not None:
            first, last = self._span()
            self._send(self._file, PrintOrder(self._file.title, first, last, path=path))

    def _send(self, file: PrinterFile, order: PrintOrder) -> None:
        prints = self._shop.prints

        def work(progress: Progress) -> Printed:
            printed = print_document(file.data, order, progress)
            prints.note(
                file.title,
                file.proofs_on(order.first, order.last),
                pages=printed.pages,
                copies=printed.copies,
                printer=printed.printer,
            )
            return printed

        self.message.clear()
        title = self.tr("Printing")
        self.work.begin(title)
        self._enable()
        self.work.follow(self._jobs.run(self, work, self._on_printed, self._on_print_failed, title))

    def _on_printed(self, printed: Printed) -> None:
        self.work.end()
        self.printed.emit(printed)
        self.accept()

    def _on_print_failed(self, error: ShopError) -> None:
        self.work.end()
        self._enable()
        if isinstance(error, CancelledError):
            self.message.say(self.tr("Stopped. Look at the queue of the printer for what it has already."), Tone.INFO)
        else:
            self.message.show_error(error)

    def reject(self) -> None:
        """Escape while it works stops the work; the dialog closes at the next one."""
        if self.work.is_busy:
            self.work.cancel()
        else:
            super().reject()
