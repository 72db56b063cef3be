"""What a file that was dropped on the window is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desktop_app.exchange.redemption_lists import looks_like_redemptions
from desktop_app.exchange.statements import looks_like_statement


def page_for(path: Path) -> str:
    """The name of the page that takes the file; looking into a workbook takes a moment."""
    if path.suffix.lower() == ".pdf":
        return "proofs"
    if looks_like_statement(path):
        return "refunds"
    return "orders" if looks_like_redemptions(path) else "keys"


def hand_over(path: Path, name: str, page: Any) -> None:
    """To the page called ``name``: refunds take a payment statement, orders a list of what was redeemed, proofs a PDF
    to be verified; everything else is card keys."""
    if name == "refunds":
        page.import_statement(path)
    elif name == "orders":
        page.import_redemptions(path)
    elif name == "proofs":
        page.verify(path)
    else:
        page.start_import(paths=[path])
