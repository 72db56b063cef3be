"""A decision as it was frozen, and what follows from it: new keys to send, money to track."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from desktop_app.documents.rule_words import option_text
from desktop_app.domain.refunds import Option
from desktop_app.services.requests import RequestDetail
from desktop_app.ui.labels import label, language, money, when
from desktop_app.ui.theme import mono_font
from desktop_app.ui.widgets.basics import FactsGrid, plain_label, push_button, row_of
from desktop_app.ui.widgets.copy_button import CopyButton, SecretClipboard


class DecidedView(QWidget):
    """Hidden while the request is open."""

    refund_wanted = Signal()
    appeal_wanted = Signal()
    dossier_wanted = Signal()

    def __init__(self, secrets: SecretClipboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("decided_view")
        self._grid = FactsGrid("decision", key_width=104)
        for key, title in (
            ("verdict", self.tr("The rules said")),
            ("amount", self.tr("Refund")),
            ("fee", self.tr("Fee kept")),
            ("option", self.tr("Settled by")),
            ("ground", self.tr("Ground")),
            ("reason", self.tr("Reason")),
            ("decided", self.tr("Decided")),
        ):
            self._grid.add(key, title)
        self.refund_button = push_button(
            self.tr("Track the refund"), "refund_link", self.refund_wanted.emit, icon="banknote"
        )
        self.appeal_button = push_button(
            self.tr("The buyer appeals…"), "appeal_button", self.appeal_wanted.emit, icon="gavel"
        )
        self.dossier_button = push_button(self.tr("Make dossier…"), "decided_dossier_button", self.dossier_wanted.emit)
        self._keys_title = plain_label(role="section", name="reissued_title")
        self.keys_edit = QPlainTextEdit()
        self.keys_edit.setObjectName("reissued_keys")
        self.keys_edit.setAccessibleName(self.tr("New keys for the buyer"))
        self.keys_edit.setReadOnly(True)
        self.keys_edit.setFont(mono_font())
        self.keys_edit.setFixedHeight(76)
        self.copy_keys_button = CopyButton(
            self.tr("Copy the keys"), "copy_keys_button", self.keys_edit.toPlainText, secret=secrets
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(plain_label(self.tr("Decision"), role="section"))
        layout.addWidget(self._grid)
        layout.addWidget(self._keys_title)
        layout.addWidget(self.keys_edit)
        layout.addLayout(row_of(self.copy_keys_button, self.refund_button, 1))
        layout.addLayout(row_of(self.appeal_button, self.dossier_button, 1))

    def show_detail(self, detail: RequestDetail, zone: ZoneInfo, keys: Sequence[str]) -> None:
        """``keys`` are those that the decision took from the stock for the buyer, known only right after it."""
        decision = detail.decision
        self.setVisible(decision is not None)
        self.keys_edit.setPlainText("\n".join(keys))
        for widget in (self._keys_title, self.keys_edit, self.copy_keys_button):
            widget.setVisible(bool(keys))
        if decision is None:
            return
        self._keys_title.setText(self.tr("New keys for the buyer ({count})").format(count=len(keys)))
        amount = money(decision.refund_fen)
        if decision.refund_fen != decision.proposed_refund_fen:
            amount = self.tr("{amount} (the rules proposed {proposed})").format(
                amount=amount, proposed=money(decision.proposed_refund_fen)
            )
        for key, value in (
            ("verdict", label(decision.verdict)),
            ("amount", amount),
            ("fee", money(decision.fee_fen) if decision.fee_fen else ""),
            ("option", option_text(Option(decision.option), language()) if decision.option else ""),
            ("ground", label(decision.ground) if decision.ground is not None else ""),
            ("reason", decision.reason),
            ("decided", f"{when(decision.decided_at, zone)}  ·  {decision.decided_by}"),
        ):
            self._grid.set_value(key, value)
        self.refund_button.setVisible(decision.refund_fen > 0)
