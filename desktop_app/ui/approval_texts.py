"""What pressing "approve" would do, worked out before it is pressed, so that the button can say it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from desktop_app.domain.approvals import Step, UnitPlan, plan_approval
from desktop_app.domain.refunds import Option
from desktop_app.domain.states import UnitState, VerdictKind
from desktop_app.services.requests import RequestDetail
from desktop_app.ui.labels import money

_NO_CHOICE = (Option.IDENTITY_CHECK, Option.FREEZE_KEY, Option.PLATFORM, Option.POLICE, Option.ATTACH_PROOF)
"""Options that are steps of their own and no way to settle."""


def settling_options(detail: RequestDetail) -> tuple[Option, ...]:
    """The ways to settle that the verdict offers, each once, in the order of the units."""
    if detail.preview is None:
        return ()
    offered = (
        option
        for unit in detail.preview.verdict.units
        if unit.verdict is VerdictKind.NEGOTIATE
        for option in unit.options
        if option not in _NO_CHOICE
    )
    return tuple(dict.fromkeys(offered))


def offers(detail: RequestDetail, option: Option) -> bool:
    """Whether the verdict on any unit offers ``option``."""
    return detail.preview is not None and any(option in unit.options for unit in detail.preview.verdict.units)


def proves_a_part(detail: RequestDetail) -> bool:
    """Whether approving a mixed request issues the proofs of its redeemed part, which stays refused."""
    is_mixed = detail.preview is not None and detail.preview.verdict.verdict is VerdictKind.PARTIAL
    return is_mixed and offers(detail, Option.ATTACH_PROOF)


def plan_of(detail: RequestDetail, *, option: str, refund_fen: int | None, reason: str) -> Sequence[UnitPlan]:
    """What the service would do with these choices; the ShopError that it would raise."""
    preview = detail.preview
    assert preview is not None
    states = {
        unit.ref: UnitState.UNUSED
        if unit.official_not_activated and unit.state is not UnitState.UNSHIPPED
        else unit.state
        for unit in detail.order.units
    }
    return plan_approval(
        preview.verdict,
        states,
        {unit.ref: unit.net_fen for unit in detail.order.units},
        balance_fen=preview.max_refund_fen,
        overcharge_only=detail.facts.overcharged_fen is not None,
        option=option,
        refund_fen=refund_fen,
        reason=reason,
    )


def refuses_everything(plans: Sequence[UnitPlan]) -> bool:
    """Such a plan is a refusal, which has a button of its own."""
    return all(plan.step is Step.REFUSE for plan in plans)


def approval_text(plans: Sequence[UnitPlan]) -> str:
    """The button's text: the step and exactly the amount."""
    translate = QCoreApplication.translate
    total = sum(plan.refund_fen for plan in plans)
    steps = {plan.step for plan in plans}
    keys = sum(plan.step is Step.REISSUE for plan in plans)
    if total and keys:
        return translate("DecisionBar", "Refund {amount} and reissue {count}").format(amount=money(total), count=keys)
    if total and steps == {Step.COMPENSATE}:
        return translate("DecisionBar", "Compensate {amount}").format(amount=money(total))
    if total:
        return translate("DecisionBar", "Approve refund of {amount}").format(amount=money(total))
    if keys:
        return translate("DecisionBar", "Reissue {count}").format(count=keys)
    for step, text in (
        (Step.CANCEL, translate("DecisionBar", "Cancel the order")),
        (Step.REDELIVER, translate("DecisionBar", "Deliver again")),
        (Step.REOPEN, translate("DecisionBar", "Reopen the order")),
    ):
        if step in steps:
            return text
    return translate("DecisionBar", "Approve without a refund")
