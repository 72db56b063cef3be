"""Redemption proofs: whole on disk before they exist, bound to the log, and silent about keys and buyers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest

from desktop_app.domain.errors import BadInputError, LockedError, NotFoundError, RefusedError, StorageError
from desktop_app.domain.masking import mask
from desktop_app.domain.states import EvidenceKind, ReasonCode
from desktop_app.services.evidence import Evidence, Marks
from desktop_app.services.identities import Identities
from desktop_app.services.orders import Target
from desktop_app.services.proof_facts import key_commitment
from desktop_app.services.redemptions import RecordEvidence
from desktop_app.services.settings import Settings, ShopSettings
from desktop_app.services.verification import Answer, KnownSigners, verify_pdf
from tests.services.desk import Desk
from tests.services.order_desk import KEYS, OrderDesk

ACCOUNT = "13812342266"
ROLE = "青衫客一九八八"


@pytest.fixture
def shop(desk: Desk) -> OrderDesk:
    found = OrderDesk(desk)
    Settings(desk.context).save(ShopSettings(shop_name="星河数码", icp="沪ICP备1号", operator="林默"))
    return found


@pytest.fixture
def unit(shop: OrderDesk) -> int:
    order_id = shop.delivered(buyer="wx_lin88", target=Target(account=ACCOUNT, server="电信一区", role=ROLE))
    (unit_id,) = shop.unit_ids(order_id)
    return unit_id


def _text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return "".join("".join(pages).split())


def test_the_issued_file_is_the_one_in_the_row_and_in_the_log(shop: OrderDesk, unit: int) -> None:
    shop.redeem(unit)
    line = shop.proofs.issue(unit)
    data = shop.proofs.pdf(line.id)
    assert data.startswith(b"%PDF-")
    assert (hashlib.sha256(data).hexdigest(), len(data)) == (line.sha256, line.size)
    (event,) = shop.desk.events("proof.issued")
    assert event["facts"]["sha256"] == line.sha256  # type: ignore[index]
    files = sorted(path.name for path in (shop.context.data_dir / "proofs").iterdir())
    assert files == [f"{line.proof_no}.pdf"]
    assert line.proof_no == "HX-20261122-000001"


def test_the_proof_says_what_the_shop_knows_and_hides_the_rest(shop: OrderDesk, unit: int) -> None:
    shop.redeem(unit)
    line = shop.proofs.issue(unit)
    facts = json.loads(str(shop.desk.scalar("SELECT facts FROM proofs WHERE id = ?", line.id)))
    assert (facts["shop_name"], facts["order_no"], facts["paid_fen"]) == ("星河数码", "A1", 5000)
    assert (facts["redemption_code"], facts["source"], facts["stated_by"]) == (
        "RX-88412093",
        "供应商激活记录",
        "供应商",
    )
    assert (facts["account_masked"], facts["server"], facts["role_masked"]) == (mask(ACCOUNT), "电信一区", mask(ROLE))
    assert "5%" in facts["fee_rule"]
    assert [row["event"] for row in facts["timeline"]] == ["下单", "支付", "发货", "买家收到", "核销"]
    text = _text(shop.proofs.pdf(line.id))
    for shown in ("星河数码", "A1", "RX-88412093", "供应商激活记录", line.proof_no):
        assert shown in text
    everything = shop.proofs.pdf(line.id) + json.dumps(facts, ensure_ascii=False).encode() + text.encode()
    for secret in (KEYS[0], ACCOUNT, ROLE, "player_qing@163.com", "wx_lin88"):
        assert secret.encode() not in everything


def test_the_commitment_opens_with_tag_salt_and_key_only(shop: OrderDesk, unit: int) -> None:
    shop.redeem(unit)
    line = shop.proofs.issue(unit)
    facts = json.loads(str(shop.desk.scalar("SELECT facts FROM proofs WHERE id = ?", line.id)))
    tag = shop.desk.scalar("SELECT tag FROM card_keys")
    assert isinstance(tag, bytes)
    salt = shop.context.vault.commitment_salt(tag)
    assert facts["key_commitment"] == key_commitment(tag, salt, KEYS[0].encode())
    assert facts["key_commitment"] != hashlib.sha256(KEYS[0].encode()).hexdigest()


def test_the_proof_anchors_the_log_as_it_was(shop: OrderDesk, unit: int) -> None:
    shop.redeem(unit)
    line = shop.proofs.issue(unit)
    (event,) = shop.desk.events("proof.issued")
    last = event["seq"] - 1  # type: ignore[operator]
    facts = json.loads(str(shop.desk.scalar("SELECT facts FROM proofs WHERE id = ?", line.id)))
    head = shop.desk.scalar("SELECT head FROM events WHERE seq = ?", last)
    assert isinstance(head, bytes)
    assert (facts["audit_seq"], facts["audit_head"]) == (last, head.hex())


@pytest.mark.parametrize(
    ("blank", "named"),
    [
        ({"code": ""}, "核销码"),
        ({"redeemed_at": None}, "核销时间"),
        ({"target": ""}, "核销对象"),
        ({"source": ""}, "来源"),
    ],
)
def test_an_incomplete_record_is_no_proof(shop: OrderDesk, unit: int, blank: dict[str, object], named: str) -> None:
    shop.redeem(unit, **blank)
    for attempt in (shop.proofs.issue, shop.proofs.draft, shop.proofs.current_or_issue):
        with pytest.raises(RefusedError) as refused:
            attempt(unit)
        assert named in refused.value.zh
    with pytest.raises(RefusedError):
        shop.proofs.issue_for_order("A1")
    assert not (shop.context.data_dir / "proofs").exists()
    (candidate,) = shop.proofs.candidates().page(0, 10)
    assert (candidate.is_complete, len(candidate.missing)) == (False, 1)


def test_a_proof_lists_what_bears_on_its_unit_and_each_file_once(shop: OrderDesk) -> None:
    """A supplier's list is evidence of every unit in it: 300 proofs with 300 lines each helped nobody."""
    order_id = shop.delivered(keys=KEYS[:3])
    evidence = Evidence(shop.context)
    units = shop.unit_ids(order_id)

    for number, unit_id in enumerate(units):
        files = ((b"the list", "list.csv"), (b"picture %d" % number, f"{number}.txt"))
        shop.redeem(
            unit_id,
            code=f"RX-{number}",
            evidence=[RecordEvidence(data=content, name=name) for content, name in files],
        )
    evidence.add(EvidenceKind.CHAT_LOG, Marks(), order_id=order_id, content=b"chat", name="chat.txt")
    shop.clock.advance(minutes=1)
    request_id = shop.ask_back(unit_refs=("1", "2"), unit_reasons={"2": ReasonCode.INVALID_CARD})
    evidence.add(EvidenceKind.ORDER_SCREENSHOT, Marks(), request_id=request_id, content=b"asked", name="asked.txt")

    def told(unit_id: int) -> tuple[set[str], list[str]]:
        line = shop.proofs.issue(unit_id)
        facts = json.loads(str(shop.desk.scalar("SELECT facts FROM proofs WHERE id = ?", line.id)))
        names = [row["name"] for row in facts["evidence"]]
        assert len(set(names)) == len(names)
        return set(names), [row["text"] for row in facts["timeline"] if row["event"] == "退款申请"]

    names, requests = told(units[0])
    assert names == {"list.csv", "0.txt", "chat.txt", "asked.txt"}
    assert "改变主意" in requests[0]
    names, requests = told(units[1])
    assert names == {"list.csv", "1.txt", "chat.txt", "asked.txt"}
    assert "改变主意" not in requests[0]  # the unit has a reason of its own
    assert told(units[2]) == ({"list.csv", "2.txt", "chat.txt"}, [])


