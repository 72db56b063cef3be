"""The clocks of a request and of a refund (seed A7-A8, A17, B8).

Hours are elapsed time. A working-day clock leaves out the day on which it starts and ends at 23:59:59 of its last day,
in the shop's time zone. All answers are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

from desktop_app.domain.states import PaymentChannel, PlatformKind
from desktop_app.domain.working_days import CHINA, WorkingDays

SHOP_ZONE: tzinfo = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The default time zone. China keeps one offset all year, so no time zone data has to be installed."""

RESPONSE = timedelta(hours=2)
UNSHIPPED_DECISION = timedelta(hours=24)
UNSHIPPED_AMBER = timedelta(hours=2)
"""How long before a 24-hour clock runs out it turns amber."""

_DECISION_DAYS = {PlatformKind.OFFICIAL: 3, PlatformKind.INDIVIDUAL: 3, PlatformKind.THIRD_PARTY: 7}
_AMBER_DAYS = {PlatformKind.OFFICIAL: 1, PlatformKind.INDIVIDUAL: 1, PlatformKind.THIRD_PARTY: 3}
_WECHAT_CALENDAR_DAYS = 5
_REFUND_WORKING_DAYS = 3
# where a clock is put back at midnight this second comes twice, and the day ends with the later one
_LAST_SECOND = time(23, 59, 59, fold=1)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Until when the merchant has to answer and to decide; all None while no clock runs."""

    response: datetime | None = None
    decision: datetime | None = None
    amber: datetime | None = None
    estimated: bool = False


NO_DEADLINES = Deadlines()


def request_deadlines(
    started_at: datetime,
    platform_kind: PlatformKind,
    *,
    unshipped: bool,
    zone: tzinfo = SHOP_ZONE,
    working_days: WorkingDays = CHINA,
) -> Deadlines:
    """The clocks of a request that start at ``started_at`` (when it was made, or when asked-for evidence came).

    ``unshipped``: any unit of the request has not been shipped, which gives 24 hours to decide.
    """
    started_at = started_at.astimezone(UTC)
    response = started_at + RESPONSE
    if unshipped:
        decision = started_at + UNSHIPPED_DECISION
        return Deadlines(response, decision, decision - UNSHIPPED_AMBER)
    day = started_at.astimezone(zone).date()
    last_day, estimated = working_days.nth_working_day(day, _DECISION_DAYS[platform_kind])
    amber_day, _ = working_days.nth_working_day(day, _AMBER_DAYS[platform_kind])
    return Deadlines(response, end_of_day(last_day, zone), end_of_day(amber_day, zone), estimated)


def expected_arrival(
    payment_channel: PaymentChannel,
    approved_at: datetime,
    *,
    zone: tzinfo = SHOP_ZONE,
    working_days: WorkingDays = CHINA,
) -> tuple[datetime, bool]:
    """By when a refund approved at ``approved_at`` should have arrived, and whether that is an estimate.

    WeChat takes up to 5 calendar days, Alipay and the others up to 3 working days.
    """
    day = approved_at.astimezone(zone).date()
    if payment_channel == PaymentChannel.WECHAT:
        return end_of_day(day + timedelta(days=_WECHAT_CALENDAR_DAYS), zone), False
    last_day, estimated = working_days.nth_working_day(day, _REFUND_WORKING_DAYS)
    return end_of_day(last_day, zone), estimated


@lru_cache(maxsize=1024)  # thousands of requests share a few dozen days
def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The last second of ``day`` in ``zone``, UTC."""
    return datetime.combine(day, _LAST_SECOND, zone).astimezone(UTC)
