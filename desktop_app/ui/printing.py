"""Paper: a PDF or a few lines of text to a printer, or to a PDF file.

Where the system prints PDF itself (CUPS: ``lp``), a document goes there as it is: sharp, small and at once. Elsewhere
its pages are painted.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QAbstractPrintDialog, QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QDialog, QWidget

from desktop_app.domain.errors import StorageError
from desktop_app.ui.jobs import Progress
from desktop_app.ui.pdf_pages import open_pages
from desktop_app.ui.theme import mono_font, sans_font

LARGEST_DPI = 300
"""Sharper than this, a page of text only grows."""
LARGEST_COPIES = 99

_STRIP_ROWS = 96
_ASK_SECONDS = 0.2
"""How often a spooler that is busy is asked whether it is still wanted."""


@dataclass(frozen=True, slots=True)
class Printed:
    """Where something was printed to, how many copies, and of how many pages each."""

    printer: str
    copies: int
    pages: int = 1


@dataclass(frozen=True, slots=True)
class PrintOrder:
    """What is wanted on paper: pages ``first`` to ``last``, counted from 1, to the queue ``printer`` or into the file
    ``path``. ``name`` is what the queue calls it."""

    name: str
    first: int
    last: int
    copies: int = 1
    printer: str = ""
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Printers:
    """The queues of this computer; ``default`` is empty when there is none."""

    names: tuple[str, ...]
    default: str


def find_printers() -> Printers:
    """Ask the system; a print server that is slow takes its time, so this is for a worker thread."""
    return Printers(tuple(QPrinterInfo.availablePrinterNames()), QPrinterInfo.defaultPrinterName())


def print_document(data: bytes, order: PrintOrder, progress: Progress) -> Printed:
    """Print a PDF of ours or write its pages to a file. For a worker thread; :class:`StorageError` when nothing came
    out, :class:`CancelledError` when it was given up."""
    if order.path is None and shutil.which("lp") is None:
        return print_pdf(data, _painter_of(order), progress)
    from desktop_app.documents.print_file import page_count, selected_pages
    from desktop_app.documents.whole_file import write_whole

    pages = order.last - order.first + 1
    if pages < page_count(data):
        data = selected_pages(data, range(order.first - 1, order.last))
    progress.stop_if_cancelled()
    if order.path is not None:
        write_whole(order.path, data)
        return Printed(f"PDF: {order.path.name}", 1, pages)
    _spool(data, order, progress)
    return Printed(order.printer, order.copies, pages)


def _spool(data: bytes, order: PrintOrder, progress: Progress) -> None:
    """Hand a PDF to CUPS; it scales and repeats it."""
    command = ["lp", "-d", order.printer, "-n", str(order.copies), "-t", _ascii(order.name), "-o", "media=A4", "-"]
    # from a file that nobody else sees: of what is given to communicate, nothing is sent after its first timeout
    with tempfile.TemporaryFile() as paper:
        paper.write(data)
        paper.seek(0)
        try:
            spooler = subprocess.Popen(command, stdin=paper, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        except OSError as error:
            raise _not_printed(order.printer) from error
    while True:
        try:
            _, complaint = spooler.communicate(timeout=_ASK_SECONDS)
            break
        except subprocess.TimeoutExpired:
            if progress.cancelled():
                spooler.kill()
                spooler.communicate()
                progress.stop_if_cancelled()
    if spooler.returncode != 0:
        raise _not_printed(order.printer, complaint.decode(errors="replace").strip().removeprefix("lp: "))


def _painter_of(order: PrintOrder) -> QPrinter:
    printer = make_printer(order.name)
    printer.setPrinterName(order.printer)
    if printer.printerName() != order.printer or not printer.isValid():
        raise _not_printed(order.printer)
    printer.setCopyCount(order.copies)
    printer.setPrintRange(QPrinter.PrintRange.PageRange)
    printer.setFromTo(order.first, order.last)
    return printer


def _not_printed(printer: str, reason: str = "") -> StorageError:
    return StorageError(
        "Nothing could be printed to {printer}: check that it is switched on and ready. {reason}",
        "无法打印到 {printer}：请检查打印机是否开启、是否就绪。{reason}",
        printer=printer,
        reason=reason[:200],
    )


def make_printer(name: str) -> QPrinter:
    """A printer for whole A4 pages; ``name`` is the document's, ASCII only because queues mangle the rest."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(_ascii(name))
    printer.setCreator("kamidesk")
    printer.setFullPage(True)
    printer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
    )
    return printer


def _ascii(name: str) -> str:
    return name.encode("ascii", "replace").decode("ascii")


def ask_printer(
    parent: QWidget, name: str, title: str, on_accepted: Callable[[QPrinter], object], *, pages: int = 1
) -> QPrintDialog:
    """Open the printer dialog of the desktop; ``on_accepted`` gets the printer with what was chosen."""
    printer = make_printer(name)
    dialog = QPrintDialog(printer, parent)
    dialog.setObjectName("print_dialog")
    dialog.setWindowTitle(title)
    dialog.setMinMax(1, pages)
    dialog.setOption(QAbstractPrintDialog.PrintDialogOption.PrintPageRange, pages > 1)
    dialog.finished.connect(lambda result: on_accepted(printer) if result else None)
    dialog.finished.connect(dialog.deleteLater)
    # QPrintDialog has an open() of its own that wants a receiver
    QDialog.open(dialog)
    return dialog


