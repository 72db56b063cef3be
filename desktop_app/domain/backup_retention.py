"""How often backups are made, and which stay: everything of the last days, then one a day, a week, a month."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

FULL_DAYS = 2
"""All backups of today and of so many days before stay."""
EVERY = timedelta(minutes=30)
_FULL_RATE_BYTES = 64 * 1024 * 1024
_RAREST = timedelta(hours=8)
DAILY, WEEKLY, MONTHLY = 12, 10, 9
"""Then so many days, weeks and months keep their last backup (the numbers of Anki)."""


def spacing(size: int) -> timedelta:
    """How far apart the backups by the clock of a shop file of ``size`` bytes are.

    Every copy is whole, and all of the last days stay: half an hour up to 64 MB, then in proportion, at most eight
    hours, so that two days of a busy shop of a million keys take some gigabytes and not some dozens.
    """
    return min(EVERY * max(1, -(-size // _FULL_RATE_BYTES)), _RAREST)


def kept(times: Iterable[datetime], now: datetime, zone: ZoneInfo) -> set[datetime]:
    """Those of ``times`` whose backups stay; days begin at midnight in ``zone``. The newest always stays."""
    newest_first = sorted(set(times), reverse=True)
    today = now.astimezone(zone).date()
    recent = today - timedelta(days=FULL_DAYS)
    stay = set(newest_first[:1])
    rest: list[datetime] = []
    for at in newest_first:
        if at.astimezone(zone).date() >= recent:
            stay.add(at)
        else:
            rest.append(at)
    for most, period in ((DAILY, _day), (WEEKLY, _week), (MONTHLY, _month)):
        seen: set[Hashable] = set()
        left: list[datetime] = []
        for at in rest:
            name = period(at.astimezone(zone))
            if name not in seen and len(seen) < most:
                seen.add(name)
                stay.add(at)
            elif len(seen) == most and name not in seen:
                left.append(at)
        rest = left
    return stay


def _day(at: datetime) -> Hashable:
    return at.date()


def _week(at: datetime) -> Hashable:
    return at.isocalendar()[:2]


def _month(at: datetime) -> Hashable:
    return (at.year, at.month)
