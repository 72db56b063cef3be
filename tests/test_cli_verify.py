"""``verify`` and ``identity`` as a buyer, an arbitrator and the merchant use them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop_app.cli import run
from desktop_app.documents.redemption_proof import sign_proof
from desktop_app.services import Shop
from desktop_app.services.verification import read_fingerprint
from tests.documents.proof_samples import sample_facts
from tests.documents.signing_keys import new_key, signed_by

KEY = new_key()
PROOF = sign_proof(signed_by(KEY, sample_facts()), KEY)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KAMIDESK_DATA", str(tmp_path / "no shop here"))
    monkeypatch.setenv("KAMIDESK_LANGUAGE", "zh")
    path = tmp_path / "proof.pdf"
    path.write_bytes(PROOF.pdf)
    return path


def test_the_four_exit_statuses(file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(file), "--fingerprint", KEY.fingerprint]) == 0
    assert "有效" in capfd.readouterr().out
    assert run(["verify", str(file)]) == 2
    assert run(["verify", str(file), "--fingerprint", new_key().fingerprint]) == 2
    assert "签发者未知" in capfd.readouterr().out
    file.write_bytes(PROOF.pdf + b"\n")
    assert run(["verify", str(file), "--fingerprint", KEY.fingerprint]) == 1
    assert "已被改动" in capfd.readouterr().out
    file.write_bytes(b"")
    assert run(["verify", str(file), "--fingerprint", KEY.fingerprint]) == 3
    assert run(["verify", str(tmp_path / "nothing.pdf")]) == 3
    assert not (tmp_path / "no shop here").exists()


def test_what_says_nothing_about_the_proof_is_neither_tampered_nor_unknown(
    file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "no certificate").write_bytes(b"x")
    for arguments in (
        [str(file), "--fingerprint", KEY.fingerprint[:-1]],
        [str(file), "--certificate", str(tmp_path / "missing")],
        [str(file), "--certificate", str(tmp_path / "no certificate")],
        [],
    ):
        assert run(["verify", *arguments]) == 3, arguments
        told = capfd.readouterr()
        assert (told.out, told.err.count("\n")) == ("", 1)


def test_paper_with_the_certificate(file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    certificate = tmp_path / "shop.pem"
    certificate.write_bytes(KEY.certificate.public_bytes(Encoding.PEM))
    code = ["verify", "--text", PROOF.code_text]
    assert run(code) == 2
    assert run([*code, "--certificate", str(certificate)]) == 0
    assert run([*code, "--certificate", str(certificate), "--fingerprint", new_key().fingerprint]) == 2
    assert run([*code, "--certificate", str(certificate), "--fingerprint", KEY.fingerprint, "--json"]) == 0
    assert json.loads(capfd.readouterr().out.splitlines()[-1])["answer"] == "valid"
    # of several the worst counts
    assert run(["verify", str(file), "--text", "KMP1.x.y", "--certificate", str(certificate)]) == 3


def test_the_merchant_sees_replaces_and_publishes_the_fingerprint(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    shop, _code = Shop.create(folder, protection="file")
    shop.close()
    monkeypatch.setenv("KAMIDESK_DATA", str(folder))
    assert run(["identity", "show"]) == 0
    first = read_fingerprint("".join(capfd.readouterr().out.splitlines()[1:3]))
    assert run(["identity", "rotate"]) == 0
    assert run(["identity", "show"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert read_fingerprint("".join(lines[-2:])) == first
    picture = tmp_path / "fingerprint.png"
    assert run(["identity", "picture", str(picture)]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    wrong = tmp_path / "wrong.p12"
    wrong.write_bytes(b"nonsense")
    password = tmp_path / "password"
    password.write_text("x\n", "utf-8")
    assert run(["identity", "import", str(wrong), "--certificate-password", str(password)]) == 1
