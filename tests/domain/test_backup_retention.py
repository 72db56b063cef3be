"""Which backups stay, over years."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.backup_retention import DAILY, MONTHLY, WEEKLY, kept, spacing

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def test_all_of_today_and_two_days_before_stay() -> None:
    midnight = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)  # the 20th begins in Shanghai
    times = [midnight + timedelta(minutes=30 * i) for i in range(100)]
    assert kept(times, NOW, SHANGHAI) == set(times)
    before = midnight - timedelta(minutes=30)
    older = midnight - timedelta(minutes=60)
    assert kept([*times, before, older], NOW, SHANGHAI) == {*times, before}, "of a day before that the last one"


def test_years_of_daily_backups_become_days_weeks_and_months() -> None:
    times = [NOW - timedelta(days=i) for i in range(1000)]
    stay = sorted(kept(times, NOW, SHANGHAI), reverse=True)
    assert len(stay) == 3 + DAILY + WEEKLY + MONTHLY
    assert stay[: 3 + DAILY] == times[: 3 + DAILY]
    assert NOW - stay[-1] > timedelta(days=15 + 70 + 230)


def test_years_of_thinning_day_by_day_keep_as_much_as_thinning_at_once() -> None:
    """What was deleted yesterday must not be what would have been wanted today."""
    present: set[datetime] = set()
    start = NOW - timedelta(days=700)
    for day in range(700):
        now = start + timedelta(days=day)
        present.add(now)
        present = kept(present, now, SHANGHAI)
    at_once = kept([start + timedelta(days=day) for day in range(700)], now, SHANGHAI)
    assert len(present) >= len(at_once) - 1
    gaps = sorted(present, reverse=True)
    assert gaps[0] - gaps[-1] > timedelta(days=300)


@settings(max_examples=60)
@given(st.lists(st.integers(-10, 2000 * 24), max_size=120))
def test_the_newest_always_stays_and_nothing_is_invented(hours: list[int]) -> None:
    times = [NOW - timedelta(hours=hour) for hour in hours]
    stay = kept(times, NOW, SHANGHAI)
    assert stay <= set(times)
    assert not times or max(times) in stay
    old = [at for at in stay if at < NOW - timedelta(days=3)]
    assert len(old) <= DAILY + WEEKLY + MONTHLY
    assert kept(stay, NOW, SHANGHAI) >= {max(times)} if times else True


@pytest.mark.parametrize(
    ("size", "hours"),
    [(0, 0.5), (64 * 1024**2, 0.5), (64 * 1024**2 + 1, 1), (714_000_000, 5.5), (10 * 1024**3, 8)],
)
def test_a_large_shop_is_copied_less_often(size: int, hours: float) -> None:
    assert spacing(size) == timedelta(hours=hours)
