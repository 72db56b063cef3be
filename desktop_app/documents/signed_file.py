"""A signed proof taken apart and checked, without network, shop or trust in anything but mathematics.

pyHanko judges the signature. Its judgement alone is not enough: it accepts bytes appended after the end of a file and
anything in the unused rest of the hole. So the file must also have exactly one signature that covers all of it, spelled
in the one way in which we write it, and its facts, its QR code and its certificate must agree. What stays open is
whether the certificate is one that the reader knows: :mod:`desktop_app.services.verification`.

Loading this module loads pyHanko, which takes half a second.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from xml.etree import ElementTree

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from desktop_app.documents.archive_pdf import FACTS_NAMESPACE
from desktop_app.documents.proof_code import CodeFacts, ReadCode, one_line, read_code
from desktop_app.documents.proof_facts import FORMAT, canonical
from desktop_app.documents.signing import issuing_path, room_beside
from desktop_app.domain.errors import BadInputError
from desktop_app.domain.signatures import is_one_spelling

LARGEST = 20 * 1024 * 1024

_HOLE = re.compile(rb"/ByteRange \[0 (\d{1,10}) (\d{1,10}) (\d{1,10})\] *? */Contents <")
_HEX = re.compile(rb"[0-9A-F]+")
_Result = TypeVar("_Result")
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"

# What it says about broken files goes to the log of the process; the merchant gets a sentence.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


class TamperedError(BadInputError):
    """Something in the file is not as it was when it was signed."""


class UnreadableError(BadInputError):
    """Not a signed redemption proof at all, so there is nothing to judge."""


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """A time that an authority vouches for; whether the authority can be trusted is not checked."""

    at: datetime
    authority: str


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A proof whose signature holds. ``certificate`` made it; ``facts`` is the JSON, ``code`` the QR code's content."""

    certificate: x509.Certificate
    fingerprint: str
    facts: Mapping[str, Any]
    code: ReadCode
    sha256: str
    time_stamp: TimeStamp | None


def read_signed_file(data: bytes) -> SignedFile:
    """Check everything about a proof that can be checked without knowing who signs for the shop.

    The signature of ``code`` is left to the caller. Raises :class:`UnreadableError` for what is no signed proof and
    :class:`TamperedError` for one that was changed; nothing else, whatever the bytes are.
    """
    if len(data) > LARGEST:
        raise UnreadableError(
            "The file is larger than {most} MB; no redemption proof is.",
            "文件超过 {most} MB，不是核销证明。",
            most=LARGEST // 1024 // 1024,
        )
    if not data.startswith(b"%PDF-"):
        raise UnreadableError("The file is not a PDF.", "文件不是 PDF。")
    container = _container(data)
    reader, facts, code = _reading(lambda: _contents(data), _not_readable)
    certificate, time_stamp = _reading(lambda: _judged(reader, container, facts), _does_not_hold)
    printed = hashlib.sha256(certificate.dump()).hexdigest()
    _agree(facts, code.facts, printed)
    return SignedFile(
        certificate=x509.load_der_x509_certificate(certificate.dump()),
        fingerprint=printed,
        facts=facts,
        code=code,
        sha256=hashlib.sha256(data).hexdigest(),
        time_stamp=time_stamp,
    )


def _reading(step: Callable[[], _Result], refusal: Callable[[Exception], BadInputError]) -> _Result:
    """``step``, which feeds bytes of strangers to a parser; its failures are ``refusal``.

    Parsers of hostile bytes raise anything, from KeyError to RecursionError; nothing is ever accepted here.
    """
    try:
        return step()
    except BadInputError:
        raise
    except Exception as error:
        raise refusal(error) from error


def _contents(data: bytes) -> tuple[PdfFileReader, Mapping[str, Any], ReadCode]:
    reader = PdfFileReader(io.BytesIO(data), strict=True)
    return reader, *_facts(reader.root["/Metadata"].data)


