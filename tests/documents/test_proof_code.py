"""The QR code of a proof: everything in it is signed, and it has one spelling."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.documents.proof_code import (
    CodeFacts,
    certificate_code,
    decode,
    encode,
    one_line,
    read_code,
    signed_code,
)
from desktop_app.domain.errors import BadInputError
from desktop_app.storage.signing_keys import verify_raw
from tests.documents.signing_keys import new_key

KEY = new_key()
FACTS = CodeFacts(
    "HX-1", "订单.~%A", datetime(2026, 11, 21, 1, 14, 28, tzinfo=UTC), "ab" * 32, 18342, "9f" * 32, KEY.fingerprint
)


def test_a_code_says_what_was_put_in_and_is_signed() -> None:
    read = read_code(signed_code(FACTS, KEY))
    assert read.facts == FACTS
    assert verify_raw(KEY.certificate, read.message, read.signature)
    assert not verify_raw(new_key().certificate, read.message, read.signature)


def test_the_facts_of_a_code_are_readable_lines() -> None:
    body = signed_code(FACTS, KEY).split(".")[1]
    lines = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode().split("\n")
    assert lines[:3] == ["HX-1", "订单.~%A", "20261121T011428Z"]
    assert len(lines) == 7


def test_a_changed_character_is_never_accepted() -> None:
    text = signed_code(FACTS, KEY)
    for place in range(len(text)):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        try:
            read = read_code(changed)
        except BadInputError:
            continue
        assert not verify_raw(KEY.certificate, read.message, read.signature), place


def test_a_code_broken_over_lines_is_still_read() -> None:
    text = signed_code(FACTS, KEY)
    assert read_code(f"  {text[:40]}\r\n{text[40:200]}\n {text[200:]}\n").facts == FACTS


@pytest.mark.parametrize("text", ["", "KMP1", "KMP1..", "KMP2.a.b", "KMP1.a.b.c", "x" * 5000, "KMP1.é.é", "KMP1.AA.AA"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(BadInputError):
        read_code(text)


def test_no_text_adds_a_line() -> None:
    facts = replace(FACTS, order_no=one_line("A\n20270101T000000Z\rB\ud800"))
    assert read_code(signed_code(facts, KEY)).facts.order_no == "A 20270101T000000Z B?"


@given(st.binary(max_size=80))
@settings(max_examples=60)
def test_bytes_have_one_spelling(data: bytes) -> None:
    if data:
        assert decode(encode(data)) == data
        with pytest.raises(ValueError, match="base64url"):
            decode(encode(data) + "=")
    assert certificate_code(data).startswith("KMC1.")


@given(st.text(max_size=60))
@settings(max_examples=100)
def test_no_text_breaks_the_reader(text: str) -> None:
    for candidate in (
        text,
        f"KMP1.{text}",
        f"KMP1.{encode(text.encode('utf-8', 'replace') or b'x')}.{encode(b'x' * 64)}",
    ):
        with pytest.raises(BadInputError):
            read_code(candidate)
