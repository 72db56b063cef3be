"""Disputes outside the shop: how far they are, by when an answer is due, and what a lost one opens again.

A dispute on an open request is an escalation, one on a decided request an appeal (seed A19, A29, B13, B21).
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from desktop_app.domain.deadlines import SHOP_ZONE, end_of_day
from desktop_app.domain.states import DisputeOutcome, DisputeState, EscalationTarget
from desktop_app.domain.working_days import CHINA, WorkingDays

CONSUMER_ANSWER_DAYS = 7
"""Working days in which the authority behind 12315 answers a complaint (消费者权益保护法 46)."""

MAY_REOPEN = (DisputeOutcome.BUYER_WON, DisputeOutcome.SETTLED)
"""Outcomes after which money may have to go back."""


def dispute_state(*, has_dossier: bool, sent: bool, answered: bool, ended: bool) -> DisputeState:
    """How far a dispute is: the furthest of its steps counts."""
    if ended:
        return DisputeState.ENDED
    if answered:
        return DisputeState.ANSWERED
    if sent:
        return DisputeState.SENT
    return DisputeState.PREPARED if has_dossier else DisputeState.OPENED


def answer_due(
    target: EscalationTarget, since: datetime, *, zone: tzinfo = SHOP_ZONE, working_days: WorkingDays = CHINA
) -> datetime | None:
    """By when ``target`` should have answered what it received at ``since``; None where no law names a time."""
    if target is not EscalationTarget.CONSUMER_12315:
        return None
    last_day, _ = working_days.nth_working_day(since.astimezone(zone).date(), CONSUMER_ANSWER_DAYS)
    return end_of_day(last_day, zone)
