"""The redemption proof (核销证明): when, how and for whom a key was redeemed, and who says so (seeds A19, A23).

Facts go in as plain values, already masked; out come a canonical JSON text, a line for the QR code, and an A4 file in
PDF/A-1b that carries both. Equal facts give equal bytes. This copy is not signed, and says so.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from desktop_app.domain.errors import RefusedError

FORMAT = "kamidesk.redemption-proof.1"
QR_PREFIX = "KMP1"

_MISSING_WORDS = {
    "redeemed_at": ("the redemption time", "核销时间"),
    "code": ("the redemption code", "核销码"),
    "target": ("the redemption target", "核销对象"),
    "source": ("the source of the record", "记录来源"),
}
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class ProofEvent:
    """One line of the timeline: what happened, according to whom."""

    at: datetime
    event: str
    source: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ProofEvidence:
    """One evidence file: its size in bytes, SHA-256 in hex, and when the screenshot or record was taken."""

    name: str
    size_bytes: int
    sha256: str
    captured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProofFacts:
    """Everything that a proof says. Times are aware, money is fen, buyers' data and keys come masked.

    ``redeemed_at``, ``redemption_code``, ``target`` and ``source`` are the redemption record; without all four there
    is no proof (:func:`missing_redemption_facts`). ``stated_by`` says who vouches for the record: the operator who
    typed it in or the supplier whose list it came from. ``key_commitment`` is SHA-256 in hex over a salted key; the
    salt is disclosed to an arbitrator only. Empty text and None mean: not recorded.
    """

    proof_no: str
    issued_at: datetime
    shop_name: str
    order_no: str
    product: str
    unit_ref: str
    paid_fen: int
    redeemed_at: datetime | None
    redemption_code: str
    target: str
    source: str
    stated_by: str
    key_masked: str
    key_commitment: str
    operator: str
    fee_rule: str
    audit_seq: int
    audit_leaf: str
    audit_head: str
    icp_record: str = ""
    business_licence: str = ""
    platform: str = ""
    face_value_fen: int | None = None
    unit_net_fen: int | None = None
    ordered_at: datetime | None = None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    completed_at: datetime | None = None
    account_masked: str = ""
    server: str = ""
    role_masked: str = ""
    verdict: str = ""
    evidence: tuple[ProofEvidence, ...] = ()
    timeline: tuple[ProofEvent, ...] = ()
    replaces_proof_no: str = ""
    time_zone: str = "Asia/Shanghai"


def missing_redemption_facts(
    redeemed_at: datetime | None, code: str | None, target: str | None, source: str | None
) -> tuple[str, ...]:
    """Which of ``redeemed_at`` ``code`` ``target`` ``source`` are absent or blank in a redemption record.

    A refusal of a redeemed unit and a proof both need all four; without them it is 虚假核销 (seeds A19, A23).
    """
    given = {"redeemed_at": redeemed_at, "code": code, "target": target, "source": source}
    return tuple(
        name for name, value in given.items() if value is None or (isinstance(value, str) and not value.strip())
    )


def require_redemption_facts(
    redeemed_at: datetime | None, code: str | None, target: str | None, source: str | None
) -> None:
    """Raise RefusedError, naming what is missing, unless the redemption record is complete."""
    missing = missing_redemption_facts(redeemed_at, code, target, source)
    if missing:
        raise RefusedError(
            "No proof can be made: the redemption record lacks {missing}. Complete the record first.",
            "无法出具核销证明：核销记录缺少{missing_zh}。请先补全核销记录。",
            missing=", ".join(_MISSING_WORDS[name][0] for name in missing),
            missing_zh="、".join(_MISSING_WORDS[name][1] for name in missing),
        )


def proof_json(facts: ProofFacts) -> bytes:
    """The facts as canonical JSON: UTF-8, keys sorted, no spaces, times in UTC with microseconds, money in fen."""
    return _canonical({"format": FORMAT, **_plain_fields(facts)})


def qr_text(facts: ProofFacts) -> str:
    """``KMP1.`` and, joined by ``~`` and percent-encoded, proof no., order no., redemption time (UTC), SHA-256 of
    :func:`proof_json`, audit number, audit head; both digests in base64url.

    Raises RefusedError when the redemption record is incomplete.
    """
    _require(facts)
    assert facts.redeemed_at is not None
    values = (
        facts.proof_no,
        facts.order_no,
        facts.redeemed_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"),
        _base64(hashlib.sha256(proof_json(facts)).digest()),
        str(facts.audit_seq),
        _base64(bytes.fromhex(facts.audit_head)),
    )
    # "." separates the parts of a code, a signature will be the next one; "~" separates the facts
    return f"{QR_PREFIX}." + "~".join(quote(value, safe="").replace(".", "%2E").replace("~", "%7E") for value in values)


def render_proof(facts: ProofFacts) -> bytes:
    """The proof as PDF/A-1b: every font embedded, facts in its XMP, about 10 ms when the fonts are loaded.

    Raises RefusedError, naming what is missing, when the redemption record is incomplete.
    """
    _require(facts)
    from desktop_app.documents.proof_layout import lay_out_proof  # reportlab: not before a document is wanted

    return lay_out_proof(facts, proof_json(facts), qr_text(facts))


def local_time(moment: datetime, time_zone: str) -> str:
    """``2026-11-21 09:12:33`` on the wall clock of ``time_zone``."""
    return moment.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%d %H:%M:%S")


def _require(facts: ProofFacts) -> None:
    require_redemption_facts(facts.redeemed_at, facts.redemption_code, facts.target, facts.source)


def _plain_fields(record: ProofFacts | ProofEvent | ProofEvidence) -> dict[str, object]:
    return {field.name: _plain(getattr(record, field.name)) for field in fields(record)}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, tuple):
        return [_plain_fields(item) for item in value]
    return value


def _canonical(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    # what neither UTF-8 nor XML can hold stays escaped
    return _NO_CHARACTER.sub(lambda match: f"\\u{ord(match.group()):04x}", text).encode("utf-8")


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
