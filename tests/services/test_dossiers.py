"""The dossier: complete, masked, honest about what is missing, and whole or not there at all."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from desktop_app.domain.errors import BadInputError, CancelledError, ConflictError, LockedError, NotFoundError
from desktop_app.domain.states import (
    DisputeOutcome,
    DisputeState,
    EscalationTarget,
    EvidenceKind,
    ReasonCode,
    RefusalGround,
    RequestState,
)
from desktop_app.services.audit_export import check_export
from desktop_app.services.dossiers import EVENTS, FACTS, LETTER, PAPER, Dossiers, MadeDossier
from desktop_app.services.evidence import Marks
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.request_entry import RequestDraft
from desktop_app.storage.journal import Journal
from tests.services.desk import Desk
from tests.services.dispute_shop import ACCOUNT, BUYER, DisputeShop, screenshot
from tests.services.order_desk import KEYS

TO_12315 = EscalationTarget.CONSUMER_12315


@pytest.fixture
def shop(desk: Desk) -> DisputeShop:
    return DisputeShop(desk)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def members(made: MadeDossier) -> dict[str, bytes]:
    with zipfile.ZipFile(made.zip_path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def words(pdf: Path) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def plain(text: str) -> str:
    return "".join(text.split())


def test_every_member_stands_in_the_manifest_with_its_hash(shop: DisputeShop, out: Path) -> None:
    made = shop.dossiers.make(shop.refused_case(), TO_12315, out)
    files = members(made)
    manifest = json.loads(files.pop("manifest.json"))
    assert {item["name"]: item["sha256"] for item in manifest["members"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items()
    }
    assert {item["name"]: item["size"] for item in manifest["members"]} == {
        name: len(content) for name, content in files.items()
    }
    index = files["00-目录.txt"].decode("utf-8-sig")
    assert all(name in index for name in files if name != "00-目录.txt")
    assert files[PAPER] == made.pdf_path.read_bytes()
    assert made.problems == ()


def test_the_case_is_told_completely(shop: DisputeShop, out: Path) -> None:
    request_id = shop.refused_case()
    proof_no = shop.proofs.listing().page(0, 1)[0].proof_no
    made = shop.dossiers.make(request_id, TO_12315, out)
    text = plain(words(made.pdf_path))
    for said in (
        "星河数字点卡店", "91310000MA1K000000", "沪ICP备2026000001号-1", "support@xinghe.example",  # who
        "受理本件消费投诉的市场监督管理部门（12315）", "请贵部门依据所附证据主持调解",  # to whom, what is asked
        "我根本没有激活过！", "对核销有异议",  # the request in the buyer's words
        "规则M7", "本店有完整的核销记录", "官方记录未激活：否",  # the ruling and what it read
        "不予退款", "两次登录记录均在激活之后",  # the decision
        "未核销可退", "第1版", "2026-11-2212:00:00·林默", "退款收取5%手续费",  # the policy, since when
        "实付¥90.00", "4200001234202611220001", "电信一区",  # the order
        "请您补充以下凭证", "RX-88412093", "更正记录1", "后经更正",  # correspondence, redemption and its correction
        proof_no, "聊天截图.png", "平台内聊天", "商家书面承诺", "登录后台截图",  # proof, evidence with its marks
        "《消费者权益保护法》第二十六条", "《电子商务法》第六十二条", "第1页/共",
    ):  # fmt: skip
        assert plain(said) in text, said
    files = members(made)
    assert files["凭证/E001-聊天 截图.png"] == screenshot()
    assert files[f"核销证明/{proof_no}.pdf"].startswith(b"%PDF")
    facts = json.loads(files[FACTS])
    assert [unit["rule"] for unit in facts["ruling"]["units"]] == ["M7"]
    assert "关于订单 A1 消费争议的情况说明及证据" in files[LETTER].decode("utf-8-sig")


def test_the_event_lines_can_be_computed_again(shop: DisputeShop, out: Path, tmp_path: Path) -> None:
    made = shop.dossiers.make(shop.refused_case(), TO_12315, out)
    log = tmp_path / "log.jsonl"
    log.write_bytes(members(made)[EVENTS])
    report = check_export(log)
    assert report.is_intact
    shown = 0
    for line in log.read_bytes().splitlines():
        if line.startswith(b'{"head"'):
            event = json.loads(line)
            body = line.partition(b'"body":')[2].removesuffix(b"}")
            if event["body"] is not None:
                shown += 1
                assert hashlib.sha256(b"\x00" + body).hexdigest() == event["leaf"]
                assert event["body"]["order_id"] is not None
    assert shown > 10


def test_no_secret_stands_in_clear_in_any_text(shop: DisputeShop, out: Path) -> None:
    request_id = shop.refused_case()
    for target in EscalationTarget:
        made = shop.dossiers.make(request_id, target, out)
        texts = [words(made.pdf_path), *(made_text(made, name) for name in (FACTS, EVENTS, LETTER, "00-目录.txt"))]
        for text in texts:
            flat = plain(text).casefold().replace("-", "")
            for secret in (*KEYS[:2], ACCOUNT, BUYER, "清风明月"):
                assert plain(secret).casefold().replace("-", "") not in flat
        assert "内部：该买家" not in "".join(texts)


def test_a_log_line_that_names_a_secret_is_handed_out_as_its_hash(shop: DisputeShop, out: Path) -> None:
    made = shop.dossiers.make(shop.refused_case(reason=f"卡密 {KEYS[0]} 已在他处激活"), TO_12315, out)
    lines = [json.loads(line) for line in members(made)[EVENTS].splitlines()]
    withheld = [line for line in lines if line["body"] is None]
    assert len(withheld) == 1
    assert len(withheld[0]["leaf"]) == 64
    text = plain(words(made.pdf_path)) + made_text(made, FACTS) + made_text(made, EVENTS) + made_text(made, LETTER)
    assert KEYS[0] not in text
    assert "已在他处激活" in text


def made_text(made: MadeDossier, name: str) -> str:
    return members(made)[name].decode("utf-8-sig")


def test_hostile_words_and_names_stay_literal(shop: DisputeShop, out: Path) -> None:
    made = shop.dossiers.make(shop.refused_case(), TO_12315, out)
    text = plain(words(made.pdf_path))
    assert "<imgsrc=file:///etc/passwd>" in text
    assert "[U+202E]" in text
    with zipfile.ZipFile(made.zip_path) as archive:
        for info in archive.infolist():
            assert not info.filename.startswith("/")
            assert ".." not in info.filename.split("/")
            if not info.filename.isascii():
                assert info.flag_bits & 0x800
        assert "凭证/E002-_con.exe" in archive.namelist()


def test_identity_documents_are_listed_and_not_handed_out(shop: DisputeShop, out: Path) -> None:
    made = shop.dossiers.make(shop.refused_case(), EscalationTarget.PLATFORM, out)
    assert not any("身份证" in name for name in members(made))
    manifest = json.loads(members(made)["manifest.json"])
    states = {item["name"]: item["state"] for item in manifest["not_attached"]}
    assert states == {"E003 身份证.png": "withheld", "E004": "seen_elsewhere"}
    assert made.problems == ()


def test_missing_and_altered_files_are_reported(shop: DisputeShop, out: Path, desk: Desk) -> None:
    request_id = shop.refused_case()
    folder = shop.context.data_dir / "evidence"
    names = [desk.scalar("SELECT stored_name FROM evidence WHERE id = ?", number) for number in (1, 2)]
    (folder / str(names[0])).unlink()
    altered = folder / str(names[1])
    altered.write_bytes(altered.read_bytes()[:-1] + bytes([altered.read_bytes()[-1] ^ 1]))
    proof = next((shop.context.data_dir / "proofs").glob("*.pdf"))
    proof.write_bytes(proof.read_bytes() + b"\n")
    made = shop.dossiers.make(request_id, TO_12315, out)
    assert [problem.split()[0] for problem in made.problems] == ["E001", "E002", proof.stem]
    manifest = json.loads(members(made)["manifest.json"])
    states = {item["name"].split()[0]: item["state"] for item in manifest["not_attached"]}
    assert (states["E001"], states["E002"], states[proof.stem]) == ("missing", "altered", "altered")
    text = plain(words(made.pdf_path))
    assert "文件缺失，未能随附" in text
    assert "与登记摘要不符，未随附" in text
    assert plain(f"E001、E002、{proof.stem} 的文件缺失或与登记时不一致") in text


def test_the_official_record_stands_beside_ours(shop: DisputeShop, out: Path) -> None:
    request_id = shop.refused_case()
    order_id = shop.requests.detail(request_id).line.order_id
    shop.orders.set_unit_state(shop.unit_ids(order_id)[0], official_not_activated=True)
    text = plain(words(shop.dossiers.make(request_id, TO_12315, out).pdf_path))
    assert "官方记录显示第1件未激活" in text
    assert "第1件另有官方“未激活”记录" in text


def test_the_policy_is_that_of_the_purchase(shop: DisputeShop, out: Path) -> None:
    request_id = shop.refused_case()
    shop.policies.add_version(shop.channel_id, PolicyDraft(fee_bp=900, refund_policy="新规则：一律不退"))
    text = plain(words(shop.dossiers.make(request_id, TO_12315, out).pdf_path))
    assert "未核销可退" in text
    assert "一律不退" not in text
    assert "现行有效" not in text


def test_cancelling_leaves_nothing(shop: DisputeShop, out: Path, desk: Desk) -> None:
    request_id = shop.refused_case()
    before = desk.scalar("SELECT count(*) FROM events")
    for limit in range(8):
        asked = iter(range(100))
        with pytest.raises(CancelledError):
            shop.dossiers.make(
                request_id, TO_12315, out, cancelled=lambda asked=asked, limit=limit: next(asked) >= limit
            )
        assert list(out.iterdir()) == []
    assert desk.scalar("SELECT count(*) FROM events") == before
    assert desk.scalar("SELECT count(*) FROM escalations") == 0
    seen: list[tuple[int, int]] = []
    shop.dossiers.make(request_id, TO_12315, out, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]
    assert seen == sorted(seen)


@pytest.mark.parametrize("when", ["before the row is committed", "after it"])
def test_an_interruption_leaves_files_and_row_or_neither(
    shop: DisputeShop, out: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    request_id = shop.refused_case()
    remember = Dossiers._remember

    def interrupt(*_args: Any) -> None:
        raise KeyboardInterrupt

    def interrupted(*args: Any) -> int:
        row_id = remember(*args)
        if when == "after it":
            monkeypatch.setattr(Journal, "follow", interrupt)  # the first thing behind the commit
        else:
            interrupt()
        return row_id

    monkeypatch.setattr(Dossiers, "_remember", interrupted)
    with pytest.raises(KeyboardInterrupt):
        shop.dossiers.make(request_id, EscalationTarget.PLATFORM, out)
    lines = shop.dossiers.of_request(request_id)
    assert len(lines) == (when == "after it")
    assert {path.name for path in out.iterdir()} == {name for line in lines for name in (line.zip_name, line.pdf_name)}
    for line in lines:
        assert hashlib.sha256((out / line.pdf_name).read_bytes()).hexdigest() == line.pdf_sha256


def test_of_two_made_at_a_time_the_first_one_stays_as_it_was_made(shop: DisputeShop, out: Path) -> None:
    request_id = shop.refused_case()
    first: list[MadeDossier] = []

    def meanwhile(_done: int, _total: int) -> None:
        if not first:
            first.append(None)  # type: ignore[arg-type]
            first[0] = shop.dossiers.make(request_id, TO_12315, out)

    with pytest.raises(ConflictError, match="Another dossier"):
        shop.dossiers.make(request_id, TO_12315, out, progress=meanwhile)
    (made,) = first
    assert sorted(out.iterdir()) == sorted((made.zip_path, made.pdf_path))
    assert [shop.dossiers.recognise(path) for path in (made.zip_path, made.pdf_path)] == [made.line, made.line]
    assert shop.dossiers.of_request(request_id) == [made.line]


def test_a_locked_shop_makes_no_dossier(shop: DisputeShop, out: Path) -> None:
    request_id = shop.refused_case()
    shop.context.vault.lock()
    with pytest.raises(LockedError):
        shop.dossiers.make(request_id, TO_12315, out)
    assert list(out.iterdir()) == []


def test_what_cannot_be_made_is_refused_before_anything_is_written(shop: DisputeShop, out: Path) -> None:
    request_id = shop.refused_case()
    with pytest.raises(BadInputError):
        shop.dossiers.make(request_id, TO_12315, out / "nowhere")
    with pytest.raises(BadInputError):
        shop.dossiers.make(request_id, TO_12315, out, language="fr")
    with pytest.raises(NotFoundError):
        shop.dossiers.make(99, TO_12315, out)
    other = shop.disputes.open_appeal(request_id, EscalationTarget.POLICE)
    with pytest.raises(BadInputError):
        shop.dossiers.make(request_id, TO_12315, out, escalation_id=other)
    (out / "ZJ-20261122-000001.pdf").write_bytes(b"somebody else's")
    with pytest.raises(BadInputError):
        shop.dossiers.make(request_id, TO_12315, out)
    assert [path.read_bytes() for path in out.iterdir()] == [b"somebody else's"]


def test_a_dossier_belongs_to_the_running_dispute_or_opens_one(shop: DisputeShop, out: Path) -> None:
    request_id = shop.refused_case()
    first = shop.dossiers.make(request_id, TO_12315, out).line
    assert first.escalation_id is not None
    assert shop.disputes.get(first.escalation_id).state is DisputeState.PREPARED
    shop.disputes.record_sent(first.escalation_id)
    assert shop.disputes.steps(first.escalation_id)[0].dossier_no == first.dossier_no
    assert shop.dossiers.make(request_id, TO_12315, out).line.escalation_id == first.escalation_id
    shop.disputes.record_outcome(first.escalation_id, DisputeOutcome.SHOP_WON)
    third = shop.dossiers.make(request_id, TO_12315, out).line
    assert third.escalation_id not in (None, first.escalation_id)
    assert [line.dossier_no[-1] for line in shop.dossiers.of_request(request_id)] == ["1", "2", "3"]
    assert len(shop.dossiers.of_dispute(first.escalation_id)) == 2


def test_an_open_request_becomes_escalated_and_is_told_as_undecided(shop: DisputeShop, out: Path) -> None:
    shop.delivered()
    request_id = shop.requests.add(RequestDraft("A1", shop.clock(), ReasonCode.SECURITY_RISK, text="账号被盗"))
    made = shop.dossiers.make(request_id, EscalationTarget.POLICE, out)
    assert shop.requests.detail(request_id).line.state is RequestState.ESCALATED
    text = plain(words(made.pdf_path))
    assert "本店尚未作出处理" in text
    assert "受理本件的公安机关" in text
    assert "不构成对买家行为的法律评价" in text


def test_a_file_is_recognised_by_its_bytes(shop: DisputeShop, out: Path, tmp_path: Path) -> None:
    made = shop.dossiers.make(shop.refused_case(), TO_12315, out)
    copy = tmp_path / "renamed.bin"
    copy.write_bytes(made.zip_path.read_bytes())
    found = shop.dossiers.recognise(copy)
    assert found is not None
    assert found.dossier_no == made.line.dossier_no
    copy.write_bytes(made.zip_path.read_bytes() + b"\0")
    assert shop.dossiers.recognise(copy) is None
    assert (made.line.pdf_sha256, made.line.pdf_size) == (
        hashlib.sha256(made.pdf_path.read_bytes()).hexdigest(),
        made.pdf_path.stat().st_size,
    )


def test_the_letter_tells_what_speaks_against_the_shop(shop: DisputeShop, out: Path) -> None:
    """The buyer's answer, a dispute that was lost elsewhere, a promise: who was not there reads the letter first."""
    request_id = shop.refused_case()
    shop.clock.advance(hours=1)
    lost = shop.disputes.open_appeal(request_id, EscalationTarget.PLATFORM, reference="PT-9")
    shop.clock.advance(hours=1)
    shop.disputes.record_sent(lost)
    shop.clock.advance(hours=1)
    shop.disputes.record_outcome(lost, DisputeOutcome.BUYER_WON)
    shop.clock.advance(hours=1)
    letter = made_text(shop.dossiers.make(request_id, TO_12315, out), LETTER)
    story = letter[letter.index("三、事实经过") : letter.index("四、依据")]
    wanted = [
        "本店请买家补充凭证。",
        "买家作出答复，见“往来沟通”。",
        "本店作出处理：不予退款（卡密已核销）",
        "本店登记争议，受理方为“平台仲裁”（编号 PT-9）。",
        "本店向“平台仲裁”（编号 PT-9）提交材料。",
        "“平台仲裁”（编号 PT-9）的争议结束，结果：支持买家。",
        "本店登记争议，受理方为“12315 消费者投诉”。",
        "须一并说明：凭证 E004 标为商家书面承诺",
    ]
    places = [story.find(text) for text in wanted]
    assert -1 not in places, [text for text, place in zip(wanted, places, strict=True) if place < 0]
    assert places == sorted(places)
    assert "进入“" not in letter  # what was registered here says nothing of what goes on there


