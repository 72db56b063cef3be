"""Time stamps of an authority: bound to the signature when they come, and never in the way when they do not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from asn1crypto import cms, keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from desktop_app.documents.redemption_proof import SignedProof, sign_proof
from desktop_app.documents.signed_file import TamperedError, read_signed_file
from desktop_app.documents.signing import HttpTimeStamper
from desktop_app.services.verification import Answer, KnownSigners, verify_pdf
from tests.documents.proof_samples import sample_facts
from tests.documents.signing_keys import new_key, signed_by

STAMPED_AT = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
KEY = new_key()
FACTS = signed_by(KEY, sample_facts())


@pytest.fixture(scope="module")
def authority() -> DummyTimeStamper:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test TSA")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(STAMPED_AT - timedelta(days=30))
        .not_valid_after(STAMPED_AT + timedelta(days=3650))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        keys.PrivateKeyInfo.load(private),
        SimpleCertificateStore(),
        fixed_dt=STAMPED_AT,
    )


Answering = Callable[[Callable[[bytes], bytes]], str]


@pytest.fixture
def server() -> Iterator[Answering]:
    """A server on this computer; it answers with what the test says."""
    running: list[HTTPServer] = []

    def start(answer: Callable[[bytes], bytes]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        found = HTTPServer(("127.0.0.1", 0), Handler)
        running.append(found)
        threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{found.server_port}/"

    yield start
    for found in running:
        found.shutdown()
        found.server_close()


def stamped(url: str) -> SignedProof:
    return sign_proof(FACTS, KEY, HttpTimeStamper(url))


def honest(authority: DummyTimeStamper, request: bytes) -> tsp.TimeStampResp:
    return asyncio.run(authority.async_request_tsa_response(tsp.TimeStampReq.load(request)))


def test_a_stamp_is_part_of_the_proof(authority: DummyTimeStamper, server: Answering) -> None:
    proof = stamped(server(lambda request: bytes(honest(authority, request).dump())))
    assert proof.is_time_stamped
    assert proof.time_stamp_error is None
    found = read_signed_file(proof.pdf)
    assert found.time_stamp is not None
    assert found.time_stamp.at == STAMPED_AT
    assert "Test TSA" in found.time_stamp.authority


def test_a_stamp_cannot_be_taken_out_and_what_it_is_worth_is_said(
    authority: DummyTimeStamper, server: Answering
) -> None:
    proof = stamped(server(lambda request: bytes(honest(authority, request).dump())))
    start = proof.pdf.index(b"/Contents <", proof.pdf.index(b"/ByteRange")) + len(b"/Contents <")
    stop = proof.pdf.index(b">", start)
    raw = bytes.fromhex(proof.pdf[start:stop].decode("ascii"))
    container = cms.ContentInfo.load(raw[: int.from_bytes(raw[2:4], "big") + 4])
    fields = dict(container["content"]["signer_infos"][0].native)
    assert fields["unsigned_attrs"]
    del container["content"]["signer_infos"][0]["unsigned_attrs"]
    bare = container.dump(force=True).hex().upper().encode().ljust(stop - start, b"0")
    with pytest.raises(TamperedError):
        read_signed_file(proof.pdf[:start] + bare + proof.pdf[stop:])

    known = KnownSigners(frozenset({KEY.fingerprint}))
    found = verify_pdf(proof.pdf, known)
    assert found.answer is Answer.VALID
    # anybody can put a stamp of his own there, so it is nothing that the proof proves
    assert not any("Test TSA" in words.en for words in found.proves)
    assert any("Test TSA" in words.en and "2026-11-22 03:04:05" in words.zh for words in found.does_not_prove)


@pytest.mark.parametrize("body", [b"", b"not a stamp", b"0" * 70_000, b"\x30\x03\x02\x01\x00"])
def test_an_answer_that_is_none_leaves_the_proof_without_one(server: Answering, body: bytes) -> None:
    proof = stamped(server(lambda _request: body))
    assert not proof.is_time_stamped
    assert proof.time_stamp_error is not None
    assert read_signed_file(proof.pdf).time_stamp is None


def test_a_stamp_for_something_else_is_not_used(authority: DummyTimeStamper, server: Answering) -> None:
    def answer(request: bytes) -> bytes:
        asked = tsp.TimeStampReq.load(request)
        asked["message_imprint"]["hashed_message"] = bytes(32)
        return bytes(honest(authority, asked.dump()).dump())

    proof = stamped(server(answer))
    assert not proof.is_time_stamped
    assert read_signed_file(proof.pdf).time_stamp is None


def test_a_replayed_answer_is_not_used(authority: DummyTimeStamper, server: Answering) -> None:
    def answer(request: bytes) -> bytes:
        asked = tsp.TimeStampReq.load(request)
        asked["nonce"] = 1
        return bytes(honest(authority, asked.dump()).dump())

    assert not stamped(server(answer)).is_time_stamped


def test_an_authority_that_is_not_there_is_said() -> None:
    proof = stamped("http://127.0.0.1:1/")
    assert not proof.is_time_stamped
    assert proof.time_stamp_error is not None
    assert "时间戳" in proof.time_stamp_error.zh
