"""The picture by which a shop publishes its certificate: name, fingerprint in groups, and a QR code.

Imports reportlab and pypdfium2: load this module only when the picture is made.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime

import pypdfium2
from reportlab.pdfgen.canvas import Canvas

from desktop_app.documents import pdfium
from desktop_app.documents.fonts import BOLD, MONO, ONE_AT_A_TIME, SANS
from desktop_app.documents.page_writer import PAGE_HEIGHT, PAGE_WIDTH, PageWriter, Style, wrap
from desktop_app.documents.qr_codes import qr_matrix

_INK, _GREY, _BLUE = (0.09, 0.13, 0.2), (0.4, 0.45, 0.53), (0.11, 0.31, 0.72)
_TITLE = Style(BOLD, 22, _INK, 28)
_WORDS = Style(SANS, 11, _GREY, 16)
_DIGITS = Style(MONO, 17, _INK, 27)
_LEFT, _WIDTH, _HEIGHT = 40.0, 300.0, 300.0
_SIDE = 190.0
_SCALE = 2.5
_LONGEST_CODE = 2300  # what a QR code holds at its error correction M


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """What the picture shows; the times are in the zone of the shop.

    ``code_text`` is the certificate as text, the fingerprint alone when it is too long.
    """

    shop_name: str
    fingerprint: str
    code_text: str
    valid_from: datetime
    valid_until: datetime


def identity_picture(card: IdentityCard) -> bytes:
    """The card as a PNG of about 1500 x 750 pixels."""
    target = io.BytesIO()
    with ONE_AT_A_TIME:
        canvas = Canvas(target, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), invariant=1)
        page = PageWriter(canvas, 0, PAGE_HEIGHT)
        _draw(page, card)
        page.finish(lambda number, count: None)
        canvas.save()
    with pdfium.ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(target.getvalue())
        try:
            picture = document[0].render(scale=_SCALE).to_pil()
        finally:
            document.close()
    found = io.BytesIO()
    picture.crop((0, 0, picture.width, round(_HEIGHT * _SCALE))).save(found, "PNG", optimize=True)
    return found.getvalue()


def _draw(page: PageWriter, card: IdentityCard) -> None:
    page.rectangle(0, 0, PAGE_WIDTH, 6, _BLUE)
    y = 48.0
    for line in wrap(card.shop_name, _TITLE, _WIDTH)[:2]:
        page.text(_LEFT, y, line, _TITLE)
        y += _TITLE.leading
    for line in ("核销证明的签名指纹（SHA-256）", "Fingerprint that signs our redemption proofs"):
        page.text(_LEFT, y, line, _WORDS)
        y += _WORDS.leading
    y += 18
    groups = [card.fingerprint[start : start + 8] for start in range(0, 64, 8)]
    for first, second in zip(groups[::2], groups[1::2], strict=True):
        page.text(_LEFT, y, f"{first}  {second}", _DIGITS)
        y += _DIGITS.leading
    span = f"{card.valid_from:%Y-%m-%d} – {card.valid_until:%Y-%m-%d}"
    page.text(_LEFT, y + 6, f"有效期 valid {span}", _WORDS)
    x = PAGE_WIDTH - _LEFT - _SIDE
    code = card.code_text if len(card.code_text) <= _LONGEST_CODE else card.fingerprint
    page.matrix(x, 40, _SIDE, qr_matrix(code))
    page.text(x, 40 + _SIDE + 20, "二维码含证书，可用于核验纸质证明", Style(SANS, 9, _GREY, 12))
    page.text(x, 40 + _SIDE + 34, "The code holds the certificate", Style(SANS, 9, _GREY, 12))