def test_the_letter_says_unit_by_unit_what_was_decided(shop: DisputeShop, out: Path) -> None:
    order_id = shop.delivered("A1", keys=KEYS[:3], paid_fen=15000)
    first, *_ = shop.unit_ids(order_id)
    shop.redeem(first)
    shop.desk.stock(shop.product_id, "BBBB-1111-2222-0001")
    request_id = shop.ask_back(
        "A1",
        unit_reasons={"2": ReasonCode.INVALID_CARD},
        evidence=(
            EvidenceKind.PAYMENT_SCREENSHOT,
            EvidenceKind.ORDER_SCREENSHOT,
            EvidenceKind.ACTIVATION_FAILURE_SCREENSHOT,
        ),
    )
    shop.requests.approve(request_id, token=shop.requests.preview(request_id).token)
    letter = made_text(shop.dossiers.make(request_id, TO_12315, out), LETTER)
    result = "同意退款 ¥47.50，收取手续费 ¥2.50；为第 2 件补发卡密，原卡密作废；第 1 件不予退款"
    assert f"本店作出处理：{result}；所依规则" in letter
    assert f"作出的处理：{result}。" in letter
    assert "原因为“改变主意”（其中第 2 件为“卡密无效”）。" in letter

    (second,) = [unit.id for unit in shop.orders.detail(order_id).units if unit.ref == "2"]
    shop.redeem(second)
    line = shop.proofs.issue(second)
    facts = json.loads(str(shop.desk.scalar("SELECT facts FROM proofs WHERE id = ?", line.id)))
    assert facts["verdict"] == "同意补发卡密，原卡密作废（规则 M5）"


