"""Make the pictures of the README: the window, light and dark, and the first page of a proof, all of the demo shop.

.venv/bin/python packaging/make_screenshots.py
"""

from __future__ import annotations

import sys
import tempfile
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
    with tempfile.TemporaryDirectory() as name:
        outcome = run_demo(Path(name))
        for picture in take_screenshots(outcome.data_dir, target, "zh"):
            print(picture)
        from desktop_app.ui.pdf_pages import render_page

        proof = target / "proof.png"
        render_page(outcome.proof.read_bytes(), 0, PAGE_DPI).save(str(proof))
        print(proof)


if __name__ == "__main__":
    main()
