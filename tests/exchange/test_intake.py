"""The drop folder: nothing lost, nothing taken twice, nothing that stops the queue, wherever the program dies."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desktop_app.domain.errors import LockedError, NotFoundError, StorageError
from desktop_app.exchange.intake import (
    DEFAULT_SOURCE,
    MAX_FILES_PER_SCAN,
    ClaimedFile,
    DropFolder,
    IntakeReport,
    Outcome,
    Trust,
    sign,
)
from desktop_app.exchange.request_files import RequestDraft

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
OLD = NOW.timestamp() - 60


class Killed(BaseException):
    """The program died here."""


class Receiver:
    """Stands for the database: it survives a kill, and knows requests by source, id and digest."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.calls: list[tuple[RequestDraft, Trust, ClaimedFile]] = []

    def __call__(self, claimed: ClaimedFile, draft: RequestDraft, trust: Trust) -> Outcome:
        self.calls.append((draft, trust, claimed))
        known = self.kept.setdefault((draft.source, draft.external_id), draft.sha256)
        first = sum(call[0].external_id == draft.external_id for call in self.calls) == 1
        if known != draft.sha256:
            return Outcome.CONFLICT
        return Outcome.RECEIVED if first else Outcome.ALREADY


@pytest.fixture
def folder(tmp_path: Path) -> DropFolder:
    drop = DropFolder(tmp_path / "drop")
    drop.create()
    return drop


def put(folder: DropFolder, name: str, data: bytes | dict[str, Any] | list[Any], age: float = 60) -> Path:
    path = folder.incoming / name
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    moment = NOW.timestamp() - age
    os.utime(path, (moment, moment))
    return path


def request(number: object, **more: Any) -> dict[str, Any]:
    return {"id": f"R-{number}", "order_no": f"A{number}", **more}


def run(folder: DropFolder, receiver: Callable[..., Outcome], now: datetime = NOW, **more: Any) -> IntakeReport:
    return folder.process(now, receiver, zone=SHANGHAI, **more)


def names(path: Path) -> list[str]:
    """The writers' names of the files in a folder of ours."""
    return sorted(entry.name.split("-", 2)[2] for entry in path.iterdir())


def reason_of(folder: DropFolder, name: str) -> str:
    (found,) = (entry for entry in folder.bad.iterdir() if entry.name.endswith(f"{name}.reason.txt"))
    return found.read_text(encoding="utf-8")


def test_a_request_is_taken(folder: DropFolder) -> None:
    put(folder, "one.json", request(1, requested_at="2026-11-22 11:00"))
    receiver = Receiver()
    report = run(folder, receiver)
    assert (report.received, report.already, report.conflicts, report.rejected) == (1, 0, 0, [])
    assert names(folder.done) == ["one.json"]
    assert not list(folder.incoming.iterdir())
    assert not list(folder.work.iterdir())
    draft, trust, claimed = receiver.calls[0]
    assert draft.source == DEFAULT_SOURCE
    assert draft.requested_at == datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert trust is Trust.UNVERIFIED
    assert (claimed.name, claimed.claimed_at) == ("one.json", NOW)


def test_csv_and_lists_are_taken(folder: DropFolder) -> None:
    put(folder, "a.CSV", "申请编号,订单号,原因\nR-1,A1,拍错商品\nR-2,A2,重复下单\n".encode())
    put(folder, "b.json", [request(3), request(4)])
    assert run(folder, Receiver()).received == 4


def test_half_written_files_wait(folder: DropFolder) -> None:
    put(folder, "fresh.json", b'{"id":', age=1)
    put(folder, ".hidden.json.tmp", request(1))
    put(folder, ".hidden.json", request(1))
    put(folder, "note.txt", b"x")
    assert folder.scan(NOW) == []
    put(folder, "fresh.json", request(1), age=0)
    assert folder.scan(NOW + timedelta(seconds=1)) == []
    assert folder.scan(NOW + timedelta(seconds=2.5)) == [folder.incoming / "fresh.json"]


def test_a_clock_ahead_on_the_writers_side(folder: DropFolder) -> None:
    put(folder, "future.json", request(1), age=-3600)
    assert folder.scan(NOW) == []
    assert len(folder.scan(NOW + timedelta(seconds=2))) == 1


