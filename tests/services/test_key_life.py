"""One answer about one key, a search inside the keys, and the report of an import."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from desktop_app.domain.errors import BadInputError, CancelledError, LockedError, NotFoundError
from desktop_app.domain.states import EvidenceKind, ReasonCode, RequestState
from desktop_app.services import import_report, key_scan
from desktop_app.services.inventory import ImportOptions, KeyVerdict
from desktop_app.services.request_entry import RequestDraft
from tests.csv_files import read_back
from tests.services.desk import Desk
from tests.services.order_desk import KEYS, OrderDesk


def sold(shop: OrderDesk, order_no: str = "A1") -> tuple[int, int]:
    """The key and the unit of a delivered order."""
    preview = shop.desk.inventory.preview_text("\n".join(KEYS[:2]), shop.product_id)
    shop.desk.inventory.import_keys(
        preview, ImportOptions(batch="九月", supplier="星辰供货", cost_fen=4750, invoice_no="FP-77")
    )
    order_id = shop.paid(order_no, buyer="江小渔")
    shop.orders.deliver(order_id)
    key = shop.desk.inventory.find(KEYS[0])
    assert key is not None
    return key.id, shop.unit_ids(order_id)[0]


def test_the_whole_life_of_a_key_is_one_answer(shop: OrderDesk) -> None:
    key_id, unit_id = sold(shop)
    shop.redeem(unit_id)
    shop.redeem(unit_id, code="RX-2", note="更正")
    proof = shop.proofs.issue(unit_id)
    life = shop.desk.inventory.life(key_id)
    assert (life.supplier, life.invoice_no, life.cost_fen, life.key.batch_name) == ("星辰供货", "FP-77", 4750, "九月")
    assert (life.key.product_id, life.key.order_no, life.delivered_times) == (shop.product_id, "A1", 1)
    (delivery,) = life.deliveries
    assert (delivery.order_no, delivery.buyer, delivery.is_held, delivery.is_reissue) == ("A1", "江**", True, False)
    (redemption,) = life.redemptions
    assert (redemption.code, redemption.stated_by) == ("RX-2", "供应商")
    assert "player_qing" not in redemption.target
    assert [one.proof_no for one in life.proofs] == [proof.proof_no]
    assert (life.requests, life.refunds) == ((), ())
    assert [event.kind for event in life.events][:1] == ["keys.imported"]
    assert {event.kind for event in life.events} >= {"order.delivered"}
    other = shop.desk.inventory.find(KEYS[1])
    assert other is not None
    untouched = shop.desk.inventory.life(other.id)
    assert (untouched.deliveries, untouched.redemptions, untouched.proofs, untouched.delivered_times) == ((), (), (), 0)
    shop.context.vault.lock()
    assert shop.desk.inventory.life(key_id).deliveries[0].buyer.startswith("#")
    with pytest.raises(NotFoundError):
        shop.desk.inventory.life(999)


def test_requests_and_refunds_of_a_key_are_told_with_its_part(shop: OrderDesk) -> None:
    key_id, _unit = sold(shop)
    evidence = (EvidenceKind.PAYMENT_SCREENSHOT, EvidenceKind.ORDER_SCREENSHOT)
    request_id = shop.requests.add(
        RequestDraft(order_no="A1", requested_at=shop.clock(), reason=ReasonCode.CHANGE_OF_MIND, evidence=evidence)
    )
    (asked,) = shop.desk.inventory.life(key_id).requests
    assert (asked.id, asked.state) == (request_id, RequestState.OPEN)
    decided = shop.requests.approve(request_id, token=shop.requests.preview(request_id).token)
    life = shop.desk.inventory.life(key_id)
    assert life.requests[0].state is RequestState.DECIDED
    (refund,) = life.refunds
    assert (refund.id, refund.unit_fen) == (decided.refund_id, refund.amount_fen)
    assert refund.request_no == life.requests[0].request_no


def test_a_part_of_a_key_is_found_by_opening_every_key(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    product_id = desk.product()
    keys = [f"SCAN-{number:05d}-Xy" for number in range(50)]
    ids = desk.stock(product_id, *keys)
    monkeypatch.setattr(key_scan, "_AT_ONCE", 10)
    told: list[tuple[int, int]] = []
    found = desk.inventory.scan(" -0004", progress=lambda done, total: told.append((done, total)))
    assert [line.id for line in found.lines] == ids[49:39:-1]
    assert (found.scanned, found.is_complete, told[-1]) == (50, True, (50, 50))
    assert [line.id for line in desk.inventory.scan("00017-xY").lines] == [ids[17]]
    assert desk.inventory.scan("nothing").lines == ()
    few = key_scan.scan_keys(desk.context, "SCAN", limit=7)
    assert (len(few.lines), few.is_complete, few.scanned) == (7, False, 7)
    assert key_scan.scan_keys(desk.context, "SCAN", limit=50).is_complete
    with pytest.raises(BadInputError, match="3 characters"):
        desk.inventory.scan("04")
    with pytest.raises(CancelledError):
        desk.inventory.scan("SCAN", cancelled=lambda: len(told) > 0)
    desk.context.vault.lock()
    with pytest.raises(LockedError):
        desk.inventory.scan("SCAN")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_of_an_import_names_every_line_and_no_key(desk: Desk, tmp_path: Path, language: str) -> None:
    product_id = desk.product()
    desk.stock(product_id, KEYS[3])
    preview = desk.inventory.preview_text("\n".join([KEYS[0], "", KEYS[0], KEYS[3], "bad\x07key-0001"]), product_id)
    path = tmp_path / "report.csv"
    assert desk.inventory.save_report(preview, path, language) == 5
    header, *rows = read_back(path)
    assert len(header) == 5
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5"]
    assert len({row[2] for row in rows}) == 5
    assert "line 1" in rows[2][4]
    assert "第 1 行" in rows[2][3]
    assert KEYS[0] not in path.read_text("utf-8-sig")
    assert desk.inventory.save_report(preview, path, language, KeyVerdict.MALFORMED) == 1
    with pytest.raises(CancelledError):
        import_report.save_report(preview, tmp_path / "none.csv", language, cancelled=lambda: True)
    assert not (tmp_path / "none.csv").exists()


def test_a_key_that_was_replaced_does_not_take_the_redemption_of_the_other(shop: OrderDesk) -> None:
    key_id, unit_id = sold(shop)
    other = shop.desk.inventory.find(KEYS[1])
    assert other is not None
    shop.clock.advance(hours=1)
    with shop.context.write() as session:
        connection = session.connection()
        connection.exec_driver_sql("UPDATE card_keys SET state = 'quarantined' WHERE id = ?", (key_id,))
        connection.exec_driver_sql("UPDATE units SET card_key_id = ? WHERE id = ?", (other.id, unit_id))
        connection.exec_driver_sql(
            "INSERT INTO deliveries (unit_id, card_key_id, delivered_at, delivered_by, reissue) VALUES (?, ?, ?, ?, 1)",
            (unit_id, other.id, int((shop.clock() - timedelta(minutes=1)).timestamp() * 1_000_000), "林默"),
        )
        connection.exec_driver_sql("UPDATE card_keys SET state = 'delivered' WHERE id = ?", (other.id,))
    shop.redeem(unit_id)
    first, second = shop.desk.inventory.life(key_id), shop.desk.inventory.life(other.id)
    assert (first.deliveries[0].is_held, first.redemptions) == (False, ())
    assert (second.deliveries[0].is_reissue, len(second.redemptions)) == (True, 1)
