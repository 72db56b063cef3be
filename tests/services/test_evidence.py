from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from desktop_app.domain.errors import (
    BadInputError,
    CancelledError,
    LockedError,
    NotFoundError,
    RefusedError,
    StorageError,
)
from desktop_app.domain.file_kinds import FileKind, FileWarning
from desktop_app.domain.states import EvidenceKind, VerdictKind
from desktop_app.services.evidence import Evidence, EvidenceLine, Marks, evidence_folder, verify_evidence
from desktop_app.services.soundness import check_shop
from tests.services.order_desk import OrderDesk

CHAT = EvidenceKind.CHAT_LOG
NOTHING = Marks()


@pytest.fixture
def evidence(shop: OrderDesk) -> Evidence:
    return Evidence(shop.context)


def file_of(shop: OrderDesk, evidence_id: int) -> Path:
    name = shop.desk.scalar("SELECT stored_name FROM evidence WHERE id = ?", evidence_id)
    return evidence_folder(shop.context) / str(name)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


@contextmanager
def reading(shop: OrderDesk, order_id: int | None = None, ids: list[int] | None = None) -> Iterator[None]:
    with shop.context.read() as session:
        verify_evidence(shop.context, session, ids, order_id=order_id)
        yield


def test_evidence_of_an_order_without_a_request_counts_for_a_later_one(shop: OrderDesk, evidence: Evidence) -> None:
    order_id = shop.delivered()
    evidence.add(EvidenceKind.ORDER_SCREENSHOT, Marks(source=" 平台 "), order_id=order_id, content=b"a", name="a.png")
    request_id = shop.ask_back()
    evidence.add(EvidenceKind.PAYMENT_SCREENSHOT, NOTHING, request_id=request_id, content=b"b", name="b.png")
    detail = shop.requests.detail(request_id)
    assert [(line.name, line.request_no, line.source) for line in detail.evidence] == [
        ("a.png", "", "平台"),
        ("b.png", detail.line.request_no, ""),
    ]
    assert detail.line.verdict is VerdictKind.APPROVE_WITH_FEE
    assert evidence.of_order(order_id) == detail.evidence
    [first, second] = shop.desk.events("evidence.added")
    assert first["facts"] | {"kind": "order_screenshot", "size": 1, "request_no": ""} == first["facts"]  # type: ignore[operator]
    assert second["facts"]["request_no"] == detail.line.request_no  # type: ignore[index]


def test_a_written_promise_changes_the_verdict_when_it_is_marked_and_when_it_is_taken_back(
    shop: OrderDesk, evidence: Evidence
) -> None:
    shop.delivered()
    request_id = shop.ask_back()
    piece = evidence.add(CHAT, NOTHING, request_id=request_id, content=b"x", name="x.png")
    taken = shop.clock() - timedelta(hours=2)
    evidence.change(piece, Marks(taken, "买家 13812345678", True, True, "备注 "))
    line = evidence.get(piece)
    assert line == EvidenceLine(
        **{
            **{field: getattr(line, field) for field in EvidenceLine.__dataclass_fields__},
            "captured_at": taken,
            "source": "买家 13812345678",
            "written_promise": True,
            "in_platform_chat": True,
            "note": "备注",
        }
    )
    evidence.change(piece, Marks(taken, "买家 13812345678", False, True, "备注"))
    [changed, again] = [event["facts"] for event in shop.desk.events("evidence.changed")]
    assert isinstance(changed, dict)
    assert isinstance(again, dict)
    assert changed["written_promise"] is True
    assert changed["source"] is True, "no words of the buyer in the log"
    assert again["written_promise"] is False
    assert "source" not in again
    assert "13812345678" not in str(shop.desk.events())


def test_describing_it_as_it_is_writes_nothing(shop: OrderDesk, evidence: Evidence) -> None:
    order_id = shop.delivered()
    piece = evidence.add(CHAT, Marks(source="平台"), order_id=order_id, content=b"x", name="x.png")
    evidence.change(piece, Marks(source=" 平台 "))
    assert shop.desk.events("evidence.changed") == []


def test_the_file_and_the_kind_can_never_be_changed(shop: OrderDesk, evidence: Evidence) -> None:
    piece = evidence.add(CHAT, NOTHING, order_id=shop.delivered(), content=b"x", name="x.png")
    for column, value in (("sha256", "0" * 64), ("kind", "identity"), ("stored_name", "0" * 64), ("size", 7)):
        with pytest.raises(IntegrityError, match="stays as it was"):
            shop.desk.execute(f"UPDATE evidence SET {column} = ? WHERE id = ?", value, piece)
    with pytest.raises(IntegrityError):
        shop.desk.execute("DELETE FROM evidence WHERE id = ?", piece)


def test_a_time_in_the_future_is_refused(shop: OrderDesk, evidence: Evidence) -> None:
    order_id = shop.delivered()
    now = shop.clock()
    with pytest.raises(BadInputError, match="future"):
        evidence.add(CHAT, Marks(captured_at=now + timedelta(microseconds=1)), order_id=order_id)
    piece = evidence.add(CHAT, Marks(captured_at=now), order_id=order_id)
    with pytest.raises(BadInputError, match="future"):
        evidence.change(piece, Marks(captured_at=now + timedelta(days=1)))


