from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2
import pytest

from desktop_app.documents.archive_pdf import FACTS_NAMESPACE
from desktop_app.documents.proof_facts import ProofEvent, missing_redemption_facts, proof_json
from desktop_app.documents.redemption_proof import render_draft, sign_proof
from desktop_app.domain.errors import RefusedError
from tests.documents.proof_samples import ORDERED_AT, sample_facts
from tests.documents.signing_keys import new_key, signed_by

JARS = [
    Path("/usr/share/java") / f"{name}.jar"
    for name in ("preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api")
]


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def embedded_facts(pdf: bytes) -> dict[str, str]:
    packet = pdf[pdf.index(b"<x:xmpmeta") : pdf.index(b"</x:xmpmeta>") + len(b"</x:xmpmeta>")]
    prefix = f"{{{FACTS_NAMESPACE}}}"
    found = ElementTree.fromstring(packet).iter()
    return {node.tag.removeprefix(prefix): node.text or "" for node in found if node.tag.startswith(prefix)}


def test_every_fact_stands_on_paper() -> None:
    facts = sample_facts(
        verdict="规则 N13:已核销,不退款", replaces_proof_no="HX-20261120-000007", server="国区", role_masked="星**"
    )
    text = squeezed(text_of(render_draft(facts)))
    for expected in (
        facts.proof_no,
        facts.replaces_proof_no,
        facts.shop_name,
        facts.icp_record,
        facts.business_licence,
        facts.order_no,
        facts.product,
        "¥98.50",
        "¥100.00",
        "2026-11-21 09:14:28 (UTC+8)",
        facts.redemption_code,
        facts.target,
        facts.source,
        facts.stated_by,
        facts.key_masked,
        facts.key_commitment,
        "国区 / 星**",
        facts.operator,
        facts.fee_rule,
        facts.verdict,
        "激活记录截图.png",
        "184,233",
        "0f" * 32,
        "供应商返回 REDEEMED。",
        "18342",
        facts.audit_leaf,
        facts.audit_head,
        "预览稿",
        "第 1 页 / 共 2 页",
    ):
        assert squeezed(expected) in text, expected


def test_facts_travel_inside_the_file_and_match_the_printed_digest() -> None:
    facts = sample_facts()
    pdf = render_draft(facts)
    inside = embedded_facts(pdf)
    assert inside["proofJson"].encode() == proof_json(facts)
    digest = hashlib.sha256(proof_json(facts)).hexdigest()
    assert inside["proofSha256"] == digest
    assert digest in squeezed(text_of(pdf))
    assert inside["qrText"] == ""


def test_json_is_canonical() -> None:
    data = proof_json(sample_facts())
    values = json.loads(data)
    assert data.decode() == json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert values["redeemed_at"] == "2026-11-21T01:14:28.000000Z"
    assert values["paid_fen"] == 9850
    assert values["evidence"][0]["size_bytes"] == 184233
    assert values["completed_at"] is None


def test_json_does_not_depend_on_the_zone_of_a_time() -> None:
    from zoneinfo import ZoneInfo

    facts = sample_facts()
    assert facts.redeemed_at is not None
    moved = replace(facts, redeemed_at=facts.redeemed_at.astimezone(ZoneInfo("Asia/Shanghai")))
    assert proof_json(moved) == proof_json(facts)


