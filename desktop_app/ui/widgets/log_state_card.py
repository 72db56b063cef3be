"""Whether the event log is intact: what is known of it, and the verification with how far it is."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop_app.domain.errors import CancelledError, ShopError
from desktop_app.services.audit_log import AuditReport, AuditState
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import error_text, language, when
from desktop_app.ui.widgets.basics import Card, FactsGrid, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.work_bar import WorkBar

_FINDINGS_HEIGHT = 96


class LogStateCard(Card):
    """Last verified, last signed, the journal; and a button that verifies everything."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__("log_state_card", margin=12, parent=parent)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self.facts = FactsGrid("log_state", key_width=110)
        self.facts.add("verified", self.tr("Last verified"))
        self.facts.add("signed", self.tr("Signed"))
        self.facts.add("journal", self.tr("Journal"))
        self.verify_button = push_button(
            self.tr("Verify the log"), "verify_log_button", self.verify, kind="primary", icon="shield-check"
        )
        self.verify_button.setToolTip(
            self.tr("Computes the whole chain and compares it with signatures, journal and issued proofs")
        )
        self.work = WorkBar("verify_log")
        self.message = MessageStrip("verify_log_message")
        self.details = QPlainTextEdit()
        self.details.setObjectName("verify_log_details")
        self.details.setAccessibleName(self.tr("What the verification found"))
        self.details.setReadOnly(True)
        self.details.setFixedHeight(_FINDINGS_HEIGHT)
        self.details.hide()
        self.steps = row_of(self.verify_button)
        line = row_of(self.facts, spacing=16)
        line.setStretch(0, 1)
        line.addLayout(self.steps)
        self.body.addLayout(line)
        self.body.addWidget(self.work)
        self.body.addWidget(self.message)
        self.body.addWidget(self.details)

    def show_state(self, state: AuditState) -> None:
        """What is known without verifying."""
        zone = self._window.zone()
        if state.verified_at is None:
            self.facts.set_value("verified", self.tr("never"), Tone.WARN)
        elif state.was_intact:
            text = self.tr("{when}: intact, {count} events")
            self.facts.set_value(
                "verified", text.format(when=when(state.verified_at, zone), count=f"{state.verified_seq:,}"), Tone.OK
            )
        else:
            text = self.tr("{when}: broken").format(when=when(state.verified_at, zone))
            self.facts.set_value("verified", text, Tone.BAD)
        if state.signed_at is None:
            signed = self.tr("not yet; when the shop has a name and is next locked, or with the first proof")
        else:
            signed = self.tr("up to event {seq} of {count}, {when}").format(
                seq=f"{state.signed_seq:,}", count=f"{state.events:,}", when=when(state.signed_at, zone)
            )
        self.facts.set_value("signed", signed)
        if state.journal_problem is not None:
            self.facts.set_value("journal", state.journal_problem[language() == "zh"], Tone.BAD)
        else:
            self.facts.set_value(
                "journal", self.tr("follows; files beside the shop: {count}").format(count=state.journal_files)
            )

    def verify(self) -> None:
        """Verify everything in a worker."""
        log = self._shop.audit

        def work(progress: Progress) -> AuditReport:
            def step(done: int, total: int) -> None:
                progress.stop_if_cancelled()
                progress.report(done, total)

            report: AuditReport = log.verify(step)
            return report

        self.message.clear()
        self.details.hide()
        self.verify_button.setEnabled(False)
        title = self.tr("Verifying the event log")
        self.work.begin(title)
        self.work.follow(self._jobs.run(self, work, self._on_verified, self._on_failed, title))

    def _on_verified(self, report: AuditReport) -> None:
        self._end()
        chinese = language() == "zh"
        first = report.first
        if first is None:
            self.message.say(
                self.tr("The log is intact: {count} events, signed up to event {signed}.").format(
                    count=f"{report.events:,}", signed=f"{report.signed_seq:,}"
                ),
                Tone.OK,
            )
        else:
            self.message.say(
                self.tr("The log was changed. {what}").format(what=first.zh if chinese else first.en), Tone.BAD
            )
        lines = [*report.findings[1:], *report.notes]
        self.details.setPlainText("\n".join(line.zh if chinese else line.en for line in lines))
        self.details.setVisible(bool(lines))

    def _on_failed(self, error: ShopError) -> None:
        self._end()
        self.message.say(error_text(error), Tone.INFO if isinstance(error, CancelledError) else Tone.BAD)

    def _end(self) -> None:
        self.work.end()
        self.verify_button.setEnabled(True)