def _container(data: bytes) -> cms.ContentInfo:
    """The CMS object of the only signature, which covers all of ``data`` and is spelled as we spell it."""
    count = data.count(b"/ByteRange")
    if count == 0:
        if FACTS_NAMESPACE.encode() in data and b"signer_fingerprint" in data:
            raise TamperedError(
                "The signature was taken out of this proof, or it is a draft.",
                "这份证明的签名已被去除，或者它只是预览稿。",
            )
        raise UnreadableError(
            "The PDF carries no electronic signature, so nothing vouches for it. When it is a scan of a proof, "
            "verify a picture of that page instead.",
            "这份 PDF 没有电子签名，无从核验。如为纸质证明的扫描件，请改用该页的图片核验。",
        )
    if count > 1:
        raise TamperedError(
            "The file carries more than one signature: something was added after it was issued.",
            "文件含有不止一个签名：签发后被添加过内容。",
        )
    found = _HOLE.search(data)
    if found is None:
        raise _other_spelling()
    opened, closed, rest = (int(number) for number in found.groups())
    if found.end() - 1 != opened or closed + rest != len(data) or not opened < closed <= len(data):
        raise TamperedError(
            "The signature does not cover the whole file: bytes were added or cut off after it was issued.",
            "签名没有覆盖整个文件：签发后被追加或截去了内容。",
        )
    container, signed_digest = _canonical_container(data[opened + 1 : closed - 1], data[closed - 1 : closed])
    digest = hashlib.sha256(memoryview(data)[:opened])
    digest.update(memoryview(data)[closed:])
    if signed_digest != digest.digest():
        raise TamperedError("The contents of the file were changed after it was signed.", "文件内容在签名后被改动。")
    return container


def _canonical_container(written: bytes, end: bytes) -> tuple[cms.ContentInfo, bytes]:
    """The object in the hole, upper-case hexadecimal DER followed by zeros only, and the digest that it is about."""
    if end != b">" or len(written) % 2 or not _HEX.fullmatch(written):
        raise _other_spelling()
    raw = bytes.fromhex(written.decode("ascii"))
    return _reading(lambda: _parsed(raw), lambda _: _other_spelling())


def _parsed(raw: bytes) -> tuple[cms.ContentInfo, bytes]:
    used = _end_of_value(raw, 0, len(raw))
    if raw[used:].strip(b"\0"):
        raise _other_spelling()
    container = cms.ContentInfo.load(raw[:used])
    if not _is_in_our_form(container) or not _fills_its_room(container, len(raw)):
        raise _other_spelling()
    return container, _message_digest(container)


def _end_of_value(raw: bytes, start: int, limit: int) -> int:
    """Where the DER value at ``start`` ends.

    ValueError or IndexError unless every length and whole number in it has its shortest spelling and every value is
    filled by its parts (ITU-T X.690, 8.3 and 10.1).
    """
    tag, length, place = raw[start], raw[start + 1], start + 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(raw[place : place + count], "big")
        place += count
        if not 1 <= count <= 4 or length < 0x80 or length.bit_length() <= 8 * (count - 1):
            raise ValueError("length")
    end = place + length
    if end > limit or tag == 0 or tag & 0x1F == 0x1F:  # no padding, no tags of several bytes
        raise ValueError("value")
    if tag == 0x02 and (
        length == 0 or (length > 1 and raw[place] in (0, 0xFF) and (raw[place] ^ raw[place + 1]) < 0x80)
    ):
        raise ValueError("number")
    if tag & 0x20:
        while place < end:
            place = _end_of_value(raw, place, end)
    return end


