"""Lists of redemptions against a real shop: what each line becomes, and what an import leaves behind."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from desktop_app.domain.errors import BadInputError, CancelledError, ConflictError, LockedError, RefusedError
from desktop_app.domain.states import KeyState, ProductKind, ReasonCode, TopupState, UnitState
from desktop_app.exchange.redemption_lists import ListLayout
from desktop_app.services.buyers import Target
from desktop_app.services.proof_facts import proof_subject, read_proof_facts
from desktop_app.services.redemption_import import ListKind, ListOptions
from desktop_app.services.redemption_matching import ListVerdict
from desktop_app.services.redemption_preview import RedemptionPreview
from desktop_app.services.redemptions import RecordEvidence, Redemptions
from desktop_app.services.request_entry import RequestDraft
from desktop_app.services.verdicts import load_cases
from desktop_app.storage import attachments
from tests.services.order_desk import KEYS, OrderDesk

PHONE = "13800000000"
Listed = Callable[..., RedemptionPreview]


@pytest.fixture
def redemptions(shop: OrderDesk) -> Redemptions:
    return Redemptions(shop.context)


@pytest.fixture
def listed(redemptions: Redemptions, tmp_path: Path) -> Listed:
    def preview(*rows: str, header: str = "卡密,激活时间,流水号,激活账号") -> RedemptionPreview:
        path = tmp_path / "list.csv"
        path.write_text("\n".join((header, *rows)) + "\n", "utf-8")
        return redemptions.preview_list(path)

    return preview


def _at(shop: OrderDesk, **more: float) -> str:
    """A moment on the shop's clock; one minute after the last delivery unless said otherwise."""
    moment = shop.clock() + timedelta(**(more or {"minutes": 0}))
    return moment.astimezone(shop.context.zone).strftime("%Y-%m-%d %H:%M:%S")


def _verdicts(preview: RedemptionPreview) -> list[ListVerdict]:
    return [line.verdict for line in preview.lines(None, 0, 100)]


def _topup(shop: OrderDesk, order_no: str, account: str = PHONE) -> int:
    known = [product.id for product in shop.desk.products.all() if product.code == "CZ100"]
    product_id = known[0] if known else shop.desk.product("CZ100", kind=ProductKind.PHONE_TOPUP)
    order_id = shop.paid(order_no, product_id=product_id, target=Target(account=account))
    shop.orders.deliver(order_id)
    return shop.unit_ids(order_id)[0]


def test_a_key_of_the_list_becomes_a_complete_record_with_the_list_as_its_evidence(
    shop: OrderDesk, redemptions: Redemptions, listed: Listed, tmp_path: Path
) -> None:
    unit_id = shop.unit_ids(shop.delivered())[0]
    shop.clock.advance(minutes=5)
    preview = listed(f"{KEYS[0]},{_at(shop)},RX1,甲")
    assert _verdicts(preview) == [ListVerdict.NEW]
    result = redemptions.import_list(preview, ListOptions(stated_by="卡商老周"))
    assert (result.line_count, result.recorded_count, result.quarantined_count) == (1, 1, 0)
    unit = shop.orders.by_number("A1").units[0]
    record = unit.redemption
    assert record is not None
    assert (unit.state, unit.key_state) == (UnitState.REDEEMED, KeyState.REDEEMED)
    assert (record.code, record.target_masked, record.source, record.stated_by, record.is_complete) == (
        "RX1",
        "*",
        "供应商激活记录",
        "卡商老周",
        True,
    )
    assert record.redeemed_at == shop.clock().replace(microsecond=0)
    content = (tmp_path / "list.csv").read_bytes()
    row = shop.desk.scalar(
        "SELECT stored_name FROM evidence WHERE redemption_id = ? AND kind = 'official_activation_record'", record.id
    )
    folder = shop.context.data_dir / attachments.FOLDER_NAME
    assert attachments.load(folder, shop.context.vault, str(row), hashlib.sha256(content).hexdigest()) == content
    assert shop.desk.scalar("SELECT line FROM redemption_import_lines WHERE redemption_id = ?", record.id) == 2
    assert KEYS[0] not in (folder / str(row)).read_bytes().decode("latin-1")
    [event] = shop.desk.events("unit.redeemed")
    assert event["facts"]["import_id"] == result.import_id  # type: ignore[index]
    [told] = shop.desk.events("redemptions.imported")
    assert told["facts"]["recorded_count"] == 1  # type: ignore[index]
    assert [record.id for record in redemptions.history(unit_id)] == [record.id]