def test_a_closed_request_takes_none_and_a_decided_one_still_does(shop: OrderDesk, evidence: Evidence) -> None:
    shop.paid("A1")
    decided = shop.ask_back()
    shop.requests.approve(decided, token=shop.requests.preview(decided).token)
    evidence.add(CHAT, NOTHING, request_id=decided, content=b"after", name="mediation.pdf")
    shop.paid("A2")
    withdrawn = shop.ask_back("A2")
    shop.requests.withdraw(withdrawn, "买家撤回")
    with pytest.raises(RefusedError, match="withdrawn"):
        evidence.add(CHAT, NOTHING, request_id=withdrawn, content=b"x", name="x.png")
    assert len(list(evidence_folder(shop.context).iterdir())) == 1, "what was refused leaves no file behind"
    for target in ({"order_id": 99}, {"request_id": 99}):
        with pytest.raises(NotFoundError):
            evidence.add(CHAT, NOTHING, content=b"x", name="x.png", **target)  # type: ignore[arg-type]


def test_the_same_file_is_filed_once_as_one_kind(shop: OrderDesk, evidence: Evidence) -> None:
    order_id = shop.delivered()
    evidence.add(CHAT, NOTHING, order_id=order_id, content=b"same", name="a.png")
    with pytest.raises(RefusedError, match=r"a\.png \(Chat log\)"):
        evidence.add(CHAT, NOTHING, order_id=order_id, content=b"same", name="b.png")
    evidence.add(EvidenceKind.NEGOTIATION_RECORD, NOTHING, order_id=order_id, content=b"same", name="b.png")
    assert len(list(evidence_folder(shop.context).iterdir())) == 1


def test_a_proposal_of_the_time_comes_from_the_file_and_never_from_the_future(
    shop: OrderDesk, evidence: Evidence, tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    then = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    os.utime(path, (then.timestamp(), then.timestamp()))
    looked = evidence.look_at(path)
    assert (looked.name, looked.kind, looked.captured_at) == ("a.png", FileKind.PNG, then)
    later = shop.clock() + timedelta(days=400)
    os.utime(path, (later.timestamp(), later.timestamp()))
    assert evidence.look_at(path).captured_at == shop.clock()
    assert evidence.look_at_bytes("a.txt", b"MZ").warnings == (FileWarning.PROGRAM,)


def test_locked_lists_stay_and_files_do_not(shop: OrderDesk, evidence: Evidence) -> None:
    order_id = shop.delivered()
    piece = evidence.add(CHAT, NOTHING, order_id=order_id, content=b"x", name="x.png")
    shop.context.vault.lock()
    assert evidence.get(piece).sha256
    evidence.change(piece, Marks(note="seen while locked"))
    evidence.add(CHAT, NOTHING, order_id=order_id)
    for step in (
        lambda: evidence.file(piece),
        lambda: evidence.add(CHAT, NOTHING, order_id=order_id, content=b"y", name="y"),
    ):
        with pytest.raises(LockedError):
            step()
    with pytest.raises(LockedError), reading(shop, order_id):
        pass


def test_what_was_altered_or_is_missing_blocks_a_proof_that_lists_it_and_is_found(
    shop: OrderDesk, evidence: Evidence
) -> None:
    order_id = shop.delivered()
    good = evidence.add(CHAT, NOTHING, order_id=order_id, content=b"good", name="good.png")
    bad = evidence.add(CHAT, NOTHING, order_id=order_id, content=b"bad", name="bad.png")
    evidence.add(CHAT, NOTHING, order_id=order_id)
    with reading(shop, order_id):
        assert evidence.check() == []
    assert check_shop(shop.context) == []
    kept = file_of(shop, bad).read_bytes()
    flip(file_of(shop, bad))
    with pytest.raises(StorageError, match=r"bad\.png \(A1\) was altered"), reading(shop, order_id):
        pass
    with reading(shop, ids=[good]):
        pass
    with pytest.raises(StorageError, match=r"bad\.png \(A1\)"):
        evidence.file(bad)
    assert [(finding.id, finding.order_no) for finding in evidence.check()] == [(bad, "A1")]
    assert ["bad.png" in finding.en and "改动" in finding.zh for finding in check_shop(shop.context)] == [True]
    file_of(shop, bad).unlink()
    with pytest.raises(StorageError, match=r"bad\.png \(A1\) is missing"), reading(shop, ids=[bad]):
        pass
    shop.context.vault.lock()
    assert [finding.id for finding in evidence.check()] == [bad], "missing is seen while locked"
    file_of(shop, bad).write_bytes(kept)
    assert evidence.check() == []
    file_of(shop, bad).write_bytes(kept + b"\x00")
    assert [finding.id for finding in evidence.check()] == [bad], "so is another size"


def test_the_check_counts_files_and_can_be_stopped(shop: OrderDesk, evidence: Evidence) -> None:
    order_id = shop.delivered()
    for number in range(3):
        evidence.add(CHAT, NOTHING, order_id=order_id, content=bytes([number]), name=f"{number}.png")
    told: list[tuple[int, int]] = []
    evidence.check(lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]

    def stop(done: int, _total: int) -> None:
        if done:
            raise CancelledError("stop", "停")

    with pytest.raises(CancelledError):
        evidence.check(stop)
