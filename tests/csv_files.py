"""Reading the CSV files of the exports back."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from desktop_app.exchange.kamidesk_export import unguarded


def read_back(path: Path) -> Iterator[list[str]]:
    """The rows, header first, every guard taken off as an import takes it off."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file, strict=True):
            yield [unguarded(cell) for cell in row]
