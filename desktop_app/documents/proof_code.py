"""The text of the QR code on a redemption proof: ``KMP1.facts.signature``, both parts in base64url without padding.

The facts are seven lines of UTF-8: proof number, order number, redemption time (UTC), SHA-256 of the proof's canonical
JSON, number and head of the event log, fingerprint of the certificate. The digests are in base64url. The signature is
ECDSA P-256 over SHA-256, r then s, of everything before the last dot. So a sheet of paper can be checked by whoever
has the certificate.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from desktop_app.domain.errors import BadInputError

PREFIX = "KMP1"
CERTIFICATE_PREFIX = "KMC1"
"""What the text of a published certificate's QR code starts with; then the certificate (DER) in base64url."""
LONGEST = 2000  # more than a QR code of readable size holds
_TIME = "%Y%m%dT%H%M%SZ"
_BASE64 = re.compile(r"[A-Za-z0-9_-]+")
_SIGNATURE_BYTES = 64


class RawSigningKey(Protocol):
    """A P-256 key with its certificate; ``fingerprint`` is the SHA-256 of the certificate in hex."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def certificate(self) -> x509.Certificate: ...

    @property
    def private_key(self) -> ec.EllipticCurvePrivateKey: ...

    @property
    def chain(self) -> Sequence[x509.Certificate]: ...

    def sign_raw(self, message: bytes) -> bytes:
        """ECDSA over SHA-256 of ``message``, 64 bytes."""
        ...


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What a code says: texts of :func:`one_line`, digests in lower-case hex, ``redeemed_at`` to the second."""

    proof_no: str
    order_no: str
    redeemed_at: datetime
    facts_sha256: str
    audit_seq: int
    audit_head: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class ReadCode:
    """A code taken apart: its facts, and what was signed how. Whether the signature is good is not known yet."""

    facts: CodeFacts
    message: bytes
    signature: bytes


def signed_code(facts: CodeFacts, key: RawSigningKey) -> str:
    """The text of the QR code."""
    lines = (
        facts.proof_no,
        facts.order_no,
        facts.redeemed_at.astimezone(UTC).strftime(_TIME),
        _short(facts.facts_sha256),
        str(facts.audit_seq),
        _short(facts.audit_head),
        _short(facts.fingerprint),
    )
    body = "\n".join(lines).encode("utf-8")
    message = f"{PREFIX}.{encode(body)}"
    return f"{message}.{encode(key.sign_raw(message.encode('ascii')))}"


def read_code(text: str) -> ReadCode:
    """Take a code apart; :class:`BadInputError` when it is not one, whole and in its one spelling."""
    text = "".join(text.split())  # what is copied from a message may be broken over lines
    parts = text.split(".") if len(text) <= LONGEST else []
    if len(parts) != 3 or parts[0] != PREFIX:
        raise BadInputError(
            "This is not the text of a redemption proof's QR code: it starts with KMP1 and has three parts.",
            "这不是核销证明二维码的内容：应以 KMP1 开头，共三段。",
        )
    try:
        lines = decode(parts[1]).decode("utf-8").split("\n")
        signature = decode(parts[2])
        proof_no, order_no, redeemed_at, digest, seq, head, fingerprint = lines
        at = datetime.strptime(redeemed_at, _TIME).replace(tzinfo=UTC)
        digests = [decode(value) for value in (digest, head, fingerprint)]
        if len(signature) != _SIGNATURE_BYTES or any(len(value) != 32 for value in digests):
            raise ValueError("length")
        if not (seq.isascii() and seq.isdigit() and len(seq) <= 16) or at.strftime(_TIME) != redeemed_at:
            raise ValueError("number")
    except ValueError:
        raise BadInputError(
            "The text of this QR code is damaged or was cut off: scan the code again.",
            "二维码内容损坏或不完整：请重新扫描。",
        ) from None
    facts = CodeFacts(proof_no, order_no, at, digests[0].hex(), int(seq), digests[1].hex(), digests[2].hex())
    return ReadCode(facts, f"{parts[0]}.{parts[1]}".encode("ascii"), signature)


def certificate_code(der: bytes) -> str:
    """The text of the QR code by which a shop publishes its certificate."""
    return f"{CERTIFICATE_PREFIX}.{encode(der)}"


def encode(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of :func:`encode`; :class:`ValueError` for any other spelling of them."""
    if not _BASE64.fullmatch(text):
        raise ValueError("no base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise ValueError("no base64url") from None
    if encode(data) != text:
        raise ValueError("not the one spelling")
    return data


def one_line(text: str) -> str:
    """``text`` so that it can stand in a code: nothing in it starts a line, and UTF-8 can say it."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\n", " ").replace("\r", " ")


def _short(digest: str) -> str:
    return encode(bytes.fromhex(digest))
