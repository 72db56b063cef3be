"""Our redemption record and the buyer's official record of the same unit, side by side."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.domain.states import EvidenceKind
from desktop_app.services.orders import RedemptionRecord, UnitLine
from desktop_app.services.requests import RequestDetail
from desktop_app.ui.colours import Tone
from desktop_app.ui.labels import when
from desktop_app.ui.widgets.basics import plain_label, set_tone

_MOST = 6


class TwoRecordsView(QWidget):
    """Hidden while no unit that the request asks about has either record."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("two_records")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 3)
        self._grid.setColumnStretch(2, 2)
        self._conclusion = plain_label(name="two_records_conclusion", wrap=True, selectable=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(plain_label(self.tr("Redemption: what each side shows"), role="section"))
        layout.addLayout(self._grid)
        layout.addWidget(self._conclusion)

    def show_detail(self, detail: RequestDetail, zone: ZoneInfo) -> bool:
        """Show the units of a request; False when there is nothing to show."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        units = [
            unit
            for unit in detail.order.units
            if unit.ref in detail.unit_refs and (unit.redemption is not None or unit.official_not_activated)
        ]
        official = [
            piece.name
            for piece in detail.evidence
            if piece.kind is EvidenceKind.OFFICIAL_ACTIVATION_RECORD and piece.request_no
        ]
        self._add(0, 0, self.tr("Unit"), role="muted")
        self._add(0, 1, self.tr("Our record"), role="muted")
        self._add(0, 2, self.tr("The buyer's official record"), role="muted")
        for row, unit in enumerate(units[:_MOST], 1):
            self._add(row, 0, unit.ref)
            self._add(row, 1, self._ours(unit, zone), name=f"our_record_{unit.ref}")
            theirs = self._add(row, 2, self._theirs(unit, official), name=f"official_record_{unit.ref}")
            set_tone(theirs, Tone.WARN if unit.official_not_activated else None)
        self._conclusion.setText(self._concluded(units))
        self._conclusion.setVisible(bool(self._conclusion.text()))
        return bool(units)

    def _add(self, row: int, column: int, text: str, *, role: str = "", name: str = "") -> QLabel:
        label = plain_label(text, role=role, name=name, wrap=True, selectable=not role)
        self._grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignTop)
        return label

    def _ours(self, unit: UnitLine, zone: ZoneInfo) -> str:
        if unit.redemption is None:
            return self.tr("no redemption recorded")
        lines = [self._record(unit.redemption, zone)]
        lines += [
            self.tr("corrects: {record}").format(record=self._record(record, zone)) for record in reversed(unit.earlier)
        ]
        return "\n".join(lines)

    def _record(self, record: RedemptionRecord, zone: ZoneInfo) -> str:
        parts = [
            when(record.redeemed_at, zone, seconds=True) or self.tr("time unknown"),
            record.code or self.tr("no code"),
            record.target_masked,
            record.source,
            self.tr("says {who}").format(who=record.stated_by),
        ]
        return "  ·  ".join(part for part in parts if part)

    def _theirs(self, unit: UnitLine, official: list[str]) -> str:
        if not unit.official_not_activated:
            return self.tr("none on file")
        return "\n".join([self.tr("not activated"), *official])

    def _concluded(self, units: list[UnitLine]) -> str:
        said: list[str] = []
        both = [unit.ref for unit in units if unit.official_not_activated and unit.redemption is not None]
        if both:
            text = self.tr("Unit {refs}: the records contradict each other. The official one counts, whatever we hold.")
            said.append(text.format(refs=", ".join(both)))
        if len(units) > _MOST:
            said.append(self.tr("{count} more units have records; see the order.").format(count=len(units) - _MOST))
        return "\n".join(said)
