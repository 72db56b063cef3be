"""Is this proof genuine? Answered for the shop, a buyer or an arbitrator, without network and without a shop.

A signature shows that nothing changed and which key made it. Whose key that is, only the fingerprint tells that the
reader got from the shop beforehand: without one the answer is "unknown signer", however good the signature.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography import x509
from sqlmodel import col, select

from desktop_app.documents.proof_code import CERTIFICATE_PREFIX, PREFIX, CodeFacts, ReadCode, decode, read_code
from desktop_app.domain.errors import BadInputError, ShopError
from desktop_app.domain.file_kinds import PICTURES, FileKind, kind_of
from desktop_app.domain.signatures import is_one_spelling
from desktop_app.services.context import Context
from desktop_app.storage.dispute_tables import SigningIdentityRow
from desktop_app.storage.signing_keys import SIGNATURE_BYTES, cross_message, fingerprint, load_certificate, verify_raw

if TYPE_CHECKING:
    from desktop_app.documents.signed_file import SignedFile, TimeStamp

_LARGEST_CERTIFICATE = 64 * 1024
_LARGEST_FILE = 20 * 1024 * 1024
_MOST_STEPS = 50


class Answer(StrEnum):
    """What came out; the exit status of ``kamidesk verify`` follows from it."""

    VALID = "valid"
    TAMPERED = "tampered"
    UNKNOWN_SIGNER = "unknown_signer"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    en: str
    zh: str

    def text(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


HEADLINES = {
    Answer.VALID: Words("Valid", "有效"),
    Answer.TAMPERED: Words("Tampered with", "已被改动"),
    Answer.UNKNOWN_SIGNER: Words("Unknown signer", "签发者未知"),
    Answer.UNREADABLE: Words("Cannot be verified", "无法核验"),
}


@dataclass(frozen=True, slots=True)
class Stated:
    """One thing that the proof says, as it says it."""

    label: Words
    value: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer with its reasons. ``fingerprint`` is the signer's, empty when there is no good signature.

    ``stated`` repeats what the proof says; unless the answer is valid nobody stands behind it.
    """

    answer: Answer
    summary: Words
    proves: tuple[Words, ...] = ()
    does_not_prove: tuple[Words, ...] = ()
    stated: tuple[Stated, ...] = ()
    fingerprint: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class KnownSigners:
    """Whom the reader trusts to be the shop: fingerprints, and certificates to check a code on paper with.

    A certificate alone makes nobody known; :attr:`fingerprints` does.
    """

    fingerprints: frozenset[str] = frozenset()
    certificates: Mapping[str, x509.Certificate] = field(default_factory=dict)

    def including(self, certificate: x509.Certificate, *, trusted: bool) -> KnownSigners:
        """With one more certificate, which the reader vouches for when it is ``trusted``."""
        printed = fingerprint(certificate)
        known = self.fingerprints | {printed} if trusted else self.fingerprints
        return KnownSigners(known, {**self.certificates, printed: certificate})


def signers_of_shop(context: Context) -> KnownSigners:
    """All certificates that this shop ever signed with; works while it is locked."""
    with context.read() as session:
        rows = session.exec(select(SigningIdentityRow).order_by(col(SigningIdentityRow.id))).all()
    certificates = {row.fingerprint: x509.load_der_x509_certificate(row.certificate) for row in rows}
    return KnownSigners(frozenset(certificates), certificates)


def read_fingerprint(text: str) -> str:
    """64 hex digits however they are grouped; :class:`BadInputError` otherwise."""
    digits = "".join(character for character in text if character not in " \t\r\n:-\u3000").lower()
    if len(digits) != 64 or any(digit not in "0123456789abcdef" for digit in digits):
        raise BadInputError(
            "A fingerprint has 64 digits from 0 to 9 and a to f, in eight groups of eight.",
            "指纹应为 64 位十六进制数字（0–9、a–f），共八组，每组八位。",
        )
    return digits


