"""The electronic signature inside a PDF: PAdES baseline B (ETSI EN 319 142-1), on request with a time stamp.

The file is laid out with a hole for the signature (:class:`~desktop_app.documents.archive_pdf.SignatureHole`); pyHanko
makes the CMS object that goes into it. There is no dry run: the room is computed from the certificates. Loading this
module loads pyHanko, which takes half a second: not before something is signed.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any, Protocol

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from desktop_app.documents.archive_pdf import BYTE_RANGE_WIDTH, SignatureHole
from desktop_app.domain.errors import StorageError
from desktop_app.domain.signatures import one_spelling

_DIGEST = "sha256"
_ROOM_BESIDE_CERTIFICATES = 1024  # attributes, signature, names of the issuer: about 420 bytes and a long name
_ROOM_FOR_TIME_STAMP = 12 * 1024  # tokens bring the certificates of their authority
_LARGEST_ANSWER = 64 * 1024
_SECONDS = 10.0


class SigningKey(Protocol):
    """What signs: a P-256 key with its certificate and the certificates that issued it."""

    @property
    def certificate(self) -> x509.Certificate: ...

    @property
    def private_key(self) -> ec.EllipticCurvePrivateKey: ...

    @property
    def chain(self) -> Sequence[x509.Certificate]: ...


def signature_room(key: SigningKey, *, time_stamped: bool) -> int:
    """The most bytes that a signature of ``key`` takes."""
    return room_beside(issuing_path(key.certificate, tuple(key.chain)), time_stamped=time_stamped)


def room_beside(path: Sequence[x509.Certificate], *, time_stamped: bool) -> int:
    """How many bytes are kept for a signature that brings these certificates, its own first.

    Part of the format: the signature covers the size of its hole and not what else is in it, so this is how a reader
    notices that a certificate or a time stamp was taken out or put in.
    """
    certificates = sum(len(_der(certificate)) for certificate in path)
    issuer = len(path[0].issuer.public_bytes())
    return _ROOM_BESIDE_CERTIFICATES + certificates + issuer + (_ROOM_FOR_TIME_STAMP if time_stamped else 0)


@functools.lru_cache(maxsize=8)
def issuing_path(certificate: x509.Certificate, others: tuple[x509.Certificate, ...]) -> tuple[x509.Certificate, ...]:
    """``certificate``, the one of ``others`` that issued it, the one that issued that, and so on.

    A .p12 may hold anything besides; only these belong into a signature.
    """
    path = [certificate]
    while True:
        issuer = next((other for other in others if other not in path and _issued(other, path[-1])), None)
        if issuer is None:
            return tuple(path)
        path.append(issuer)


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def sign_pdf(data: bytes, hole: SignatureHole, key: SigningKey, time_stamper: HttpTimeStamper | None = None) -> bytes:
    """``data`` with ``hole`` filled by a signature over all the rest of the file.

    :class:`TimeStampError` when a time stamp is wanted and cannot be had.
    """
    placeholder = hole.placeholder
    start = data.index(placeholder)
    opened = start + placeholder.index(b"<")
    closed = start + len(placeholder)
    tail = data[closed:]
    byte_range = b"[0 %d %d %d]" % (opened, closed, len(tail))
    head = data[:start] + b"/ByteRange " + byte_range.ljust(BYTE_RANGE_WIDTH) + b" /Contents "
    digest = hashlib.sha256(head)
    digest.update(tail)
    signature = _signature(digest.digest(), key, time_stamper)
    if len(signature) > hole.size:
        raise TimeStampError("The time stamp is larger than the room kept for it.", "时间戳的数据超出预留空间。")
    filled = signature.hex().upper().encode("ascii").ljust(2 * hole.size, b"0")
    return b"".join((head, b"<", filled, b">", tail))


def _signature(digest: bytes, key: SigningKey, time_stamper: HttpTimeStamper | None) -> bytes:
    signer = _KeySigner(key)
    made = asyncio.run(signer.async_sign(digest, _DIGEST, use_pades=True, timestamper=time_stamper))
    dumped: bytes = made.dump()
    return dumped


class _KeySigner(Signer):
    """Signs with a key that is in memory already; pyHanko's own would parse it anew for every signature."""

    def __init__(self, key: SigningKey) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        path = issuing_path(key.certificate, tuple(key.chain))
        registry.register_multiple([_parsed(_der(certificate)) for certificate in path[1:]])
        super().__init__(
            signing_cert=_parsed(_der(key.certificate)), cert_registry=registry, signature_mechanism=_mechanism()
        )
        self._certificate = key.certificate
        self._key = key.private_key

    async def signed_attrs(self, data_digest: bytes, digest_algorithm: str, *_: Any, **_more: Any) -> cms.CMSAttributes:
        # what pyHanko's own puts together anew for every signature, three quarters of its time
        fixed = map(cms.CMSAttribute.load, _fixed_attributes(_der(self._certificate)))
        made = cms.CMSAttributes([*fixed, _attribute("message_digest", data_digest)])
        # values that were parsed are written out as they are, new ones are put together again at every step
        return cms.CMSAttributes.load(made.dump())

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return _one_spelling(self._key.sign(data, ec.ECDSA(SHA256())))


def _one_spelling(signature: bytes) -> bytes:
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, one_spelling(s))


class TimeStampError(StorageError):
    """No time stamp could be had; a document is issued without one then."""


class HttpTimeStamper(TimeStamper):
    """Asks the authority at ``url`` for a time stamp (RFC 3161), once per signature, for at most ten seconds."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        request = urllib.request.Request(
            self._url, data=req.dump(), headers={"Content-Type": "application/timestamp-query"}
        )
        try:
            # nothing else runs in this event loop
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                body = answer.read(_LARGEST_ANSWER + 1)
        except (OSError, urllib.error.URLError, ValueError) as error:
            raise _no_time_stamp(str(error)) from error
        if len(body) > _LARGEST_ANSWER:
            raise _no_time_stamp("the answer is too long")
        return tsp.TimeStampResp.load(body)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> object:
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            # an answer that is none; a wrong nonce makes pyHanko stumble over its own message
            raise _no_time_stamp(str(error)) from error


def _no_time_stamp(reason: str) -> TimeStampError:
    return TimeStampError(
        "The time stamp authority did not answer as it should: {reason}.",
        "时间戳服务未正常应答：{reason}。",
        reason=reason[:200],
    )


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@functools.cache
def _mechanism() -> algos.SignedDigestAlgorithm:
    return algos.SignedDigestAlgorithm.load(algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}).dump())


@functools.lru_cache(maxsize=8)
def _fixed_attributes(der: bytes) -> tuple[bytes, ...]:
    """The signed attributes that only depend on the certificate, in DER; PAdES baseline B wants no others."""
    made = (
        _attribute("content_type", "data"),
        _attribute("signing_certificate_v2", as_signing_certificate_v2(_parsed(der))),
    )
    return tuple(attribute.dump() for attribute in made)


def _attribute(name: str, value: object) -> cms.CMSAttribute:
    return simple_cms_attribute(name, value)  # type: ignore[no-untyped-call]


@functools.lru_cache(maxsize=8)
def _parsed(der: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(der)