def print_pdf(data: bytes, printer: QPrinter, progress: Progress) -> Printed:
    """Print the chosen pages of a PDF, full size. For a worker thread; :class:`StorageError` when nothing came out.

    Cancelling gives the paper up: what the queue holds of it is aborted.
    """
    with open_pages(data) as pages:
        sizes = pages.sizes()
        chosen = _chosen(printer, len(sizes))
        dpi = min(float(printer.resolution()), float(LARGEST_DPI))

        def sheets() -> Iterator[tuple[QImage, QRectF]]:
            for number in chosen:
                size = sizes[number]
                unit = printer.resolution() / 72.0
                yield pages.render(number, dpi), QRectF(0, 0, size.width * unit, size.height * unit)

        _paint(printer, sheets, _rounds(printer), len(chosen), progress)
    return Printed(_name(printer), printer.copyCount(), len(chosen))


def _paint(
    printer: QPrinter,
    sheets: Callable[[], Iterator[tuple[QImage, QRectF]]],
    rounds: int,
    count: int,
    progress: Progress,
) -> None:
    painter = QPainter()
    _begin(painter, printer)
    # JPEG would blur small print and the QR code
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    try:
        done = 0
        for _ in range(rounds):
            for image, place in sheets():
                if progress.cancelled():
                    printer.abort()
                    progress.stop_if_cancelled()
                if done:
                    printer.newPage()
                _draw_in_strips(painter, image, place)
                done += 1
                progress.report(done, count * rounds)
    finally:
        painter.end()
    _require_printed(printer)


def _draw_in_strips(painter: QPainter, image: QImage, place: QRectF) -> None:
    """Qt keeps the window waiting while it packs a picture, so it gets a little at a time."""
    scale = place.height() / image.height()
    for top in range(0, image.height(), _STRIP_ROWS):
        rows = min(_STRIP_ROWS, image.height() - top)
        # whole dots: no light shines through between two strips
        first, last = round(place.top() + top * scale), round(place.top() + (top + rows) * scale)
        painter.drawImage(
            QRectF(place.left(), first, place.width(), last - first), image, QRectF(0, top, image.width(), rows)
        )


def print_lines(printer: QPrinter, title: str, lines: Sequence[str], code: str = "") -> Printed:
    """Print one page: a title, ``code`` in large fixed letters, and lines of text below it."""
    painter = QPainter()
    _begin(painter, printer)
    unit = printer.resolution() / 25.4
    width = printer.pageLayout().fullRectPixels(printer.resolution()).width() - 40 * unit
    y = 25 * unit
    try:
        for text, font in (
            (title, sans_font(18, bold=True)),
            (code, mono_font(15)),
            ("\n\n".join(lines), sans_font(11)),
        ):
            if text:
                y += _draw_text(painter, printer, text, font, QRectF(20 * unit, y, width, 230 * unit)) + 8 * unit
    finally:
        painter.end()
    _require_printed(printer)
    return Printed(_name(printer), printer.copyCount())


def _draw_text(painter: QPainter, printer: QPrinter, text: str, font: QFont, place: QRectF) -> float:
    flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWrapAnywhere)
    painter.setFont(font)
    painter.drawText(place, flags, text)
    return QFontMetricsF(font, printer).boundingRect(place, flags, text).height()


def _begin(painter: QPainter, printer: QPrinter) -> None:
    target = printer.outputFileName()
    if target and not Path(target).parent.is_dir():
        raise StorageError(
            "{file} cannot be written: its folder does not exist.", "无法写入 {file}：所在文件夹不存在。", file=target
        )
    if not painter.begin(printer):
        raise StorageError(
            "Nothing could be printed to {printer}: check that it is switched on and has room.",
            "无法打印到 {printer}：请检查打印机是否开启、文件是否可写。",
            printer=_name(printer),
        )


def _require_printed(printer: QPrinter) -> None:
    if printer.printerState() is QPrinter.PrinterState.Error:
        raise StorageError(
            "Printing to {printer} failed; look at its queue and try again.",
            "打印到 {printer} 失败，请查看打印队列后重试。",
            printer=_name(printer),
        )


def _chosen(printer: QPrinter, count: int) -> range:
    if printer.printRange() is QPrinter.PrintRange.PageRange and printer.fromPage() > 0:
        return range(printer.fromPage() - 1, min(printer.toPage() or count, count))
    return range(count)


def _rounds(printer: QPrinter) -> int:
    """How often we paint the pages ourselves: a queue repeats them, a PDF file does not."""
    copies = min(printer.copyCount(), LARGEST_COPIES)
    return 1 if printer.supportsMultipleCopies() else copies


def _name(printer: QPrinter) -> str:
    target = printer.outputFileName()
    return f"PDF: {Path(target).name}" if target else printer.printerName() or "?"
