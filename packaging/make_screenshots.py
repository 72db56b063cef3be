"""Make the pictures of the README from the demo shop: the window, light and dark, the first page of a proof, and how
it is verified.

.venv/bin/python packaging/make_screenshots.py
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import chdir
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from desktop_app.services.demo import run_demo  # noqa: E402
from desktop_app.ui.screenshots import take_screenshots  # noqa: E402

PAGE_DPI = 80


def main() -> None:
    """Overwrite the pictures in resources/screenshots."""
    target = ROOT / "resources" / "screenshots"
    target.mkdir(exist_ok=True)
    # the window shows the folder of the shop: a relative one says nothing of this machine
    with tempfile.TemporaryDirectory() as name, chdir(name):
        outcome = run_demo(Path("kamidesk"))
        for picture in take_screenshots(outcome.data_dir, target, "zh"):
            print(picture)
        from desktop_app.ui.pdf_pages import render_page

        proof = target / "proof.png"
        render_page(outcome.proof.read_bytes(), 0, PAGE_DPI).save(str(proof))
        print(proof)
        print(take_verification(outcome.data_dir, outcome.proof, target / "verify.png"))


def take_verification(data_dir: Path, proof: Path, picture: Path) -> Path:
    """Save what the dialog for verifying says of ``proof``; :func:`take_screenshots` made the application."""
    from PySide6.QtWidgets import QApplication, QWidget

    from desktop_app.services import Shop
    from desktop_app.ui.dialogs.verify_dialog import VerifyDialog
    from desktop_app.ui.jobs import ImmediateJobs
    from desktop_app.ui.theme import Scheme, apply_theme

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply_theme(app, Scheme.LIGHT)
    shop = Shop.open(data_dir)
    try:
        parent = QWidget()
        dialog = VerifyDialog(parent, shop, ImmediateJobs())
        dialog.open()
        dialog.check_file(proof)
        app.processEvents()
        dialog.grab().save(str(picture))
        dialog.close()
    finally:
        shop.close()
    return picture


if __name__ == "__main__":
    main()
