"""What may be done to a signed proof without being noticed: nothing."""

from __future__ import annotations

import io
import random
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from desktop_app.documents.proof_facts import proof_json
from desktop_app.documents.redemption_proof import render_draft, sign_proof
from desktop_app.documents.signed_file import LARGEST, TamperedError, UnreadableError, read_signed_file
from desktop_app.domain.signatures import P256_ORDER
from tests.documents.proof_samples import sample_facts
from tests.documents.signing_keys import chained_key, new_key, signed_by

KEY = new_key()
FACTS = signed_by(KEY, sample_facts())


@pytest.fixture(scope="module")
def signed() -> bytes:
    return sign_proof(FACTS, KEY).pdf


def hole(data: bytes) -> range:
    """The places of the hexadecimal digits."""
    start = data.index(b"/Contents <", data.index(b"/ByteRange")) + len(b"/Contents <")
    return range(start, data.index(b">", start))


def verdict(data: bytes) -> str:
    try:
        read_signed_file(data)
    except TamperedError:
        return "tampered"
    except UnreadableError:
        return "unreadable"
    return "valid"


def test_a_proof_is_read_as_it_was_made(signed: bytes) -> None:
    found = read_signed_file(signed)
    assert found.fingerprint == KEY.fingerprint
    assert found.code.facts.proof_no == FACTS.proof_no
    assert found.facts["redemption_code"] == FACTS.redemption_code
    assert found.time_stamp is None


def test_one_signature_one_revision_and_the_canonical_hole(signed: bytes) -> None:
    digits = signed[hole(signed).start : hole(signed).stop]
    assert re.fullmatch(rb"[0-9A-F]+", digits)
    assert digits.endswith(b"0" * 200)
    assert signed.count(b"%%EOF") == 1
    assert len(PdfFileReader(io.BytesIO(signed)).embedded_signatures) == 1


def test_no_byte_outside_the_hole_can_change(signed: bytes) -> None:
    outside = [place for place in range(len(signed)) if place not in hole(signed)]
    chooser = random.Random(20261122)
    places = chooser.sample(outside, 400) + outside[:60] + outside[-200:]
    start = signed.index(b"/ByteRange")
    places += range(start, hole(signed).start)
    for place in places:
        changed = bytearray(signed)
        changed[place] ^= 1 << chooser.randrange(8)
        assert verdict(bytes(changed)) != "valid", place


def test_no_digit_in_the_hole_can_change(signed: bytes) -> None:
    digits = hole(signed)
    used = len(signed[digits.start : digits.stop].rstrip(b"0"))
    chooser = random.Random(7)
    places = [*chooser.sample(range(digits.start, digits.start + used), 150), digits.start + used + 3, digits.stop - 1]
    for place in places:
        changed = bytearray(signed)
        changed[place] = chooser.choice([digit for digit in b"0123456789ABCDEF" if digit != changed[place]])
        assert verdict(bytes(changed)) == "tampered", place
    lower = signed[: digits.start] + signed[digits.start : digits.stop].lower() + signed[digits.stop :]
    assert verdict(lower) == "tampered"


@pytest.mark.parametrize("junk", [b"\n", b"\0", b"%%EOF\n", b"x" * 5000, b"\n%PDF-1.4\n"])
def test_nothing_can_be_added_before_or_behind(signed: bytes, junk: bytes) -> None:
    assert verdict(signed + junk) == "tampered"
    assert verdict(junk + signed) != "valid"


def test_an_incremental_edit_is_noticed(signed: bytes) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root["/PageMode"] = writer.root["/PageMode"]
    writer.update_root()
    target = io.BytesIO()
    writer.write(target)
    assert verdict(target.getvalue()) == "tampered"


