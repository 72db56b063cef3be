"""Redemption proofs by the thousand: drafts, signed files, a whole batch, and one file for the printer.

The floor is a bare reportlab canvas that writes the same lines in this run: once in Helvetica, which embeds nothing,
and once in the typeface of the proofs, as reportlab itself embeds it. The event loop of a window beats while the batch
runs.
"""

from __future__ import annotations

import io
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from desktop_app.documents.redemption_proof import render_draft, sign_proof
from desktop_app.domain.states import PlatformKind, ProductKind
from desktop_app.paths import resources
from desktop_app.services.key_import import ImportOptions
from desktop_app.services.orders import OrderDraft
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.products import ProductDraft
from desktop_app.services.proof_batches import BatchOutcome
from desktop_app.services.shop import Shop
from desktop_app.services.shop_settings import ShopSettings
from desktop_app.storage.vault_slots import Argon2Cost
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.pdf_pages import page_sizes
from tests.benchmarks.measures import Heartbeat, application, median_ms, say
from tests.documents.proof_samples import sample_facts
from tests.documents.signing_keys import new_key, signed_by

ROWS = 1000
ROUNDS = 5
FILES = 20
CJK = "Bare"
START = datetime(2026, 11, 1, tzinfo=UTC)


def main(rows: int = ROWS) -> None:
    _papers()
    with tempfile.TemporaryDirectory() as name:
        started = time.perf_counter()
        shop = _shop(Path(name) / "shop", rows)
        say(f"made {rows:,} redeemed units in {time.perf_counter() - started:.0f} s")
        _batch(shop, rows, Path(name))
        shop.close()


def _papers() -> None:
    """One file each, in turn with the floors."""
    pdfmetrics.registerFont(TTFont(CJK, str(resources() / "fonts" / "NotoSansSC_400Regular.ttf")))
    key = new_key()
    facts = signed_by(key, sample_facts())
    data = render_draft(facts)
    lines = _lines(data)
    pages = len(lines)
    works: dict[str, Callable[[int], object]] = {
        "bare canvas, Helvetica": lambda number: _bare(lines, "Helvetica", number),
        "bare canvas, same typeface": lambda number: _bare(lines, CJK, number),
        "draft": lambda number: render_draft(replace(facts, proof_no=f"HX-{number:06}", order_no=f"DD{number:08}")),
        "signed": lambda number: sign_proof(replace(facts, proof_no=f"HX-{number:06}", order_no=f"DD{number:08}"), key),
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work(0)  # fonts are parsed, modules loaded
    for turn in range(ROUNDS):
        for name, work in works.items():
            start = time.perf_counter()
            for number in range(FILES):
                work(turn * FILES + number)
            taken[name].append((time.perf_counter() - start) / FILES)
    floor = statistics.median(taken["bare canvas, same typeface"])
    for name, seconds in taken.items():
        say(
            f"{name}: {median_ms(seconds):.1f} ms a file of {pages} pages, "
            f"{statistics.median(seconds) / floor:.2f}x of the bare canvas in the same typeface"
        )


def _lines(data: bytes) -> list[list[str]]:
    document = pypdfium2.PdfDocument(data)
    try:
        return [page.get_textpage().get_text_bounded().splitlines() for page in document]
    finally:
        document.close()


def _bare(pages: Sequence[Sequence[str]], font: str, number: int) -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target)
    for lines in pages:
        canvas.setFont(font, 9)
        for place, line in enumerate(lines):
            canvas.drawString(50, 800 - 10 * place, line if place else f"{line} {number}")
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _shop(folder: Path, rows: int) -> Shop:
    shop, _ = Shop.create(
        folder,
        protection="password",
        password="correct horse battery",
        settings=ShopSettings(shop_name="星河点卡专营店", icp="沪ICP备2026000001号-1", operator="林默"),
        cost=Argon2Cost(16, 2, 1),
    )
    product = shop.products.add(ProductDraft(code="P1", name="Steam 钱包充值码 100 元", kind=ProductKind.GAME_CARD))
    channel = shop.policies.add_channel("星河卡盟", PlatformKind.THIRD_PARTY, PolicyDraft(fee_bp=500, fee_note="5%"))
    keys = "\n".join(f"KEY{number:05}-AAAA-{number:05}" for number in range(rows))
    shop.inventory.import_keys(shop.inventory.preview_text(keys, product), ImportOptions())
    for number in range(rows):
        at = START + timedelta(minutes=number)
        order_id = shop.orders.add(
            OrderDraft(
                order_no=f"DD20261101{number:06}",
                channel_id=channel,
                product_id=product,
                quantity=1,
                list_fen=10000,
                paid_fen=9850,
                ordered_at=at,
                paid_at=at + timedelta(minutes=1),
            )
        )
        shop.orders.deliver(order_id)
        shop.orders.redeem(
            shop.orders.detail(order_id).units[0].id,
            redeemed_at=at + timedelta(hours=1),
            code=f"RX-{number:08}",
            target=f"player{number}@163.com",
            source="供应商激活记录",
            stated_by="供应商 华东数卡",
        )
    return shop


def _batch(shop: Shop, rows: int, folder: Path) -> None:
    app = application()
    jobs = Jobs()
    out = folder / "out"
    out.mkdir()
    units = shop.proofs.candidates().ids().tolist()
    outcomes: list[BatchOutcome] = []

    def work(progress: Progress) -> BatchOutcome:
        return shop.proof_batches.issue(units, folder=out, progress=progress.report, cancelled=progress.cancelled)

    heart = Heartbeat()
    start = time.perf_counter()
    jobs.run(app, work, outcomes.append, title="batch")
    while jobs.running:
        app.processEvents()
        time.sleep(0.001)
    taken = time.perf_counter() - start
    longest = heart.stop()
    (outcome,) = outcomes
    assert outcome.issued == outcome.files == rows, outcome.stopped_by
    say(
        f"batch of {rows:,}: {taken:.1f} s, {taken / rows * 1e3:.1f} ms a proof (facts, signature, two files on disk, "
        f"event); longest block of the event loop {longest * 1e3:.0f} ms"
    )
    start = time.perf_counter()
    made = shop.proof_batches.printer_file(outcome.proof_ids)
    taken = time.perf_counter() - start
    say(
        f"one file for the printer: {made.pages:,} pages, {len(made.data) / 1e6:.0f} MB, {taken:.1f} s, "
        f"{taken / made.pages * 1e3:.2f} ms a page"
    )
    start = time.perf_counter()
    page_sizes(made.data)
    say(f"its pages listed in {(time.perf_counter() - start) * 1e3:.0f} ms; peak memory {_peak_mb():.0f} MB")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
