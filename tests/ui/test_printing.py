"""Paper without a printer: what is printed to a PDF file is looked at again."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication

from desktop_app.documents.redemption_proof import render_draft
from desktop_app.domain.errors import CancelledError, StorageError
from desktop_app.ui.jobs import Progress, Report
from desktop_app.ui.pdf_pages import page_sizes, page_text, render_page
from desktop_app.ui.printing import make_printer, print_lines, print_pdf
from tests.documents.proof_samples import sample_facts

DPI = 60


@pytest.fixture(scope="module")
def proof() -> bytes:
    return render_draft(sample_facts())


def _file_printer(path: Path, name: str = "HX-20261121-000042") -> QPrinter:
    printer = make_printer(name)
    printer.setOutputFileName(str(path))
    return printer


def _difference(first: QImage, second: QImage) -> float:
    """Mean difference of the brightness of two pictures of one size, 0 to 255."""
    assert first.size() == second.size()
    total = 0
    grey = [image.convertToFormat(QImage.Format.Format_Grayscale8) for image in (first, second)]
    for y in range(grey[0].height()):
        lines = [bytes(image.constScanLine(y))[: image.width()] for image in grey]
        total += sum(abs(a - b) for a, b in zip(*lines, strict=True))
    return total / (first.width() * first.height())


def test_a_page_is_rendered_white_and_without_alpha(proof: bytes) -> None:
    image = render_page(proof, 0, DPI)
    assert image.format() is QImage.Format.Format_RGB888
    assert image.pixelColor(2, 2).name() == "#ffffff"
    assert abs(image.width() - 595.28 * DPI / 72) <= 1
    assert "核销证明" in page_text(proof, 0)
    assert "HX-20261121-000042" in page_text(proof, 0)


def test_what_is_printed_looks_like_the_proof_on_the_whole_sheet(
    qapp: QApplication, proof: bytes, tmp_path: Path
) -> None:
    target = tmp_path / "out.pdf"
    reports: list[Report] = []
    printed = print_pdf(proof, _file_printer(target), Progress(reports.append))
    assert (printed.printer, printed.copies) == ("PDF: out.pdf", 1)
    data = target.read_bytes()
    assert len(page_sizes(data)) == len(page_sizes(proof))
    for number in range(len(page_sizes(proof))):
        before, after = render_page(proof, number, DPI), render_page(data, number, DPI)
        # A4 is rounded to whole points by the printer
        assert _difference(before, after.scaled(before.size())) < 6
    assert reports[-1] == Report(len(page_sizes(proof)), len(page_sizes(proof)), "")


def test_copies_and_page_ranges_are_painted_where_the_printer_does_not_repeat(
    qapp: QApplication, proof: bytes, tmp_path: Path
) -> None:
    target = tmp_path / "out.pdf"
    printer = _file_printer(target)
    printer.setCopyCount(3)
    printer.setPrintRange(QPrinter.PrintRange.PageRange)
    printer.setFromTo(2, 2)
    assert print_pdf(proof, printer, Progress(lambda _: None)).copies == 3
    data = target.read_bytes()
    assert len(page_sizes(data)) == 3
    expected = render_page(proof, 1, DPI)
    assert _difference(expected, render_page(data, 2, DPI).scaled(expected.size())) < 6


def test_cancelling_stops_at_the_next_page(qapp: QApplication, proof: bytes, tmp_path: Path) -> None:
    progress = Progress(lambda _: None)
    progress.cancel()
    with pytest.raises(CancelledError):
        print_pdf(proof, _file_printer(tmp_path / "out.pdf"), progress)


def test_a_target_that_cannot_be_written_is_named(qapp: QApplication, proof: bytes, tmp_path: Path) -> None:
    target = tmp_path / "gone" / "out.pdf"
    with pytest.raises(StorageError, match=r"out\.pdf"):
        print_pdf(proof, _file_printer(target), Progress(lambda _: None))


def test_the_name_of_the_document_is_ascii(qapp: QApplication) -> None:
    assert make_printer("核销 HX-1").docName() == "?? HX-1"


def test_lines_are_printed_in_their_order(qapp: QApplication, tmp_path: Path) -> None:
    target = tmp_path / "code.pdf"
    print_lines(_file_printer(target), "恢复码", ["店铺 星河", "请另行保管"], "ABCD-1234-EFGH")
    # the printer's text layer names some characters by their radicals
    text = unicodedata.normalize("NFKC", page_text(target.read_bytes(), 0))
    places = [text.find(part) for part in ("恢复码", "ABCD-1234-EFGH", "店铺 星河", "请另行保管")]
    assert -1 not in places
    assert places == sorted(places)