def test_the_same_list_again_finds_everything_recorded(
    shop: OrderDesk, redemptions: Redemptions, listed: Listed
) -> None:
    shop.delivered()
    shop.clock.advance(minutes=5)
    row = f"{KEYS[0]},{_at(shop)},RX1,甲"
    redemptions.import_list(listed(row), ListOptions())
    again = listed(row)
    assert _verdicts(again) == [ListVerdict.KNOWN]
    with pytest.raises(RefusedError):
        redemptions.import_list(again, ListOptions())
    assert shop.desk.scalar("SELECT count(*) FROM redemption_imports") == 1


def test_a_list_that_gives_minutes_says_nothing_against_seconds(shop: OrderDesk, listed: Listed) -> None:
    [unit] = shop.unit_ids(shop.delivered())
    shop.clock.advance(minutes=5)
    row = f"{KEYS[0]},{_at(shop)[:16]},RX-88412093,"
    shop.clock.advance(minutes=1)
    shop.redeem(unit, redeemed_at=shop.clock().replace(second=0, microsecond=0) - timedelta(milliseconds=1))
    assert _verdicts(listed(row)) == [ListVerdict.KNOWN]


def test_a_conflict_is_left_alone_until_the_merchant_says_correct(
    shop: OrderDesk, redemptions: Redemptions, listed: Listed
) -> None:
    [unit] = shop.unit_ids(shop.delivered())
    shop.clock.advance(minutes=5)
    first = shop.redeem(unit)
    preview = listed(f"{KEYS[0]},,RX2,", f"{KEYS[0]},,RX3,")
    assert _verdicts(preview) == [ListVerdict.CONFLICT, ListVerdict.CONFLICT]
    assert preview.correctable_count == 1  # the list contradicts itself on its second line
    with pytest.raises(RefusedError):
        redemptions.import_list(preview, ListOptions())
    result = redemptions.import_list(preview, ListOptions(correct=True))
    assert (result.recorded_count, result.corrected_count, result.conflict_count) == (1, 1, 1)
    old, new = redemptions.history(unit)
    assert (old.id, old.code, new.replaces_id, new.code) == (first, "RX-88412093", first, "RX2")
    # what the list leaves out stays as the older record has it
    assert (new.redeemed_at, new.target_masked) == (old.redeemed_at, old.target_masked)
    line = shop.orders.by_number("A1").units[0]
    assert line.redemption is not None
    assert [record.id for record in line.earlier] == [first]


def test_a_record_that_lacks_something_is_completed(shop: OrderDesk, redemptions: Redemptions, listed: Listed) -> None:
    [unit] = shop.unit_ids(shop.delivered())
    shop.clock.advance(minutes=5)
    first = shop.redeem(unit, code="")
    preview = listed(f"{KEYS[0]},,RX2,")
    assert _verdicts(preview) == [ListVerdict.COMPLETES]
    redemptions.import_list(preview, ListOptions())
    assert redemptions.history(unit)[-1].is_complete
    assert redemptions.history(unit)[-1].replaces_id == first


def test_a_key_in_stock_is_an_alarm_and_is_quarantined_when_the_merchant_wants_it(
    shop: OrderDesk, redemptions: Redemptions, listed: Listed
) -> None:
    shop.desk.stock(shop.product_id, *KEYS)
    preview = listed(f"{KEYS[1]},{_at(shop)},RX1,", "NOBODYS,,RX2,")
    assert _verdicts(preview) == [ListVerdict.IN_STOCK, ListVerdict.UNMATCHED]
    with pytest.raises(RefusedError):
        redemptions.import_list(preview, ListOptions())
    result = redemptions.import_list(preview, ListOptions(quarantine=True))
    assert (result.recorded_count, result.unmatched_count, result.quarantined_count) == (0, 2, 1)
    states = [shop.desk.inventory.find(key).state for key in KEYS]  # type: ignore[union-attr]
    assert states == [KeyState.IN_STOCK, KeyState.QUARANTINED, KeyState.IN_STOCK, KeyState.IN_STOCK]
    [event] = shop.desk.events("key.quarantined")
    assert event["facts"]["failed"] is True  # type: ignore[index]


