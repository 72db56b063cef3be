"""Small dialogs around one request: ask for evidence, what was said, a dispute, reasons per unit.

Each asks the service itself and stays open with the service's sentence when that refuses; ``accepted`` says it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QLayout,
    QPlainTextEdit,
    QRadioButton,
    QWidget,
)

from desktop_app.documents import replies
from desktop_app.domain.refunds import MERCHANT_CHECK, Option
from desktop_app.domain.states import EscalationTarget, EvidenceKind
from desktop_app.services.requests import RequestDetail
from desktop_app.ui.approval_texts import offers
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit, note_edit
from desktop_app.ui.labels import label, language
from desktop_app.ui.widgets.basics import row_of
from desktop_app.ui.widgets.copy_button import CopyButton
from desktop_app.ui.widgets.inputs import EnumCombo
from desktop_app.ui.widgets.unit_reasons import UnitReasons


class AskDialog(FormDialog):
    """What is missing is ticked; below stands the question as the buyer will read it."""

    def __init__(self, shop: Any, detail: RequestDetail, parent: QWidget) -> None:
        super().__init__(
            parent, "ask_dialog", self.tr("Ask the buyer for evidence"), self.tr("Ask and pause the clock"), width=620
        )
        self._shop = shop
        self._detail = detail
        self._templates = shop.reply_texts.templates()
        self._boxes: dict[EvidenceKind, QCheckBox] = {}
        missing = _missing_kinds(detail)
        on_file = {piece.kind for piece in detail.evidence}
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(8)
        for number, kind in enumerate(EvidenceKind):
            text = label(kind) if kind not in on_file else self.tr("{kind} (on file)").format(kind=label(kind))
            box = QCheckBox(text)
            box.setObjectName(f"ask_{kind.value}")
            box.setChecked(kind in missing)
            box.toggled.connect(self._show_question)
            self._boxes[kind] = box
            grid.addWidget(box, number // 2, number % 2)
        self.note_edit = line_edit(
            "ask_note_edit",
            self.tr("What else you need to know"),
            placeholder=self.tr("What else do you need to know?"),
            longest=500,
        )
        self.note_edit.textChanged.connect(self._show_question)
        self.question_edit = QPlainTextEdit()
        self.question_edit.setObjectName("question_text")
        self.question_edit.setAccessibleName(self.tr("The question"))
        self.question_edit.setReadOnly(True)
        self.question_edit.setTabChangesFocus(True)
        self.question_edit.setMinimumHeight(150)
        self.chinese_button = QRadioButton("中文")
        self.chinese_button.setObjectName("question_zh_button")
        self.english_button = QRadioButton("English")
        self.english_button.setObjectName("question_en_button")
        group = QButtonGroup(self)
        group.addButton(self.chinese_button)
        group.addButton(self.english_button)
        (self.chinese_button if language() == "zh" else self.english_button).setChecked(True)
        group.buttonToggled.connect(self._show_question)
        copy = CopyButton(self.tr("Copy the question"), "copy_question_button", self.question_edit.toPlainText)
        _add_wide(self, grid)
        _add_wide(self, self.note_edit)
        _add_wide(self, row_of(self.chinese_button, self.english_button, 1, copy))
        _add_wide(self, self.question_edit)
        self._show_question()

    def kinds(self) -> tuple[EvidenceKind, ...]:
        """What is ticked."""
        return tuple(kind for kind, box in self._boxes.items() if box.isChecked())

    def apply(self) -> None:
        self._shop.requests.ask(self._detail.line.id, self.kinds(), self.note_edit.text())

    def _show_question(self, *_: object) -> None:
        zh, en = replies.question(
            request_no=self._detail.line.request_no,
            order_no=self._detail.line.order_no,
            kinds=self.kinds(),
            note=self.note_edit.text().strip(),
            templates=self._templates,
        )
        self.question_edit.setPlainText(zh if self.chinese_button.isChecked() else en)


class WordsDialog(FormDialog):
    """Some words to record; ``record(words, from_buyer)`` asks the service."""

    def __init__(
        self,
        parent: QWidget,
        name: str,
        title: str,
        action_text: str,
        record: Callable[[str, bool], object],
        *,
        hint: str = "",
        ask_who: bool = False,
    ) -> None:
        super().__init__(parent, name, title, action_text, introduction=hint)
        self._record = record
        self.buyer_button = QRadioButton(self.tr("The buyer said"))
        self.buyer_button.setObjectName("from_buyer_button")
        self.shop_button = QRadioButton(self.tr("The shop said"))
        self.shop_button.setObjectName("from_shop_button")
        self.buyer_button.setChecked(True)
        self.words_edit = note_edit("words_edit", title, height=110)
        _add_wide(self, row_of(self.buyer_button, self.shop_button, 1))
        self.buyer_button.setVisible(ask_who)
        self.shop_button.setVisible(ask_who)
        _add_wide(self, self.words_edit)
        self.words_edit.setFocus()

    def apply(self) -> None:
        self._record(self.words_edit.toPlainText().strip(), self.buyer_button.isChecked())


class EscalateDialog(FormDialog):
    """Where the dispute went, with the reference given there."""

    def __init__(self, shop: Any, detail: RequestDetail, parent: QWidget) -> None:
        super().__init__(
            parent,
            "escalate_dialog",
            self.tr("Record a dispute"),
            self.tr("Record"),
            introduction=self.tr("The request stays open and can still be decided here."),
        )
        self._shop = shop
        self._detail = detail
        self.target_combo = EnumCombo(self.tr("Where it went"), "target_combo", EscalationTarget)
        if offers(detail, Option.POLICE) and not offers(detail, Option.PLATFORM):
            self.target_combo.set_code(EscalationTarget.POLICE)
        self.reference_edit = line_edit(
            "reference_edit", self.tr("Reference"), placeholder=self.tr("Case number, when there is one")
        )
        self.note_edit = note_edit("escalation_note_edit", self.tr("Note"), height=80)
        self.fields.add_field(self.tr("Goes to"), self.target_combo)
        self.fields.add_field(self.tr("Reference"), self.reference_edit)
        self.fields.add_field(self.tr("Note"), self.note_edit)

    def apply(self) -> None:
        target = self.target_combo.code()
        assert target is not None
        self._shop.requests.escalate(
            self._detail.line.id,
            target,
            reference=self.reference_edit.text(),
            note=self.note_edit.toPlainText(),
        )


class UnitReasonsDialog(FormDialog):
    """A reason of its own for single units."""

    def __init__(self, shop: Any, detail: RequestDetail, parent: QWidget) -> None:
        super().__init__(parent, "unit_reasons_dialog", self.tr("Reasons per unit"), self.tr("Save"))
        self._shop = shop
        self._detail = detail
        units = [unit for unit in detail.order.units if unit.ref in detail.unit_refs]
        self.units = UnitReasons(selectable=False)
        self.units.show_units(units)
        self.units.set_reasons(detail.unit_reasons)
        _add_wide(self, self.units)

    def apply(self) -> None:
        self._shop.requests.set_reason(self._detail.line.id, self._detail.line.reason, self.units.reasons())


def _add_wide(dialog: FormDialog, item: QWidget | QLayout) -> None:
    """Below the fields, over the whole width."""
    row = dialog.fields.rowCount()
    if isinstance(item, QWidget):
        dialog.fields.addWidget(item, row, 0, 1, 2)
    else:
        dialog.fields.addLayout(item, row, 0, 1, 2)


def _missing_kinds(detail: RequestDetail) -> Sequence[EvidenceKind]:
    if detail.preview is None:
        return ()
    kinds = {kind for unit in detail.preview.verdict.units for kind in unit.missing if kind != MERCHANT_CHECK}
    return tuple(kind for kind in EvidenceKind if kind.value in kinds)
