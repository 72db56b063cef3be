"""The event log as the front ends see it: read, verified, and handed to somebody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop_app.services.audit_check import check_log
from desktop_app.services.audit_export import check_export, export_log
from desktop_app.services.audit_findings import AuditFinding, AuditReport
from desktop_app.services.context import Context
from desktop_app.services.event_log import EventFilter, events_listing
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.timeline import EventLine, events_of
from desktop_app.storage import audit, checkpoints, journal

__all__ = ["AuditFinding", "AuditLog", "AuditReport", "AuditState", "check_export", "check_log"]

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

ENTITY = "events"
"""What an event about the log itself is about."""


@dataclass(frozen=True, slots=True)
class AuditState:
    """What is known of the log without verifying it.

    ``verified_seq`` is the last event when it was last verified, ``was_intact`` what came of it. ``journal_problem``
    is in both languages, None when the journal follows.
    """

    events: int
    verified_at: datetime | None
    verified_seq: int
    was_intact: bool
    signed_at: datetime | None
    signed_seq: int
    journal_files: int
    journal_problem: tuple[str, str] | None


class AuditLog:
    """The event log of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def listing(self, where: EventFilter | None = None, sort: Sort | None = None) -> Listing[EventLine]:
        """The events that ``where`` lets through, newest first."""
        return events_listing(self._context, where, sort)

    def state(self) -> AuditState:
        """Last verified, last signed, and whether the journal follows; reads little."""
        context = self._context
        with context.read() as session:
            events, _ = audit.tail(session, shop_uuid=context.shop_uuid)
            signed = checkpoints.last(session)
            verified = next((one for one in reversed(events_of(session, ENTITY, 0))), None)
        keeper = context.database.journal
        problem = keeper.problem if keeper is not None else None
        return AuditState(
            events=events,
            verified_at=verified.at if verified else None,
            verified_seq=_number(verified, "count"),
            was_intact=verified is not None and verified.facts.get("intact") is True,
            signed_at=signed[1] if signed else None,
            signed_seq=signed[0] if signed else 0,
            journal_files=len(journal.files(context.data_dir / journal.FOLDER)),
            journal_problem=None if problem is None else (problem.text("en"), problem.text("zh")),
        )

    def verify(self, progress: Progress | None = None, *, fingerprint: str | None = None) -> AuditReport:
        """Verify the whole log against all its witnesses, and note in it that this was done.

        Takes seconds for a million events; ``progress(done, total)`` may raise to cancel. Works while locked.
        """
        context = self._context
        report = check_log(context.data_dir, fingerprint=fingerprint, zone=context.zone, progress=progress)
        facts: dict[str, object] = {"count": report.events, "intact": report.is_intact}
        if report.first is not None and report.first.seq is not None:
            facts["first_wrong"] = report.first.seq
        with context.write() as session:
            context.record(session, "audit.verified", ENTITY, 0, facts=facts)
        context.announce("audit")
        return report

    def export(
        self,
        path: Path,
        *,
        order_no: str = "",
        redact: bool = False,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> int:
        """Write the log for somebody else; see :func:`desktop_app.services.audit_export.export_log`."""
        return export_log(self._context, path, order_no=order_no, redact=redact, progress=progress, cancelled=cancelled)


def _number(event: EventLine | None, name: str) -> int:
    value = event.facts.get(name) if event is not None else None
    return value if isinstance(value, int) else 0
