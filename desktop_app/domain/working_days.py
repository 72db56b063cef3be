"""Working days of mainland China, with the merchant's own corrections.

The only module that knows the ``chinese-calendar`` package. It covers the years whose holiday arrangement (调休) the
State Council has announced; outside them Monday to Friday are working days, and what was counted so is an estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

_DAY = timedelta(days=1)


class WorkingDays:
    """Answers which days are worked; ``overrides`` (day: worked or not) wins over every calendar.

    Immutable as far as callers can see: answers are remembered, because deadlines ask for the same few days again and
    again. A changed override table is a new object.
    """

    def __init__(self, overrides: Mapping[date, bool] | None = None) -> None:
        self._overrides = dict(overrides or {})
        self._days: dict[date, tuple[bool, bool]] = {}
        self._counts: dict[tuple[date, int], tuple[date, bool]] = {}

    def is_working_day(self, day: date) -> tuple[bool, bool]:
        """Whether ``day`` is worked, and whether that is only estimated by the day of the week."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._look_up(day)
        return known

    def nth_working_day(self, day: date, count: int) -> tuple[date, bool]:
        """The ``count``-th working day after ``day``, and whether an estimated day was met on the way.

        ``day`` itself never counts. ``count`` is at least 1.
        """
        if count < 1:
            raise ValueError("count at least one working day")
        known = self._counts.get((day, count))
        if known is None:
            known = self._counts[day, count] = self._count(day, count)
        return known

    def _look_up(self, day: date) -> tuple[bool, bool]:
        override = self._overrides.get(day)
        if override is not None:
            return override, False
        import chinese_calendar  # only when a clock is asked for: start-up does not pay for it

        try:
            return chinese_calendar.is_workday(day), False
        except NotImplementedError:  # a year without an announced arrangement
            return day.weekday() < 5, True

    def _count(self, day: date, count: int) -> tuple[date, bool]:
        estimated = False
        while count:
            day += _DAY
            worked, guessed = self.is_working_day(day)
            estimated = estimated or guessed
            count -= worked
        return day, estimated


CHINA = WorkingDays()
"""The calendar without corrections."""
