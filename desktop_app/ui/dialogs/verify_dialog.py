"""Is this proof genuine? A PDF, a picture or the text of a QR code goes in, a plain answer comes out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.services.verification import (
    HEADLINES,
    Answer,
    KnownSigners,
    Verification,
    grouped,
    read_fingerprint,
    signers_of_shop,
    verify_code,
    verify_path,
    verify_picture,
)
from desktop_app.ui import icons
from desktop_app.ui.colours import Tone, tokens
from desktop_app.ui.dialogs.file_choice import choose_file
from desktop_app.ui.evidence_steps import offered_in
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import language
from desktop_app.ui.pictures import png_of
from desktop_app.ui.theme import mono_font, repolish
from desktop_app.ui.widgets.basics import FactsGrid, plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.screen_fit import resize_within_screen

_LOOKS = {
    Answer.VALID: (Tone.OK, "circle-check"),
    Answer.TAMPERED: (Tone.BAD, "circle-alert"),
    Answer.UNKNOWN_SIGNER: (Tone.WARN, "triangle-alert"),
    Answer.UNREADABLE: (Tone.NEUTRAL, "info"),
}


class VerifyDialog(QDialog):
    """Choose, drop or paste; the shop's own certificates are known, another shop's fingerprint can be given."""

    def __init__(self, parent: QWidget, shop: Any, jobs: Jobs) -> None:
        super().__init__(parent)
        self.setObjectName("verify_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Verify a proof"))
        self.setModal(True)
        self.setAcceptDrops(True)
        resize_within_screen(self, 720, 680)
        self._shop = shop
        self._jobs = jobs
        self._turn = 0
        self.answer: Verification | None = None
        self._build()

    def _build(self) -> None:
        self.file_button = push_button(
            self.tr("Choose a file…"), "verify_file_button", self._choose, kind="primary", icon="file-badge"
        )
        self.code_edit = QLineEdit()
        self.code_edit.setObjectName("verify_code")
        self.code_edit.setAccessibleName(self.tr("Text of the QR code"))
        self.code_edit.setPlaceholderText(self.tr("Or paste the text of the QR code: KMP1.…"))
        self.code_edit.returnPressed.connect(self._check_code)
        self.code_button = push_button(self.tr("Check the text"), "verify_code_button", self._check_code)
        self.fingerprint_edit = QLineEdit()
        self.fingerprint_edit.setObjectName("verify_fingerprint")
        self.fingerprint_edit.setAccessibleName(self.tr("Fingerprint of another shop"))
        self.fingerprint_edit.setPlaceholderText(self.tr("Proof of another shop: the fingerprint that it published"))
        self.message = MessageStrip("verify_message")
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        paste.activated.connect(self._paste)
        for edit in (self.code_edit, self.fingerprint_edit):
            edit.installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(self.tr("Verify a proof"), role="title"))
        layout.addWidget(
            plain_label(
                self.tr(
                    "Drop or paste a PDF, a photo or a screenshot, choose a file, or paste what a phone reads from "
                    "the paper. No network is used."
                ),
                role="muted",
                wrap=True,
            )
        )
        layout.addLayout(row_of(self.file_button, self.code_edit, self.code_button))
        layout.addWidget(self.fingerprint_edit)
        layout.addWidget(self.message)
        layout.addWidget(self._result_frame())
        layout.addWidget(self._details(), 1)
        close = push_button(self.tr("Close"), "verify_close", self.reject)
        layout.addLayout(row_of(1, close))

    def _result_frame(self) -> QWidget:
        self._icon = QLabel()
        self._word = plain_label(role="title", name="verify_answer", selectable=True)
        self._summary = plain_label(name="verify_summary", wrap=True, selectable=True)
        self._frame = QFrame()
        self._frame.setObjectName("verify_result")
        texts = QVBoxLayout()
        texts.setSpacing(4)
        texts.addWidget(self._word)
        texts.addWidget(self._summary)
        inner = QHBoxLayout(self._frame)
        inner.setContentsMargins(16, 14, 16, 14)
        inner.setSpacing(14)
        inner.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        inner.addLayout(texts, 1)
        self._frame.hide()
        return self._frame

    def _details(self) -> QWidget:
        self._proves = plain_label(name="verify_proves", wrap=True, selectable=True)
        self._open = plain_label(name="verify_does_not_prove", wrap=True, selectable=True)
        self._facts = FactsGrid("verify_facts", key_width=150)
        self._fingerprint = plain_label(name="verify_signer", selectable=True)
        self._fingerprint.setFont(mono_font())
        self._headings = [
            plain_label(text, role="section")
            for text in (
                self.tr("What this proves"),
                self.tr("What it does not prove"),
                self.tr("What the proof says"),
                self.tr("Fingerprint of the signer"),
            )
        ]
        inner = QWidget()
        inner.setProperty("plain", "true")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        for heading, part in zip(
            self._headings, (self._proves, self._open, self._facts, self._fingerprint), strict=True
        ):
            column.addWidget(heading)
            column.addWidget(part)
            heading.hide()
            part.hide()
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setObjectName("verify_scroll")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inner)
        return scroll

    # asking

    def _choose(self) -> None:
        filters = [
            self.tr("Proofs and pictures (*.pdf *.png *.jpg *.jpeg *.webp *.gif *.bmp)"),
            self.tr("All files (*)"),
        ]
        choose_file(self, self.tr("Verify a proof"), filters, self.check_file)

    def check_file(self, path: Path) -> None:
        """Judge a file in a worker; the answer is shown when it is there."""
        self._ask(lambda known: verify_path(path, known))

    def _check_code(self) -> None:
        text = self.code_edit.text().strip()
        if text:
            self._ask(lambda known: verify_code(text, known))

    def _ask(self, judge: Any) -> None:
        self._forget_answer()
        # what reads signatures takes a second to load the first time
        self.message.say(self.tr("Verifying…"))
        given = self.fingerprint_edit.text().strip()
        context = self._shop.context
        self._turn += 1
        turn = self._turn

        def work(_progress: Progress) -> tuple[int, Verification]:
            own = signers_of_shop(context)
            known = KnownSigners(frozenset({read_fingerprint(given)}), own.certificates) if given else own
            return turn, judge(known)

        self._jobs.run(self, work, self._on_answer, partial(self._on_failed, turn))

    def _on_failed(self, turn: int, error: ShopError) -> None:
        if turn == self._turn:
            self.message.show_error(error)

    def _on_answer(self, found: tuple[int, Verification]) -> None:
        turn, answer = found
        if turn == self._turn:  # not one that was overtaken
            self.message.clear()
            self.show_answer(answer)

    def _forget_answer(self) -> None:
        """What is said of one proof must not stand beside the next one, least of all when that cannot be read."""
        self.answer = None
        self._frame.hide()
        for part in (*self._headings, self._proves, self._open, self._facts, self._fingerprint):
            part.hide()

    # showing

    def show_answer(self, answer: Verification) -> None:
        """The answer with its reasons."""
        self.answer = answer
        spoken = language()
        tone, icon = _LOOKS[answer.answer]
        headline = HEADLINES[answer.answer].text(spoken)
        self._frame.setProperty("strip", tone.value)
        self._icon.setPixmap(icons.pixmap(icon, tokens().tone_text[tone], 40, self.devicePixelRatioF()))
        self._word.setText(headline)
        self._summary.setText(answer.summary.text(spoken))
        for widget in (self._frame, self._word, self._summary):
            repolish(widget)
        self._frame.show()
        self._frame.setAccessibleName(f"{headline}. {answer.summary.text(spoken)}")
        self._proves.setText("\n".join(f"•  {line.text(spoken)}" for line in answer.proves))
        self._open.setText("\n".join(f"•  {line.text(spoken)}" for line in answer.does_not_prove))
        self._facts.set_facts([(line.label.en, line.label.text(spoken), line.value) for line in answer.stated])
        self._fingerprint.setText(grouped(answer.fingerprint))
        shown = (answer.proves, answer.does_not_prove, answer.stated, answer.fingerprint)
        parts = (self._proves, self._open, self._facts, self._fingerprint)
        for heading, part, content in zip(self._headings, parts, shown, strict=True):
            heading.setVisible(bool(content))
            part.setVisible(bool(content))

    # dropping and pasting

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if offered_in(event.mimeData()) or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self._take(event.mimeData())
        event.acceptProposedAction()

    def _paste(self) -> None:
        self._take(QGuiApplication.clipboard().mimeData())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A field takes no file and no picture: those are for the dialog."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            is_paste = event.matches(QKeySequence.StandardKey.Paste)
            if is_paste and offered_in(QGuiApplication.clipboard().mimeData()):
                self._paste()
                return True
        return super().eventFilter(watched, event)

    def _take(self, mime: QMimeData) -> None:
        offered = offered_in(mime)
        if not offered:
            self.code_edit.setText(mime.text().strip())
            self._check_code()
            return
        first = offered[0]
        if isinstance(first, Path):
            self.check_file(first)
        else:
            self._ask(lambda known: verify_picture(png_of(first), known))
