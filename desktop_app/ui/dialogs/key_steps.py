"""What can be done with chosen card keys, each step said exactly before it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop_app.domain.states import KEY_MOVES, KeyState
from desktop_app.services.inventory import KeyFilter, KeyLine, ShownKeys
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit, note_edit
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import label
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from desktop_app.ui.widgets.item_combo import ItemCombo

LONGEST_REASON = 500
_IN_STOCK = frozenset({KeyState.IN_STOCK})
_QUARANTINED = frozenset({KeyState.QUARANTINED})


@dataclass(frozen=True, slots=True)
class ChosenKeys:
    """The keys that a step is about: how many of each state, and their ids or the filter that shows all of them."""

    counts: Mapping[KeyState, int]
    ids_by_state: Mapping[KeyState, list[int]]
    where: KeyFilter | None = None

    @classmethod
    def of(cls, lines: Sequence[KeyLine]) -> ChosenKeys:
        """A selection."""
        ids: dict[KeyState, list[int]] = {}
        for line in lines:
            ids.setdefault(line.state, []).append(line.id)
        return cls({state: len(found) for state, found in ids.items()}, ids)

    @classmethod
    def shown(cls, shop: Any, where: KeyFilter) -> ChosenKeys:
        """Everything that a filter shows, counted and not read; takes a moment for a large stock."""
        states = KeyState if where.state is None else (where.state,)
        counts = {state: shop.inventory.listing(replace(where, state=state)).count() for state in states}
        return cls({state: count for state, count in counts.items() if count}, {}, where)

    def count(self, states: frozenset[KeyState] = frozenset(KeyState)) -> int:
        return sum(count for state, count in self.counts.items() if state in states)

    def which(self, states: frozenset[KeyState] = frozenset(KeyState)) -> ShownKeys | list[int]:
        """What the inventory takes; of a filter it leaves the keys alone that a step cannot be taken with, and it takes
        none when the filter shows others by then."""
        if self.where is not None:
            return ShownKeys(self.where, self.count(), self.counts)
        return [key_id for state, ids in self.ids_by_state.items() if state in states for key_id in ids]

    def words(self, states: frozenset[KeyState] = frozenset(KeyState)) -> str:
        """``30 in stock, 2 delivered`` in the language of the window."""
        found = sorted((count, state) for state, count in self.counts.items() if state in states)
        return ", ".join(f"{label(state)} {count:,}" for count, state in reversed(found))


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
        which, count = keys.which(states), keys.count(states)
        lines = [
            self.tr("{count} keys become void for good ({states}).").format(
                count=f"{count:,}", states=keys.words(states)
            ),
            self.tr("They can never be sold or put back on sale; nothing brings them back."),
        ]
        if keys.counts.get(KeyState.DELIVERED):
            lines.append(self.tr("Some are with buyers: their orders stay as they are."))
        self._add_untouched(lines, keys, states)
        self._confirm(
            parent,
            self.tr("Make keys void"),
            lines,
            self.tr("Make {count} keys void").format(count=f"{count:,}"),
            lambda reason, failed: self._run(
                partial(self._shop.inventory.void, which, reason, failed=failed), self.tr("{count} keys are void now.")
            ),
            option=self.tr("They did not work (counts against their supplier)"),
        )

    def quarantine(self, keys: ChosenKeys, parent: QWidget) -> None:
        states = states_before(KeyState.QUARANTINED)
        which, count = keys.which(states), keys.count(states)
        lines = [
            self.tr("{count} keys go into quarantine ({states}).").format(
                count=f"{count:,}", states=keys.words(states)
            ),
            self.tr("They are not sold until you put them back with the issuer's record, or make them void."),
        ]
        self._add_untouched(lines, keys, states)
        self._confirm(
            parent,
            self.tr("Put keys into quarantine"),
            lines,
            self.tr("Quarantine {count} keys").format(count=f"{count:,}"),
            lambda reason, failed: self._run(
                partial(self._shop.inventory.quarantine, which, reason, failed=failed),
                self.tr("{count} keys are in quarantine."),
            ),
            option=self.tr("They did not work (counts against their supplier)"),
        )

    def restock(self, keys: ChosenKeys, parent: QWidget) -> None:
        which, count = keys.which(_QUARANTINED), keys.count(_QUARANTINED)
        dialog = RestockDialog(parent, count)
        dialog.accepted_with.connect(
            lambda reason, official: self._run(
                partial(self._shop.inventory.restock, which, reason, official_not_activated=official),
                self.tr("{count} keys are in stock again."),
                is_long=False,
            )
        )
        dialog.open()

    def move(self, keys: ChosenKeys, parent: QWidget) -> None:
        which, count = keys.which(_IN_STOCK), keys.count(_IN_STOCK)
        products = [
            (line.id, f"{line.name}  ·  {line.code}") for line in self._shop.products.names() if line.holds_keys
        ]
        dialog = MoveKeysDialog(parent, count, products)
        dialog.product_chosen.connect(
            lambda product_id: self._run(
                partial(self._shop.inventory.move, which, product_id),
                self.tr("{count} keys moved to the other product."),
            )
        )
        dialog.open()

    def note(self, keys: ChosenKeys, parent: QWidget, text: str) -> None:
        which, count = keys.which(), keys.count()
        dialog = KeyNoteDialog(parent, count, text)
        dialog.note_written.connect(
            lambda note: self._run(
                partial(self._shop.inventory.set_note, which, note), self.tr("The note of {count} keys is written.")
            )
        )
        dialog.open()

    def bin(self, keys: ChosenKeys, parent: QWidget) -> None:
        which, count = keys.which(_IN_STOCK), keys.count(_IN_STOCK)
        lines = [
            self.tr("{count} keys go into the recycle bin.").format(count=f"{count:,}"),
            self.tr("They are not sold, and they can come back until the bin is emptied."),
            self.tr("A key that was delivered once stays in the books."),
        ]
        self._add_untouched(lines, keys, _IN_STOCK)
        self._confirm(
            parent,
            self.tr("Delete keys"),
            lines,
            self.tr("Delete {count} keys").format(count=f"{count:,}"),
            lambda reason, _option: self._run(
                partial(self._shop.inventory.put_into_bin, which, reason),
                self.tr("{count} keys are in the recycle bin."),
            ),
        )

    def unbin(self, keys: ChosenKeys, _parent: QWidget) -> None:
        """Nothing is lost by it, so nothing is asked."""
        self._run(
            partial(self._shop.inventory.take_out_of_bin, keys.which(frozenset({KeyState.BINNED}))),
            self.tr("{count} keys are in stock again."),
        )

    def erase(self, where: KeyFilter, count: int, parent: QWidget) -> None:
        """Empty the recycle bin, as far as ``where`` shows it."""
        dialog = ConfirmDialog(
            parent,
            self.tr("Empty the recycle bin"),
            [
                self.tr("{count} keys are deleted for good.").format(count=f"{count:,}"),
                self.tr("Only the log keeps that they were there; their text is gone."),
            ],
            self.tr("Delete {count} keys for good").format(count=f"{count:,}"),
        )
        dialog.confirmed.connect(
            lambda _reason: self._run(
                partial(self._shop.inventory.empty_bin, ShownKeys(where, count)),
                self.tr("{count} keys were deleted for good."),
            )
        )
        dialog.open()

    # inside

    def _add_untouched(self, lines: list[str], keys: ChosenKeys, states: frozenset[KeyState]) -> None:
        rest = frozenset(KeyState) - states
        count = keys.count(rest)
        if count:
            lines.append(
                self.tr("{count} others stay as they are ({states}).").format(
                    count=f"{count:,}", states=keys.words(rest)
                )
            )

    @staticmethod
    def _confirm(
        parent: QWidget,
        title: str,
        lines: Sequence[str],
        action: str,
        on_confirmed: Callable[[str, bool], None],
        *,
        option: str = "",
    ) -> None:
        dialog = ConfirmDialog(parent, title, lines, action, ask_reason=True, option=option)
        dialog.confirmed.connect(lambda reason: on_confirmed(reason, dialog.option_box.isChecked()))
        dialog.open()

    def _run(self, step: Callable[..., int], sentence: str, *, is_long: bool = True) -> None:
        def work(progress: Progress) -> str:
            told = {"progress": progress.report, "cancelled": progress.cancelled} if is_long else {}
            return sentence.format(count=f"{step(**told):,}")

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
