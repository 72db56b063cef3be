"""The merchant's own wordings of the replies to buyers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

from sqlmodel import Session

from desktop_app.documents import replies
from desktop_app.documents.reply_templates import (
    DEFAULTS,
    LANGUAGES,
    VARIANTS,
    Occasion,
    ReplyTemplates,
    check_template,
    template_key,
)
from desktop_app.domain.approvals import Step, UnitPlan
from desktop_app.domain.errors import BadInputError
from desktop_app.domain.refunds import Option, RuleCode, UnitVerdict
from desktop_app.domain.states import InventoryEffect, PaymentChannel, RefusalGround, VerdictKind
from desktop_app.services.context import Context, canonical
from desktop_app.services.form_fields import FieldName, text_field
from desktop_app.services.shop_settings import read_settings
from desktop_app.storage.tables import SettingRow

_KEY = "reply_templates"
_NAME = FieldName("The reply text", "回复模板")

_SAMPLE_RULES: Mapping[VerdictKind, tuple[RuleCode, Step, int, int]] = {
    VerdictKind.AUTO_CANCEL: (RuleCode("N1"), Step.CANCEL, 0, 0),
    VerdictKind.APPROVE_FULL: (RuleCode("N6"), Step.REFUND, 1800, 0),
    VerdictKind.APPROVE_WITH_FEE: (RuleCode("N7"), Step.REFUND, 1800, 90),
    VerdictKind.NEGOTIATE: (RuleCode("N10"), Step.REFUND, 1800, 90),
    VerdictKind.REISSUE: (RuleCode("M5"), Step.REISSUE, 0, 0),
    VerdictKind.REFUSE: (RuleCode("N13"), Step.REFUSE, 0, 0),
    VerdictKind.NEED_EVIDENCE: (RuleCode("G3b"), Step.REFUSE, 0, 0),
    VerdictKind.ESCALATE: (RuleCode("G1"), Step.REFUSE, 0, 0),
    VerdictKind.MERGE: (RuleCode("G2a"), Step.REFUSE, 0, 0),
    VerdictKind.PARTIAL: (RuleCode("N7"), Step.REFUND, 1800, 90),
}
"""What the example of a verdict shows: a rule, the step, base and fee in fen."""


class ReplyTexts:
    """The wordings of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def templates(self) -> ReplyTemplates:
        """The wordings in force."""
        with self._context.read() as session:
            return read_templates(session)

    def text(self, occasion: Occasion, language: str, verdict: VerdictKind | None = None) -> str:
        """The wording in force for an occasion, and for a verdict of it."""
        return self.templates().text(occasion, language, verdict)

    def is_own(self, occasion: Occasion, language: str, verdict: VerdictKind | None = None) -> bool:
        """Whether the merchant wrote this very wording."""
        return template_key(occasion, language, verdict) in self.templates().own

    def save(self, occasion: Occasion, language: str, text: str, verdict: VerdictKind | None = None) -> None:
        """Use ``text`` from now on; :class:`BadInputError` says what a reply lacks or promises."""
        _check_place(occasion, language, verdict)
        text = check_template(occasion, text_field(_NAME, text, longest=20_000, required=True), verdict)
        same = text == DEFAULTS[occasion, language] and verdict is None
        self._write(template_key(occasion, language, verdict), None if same else text)

    def reset(self, occasion: Occasion, language: str, verdict: VerdictKind | None = None) -> None:
        """Go back to the program's wording (for a verdict: to the general one of the occasion)."""
        _check_place(occasion, language, verdict)
        self._write(template_key(occasion, language, verdict), None)

    def example(self, occasion: Occasion, language: str, text: str, verdict: VerdictKind | None = None) -> str:
        """What a buyer would read, with an invented order; :class:`BadInputError` when ``text`` cannot be used."""
        _check_place(occasion, language, verdict)
        text = check_template(occasion, text, verdict)
        with self._context.read() as session:
            settings = read_settings(session)
        own = {template_key(occasion, language, verdict): text}
        pair = _example(occasion, verdict, ReplyTemplates(own, settings.shop_name, settings.contact), self._context)
        return pair[LANGUAGES.index(language)]

    def _write(self, key: str, text: str | None) -> None:
        with self._context.write() as session:
            own = dict(read_templates(session).own)
            before = own.pop(key, None)
            if text is not None:
                own[key] = text
            if before == text:
                return
            session.merge(SettingRow(key=_KEY, value=canonical(own), updated_at=self._context.clock()))
            facts = {"wording": key, "from": before, "to": text}
            self._context.record(session, "reply_text.changed", "settings", 0, facts=facts)
        self._context.announce("settings", "requests")


