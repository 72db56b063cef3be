"""A proof of a real shop in the hands of somebody else: what is believed, and what is not."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image

from desktop_app.documents.proof_code import certificate_code, decode, encode
from desktop_app.domain.errors import BadInputError
from desktop_app.domain.signatures import P256_ORDER
from desktop_app.services.identities import Identities
from desktop_app.services.proofs import ProofLine
from desktop_app.services.settings import Settings, ShopSettings
from desktop_app.services.verification import (
    Answer,
    KnownSigners,
    as_plain,
    as_text,
    grouped,
    read_certificate,
    read_fingerprint,
    signers_of_shop,
    verify_code,
    verify_path,
    verify_pdf,
)
from tests.documents.proof_samples import sample_facts
from tests.documents.signing_keys import new_key, signed_by
from tests.services.desk import Desk
from tests.services.order_desk import OrderDesk

NOBODY = KnownSigners()


@pytest.fixture
def shop(desk: Desk) -> OrderDesk:
    Settings(desk.context).save(ShopSettings(shop_name="星河数码", operator="林默"))
    return OrderDesk(desk)


@pytest.fixture
def proof(shop: OrderDesk) -> ProofLine:
    (unit_id,) = shop.unit_ids(shop.delivered())
    shop.redeem(unit_id)
    return shop.proofs.issue(unit_id)


def known(proof: ProofLine) -> KnownSigners:
    return KnownSigners(frozenset({proof.fingerprint}))


def test_who_knows_the_fingerprint_gets_a_plain_yes(shop: OrderDesk, proof: ProofLine) -> None:
    found = verify_pdf(shop.proofs.pdf(proof.id), known(proof))
    assert (found.answer, found.fingerprint, found.sha256) == (Answer.VALID, proof.fingerprint, proof.sha256)
    assert {line.label.en: line.value for line in found.stated}["Proof no."] == proof.proof_no
    for language in ("zh", "en"):
        text = as_text(found, language)
        assert proof.proof_no in text
        assert found.summary.text(language) in text
        assert all(reason.text(language) in text for reason in (*found.proves, *found.does_not_prove))
    assert as_plain(found)["answer"] == "valid"


def test_the_shop_knows_its_own_proofs_also_while_locked(shop: OrderDesk, proof: ProofLine) -> None:
    data = shop.proofs.pdf(proof.id)
    shop.context.vault.lock()
    assert verify_pdf(data, signers_of_shop(shop.context)).answer is Answer.VALID
    assert verify_code(proof.code_text, signers_of_shop(shop.context)).answer is Answer.VALID


def test_without_a_fingerprint_nobody_is_believed(shop: OrderDesk, proof: ProofLine) -> None:
    found = verify_pdf(shop.proofs.pdf(proof.id), NOBODY)
    assert found.answer is Answer.UNKNOWN_SIGNER
    assert found.fingerprint == proof.fingerprint


def test_a_forged_certificate_with_the_same_name_is_unknown(shop: OrderDesk, proof: ProofLine) -> None:
    from desktop_app.documents.redemption_proof import sign_proof

    forger = new_key("星河数码")
    forged = sign_proof(signed_by(forger, sample_facts(shop_name="星河数码")), forger)
    assert verify_pdf(forged.pdf, known(proof)).answer is Answer.UNKNOWN_SIGNER
    with_certificate = signers_of_shop(shop.context).including(forger.certificate, trusted=False)
    assert verify_code(forged.code_text, with_certificate).answer is Answer.UNKNOWN_SIGNER


def test_one_changed_byte_and_appended_ones_are_told_apart_from_no_proof(shop: OrderDesk, proof: ProofLine) -> None:
    data = shop.proofs.pdf(proof.id)
    changed = bytearray(data)
    changed[len(data) // 2] ^= 1
    assert verify_pdf(bytes(changed), known(proof)).answer is Answer.TAMPERED
    assert verify_pdf(data + b"\n", known(proof)).answer is Answer.TAMPERED
    assert verify_pdf(b"no pdf", known(proof)).answer is Answer.UNREADABLE


def test_the_other_spelling_of_the_signature_of_a_code_is_a_change(shop: OrderDesk, proof: ProofLine) -> None:
    """Anybody can write (r, order - s) for (r, s) without the key: another code with the same facts."""
    head, _, signature = proof.code_text.rpartition(".")
    raw = decode(signature)
    other = raw[:32] + (P256_ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    signers = signers_of_shop(shop.context)
    assert verify_code(proof.code_text, signers).answer is Answer.VALID
    assert verify_code(f"{head}.{encode(other)}", signers).answer is Answer.TAMPERED


def test_after_a_rotation_the_old_fingerprint_leads_to_the_new_one(shop: OrderDesk, proof: ProofLine) -> None:
    identities = Identities(shop.context)
    identities.rotate()
    identities.rotate()
    (unit_id,) = shop.unit_ids(shop.delivered("A2", keys=("ZZZZ-1111-2222-3333",)))
    shop.redeem(unit_id)
    newer = shop.proofs.issue(unit_id)
    assert newer.fingerprint != proof.fingerprint
    found = verify_pdf(shop.proofs.pdf(newer.id), known(proof))
    assert found.answer is Answer.VALID
    assert any(proof.fingerprint[:8] in reason.en for reason in found.proves)
    # not the other way round: the old proof was made before the new key existed
    assert verify_pdf(shop.proofs.pdf(proof.id), known(newer)).answer is Answer.UNKNOWN_SIGNER
    assert verify_pdf(shop.proofs.pdf(proof.id), known(proof)).answer is Answer.VALID


def test_a_forger_cannot_claim_that_the_shop_vouches(shop: OrderDesk, proof: ProofLine) -> None:
    import base64
    from dataclasses import replace

    from desktop_app.documents.proof_facts import EarlierSigner
    from desktop_app.documents.redemption_proof import sign_proof

    own = signers_of_shop(shop.context).certificates[proof.fingerprint]
    forger = new_key()
    step = EarlierSigner(base64.b64encode(own.public_bytes(Encoding.DER)).decode(), forger.sign_raw(b"x").hex())
    facts = replace(signed_by(forger, sample_facts()), earlier_signers=(step,))
    assert verify_pdf(sign_proof(facts, forger).pdf, known(proof)).answer is Answer.UNKNOWN_SIGNER


@pytest.mark.parametrize("what", ["version", "curve"])
def test_a_forger_cannot_break_the_check_with_a_certificate(shop: OrderDesk, proof: ProofLine, what: str) -> None:
    """Libraries raise what they like about a stranger's certificate; the answer stays an answer."""
    import base64
    from dataclasses import replace

    from desktop_app.documents.proof_facts import EarlierSigner
    from desktop_app.documents.redemption_proof import sign_proof

    der = signers_of_shop(shop.context).certificates[proof.fingerprint].public_bytes(Encoding.DER)
    old, new = {
        "version": ("a003020102", "a003020107"),
        "curve": ("06082a8648ce3d030107", "06082a8648ce3d03017f"),
    }[what]
    assert bytes.fromhex(old) in der
    hostile = der.replace(bytes.fromhex(old), bytes.fromhex(new))
    forger = new_key()
    step = EarlierSigner(base64.b64encode(hostile).decode(), bytes(64).hex())
    facts = replace(signed_by(forger, sample_facts()), earlier_signers=(step,))
    assert verify_pdf(sign_proof(facts, forger).pdf, known(proof)).answer is Answer.UNKNOWN_SIGNER
    try:
        published = NOBODY.including(read_certificate(hostile), trusted=True)
    except BadInputError:
        assert what == "version"
    else:
        assert verify_code(proof.code_text, published).answer is Answer.UNKNOWN_SIGNER