def _is_in_our_form(container: cms.ContentInfo) -> bool:
    """Whether what the signature itself does not protect has the only values that we write."""
    if container["content_type"].native != "signed_data":
        return False
    signed = container["content"]
    if len(signed["signer_infos"]) != 1 or len(signed["digest_algorithms"]) != 1:
        return False
    info = signed["signer_infos"][0]
    unsigned = info["unsigned_attrs"].native or []
    certificates = [choice.chosen for choice in signed["certificates"] if choice.name == "certificate"]
    return (
        signed["version"].native == "v1"
        and info["version"].native == "v1"
        and signed["digest_algorithms"][0].dump() == info["digest_algorithm"].dump()
        and info["digest_algorithm"]["algorithm"].native == "sha256"
        and info["signature_algorithm"]["algorithm"].native == "sha256_ecdsa"
        and signed["encap_content_info"]["content_type"].native == "data"
        and signed["encap_content_info"]["content"].native is None
        and signed["crls"].native is None
        and len(certificates) == len(signed["certificates"])
        and info["sid"].name == "issuer_and_serial_number"
        and sum(_is_signed_by(info, certificate) for certificate in certificates) == 1
        and is_one_spelling(decode_dss_signature(info["signature"].native)[1])
        and all(attribute["type"] == "signature_time_stamp_token" for attribute in unsigned)
    )


def _fills_its_room(container: cms.ContentInfo, room: int) -> bool:
    """Whether the certificates and the time stamp are those that the hole, whose size is signed, was made for."""
    signed = container["content"]
    info = signed["signer_infos"][0]
    certificates = [x509.load_der_x509_certificate(choice.chosen.dump()) for choice in signed["certificates"]]
    [signer] = [
        certificate
        for certificate, choice in zip(certificates, signed["certificates"], strict=True)
        if _is_signed_by(info, choice.chosen)
    ]
    path = issuing_path(signer, tuple(certificates))
    is_stamped = info["unsigned_attrs"].native is not None
    return len(path) == len(certificates) and room == room_beside(path, time_stamped=is_stamped)


def _is_signed_by(info: cms.SignerInfo, certificate: Any) -> bool:
    named = info["sid"].chosen
    return bool(
        named["issuer"].dump() == certificate.issuer.dump()
        and named["serial_number"].native == certificate.serial_number
    )


def _message_digest(container: cms.ContentInfo) -> bytes:
    attributes = container["content"]["signer_infos"][0]["signed_attrs"]
    [values] = [attribute["values"] for attribute in attributes if attribute["type"].native == "message_digest"]
    [digest] = values
    return bytes(digest.native)


def _judged(
    reader: PdfFileReader, container: cms.ContentInfo, facts: Mapping[str, Any]
) -> tuple[Any, TimeStamp | None]:
    """What pyHanko says about the signature: the certificate of a good one, and its time stamp."""
    signatures = reader.embedded_signatures
    if len(signatures) != 1:
        raise _other_spelling()
    signature = signatures[0]
    if signature.signed_data.dump() != container["content"].dump():
        raise _other_spelling()
    issued_at = _time(facts, "issued_at")
    status = validate_pdf_signature(
        signature,
        _trusting(signature.signer_cert, issued_at),
        _time_stamp_context(container),
        key_usage_settings=KeyUsageConstraints(
            key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
        ),
    )
    if not (
        status.bottom_line
        and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        and signature.docmdp_level == MDPPerm.NO_CHANGES
        and signature.sig_object.get("/SubFilter") == "/ETSI.CAdES.detached"
    ):
        raise _does_not_hold()
    certificate = signature.signer_cert
    if not certificate.not_valid_before <= issued_at <= certificate.not_valid_after:
        raise _does_not_hold()  # pyHanko does not ask this of a certificate that is trusted by itself
    return certificate, _time_stamp(status)


def _trusting(certificate: Any, moment: datetime) -> ValidationContext:
    """Trust in exactly this certificate: whether it is the right one is decided by its fingerprint."""
    return ValidationContext(trust_roots=[certificate], moment=moment, allow_fetching=False)


