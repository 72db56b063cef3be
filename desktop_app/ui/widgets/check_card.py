"""Checking the whole shop, or its evidence alone: file, log, sums, proofs, seals, hashes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop_app.domain.errors import CancelledError, ShopError
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.export_dialog import export_table
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import error_text, language
from desktop_app.ui.widgets.basics import Card, plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.work_bar import WorkBar


class CheckCard(Card):
    """A button, how far it is, and what was found."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__("check_card", parent=parent)
        self._shop = shop
        self._window = window
        self._jobs = jobs
        self.check_button = push_button(self.tr("Check the shop"), "check_button", self.check, icon="shield-check")
        self.evidence_button = push_button(
            self.tr("Check the evidence"), "check_evidence_button", self.check_evidence, icon="paperclip"
        )
        self.export_button = push_button(
            self.tr("Export the event log…"), "export_events_button", self._export, icon="file-down"
        )
        self.work = WorkBar("check_work")
        self.message = MessageStrip("check_message")
        self.findings = QPlainTextEdit()
        self.findings.setObjectName("check_findings")
        self.findings.setAccessibleName(self.tr("What the check found"))
        self.findings.setReadOnly(True)
        self.findings.setFixedHeight(120)
        self.findings.hide()
        self.body.addWidget(plain_label(self.tr("Soundness"), role="section"))
        self.body.addWidget(
            plain_label(
                self.tr("Compares log, sums, proofs, seals and all evidence with what was stored. Changes nothing."),
                role="muted",
                wrap=True,
            )
        )
        self.body.addLayout(row_of(self.check_button, self.evidence_button, 1, spacing=12))
        self.body.addLayout(row_of(self.export_button, 1))
        self.body.addWidget(self.work)
        self.body.addWidget(self.message)
        self.body.addWidget(self.findings)

    def _export(self) -> None:
        export_table(self._window.dialog_parent(), self._shop, self._jobs, "events")

    def check(self) -> None:
        """Everything, the evidence too."""
        reports = self._shop.reports
        self._run(lambda step: reports.check(step), self._on_checked, self.tr("Checking the shop"))

    def check_evidence(self) -> None:
        """The files of evidence only."""
        evidence = self._shop.evidence
        self._run(
            lambda step: [finding.error for finding in evidence.check(step)],
            self._on_evidence_checked,
            self.tr("Checking the evidence"),
        )

    def _run(
        self, check: Callable[[Callable[[int, int], None]], Sequence[Any]], done: Callable[[Any], None], title: str
    ) -> None:
        def work(progress: Progress) -> Sequence[Any]:
            def step(done: int, total: int) -> None:
                progress.stop_if_cancelled()
                progress.report(done, total)

            return check(step)

        self.message.clear()
        self.findings.hide()
        self.work.begin(title)
        self._enable(False)
        self.work.follow(self._jobs.run(self, work, done, self._on_failed, title))

    def _on_checked(self, findings: Sequence[Any]) -> None:
        self._end()
        if findings:
            self._show_findings(findings)
        elif self._shop.is_unlocked:
            self.message.say(self.tr("The shop is sound."), Tone.OK)
        else:
            self.message.say(
                self.tr("Sound as far as it can be read while locked: the seals were not opened."), Tone.OK
            )

    def _on_evidence_checked(self, findings: Sequence[Any]) -> None:
        self._end()
        if findings:
            self._show_findings(findings)
        elif self._shop.is_unlocked:
            self.message.say(self.tr("All evidence is as it was stored."), Tone.OK)
        else:
            self.message.say(
                self.tr("No evidence is missing; unlock the shop to compare the contents as well."), Tone.OK
            )

    def _show_findings(self, findings: Sequence[Any]) -> None:
        chinese = language() == "zh"
        self.findings.setPlainText("\n".join(finding.zh if chinese else finding.en for finding in findings))
        self.findings.show()
        self.message.say(
            self.tr("Found: {count}. Restore a backup, or ask for help.").format(count=len(findings)), Tone.BAD
        )

    def _on_failed(self, error: ShopError) -> None:
        self._end()
        self.message.say(error_text(error), Tone.INFO if isinstance(error, CancelledError) else Tone.BAD)

    def _end(self) -> None:
        self.work.end()
        self._enable(True)

    def _enable(self, ready: bool) -> None:
        self.check_button.setEnabled(ready)
        self.evidence_button.setEnabled(ready)
