"""The pages of a PDF as pictures, for the preview and for printing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from PySide6.QtGui import QImage

from desktop_app.documents.pdfium import ONE_AT_A_TIME

POINTS_PER_INCH = 72.0


@dataclass(frozen=True, slots=True)
class PageSize:
    """In points of 1/72 inch."""

    width: float
    height: float


class OpenPages:
    """An open document, for whoever draws many pages of it; made by :func:`open_pages`."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def sizes(self) -> tuple[PageSize, ...]:
        with ONE_AT_A_TIME:
            return tuple(PageSize(*self._document.get_page_size(number)) for number in range(len(self._document)))

    def render(self, number: int, dots_per_inch: float) -> QImage:
        with ONE_AT_A_TIME:
            return _render(self._document, number, dots_per_inch)


@contextmanager
def open_pages(data: bytes) -> Iterator[OpenPages]:
    """The pages of a PDF of ours; other documents can be looked at in between. Safe in a worker thread."""
    import pypdfium2

    with ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(data)
    try:
        yield OpenPages(document)
    finally:
        with ONE_AT_A_TIME:
            document.close()


def page_sizes(data: bytes) -> tuple[PageSize, ...]:
    """The size of every page of a PDF of ours."""
    with open_pages(data) as pages:
        return pages.sizes()


def render_page(data: bytes, number: int, dots_per_inch: float) -> QImage:
    """A page (from 0) on white as RGB888, which no printer driver has to convert. Safe in a worker thread."""
    with open_pages(data) as pages:
        return pages.render(number, dots_per_inch)


def _render(document: Any, number: int, dots_per_inch: float) -> QImage:
    page = document[number]
    try:
        bitmap = page.render(scale=dots_per_inch / POINTS_PER_INCH, rev_byteorder=True, prefer_bgrx=False)
        try:
            return _image(bitmap)
        finally:
            bitmap.close()
    finally:
        page.close()


def page_text(data: bytes, number: int) -> str:
    """The text of a page (from 0): what assistive technology reads instead of the picture."""
    with _opened(data) as document:
        page = document[number]
        text_page = page.get_textpage()
        try:
            return str(text_page.get_text_range()).replace("\r\n", "\n")
        finally:
            text_page.close()
            page.close()


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    import pypdfium2

    with ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(data)
        try:
            yield document
        finally:
            document.close()


def _image(bitmap: Any) -> QImage:
    formats = {1: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888, 4: QImage.Format.Format_RGBX8888}
    shown = QImage(
        memoryview(bitmap.buffer).cast("B"), bitmap.width, bitmap.height, bitmap.stride, formats[bitmap.n_channels]
    )
    # a copy: the picture must not point into PDFium's memory
    return shown.convertToFormat(QImage.Format.Format_RGB888).copy()