def test_a_second_signature_is_noticed(signed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    from desktop_app.documents.signing import _KeySigner

    # a forger's program does not obey the certification
    monkeypatch.setattr(signers.PdfSigner, "_enforce_certification_constraints", lambda self, reader: None)
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    append_signature_field(writer, SigFieldSpec("Second"))
    metadata = signers.PdfSignatureMetadata(field_name="Second", md_algorithm="sha256")
    target = signers.sign_pdf(writer, metadata, _KeySigner(new_key("别人")), bytes_reserved=8192)
    assert verdict(target.getbuffer().tobytes()) == "tampered"


def test_a_proof_cut_short_is_noticed(signed: bytes) -> None:
    for length in (len(signed) - 1, len(signed) - 6, len(signed) // 2, hole(signed).start + 9, 400):
        assert verdict(signed[:length]) != "valid"


def test_the_other_value_of_the_signature_that_verifies_is_not_ours(signed: bytes) -> None:
    """Anybody can turn (r, s) into (r, order - s) without the key: another file with the same contents."""
    place = hole(signed)
    raw = bytes.fromhex(signed[place.start : place.stop].decode("ascii"))
    container = cms.ContentInfo.load(raw[: int.from_bytes(raw[2:4], "big") + 4])
    info = container["content"]["signer_infos"][0]
    r, s = decode_dss_signature(info["signature"].native)
    assert s <= P256_ORDER // 2
    info["signature"] = encode_dss_signature(r, P256_ORDER - s)
    other = container.dump(force=True).hex().upper().encode().ljust(len(place), b"0")
    assert verdict(signed[: place.start] + other + signed[place.stop :]) == "tampered"


def container_of(data: bytes) -> cms.ContentInfo:
    digits = hole(data)
    raw = bytes.fromhex(data[digits.start : digits.stop].decode("ascii"))
    return cms.ContentInfo.load(raw[: int.from_bytes(raw[2:4], "big") + 4])


def with_container(data: bytes, container: cms.ContentInfo) -> bytes:
    digits = hole(data)
    written = container.dump(force=True).hex().upper().encode()
    assert len(written) <= len(digits)
    return data[: digits.start] + written.ljust(len(digits), b"0") + data[digits.stop :]


def test_a_certificate_put_into_the_hole_is_noticed(signed: bytes) -> None:
    """The signature covers no certificate but its own, so anybody can put others beside it."""
    container = container_of(signed)
    other = asn1_x509.Certificate.load(new_key("x").certificate.public_bytes(Encoding.DER))
    container["content"]["certificates"].append(cms.CertificateChoices("certificate", other))
    assert verdict(with_container(signed, container)) == "tampered"


def test_of_a_chain_only_the_issuers_are_in_the_proof_and_none_can_be_taken_out() -> None:
    key, root, middle = chained_key()
    proof = sign_proof(signed_by(key, sample_facts()), replace(key, chain=(root, new_key("x").certificate, middle))).pdf
    assert verdict(proof) == "valid"
    container = container_of(proof)
    held = container["content"]["certificates"]
    assert {choice.chosen.dump() for choice in held} == {
        certificate.public_bytes(Encoding.DER) for certificate in (key.certificate, middle, root)
    }
    shorter = [choice for choice in held if choice.chosen.dump() != root.public_bytes(Encoding.DER)]
    container["content"]["certificates"] = cms.CertificateSet(shorter)
    assert verdict(with_container(proof, container)) == "tampered"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(-1, "tampered"), (0, "valid"), (3653 * 86400, "valid"), (3653 * 86400 + 1, "tampered")]
)
def test_a_proof_of_a_time_at_which_the_certificate_was_not_valid_does_not_hold(seconds: int, expected: str) -> None:
    at = KEY.certificate.not_valid_before_utc + timedelta(seconds=seconds)
    assert verdict(sign_proof(signed_by(KEY, sample_facts(issued_at=at)), KEY).pdf) == expected


def test_the_signature_of_another_proof_does_not_fit(signed: bytes) -> None:
    other = sign_proof(signed_by(KEY, sample_facts(order_no="DD202611210910057732")), KEY).pdf
    moved = signed[: hole(signed).start] + other[hole(other).start : hole(other).stop] + signed[hole(signed).stop :]
    assert verdict(moved) == "tampered"


def test_a_signature_taken_out_is_noticed(signed: bytes) -> None:
    start, stop = signed.index(b"/ByteRange"), hole(signed).stop + 1
    assert verdict(signed[:start] + b" " * (stop - start) + signed[stop:]) == "tampered"


