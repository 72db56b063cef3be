"""What can be done with chosen card keys, each step said exactly before it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop_app.domain.states import KEY_MOVES, KeyState, ProductKind
from desktop_app.services.inventory import KeyLine
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit, note_edit
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import label
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from desktop_app.ui.widgets.item_combo import ItemCombo

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class ChosenKeys:
    """The keys that a step is about, by state."""

    ids_by_state: dict[KeyState, list[int]]

    @classmethod
    def of(cls, lines: Sequence[KeyLine]) -> ChosenKeys:
        ids: dict[KeyState, list[int]] = {}
        for line in lines:
            ids.setdefault(line.state, []).append(line.id)
        return cls(ids)

    def ids(self, states: frozenset[KeyState] = frozenset(KeyState)) -> list[int]:
        return [key_id for state, ids in self.ids_by_state.items() if state in states for key_id in ids]

    def words(self, states: frozenset[KeyState] = frozenset(KeyState)) -> str:
        """``30 in stock, 2 delivered`` in the language of the window."""
        counts = Counter({state: len(ids) for state, ids in self.ids_by_state.items() if state in states})
        return ", ".join(f"{label(state)} {count:,}" for state, count in counts.most_common())


def states_before(after: KeyState) -> frozenset[KeyState]:
    """The states that may become ``after``."""
    return frozenset(state for state, moves in KEY_MOVES.items() if after in moves)


class KeySteps(QObject):
    """Opens the dialog of a step; the work itself runs in a worker, because it may be about many keys."""

    done = Signal(str)
    """What was done, in a sentence."""
    failed = Signal(object)
    """ShopError"""

    def __init__(self, shop: Any, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent)
        self._shop = shop
        self._jobs = jobs

    def void(self, keys: ChosenKeys, parent: QWidget) -> None:
        states = states_before(KeyState.VOID)
        ids = keys.ids(states)
        lines = [
            self.tr("{count} keys become void for good ({states}).").format(
                count=f"{len(ids):,}", states=keys.words(states)
            ),
            self.tr("They can never be sold or put back on sale; nothing brings them back."),
        ]
        if keys.ids_by_state.get(KeyState.DELIVERED):
            lines.append(self.tr("Some are with buyers: their orders stay as they are."))
        self._add_untouched(lines, keys, states)
        self._confirm(
            parent,
            self.tr("Make keys void"),
            lines,
            self.tr("Make {count} keys void").format(count=f"{len(ids):,}"),
            lambda reason: self._run(
                lambda: self._shop.inventory.void(ids, reason), self.tr("{count} keys are void now.")
            ),
        )

    def quarantine(self, keys: ChosenKeys, parent: QWidget) -> None:
        states = states_before(KeyState.QUARANTINED)
        ids = keys.ids(states)
        lines = [
            self.tr("{count} keys go into quarantine ({states}).").format(
                count=f"{len(ids):,}", states=keys.words(states)
            ),
            self.tr("They are not sold until you put them back with the issuer's record, or make them void."),
        ]
        self._add_untouched(lines, keys, states)
        self._confirm(
            parent,
            self.tr("Put keys into quarantine"),
            lines,
            self.tr("Quarantine {count} keys").format(count=f"{len(ids):,}"),
            lambda reason: self._run(
                lambda: self._shop.inventory.quarantine(ids, reason), self.tr("{count} keys are in quarantine.")
            ),
        )

    def restock(self, keys: ChosenKeys, parent: QWidget) -> None:
        ids = keys.ids(frozenset({KeyState.QUARANTINED}))
        dialog = RestockDialog(parent, len(ids))
        dialog.accepted_with.connect(
            lambda reason, official: self._run(
                lambda: self._shop.inventory.restock(ids, reason, official_not_activated=official),
                self.tr("{count} keys are in stock again."),
            )
        )
        dialog.open()

    def move(self, keys: ChosenKeys, parent: QWidget) -> None:
        ids = keys.ids(frozenset({KeyState.IN_STOCK}))
        products = [
            (line.id, f"{line.name}  ·  {line.code}")
            for line in self._shop.products.all()
            if line.kind is not ProductKind.PHONE_TOPUP
        ]
        dialog = MoveKeysDialog(parent, len(ids), products)
        dialog.product_chosen.connect(
            lambda product_id: self._run(
                lambda: self._shop.inventory.move(ids, product_id), self.tr("{count} keys moved to the other product.")
            )
        )
        dialog.open()

    def note(self, keys: ChosenKeys, parent: QWidget, text: str) -> None:
        ids = keys.ids()
        dialog = KeyNoteDialog(parent, len(ids), text)
        dialog.note_written.connect(
            lambda note: self._run(
                lambda: self._shop.inventory.set_note(ids, note), self.tr("The note of {count} keys is written.")
            )
        )
        dialog.open()

    # inside

    def _add_untouched(self, lines: list[str], keys: ChosenKeys, states: frozenset[KeyState]) -> None:
        rest = frozenset(KeyState) - states
        count = len(keys.ids(rest))
        if count:
            lines.append(
                self.tr("{count} others stay as they are ({states}).").format(
                    count=f"{count:,}", states=keys.words(rest)
                )
            )

    @staticmethod
    def _confirm(
        parent: QWidget, title: str, lines: Sequence[str], action: str, on_confirmed: Callable[[str], None]
    ) -> None:
        dialog = ConfirmDialog(parent, title, lines, action, ask_reason=True)
        dialog.confirmed.connect(on_confirmed)
        dialog.open()

    def _run(self, step: Callable[[], int], sentence: str) -> None:
        def work(_progress: Progress) -> str:
            return sentence.format(count=f"{step():,}")

        self._jobs.run(self, work, self.done.emit, self.failed.emit, title=self.tr("Changing keys"))


class RestockDialog(FormDialog):
    """``accepted_with`` carries the reason and whether the official record is there."""

    accepted_with = Signal(str, bool)

    def __init__(self, parent: QWidget, count: int) -> None:
        super().__init__(
            parent,
            "restock_dialog",
            self.tr("Put keys back on sale"),
            self.tr("Put {count} keys back").format(count=f"{count:,}"),
            introduction=self.tr(
                "{count} quarantined keys can be sold again. A key that somebody has seen may only be sold again when "
                "its issuer confirmed that it was not activated."
            ).format(count=f"{count:,}"),
        )
        self.official_box = QCheckBox(self.tr("I have the issuer's record: not activated"))
        self.official_box.setObjectName("official_record_box")
        self.reason_edit = line_edit(
            "reason_edit",
            self.tr("Record"),
            placeholder=self.tr("Number and date of the record, who gave it"),
            longest=LONGEST_REASON,
        )
        self.fields.add_field(self.tr("Record"), self.reason_edit)
        self.fields.add_field("", self.official_box)
        self.reason_edit.setFocus()

    def apply(self) -> None:
        self.accepted_with.emit(self.reason_edit.text(), self.official_box.isChecked())

    def submit(self) -> None:
        if not self.reason_edit.text().strip():
            self.ask_for(self.reason_edit, self.tr("Write down which record says so."))
        elif not self.official_box.isChecked():
            self.ask_for(
                self.official_box, self.tr("Without the issuer's record the keys stay in quarantine or become void.")
            )
        else:
            super().submit()


class MoveKeysDialog(FormDialog):
    """``product_chosen`` carries the id of the product."""

    product_chosen = Signal(int)

    def __init__(self, parent: QWidget, count: int, products: Sequence[tuple[int, str]]) -> None:
        super().__init__(
            parent,
            "move_keys_dialog",
            self.tr("Move keys to another product"),
            self.tr("Move {count} keys").format(count=f"{count:,}"),
            introduction=self.tr(
                "{count} keys in stock change their product; they keep their batch and their text. "
                "Keys that left the stock stay where they are."
            ).format(count=f"{count:,}"),
        )
        self.product_combo = ItemCombo(self.tr("Product"), "move_product_combo")
        self.product_combo.set_items(products)
        self.fields.add_field(self.tr("Product"), self.product_combo)
        self.product_combo.setFocus()

    def apply(self) -> None:
        product_id = self.product_combo.item_id()
        if product_id is not None:
            self.product_chosen.emit(product_id)


class KeyNoteDialog(FormDialog):
    """``note_written`` carries the note, empty to take it away."""

    note_written = Signal(str)

    def __init__(self, parent: QWidget, count: int, text: str) -> None:
        introduction = ""
        if count > 1:
            introduction = self.tr("All {count} keys get this note instead of their own.").format(count=f"{count:,}")
        super().__init__(
            parent, "key_note_dialog", self.tr("Note on card keys"), self.tr("Save"), introduction=introduction
        )
        self.note_edit = note_edit("note_edit", self.tr("Note"), text=text)
        self.fields.add_field(self.tr("Note"), self.note_edit)
        self.note_edit.setFocus()

    def apply(self) -> None:
        self.note_written.emit(" ".join(self.note_edit.toPlainText().split()))