def test_the_same_again_and_a_conflict(folder: DropFolder) -> None:
    receiver = Receiver()
    put(folder, "a.json", request(1, reason="wrong_item"))
    run(folder, receiver)
    put(folder, "a.json", b'{ "reason":"\\u62cd\\u9519\\u5546\\u54c1", "order_no":"A1","id":"R-1"}')
    assert run(folder, receiver).already == 1
    put(folder, "a.json", request(1, reason="invalid_card"))
    report = run(folder, receiver)
    assert report.conflicts == 1
    assert "R-1" in reason_of(folder, "a.json")
    assert len(receiver.kept) == 1
    assert names(folder.done) == ["a.json", "a.json"]


BAD_CONTENT = [
    b"",
    b"[]",
    b"{}",
    b"null",
    b"\x00",
    b"\xff\xfe\x00\x01",
    b'"text"',
    b"[[[",
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b'{"id":"R-1","id":"R-2","order_no":"A"}',
    b'{"id":"R-1","order_no":"A","text":"\\ud800"}',
    b'{"id":"\\ud800","order_no":"A"}',
    b'{"id":NaN,"order_no":"A"}',
    b'{"id":' + b"9" * 5000 + b"}",
    b'{"id":"R-1","order_no":"A","fee":1e400}',
    b'{"id":"a b","order_no":"A"}',
    b'{"id":"' + b"R" * 65 + b'","order_no":"A"}',
    b'[{"id":"R-1","order_no":"A"},{"id":"R-2"}]',
    b'{"id":"R-1","order_no":"A"}' + b" " * 65_536,
]


def test_nothing_stops_the_queue(folder: DropFolder) -> None:
    for number, content in enumerate(BAD_CONTENT):
        put(folder, f"bad{number:02}.json", content, age=100)
        put(folder, f"bad{number:02}.csv", content, age=100)
    put(folder, "good.json", request(1))
    receiver = Receiver()
    report = run(folder, receiver)
    assert report.received == 1
    assert len(report.rejected) == 2 * len(BAD_CONTENT)
    for result in report.rejected:
        assert result.en
        assert result.zh
        assert result.en in reason_of(folder, result.name.split("-", 2)[2])
    assert names(folder.done) == ["good.json"]
    assert not list(folder.work.iterdir())


def test_a_receiver_that_breaks_does_not_stop_the_queue(folder: DropFolder) -> None:
    errors: dict[str, Exception] = {
        "R-1": RecursionError(),
        "R-2": KeyError("x"),
        "R-3": OSError("disk"),
        "R-4": NotFoundError("There is no order {no}.", "没有订单 {no}。", no="A4"),
        "R-5": UnicodeEncodeError("utf-8", "\ud800", 0, 1, "x"),
    }
    for number in range(1, 7):
        put(folder, f"{number}.json", request(number))

    def handle(_claimed: ClaimedFile, draft: RequestDraft, _trust: Trust) -> Outcome:
        if draft.external_id in errors:
            raise errors[draft.external_id]
        return Outcome.RECEIVED

    report = run(folder, handle)
    assert report.received == 1
    assert len(report.rejected) == 5
    assert "There is no order A4." in reason_of(folder, "4.json")
    assert "没有订单 A4。" in reason_of(folder, "4.json")


def test_one_refused_request_of_a_file_leaves_the_others(folder: DropFolder) -> None:
    put(folder, "list.json", [request(1), request(2), request(3)])
    taken: list[str] = []

    def handle(_claimed: ClaimedFile, draft: RequestDraft, _trust: Trust) -> Outcome:
        if draft.external_id == "R-2":
            raise NotFoundError("There is no such order.", "没有这个订单。")
        taken.append(draft.external_id)
        return Outcome.RECEIVED

    assert run(folder, handle).received == 2
    assert taken == ["R-1", "R-3"]
    assert "R-2" in reason_of(folder, "list.json")


