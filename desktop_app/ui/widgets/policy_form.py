"""The rules of a channel as a form, with what the linter says beside each field."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPlainTextEdit, QWidget

from desktop_app.domain.policies import LARGEST_WINDOW_HOURS, LintWarning
from desktop_app.domain.states import FeeDisclosure
from desktop_app.services.policies import PolicyDraft
from desktop_app.ui.colours import Tone
from desktop_app.ui.policy_words import lint_text
from desktop_app.ui.widgets.basics import plain_label, set_tone
from desktop_app.ui.widgets.evidence_rules import EvidenceRules
from desktop_app.ui.widgets.inputs import EnumCombo
from desktop_app.ui.widgets.number_fields import WIDTH, NumberSpin, RateSpin
from desktop_app.ui.widgets.quiet_wheel import quiet_wheels

Lint = Callable[[PolicyDraft], Sequence[LintWarning]]
WARNING_WIDTH = 260


class PolicyForm(QWidget):
    """Prefill it with :meth:`set_draft`; ``edited`` follows every change."""

    edited = Signal()

    def __init__(self, lint: Lint, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("policy_form")
        self.setProperty("plain", "true")
        self._lint = lint
        self._warnings: dict[str, QLabel] = {}
        self._is_filling = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 10, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(10)
        self._grid.setColumnMinimumWidth(0, 120)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(2, WARNING_WIDTH)
        self._build()
        quiet_wheels(self)
        self.check()

    def _build(self) -> None:
        self.window_spin = NumberSpin(
            "window_hours", self.tr("Refund window in hours"), 0, LARGEST_WINDOW_HOURS, self.tr(" h")
        )
        self.fee_spin = RateSpin("fee_bp", self.tr("Fee"))
        self.unshipped_spin = RateSpin("unshipped_fee_bp", self.tr("Fee before shipping"))
        self.cap_spin = RateSpin("cap_bp", self.tr("Largest fee"))
        self.disclosure_combo = EnumCombo(self.tr("How buyers see the fee"), "fee_disclosure", FeeDisclosure)
        self.disclosure_combo.setFixedWidth(WIDTH)
        for name, title, field in (
            ("window_hours", self.tr("Refund window"), self.window_spin),
            ("fee_bp", self.tr("Fee"), self.fee_spin),
            ("unshipped_fee_bp", self.tr("Fee before shipping"), self.unshipped_spin),
            ("cap_bp", self.tr("Largest fee"), self.cap_spin),
            ("fee_disclosure", self.tr("Buyers see the fee"), self.disclosure_combo),
        ):
            self._add(name, title, field)
        self._texts = {
            name: self._text_edit(name, title)
            for name, title in (
                ("refund_policy", self.tr("Refund policy")),
                ("fee_note", self.tr("Fee note")),
                ("cancel_rules", self.tr("Cancellation rules")),
                ("after_sales", self.tr("After-sales terms")),
                ("user_agreement", self.tr("User agreement")),
            )
        }
        self.evidence = EvidenceRules()
        row = self._grid.rowCount()
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(plain_label(self.tr("Evidence to show"), role="muted"), row, 0, top)
        self._grid.addWidget(self.evidence, row, 1, 1, 2)
        self._grid.setRowStretch(row + 1, 1)
        for spin in (self.window_spin, self.fee_spin, self.unshipped_spin, self.cap_spin):
            spin.valueChanged.connect(self._on_edited)
        self.disclosure_combo.code_chosen.connect(self._on_edited)
        for edit in self._texts.values():
            edit.textChanged.connect(self._on_edited)
        self.evidence.edited.connect(self._on_edited)

    def _text_edit(self, name: str, title: str) -> QPlainTextEdit:
        edit = QPlainTextEdit()
        edit.setObjectName(name)
        edit.setAccessibleName(title)
        edit.setTabChangesFocus(True)
        edit.setFixedHeight(74)
        self._add(name, title, edit)
        return edit

    def _add(self, name: str, title: str, field: QWidget) -> None:
        row = self._grid.rowCount()
        heading = plain_label(title, role="muted", wrap=True)
        heading.setBuddy(field)
        warning = plain_label(name=f"warning_{name}", wrap=True)
        warning.setFixedWidth(WARNING_WIDTH)
        set_tone(warning, Tone.WARN)
        self._warnings[name] = warning
        middle = Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(
            heading, row, 0, Qt.AlignmentFlag.AlignTop if isinstance(field, QPlainTextEdit) else middle
        )
        self._grid.addWidget(field, row, 1)
        self._grid.addWidget(warning, row, 2, middle)

    def set_draft(self, draft: PolicyDraft) -> None:
        """Show the rules of a version to start from."""
        self._is_filling = True
        self.window_spin.setValue(draft.window_hours)
        self.fee_spin.set_basis_points(draft.fee_bp)
        self.unshipped_spin.set_basis_points(draft.unshipped_fee_bp)
        self.cap_spin.set_basis_points(draft.cap_bp)
        self.disclosure_combo.set_code(draft.fee_disclosure)
        for name, edit in self._texts.items():
            edit.setPlainText(getattr(draft, name))
        self.evidence.set_rules(draft.required_evidence)
        self._is_filling = False
        self.check()

    def draft(self) -> PolicyDraft:
        """The rules as they stand in the form."""
        return PolicyDraft(
            window_hours=self.window_spin.value(),
            fee_bp=self.fee_spin.basis_points(),
            unshipped_fee_bp=self.unshipped_spin.basis_points(),
            cap_bp=self.cap_spin.basis_points(),
            fee_disclosure=self.disclosure_combo.code() or FeeDisclosure.NONE,
            required_evidence=self.evidence.rules(),
            **{name: edit.toPlainText() for name, edit in self._texts.items()},
        )

    def check(self) -> None:
        """Ask the linter and put its words beside the fields."""
        found: dict[str, list[str]] = {}
        for warning in self._lint(self.draft()):
            found.setdefault(warning.field, []).append(lint_text(warning))
        for name, label in self._warnings.items():
            label.setText("\n".join(f"! {text}" for text in found.get(name, ())))

    def warning(self, field: str) -> str:
        """What stands beside a field, empty when there is nothing to reconsider."""
        return self._warnings[field].text()

    def _on_edited(self, *_: object) -> None:
        if not self._is_filling:
            self.check()
            self.edited.emit()