def read_templates(session: Session) -> ReplyTemplates:
    """The wordings in force in this shop."""
    row = session.get(SettingRow, _KEY)
    own: dict[str, str] = json.loads(row.value) if row else {}
    settings = read_settings(session)
    return ReplyTemplates(own, settings.shop_name, settings.contact)


def _check_place(occasion: Occasion, language: str, verdict: VerdictKind | None) -> None:
    if language not in LANGUAGES:
        raise BadInputError(
            "Replies are written in zh or en, not in “{language}”.",
            "回复只有 zh 和 en 两种语言，没有“{language}”。",
            language=language,
        )
    if verdict is not None and verdict not in VARIANTS[occasion]:
        raise BadInputError(
            "There is no wording of its own for {verdict} at {occasion}: use the general one.",
            "“{occasion}”没有针对 {verdict} 的单独模板：请使用通用模板。",
            verdict=verdict.value,
            occasion=occasion.value,
        )


def _example(
    occasion: Occasion, verdict: VerdictKind | None, templates: ReplyTemplates, context: Context
) -> tuple[str, str]:
    shown = verdict or (VerdictKind.REFUSE if occasion is Occasion.REFUSED else VerdictKind.APPROVE_WITH_FEE)
    unit, plan = _sample(shown)
    names = {"request_no": "RQ-20261120-0007", "order_no": "DD20261120001"}
    soon = (context.clock() + timedelta(days=3)).astimezone(context.zone)
    if occasion is Occasion.ASKED:
        return replies.question(
            **names, kinds=("payment_screenshot", "order_screenshot"), note="…", templates=templates
        )
    if occasion is Occasion.REFUSED:
        return replies.refusal_reply(
            **names,
            units=[unit],
            ground=RefusalGround.REDEEMED,
            reason="…",
            proof_numbers=["HX-20261120-000007"],
            templates=templates,
        )
    if occasion is Occasion.PRELIMINARY:
        return replies.preliminary_reply(**names, verdict=shown, units=[unit], decide_by=soon, templates=templates)
    return replies.decision_reply(
        request_no=names["request_no"],
        order_no=names["order_no"],
        verdict=shown,
        units=[unit],
        plans=[plan],
        refund_fen=plan.refund_fen,
        fee_fen=plan.fee_fen,
        route=PaymentChannel.WECHAT,
        expected_at=soon,
        estimated=False,
        templates=templates,
    )


def _sample(verdict: VerdictKind) -> tuple[UnitVerdict, UnitPlan]:
    rule, step, base, fee = _SAMPLE_RULES[verdict]
    kind = VerdictKind.APPROVE_WITH_FEE if verdict is VerdictKind.PARTIAL else verdict
    options = (Option.ATTACH_PROOF,) if verdict is VerdictKind.REFUSE else ()
    unit = UnitVerdict("1", rule, kind, base, fee, base - fee, InventoryEffect.NONE, options=options)
    plan = UnitPlan(
        "1",
        rule,
        kind,
        step,
        inventory=InventoryEffect.NONE,
        settles=True,
        base_fen=base,
        fee_fen=fee,
        refund_fen=base - fee,
    )
    return unit, plan
