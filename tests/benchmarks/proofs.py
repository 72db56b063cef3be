"""A thousand redemption proofs, drafts and signed ones, against a bare reportlab canvas that writes a page of the same
amount of text in the same font with an own subset each, all in one process and one run.

    python -m tests.benchmarks proofs [COUNT]
"""

from __future__ import annotations

import io
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from desktop_app.documents.redemption_proof import ProofFacts, render_draft, sign_proof
from desktop_app.documents.signed_file import read_signed_file
from desktop_app.paths import resources
from tests.documents.proof_samples import sample_facts
from tests.documents.signing_keys import new_key, signed_by

COUNT = 1000
_ROUND = 20


def main(count: int = COUNT) -> None:
    """Print the milliseconds for each kind, medians of rounds taken in turn, and the ratios."""
    key = new_key()
    base = signed_by(key, sample_facts())
    pdfmetrics.registerFont(TTFont("Bare", str(resources() / "fonts" / "NotoSansSC_400Regular.ttf")))
    last = b""

    def signed(facts: ProofFacts) -> None:
        nonlocal last
        last = sign_proof(facts, key).pdf

    kinds: dict[str, Callable[[ProofFacts], object]] = {
        "bare reportlab canvas": _bare,
        "proof, not signed": render_draft,
        "proof, signed": signed,
        "verified": lambda _facts: read_signed_file(last),
    }
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    for make in kinds.values():
        make(base)  # fonts parsed, modules loaded: once per process
    for start in range(0, count, _ROUND):
        facts = [_different(base, number) for number in range(start, min(start + _ROUND, count))]
        for name, make in kinds.items():
            began = time.perf_counter()
            for one in facts:
                make(one)
            taken[name].append((time.perf_counter() - began) / len(facts))
    floor = statistics.median(taken["bare reportlab canvas"])
    for name, times in taken.items():
        middle = statistics.median(times)
        sys.stdout.write(f"{name:24} {middle * 1e3:7.2f} ms   {middle / floor:5.2f}x of the bare canvas\n")
    typst = _typst()
    if typst:
        sys.stdout.write(f"{'typst (own process)':24} {typst * 1e3:7.2f} ms\n")
    sys.stdout.write(f"{len(last):,} bytes signed; {count} of each\n")


def _different(facts: ProofFacts, number: int) -> ProofFacts:
    return replace(
        facts,
        proof_no=f"HX-20261121-{number:06d}",
        order_no=f"DD2026112109{number:08d}",
        redemption_code=f"RX-{number}",
    )


def _bare(facts: ProofFacts) -> bytes:
    """What the tutorial of reportlab would do: one font, one page, sixty lines."""
    target = io.BytesIO()
    canvas = Canvas(target, pageCompression=1)
    canvas.setFont("Bare", 9)
    text = f"核销证明 {facts.proof_no} 订单 {facts.order_no} {facts.product} {facts.fee_rule} {facts.shop_name}"
    for line in range(60):
        canvas.drawString(50, 800 - 12 * line, text)
    canvas.save()
    return target.getvalue()


def _typst() -> float:
    """Seconds of typst for a page of text, start of the program included; 0 when it is not installed."""
    program = shutil.which("typst")
    if program is None:
        return 0.0
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "page.typ"
        source.write_text("\n\n".join(["核销证明 redemption proof " * 5] * 60), "utf-8")
        began = time.perf_counter()
        subprocess.run([program, "compile", str(source), str(source.with_suffix(".pdf"))], check=True)
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
