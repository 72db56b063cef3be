"""What a verification of the event log found, in words, and who may have signed the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from cryptography import x509

from desktop_app.domain.errors import BadInputError
from desktop_app.storage import checkpoints
from desktop_app.storage.log_reading import Certificate, Checkpoint
from desktop_app.storage.salvaged_log import Salvage
from desktop_app.storage.signing_keys import cross_message, fingerprint, load_certificate, verify_raw


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One thing that is wrong, or worth knowing; ``seq`` is the event it is about, if it is about one."""

    seq: int | None
    en: str
    zh: str


@dataclass(slots=True)
class AuditReport:
    """The answer of a verification. Without ``findings`` the log is intact; ``notes`` say what it does not prove.

    ``signed_seq`` is the last event that a valid signature covers (0: none), ``withheld`` the number of events whose
    text an export leaves out; ``fingerprints`` are the certificates, the first one first.
    """

    events: int = 0
    head: str = ""
    checkpoints: int = 0
    signed_seq: int = 0
    signed_at: datetime | None = None
    journal_events: int = 0
    proofs: int = 0
    withheld: int = 0
    fingerprints: tuple[str, ...] = ()
    shop_name: str = ""
    order_no: str = ""
    findings: list[AuditFinding] = field(default_factory=list)
    notes: list[AuditFinding] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        return not self.findings

    @property
    def first(self) -> AuditFinding | None:
        """The finding about the earliest event, or the first of those about none."""
        return self.findings[0] if self.findings else None

    def find(self, seq: int | None, en: str, zh: str) -> None:
        """Note something wrong; the earliest event comes first."""
        self.findings.append(AuditFinding(seq, en, zh))
        self.findings.sort(key=lambda finding: (finding.seq is None, finding.seq or 0))

    def note(self, en: str, zh: str) -> None:
        self.notes.append(AuditFinding(None, en, zh))


class Signatures:
    """Checks who signed: the certificates of a shop, and which of them follow from the one that is trusted."""

    def __init__(self, certificates: Sequence[Certificate], shop_uuid: str, report: AuditReport) -> None:
        self._shop_uuid = shop_uuid
        self._report = report
        self._known: dict[int, x509.Certificate] = {}
        self._before: dict[int, int] = {}
        report.fingerprints = tuple(certificate.fingerprint for certificate in certificates)
        for certificate in certificates:
            self._take(certificate, {one.id: one.fingerprint for one in certificates})

    def _take(self, certificate: Certificate, fingerprints: Mapping[int, str]) -> None:
        short = certificate.fingerprint[:16]
        try:
            loaded = load_certificate(certificate.der)
            is_itself = fingerprint(loaded) == certificate.fingerprint
        except (ValueError, TypeError):
            is_itself = False
        if not is_itself:
            self._report.find(
                None,
                f"The signing certificate {short}… is not the one its fingerprint names.",
                f"签名证书 {short}… 与其指纹不符。",
            )
            return
        self._known[certificate.id] = loaded
        before = certificate.previous_id
        if before is None:
            return
        old = self._known.get(before)
        try:
            vouched = old is not None and verify_raw(
                old, cross_message(fingerprints[before], certificate.fingerprint), certificate.cross_signature or b""
            )
        except ValueError:
            vouched = False
        if vouched:
            self._before[certificate.id] = before
        else:
            self._report.find(
                None,
                f"The certificate before does not vouch for the signing certificate {short}….",
                f"前一张证书未为签名证书 {short}… 作交叉签名。",
            )

    def trusted(self, printed: str | None) -> frozenset[int]:
        """The certificates that follow from the one with the fingerprint ``printed``; all of them without one."""
        if printed is None:
            return frozenset(self._known)
        wanted = plain_fingerprint(printed)
        found = {number for number, one in self._known.items() if fingerprint(one) == wanted}
        if not found:
            self._report.find(
                None,
                f"The log is not signed with the certificate {wanted[:16]}…: it comes from somebody else, or its "
                "signatures were taken away.",
                f"日志并非由证书 {wanted[:16]}… 签名：来自他人，或签名已被移除。",
            )
        for number in self._known:  # in the order they were put in force
            if self._before.get(number) in found:
                found.add(number)
        return frozenset(found)

    def is_genuine(self, checkpoint: Checkpoint) -> bool:
        """Whether the certificate that is named made the signature."""
        if not 0 <= checkpoint.seq < 2**63:
            return False
        message = checkpoints.message(self._shop_uuid, checkpoint.seq, checkpoint.head)
        return self.signed(checkpoint.identity_id, message, checkpoint.signature)

    def signed(self, identity_id: int, message: bytes, signature: bytes) -> bool:
        """Whether that certificate of the shop made the signature of ``message``."""
        certificate = self._known.get(identity_id)
        return certificate is not None and verify_raw(certificate, message, signature)


def genuine_checkpoints(
    found: Iterable[Checkpoint],
    signatures: Signatures,
    trusted: frozenset[int],
    report: AuditReport,
    salvages: Sequence[Salvage] = (),
) -> list[Checkpoint]:
    """Those that may be relied on; forged ones are findings, those of other certificates say nothing."""
    good: list[Checkpoint] = []
    expected = 1
    for checkpoint in found:
        if checkpoint.id != expected:
            _tell_missing_checkpoint(expected, salvages, report)
        expected = checkpoint.id + 1
        if not signatures.is_genuine(checkpoint):
            report.find(
                checkpoint.seq,
                f"The signature of checkpoint {checkpoint.id} (event {checkpoint.seq}) is not genuine.",
                f"检查点 {checkpoint.id}（第 {checkpoint.seq} 条）的签名无效。",
            )
        elif checkpoint.identity_id in trusted:
            good.append(checkpoint)
    return good