def grouped(printed: str) -> str:
    """A fingerprint in two lines of four groups, as proofs print it."""
    groups = [printed[start : start + 8] for start in range(0, len(printed), 8)]
    return " ".join(groups[:4]) + "\n" + " ".join(groups[4:])


def read_certificate(content: bytes) -> x509.Certificate:
    """A certificate as PEM, DER, the text of its QR code or a picture with it; :class:`BadInputError` otherwise."""
    try:
        if kind_of(content) in PICTURES and len(content) <= _LARGEST_FILE:
            codes = [text for text in _codes_in(content) if text.startswith(f"{CERTIFICATE_PREFIX}.")]
            content = codes[0].encode() if len(codes) == 1 else b""
        if len(content) > _LARGEST_CERTIFICATE:
            raise ValueError("size")
        if content.lstrip().startswith(CERTIFICATE_PREFIX.encode()):
            text = "".join(content.decode("ascii").split())
            return load_certificate(decode(text.partition(".")[2]))
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificate(content)
        return load_certificate(content)
    except (ValueError, x509.InvalidVersion):
        raise BadInputError(
            "This is not a certificate: give the file, the picture or the code that the shop published.",
            "这不是证书：请使用店铺公布的证书文件、图片或二维码内容。",
        ) from None


def verify_path(path: Path, known: KnownSigners) -> Verification:
    """Judge a PDF, a picture of a QR code, or a text file with a code."""
    try:
        content = _read(path)
    except OSError as error:
        return _unreadable(
            BadInputError(
                "{file} cannot be read: {reason}.",
                "无法读取 {file}：{reason}。",
                file=path.name,
                reason=error.strerror or str(error),
            )
        )
    except BadInputError as error:
        return _unreadable(error)
    kind = kind_of(content)
    if kind in PICTURES:
        return verify_picture(content, known)
    if kind is FileKind.PDF:
        return verify_pdf(content, known)
    if content.lstrip()[:5] == b"KMP1." and len(content) < _LARGEST_CERTIFICATE:
        return verify_code(content.decode("ascii", "replace"), known)
    return _unreadable(
        BadInputError(
            "{file} is neither a PDF nor a picture of a known kind (PNG, JPEG, WebP, GIF, BMP).",
            "{file} 既不是 PDF，也不是可识别的图片（PNG、JPEG、WebP、GIF、BMP）。",
            file=path.name,
        )
    )


def verify_pdf(content: bytes, known: KnownSigners) -> Verification:
    """Judge the bytes of a PDF."""
    from desktop_app.documents.signed_file import TamperedError, read_signed_file  # pyHanko: half a second

    try:
        found = read_signed_file(content)
    except TamperedError as error:
        return _tampered(error)
    except BadInputError as error:
        return _unreadable(error)
    if not _is_signed_by(found.certificate, found.code):
        return _tampered(
            BadInputError(
                "The QR code in this file was not signed by the key that signed the file.",
                "文件中二维码的签名与文件的签名不是同一密钥所作。",
            )
        )
    trusted_by = next((printed for printed in _vouching(found) if printed in known.fingerprints), None)
    proves = (_FILE_UNCHANGED if found.time_stamp is None else _FILE_UNCHANGED_BUT_STAMPED, _AGREE)
    judged = _judged(_stated(found), found.fingerprint, trusted_by, proves, _FILE_GENUINE, found.sha256)
    return replace(judged, does_not_prove=(*judged.does_not_prove, *_about_stamp(found.time_stamp)))


