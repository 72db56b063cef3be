"""Batches of proofs: every unit gets its own signed proof, or is named; stopping keeps what was issued."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from desktop_app.documents.signed_file import read_signed_file
from desktop_app.domain.errors import CancelledError, ConflictError, LockedError, NotFoundError, RefusedError
from desktop_app.domain.states import EvidenceKind
from desktop_app.services.evidence import Evidence, Marks, evidence_folder
from desktop_app.services.proof_batches import STEP, ProofBatches
from tests.services.order_desk import OrderDesk


@pytest.fixture
def batches(shop: OrderDesk) -> ProofBatches:
    return ProofBatches(shop.context)


def _redeemed(shop: OrderDesk, count: int, order_no: str = "B1") -> list[int]:
    keys = tuple(f"{order_no}-KEYS-0000-{number:04}" for number in range(count))
    units = shop.unit_ids(shop.delivered(order_no, keys=keys, list_fen=5000, paid_fen=5000 * count))
    for number, unit in enumerate(units):
        shop.redeem(unit, code=f"RX-{number}")
    return units


def _incomplete(shop: OrderDesk, order_no: str) -> int:
    (unit,) = _redeemed(shop, 1, order_no)
    shop.redeem(unit, code="")
    return unit


def _numbers(shop: OrderDesk) -> list[str]:
    return sorted(line.proof_no for line in shop.proofs.listing().rows())


def test_each_unit_gets_its_own_number_event_signature_and_file(
    shop: OrderDesk, batches: ProofBatches, tmp_path: Path
) -> None:
    units = _redeemed(shop, STEP + 2)
    told: list[tuple[int, int]] = []
    outcome = batches.issue(units, folder=tmp_path, progress=lambda done, total: told.append((done, total)))
    assert (outcome.issued, outcome.known, outcome.files, outcome.stopped_by) == (len(units), 0, len(units), None)
    assert told == [(STEP, len(units)), (len(units), len(units))]
    assert _numbers(shop) == [f"HX-20261122-{number:06}" for number in range(1, len(units) + 1)]
    lines = [shop.proofs.get(proof_id) for proof_id in outcome.proof_ids]
    assert [line.unit_id for line in lines] == units
    assert len({line.code_text for line in lines}) == len(units)
    events = shop.desk.events("proof.issued")
    assert [event["facts"]["sha256"] for event in events] == [line.sha256 for line in lines]  # type: ignore[index]
    for line in (lines[0], lines[-1]):
        copy = (tmp_path / f"{line.proof_no}.pdf").read_bytes()
        assert copy == shop.proofs.pdf(line.id)
        assert read_signed_file(copy).fingerprint == line.fingerprint
    assert not list(tmp_path.glob(".*"))


def test_what_cannot_have_a_proof_is_named_and_stops_nobody(shop: OrderDesk, batches: ProofBatches) -> None:
    good = _redeemed(shop, 2)
    lacking = _incomplete(shop, "B2")
    sold = shop.unit_ids(shop.delivered("B3", keys=("B3-0000-0000-0001",)))[0]
    damaged = _redeemed(shop, 1, "B4")[0]
    order_id = shop.orders.by_number("B4").line.id
    Evidence(shop.context).add(EvidenceKind.CHAT_LOG, Marks(), order_id=order_id, content=b"said so", name="聊天.txt")
    (stored,) = [path for path in evidence_folder(shop.context).iterdir() if path.is_file()]
    stored.unlink()
    outcome = batches.issue([lacking, good[0], sold, damaged, 9999, good[1]])
    assert [shop.proofs.get(proof_id).unit_id for proof_id in outcome.proof_ids] == good
    assert _numbers(shop) == ["HX-20261122-000001", "HX-20261122-000002"]
    reasons = {left.order_no: left.error.text("en") for left in outcome.failed}
    assert "redemption code" in reasons["B2"]
    assert "not recorded as redeemed" in reasons["B3"]
    assert "聊天" in reasons["B4"]
    assert "not in the shop" in reasons[""]
    assert outcome.stopped_by is None


def test_stopping_keeps_what_was_issued_and_the_next_run_does_the_rest(
    shop: OrderDesk, batches: ProofBatches, tmp_path: Path
) -> None:
    units = _redeemed(shop, 7)
    asked = iter([False] * 5 + [True] * 99)
    outcome = batches.issue(units, folder=tmp_path, cancelled=lambda: next(asked))
    assert isinstance(outcome.stopped_by, CancelledError)
    # asked once before the step, then before each proof
    assert outcome.issued == 4
    assert len(list(tmp_path.glob("*.pdf"))) == 4
    assert len(_numbers(shop)) == 4
    folder = shop.context.data_dir / "proofs"
    assert sorted(path.stem for path in folder.iterdir()) == _numbers(shop)
    outcome = batches.issue(units, folder=tmp_path)
    assert (outcome.known, outcome.issued, outcome.files) == (4, 3, 7)
    assert [shop.proofs.get(proof_id).unit_id for proof_id in outcome.proof_ids] == units
    assert _numbers(shop) == [f"HX-20261122-{number:06}" for number in range(1, 8)]


def test_a_record_in_force_keeps_its_proof_and_a_corrected_one_gets_another(
    shop: OrderDesk, batches: ProofBatches
) -> None:
    first, second = _redeemed(shop, 2)
    batches.issue([first, second, first])
    shop.redeem(second, code="RX-corrected")
    outcome = batches.issue([first, second])
    assert (outcome.known, outcome.issued) == (1, 1)
    assert shop.proofs.get(outcome.proof_ids[1]).replaces_no == "HX-20261122-000002"


def test_one_file_for_the_printer_holds_every_page_in_order_and_no_signature(
    shop: OrderDesk, batches: ProofBatches, tmp_path: Path
) -> None:
    units = _redeemed(shop, 3)
    target = tmp_path / "print.pdf"
    outcome = batches.issue(units, one_file=target)
    data = target.read_bytes()
    assert b"/ByteRange" not in data
    document = pypdfium2.PdfDocument(data)
    texts = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    assert len(texts) == outcome.pages
    each = outcome.pages // 3
    for place, proof_id in enumerate(outcome.proof_ids):
        proof_no = shop.proofs.get(proof_id).proof_no
        assert all(proof_no in text for text in texts[place * each : (place + 1) * each])
    # a single proof goes to the printer as it was issued
    assert batches.printer_file(outcome.proof_ids[:1]).data == shop.proofs.pdf(outcome.proof_ids[0])


def test_a_folder_that_is_not_there_is_said_before_anything_is_issued(
    shop: OrderDesk, batches: ProofBatches, tmp_path: Path
) -> None:
    units = _redeemed(shop, 1)
    for place in ({"folder": tmp_path / "gone"}, {"one_file": tmp_path / "gone" / "x.pdf"}):
        outcome = batches.issue(units, **place)  # type: ignore[arg-type]
        assert isinstance(outcome.stopped_by, NotFoundError)
    assert _numbers(shop) == []


def test_another_file_of_the_same_name_is_not_touched(shop: OrderDesk, batches: ProofBatches, tmp_path: Path) -> None:
    units = _redeemed(shop, 2)
    (tmp_path / "HX-20261122-000001.pdf").write_bytes(b"of another shop")
    outcome = batches.issue(units, folder=tmp_path)
    assert isinstance(outcome.stopped_by, ConflictError)
    assert outcome.issued == 2
    assert (tmp_path / "HX-20261122-000001.pdf").read_bytes() == b"of another shop"


def test_a_locked_shop_ends_the_batch_but_known_proofs_can_be_collected(
    shop: OrderDesk, batches: ProofBatches, tmp_path: Path
) -> None:
    first, second = _redeemed(shop, 2)
    known = batches.issue([first]).proof_ids
    shop.context.vault.lock()
    outcome = batches.issue([second])
    assert isinstance(outcome.stopped_by, LockedError)
    assert outcome.proof_ids == []
    collected = batches.collect(known, folder=tmp_path, one_file=tmp_path / "all.pdf")
    assert (collected.files, collected.pages > 0, collected.stopped_by) == (1, True, None)


def test_an_altered_proof_is_named_and_never_printed(shop: OrderDesk, batches: ProofBatches, tmp_path: Path) -> None:
    ids = batches.issue(_redeemed(shop, 2)).proof_ids
    path = shop.context.data_dir / "proofs" / f"{shop.proofs.get(ids[0]).proof_no}.pdf"
    path.write_bytes(path.read_bytes() + b" ")
    collected = batches.collect(ids, folder=tmp_path)
    assert collected.files == 1
    assert [left.order_no for left in collected.failed] == ["B1"]
    outcome = batches.collect(ids, one_file=tmp_path / "all.pdf")
    assert "HX-20261122-000001" in str(outcome.stopped_by)
    assert not (tmp_path / "all.pdf").exists()


def test_orders_give_their_redeemed_units_once(shop: OrderDesk, batches: ProofBatches) -> None:
    units = _redeemed(shop, 2)
    shop.delivered("B9", keys=("B9-0000-0000-0001",))
    assert batches.units_of_orders(["B1", "B9", "B1"]) == units
    with pytest.raises(NotFoundError, match="B77"):
        batches.units_of_orders(["B1", "B77"])


def test_all_or_none_stays_so_for_one_order(shop: OrderDesk) -> None:
    units = _redeemed(shop, 2)
    shop.redeem(units[1], code="")
    with pytest.raises(RefusedError):
        shop.proofs.issue_for_order("B1")
    assert _numbers(shop) == []
