"""Pictures of the window on an open shop, with or without a display."""

from __future__ import annotations

import os
from pathlib import Path

from desktop_app.services import Shop

_SIZE = (1360, 840)
_SETTLE_MS = 400


def take_screenshots(data_dir: Path, folder: Path, language: str) -> list[Path]:
    """Save the requests page of the shop in ``data_dir`` as ``window-light.png`` and ``window-dark.png``.

    ``language`` is "zh" or "en". The window is drawn off screen, so that no display and no other window matters.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # Qt reads the platform when it is loaded
    from desktop_app.ui.app import make_application
    from desktop_app.ui.jobs import ImmediateJobs
    from desktop_app.ui.main_window import MainWindow
    from desktop_app.ui.theme import Scheme, apply_theme

    app = make_application(language=language)
    pictures = []
    shop = Shop.open(data_dir)
    try:
        shop.unlock_automatically()
        for scheme in (Scheme.LIGHT, Scheme.DARK):
            apply_theme(app, scheme)
            window = MainWindow(ImmediateJobs())
            window.resize(*_SIZE)
            window.attach(shop)
            window.navigate("requests")
            window.show()
            _settle()
            pictures.append(folder / f"window-{scheme.value}.png")
            window.grab().save(str(pictures[-1]))
            window.detach()
            window.close()
            window.deleteLater()
            app.processEvents()
    finally:
        shop.close()
    return pictures


def _settle() -> None:
    """Let rows arrive and layouts come to rest, as they would before anybody looks."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(_SETTLE_MS, loop.quit)
    loop.exec()
