"""What a redemption proof says: plain values, already masked, and the one spelling of them that is digested."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from desktop_app.documents.proof_code import CodeFacts, one_line
from desktop_app.domain.errors import RefusedError

FORMAT = "kamidesk.redemption-proof.2"  # 1 was not signed

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
class EarlierSigner:
    """A certificate that the shop signed with before: DER in base64, and its key's signature (hex) over the
    fingerprint of the certificate after it, by which whoever knows the old fingerprint can trust the new one."""

    certificate: str
    cross_signature: str


@dataclass(frozen=True, slots=True)
class ProofFacts:
    """Everything that a proof says. Times are aware, money is fen, buyers' data and keys come masked.

    ``redeemed_at``, ``redemption_code``, ``target`` and ``source`` are the redemption record; without all four there
    is no proof (:func:`missing_redemption_facts`). ``stated_by`` says who vouches for the record: the operator who
    typed it in or the supplier whose list it came from. ``key_commitment`` is SHA-256 in hex over a salted key; the
    salt is disclosed to an arbitrator only. ``signer_fingerprint`` is the SHA-256 of the signing certificate in hex;
    ``signer_issuer`` is empty when the shop signed it itself; ``earlier_signers`` come newest first. Empty text and
    None mean: not recorded.
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
    signer_fingerprint: str = ""
    signer_name: str = ""
    signer_issuer: str = ""
    earlier_signers: tuple[EarlierSigner, ...] = ()


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
    return canonical({"format": FORMAT, **_plain_fields(facts)})


def code_facts(facts: ProofFacts, facts_json: bytes) -> CodeFacts:
    """What the QR code of a signed proof says."""
    assert facts.redeemed_at is not None
    return CodeFacts(
        proof_no=one_line(facts.proof_no),
        order_no=one_line(facts.order_no),
        redeemed_at=facts.redeemed_at.astimezone(UTC).replace(microsecond=0),
        facts_sha256=hashlib.sha256(facts_json).hexdigest(),
        audit_seq=facts.audit_seq,
        audit_head=facts.audit_head,
        fingerprint=facts.signer_fingerprint,
    )


def local_time(moment: datetime, time_zone: str) -> str:
    """``2026-11-21 09:12:33`` on the wall clock of ``time_zone``."""
    return moment.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%d %H:%M:%S")


def _plain_fields(record: ProofFacts | ProofEvent | ProofEvidence | EarlierSigner) -> dict[str, object]:
    return {field.name: _plain(getattr(record, field.name)) for field in fields(record)}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, tuple):
        return [_plain_fields(item) for item in value]
    return value


def canonical(value: object) -> bytes:
    """The one spelling of a JSON value that digests are made of."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    # what neither UTF-8 nor XML can hold stays escaped
    return _NO_CHARACTER.sub(lambda match: f"\\u{ord(match.group()):04x}", text).encode("utf-8")
