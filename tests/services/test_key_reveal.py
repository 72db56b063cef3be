"""Keys in clear for a file: the same whether this process opens them or a second one, and never half a file."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest

from desktop_app.domain.errors import LockedError, StorageError
from desktop_app.services import key_reveal
from desktop_app.services.key_reveal import plain_keys
from desktop_app.services.reports import Reports
from desktop_app.storage import field_process
from desktop_app.storage.field_process import FieldProcess
from tests.csv_files import read_back
from tests.services.desk import Desk

KEYS = (
    *("=cmd|A1----pw", "卡号----密码，一", "'0012345678901234567", "ABCD-0001-0002", '"quoted"', "a,b", "😀-0001"),
    *("1-2-3-4-5", "back\\slash", "x" * 300, "00000000000000000001"),
)


@pytest.fixture
def ids(desk: Desk) -> list[int]:
    """Keys of two products in turn, so that every part has both."""
    products = [desk.product("A"), desk.product("B")]
    return [
        key_id
        for place in range(0, len(KEYS), 2)
        for product, key in zip(products, KEYS[place : place + 2], strict=False)
        for key_id in desk.stock(product, key)
    ]


@pytest.fixture(params=[False, True], ids=["here", "second process"])
def by_two(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Three keys at a time, opened here or by a second process."""
    monkeypatch.setattr(field_process, "WORTH_IT", 1 if request.param else 10**9)
    monkeypatch.setattr(key_reveal, "_KEYS", 3)
    return bool(request.param)


@pytest.mark.usefixtures("by_two")
def test_every_key_comes_as_it_went_in(desk: Desk, ids: list[int], tmp_path: Path) -> None:
    reports = Reports(desk.context)
    reports.export("keys", tmp_path / "keys.txt", reveal=True)
    assert (tmp_path / "keys.txt").read_text("utf-8") == "".join(f"{key}\n" for key in KEYS)
    reports.export("keys", tmp_path / "keys.csv", reveal=True)
    rows = {int(row[0]): row[2] for row in list(read_back(tmp_path / "keys.csv"))[1:]}
    assert rows == dict(zip(ids, KEYS, strict=True))


@pytest.mark.usefixtures("by_two")
def test_keys_that_are_damaged_of_older_keys_or_gone(desk: Desk, ids: list[int]) -> None:
    desk.execute("UPDATE card_keys SET sealed = x'0102' WHERE id = ?", ids[1])
    desk.execute(
        "UPDATE card_keys SET sealed = (SELECT sealed FROM card_keys WHERE id = ?) WHERE id = ?", ids[0], ids[4]
    )
    with desk.context.read() as session:
        row = "SELECT k.tag, p.uid FROM card_keys k JOIN products p ON p.id = k.product_id WHERE k.id = ?"
        tag, uid = session.connection().exec_driver_sql(row, (ids[3],)).one()
    vault = desk.context.vault
    successor = vault.successor()
    desk.execute("UPDATE card_keys SET sealed = ? WHERE id = ?", successor.seal_card(tag, b"two\nlines", uid), ids[3])
    vault.take_over(successor)  # all others are of the keys before, as in the middle of a rotation
    wanted = array("I", [*ids[:2], 10**6, *ids[2:], 10**6 + 1])
    expected = [KEYS[0], "✗", None, KEYS[2], "two\nlines", "✗", *KEYS[5:], None]
    assert list(plain_keys(desk.context, wanted)) == list(zip(wanted, expected, strict=True))


@pytest.mark.usefixtures("by_two")
@pytest.mark.parametrize("kind", ["txt", "csv", "xlsx"])
def test_locking_ends_the_export(
    desk: Desk, ids: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    texts = key_reveal._texts

    def locked_after(*given: object) -> list[str]:
        found = texts(*given)  # type: ignore[arg-type]
        desk.context.vault.lock()
        return found

    monkeypatch.setattr(key_reveal, "_texts", locked_after)
    with pytest.raises(LockedError):
        Reports(desk.context).export("keys", tmp_path / f"keys.{kind}", reveal=True)
    assert list(tmp_path.glob("*keys*")) == []
    assert desk.events("export.written") == []


def test_no_half_file_when_the_second_process_dies(
    desk: Desk, ids: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(field_process, "WORTH_IT", 1)
    started: list[FieldProcess] = []
    launched = FieldProcess.launched

    def killed(module: str, secrets: tuple[bytes, ...]) -> FieldProcess | None:
        process = launched(module, secrets)
        assert process is not None
        process._process.kill()
        started.append(process)
        return process

    monkeypatch.setattr(FieldProcess, "launched", killed)
    for kind in ("txt", "csv", "xlsx"):
        with pytest.raises(StorageError, match="ended from outside; no file was written"):
            Reports(desk.context).export("keys", tmp_path / f"keys.{kind}", reveal=True)
    assert len(started) == 3
    assert list(tmp_path.glob("*keys*")) == []
