"""The second process of a large export: it opens what the vault sealed, leaves the rest to it, and never hangs."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator

import pytest

from desktop_app.domain.errors import StorageError
from desktop_app.domain.masking import mask
from desktop_app.storage.field_opening import FieldOpener, Opened, Sealed
from desktop_app.storage.field_process import FieldProcess
from desktop_app.storage.vault import Vault

SIZE = 3000
TEXTS = [f"138{number:08d}{'长😀' * (number % 5)}" for number in range(40 * SIZE)]


@pytest.fixture
def vault() -> Vault:
    return Vault.create(os.urandom(16))


@pytest.fixture
def process(vault: Vault) -> Iterator[FieldProcess]:
    made = FieldProcess.start(vault.field_secrets("orders", "buyer"), masked=False)
    assert made is not None
    with made:
        yield made


def batch(vault: Vault, texts: list[str], column: str = "buyer") -> Sealed:
    ids = [f"A{number}".encode() for number in range(len(texts))]
    values = [
        vault.seal("orders", column, row_id, text.encode()) if text else b""
        for row_id, text in zip(ids, texts, strict=True)
    ]
    return packed(ids, values)


def packed(ids: list[bytes], values: list[bytes]) -> Sealed:
    lengths = [",".join(str(len(value)) for value in some).encode() for some in (ids, values)]
    return Sealed(b"".join(ids), lengths[0], b"".join(values), lengths[1])


def batches(vault: Vault) -> Generator[tuple[int, Sealed], None, None]:
    """Far more than fits into a pipe."""
    for start in range(0, len(TEXTS), SIZE):
        yield start, batch(vault, TEXTS[start : start + SIZE])


def test_it_opens_what_the_vault_sealed(vault: Vault, process: FieldProcess) -> None:
    found: list[str] = []
    for (start, _), opened in process.opened(batches(vault)):
        assert start == len(found)
        assert not opened.left
        found += opened.texts.decode().split("\n")
    assert found == TEXTS
    assert process._process.wait() is not None


def odd_values(vault: Vault) -> Sealed:
    before = batch(vault, ["of the keys before"])
    vault.take_over(vault.successor())
    sealed = list(batch(vault, ["one", "", "王小明", "two\nlines", "moved", "altered", "short"]).items())
    ids, values = [row_id for row_id, _, _ in sealed], [value for _, value, _ in sealed]
    ids[4] = b"B4"
    values[5] = values[5][:-1] + bytes([values[5][-1] ^ 1])
    values[6] = values[6][:20]
    ((row_id, value, _),) = before.items()
    other = vault.seal("orders", "target", b"A8", b"of another column")
    binary = vault.seal("orders", "buyer", b"A9", b"\xff\xfe")
    return packed([*ids, row_id, b"A8", b"A9"], [*values, value, other, binary])


LEFT = [3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize("masked", [False, True])
def test_what_only_the_vault_can_tell_is_left_to_it(vault: Vault, masked: bool) -> None:
    sealed = odd_values(vault)
    secrets = vault.field_secrets("orders", "buyer")
    here = FieldOpener(secrets, masked=masked).opened(sealed)
    texts = ["one", "", "王小明", *[""] * len(LEFT)]
    assert here.texts.decode().split("\n") == ([mask(text) for text in texts] if masked else texts)
    assert here.left.tolist() == LEFT
    process = FieldProcess.start(secrets, masked=masked)
    assert process is not None
    assert not any(secrets.key)
    with process:
        ((_, there),) = process.opened(each for each in [(0, sealed)])
    assert there == here


def test_nothing_to_open(vault: Vault, process: FieldProcess) -> None:
    ((_, opened),) = process.opened(each for each in [(0, Sealed(b"", b"", b"", b""))])
    assert opened == Opened(b"", opened.left)
    assert not opened.left


def test_its_death_is_one_sentence(vault: Vault, process: FieldProcess) -> None:
    opened = process.opened(batches(vault))
    next(opened)
    process._process.kill()
    with pytest.raises(StorageError, match="ended from outside; no file was written"):
        list(opened)


def test_a_process_that_never_was_ready_is_told_too(vault: Vault, process: FieldProcess) -> None:
    process._process.kill()
    with pytest.raises(StorageError, match="ended from outside"):
        list(process.opened(batches(vault)))


def test_whoever_stops_early_waits_for_nothing(vault: Vault, process: FieldProcess) -> None:
    parts = batches(vault)
    opened = process.opened(parts)
    next(opened)
    opened.close()
    assert process._process.wait() != 0
    assert list(parts) == []  # they were closed


def test_what_goes_wrong_with_the_parts_is_told(vault: Vault, process: FieldProcess) -> None:
    def broken() -> Generator[tuple[int, Sealed], None, None]:
        yield 1, batch(vault, ["one"])
        raise StorageError("The disk went.", "磁盘没了。")

    opened = process.opened(broken())
    assert next(opened)[1].texts == b"one"
    with pytest.raises(StorageError, match="disk went"):
        next(opened)


def test_it_ends_with_its_pipe(process: FieldProcess) -> None:
    assert process.is_ready
    process._requests.close()
    assert process._process.wait() == 0


def test_a_frozen_program_has_none(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    secrets = vault.field_secrets("orders", "buyer")
    assert FieldProcess.start(secrets, masked=True) is None
    assert not any(secrets.key)