@pytest.mark.parametrize("error", [LockedError("Locked.", "已锁定。"), StorageError("Full.", "磁盘已满。")])
def test_what_cannot_be_stored_now_stays_and_comes_again(folder: DropFolder, error: Exception) -> None:
    put(folder, "a.json", request(1))
    put(folder, "b.json", request(2))

    def handle(_claimed: ClaimedFile, _draft: RequestDraft, _trust: Trust) -> Outcome:
        raise error

    assert run(folder, handle).received == 0
    assert names(folder.work) == ["a.json", "b.json"]
    receiver = Receiver()
    assert run(folder, receiver, NOW + timedelta(hours=1)).received == 2
    assert {claimed.claimed_at for _, _, claimed in receiver.calls} == {NOW}  # the clock runs from the claim


def test_a_receiver_may_ask_to_wait(folder: DropFolder) -> None:
    put(folder, "a.json", request(1))
    assert run(folder, lambda *_: Outcome.WAIT).waiting == 1
    assert names(folder.work) == ["a.json"]


def test_links_pipes_and_folders_are_refused(folder: DropFolder, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(request(9)))
    (folder.incoming / "link.json").symlink_to(secret)
    (folder.incoming / "dangling.json").symlink_to(tmp_path / "missing")
    (folder.incoming / "zero.json").symlink_to("/dev/zero")
    (folder.incoming / "dir.json").mkdir()
    expected = ["dangling.json", "dir.json", "link.json", "zero.json"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder.incoming / "pipe.json")
        expected.append("pipe.json")
    receiver = Receiver()
    report = run(folder, receiver)
    assert sorted(result.name.split("-", 2)[2] for result in report.rejected) == sorted(expected)
    assert not receiver.calls
    assert json.loads(secret.read_text())["id"] == "R-9"


def test_huge_files_are_refused_without_reading(folder: DropFolder) -> None:
    path = put(folder, "sparse.json", b"{}")
    with path.open("r+b") as file:
        file.truncate(1 << 30)
    os.utime(path, (OLD, OLD))
    assert "64 KiB" in run(folder, Receiver()).rejected[0].en


def test_hostile_names(folder: DropFolder) -> None:
    hostile = [
        "a\nb.json",
        "exe\u202enosj.json",
        "%s{0}{name}.json",
        "x" * 200 + ".json",
        "卡" * 80 + ".csv",
        "'; --.json",
    ]
    for name in hostile:
        put(folder, name, b"[]")
    raw = os.fsencode(folder.incoming) + b"/\xff\xfe.json"
    with open(raw, "wb") as file:  # noqa: PTH123 - the name is no text
        file.write(b"[]")
    os.utime(raw, (OLD, OLD))
    report = run(folder, Receiver())
    assert len(report.rejected) == len(hostile) + 1
    assert all(result.name.isprintable() or "\ufffd" in result.name for result in report.rejected)
    assert sum(entry.name.endswith(".reason.txt") for entry in folder.bad.iterdir()) == len(hostile) + 1


def test_at_most_200_files_a_pass_oldest_first(folder: DropFolder) -> None:
    for number in range(MAX_FILES_PER_SCAN + 5):
        put(folder, f"{number}.json", request(number), age=1000 - number)
    receiver = Receiver()
    report = run(folder, receiver)
    assert report.more
    assert [draft.external_id for draft, _, _ in receiver.calls][:3] == ["R-0", "R-1", "R-2"]
    assert report.received == MAX_FILES_PER_SCAN
    assert run(folder, receiver).received == 5


def test_a_long_name_is_cut_between_characters(folder: DropFolder) -> None:
    put(folder, "x" + "卡" * 80 + ".json", request(1))
    assert run(folder, Receiver()).received == 1
    (done,) = names(folder.done)
    done.encode()  # half a character is no text, and no name on some systems
    assert done == "x" + "卡" * 51 + ".json"


def test_a_kill_parts_no_signature_from_a_file_with_a_long_name(folder: DropFolder) -> None:
    keys = {"site": b"k" * 32}
    name = "卡" * 80 + ".json"
    data = json.dumps(request(1, source="site")).encode()
    put(folder, name, data)
    (folder.incoming / f"{name}.sig").write_text(sign(data, keys["site"]))
    with pytest.MonkeyPatch.context() as monkeypatch:
        Killer(monkeypatch, 2, after=False)  # the signature is claimed, its file not yet
        with pytest.raises(Killed):
            run(folder, Receiver(), key_of=keys.get)
    receiver = Receiver()
    run(folder, receiver, key_of=keys.get)
    assert [call[1] for call in receiver.calls] == [Trust.VERIFIED]


