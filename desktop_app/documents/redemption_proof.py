"""The redemption proof (核销证明): when, how and for whom a key was redeemed, and who says so (seeds A19, A23).

Facts go in (:mod:`.proof_facts`); out come a canonical JSON text, a line for the QR code that is signed by itself so
that paper can be checked too, and an A4 file in PDF/A-1b that carries both and is signed as a whole. A draft is not
signed, has no code, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop_app.documents.proof_code import RawSigningKey, signed_code
from desktop_app.documents.proof_facts import ProofFacts, code_facts, proof_json, require_redemption_facts
from desktop_app.domain.errors import BadInputError

if TYPE_CHECKING:  # pyHanko: not before something is signed
    from desktop_app.documents.signing import HttpTimeStamper, TimeStampError


@dataclass(frozen=True, slots=True)
class SignedProof:
    """An issued proof. ``time_stamp_error`` says why it has no time stamp although one was wanted."""

    pdf: bytes
    facts_json: bytes
    code_text: str
    is_time_stamped: bool
    time_stamp_error: TimeStampError | None = None


def render_draft(facts: ProofFacts) -> bytes:
    """The proof as PDF/A-1b without signature and code: every font embedded, facts in its XMP.

    Equal facts give equal bytes. Raises RefusedError, naming what is missing, when the redemption record is incomplete.
    """
    _require(facts)
    from desktop_app.documents.proof_layout import lay_out_proof  # reportlab: not before a document is wanted

    return lay_out_proof(facts, proof_json(facts))


def sign_proof(facts: ProofFacts, key: RawSigningKey, time_stamper: HttpTimeStamper | None = None) -> SignedProof:
    """The proof as PDF/A-1b, its code and the file signed by ``key``; without a time stamp when none can be had.

    Raises RefusedError, naming what is missing, when the redemption record is incomplete, and ValueError when
    ``facts.signer_fingerprint`` is not that of ``key``.
    """
    _require(facts)
    if facts.signer_fingerprint != key.fingerprint:
        raise ValueError("the facts name another signer")
    from desktop_app.documents import signing
    from desktop_app.documents.archive_pdf import SignatureHole
    from desktop_app.documents.proof_layout import lay_out_proof

    facts_json = proof_json(facts)
    code_text = signed_code(code_facts(facts, facts_json), key)
    failure = None
    for stamper in (time_stamper, None) if time_stamper is not None else (None,):
        size = signing.signature_room(key, time_stamped=stamper is not None)
        hole = SignatureHole(facts.shop_name, f"核销证明 {facts.proof_no}", size)
        laid_out = lay_out_proof(facts, facts_json, code_text, hole)
        try:
            pdf = signing.sign_pdf(laid_out, hole, key, stamper)
            if stamper is not None:
                _require_sound(pdf)
        except signing.TimeStampError as error:
            failure = error
            continue
        return SignedProof(pdf, facts_json, code_text, stamper is not None, failure)
    raise AssertionError("a signature without a time stamp cannot fail")


def _require_sound(pdf: bytes) -> None:
    """A token that an authority made badly must not spoil the proof."""
    from desktop_app.documents.signed_file import read_signed_file
    from desktop_app.documents.signing import TimeStampError

    try:
        read_signed_file(pdf)
    except BadInputError as error:
        raise TimeStampError(
            "The time stamp that the authority gave does not hold.", "时间戳服务返回的时间戳不成立。"
        ) from error


def _require(facts: ProofFacts) -> None:
    require_redemption_facts(facts.redeemed_at, facts.redemption_code, facts.target, facts.source)