def test_a_key_in_stock_that_was_not_activated_is_no_alarm(
    shop: OrderDesk, redemptions: Redemptions, listed: Listed
) -> None:
    shop.desk.stock(shop.product_id, *KEYS)
    preview = listed(f"{KEYS[0]},,未激活", f"{KEYS[1]},{_at(shop)},已激活", header="卡密,核销时间,状态")
    assert _verdicts(preview) == [ListVerdict.NOT_REDEEMED, ListVerdict.IN_STOCK]
    assert redemptions.import_list(preview, ListOptions(quarantine=True)).quarantined_count == 1
    states = [shop.desk.inventory.find(key).state for key in KEYS[:2]]  # type: ignore[union-attr]
    assert states == [KeyState.IN_STOCK, KeyState.QUARANTINED]


def test_keys_are_compared_as_their_product_says(shop: OrderDesk, listed: Listed) -> None:
    shop.delivered()
    folding = shop.desk.product("FOLD", fold_case=True, fold_hyphens=True)
    shop.desk.stock(folding, "abcd-EFGH-1")
    shop.orders.deliver(shop.paid("A2", product_id=folding))
    assert _verdicts(listed("ABCDefgh1,,R1,", "　abcd-EFGH-1 ,,R1,", KEYS[0].lower() + ",,R2,")) == [
        ListVerdict.NEW,
        ListVerdict.KNOWN,  # the same unit on the line before
        ListVerdict.UNMATCHED,
    ]


def test_the_card_number_alone_finds_a_key_of_several_fields_unless_two_have_it(
    shop: OrderDesk, listed: Listed
) -> None:
    keys = ("8801----aa", "8802----bb", "8802----cc", "8803----dd")
    shop.delivered("A1", keys=keys[:3])
    shop.desk.stock(shop.product_id, keys[3])
    header = "卡号,订单号,单件,流水号"
    preview = listed("8801,,,R1", "8802,,,R2", "8802,A1,3,R3", "8803,,,R4", "880,,,R5", header=header)
    assert _verdicts(preview) == [
        ListVerdict.NEW,
        ListVerdict.UNMATCHED,
        ListVerdict.NEW,
        ListVerdict.IN_STOCK,
        ListVerdict.UNMATCHED,
    ]
    assert [line.ref for line in preview.lines(ListVerdict.NEW, 0, 9)] == ["1", "3"]
    assert all("880" not in line.named for line in preview.lines(None, 0, 9))


def test_an_order_of_several_units_needs_to_be_told_which(shop: OrderDesk, listed: Listed) -> None:
    shop.delivered("A1", keys=KEYS[:2])
    shop.delivered("A2", keys=KEYS[2:3])
    header = "订单号,单件,流水号"
    preview = listed("A1,,R1", "A1,2,R2", "A1,7,R3", "A2,,R4", "A9,,R5", header=header)
    assert _verdicts(preview) == [
        ListVerdict.UNMATCHED,
        ListVerdict.NEW,
        ListVerdict.UNMATCHED,
        ListVerdict.NEW,
        ListVerdict.UNMATCHED,
    ]
    assert "2 units" in preview.lines(None, 0, 1)[0].why_en


def test_a_key_and_an_order_that_contradict_each_other_match_nothing(shop: OrderDesk, listed: Listed) -> None:
    shop.delivered("A1", keys=KEYS[:1])
    shop.delivered("A2", keys=KEYS[1:2])
    header = "卡密,订单号,流水号"
    preview = listed(f"{KEYS[0]},A2,R1", f"{KEYS[0]},A1,R1", "NOBODYS,A2,R2", header=header)
    assert _verdicts(preview) == [ListVerdict.UNMATCHED, ListVerdict.NEW, ListVerdict.UNMATCHED]


def test_what_is_not_delivered_or_not_activated_makes_no_record(shop: OrderDesk, listed: Listed) -> None:
    shop.paid("A1")
    shop.delivered("A2", keys=KEYS[1:2])
    [unit] = shop.unit_ids(shop.delivered("A3", keys=KEYS[2:3]))
    shop.redeem(unit)
    header = "订单号,流水号,状态"
    preview = listed("A1,R1,已激活", "A2,R2,未激活", "A3,,未激活", header=header)
    assert _verdicts(preview) == [ListVerdict.NOT_DELIVERED, ListVerdict.NOT_REDEEMED, ListVerdict.CONFLICT]
    assert preview.correctable_count == 0