def test_signatures(folder: DropFolder) -> None:
    keys = {"site": b"k" * 32}
    data = json.dumps(request(1, source="site")).encode()
    receiver = Receiver()

    def drop(name: str, content: bytes, signature: str | None) -> IntakeReport:
        if signature is not None:
            (folder.incoming / f"{name}.sig").write_text(signature)
        put(folder, name, content)
        return run(folder, receiver, key_of=keys.get)

    assert drop("signed.json", data, sign(data, keys["site"]).upper() + "\n").received == 1
    assert receiver.calls[-1][1] is Trust.VERIFIED
    drop("unsigned.json", data, None)
    assert receiver.calls[-1][1] is Trust.UNVERIFIED
    drop("stranger.json", json.dumps(request(2, source="other")).encode(), "00" * 32)
    assert receiver.calls[-1][1] is Trust.UNVERIFIED
    calls = len(receiver.calls)
    for name, signature in (("forged.json", sign(data, b"other")), ("odd.json", "é" * 64), ("empty.json", "")):
        assert "signature" in drop(name, data, signature).rejected[0].en
    assert len(receiver.calls) == calls
    assert not list(folder.incoming.iterdir())
    assert not list(folder.work.iterdir())


class Killer:
    """Dies before or after the n-th change of the file system."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int, after: bool) -> None:
        self.steps = 0
        for name in ("rename", "replace", "write_text"):
            monkeypatch.setattr(Path, name, self._deadly(getattr(Path, name), at, after))

    def _deadly(self, real: Callable[..., Any], at: int, after: bool) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            self.steps += 1
            if self.steps == at and not after:
                raise Killed
            result = real(*arguments, **named)
            if self.steps == at:
                raise Killed
            return result

        return step


@pytest.mark.parametrize("after", [False, True])
def test_a_kill_at_any_step_loses_nothing_and_takes_nothing_twice(tmp_path: Path, after: bool) -> None:
    key = {"site": b"secret"}
    at = 0
    while True:
        at += 1
        folder = DropFolder(tmp_path / f"drop{at}")
        folder.create()
        signed = json.dumps(request(3, source="site")).encode()
        (folder.incoming / "c.json.sig").write_text(sign(signed, key["site"]))
        put(folder, "a.json", request(1), age=103)
        put(folder, "b.json", b"[]", age=102)
        put(folder, "c.json", signed, age=101)
        put(folder, "d.json", [request(4), request(5)], age=100)
        receiver = Receiver()
        killed = False
        with pytest.MonkeyPatch.context() as patch:
            Killer(patch, at, after)
            try:
                run(folder, receiver, key_of=key.get)
            except Killed:
                killed = True
        run(DropFolder(folder.root), receiver, key_of=key.get)
        assert not list(folder.incoming.iterdir()), at
        assert not list(folder.work.iterdir()), at
        assert sorted(id_ for _, id_ in receiver.kept) == ["R-1", "R-3", "R-4", "R-5"], at
        assert all(trust is Trust.VERIFIED for draft, trust, _ in receiver.calls if draft.source == "site"), at
        assert names(folder.done) == ["a.json", "c.json", "c.json.sig", "d.json"], at
        assert names(folder.bad) == ["b.json", "b.json.reason.txt"], at
        if not killed:
            break
    assert at > 10


def test_a_kill_between_two_requests_of_a_file(folder: DropFolder) -> None:
    put(folder, "list.json", [request(1), request(2)])
    receiver = Receiver()

    def dies(claimed: ClaimedFile, draft: RequestDraft, trust: Trust) -> Outcome:
        receiver(claimed, draft, trust)
        raise Killed

    with pytest.raises(Killed):
        run(folder, dies)
    report = run(folder, receiver)
    assert (report.already, report.received) == (1, 1)
    assert names(folder.done) == ["list.json"]


def test_a_file_that_vanishes_before_the_claim(folder: DropFolder) -> None:
    path = put(folder, "a.json", request(1))
    path.unlink()
    assert folder.claim(path, NOW) is None


def test_the_folders_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "drop").write_text("a file")
    with pytest.raises(StorageError):
        DropFolder(tmp_path / "drop").create()