def test_no_proof_is_signed_with_a_certificate_that_is_not_valid(shop: OrderDesk, unit: int) -> None:
    shop.redeem(unit)
    line = shop.proofs.issue(unit)
    until = Identities(shop.context).list()[0].valid_until
    shop.clock.now = until
    assert shop.proofs.issue(unit).replaces_no == line.proof_no
    shop.clock.now = until + timedelta(seconds=1)
    with pytest.raises(RefusedError, match=f"{until:%Y-%m-%d}") as refused:
        shop.proofs.issue(unit)
    assert "更换密钥" in refused.value.zh
    Identities(shop.context).rotate()
    newer = shop.proofs.issue(unit)
    known = KnownSigners(frozenset({line.fingerprint}))
    assert verify_pdf(shop.proofs.pdf(newer.id), known).answer is Answer.VALID
    shop.clock.now = line.issued_at - timedelta(days=1)  # the clock of the computer was put back
    with pytest.raises(RefusedError, match="clock"):
        shop.proofs.issue(unit)


def test_only_redeemed_units_have_proofs(shop: OrderDesk, unit: int) -> None:
    with pytest.raises(RefusedError):
        shop.proofs.issue(unit)
    with pytest.raises(RefusedError, match="A1"):
        shop.proofs.issue_for_order("A1")
    shop.redeem(unit, partially=True)
    with pytest.raises(RefusedError):
        shop.proofs.issue(unit)
    assert shop.proofs.candidates().count() == 0