@pytest.mark.parametrize(
    ("shift", "verdict"),
    [
        ({"seconds": -1}, ListVerdict.IMPOSSIBLE_TIME),
        ({"seconds": 0}, ListVerdict.NEW),
        ({"seconds": 600}, ListVerdict.NEW),
        ({"seconds": 601}, ListVerdict.IMPOSSIBLE_TIME),
    ],
)
def test_times_before_the_delivery_or_in_the_future_are_impossible(
    shop: OrderDesk, listed: Listed, shift: dict[str, float], verdict: ListVerdict
) -> None:
    shop.delivered()
    row = f"{KEYS[0]},{_at(shop, **shift)},R1,"
    shop.clock.advance(seconds=600)
    assert _verdicts(listed(row)) == [verdict]


def test_the_minute_of_the_delivery_is_not_before_it(shop: OrderDesk, listed: Listed) -> None:
    shop.clock.advance(seconds=40)
    shop.delivered()
    row = f"{KEYS[0]},{_at(shop)[:16]},R1,"
    shop.clock.advance(seconds=600)
    assert _verdicts(listed(row)) == [ListVerdict.NEW]


def test_an_operators_list_records_the_arrival_of_top_ups(
    shop: OrderDesk, redemptions: Redemptions, listed: Listed
) -> None:
    _topup(shop, "A1")
    shop.clock.advance(minutes=30)
    _topup(shop, "A2")
    _topup(shop, "A3", "13900000000")
    shop.clock.advance(minutes=30)
    header = "手机号,到账时间,流水号"
    rows = (
        f"{PHONE},{_at(shop, minutes=-5)},S2",  # both orders fit, but line 3 takes the first
        f"{PHONE},{_at(shop, minutes=-40)},S1",
        f"139-0000-0000,{_at(shop)},S3",  # not the text of the order
        f"{PHONE[:-1]}１,{_at(shop)},S4",
    )
    preview = listed(*rows, header=header)
    found = preview.lines(None, 0, 9)
    assert [(line.verdict, line.order_no) for line in found] == [
        (ListVerdict.NEW, "A2"),
        (ListVerdict.NEW, "A1"),
        (ListVerdict.UNMATCHED, ""),
        (ListVerdict.UNMATCHED, ""),
    ]
    assert found[0].named == "138****0000"
    redemptions.import_list(preview, ListOptions(kind=ListKind.OPERATOR, stated_by="移动"))
    unit = shop.orders.by_number("A1").units[0]
    assert unit.redemption is not None
    assert (unit.topup, unit.state, unit.redemption.code) == (TopupState.ARRIVED, UnitState.REDEEMED, "S1")
    assert (unit.redemption.source, unit.redemption.target_masked) == ("运营商到账记录", "138****0000")
    assert _verdicts(listed(*rows, header=header))[:2] == [ListVerdict.KNOWN, ListVerdict.KNOWN]


def test_an_account_with_two_open_top_ups_is_not_guessed(shop: OrderDesk, listed: Listed) -> None:
    _topup(shop, "A1")
    _topup(shop, "A2")
    shop.clock.advance(minutes=30)
    header = "手机号,到账时间,流水号,订单号"
    rows = (f"{PHONE},{_at(shop)},S1,", f"{PHONE},{_at(shop)},S2,A2", f"13900000000,{_at(shop)},S3,A1")
    assert _verdicts(listed(*rows, header=header)) == [ListVerdict.NEW, ListVerdict.NEW, ListVerdict.UNMATCHED]
    assert _verdicts(listed(rows[0], header=header)) == [ListVerdict.UNMATCHED]


def test_a_card_key_in_the_column_of_codes_is_refused(shop: OrderDesk, listed: Listed) -> None:
    shop.delivered("A1", keys=KEYS[:1])
    shop.delivered("A2", keys=KEYS[1:2])
    preview = listed(f"A1,{KEYS[1]}", f"A2,{KEYS[1]} ", header="订单号,流水号")
    assert _verdicts(preview) == [ListVerdict.MALFORMED, ListVerdict.MALFORMED]


