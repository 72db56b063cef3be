"""The second process of a large import: it makes what the vault makes, and nothing hangs when it dies."""

from __future__ import annotations

import json
import os
import sys
from array import array
from collections.abc import Iterator

import pytest

from desktop_app.domain.errors import StorageError
from desktop_app.storage.card_process import CardProcess
from desktop_app.storage.card_sealing import TAG_BYTES, Block, CardSealer, Chunk
from desktop_app.storage.tag_order import TagRun, tag_order, tag_run
from desktop_app.storage.vault import Vault

PRODUCT = bytes(range(16))
TEXTS = [f"KEY-{number:05d}{'长' * (number % 7)}" for number in range(12_000)]
SIZE = 4000


@pytest.fixture
def vault() -> Vault:
    return Vault.create(os.urandom(16))


@pytest.fixture
def process(vault: Vault) -> Iterator[CardProcess]:
    made = CardProcess.start(vault.card_secrets(PRODUCT))
    assert made is not None
    with made:
        yield made


def blocks(tags: bytes) -> Iterator[Block]:
    for start in range(0, len(TEXTS), SIZE):
        some = TEXTS[start : start + SIZE]
        part = tags[start * TAG_BYTES : (start + SIZE) * TAG_BYTES]
        yield Block(part, array("I", range(start + 1, start + 1 + len(some))), "\n".join(some).encode())


def opened(vault: Vault, chunks: list[Chunk]) -> dict[int, str]:
    """Line to key, opened by the vault."""
    found = {}
    for chunk in chunks:
        for at, number in enumerate(json.loads(chunk.numbers)):
            record = chunk.records[at * chunk.width : (at + 1) * chunk.width]
            tag, sealed = record[:TAG_BYTES], record[TAG_BYTES : TAG_BYTES + (number & 8191)]
            found[number >> 13] = vault.open_card(tag, sealed, PRODUCT).decode()
    return found


def test_it_makes_what_the_vault_opens(vault: Vault, process: CardProcess) -> None:
    made = process.tags("\n".join(TEXTS).encode(), 5)
    assert made is not None
    tags, run = made
    assert tags == b"".join(vault.card_tags(TEXTS))
    assert run == tag_run(tags, 5)

    calls: list[int] = []

    def meanwhile() -> bool:
        calls.append(1)
        return len(calls) < 3

    chunks = list(process.sealed(blocks(tags), meanwhile))

    assert opened(vault, chunks) == dict(enumerate(TEXTS, 1))
    assert calls  # nothing was ready at once


def test_it_brings_tags_into_their_order(process: CardProcess) -> None:
    each = [os.urandom(TAG_BYTES) for _ in range(3000)]
    each[7] = each[2999] = each[5]
    run = tag_run(b"".join(each), 70_000)
    assert process.tag_order(run) == tag_order(run)


def test_the_same_work_can_be_done_here(vault: Vault) -> None:
    secrets = vault.card_secrets(PRODUCT)
    sealer = CardSealer(secrets)
    secrets.wipe()
    assert not any(secrets.index_key)
    assert not any(secrets.seal_key)
    chunks = [sealer.sealed(block) for block in blocks(b"".join(vault.card_tags(TEXTS)))]
    assert opened(vault, chunks) == dict(enumerate(TEXTS, 1))


def test_its_death_is_one_sentence(vault: Vault, process: CardProcess) -> None:
    tags = b"".join(vault.card_tags(TEXTS))
    made = process.sealed(blocks(tags), bool)
    next(made)
    process._process.kill()
    with pytest.raises(StorageError, match="nothing was imported"):
        list(made)
    assert process.tags(b"A", 0) is None
    assert process.tag_order(TagRun(bytes(TAG_BYTES), array("I", [0]))) is None


def test_whoever_stops_early_waits_for_nothing(vault: Vault, process: CardProcess) -> None:
    made = process.sealed(blocks(b"".join(vault.card_tags(TEXTS))), bool)
    next(made)
    made.close()
    assert process._process.wait() != 0


def test_it_ends_with_its_pipe(process: CardProcess) -> None:
    assert process.is_ready
    process._requests.close()
    assert process._process.wait() == 0


def test_a_frozen_program_has_none(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    secrets = vault.card_secrets(PRODUCT)
    assert CardProcess.start(secrets) is None
    assert not any(secrets.seal_key)