def test_issuing_again_takes_a_new_number_and_names_the_old(shop: OrderDesk, unit: int) -> None:
    shop.redeem(unit)
    first = shop.proofs.issue(unit)
    assert shop.proofs.current_or_issue(unit).id == first.id
    shop.redeem(unit, code="RX-2")  # a corrected record: the old proof no longer tells it
    second = shop.proofs.current_or_issue(unit)
    assert (second.proof_no, second.replaces_no, second.code) == ("HX-20261122-000002", first.proof_no, "RX-2")
    assert shop.proofs.get(first.id).code == "RX-88412093"
    assert [line.proof_no for line in shop.proofs.listing().page(0, 10)] == [second.proof_no, first.proof_no]
    assert shop.proofs.listing("000001").count() == 1
    assert shop.orders.by_number("A1").units[0].proof_no == second.proof_no
    (candidate,) = shop.proofs.candidates("A1").page(0, 10)
    assert (candidate.proof_no, candidate.is_complete) == (second.proof_no, True)


def test_a_draft_stores_nothing(shop: OrderDesk, unit: int) -> None:
    shop.redeem(unit)
    events = len(shop.desk.events())
    assert "预览" in _text(shop.proofs.draft(unit))
    assert (shop.proofs.listing().count(), len(shop.desk.events())) == (0, events)
    assert not (shop.context.data_dir / "proofs").exists()


def test_an_order_gets_a_proof_for_each_redeemed_unit_or_none(shop: OrderDesk) -> None:
    order_id = shop.delivered(keys=KEYS[:3])
    first, second, _ = shop.unit_ids(order_id)
    shop.redeem(first)
    shop.redeem(second, code="")
    with pytest.raises(RefusedError):
        shop.proofs.issue_for_order("A1")
    assert shop.proofs.listing().count() == 0
    assert not list((shop.context.data_dir / "proofs").glob("*"))
    shop.redeem(second, code="RX-2")
    lines = shop.proofs.issue_for_order("A1")
    assert [line.unit_ref for line in lines] == ["1", "2"]
    assert len({line.proof_no for line in lines}) == 2
    with pytest.raises(NotFoundError):
        shop.proofs.issue_for_order("nope")