def test_equal_facts_give_equal_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = render_draft(sample_facts())
    render_draft(sample_facts(product="别的商品"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert render_draft(sample_facts()) == first
    assert render_draft(sample_facts(issued_at=ORDERED_AT + timedelta(hours=4))) != first


def test_every_font_is_embedded_and_no_stream_lacks_its_line_end() -> None:
    pdf = render_draft(sample_facts())
    assert pdf.count(b"/Subtype /TrueType") == pdf.count(b"/FontFile2") >= 3
    assert b"Helvetica" not in pdf
    assert len(re.findall(rb"endstream", pdf)) == len(re.findall(rb"\nendstream", pdf))


@pytest.mark.parametrize("name", ["redeemed_at", "redemption_code", "target", "source"])
def test_an_incomplete_record_is_refused_and_the_gap_is_named(name: str) -> None:
    words = {"redeemed_at": "核销时间", "redemption_code": "核销码", "target": "核销对象", "source": "记录来源"}
    facts = sample_facts(**{name: None if name == "redeemed_at" else " \u3000"})
    with pytest.raises(RefusedError) as caught:
        render_draft(facts)
    assert words[name] in caught.value.zh
    assert sum(word in caught.value.zh for word in words.values()) == 1
    key = new_key()
    with pytest.raises(RefusedError):
        sign_proof(signed_by(key, facts), key)


def test_all_gaps_are_named_at_once() -> None:
    assert missing_redemption_facts(None, None, "", "\t") == ("redeemed_at", "code", "target", "source")
    assert missing_redemption_facts(ORDERED_AT, "1", "a", "b") == ()


@pytest.mark.parametrize(
    "hostile",
    [
        '<img src="/etc/passwd">',
        "</rdf:li></rdf:RDF><b>&amp;",
        ") Tj ET (",
        "\\) <48> Tj",
        "%s {0} {product} ]]>",
    ],
)
def test_hostile_text_is_printed_literally(hostile: str) -> None:
    facts = sample_facts(product=hostile, shop_name=hostile)
    pdf = render_draft(facts)
    assert text_of(pdf).count(hostile) >= 2
    assert json.loads(embedded_facts(pdf)["proofJson"])["product"] == hostile


def test_what_paper_would_hide_is_spelled_out() -> None:
    facts = sample_facts(product="A\u202egnp.exe\u200b😀\x07", key_masked="密**钥")
    text = squeezed(text_of(render_draft(facts)))
    assert "A[U+202E]gnp.exe[U+200B][U+1F600][U+0007]" in text
    assert "密**钥" in text


def test_text_beyond_unicode_and_the_basic_plane() -> None:
    facts = sample_facts(operator="𣲗田", product="bad\ud800\ufffe")
    pdf = render_draft(facts)
    assert "𣲗田" in text_of(pdf)
    assert json.loads(embedded_facts(pdf)["proofJson"])["product"] == "bad\ud800\ufffe"


def test_a_long_timeline_and_long_fields_run_over_pages_completely() -> None:
    events = tuple(
        ProofEvent(ORDERED_AT + timedelta(minutes=n), f"事件{n:03}", "系统", f"第{n:03}条,说明文字。" * 3)
        for n in range(150)
    )
    product = "".join(f"{n:04}号" for n in range(1500))
    pdf = render_draft(sample_facts(timeline=events, product=product))
    pages = len(pypdfium2.PdfDocument(pdf))
    assert pages > 5
    text = text_of(pdf)
    assert f"第 {pages} 页 / 共 {pages} 页" in text
    # what a piece that straddles two pages has in its middle
    flowing = squeezed(re.sub(r"证明编号 HX.*SHA-256.*|核销证明 Redemption proof", "", text))
    for n in range(150):
        assert f"第{n:03}条,说明文字。" in flowing
    for n in range(1500):
        assert f"{n:04}号" in flowing


def test_no_line_starts_with_closing_punctuation() -> None:
    from desktop_app.documents.fonts import SANS
    from desktop_app.documents.page_writer import Style, width, wrap

    style = Style(SANS, 10, (0, 0, 0), 12)
    text = "甲乙丙,丁戊(己庚)辛壬「癸子」丑寅。卯辰ABC-123 DEF、巳午" * 6
    for room in range(40, 200, 7):
        lines = wrap(text, style, room)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        for line in lines:
            assert line[0] not in ",)」。、", (room, line)
            assert line[-1] not in "(「", (room, line)
            assert width(line, style) <= room


@pytest.mark.parametrize("dpi", [110, 150])
def test_the_qr_code_decodes_from_a_coarse_picture(tmp_path: Path, dpi: int) -> None:
    if shutil.which("zbarimg") is None:
        pytest.skip("zbarimg is not installed")
    key = new_key()
    for number in range(3):
        facts = sample_facts(proof_no=f"HX-{number:06}", order_no="订单.~%" + "9" * 20 * number)
        proof = sign_proof(signed_by(key, facts), key)
        picture = tmp_path / f"page{number}.png"
        pypdfium2.PdfDocument(proof.pdf)[0].render(scale=dpi / 72).to_pil().save(picture)
        read = subprocess.run(
            ["zbarimg", "--raw", "-q", "--nodbus", str(picture)], capture_output=True, text=True, check=True
        )
        assert read.stdout.strip() == proof.code_text


def test_a_signed_proof_prints_whose_key_it_is_and_what_that_proves() -> None:
    key = new_key()
    facts = signed_by(key, sample_facts())
    text = squeezed(text_of(sign_proof(facts, key).pdf))
    groups = [key.fingerprint[start : start + 8] for start in range(0, 64, 8)]
    assert "".join(groups) in text
    assert "签名不证明所载内容属实" in text
    assert squeezed("It does not prove that the contents are true") in text
    assert "证书由店铺自行签发" in text
    assert "预览稿" not in text
    issued_by_others = sign_proof(replace(facts, signer_issuer="某CA"), key)
    assert "证书由店铺自行签发" not in squeezed(text_of(issued_by_others.pdf))


def test_facts_that_name_another_signer_are_not_signed() -> None:
    with pytest.raises(ValueError, match="another signer"):
        sign_proof(signed_by(new_key(), sample_facts()), new_key())


@pytest.mark.parametrize("pages", ["one", "many"])
def test_outside_tools_accept_the_file(tmp_path: Path, pages: str) -> None:
    facts = sample_facts(operator="𣲗田", icp_record="")
    if pages == "many":
        facts = replace(facts, timeline=facts.timeline * 60)
    path = tmp_path / "proof.pdf"
    key = new_key()
    path.write_bytes(sign_proof(signed_by(key, facts), key).pdf)
    ran = 0
    if shutil.which("qpdf"):
        subprocess.run(["qpdf", "--check", str(path)], check=True, capture_output=True)
        ran += 1
    if shutil.which("java") and all(jar.exists() for jar in JARS):
        classes = ":".join(map(str, JARS))
        command = ["java", "-cp", classes, "org.apache.pdfbox.preflight.Validator_A1b", str(path)]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "is a valid PDF/A-1b file" in found.stdout + found.stderr
        ran += 1
    if not ran:
        pytest.skip("neither qpdf nor PDFBox Preflight is installed")
