"""Which evidence a buyer has to show, per reason."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QListWidget, QWidget

from desktop_app.domain.policies import DEFAULT_EVIDENCE
from desktop_app.domain.states import EvidenceKind, ReasonCode
from desktop_app.ui.labels import label
from desktop_app.ui.widgets.basics import column_of, plain_label, row_of

Rules = Mapping[ReasonCode, tuple[EvidenceKind, ...]]


class EvidenceRules(QWidget):
    """Reasons at the left, the evidence of the chosen one at the right; untouched reasons keep the usual list."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("evidence_rules")
        self._own: dict[ReasonCode, frozenset[EvidenceKind]] = {}
        self._reasons = tuple(ReasonCode)
        self._is_showing = False
        self.reason_list = QListWidget()
        self.reason_list.setObjectName("evidence_reasons")
        self.reason_list.setAccessibleName(self.tr("Reasons"))
        for reason in self._reasons:
            self.reason_list.addItem(label(reason))
        self.reason_list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # boxes rather than a list: assistive technology cannot tick the lines of one
        self.kind_boxes: dict[EvidenceKind, QCheckBox] = {}
        for kind in EvidenceKind:
            box = self.kind_boxes[kind] = QCheckBox(label(kind))
            box.setObjectName(f"evidence_{kind.value}")
            box.toggled.connect(self._on_kind_toggled)
        self.usual_box = QCheckBox(self.tr("The usual list for this reason"))
        self.usual_box.setObjectName("evidence_usual")
        self.summary = plain_label(role="muted", name="evidence_summary", wrap=True)
        layout = column_of(
            row_of(self.reason_list, column_of(self.usual_box, *self.kind_boxes.values(), 1, spacing=6), spacing=18),
            self.summary,
            spacing=6,
        )
        self.setLayout(layout)
        self.reason_list.itemSelectionChanged.connect(self._show)
        self.usual_box.toggled.connect(self._on_usual_toggled)
        self.reason_list.setCurrentRow(0)
        self._show()

    def set_rules(self, rules: Rules) -> None:
        """Show the rules of a version."""
        self._own = {reason: frozenset(kinds) for reason, kinds in rules.items()}
        self._show()

    def rules(self) -> dict[ReasonCode, tuple[EvidenceKind, ...]]:
        """Only the reasons that differ from the usual list."""
        return {reason: tuple(sorted(kinds)) for reason, kinds in self._own.items()}

    def set_kinds(self, reason: ReasonCode, kinds: frozenset[EvidenceKind] | None) -> None:
        """Replace the list of one reason; None is the usual list."""
        if kinds is None:
            self._own.pop(reason, None)
        else:
            self._own[reason] = kinds
        self._show()
        self.edited.emit()

    def _reason(self) -> ReasonCode | None:
        rows = self.reason_list.selectedIndexes()
        return self._reasons[rows[0].row()] if rows else None

    def _show(self) -> None:
        reason = self._reason()
        self._is_showing = True
        for box in (self.usual_box, *self.kind_boxes.values()):
            box.setEnabled(reason is not None)
        if reason is not None:
            own = self._own.get(reason)
            shown = DEFAULT_EVIDENCE[reason] if own is None else own
            self.usual_box.setChecked(own is None)
            for kind, box in self.kind_boxes.items():
                box.setChecked(kind in shown)
        self._is_showing = False
        self.summary.setText(
            self.tr("Reasons with a list of their own: {count}").format(count=len(self._own)) if self._own else ""
        )

    def _on_kind_toggled(self, _checked: bool) -> None:
        reason = self._reason()
        if reason is None or self._is_showing:
            return
        checked = frozenset(kind for kind, box in self.kind_boxes.items() if box.isChecked())
        self.set_kinds(reason, None if checked == DEFAULT_EVIDENCE[reason] else checked)

    def _on_usual_toggled(self, usual: bool) -> None:
        reason = self._reason()
        if reason is None or self._is_showing:
            return
        self.set_kinds(reason, None if usual else self._own.get(reason, DEFAULT_EVIDENCE[reason]))
