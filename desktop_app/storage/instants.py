"""How a shop keeps an instant: as integer microseconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(at: datetime) -> int:
    """Microseconds since 1970 UTC; ``at`` must carry an offset."""
    if at.tzinfo is None:
        raise ValueError("a stored time needs an offset")
    return (at - _EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    """The UTC time that :func:`to_micros` stored."""
    return _EPOCH + timedelta(microseconds=value)
