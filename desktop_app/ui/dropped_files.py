"""What a file that was dropped on the window is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from desktop_app.domain.errors import ShopError
from desktop_app.ui.jobs import Jobs


def take(
    paths: Sequence[Path],
    owner: QObject,
    jobs: Jobs,
    enter: Callable[[str], tuple[str, Any] | None],
    failed: Callable[[ShopError], None],
) -> None:
    """Hand the files to the page that has a use for them; ``enter`` shows a page, or that of the card keys, and is None
    when the shop was closed."""

    def go(name: str) -> None:
        entered = enter(name)
        if entered is not None:
            hand_over(paths, *entered)

    if len(paths) > 1:
        go("keys")
    else:
        jobs.run(owner, lambda _progress: page_for(paths[0]), go, failed)


def page_for(path: Path) -> str:
    """The name of the page that takes the file. For a worker: looking into a workbook takes a moment."""
    # here: what reads files is loaded beside the window
    from desktop_app.exchange.redemption_lists import looks_like_redemptions
    from desktop_app.exchange.statements import looks_like_statement

    if path.suffix.lower() == ".pdf":
        return "proofs"
    if looks_like_statement(path):
        return "refunds"
    return "orders" if looks_like_redemptions(path) else "keys"


def hand_over(paths: Sequence[Path], name: str, page: Any) -> None:
    """To the page called ``name``: refunds take a payment statement, orders a list of what was redeemed, proofs a PDF
    to be verified; everything else is card keys."""
    if name == "refunds":
        page.import_statement(paths[0])
    elif name == "orders":
        page.import_redemptions(paths[0])
    elif name == "proofs":
        page.verify(paths[0])
    else:
        page.start_import(paths=list(paths))