def verify_code(text: str, known: KnownSigners) -> Verification:
    """Judge the text of a QR code; the certificate must be at hand, because a code has no room for it."""
    try:
        code = read_code(text)
    except BadInputError as error:
        return _unreadable(error)
    certificate = known.certificates.get(code.facts.fingerprint)
    if certificate is None:
        summary = Words(
            "The certificate that this code names is not at hand, so its signature cannot be checked.",
            "手头没有该二维码所指的证书，无法核验其签名。",
        )
        return Verification(
            Answer.UNKNOWN_SIGNER,
            summary,
            does_not_prove=_NOTHING_YET,
            stated=tuple(_stated_by_code(code.facts, ZoneInfo("Asia/Shanghai"))),
            fingerprint=code.facts.fingerprint,
        )
    if not _is_signed_by(certificate, code):
        return _tampered(
            BadInputError(
                "The facts or the signature in this code are not as they were when it was signed.",
                "二维码中的内容或签名与签发时不一致。",
            )
        )
    stated = tuple(_stated_by_code(code.facts, ZoneInfo("Asia/Shanghai")))
    trusted_by = code.facts.fingerprint if code.facts.fingerprint in known.fingerprints else None
    return _judged(stated, code.facts.fingerprint, trusted_by, (_CODE_UNCHANGED,), _CODE_GENUINE)