def test_paper_is_verified_with_the_published_certificate(shop: OrderDesk, proof: ProofLine) -> None:
    der = signers_of_shop(shop.context).certificates[proof.fingerprint].public_bytes(Encoding.DER)
    published = NOBODY.including(read_certificate(certificate_code(der).encode()), trusted=True)
    assert verify_code(proof.code_text, published).answer is Answer.VALID
    assert verify_code(proof.code_text, known(proof)).answer is Answer.UNKNOWN_SIGNER
    assert verify_code("KMP1.x.y", published).answer is Answer.UNREADABLE
    message, _, signature = proof.code_text.rpartition(".")
    other = message[:-4] + ("AAAA" if message[-4:] != "AAAA" else "BBBB")
    assert verify_code(f"{other}.{signature}", published).answer is not Answer.VALID


def _page(shop: OrderDesk, proof: ProofLine, dpi: int = 150) -> Image.Image:
    picture: Image.Image = pypdfium2.PdfDocument(shop.proofs.pdf(proof.id))[0].render(scale=dpi / 72).to_pil()
    return picture


def test_a_picture_of_the_code_and_the_certificate_as_it_was_published(
    shop: OrderDesk, proof: ProofLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no other program is needed
    picture = tmp_path / "纸.jpeg"
    _page(shop, proof, 110).save(picture, quality=60)
    found = verify_path(picture, signers_of_shop(shop.context))
    assert (found.answer, found.fingerprint) == (Answer.VALID, proof.fingerprint)
    assert {line.label.en: line.value for line in found.stated}["Proof no."] == proof.proof_no
    assert "compare" in found.summary.en  # it says nothing about the rest of the paper
    assert verify_path(picture, known(proof)).answer is Answer.UNKNOWN_SIGNER
    identity = tmp_path / "identity.png"
    Identities(shop.context).save_picture(identity)
    published = NOBODY.including(read_certificate(identity.read_bytes()), trusted=True)
    assert verify_path(picture, published).answer is Answer.VALID
    assert "certificate" in verify_path(identity, published).summary.en
    with pytest.raises(BadInputError):
        read_certificate(picture.read_bytes())


def test_pictures_that_show_too_much_or_too_little(shop: OrderDesk, proof: ProofLine, tmp_path: Path) -> None:
    (unit_id,) = shop.unit_ids(shop.delivered("A2", keys=("ZZZZ-1111-2222-3333",)))
    shop.redeem(unit_id)
    first, second = _page(shop, proof), _page(shop, shop.proofs.issue(unit_id))
    both = Image.new("RGB", (first.width * 2, first.height), "white")
    both.paste(first, (0, 0))
    both.paste(second, (first.width, 0))
    for name, picture, word in (
        ("two.png", both, "2 different"),
        ("lower.webp", first.crop((0, first.height // 2, first.width, first.height)), "No QR code"),
    ):
        picture.save(tmp_path / name)
        found = verify_path(tmp_path / name, signers_of_shop(shop.context))
        assert found.answer is Answer.UNREADABLE
        assert word in found.summary.en, name
    (tmp_path / "cut.png").write_bytes((tmp_path / "two.png").read_bytes()[:5000])
    (tmp_path / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    for name, word in (("cut.png", "damaged"), ("phone.heic", "PNG, JPEG")):
        found = verify_path(tmp_path / name, signers_of_shop(shop.context))
        assert found.answer is Answer.UNREADABLE
        assert word in found.summary.en, name


def test_a_scan_of_a_proof_is_not_the_proof(shop: OrderDesk, proof: ProofLine, tmp_path: Path) -> None:
    _page(shop, proof).convert("RGB").save(tmp_path / "scan.pdf")
    found = verify_path(tmp_path / "scan.pdf", signers_of_shop(shop.context))
    assert found.answer is Answer.UNREADABLE
    assert "picture of that page" in found.summary.en


def test_files_that_are_none(tmp_path: Path) -> None:
    import os

    (tmp_path / "empty.pdf").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe.pdf")
    with (tmp_path / "huge.pdf").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    for name in ("empty.pdf", "pipe.pdf", "huge.pdf", "missing.pdf", "."):
        assert verify_path(tmp_path / name, NOBODY).answer is Answer.UNREADABLE, name


def test_fingerprints_are_read_however_they_are_grouped(proof: ProofLine) -> None:
    printed = proof.fingerprint
    assert read_fingerprint(grouped(printed).upper()) == printed
    assert read_fingerprint(":".join(printed[start : start + 2] for start in range(0, 64, 2))) == printed
    for wrong in ("", printed[:-1], printed + "0", "g" * 64, "０" * 64):
        with pytest.raises(BadInputError):
            read_fingerprint(wrong)
    with pytest.raises(BadInputError):
        read_certificate(b"nonsense")
