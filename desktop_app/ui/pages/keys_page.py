"""The stock of card keys: found, revealed one by one, taken out, and imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.domain.states import KeyState
from desktop_app.exchange.redemption_lists import looks_like_redemptions
from desktop_app.services.inventory import ImportResult, KeyFilter, KeyLine
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.products import ProductName
from desktop_app.ui.actions import Change, WindowContext, page_action
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.export_dialog import export_table
from desktop_app.ui.dialogs.file_choice import dropped_files
from desktop_app.ui.dialogs.key_steps import ChosenKeys, KeySteps
from desktop_app.ui.find_anywhere import SHORTEST_PART
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import label, tone, when
from desktop_app.ui.row_model import Column, RowSource
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.inputs import EnumCombo
from desktop_app.ui.widgets.item_combo import ItemCombo
from desktop_app.ui.widgets.key_pane import KeyPane
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.period_filter import Period, PeriodFilter
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.search_box import SearchBox

_AREAS = frozenset({"keys", "products", "vault", "settings"})
_RIGHT = Qt.AlignmentFlag.AlignRight
FEW = 200
"""So many chosen keys are looked at for the pane; more are only counted."""
_GATHER = 1000
_LOOKED_AT = 20_000
"""So much of a pasted text tells whether it is a list."""


class KeysPage(QWidget):
    """Masked keys at the left, one key with its life at the right."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keys_page")
        self.setAcceptDrops(True)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._steps = KeySteps(shop, jobs, self)
        self._steps.done.connect(self._on_done)
        self._steps.failed.connect(self._on_failed)
        self._build_filters()
        self.message = MessageStrip("keys_message")
        self.table = RowTable("keys_table", self.tr("Card keys"), self._columns(), self._open_source, multiple=True)
        self._told: KeyLine | None = None
        self.table.rows.about_to_swap.connect(self._on_new_rows)
        self.table.rows.swapped.connect(self._on_rows)
        self.table.rows_selected.connect(self._show_selection)
        self.table.row_chosen.connect(self._on_row_chosen)
        self.pane = KeyPane(shop, window)
        self.pane.step_wanted.connect(self._on_step_wanted)
        self.pane.failed.connect(self.message.show_error)
        self.pane.setVisible(False)
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        paste.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        paste.activated.connect(self._paste)
        self.search_box.installEventFilter(self)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setObjectName("keys_splitter")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.table)
        splitter.addWidget(self.pane)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([680, 380])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        filters = row_of(
            self.search_box,
            self.product_combo,
            self.state_combo,
            self.batch_combo,
            self.period,
            self._count,
            1,
            self.empty_bin_button,
            self.export_button,
        )
        filters.setStretch(0, 20)
        layout.addLayout(filters)
        layout.addWidget(self.message)
        layout.addWidget(splitter, 1)

    def _build_filters(self) -> None:
        self.search_box = SearchBox(self.tr("Find card keys"), "keys_search", self.tr("Whole key, order no. or batch…"))
        self.search_box.setMinimumWidth(110)
        self.search_box.setMaximumWidth(280)
        self.search_box.searched.connect(self._on_filter_changed)
        self.product_combo = ItemCombo(self.tr("Product"), "keys_product_combo", any_text=self.tr("All products"))
        self.state_combo: EnumCombo[KeyState] = EnumCombo(
            self.tr("State"), "keys_state_combo", KeyState, any_text=self.tr("All states")
        )
        self.batch_combo = ItemCombo(self.tr("Batch"), "keys_batch_combo", any_text=self.tr("All batches"))
        self.product_combo.item_chosen.connect(self._on_product_chosen)
        self.state_combo.code_chosen.connect(self._on_filter_changed)
        self.batch_combo.item_chosen.connect(self._on_filter_changed)
        for combo in (self.product_combo, self.batch_combo):
            combo.setMinimumContentsLength(6)
        self.state_combo.setMinimumWidth(96)
        self.period = PeriodFilter(self.tr("Imported when"), "keys_period")
        self.period.setToolTip(self.tr("When they were imported"))
        self.period.period_changed.connect(self._on_filter_changed)
        self.empty_bin_button = push_button(
            self.tr("Empty the recycle bin…"), "empty_bin_button", self._empty_bin, kind="danger"
        )
        self.empty_bin_button.hide()
        self._count = plain_label(role="muted", name="keys_count")
        self.export_button = push_button(self.tr("Export…"), "export_keys_button", self._export, icon="file-down")
        self.import_action = page_action(self, self.tr("Import keys"), "import_keys_action", "N", self.start_import)

    # what the window asks

    def title(self) -> str:
        return self.tr("Card keys")

    def reload(self, change: Change | None) -> None:
        if change is None or change.areas & _AREAS:
            self.product_combo.set_items((line.id, line.name) for line in self._key_products())
            self._fill_batches()
            self._reload_table()

    def open_item(self, key_id: int) -> None:
        """Select one key; the filters are cleared, because it may be anywhere."""
        self._set_filter(KeyFilter())
        self._reload_table()
        self.table.select_id(key_id)

    def apply_filter(
        self,
        *,
        product_id: int | None = None,
        state: KeyState | None = None,
        batch_id: int | None = None,
        text: str = "",
        import_for: int | None = None,
    ) -> None:
        """``import_for`` is the id of a product: the import starts for it."""
        if import_for is not None:
            self.start_import(import_for)
            return
        self._set_filter(KeyFilter(product_id, None if state is None else KeyState(state), batch_id, text))
        self._reload_table()

    def page_actions(self) -> dict[str, QAction]:
        return {"N": self.import_action}

    # the list

    def _columns(self) -> tuple[Column[KeyLine], ...]:
        zone = self._window.zone
        return (
            Column("id", self.tr("No."), lambda row: str(row.id), _RIGHT, sort_key="id", width=72),
            Column("product", self.tr("Product"), lambda row: row.product_name, sort_key="product", width=170),
            Column("masked", self.tr("Key"), lambda row: row.masked, mono=True, width=210),
            Column(
                "state",
                self.tr("State"),
                lambda row: label(row.state),
                tone=lambda row: tone(row.state),
                sort_key="state",
                width=110,
            ),
            Column("batch", self.tr("Batch"), lambda row: row.batch_name, sort_key="batch", width=150),
            Column("line", self.tr("Line"), lambda row: str(row.line), _RIGHT, width=64),
            Column("expires_on", self.tr("Usable until"), self._expiry, sort_key="expires_on", width=120),
            Column("order_no", self.tr("Order"), lambda row: row.order_no, width=170),
            Column(
                "state_at",
                self.tr("State since"),
                lambda row: when(row.state_at, zone()),
                sort_key="state_at",
                width=140,
            ),
            Column("note", self.tr("Note"), lambda row: row.note, width=160),
        )

    def _expiry(self, row: KeyLine) -> str:
        if row.is_expired:
            return self.tr("{day} expired").format(day=row.expires_on)
        return row.expires_on or ""

    def where(self) -> KeyFilter:
        """The filter in force."""
        first, end = self.period.bounds(self._window.now(), self._window.zone())
        return KeyFilter(
            product_id=self.product_combo.item_id(),
            state=self.state_combo.code(),
            batch_id=self.batch_combo.item_id(),
            text=self.search_box.text(),
            imported_from=first,
            imported_to=end,
        )

    def _open_source(self, sort: Sort | None) -> RowSource[KeyLine]:
        listing: Listing[KeyLine] = self._shop.inventory.listing(self.where(), sort)
        return listing

    def _fill_batches(self) -> None:
        batches = self._shop.inventory.batches_of(self.product_combo.item_id())
        self.batch_combo.set_items((batch.id, batch.name) for batch in batches)

    def _key_products(self) -> list[ProductName]:
        return [line for line in self._shop.products.names() if line.holds_keys]

    def _set_filter(self, where: KeyFilter) -> None:
        self.state_combo.blockSignals(True)
        self.state_combo.set_code(where.state)
        self.state_combo.blockSignals(False)
        self.product_combo.set_item(where.product_id)
        self._fill_batches()
        self.batch_combo.set_item(where.batch_id)
        self.period.set_period(Period.ANY)
        self.search_box.set_text_quietly(where.text)

    def _on_product_chosen(self, _product_id: int | None) -> None:
        self._fill_batches()
        self._reload_table()

    def _on_filter_changed(self, *_: object) -> None:
        self._reload_table()

    def _clear_filter(self) -> None:
        self._set_filter(KeyFilter())
        self._reload_table()

    def _reload_table(self) -> None:
        self.table.reload()

    def _on_new_rows(self) -> None:
        self._told = None  # what happened to the key meanwhile is to be read

    def _on_rows(self) -> None:
        """New rows are there; a long list comes later than it was asked for."""
        count = self.table.rows.rowCount()
        self._count.setText(self.tr("{count} keys").format(count=f"{count:,}"))
        self.empty_bin_button.setVisible(count > 0 and self.state_combo.code() is KeyState.BINNED)
        if not count:
            self._set_empty()

    def _set_empty(self) -> None:
        if self.where() != KeyFilter():
            text = self.tr("No key has all of this. Keys are found by their whole text, not by a part of it.")
            action, on_action = self.tr("Show all keys"), self._clear_filter
            part = self.search_box.text().strip()
            if part and not self._shop.is_unlocked:
                text = self.tr("While the shop is locked, keys are found only by order number and batch.")
            elif len(part) >= SHORTEST_PART:
                text = self.tr("Keys are sealed and found by their whole text; a part of one takes a look into each.")
                action, on_action = self.tr("Look inside all keys…"), self._scan
            self.table.set_empty(self.tr("No key fits"), text, action, on_action)
        elif not self._key_products():
            self.table.set_empty(
                self.tr("No product yet"),
                self.tr("Keys belong to a product: add the first one, then import its keys."),
                self.tr("Add a product"),
                self._add_product,
            )
        else:
            self.table.set_empty(
                self.tr("No card keys yet"),
                self.tr("Import a text or CSV file with one key on each line, paste them, or drop the file here."),
                self.tr("Import keys"),
                self.start_import,
            )

    def _scan(self) -> None:
        self._window.scan_keys(self.search_box.text().strip())

    def _add_product(self) -> None:
        self._window.navigate("products", new=True)

    # one key or many

    def _on_row_chosen(self, row: KeyLine | None) -> None:
        """A choice is told as a number of rows, too, before or after; a key's life is read once for both."""
        if row is not None and not self.pane.shows(row):
            self._show_selection()
            self._told = row

    def _show_selection(self, *_: object) -> None:
        count = self.table.selected_count()
        self.pane.setVisible(count > 0)
        told, self._told = self._told, None
        if count == 1:
            rows = self.table.selected_rows(1)
            if rows and (rows[0] != told or not self.pane.shows(rows[0])):
                try:
                    self.pane.show_key(rows[0])
                except ShopError as error:
                    self.message.show_error(error)
        elif count > 1:
            few = self.table.selected_rows() if count <= FEW else None
            self.pane.show_many(count, None if few is None else {row.state for row in few})

    def _on_step_wanted(self, name: str) -> None:
        self.message.clear()
        count = self.table.selected_count()
        if count <= FEW:
            self._take_step(name, self.table.selected_rows())
            return
        if count == self.table.rows.rowCount() and name != "restock":
            where, shop = self.where(), self._shop
            self._jobs.run(
                self,
                lambda _progress: ChosenKeys.shown(shop, where),
                lambda keys: self._begin(name, keys, ""),
                self._on_failed,
                title=self.tr("Counting the keys shown"),
            )
            return
        # the rows between those on screen were never read; another look at the shop could have others in their places
        spans = sorted((span.top(), span.bottom()) for span in self.table.selectionModel().selection().toList())
        listing = self.table.rows.source

        def gather(progress: Progress) -> list[KeyLine]:
            lines: list[KeyLine] = []
            for first, last in spans:
                for start in range(first, last + 1, _GATHER):
                    progress.stop_if_cancelled()
                    lines += listing.page(start, min(_GATHER, last + 1 - start))
                    progress.report(len(lines), count)
            return lines

        self._jobs.run(self, gather, self._taker(name), self._on_failed, title=self.tr("Reading the chosen keys"))

    def _taker(self, name: str) -> Callable[[list[KeyLine]], None]:
        return lambda lines: self._take_step(name, lines)

    def _take_step(self, name: str, lines: list[KeyLine]) -> None:
        if lines:
            self._begin(name, ChosenKeys.of(lines), lines[0].note if len(lines) == 1 else "")

    def _begin(self, name: str, keys: ChosenKeys, note: str) -> None:
        parent = self._window.dialog_parent()
        if name == "note":
            self._steps.note(keys, parent, note)
        else:
            step: Callable[[ChosenKeys, QWidget], None] = getattr(self._steps, name)
            step(keys, parent)

    def _empty_bin(self) -> None:
        self._steps.erase(self.where(), self.table.rows.rowCount(), self._window.dialog_parent())

    def _on_done(self, sentence: str) -> None:
        self._window.say(sentence, Tone.OK)

    def _on_failed(self, error: ShopError) -> None:
        self.message.show_error(error)

    # import and export

    def start_import(self, product_id: int | None = None, paths: Sequence[Path] = (), text: str = "") -> None:
        """Open the import, with files or pasted keys; without a product that holds keys the way leads there first."""
        if not self._key_products():
            self._window.say(self.tr("Keys belong to a product: add the product first."), Tone.WARN)
            self._add_product()
            return
        # here: the page is there sooner without all that an import can read
        from desktop_app.ui.dialogs.import_keys_dialog import ImportKeysDialog

        dialog = self._window.dialog_parent().findChild(ImportKeysDialog)
        if dialog is not None:
            dialog.add_files(paths)
            dialog.raise_()
            return
        dialog = ImportKeysDialog(self._shop, self._jobs, self._window, self._window.dialog_parent())
        dialog.imported.connect(self._on_imported)
        dialog.batch_wanted.connect(self._show_batch)
        dialog.start(product_id=product_id or self.product_combo.item_id(), paths=paths, text=text)

    def _paste(self) -> None:
        """Several lines pasted on the page are keys."""
        text = QGuiApplication.clipboard().text()
        if is_list(text):
            self.start_import(text=text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A search field would take a list for one long word."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            is_paste = event.matches(QKeySequence.StandardKey.Paste)
            if is_paste and is_list(QGuiApplication.clipboard().text()):
                self._paste()
                return True
        return super().eventFilter(watched, event)

    def _on_imported(self, result: ImportResult) -> None:
        self._window.say(
            self.tr("{count} keys imported as {batch}.").format(count=f"{result.new_count:,}", batch=result.batch_name),
            Tone.OK,
        )

    def _show_batch(self, batch_id: int) -> None:
        self.apply_filter(batch_id=batch_id)

    def _export(self) -> None:
        parent = self._window.dialog_parent()
        chosen = (self.table.selected_count(), self.table.ids_reader(selected=True))
        export_table(parent, self._shop, self._jobs, "keys", self.where(), self.table.sort_state, chosen)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = dropped_files(event)
        if not paths:
            return
        event.acceptProposedAction()

        def is_list_of_redemptions(_progress: Progress) -> bool:
            return len(paths) == 1 and looks_like_redemptions(paths[0])

        def take(is_list: bool) -> None:
            if is_list:
                self._window.navigate("orders", redemption_list=paths[0])
            else:
                self.start_import(paths=paths)

        # a workbook takes a moment to be looked into
        self._jobs.run(self, is_list_of_redemptions, take, self.message.show_error)


def is_list(text: str) -> bool:
    """Whether a pasted text has more than one line with something in it."""
    return sum(1 for line in text[:_LOOKED_AT].splitlines() if line.strip()) > 1