def _tell_missing_checkpoint(number: int, salvages: Sequence[Salvage], report: AuditReport) -> None:
    salvage = next((one for one in salvages if one.names("checkpoints", number)), None)
    if salvage is None:
        report.find(None, f"Checkpoint {number} is missing.", f"检查点 {number} 缺失。")
    else:
        report.find(
            None,
            f"Checkpoint {number} is missing: event {salvage.seq} says that it was lost when the damaged shop file was "
            "salvaged.",
            f"检查点 {number} 缺失：第 {salvage.seq} 条记载它在抢救损坏的店铺文件时丢失。",
        )


def is_in(runs: Iterable[tuple[int, int]], number: int) -> bool:
    """Whether a number lies in one of the runs, each given as first and last."""
    return any(first <= number <= last for first, last in runs)


def tell_gaps(crossed: Iterable[tuple[int, int]], salvages: Sequence[Salvage], report: AuditReport) -> None:
    """What a salvage could not save is a finding for ever, and is said to be just that."""
    for first, last in crossed:
        salvage = next((one for one in salvages if (first, last) in one.gaps), None)
        if salvage is None:
            continue
        span, span_zh = (
            (f"Event {first} is", f"第 {first} 条")
            if first == last
            else (f"Events {first} to {last} are", f"第 {first} 至 {last} 条")
        )
        report.find(
            first,
            f"{span} missing ({last - first + 1}): event {salvage.seq} says that the shop file was damaged and that "
            "they were lost when it was salvaged. Nothing tells what they were; those before and after them hold "
            "together.",
            f"{span_zh}缺失（共 {last - first + 1} 条）：第 {salvage.seq} 条记载店铺文件曾损坏，抢救时丢失了这些记录。"
            "其内容已无从得知；前后的记录各自衔接。",
        )
        if report.signed_seq < salvage.seq:
            # anybody can write the event of a salvage; who unlocks the shop afterwards signs it
            report.note(
                f"Nobody has signed event {salvage.seq} yet: without a password somebody may have taken events out and "
                "called it a salvage. Ask who salvaged the shop before you unlock it.",
                f"第 {salvage.seq} 条尚未签名：他人无需密码也可能删去记录并冒称抢救。解锁店铺前请确认是谁抢救的。",
            )


def compare_checkpoints(
    good: Sequence[Checkpoint], heads: Mapping[int, bytes | None], events: int, report: AuditReport, zone: ZoneInfo
) -> None:
    """Hold the log against what was signed. ``heads`` of the log by event number."""
    report.checkpoints = len(good)
    agreed = 0
    for checkpoint in sorted(good, key=lambda one: one.seq):
        if heads.get(checkpoint.seq) == checkpoint.head:
            agreed = checkpoint.seq
            report.signed_seq, report.signed_at = checkpoint.seq, checkpoint.signed_at
            continue
        day = f"{checkpoint.signed_at.astimezone(zone):%Y-%m-%d %H:%M}"
        if checkpoint.seq > events:
            tell_missing(
                report,
                events,
                checkpoint.seq,
                f"checkpoint {checkpoint.id}, signed {day}",
                f"{day} 签名的检查点 {checkpoint.id}",
            )
        else:
            report.find(
                agreed + 1,
                f"Events {agreed + 1} to {checkpoint.seq}: at least one was replaced and the chain computed anew; "
                f"checkpoint {checkpoint.id}, signed {day}, knows another event {checkpoint.seq}.",
                f"第 {agreed + 1} 至 {checkpoint.seq} 条中至少有一条被替换，并重算了哈希链；"
                f"{day} 签名的检查点 {checkpoint.id} 记录的第 {checkpoint.seq} 条与此不同。",
            )
        return  # what comes after differs for the same reason


def tell_missing(report: AuditReport, events: int, known: int, witness: str, witness_zh: str) -> None:
    """Events up to ``known`` are known to ``witness``, and the log ends at ``events``."""
    first = events + 1
    span, span_zh = (
        (f"Event {first} is", f"第 {first} 条")
        if known == first
        else (
            f"Events {first} to {known} are",
            f"第 {first} 至 {known} 条",
        )
    )
    report.find(
        first,
        f"{span} missing: the log was cut off, or an older file was put back ({witness}, knows event {known}).",
        f"{span_zh}缺失：日志被截断，或换回了旧文件（{witness_zh}记录到第 {known} 条）。",
    )


def plain_fingerprint(text: str) -> str:
    """64 lower-case hex digits, however they were grouped; :class:`BadInputError`."""
    digits = "".join(text.replace(":", " ").replace("-", " ").split()).lower()
    if len(digits) != 64 or set(digits) - set("0123456789abcdef"):
        raise BadInputError(
            "A fingerprint has 64 hexadecimal digits; {count} are given.",
            "指纹应为 64 位十六进制数字，实际为 {count} 位。",
            count=len(digits),
        )
    return digits
