"""The verdict of this moment with its words, as the merchant looks at it before deciding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from desktop_app.documents import replies, rule_words
from desktop_app.domain.deadlines import expected_arrival
from desktop_app.domain.refund_hints import Hint, what_would_change
from desktop_app.domain.refunds import Verdict
from desktop_app.services.context import Context
from desktop_app.services.reply_texts import read_templates
from desktop_app.services.shop_settings import working_days_of
from desktop_app.services.verdicts import Case, ruling_token, verdict_now
from desktop_app.storage.tables import RequestRow


@dataclass(frozen=True, slots=True)
class Preview:
    """``token`` goes back with the decision: a verdict that changed meanwhile is refused.

    ``expected_at`` is when a refund approved now should arrive; ``max_refund_fen`` what was paid and not yet refunded.
    """

    request_id: int
    verdict: Verdict
    token: str
    expected_at: datetime
    max_refund_fen: int
    explanation_zh: str
    explanation_en: str
    change_hints_zh: tuple[str, ...]
    change_hints_en: tuple[str, ...]
    reply_zh: str
    reply_en: str


def preview_of(context: Context, session: Session, case: Case) -> Preview:
    """The preview of ``case``; reads nothing but the calendar of the shop."""
    days = working_days_of(session)
    verdict = verdict_now(context, session, case)
    expected_at, _ = expected_arrival(case.order.payment_channel, context.clock(), zone=context.zone, working_days=days)
    found = what_would_change(
        case.order,
        case.request,
        case.policy,
        case.facts,
        max(context.clock(), case.request.requested_at),
        zone=context.zone,
        working_days=days,
    )
    decide_by = verdict.deadlines.decision
    row = session.get_one(RequestRow, case.request_id)
    reply_zh, reply_en = replies.preliminary_reply(
        request_no=row.request_no,
        order_no=case.order.order_no,
        verdict=verdict.verdict,
        units=verdict.units,
        decide_by=decide_by.astimezone(context.zone) if decide_by else None,
        templates=read_templates(session),
    )
    return Preview(
        request_id=case.request_id,
        verdict=verdict,
        token=ruling_token(verdict),
        expected_at=expected_at,
        max_refund_fen=case.order.paid_fen - case.order.refunded_fen,
        explanation_zh=_explanation(verdict, "zh"),
        explanation_en=_explanation(verdict, "en"),
        change_hints_zh=_hint_texts(found, "zh"),
        change_hints_en=_hint_texts(found, "en"),
        reply_zh=reply_zh,
        reply_en=reply_en,
    )


def _explanation(verdict: Verdict, language: str) -> str:
    """One paragraph for all units of which the same is said."""
    refs: dict[str, list[str]] = {}
    for unit in verdict.units:
        refs.setdefault(rule_words.explain(unit, language), []).append(unit.ref)
    if len(refs) == 1:
        return next(iter(refs))
    return "\n\n".join(f"[{rule_words.listing(units, language)}] {text}" for text, units in refs.items())


def _hint_texts(found: tuple[Hint, ...], language: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule_words.hint_text(hint, language) for hint in found))