def test_a_refunded_unit_and_a_void_key_are_recorded_all_the_same(
    shop: OrderDesk, redemptions: Redemptions, listed: Listed
) -> None:
    shop.delivered()
    key = shop.desk.inventory.find(KEYS[0])
    assert key is not None
    shop.desk.inventory.void([key.id], "投诉")
    shop.clock.advance(minutes=5)
    redemptions.import_list(listed(f"{KEYS[0]},{_at(shop)},R1,甲"), ListOptions())
    unit = shop.orders.by_number("A1").units[0]
    assert (unit.state, unit.key_state) == (UnitState.REDEEMED, KeyState.VOID)


def test_the_official_record_of_the_buyer_stands_against_the_list(
    shop: OrderDesk, redemptions: Redemptions, listed: Listed
) -> None:
    [unit] = shop.unit_ids(shop.delivered())
    shop.orders.set_unit_state(unit, official_not_activated=True)
    shop.clock.advance(minutes=5)
    preview = listed(f"{KEYS[0]},{_at(shop)},R1,甲")
    assert "not activated" in preview.lines(None, 0, 1)[0].why_en
    redemptions.import_list(preview, ListOptions())
    line = shop.orders.by_number("A1").units[0]
    assert line.redemption is not None
    assert line.official_not_activated


def test_counts_add_up_and_every_line_has_its_place(shop: OrderDesk, redemptions: Redemptions, listed: Listed) -> None:
    shop.delivered("A1", keys=KEYS[:1])
    shop.desk.stock(shop.product_id, KEYS[1])
    shop.clock.advance(minutes=5)
    preview = listed(
        f"{KEYS[0]},{_at(shop)},R1,甲",
        f"{KEYS[0]},{_at(shop)},R1,甲",
        f"{KEYS[0]},{_at(shop)},R2,甲",
        f"{KEYS[1]},{_at(shop)},R3,",
        "NOBODYS,,R4,",
        "AB***,,R5,",
        f"{KEYS[0]},2020-01-01 10:00:00,R6,",
    )
    assert sum(preview.count(verdict) for verdict in ListVerdict) == preview.count(None) == 7
    result = redemptions.import_list(preview, ListOptions())
    parts = (
        result.recorded_count,
        result.known_count,
        result.unmatched_count,
        result.conflict_count,
        result.malformed_count,
    )
    assert parts == (1, 1, 2, 1, 2)


def test_the_report_lists_what_did_not_match_and_no_key(
    shop: OrderDesk, redemptions: Redemptions, listed: Listed, tmp_path: Path
) -> None:
    shop.delivered("A1", keys=KEYS[:1])
    shop.desk.stock(shop.product_id, KEYS[1])
    preview = listed(f"{KEYS[0]},,R1,", f"{KEYS[1]},,R2,", "NOBODYS-0123456789,,R3,")
    target = tmp_path / "report.csv"
    assert redemptions.save_report(preview, target, "zh") == 2
    text = target.read_text("utf-8-sig")
    assert "仍在库存" in text
    assert "R1" not in text
    assert KEYS[1] not in text
    assert "NOBODYS-0123456789" not in text


def test_a_cancelled_or_failed_import_leaves_nothing(
    shop: OrderDesk, redemptions: Redemptions, listed: Listed, tmp_path: Path
) -> None:
    shop.delivered("A1", keys=KEYS[:1])
    before = shop.desk.scalar("SELECT max(seq) FROM events")
    preview = listed(f"{KEYS[0]},,R1,")
    asked: list[int] = []

    def at_the_end() -> bool:
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(CancelledError):
        redemptions.import_list(preview, ListOptions(), cancelled=at_the_end)
    assert shop.desk.scalar("SELECT max(seq) FROM events") == before
    assert shop.desk.scalar("SELECT count(*) FROM redemptions") == 0
    (tmp_path / "list.csv").write_text("卡密,流水号\nX,R\n", "utf-8")
    with pytest.raises(ConflictError):
        redemptions.import_list(preview, ListOptions())