def _time_stamp_context(container: cms.ContentInfo) -> ValidationContext | None:
    """Trust in whoever made the time stamp, so that only its mathematics is judged."""
    attributes = container["content"]["signer_infos"][0]["unsigned_attrs"]
    if attributes.native is None:
        return None
    token = attributes[0]["values"][0]["content"]
    roots = [choice.chosen for choice in token["certificates"]]
    made_at = token["encap_content_info"]["content"].parsed["gen_time"].native
    return ValidationContext(trust_roots=roots, moment=made_at, allow_fetching=False)


def _time_stamp(status: PdfSignatureStatus) -> TimeStamp | None:
    found = status.timestamp_validity
    if found is None:
        return None
    return TimeStamp(found.timestamp.astimezone(UTC), found.signing_cert.subject.human_friendly)


def _facts(packet: bytes) -> tuple[Mapping[str, Any], ReadCode]:
    """The facts and the code in the XMP packet."""
    if b"<!" in packet:  # entities can make a small packet huge
        raise _no_facts()
    try:
        nodes = ElementTree.fromstring(packet).iter()
    except (ElementTree.ParseError, ValueError):
        raise _no_facts() from None
    prefix = f"{{{FACTS_NAMESPACE}}}"
    found = [(node.tag.removeprefix(prefix), node.text or "") for node in nodes if node.tag.startswith(prefix)]
    values = dict(found)
    if len(values) != len(found) or values.keys() < {"proofJson", "proofSha256", "qrText"}:
        raise _no_facts()
    text = values["proofJson"].encode("utf-8")
    if hashlib.sha256(text).hexdigest() != values["proofSha256"]:
        raise _disagree("the facts and their digest", "事实数据与其摘要")
    try:
        facts = json.loads(text)
        is_canonical = canonical(facts) == text  # so no key stands twice
    except (ValueError, RecursionError):
        raise _no_facts() from None
    if not is_canonical or not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise _no_facts()
    return facts, read_code(values["qrText"])


def _agree(facts: Mapping[str, Any], code: CodeFacts, fingerprint: str) -> None:
    """File, code and certificate tell one story."""
    expected = CodeFacts(
        proof_no=one_line(str(facts.get("proof_no"))),
        order_no=one_line(str(facts.get("order_no"))),
        redeemed_at=_time(facts, "redeemed_at").replace(microsecond=0),
        facts_sha256=hashlib.sha256(canonical(facts)).hexdigest(),
        audit_seq=facts.get("audit_seq", -1),
        audit_head=str(facts.get("audit_head")),
        fingerprint=str(facts.get("signer_fingerprint")),
    )
    if code != expected:
        raise _disagree("the facts and the QR code", "事实数据与二维码")
    if code.fingerprint != fingerprint:
        raise _disagree("the facts and the certificate that signed", "事实数据与签名证书")


def _time(facts: Mapping[str, Any], name: str) -> datetime:
    try:
        return datetime.strptime(str(facts.get(name)), _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise _no_facts() from None


def _does_not_hold(_: Exception | None = None) -> TamperedError:
    return TamperedError(
        "The electronic signature does not hold: the file or the signature was changed, or the certificate was not "
        "valid when the proof was issued.",
        "电子签名不成立：文件或签名被改动，或签发时证书不在有效期内。",
    )


def _not_readable(error: Exception) -> UnreadableError:
    return UnreadableError(
        "The file cannot be read as a PDF ({reason}).",
        "无法按 PDF 读取该文件（{reason}）。",
        reason=type(error).__name__,
    )


def _other_spelling() -> TamperedError:
    return TamperedError(
        "The signature is not written as it was issued: the file was changed.",
        "签名的写法与签发时不同：文件被改动。",
    )


def _disagree(en: str, zh: str) -> TamperedError:
    return TamperedError(f"In this file {en} do not agree.", f"文件中{zh}不一致。")


def _no_facts() -> UnreadableError:
    return UnreadableError(
        "The PDF is signed, but it is no redemption proof of Kamidesk.",
        "这份 PDF 有签名，但不是 Kamidesk 出具的核销证明。",
    )
