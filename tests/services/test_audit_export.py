"""The log in one file: read by somebody who has nothing else."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_app.domain.errors import BadInputError, CancelledError, NotFoundError
from desktop_app.domain.states import ProductKind
from desktop_app.services import Shop
from desktop_app.services.audit_check import check_log
from desktop_app.services.audit_export import check_export
from desktop_app.services.products import ProductDraft
from desktop_app.services.settings import ShopSettings
from desktop_app.storage import audit
from desktop_app.storage.vault_slots import Argon2Cost
from tests.services.desk import Clock

PASSWORD = "correct horse 9"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made, _ = Shop.create(
        tmp_path / "shop",
        protection="password",
        password=PASSWORD,
        settings=ShopSettings(shop_name="小王卡铺"),
        actor="林默",
        clock=Clock(),
        cost=Argon2Cost(16, 2, 1),
    )
    for number in range(4):
        made.products.add(ProductDraft(code=f"P{number}", name=f"秘密商品 {number}", kind=ProductKind.GAME_CARD))
    yield made
    made.close()


@pytest.fixture
def file(shop: Shop, tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    shop.audit.export(path)
    return path


def _lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)


def _first_event(lines: list[bytes]) -> int:
    return next(number for number, line in enumerate(lines) if line.startswith(b'{"head":"') and b'"leaf"' in line)


def test_it_verifies_without_the_shop_and_says_who_signed(shop: Shop, file: Path) -> None:
    report = check_export(file)
    assert report.is_intact
    assert report.shop_name == "小王卡铺"
    assert report.signed_seq == report.events == len(_lines(file)) - _first_event(_lines(file))
    assert report.fingerprints == (shop.identities.ensure().fingerprint,)
    assert check_export(file, fingerprint=report.fingerprints[0]).is_intact
    assert not check_export(file, fingerprint="cd" * 32).is_intact
    with pytest.raises(BadInputError):
        check_export(file, fingerprint="not a fingerprint")


def test_the_export_itself_is_logged(shop: Shop, file: Path) -> None:
    last = shop.audit.listing().page(0, 1)[0]
    assert (last.kind, last.facts["what"], last.facts["file"]) == ("export.written", "audit", "log.jsonl")


def test_every_line_is_json_and_the_hashes_are_as_documented(shop: Shop, file: Path) -> None:
    import hashlib

    lines = [json.loads(line) for line in _lines(file)]
    start = _first_event(_lines(file))
    head = audit.genesis(lines[0]["shop"])
    for raw, line in zip(_lines(file)[start:], lines[start:], strict=True):
        body = raw[raw.index(b'"body":') + 7 : -2]
        leaf = hashlib.sha256(b"\x00" + body).digest()
        head = hashlib.sha256(b"\x01" + head + leaf).digest()
        assert (line["leaf"], line["head"]) == (leaf.hex(), head.hex())
    assert lines[0]["head"] == head.hex()


def test_withheld_texts_leave_the_chain_whole(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "hashes.jsonl"
    assert shop.audit.export(path, redact=True) == 0
    report = check_export(path)
    assert report.is_intact
    assert report.withheld == report.events
    assert "秘密".encode() not in path.read_bytes()


def test_an_unknown_order_writes_nothing(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        shop.audit.export(tmp_path / "none.jsonl", order_no="DD404")
    assert list(tmp_path.glob("none*")) == []


def test_a_locked_shop_exports_and_says_what_is_unsigned(shop: Shop, tmp_path: Path) -> None:
    shop.lock()
    shop.products.add(ProductDraft(code="LATE", name="锁定后添加", kind=ProductKind.GAME_CARD))
    path = tmp_path / "locked.jsonl"
    shop.audit.export(path)
    report = check_export(path)
    assert report.is_intact
    assert report.signed_seq == report.events - 1
    assert any("not signed" in note.en for note in report.notes)


def test_after_a_rotation_the_old_fingerprint_still_leads_there(shop: Shop, tmp_path: Path) -> None:
    first = shop.identities.ensure().fingerprint
    second = shop.identities.rotate().fingerprint
    path = tmp_path / "rotated.jsonl"
    shop.audit.export(path)
    assert check_export(path, fingerprint=first).is_intact
    report = check_export(path, fingerprint=second)
    assert report.is_intact
    assert report.signed_seq == report.events
    spoilt = path.read_text("utf-8")
    cross = json.loads(next(line for line in spoilt.splitlines() if '"previous_id":1' in line))
    signature = cross["certificate"]["cross_signature"]
    path.write_text(spoilt.replace(signature, "00" * 64), "utf-8")
    assert any("vouch" in finding.en for finding in check_export(path).findings)


def _change_body(lines: list[bytes], start: int) -> None:
    lines[start + 3] = lines[start + 3].replace("秘密".encode(), "公开".encode())


def _drop(lines: list[bytes], start: int) -> None:
    del lines[start + 3]


def _swap(lines: list[bytes], start: int) -> None:
    lines[start + 2], lines[start + 3] = lines[start + 3], lines[start + 2]


def _cut(lines: list[bytes], start: int) -> None:
    del lines[start + 4 :]


def _repeat(lines: list[bytes], start: int) -> None:
    lines.append(lines[-1])


def _append_junk(lines: list[bytes], start: int) -> None:
    lines.append(b"anything else\n")


def _half_a_line(lines: list[bytes], start: int) -> None:
    lines[-1] = lines[-1][:-20]


def _no_checkpoints(lines: list[bytes], start: int) -> None:
    lines[:] = [line for line in lines if not line.startswith(b'{"checkpoint"')]


def _compute_anew(lines: list[bytes], start: int) -> None:
    from desktop_app.storage.event_lines import read_line, write_line

    _change_body(lines, start)
    said = json.loads(lines[0])
    head = audit.genesis(said["shop"])
    for number in range(start, len(lines)):
        found = read_line(lines[number])
        assert found is not None
        assert found[0] is not None
        leaf = audit.leaf_hash(found[0].decode())
        head = audit.head_hash(head, leaf)
        lines[number] = write_line(found[0], leaf, head)
    lines[0] = audit.canonical({**said, "head": head}).encode() + b"\n"


def test_who_asks_for_one_signer_gets_nothing_that_nobody_signed(file: Path) -> None:
    """A history that was computed anew, with the genuine certificate and without a signature."""
    lines = _lines(file)
    printed = check_export(file).fingerprints[0]
    _compute_anew(lines, _first_event(lines))
    _no_checkpoints(lines, 0)
    lines[0] = audit.canonical({**json.loads(lines[0]), "checkpoints": 0}).encode() + b"\n"
    file.write_bytes(b"".join(lines))
    assert any("could have written" in note.en for note in check_export(file).notes)
    first = check_export(file, fingerprint=printed).first
    assert first is not None
    assert first.seq == 1
    assert "not signed" in first.en


def _two_meanings(lines: list[bytes], start: int) -> None:
    lines[0] = lines[0].replace(b'{"at"', b'{"events":1,"at"')


@pytest.mark.parametrize(
    "attack",
    [_change_body, _drop, _swap, _cut, _repeat, _append_junk, _half_a_line, _no_checkpoints, _compute_anew],
)
def test_an_altered_file_does_not_verify(file: Path, attack: Callable[[list[bytes], int], None]) -> None:
    lines = _lines(file)
    attack(lines, _first_event(lines))
    file.write_bytes(b"".join(lines))
    assert not check_export(file).is_intact


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]\n", b"\xff\xfe\n", b'{"format":"kamidesk-audit-9"}\n', b"[" * 100_000]
)
def test_what_is_no_export_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=r"other\.jsonl"):
        check_export(path)


def test_a_head_that_can_be_read_in_two_ways_is_no_head(file: Path) -> None:
    lines = _lines(file)
    _two_meanings(lines, 0)
    file.write_bytes(b"".join(lines))
    with pytest.raises(BadInputError):
        check_export(file)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"certificates":1', '"certificates":100000000000'),
        ('"certificates":1', '"certificates":-1'),
        ('"certificates":1', '"certificates":1.0'),
        ('"checkpoints":', '"checkpoints":true,"x":'),
        ('"der":"', '"der":"*'),
        ('"signed_at":1', '"signed_at":99999999999999999999'),
    ],
)
def test_hostile_front_matter_is_a_finding(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    try:
        assert not check_export(file).is_intact
    except BadInputError:
        assert text.index(old) < text.index("\n")  # a first line that is not as we write it is none of ours


def test_front_matter_has_one_spelling_and_what_nobody_signed_is_said(file: Path) -> None:
    text = file.read_text("utf-8")
    signature = json.loads(next(line for line in text.splitlines() if "checkpoint" in line and "signature" in line))
    digits = signature["checkpoint"]["signature"]
    for other in (text.replace(digits, digits.upper(), 1), text.replace('"checkpoint":{', '"checkpoint": {', 1)):
        file.write_text(other, "utf-8")
        assert not check_export(file).is_intact
    file.write_text(text.replace("小王卡铺", "别家卡铺", 1), "utf-8")
    report = check_export(file)
    assert report.shop_name == "别家卡铺"
    assert any("no signature covers" in note.en for note in report.notes)


def test_a_certificate_of_an_impossible_version_is_a_finding(file: Path) -> None:
    text = file.read_text("utf-8")
    der = json.loads(text.splitlines()[1])["certificate"]["der"]
    raw = base64.b64decode(der)
    version = bytes.fromhex("a003020102")
    assert version in raw
    hostile = base64.b64encode(raw.replace(version, bytes.fromhex("a003020107"), 1)).decode()
    file.write_text(text.replace(der, hostile, 1), "utf-8")
    assert not check_export(file).is_intact


def test_a_cancelled_export_leaves_no_file(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(CancelledError):
        shop.audit.export(tmp_path / "half.jsonl", cancelled=lambda: True)
    assert list(tmp_path.glob("half*")) == []
    assert check_log(shop.data_dir).is_intact


def test_every_single_byte_of_the_events_counts(file: Path) -> None:
    data = file.read_bytes()
    start = data.index(_lines(file)[_first_event(_lines(file))])
    for place in range(start, len(data), 97):
        changed = bytearray(data)
        changed[place] ^= 0x01
        file.write_bytes(changed)
        assert not check_export(file).is_intact, place
