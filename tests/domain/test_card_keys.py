"""Card keys: what is taken, what counts as the same key, and how little a mask shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.card_keys import (
    EXACT,
    SENTENCES,
    KeyProblem,
    KeyRule,
    KeyWarning,
    check_key,
    examine,
    fields,
    is_plain,
    mask,
    normalise,
)

LOOSE = KeyRule(fold_case=True, fold_hyphens=True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", KeyProblem.EMPTY),
        (" \u3000\u200b\u00a0", KeyProblem.EMPTY),
        ("\u3164\ufe0f\u2800", KeyProblem.EMPTY),
        ("AB\x00CD", KeyProblem.NUL),
        ("AB\x0bCD", KeyProblem.CONTROL),
        ("AB\x0cCD", KeyProblem.CONTROL),
        ("AB\x85CD", KeyProblem.CONTROL),
        ("AB\u2028CD", KeyProblem.CONTROL),
        ("AB\u2029CD", KeyProblem.CONTROL),
        ("AB\nCD", KeyProblem.CONTROL),
        ("ABCD\x0b", KeyProblem.CONTROL),
        ("AB\x7fCD", KeyProblem.CONTROL),
        ("AB\u202eCD", KeyProblem.BIDI),
        ("AB\u202dCD", KeyProblem.BIDI),
        ("AB\u2066CD", KeyProblem.BIDI),
        ("\u200fABCD", KeyProblem.BIDI),
        ("A" * 4097, KeyProblem.TOO_LONG),
        ("卡" * 1366, KeyProblem.TOO_LONG),
        ("AB\ue000CD", KeyProblem.PRIVATE_USE),
        ("AB\ufffdCD", KeyProblem.PRIVATE_USE),
        ("AB\ud800CD", KeyProblem.SURROGATE),
    ],
)
def test_refused(text: str, problem: KeyProblem) -> None:
    assert check_key(text) is problem


@pytest.mark.parametrize(
    "text",
    [
        "0012345",
        "1e3",
        "A" * 4096,
        "'; DROP TABLE card_keys; --",
        "<img src=x>",
        "%s%n{0}{}",
        "=1+1",
        "user@mail.com----p@ss,word|1\tx",
        "\\n",
        '"',
        "卡密一二三",
        "🎁-GIFT",
    ],
)
def test_taken_literally(text: str) -> None:
    check = examine(text)
    assert check.problem is None
    assert check.normalised == text


@pytest.mark.parametrize(
    ("text", "warning", "same_as"),
    [
        ("\u00a0ABCD-1234\u3000", KeyWarning.EDGES, "ABCD-1234"),
        ("\ufeff ABCD-1234\u200b", KeyWarning.EDGES, "ABCD-1234"),
        ("ABCD-1234 ", KeyWarning.EDGES, "ABCD-1234"),
        ("AB\u200bCD\u2060-12\u00ad34", KeyWarning.INVISIBLE, "ABCD-1234"),
        ("\uff21B\uff11\uff12-3456", KeyWarning.FULL_WIDTH, "AB12-3456"),
        ("АBCD-1234", KeyWarning.MIXED_SCRIPT, "АBCD-1234"),
        ("ABΟ1234", KeyWarning.MIXED_SCRIPT, "ABΟ1234"),
        ("ABCD-****-****-9F3K", KeyWarning.MASKED, "ABCD-****-****-9F3K"),
    ],
)
def test_taken_with_a_warning(text: str, warning: KeyWarning, same_as: str) -> None:
    check = examine(text)
    assert check.problem is None
    assert check.warnings == (warning,)
    assert check.normalised == same_as


def test_look_alike_is_another_key() -> None:
    assert normalise("АBCD") != normalise("ABCD")


def test_rule_of_the_product() -> None:
    assert normalise("abcd-12 34", LOOSE) == normalise("ABCD1234", LOOSE)
    assert normalise("abcd-1234") != normalise("ABCD-1234")
    assert normalise("ab-cd", KeyRule(fold_case=True)) == "ab-cd"
    assert normalise("ab‑cd–ef", KeyRule(fold_hyphens=True)) == "abcdef"


def test_folding_hyphens_keeps_fields_apart() -> None:
    assert normalise("1----23", LOOSE) != normalise("12----3", LOOSE)
    assert normalise("a-1----b 2", LOOSE) == "a1----b2"
    assert normalise("-----", LOOSE) == "-----"
    assert check_key("---") is None


@given(st.text(max_size=60), st.sampled_from([EXACT, LOOSE, KeyRule(fold_case=True), KeyRule(fold_hyphens=True)]))
def test_fast_path_agrees_with_the_careful_one(text: str, rule: KeyRule) -> None:
    assert examine(text, rule).normalised == normalise(text, rule)
    if is_plain(text):
        assert check_key(text) is None
        assert normalise(text) == text
        assert check_key(f"\u200b{text}") is None  # the same key through the careful path
        assert normalise(f"\u200b{text}", rule) == normalise(text, rule)


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ABCD-EFGH-IJKL-9F3K", "ABCD-****-****-9F3K"),
        ("6222021234567890", "6222********7890"),
        ("1234567890", "1********0"),
        ("12345678", "********"),
        ("abc", "****"),
        ("1234567890123456----hunter2", "1234********3456----******"),
        ("13800000000|pw|mail", "1********00|******|******"),
        ("x" * 2000, "xxxx********xxxx"),
    ],
)
def test_mask(text: str, shown: str) -> None:
    assert mask(text) == shown


@given(st.text(alphabet=st.characters(whitelist_categories=("L", "N")), max_size=80))
def test_mask_hides_at_least_half_and_eight(text: str) -> None:
    shown = mask(text)
    revealed = sum(character != "*" for character in shown)
    assert revealed <= 8
    assert revealed * 2 <= len(text)
    assert revealed == 0 or len(text) - revealed >= 8


def test_fields_for_display() -> None:
    assert fields("number----pass,word") == ("number", "pass,word")
    assert fields("a|b|c") == ("a", "b", "c")
    assert fields("a\tb") == ("a", "b")
    assert fields("a,b") == ("a", "b")
    assert fields(" ABCD ") == ("ABCD",)


def test_every_code_has_a_sentence_in_both_languages() -> None:
    assert set(SENTENCES) == {*KeyProblem, *KeyWarning}
    assert all(one.en and any("\u4e00" <= character <= "\u9fff" for character in one.zh) for one in SENTENCES.values())


@pytest.mark.parametrize("hidden", ["\u034f", "\u115f", "\u2063", "\u3164", "\ufe0f", "\U000e0100"])
def test_what_is_not_seen_tells_no_two_keys_apart(hidden: str) -> None:
    check = examine(f"AB{hidden}CD")
    assert (check.normalised, check.problem, check.warnings) == ("ABCD", None, (KeyWarning.INVISIBLE,))