def test_a_record_that_lacks_something_is_said_to(shop: DisputeShop, out: Path) -> None:
    (unit_id,) = shop.unit_ids(shop.delivered())
    shop.redeem(unit_id, redeemed_at=None, code="")
    request_id = shop.ask_back()
    letter = made_text(shop.dossiers.make(request_id, TO_12315, out), LETTER)
    assert "须一并说明：第 1 件的核销记录（记录 1）缺少核销时间、核销码。" in letter


def test_a_key_that_was_used_after_the_request_is_not_said_to_be_used_before_it(shop: DisputeShop, out: Path) -> None:
    (unit_id,) = shop.unit_ids(shop.delivered())
    shop.clock.advance(minutes=10)
    request_id = shop.ask_back(
        reason=ReasonCode.CHANGE_OF_MIND,
        evidence=(EvidenceKind.PAYMENT_SCREENSHOT, EvidenceKind.ORDER_SCREENSHOT),
    )
    shop.clock.advance(minutes=10)
    shop.redeem(unit_id)
    token = shop.requests.preview(request_id).token
    shop.requests.refuse(request_id, token=token, ground=RefusalGround.REDEEMED)
    files = members(shop.dossiers.make(request_id, TO_12315, out))
    facts = json.loads(files[FACTS])
    said = files[LETTER].decode("utf-8-sig") + json.dumps(facts["decision"], ensure_ascii=False)
    assert "申请前" not in said
    assert "before" not in facts["decision"]["reply_en"]
    assert "须一并说明：第 1 件的核销时间（记录 1）在买家提出申请之后。" in said