def test_facts_of_another_signer_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A forger with a key of his own who keeps the facts, and with them the fingerprint, of the shop."""
    forger = new_key()
    object.__setattr__(forger, "fingerprint", KEY.fingerprint)
    assert verdict(sign_proof(FACTS, forger).pdf) == "tampered"


def test_code_and_facts_that_differ_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop_app.documents import redemption_proof

    real = redemption_proof.code_facts
    other = signed_by(KEY, sample_facts(order_no="DD1"))
    monkeypatch.setattr(redemption_proof, "code_facts", lambda facts, text: real(other, proof_json(other)))
    assert verdict(sign_proof(FACTS, KEY).pdf) == "tampered"


def test_a_draft_is_no_proof() -> None:
    assert verdict(render_draft(FACTS)) == "tampered"
    assert verdict(render_draft(sample_facts())) == "tampered"


def hostile_files() -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "text", b"hello"
    yield "only the first line", b"%PDF-1.4\n"
    yield "binary", b"%PDF-" + bytes(range(256)) * 400
    yield "endless", b"%PDF-1.4\n1 0 obj\n" + b"[" * 200_000
    loop = b"trailer << /Root 1 0 R /Prev 0 >>\n1 0 obj << /Pages 1 0 R /Kids [1 0 R] >> endobj\nstartxref\n0\n%%EOF"
    yield "loop", b"%PDF-1.4\n" + loop
    bomb = zlib.compress(bytes(50_000_000), 9)
    yield (
        "bomb",
        b"%%PDF-1.5\n1 0 obj << /Type /ObjStm /Filter /FlateDecode /Length %d >> stream\n%s\nendstream"
        % (len(bomb), bomb),
    )
    yield "numbers", b"%PDF-1.4 /ByteRange [0 9999999999 9999999999 9999999999] /Contents <00>"
    yield "hole at the end", b"%PDF-1.4 /ByteRange [0 36 36 0] /Contents <"
    yield "hole of nothing", b"%PDF-1.4 /ByteRange [0 47 49 0] /Contents <>"


@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in hostile_files()])
def test_hostile_files_end_in_a_sentence(data: bytes) -> None:
    assert verdict(data) in {"unreadable", "tampered"}


def test_a_hostile_file_that_is_signed_ends_in_a_sentence() -> None:
    """The mathematics is right, so the parser gets to see it: nesting, loops, and nothing at all."""
    from desktop_app.documents.archive_pdf import SignatureHole
    from desktop_app.documents.signing import sign_pdf, signature_room

    place = SignatureHole("x", "x", signature_room(KEY, time_stamped=False))
    for body in (
        b"[" * 100_000,
        b"<<" * 50_000,
        b"1 0 obj << /Root 1 0 R /Metadata 1 0 R >> endobj trailer << /Root 1 0 R >>",
        b"",
    ):
        data = b"%PDF-1.4\n" + body + b"\n" + place.placeholder + b"\nstartxref\n9\n%%EOF"
        assert verdict(sign_pdf(data, place, KEY)) in {"unreadable", "tampered"}


def test_a_huge_file_is_refused_before_it_is_parsed(signed: bytes) -> None:
    assert verdict(signed + bytes(LARGEST)) == "unreadable"


def test_random_garbage_never_raises(signed: bytes) -> None:
    chooser = random.Random(3)
    for _ in range(60):
        pieces = [signed[start : start + chooser.randrange(1, 4000)] for start in chooser.sample(range(len(signed)), 8)]
        assert verdict(b"%PDF-1.4\n" + b"".join(pieces)) != "valid"


def test_outside_tools_accept_the_signature(signed: bytes, tmp_path: Path) -> None:
    path, certificate = tmp_path / "proof.pdf", tmp_path / "shop.pem"
    path.write_bytes(signed)
    certificate.write_bytes(KEY.certificate.public_bytes(Encoding.PEM))
    ran = 0
    if shutil.which("pdfsig"):
        told = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout
        assert "Signature is Valid" in told
        assert "Total document signed" in told
        ran += 1
    if shutil.which("openssl"):
        digits = hole(signed)
        (tmp_path / "cms").write_bytes(bytes.fromhex(signed[digits.start : digits.stop].decode()))
        (tmp_path / "content").write_bytes(signed[: digits.start - 1] + signed[digits.stop + 1 :])
        command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "cms", "-content", "content"]
        command += ["-CAfile", "shop.pem", "-purpose", "any", "-out", "out", "-partial_chain"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        (tmp_path / "content").write_bytes(b"%" + signed[1 : digits.start - 1] + signed[digits.stop + 1 :] + b"x")
        assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0
        ran += 1
    if not ran:
        pytest.skip("neither pdfsig nor openssl is installed")
