"""The merchant's wordings in use: saved with an event, used by every reply, taken back."""

from __future__ import annotations

import pytest

from desktop_app.documents.reply_templates import DEFAULTS, LANGUAGES, VARIANTS, Occasion
from desktop_app.domain.errors import BadInputError
from desktop_app.domain.states import ReasonCode, VerdictKind
from desktop_app.services.reply_texts import ReplyTexts
from desktop_app.services.request_entry import RequestDraft
from tests.services.desk import Desk
from tests.services.order_desk import OrderDesk


@pytest.fixture
def texts(desk: Desk) -> ReplyTexts:
    return ReplyTexts(desk.context)


GENERAL = DEFAULTS[Occasion.APPROVED, "zh"]


def test_every_occasion_and_verdict_has_an_example_in_both_languages(texts: ReplyTexts) -> None:
    for occasion in Occasion:
        for verdict in (None, *VARIANTS[occasion]):
            for language in LANGUAGES:
                wording = texts.text(occasion, language, verdict)
                example = texts.example(occasion, language, wording, verdict)
                assert "DD20261120001" in example
                assert "{" not in example
                assert ("¥16.20" in example or "¥17.10" in example) == (
                    occasion in (Occasion.APPROVED, Occasion.PRELIMINARY)
                    and verdict in (None, VerdictKind.APPROVE_WITH_FEE, VerdictKind.NEGOTIATE, VerdictKind.PARTIAL)
                )


def test_a_saved_wording_is_used_by_the_decision_and_the_log_says_who_changed_it(desk: Desk, texts: ReplyTexts) -> None:
    texts.save(Occasion.APPROVED, "zh", "亲，" + GENERAL + "\n{shop} 敬上")
    texts.save(Occasion.PRELIMINARY, "zh", "在的，" + DEFAULTS[Occasion.PRELIMINARY, "zh"])
    shop = OrderDesk(desk)
    shop.paid()
    request_id = shop.requests.add(RequestDraft("A1", shop.clock(), ReasonCode.CHANGE_OF_MIND))
    preview = shop.requests.preview(request_id)
    assert preview.reply_zh.startswith("在的，您好")
    decided = shop.requests.approve(request_id, token=preview.token)
    assert decided.reply_zh.startswith("亲，您好")
    assert decided.reply_zh.endswith("敬上")
    assert decided.reply_en.startswith("Hello"), "the other language has its own"
    assert len(desk.events("reply_text.changed")) == 2


def test_taking_a_wording_back_brings_the_usual_one(texts: ReplyTexts) -> None:
    texts.save(Occasion.APPROVED, "zh", "亲，" + GENERAL)
    texts.save(Occasion.APPROVED, "zh", "补发：" + GENERAL, VerdictKind.REISSUE)
    assert texts.is_own(Occasion.APPROVED, "zh", VerdictKind.REISSUE)
    texts.reset(Occasion.APPROVED, "zh", VerdictKind.REISSUE)
    assert texts.text(Occasion.APPROVED, "zh", VerdictKind.REISSUE) == "亲，" + GENERAL
    texts.save(Occasion.APPROVED, "zh", GENERAL)
    assert not texts.is_own(Occasion.APPROVED, "zh"), "the usual wording is nobody's own"


def test_a_wording_that_cannot_be_used_is_refused_and_nothing_changes(texts: ReplyTexts) -> None:
    with pytest.raises(BadInputError, match="lacks"):
        texts.save(Occasion.APPROVED, "zh", "好的")
    with pytest.raises(BadInputError, match="zh or en"):
        texts.save(Occasion.APPROVED, "fr", GENERAL)
    with pytest.raises(BadInputError, match="general one"):
        texts.save(Occasion.REFUSED, "zh", DEFAULTS[Occasion.REFUSED, "zh"], VerdictKind.REFUSE)
    assert texts.text(Occasion.APPROVED, "zh") == GENERAL
