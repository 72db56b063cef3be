"""What a program that died left beside the shop goes at the next start, and nothing else."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from desktop_app.services import Shop
from desktop_app.storage import backup_making, connections
from desktop_app.storage.database import FILE_NAME
from tests.services.sealed_shop import PASSWORD, make_shop

HALF = f".HX-20261122-000002.pdf.{'a' * 32}.part"


def _put(path: Path, age: float = 60.0) -> Path:
    path.write_bytes(b"half")
    os.utime(path, (time.time() - age,) * 2)
    return path


def _reopened(folder: Path) -> Shop:
    return Shop.open(folder)


def test_half_files_and_papers_that_were_never_issued_go(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    make_shop(folder).close()
    proofs, evidence = folder / "proofs", folder / "evidence"
    (issued,) = proofs.iterdir()
    pieces = sorted(evidence.iterdir())
    halves = [_put(proofs / HALF), _put(evidence / f".{'b' * 64}.{'c' * 32}.part")]
    never = _put(proofs / "HX-20261122-000002.pdf")
    others = [_put(proofs / "mine.part"), _put(proofs / "HX-20261122-000001 (1).pdf"), _put(evidence / ".keep")]
    shop = _reopened(folder)
    assert not any(path.exists() for path in (*halves, never))
    assert all(path.exists() for path in (issued, *pieces, *others))
    shop.unlock(PASSWORD)
    shop.close()


def test_what_another_program_may_be_writing_stays(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    make_shop(folder).close()
    first = _reopened(folder)
    half = _put(folder / "proofs" / HALF)
    _reopened(folder).close()
    assert half.exists(), "the first program may still be writing it"
    first.close()
    newer = _put(folder / "evidence" / HALF, age=-60.0)
    _reopened(folder).close()
    assert not half.exists()
    assert newer.exists()


def test_who_writes_just_now_does_not_keep_the_shop_from_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shop"
    make_shop(folder).close()
    never = _put(folder / "proofs" / "HX-20261122-000002.pdf")
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.01)
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        _reopened(folder).close()
        writer.execute("ROLLBACK")
    assert never.exists()
    _reopened(folder).close()
    assert not never.exists()


def test_papers_of_a_shop_that_was_put_back_stay(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shop = make_shop(folder)
    shop.close()
    older = (folder / FILE_NAME).read_bytes()
    shop = _reopened(folder)
    shop.unlock(PASSWORD)
    (order,) = [order for order in (shop.orders.by_number("A1"),) if order]
    issued = shop.proofs.issue(order.units[0].id)
    shop.close()
    (folder / FILE_NAME).write_bytes(older)
    _reopened(folder).close()
    assert (folder / "proofs" / f"{issued.proof_no}.pdf").exists()


def test_half_a_backup_goes_unless_one_is_being_made(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shop = make_shop(folder)
    whole = shop.backups.make()
    shop.close()
    staging = whole.path.parent
    names = ("kamidesk-20200101T000000Z.db.part", "kamidesk-20200101T000000Z.db.part-journal")
    halves = [_put(staging / name) for name in names]
    others = [_put(staging / "holiday.db.part"), _put(staging / "kamidesk-20200101T000000Z.note")]
    with backup_making.alone(folder):
        _reopened(folder).close()
    assert all(path.exists() for path in halves), "another program is making it"
    _reopened(folder).close()
    assert not any(path.exists() for path in halves)
    assert all(path.exists() for path in (whole.path, whole.path.with_suffix(".json"), *others))