def test_a_changed_or_missing_file_is_not_handed_out(shop: OrderDesk, unit: int) -> None:
    shop.redeem(unit)
    line = shop.proofs.issue(unit)
    path = shop.context.data_dir / "proofs" / f"{line.proof_no}.pdf"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(StorageError, match=line.proof_no):
        shop.proofs.pdf(line.id)
    path.unlink()
    with pytest.raises(StorageError, match=line.proof_no):
        shop.proofs.save(line.id, shop.context.data_dir / "copy.pdf")
    assert not (shop.context.data_dir / "copy.pdf").exists()


def test_a_locked_shop_issues_nothing(shop: OrderDesk, unit: int) -> None:
    shop.redeem(unit)
    line = shop.proofs.issue(unit)
    shop.context.vault.lock()
    with pytest.raises(LockedError):
        shop.proofs.issue(unit)
    with pytest.raises(LockedError):
        shop.proofs.draft(unit)
    # what was issued is masked already and stays readable
    assert shop.proofs.pdf(line.id).startswith(b"%PDF-")


def test_saving_writes_the_issued_file_or_nothing(shop: OrderDesk, unit: int) -> None:
    shop.redeem(unit)
    line = shop.proofs.issue(unit)
    copy = shop.context.data_dir / "核销证明.pdf"
    shop.proofs.save(line.id, copy)
    assert copy.read_bytes() == shop.proofs.pdf(line.id)
    with pytest.raises(StorageError):
        shop.proofs.save(line.id, shop.context.data_dir / "nowhere" / "x.pdf")


def test_an_altered_or_missing_evidence_file_stops_the_proof(shop: OrderDesk, unit: int) -> None:
    from desktop_app.domain.states import EvidenceKind
    from desktop_app.services.evidence import Evidence, Marks, evidence_folder

    shop.redeem(unit)
    order_id = int(str(shop.desk.scalar("SELECT order_id FROM units WHERE id = ?", unit)))
    Evidence(shop.context).add(
        EvidenceKind.CHAT_LOG, Marks(), order_id=order_id, content=b"it was redeemed", name="聊天.txt"
    )
    assert shop.proofs.issue(unit).proof_no
    (stored,) = [path for path in evidence_folder(shop.context).iterdir() if path.is_file()]
    sealed = bytearray(stored.read_bytes())
    sealed[-1] ^= 1
    stored.write_bytes(sealed)
    with pytest.raises(StorageError, match="聊天"):
        shop.proofs.issue(unit)
    stored.unlink()
    with pytest.raises(StorageError, match="聊天"):
        shop.proofs.issue(unit)
    assert shop.proofs.listing().count() == 1


def test_every_proof_is_signed_registered_and_anchored(shop: OrderDesk, unit: int) -> None:
    shop.redeem(unit)
    line = shop.proofs.issue(unit)
    assert len(line.fingerprint) == 64
    assert line.code_text.startswith("KMP1.")
    assert line.notice is None
    (event,) = shop.desk.events("proof.issued")
    assert event["facts"]["fingerprint"] == line.fingerprint  # type: ignore[index]
    assert shop.desk.scalar("SELECT max(seq) FROM checkpoints WHERE reason = 'proof'") == event["seq"]
    assert shop.desk.scalar("SELECT count(*) FROM proof_signatures") == 1


def test_a_time_stamp_authority_that_is_away_stops_no_proof(shop: OrderDesk, unit: int) -> None:
    shop.redeem(unit)
    settings = Settings(shop.context)
    settings.save(replace(settings.get(), timestamp_url="http://127.0.0.1:1/tsa"))
    line = shop.proofs.issue(unit)
    assert line.notice is not None
    assert "时间戳" in line.notice.zh
    assert shop.desk.scalar("SELECT timestamp_authority FROM proof_signatures") == ""


@pytest.mark.parametrize("address", ["ftp://tsa.example", "file:///etc/passwd", "tsa.example", "http://", "http://a b"])
def test_a_time_stamp_address_must_be_one_of_the_web(shop: OrderDesk, address: str) -> None:
    settings = Settings(shop.context)
    with pytest.raises(BadInputError):
        settings.save(replace(settings.get(), timestamp_url=address))
