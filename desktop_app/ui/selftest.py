"""``kamidesk --selftest``: does this installation work, on this machine, from the rules to the paper and the window.

Made for an installed program: it needs no test tools, touches no shop of the merchant and says in one line for each
part whether it works.
"""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

_CASE = """{"now": "2026-11-20T12:00:00+08:00",
  "policy": {"platform_kind": "third_party", "fee_bp": 500},
  "order": {"product_kind": "game_card", "state": "shipped", "fee_disclosure": "clear", "paid_fen": 1800,
    "ordered_at": "2026-11-20T10:00:00+08:00", "paid_at": "2026-11-20T10:01:00+08:00",
    "units": [{"ref": "1", "net_fen": 1800, "state": "unused"}]},
  "request": {"requested_at": "2026-11-20T11:00:00+08:00", "reason": "wrong_item",
    "evidence": ["order_screenshot", "payment_screenshot"]}}"""


def run_selftest(say: Callable[[str], object]) -> bool:
    """Run every check and ``say`` a line for each; whether all of them passed."""
    with tempfile.TemporaryDirectory(prefix="kamidesk-selftest-") as name:
        folder = Path(name)
        checks: tuple[tuple[str, Callable[[Path], None]], ...] = (
            ("rules", _check_rules),
            ("shop, vault, proof and CSV", _check_shop),
            ("proof as a picture", _check_proof),
            ("window", _check_window),
        )
        results = [_passes(title, check, folder, say) for title, check in checks]
    return all(results)


def _passes(title: str, check: Callable[[Path], None], folder: Path, say: Callable[[str], object]) -> bool:
    try:
        check(folder)
    except Exception:  # a self-test reports whatever goes wrong, with its traceback, and goes on
        say(f"FAILED  {title}\n{traceback.format_exc()}")
        return False
    say(f"ok      {title}")
    return True


def _check_rules(_folder: Path) -> None:
    from desktop_app.domain.decision_cases import decide_text

    verdict = decide_text(_CASE)
    _require(verdict["refund_fen"] == 1710, f"the engine answers {verdict['refund_fen']} fen")


def _check_shop(folder: Path) -> None:
    from desktop_app.services import Shop
    from desktop_app.services.demo import run_demo

    outcome = run_demo(folder / "demo")
    shop = Shop.open(outcome.data_dir)
    try:
        _require(shop.unlock_automatically(), "the key file does not open the shop")
        findings = shop.reports.check()
        _require(not findings, "; ".join(finding.en for finding in findings))
    finally:
        shop.close()


def _check_proof(folder: Path) -> None:
    from desktop_app.ui.pdf_pages import page_text, render_page

    data = (folder / "demo" / "redemption-proof.pdf").read_bytes()
    _require("核销证明" in page_text(data, 0), "the title of the proof cannot be read")
    _require(render_page(data, 0, 72).width() > 500, "the proof cannot be drawn")


def _check_window(folder: Path) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from desktop_app.ui.screenshots import take_screenshots

    for picture in take_screenshots(folder / "demo" / "shop", folder, "zh"):
        _require(picture.stat().st_size > 10_000, f"{picture.name} is empty")


def _require(holds: bool, problem: str) -> None:
    if not holds:
        raise RuntimeError(problem)