def test_nothing_of_a_dossier_stays_in_the_data_folder(shop: DisputeShop, out: Path) -> None:
    before = {path for path in shop.context.data_dir.rglob("*") if path.is_file()}
    request_id = shop.refused_case()
    filed = {path for path in shop.context.data_dir.rglob("*") if path.is_file()}
    shop.dossiers.make(request_id, TO_12315, out)
    assert {path for path in shop.context.data_dir.rglob("*") if path.is_file()} <= before | filed


def test_hundreds_of_pieces_are_all_listed(shop: DisputeShop, out: Path) -> None:
    request_id = shop.refused_case()
    for number in range(40):
        content = f"log {number}".encode()
        shop.evidence.add(
            EvidenceKind.BACKEND_LOG, Marks(), request_id=request_id, content=content, name=f"log-{number}.txt"
        )
    files = members(shop.dossiers.make(request_id, TO_12315, out))
    assert sum(name.startswith("凭证/") for name in files) == 42
    assert files["凭证/E044-log-39.txt"] == b"log 39"


def test_the_english_option_keeps_the_letter_chinese(shop: DisputeShop, out: Path) -> None:
    text = plain(words(shop.dossiers.make(shop.refused_case(), TO_12315, out, language="en").pdf_path))
    assert "Thebuyer'srequest" in text
    assert "Unit1:ruleM7,Redemptiondisputed→Refuse" in text
    assert "情况说明及证据" in text