def _is_signed_by(certificate: x509.Certificate, code: ReadCode) -> bool:
    """Whether the code is as the key of ``certificate`` signed it; the other spelling of the signature is a change."""
    s = int.from_bytes(code.signature[SIGNATURE_BYTES // 2 :], "big")
    return is_one_spelling(s) and verify_raw(certificate, code.message, code.signature)


def _judged(
    stated: tuple[Stated, ...],
    printed: str,
    trusted_by: str | None,
    proves: tuple[Words, ...],
    genuine: Words,
    sha256: str = "",
) -> Verification:
    if trusted_by is None:
        return Verification(
            Answer.UNKNOWN_SIGNER,
            Words(
                "The signature is intact, but its fingerprint is not one that you know. Anybody can "
                "make such a file under any name. Compare the fingerprint with the one that the shop published.",
                "签名完好，但其指纹不在已知之列。任何人都能以任意名称制作这样的文件，请与店铺事先公布的指纹逐组核对。",
            ),
            proves=proves,
            does_not_prove=(_NOT_WHO, *_NEVER),
            stated=stated,
            fingerprint=printed,
            sha256=sha256,
        )
    if trusted_by == printed:
        by = Words("It was signed with the key of the fingerprint that you know.", "由已知指纹对应的密钥签名。")
    else:
        by = Words(
            f"It was signed with a newer key; the key that you know ({trusted_by[:8]}…) vouches for it.",
            f"由更换后的新密钥签名，已知指纹（{trusted_by[:8]}…）的密钥已为新密钥作保。",
        )
    return Verification(
        Answer.VALID,
        genuine,
        proves=(*proves, by),
        does_not_prove=_NEVER,
        stated=stated,
        fingerprint=printed,
        sha256=sha256,
    )


_FILE_GENUINE = Words("Genuine, and unchanged since it was issued.", "确由该签发者签发，且签发后未被改动。")
_CODE_GENUINE = Words(
    "The code is genuine. It vouches for the facts below, not for what else the paper says: compare them.",
    "二维码确由该签发者签发。它只担保下列内容，不担保纸面上的其他内容，请逐项对照。",
)
_FILE_UNCHANGED = Words(
    "Nothing in the file has changed since it was signed, not a single byte.", "文件自签名后一个字节也没有改动。"
)
_FILE_UNCHANGED_BUT_STAMPED = Words(
    "Nothing that was signed has changed, not a single byte; the time stamp is no part of it.",
    "签名所覆盖的内容一个字节也没有改动；时间戳不在其内。",
)
_CODE_UNCHANGED = Words(
    "The facts below stood in the code when it was signed. Compare them with the sheet of paper.",
    "下列内容即签名时二维码中的内容，请与纸面逐项对照。",
)
_AGREE = Words(
    "The facts inside the file, its QR code and its certificate agree.", "文件内的事实数据、二维码与证书三者一致。"
)
_NEVER = (
    Words(
        "That what it says is true: it repeats what the shop has on record.",
        "所载内容属实：它只是店铺记录的内容。",
    ),
    Words(
        "That the times are right: they come from the clock of the shop's computer.",
        "时间准确：时间取自店铺电脑的时钟。",
    ),
    Words(
        "Who holds the key: the name in the certificate was chosen by its maker, only the published fingerprint "
        "counts.",
        "密钥持有者是谁：证书上的名称由制作者自定，只有事先公布的指纹才算数。",
    ),
)
_NOT_WHO = Words("That the shop issued it.", "由该店铺签发。")
_NOTHING_YET = (Words("Anything: the signature could not be checked.", "任何事：签名未能核验。"),)


def _about_stamp(stamp: TimeStamp | None) -> tuple[Words, ...]:
    """A stamp is put on after the signature and names whom it likes; only its authority can vouch for it."""
    if stamp is None:
        return ()
    at = f"{stamp.at:%Y-%m-%d %H:%M:%S} UTC"
    return (
        Words(
            f"That it existed at {at}: a time stamp that names “{stamp.authority}” is attached. It fits this "
            "signature, but the shop's signature does not cover it, and whether that authority made it and can be "
            "trusted was not checked.",
            f"于 {at} 已存在：文件附有署名“{stamp.authority}”的时间戳，与签名相符，但不在店铺签名的覆盖范围内；"
            "是否确由该机构出具、该机构是否可信，均未核验。",
        ),
    )


def _vouching(found: SignedFile) -> Iterator[str]:
    """The fingerprint that signed, then those whose keys vouch for it, one after another."""
    printed = found.fingerprint
    yield printed
    steps = found.facts.get("earlier_signers")
    for step in steps[:_MOST_STEPS] if isinstance(steps, list) else ():
        try:
            certificate = load_certificate(base64.b64decode(step["certificate"], validate=True))
            signature = bytes.fromhex(step["cross_signature"])
        except (ValueError, TypeError, KeyError, binascii.Error):
            return
        previous = fingerprint(certificate)
        if not verify_raw(certificate, cross_message(previous, printed), signature):
            return
        printed = previous
        yield printed


def _stated(found: SignedFile) -> tuple[Stated, ...]:
    facts = found.facts
    zone = _zone(facts)
    texts: Iterable[tuple[str, str, str]] = (
        ("Shop", "店铺", "shop_name"),
        ("Product", "商品", "product"),
        ("Unit", "单件编号", "unit_ref"),
        ("Redemption code", "核销码", "redemption_code"),
        ("Redeemed for", "核销对象", "target"),
        ("Source of record", "记录来源", "source"),
        ("Stated by", "陈述人", "stated_by"),
        ("Key, masked", "卡密（掩码）", "key_masked"),
        ("Replaces", "替换证明", "replaces_proof_no"),
    )
    lines = list(_stated_by_code(found.code.facts, zone))
    lines += [Stated(Words(en, zh), str(facts[name])) for en, zh, name in texts if facts.get(name)]
    return tuple(lines)


def _stated_by_code(code: CodeFacts, zone: ZoneInfo) -> Iterator[Stated]:
    yield Stated(Words("Proof no.", "证明编号"), code.proof_no)
    yield Stated(Words("Order no.", "订单号"), code.order_no)
    local = code.redeemed_at.astimezone(zone)
    yield Stated(Words("Redeemed at", "核销时间"), f"{local:%Y-%m-%d %H:%M:%S} ({local:%z})")
    yield Stated(Words("SHA-256 of facts", "事实摘要"), code.facts_sha256)
    yield Stated(Words("Event of the log", "操作记录序号"), str(code.audit_seq))
    yield Stated(Words("Head of the log", "链首摘要"), code.audit_head)


def _zone(facts: Mapping[str, Any]) -> ZoneInfo:
    try:
        return ZoneInfo(str(facts.get("time_zone")))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("Asia/Shanghai")


def _tampered(error: ShopError) -> Verification:
    return Verification(
        Answer.TAMPERED,
        Words(f"{error.en} Do not rely on it.", f"{error.zh}不可采信。"),
        does_not_prove=(Words("Anything.", "任何事。"),),
    )


def _unreadable(error: ShopError) -> Verification:
    return Verification(
        Answer.UNREADABLE,
        Words(error.en, error.zh),
        does_not_prove=(Words("Anything.", "任何事。"),),
    )


def _read(path: Path) -> bytes:
    """The bytes of an ordinary file that is not too large; never waits for a pipe."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise BadInputError("{file} is not an ordinary file.", "{file} 不是普通文件。", file=path.name)
        if status.st_size > _LARGEST_FILE:
            raise BadInputError(
                "{file} is larger than 20 MB; no redemption proof is, and no picture of one needs to be.",
                "{file} 超过 20 MB；核销证明没有这么大，其照片也不必这么大。",
                file=path.name,
            )
        return stream.read(_LARGEST_FILE + 1)


def verify_picture(content: bytes, known: KnownSigners) -> Verification:
    """Judge the code in a picture file, a photo or a screenshot; nothing is said about the rest of the paper."""
    try:
        return verify_code(_code_in_picture(content), known)
    except BadInputError as error:
        return _unreadable(error)


def _code_in_picture(content: bytes) -> str:
    """The text of the one proof's code in a picture, whatever other codes are beside it."""
    found = _codes_in(content)
    codes = [text for text in found if text.startswith(f"{PREFIX}.")]
    if len(codes) == 1:
        return codes[0]
    if codes:
        raise BadInputError(
            "The picture shows the codes of {count} different redemption proofs: cut it so that one is left.",
            "图片中有 {count} 份不同核销证明的二维码：请裁剪图片，只保留一个。",
            count=len(codes),
        )
    if any(text.startswith(f"{CERTIFICATE_PREFIX}.") for text in found):
        raise BadInputError(
            "The picture shows the certificate of a shop, not a redemption proof: it serves to check proofs with.",
            "图片中是店铺的证书，不是核销证明；证书用来核验证明。",
        )
    if found:
        raise BadInputError(
            "The QR code in the picture is not that of a redemption proof.", "图片中的二维码不是核销证明的二维码。"
        )
    raise BadInputError(
        "No QR code can be read in the picture: take it straight, sharp and close enough.",
        "图片中没有可识别的二维码：请正对、对焦、靠近拍摄。",
    )


def _codes_in(content: bytes) -> tuple[str, ...]:
    from desktop_app.documents.qr_codes import read_qr_codes  # zxing-cpp and Pillow: not before there is a picture

    return read_qr_codes(content)


def as_text(found: Verification, language: str) -> str:
    """The answer as it is printed for people."""
    headings = {
        "proves": Words("What this proves", "已证明"),
        "does_not_prove": Words("What it does not prove", "不能证明"),
        "stated": Words("What the proof says", "证明所载内容"),
    }
    colon = "：" if language.startswith("zh") else ": "
    lines = [f"{HEADLINES[found.answer].text(language)}{colon}{found.summary.text(language)}"]
    for name in ("proves", "does_not_prove"):
        reasons: tuple[Words, ...] = getattr(found, name)
        if reasons:
            lines += ["", headings[name].text(language), *(f"  - {reason.text(language)}" for reason in reasons)]
    if found.stated:
        lines += ["", headings["stated"].text(language)]
        lines += [f"  {line.label.text(language)}{colon}{line.value}" for line in found.stated]
    if found.fingerprint:
        label = Words("Fingerprint of the signer", "签名者指纹").text(language)
        lines += ["", f"{label}{colon}".rstrip(), *(f"  {line}" for line in grouped(found.fingerprint).split("\n"))]
    if found.sha256:
        lines += [f"SHA-256: {found.sha256}"]
    return "\n".join(lines)


def as_plain(found: Verification) -> dict[str, object]:
    """The answer for other programs."""
    return {
        "answer": found.answer.value,
        "summary": {"en": found.summary.en, "zh": found.summary.zh},
        "fingerprint": found.fingerprint,
        "sha256": found.sha256,
        "stated": {line.label.en: line.value for line in found.stated},
    }