def test_a_shop_that_changed_so_that_a_line_means_something_else_is_looked_at_again(
    shop: OrderDesk, redemptions: Redemptions, listed: Listed
) -> None:
    [unit] = shop.unit_ids(shop.delivered("A1", keys=KEYS[:1]))
    preview = listed(f"{KEYS[0]},,R1,")
    shop.paid("A2")  # has nothing to do with the list
    other = listed(f"{KEYS[0]},,R1,")
    shop.redeem(unit)
    with pytest.raises(ConflictError):
        redemptions.import_list(other, ListOptions())
    with pytest.raises(ConflictError):
        redemptions.import_list(preview, ListOptions())
    fine = listed(f"{KEYS[0]},,R1,")
    shop.paid("A3")
    assert redemptions.import_list(fine, ListOptions(correct=True)).corrected_count == 1


def test_a_locked_shop_matches_nothing(shop: OrderDesk, redemptions: Redemptions, listed: Listed) -> None:
    shop.context.vault.lock()
    with pytest.raises(LockedError):
        listed(f"{KEYS[0]},,R1,")


def test_the_list_answers_nothing_that_was_asked_of_the_buyer(
    shop: OrderDesk, redemptions: Redemptions, listed: Listed
) -> None:
    shop.delivered("A1", keys=KEYS[:2])
    shop.clock.advance(minutes=5)
    draft = RequestDraft(order_no="A1", requested_at=shop.clock(), reason=ReasonCode.CHANGE_OF_MIND)
    request_id = shop.requests.add(draft)
    redemptions.import_list(listed(f"{KEYS[0]},{_at(shop)},R1,甲"), ListOptions())
    with shop.context.read() as session:
        case = load_cases(shop.context, session, [request_id])[request_id]
    assert case.request.evidence == frozenset()
    assert [unit.state for unit in case.order.units] == [UnitState.REDEEMED, UnitState.UNUSED]
    assert [piece.name for piece in shop.requests.detail(request_id).evidence] == ["list.csv"]


def test_columns_can_be_chosen(redemptions: Redemptions, shop: OrderDesk, tmp_path: Path) -> None:
    shop.delivered("A1", keys=KEYS[:1])
    path = tmp_path / "odd.csv"
    path.write_text(f"甲,乙\nR1,{KEYS[0]}\n", "utf-8")
    preview = redemptions.preview_list(path, ListLayout(header=True, roles={"key": 1, "code": 0}))
    assert _verdicts(preview) == [ListVerdict.NEW]


def test_a_record_by_hand_keeps_its_screenshots_in_the_same_step(
    shop: OrderDesk, redemptions: Redemptions, tmp_path: Path
) -> None:
    [unit] = shop.unit_ids(shop.delivered())
    shot = tmp_path / "后台.png"
    shot.write_bytes(b"\x89PNG\r\n\x1a\n1")
    pasted = RecordEvidence(data=b"\x89PNG\r\n\x1a\n2", captured_at=shop.clock() + timedelta(days=1))
    record = shop.redeem(unit, evidence=(RecordEvidence(path=shot), pasted))
    with shop.context.read() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT name, size, captured_at <= added_at, source FROM evidence WHERE redemption_id = ? ORDER BY id",
            (record,),
        )
        found = [tuple(row) for row in rows]
    assert [row[0] for row in found][:1] == ["后台.png"]
    assert [row[1:] for row in found] == [(9, 1, "供应商激活记录"), (9, 1, "供应商激活记录")]
    [event] = shop.desk.events("unit.redeemed")
    assert len(event["facts"]["evidence"]) == 2  # type: ignore[index]


def test_a_record_whose_screenshot_cannot_be_kept_is_not_made(shop: OrderDesk, tmp_path: Path) -> None:
    [unit] = shop.unit_ids(shop.delivered())
    empty = tmp_path / "empty.png"
    empty.touch()
    with pytest.raises(BadInputError, match=r"empty\.png"):
        shop.redeem(unit, evidence=(RecordEvidence(path=empty),))
    assert shop.desk.scalar("SELECT count(*) FROM redemptions") == 0


def test_a_proof_tells_of_the_official_record_that_contradicts_it(shop: OrderDesk) -> None:
    [unit] = shop.unit_ids(shop.delivered())
    shop.clock.advance(minutes=5)
    shop.redeem(unit)
    at = shop.clock.advance(minutes=5)
    shop.orders.set_unit_state(unit, official_not_activated=True)
    with shop.context.read() as session:
        subject = proof_subject(session, unit)
        facts = read_proof_facts(shop.context, session, subject, proof_no="HX-1", replaces_no="", at=at)
    [told] = [event for event in facts.timeline if "未激活" in event.text]
    assert told.at == at
