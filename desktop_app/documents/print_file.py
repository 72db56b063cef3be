"""One file for the printer out of many issued documents: their pages as they are, without their signatures.

A signature covers the bytes of its own file and means nothing in another one, so the fields of signatures are left
behind; the codes on the pages verify as before. Imports pypdfium2: load this module only when such a file is made.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from desktop_app.documents.pdfium import ONE_AT_A_TIME


class PrintFile:
    """Collects pages; made by :func:`print_file`."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def add(self, data: bytes, numbers: Sequence[int] | None = None) -> int:
        """Append the pages of a PDF of ours, or those of the given numbers (from 0); how many."""
        with ONE_AT_A_TIME:
            source = pypdfium2.PdfDocument(data)
            try:
                wanted = list(range(len(source)) if numbers is None else numbers)
                for number in wanted:
                    page = source[number]
                    for annotation in reversed(range(pdfium.FPDFPage_GetAnnotCount(page))):
                        pdfium.FPDFPage_RemoveAnnot(page, annotation)
                    page.close()
                self._document.import_pages(source, wanted)
                return len(wanted)
            finally:
                source.close()

    def data(self) -> bytes:
        """The file so far."""
        target = io.BytesIO()
        with ONE_AT_A_TIME:
            self._document.save(target)
        return target.getvalue()


@contextmanager
def print_file() -> Iterator[PrintFile]:
    """An empty file for the printer."""
    with ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument.new()
    try:
        yield PrintFile(document)
    finally:
        with ONE_AT_A_TIME:
            document.close()


def selected_pages(data: bytes, numbers: Sequence[int]) -> bytes:
    """The pages of these numbers (from 0) as a file of their own."""
    with print_file() as target:
        target.add(data, numbers)
        return target.data()


def page_count(data: bytes) -> int:
    """How many pages a PDF of ours has."""
    with ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(data)
        try:
            return len(document)
        finally:
            document.close()
