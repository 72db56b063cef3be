"""The figures of the desk that a few counts answer, in SQL that runs on any connection to a shop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from desktop_app.storage.instants import from_micros, to_micros

EXPIRING_DAYS = 30
"""Keys whose last usable day is as near as this are shown on the desk."""

DUE_LINES = 50
"""So many of the requests that are due next stand on the desk."""

ReadOne = Callable[[str, tuple[Any, ...]], Sequence[Any]]
"""Runs a statement that has one row."""


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """The figures of this moment; "today" is the day of the shop's time zone, amounts are fen.

    ``refunds_today`` counts decisions of today that give money back, ``refunds_outstanding`` refunds that have not
    arrived.
    """

    open_requests: int
    next_due_at: datetime | None
    overdue: int
    due_today: int
    refunded_today_fen: int
    refunds_today: int
    fees_today_fen: int
    refunds_outstanding: int
    refunds_outstanding_fen: int
    refunds_overdue: int
    waiting_delivery: int
    orders_today: int
    sales_today_fen: int


# a clock that ran out is overdue, not next
_REQUESTS = """SELECT count(*), min(due_at) FILTER (WHERE due_at >= ?1), count(*) FILTER (WHERE due_at < ?1),
count(*) FILTER (WHERE due_at >= ?1 AND due_at < ?2)
FROM requests WHERE state IN ('open', 'asked', 'escalated')"""
_DECISIONS = """SELECT coalesce(sum(refund_fen), 0), count(*) FILTER (WHERE refund_fen > 0), coalesce(sum(fee_fen), 0)
FROM decisions WHERE action = 'approve' AND decided_at >= ?1 AND decided_at < ?2"""
_REFUNDS = """SELECT count(*), coalesce(sum(amount_fen), 0), count(*) FILTER (WHERE expected_at < ?1)
FROM refunds WHERE state IN ('due', 'paid', 'failed')"""
_ORDERS = """SELECT (SELECT count(*) FROM orders WHERE state = 'paid'), count(*), coalesce(sum(paid_fen), 0)
FROM orders WHERE ordered_at >= ?1 AND ordered_at < ?2"""


def read_counts(read: ReadOne, now: datetime, zone: tzinfo) -> DeskCounts:
    """The figures as of ``now`` in the shop's time zone."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today, tomorrow = to_micros(midnight), to_micros(midnight + timedelta(days=1))
    moment = to_micros(now)
    open_requests, next_due, overdue, due_today = read(_REQUESTS, (moment, tomorrow))
    refunded, refunds, fees = read(_DECISIONS, (today, tomorrow))
    outstanding, outstanding_fen, refunds_overdue = read(_REFUNDS, (moment,))
    waiting, orders, sales = read(_ORDERS, (today, tomorrow))
    return DeskCounts(
        open_requests=open_requests,
        next_due_at=None if next_due is None else from_micros(next_due),
        overdue=overdue,
        due_today=due_today,
        refunded_today_fen=refunded,
        refunds_today=refunds,
        fees_today_fen=fees,
        refunds_outstanding=outstanding,
        refunds_outstanding_fen=outstanding_fen,
        refunds_overdue=refunds_overdue,
        waiting_delivery=waiting,
        orders_today=orders,
        sales_today_fen=sales,
    )
