"""The print log: one entry and one event for each job, found again from every proof that was on the paper."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from desktop_app.domain.errors import BadInputError, NotFoundError
from desktop_app.services.listing import Sort
from desktop_app.services.prints import Prints
from tests.services.order_desk import KEYS, OrderDesk


@pytest.fixture
def prints(shop: OrderDesk) -> Prints:
    return Prints(shop.context)


@pytest.fixture
def proof_ids(shop: OrderDesk) -> list[int]:
    units = shop.unit_ids(shop.delivered(keys=KEYS[:3], paid_fen=15000))
    for unit in units:
        shop.redeem(unit)
    return [line.id for line in shop.proofs.issue_for_order("A1")]


def test_one_proof_is_logged_with_its_number_and_order(shop: OrderDesk, prints: Prints, proof_ids: list[int]) -> None:
    proof = shop.proofs.get(proof_ids[0])
    prints.note(proof.proof_no, [proof.id], pages=2, copies=3, printer="HP LaserJet")
    (line,) = prints.listing().page(0, 9)
    assert (line.proof_no, line.documents, line.pages, line.copies) == (proof.proof_no, 1, 2, 3)
    assert (line.printer, line.printed_at, line.printed_by) == ("HP LaserJet", shop.clock(), shop.context.actor)
    (event,) = shop.desk.events("proof.printed")
    assert event["order_id"] == proof.order_id
    assert event["facts"]["proof_no"] == proof.proof_no  # type: ignore[index]
    assert shop.desk.changes[-1] == {"prints"}


def test_several_proofs_are_one_entry_and_each_counts_it(shop: OrderDesk, prints: Prints, proof_ids: list[int]) -> None:
    prints.note("HX-1", proof_ids[:1], pages=2, copies=1, printer="Zebra")
    shop.clock.advance(hours=1)
    prints.note("3 proofs", [*proof_ids, proof_ids[0]], pages=6, copies=2, printer="HP")
    first, last = (prints.of_proof(proof_id) for proof_id in (proof_ids[0], proof_ids[2]))
    assert (first.times, first.copies, first.last_printer, first.last_at) == (2, 3, "HP", shop.clock())
    assert (last.times, last.copies) == (1, 2)
    assert prints.of_proof(77).times == 0
    newest = prints.listing().page(0, 1)[0]
    assert (newest.documents, newest.proof_no) == (3, "")
    (event,) = shop.desk.events("proofs.printed")
    numbers = [shop.proofs.get(proof_id).proof_no for proof_id in proof_ids]
    assert event["facts"]["proof_nos"] == numbers  # type: ignore[index]


def test_the_log_is_searched_by_title_printer_and_every_number_in_it(
    shop: OrderDesk, prints: Prints, proof_ids: list[int]
) -> None:
    prints.note("Monday", proof_ids[:2], pages=4, copies=1, printer="HP")
    prints.note("Tuesday", proof_ids[2:], pages=2, copies=9, printer="Zebra 100%")
    titles = {
        text: [line.title for line in prints.listing(text).rows()]
        for text in ("Mon", "100%", "%", shop.proofs.get(proof_ids[1]).proof_no, "nothing")
    }
    assert list(titles.values()) == [["Monday"], ["Tuesday"], ["Tuesday"], ["Monday"], []]
    assert [line.copies for line in prints.listing("", Sort("copies")).rows()] == [1, 9]


def test_what_cannot_have_been_printed_is_refused_and_leaves_no_trace(
    shop: OrderDesk, prints: Prints, proof_ids: list[int]
) -> None:
    for numbers in ({"copies": 0}, {"copies": 1000}, {"pages": 0}):
        with pytest.raises(BadInputError):
            prints.note("t", proof_ids, **{"pages": 1, "copies": 1, "printer": "HP", **numbers})  # type: ignore[arg-type]
    for ids in ([], [proof_ids[0], 999]):
        with pytest.raises(NotFoundError):
            prints.note("t", ids, pages=1, copies=1, printer="HP")
    assert prints.listing().count() == 0
    assert not shop.desk.events("proof.printed")


def test_the_log_is_exported_and_never_rewritten(
    shop: OrderDesk, prints: Prints, proof_ids: list[int], tmp_path: Path
) -> None:
    prints.note("=1+1", proof_ids, pages=6, copies=2, printer="HP")
    target = tmp_path / "prints.csv"
    assert shop.reports.export("prints", target, where="HP", language="en") == 1
    (row,) = csv.DictReader(target.read_text("utf-8-sig").splitlines())
    assert (row["Title"].lstrip("'"), row["Documents"], row["Pages"], row["Copies"]) == ("=1+1", "3", "6", "2")
    for sql in ("UPDATE prints SET copies = 1", "DELETE FROM printed_proofs"):
        with pytest.raises(DBAPIError):
            shop.desk.execute(sql)
