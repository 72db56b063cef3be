"""One redemption proof: the paper as it is or would be, issuing it, and what can be done with the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout

from desktop_app.domain.errors import CancelledError, LockedError, RefusedError, ShopError
from desktop_app.services.prints import ProofPrints
from desktop_app.services.proofs import ProofCandidate, ProofLine
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_choice import choose_target
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import error_text, when
from desktop_app.ui.widgets.basics import Card, Pill, plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.pdf_preview import PdfPreview
from desktop_app.ui.widgets.places import open_folder


@dataclass(frozen=True, slots=True)
class _Paper:
    """What a job brought for the pane: a document, or why there is none."""

    turn: int
    data: bytes
    proof: ProofLine | None
    prints: ProofPrints | None = None


class ProofPane(Card):
    """Shows the unit or the proof that was chosen; ``issued`` carries the new ProofLine.

    ``issue_action`` and ``print_action`` are enabled together with the buttons.
    """

    issued = Signal(object)

    def __init__(
        self, shop: Any, jobs: Jobs, window: WindowContext, issue_action: QAction, print_action: QAction
    ) -> None:
        super().__init__("proof_pane", margin=1)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self.issue_action = issue_action
        self.print_action = print_action
        self.proof: ProofLine | None = None
        self._candidate: ProofCandidate | None = None
        self._data = b""
        self._turn = 0
        self._saved_to: Path | None = None
        self._heading = plain_label(role="title", name="proof_heading", selectable=True)
        self._pill = Pill("proof_state")
        self._about = plain_label(role="muted", name="proof_about", wrap=True, selectable=True)
        self.message = MessageStrip("proof_message")
        self.preview = PdfPreview("proof_preview", self._jobs)
        self.issue_button = push_button(
            self.tr("Issue proof"), "issue_button", self.issue, kind="primary", icon="stamp", tooltip="N"
        )
        self.reissue_button = push_button(
            self.tr("Issue again"), "reissue_button", self.issue, icon="stamp", tooltip="N"
        )
        self.reissue_button.setToolTip(
            self.tr("A new number that names this one as replaced, e.g. after the record was corrected (N)")
        )
        self.print_button = push_button(
            self.tr("Print"), "print_button", print_action.trigger, kind="primary", icon="printer", tooltip="P"
        )
        self.save_button = push_button(self.tr("Save as…"), "save_button", self.save_as, icon="save")
        self.folder_button = push_button(
            self.tr("Open folder"), "open_folder_button", self._open_folder, icon="folder-open"
        )
        self.order_button = push_button(self.tr("Open the order"), "proof_order_button", self._open_order, kind="link")
        self.setMinimumWidth(380)
        self.body.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(16, 14, 16, 8)
        head.setSpacing(4)
        head.addLayout(row_of(self._heading, self._pill, 1, self.order_button))
        head.addWidget(self._about)
        head.addWidget(self.message)
        foot = row_of(
            self.issue_button, self.print_button, self.save_button, self.folder_button, 1, self.reissue_button
        )
        foot.setContentsMargins(16, 10, 16, 14)
        self.body.addLayout(head)
        self.body.addWidget(self.preview, 1)
        self.body.addLayout(foot)
        self._show_nothing()

    @property
    def has_paper(self) -> bool:
        """Whether an issued proof is there to be printed."""
        return self.proof is not None and bool(self._data)

    def show_candidate(self, row: ProofCandidate | None) -> None:
        self._candidate, self.proof = row, None
        self.show_again()

    def show_proof(self, row: ProofLine | None) -> None:
        self._candidate, self.proof = None, row
        self.show_again()

    def show_again(self) -> None:
        self.message.clear()
        self._data = b""
        self._enable()
        proof, candidate = self.proof, self._candidate
        if proof is not None:
            self._heading.setText(proof.proof_no)
            self._pill.set_state(self.tr("Issued"), Tone.OK)
            self._about.setText(self._about_proof(proof))
        elif candidate is not None:
            self._heading.setText(
                self.tr("Order {order_no}, unit {ref}").format(order_no=candidate.order_no, ref=candidate.unit_ref)
            )
            self._pill.set_state(
                self.tr("Draft") if candidate.is_complete else self.tr("Incomplete"),
                Tone.INFO if candidate.is_complete else Tone.BAD,
            )
            self._about.setText(candidate.product_name)
        else:
            self._show_nothing()
            return
        self._load()

    def _about_proof(self, proof: ProofLine) -> str:
        parts = [
            self.tr("Order {order_no}, unit {ref}").format(order_no=proof.order_no, ref=proof.unit_ref),
            proof.product_name,
            self.tr("issued {when} by {who}").format(when=self._when(proof.issued_at), who=proof.issued_by),
        ]
        if proof.replaces_no:
            parts.append(self.tr("replaces {proof_no}").format(proof_no=proof.replaces_no))
        return "  ·  ".join(parts)

    def reload_prints(self) -> None:
        proof, prints, turn = self.proof, self._shop.prints, self._turn
        if proof is None:
            return
        proof_id = proof.id

        def work(_progress: Progress) -> ProofPrints:
            found: ProofPrints = prints.of_proof(proof_id)
            return found

        def done(found: ProofPrints) -> None:
            if turn == self._turn:
                self._show_prints(found)

        self._jobs.run(self, work, done)

    def _show_prints(self, prints: ProofPrints) -> None:
        if self.proof is not None:
            self._about.setText(f"{self._about_proof(self.proof)}  ·  {self._printed_text(prints)}")

    def _printed_text(self, prints: ProofPrints) -> str:
        if prints.last_at is None:
            return self.tr("not printed yet")
        if prints.times == 1:
            text = self.tr("printed once, {when} on {printer}")
        else:
            text = self.tr("printed {count} times, last {when} on {printer}")
        return text.format(count=prints.times, when=self._when(prints.last_at), printer=prints.last_printer)

    def _show_nothing(self) -> None:
        self._turn += 1
        self._heading.setText(self.tr("Redemption proof"))
        self._pill.set_state("", Tone.NEUTRAL)
        self._about.setText("")
        self.preview.show_message(
            self.tr("Choose a unit or a proof"), self.tr("The paper is shown here before it is issued or printed.")
        )
        self._enable()

    def _enable(self) -> None:
        proof, candidate = self.proof, self._candidate
        can_issue = proof is not None or (candidate is not None and candidate.is_complete)
        has_paper = self.has_paper
        self.issue_action.setEnabled(can_issue)
        self.print_action.setEnabled(has_paper)
        for button in (self.issue_button, self.reissue_button):
            button.setEnabled(can_issue)
        for button in (self.print_button, self.save_button):
            button.setEnabled(has_paper)
        self.issue_button.setVisible(proof is None)
        for button in (self.print_button, self.save_button, self.folder_button, self.reissue_button):
            button.setVisible(proof is not None)
        self.order_button.setVisible(proof is not None or candidate is not None)

    def _load(self) -> None:
        """Bring the paper of what is chosen: laying a draft out takes a third of a second."""
        self._turn += 1
        turn, proof, candidate = self._turn, self.proof, self._candidate
        proofs, prints = self._shop.proofs, self._shop.prints
        self.preview.show_message(self.tr("Preparing the paper…"), "")

        def work(_progress: Progress) -> _Paper:
            if turn != self._turn:
                raise CancelledError("Another proof was chosen.", "已选择另一份证明。")
            if proof is not None:
                return _Paper(turn, proofs.pdf(proof.id), proof, prints.of_proof(proof.id))
            assert candidate is not None
            return _Paper(turn, proofs.draft(candidate.unit_id), None)

        def failed(error: ShopError) -> None:
            self._on_load_failed(turn, error)

        self._jobs.run(self, work, self._on_loaded, failed)

    def _on_loaded(self, paper: _Paper) -> None:
        if paper.turn != self._turn:
            return
        self._data = paper.data
        if paper.prints is not None:
            self._show_prints(paper.prints)
        name = paper.proof.proof_no if paper.proof is not None else self.tr("Draft of the proof")
        self.preview.show_pdf(paper.data, name)
        self._enable()

    def _on_load_failed(self, turn: int, error: ShopError) -> None:
        if turn != self._turn or isinstance(error, CancelledError):
            return
        if isinstance(error, RefusedError):
            self.preview.show_message(
                self.tr("No proof yet"),
                error_text(error),
                self.tr("Complete the record in the order"),
                self._open_order,
            )
        elif isinstance(error, LockedError):
            self.preview.show_message(self.tr("The shop is locked"), error_text(error))
        else:
            self.preview.show_message(self.tr("The paper cannot be shown"), error_text(error))

    def issue(self) -> None:
        """Issue the proof of the chosen unit and show it."""
        unit_id = self._unit_id()
        if unit_id is None or not self.issue_action.isEnabled():
            return
        for item in (self.issue_action, self.issue_button, self.reissue_button):
            item.setEnabled(False)
        proofs = self._shop.proofs

        def work(_progress: Progress) -> ProofLine:
            line: ProofLine = proofs.issue(unit_id)
            return line

        self._jobs.run(self, work, self._on_issued, self._on_issue_failed, self.tr("Issuing the proof"))

    def _on_issued(self, proof: ProofLine) -> None:
        self.issued.emit(proof)
        self._window.say(self.tr("Proof {proof_no} was issued.").format(proof_no=proof.proof_no), Tone.OK)
        if proof.notice is not None:
            without = self.tr("Issued without a time stamp.")
            self.message.say(f"{without} {error_text(proof.notice)}", Tone.WARN)

    def _on_issue_failed(self, error: ShopError) -> None:
        self._enable()
        self.message.show_error(error)

    def save_as(self) -> None:
        """Ask where a copy of the issued file shall go."""
        proof = self.proof
        if proof is not None:
            choose_target(
                self._window.dialog_parent(),
                self.tr("Save the proof"),
                f"{proof.proof_no}.pdf",
                [self.tr("PDF (*.pdf)")],
                self.save_to,
            )

    def save_to(self, path: Path) -> None:
        """Put a copy of the issued file at ``path``, which may be on a slow stick."""
        proof, proofs = self.proof, self._shop.proofs
        if proof is not None:
            self._jobs.run(
                self,
                lambda _progress: proofs.save(proof.id, path),
                lambda _answer: self._on_saved(path),
                self.message.show_error,
            )

    def _on_saved(self, path: Path) -> None:
        self._saved_to = path.parent
        self.message.say(self.tr("Saved as {path}.").format(path=path), Tone.OK)

    def _open_folder(self) -> None:
        """Where the copy was saved; before that, where the shop keeps its proofs."""
        from desktop_app.services.proof_issuing import FOLDER

        open_folder(self._saved_to or self._shop.data_dir / FOLDER)

    def _open_order(self) -> None:
        subject = self.proof or self._candidate
        if subject is not None:
            self._window.navigate("orders", subject.order_id)

    def _unit_id(self) -> int | None:
        subject = self.proof or self._candidate
        return None if subject is None else subject.unit_id

    def _when(self, moment: datetime) -> str:
        return when(moment, self._window.zone())
