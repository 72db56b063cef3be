"""The inbox of requests, the most urgent first, and the decision beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QPushButton, QSplitter, QToolButton, QVBoxLayout, QWidget

from desktop_app.domain.errors import ConflictError, ShopError
from desktop_app.domain.states import RefusalGround, VerdictKind
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.reports import DeskFigures
from desktop_app.services.requests import Decided, RequestDetail, RequestFilter, RequestLine
from desktop_app.ui import row_loader
from desktop_app.ui.actions import Change, WindowContext
from desktop_app.ui.approval_texts import proves_a_part
from desktop_app.ui.attempts import attempt
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.export_dialog import export_table
from desktop_app.ui.dialogs.new_request_dialog import NewRequestDialog
from desktop_app.ui.dialogs.request_import_dialog import RequestImportDialog
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import label, money
from desktop_app.ui.request_columns import request_columns
from desktop_app.ui.request_steps import RequestSteps
from desktop_app.ui.widgets.basics import column_of, icon_button, push_button, row_of
from desktop_app.ui.widgets.decision_bar import page_keys
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from desktop_app.ui.widgets.folding_row import FoldingRow
from desktop_app.ui.widgets.inputs import EnumCombo
from desktop_app.ui.widgets.places import open_folder
from desktop_app.ui.widgets.request_pane import RequestPane
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.search_box import SearchBox

TICK_MS = 30_000
PATIENCE_SECONDS = 0.05
"""How long the window waits for a request before it goes on without it."""
_AREAS = frozenset({"requests", "orders", "refunds", "proofs", "keys", "settings", "vault"})
_LISTED = 8
"""So many requests of an automatic run are named before it starts."""
_EYE_ORDER = ("request_no", "due_at", "verdict", "refund_fen", "product")
"""These columns stand first on the screen; the file of an export keeps the order of the columns."""


class RequestsPage(QWidget):
    """Left the list, right the request; every decision is taken in the pane."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("requests_page")
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._scope = "open"
        self._is_deciding = False
        self._keeps_decided = False
        self._figures_asked = 0
        self._reading: row_loader.Load | None = None
        self._build()
        self._connect()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    # what the window calls

    def title(self) -> str:
        return self.tr("Requests")

    def reload(self, change: Change | None) -> None:
        if change is not None and not change.areas & _AREAS:
            return
        shown = self.pane.detail
        self.table.reload()
        if shown is not None and self.pane.detail is shown and not self._is_deciding:
            self._show(shown.line.id)
        self._ask_figures()

    def search(self, text: str) -> None:
        self.search_box.setText(text)

    def open_item(self, item_id: int) -> None:
        """Show a request, and select it, whatever the filter shows now."""
        self._keeps_decided = True
        self._show(item_id)
        if not self.table.select_id(item_id):
            self._set_filter("all", "", None)
            self.table.select_id(item_id)

    def apply_filter(
        self,
        *,
        scope: str = "open",
        text: str = "",
        verdict: VerdictKind | None = None,
        new: bool = False,
        order_no: str = "",
    ) -> None:
        """``new`` opens the form for a request, of the order ``order_no`` when it is known."""
        if new:
            self.new_request(order_no)
        else:
            self._set_filter(scope, text, verdict)

    def page_actions(self) -> dict[str, QAction]:
        return page_keys(self.pane.bar)

    # building

    def _build(self) -> None:
        self.search_box = SearchBox(self.tr("Find a request"), "requests_search", self.tr("Request or order no.…"))
        self.search_box.searched.connect(self._reload_list)
        self.verdict_combo = EnumCombo(
            self.tr("Verdict"), "verdict_filter", VerdictKind, any_text=self.tr("Any verdict")
        )
        self.verdict_combo.code_chosen.connect(self._reload_list)
        self.verdict_combo.setMaximumWidth(150)
        self.new_button = push_button(
            self.tr("New request"), "new_request_button", self.new_request, icon="plus", tooltip="Ctrl+N"
        )
        shortcut = QShortcut(QKeySequence.StandardKey.New, self)
        shortcut.activated.connect(self.new_request)
        self.automatic_button = push_button(
            self.tr("Run automatic cancellations"), "run_automatic_button", self.run_automatic, icon="circle-check"
        )
        self.automatic_button.hide()
        self.table = RowTable("requests_table", self.tr("Requests"), request_columns(self._window), self._open_listing)
        self._arrange_columns()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        row = row_of(self.search_box, self.verdict_combo, *self._file_buttons(), self.new_button)
        row.setStretch(0, 1)
        layout.addWidget(FoldingRow("requests_bar", row_of(self._scope_buttons(), 1), row))
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setObjectName("requests_splitter")
        split.setChildrenCollapsible(False)
        split.setHandleWidth(14)
        inbox = QWidget()
        inbox.setLayout(column_of(self.automatic_button, self.table, spacing=10))
        split.addWidget(inbox)
        # in its place from the start: Qt dresses all that is in a widget anew when it gets a parent
        self.pane = RequestPane(self._window, self._shop.requests.grounds, self.show_next, split)
        self.steps = RequestSteps(self._shop, self._jobs, self._window, self.pane, self._show, self)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        split.setSizes([560, 494])
        layout.addWidget(split, 1)
        self._show_empty_text()

    def _scope_buttons(self) -> QWidget:
        box = QWidget()
        self._scopes: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        row = row_of(spacing=4)
        for scope in ("open", "overdue", "due_today", "decided", "all"):
            button = push_button("", f"scope_{scope}", kind="choice")
            button.setCheckable(True)
            # not clicked: assistive technology toggles without a click
            button.toggled.connect(partial(self._on_scope_toggled, scope))
            group.addButton(button)
            row.addWidget(button)
            self._scopes[scope] = button
        box.setLayout(row)
        self._scopes["open"].setChecked(True)
        self._name_scopes(None)
        return box

    def _file_buttons(self) -> list[QToolButton]:
        """Buttons rather than a menu: assistive technology reaches no menu of a button."""
        return [
            icon_button(icon, text, name, slot, colour="text")
            for icon, text, name, slot in (
                ("download", self.tr("Import requests…"), "import_requests_button", self.import_requests),
                ("file-down", self.tr("Export to CSV…"), "export_requests_button", self.export),
                ("folder-open", self.tr("Open the drop folder"), "drop_folder_button", self.open_drop_folder),
            )
        ]

    def _arrange_columns(self) -> None:
        """What the eye needs first stands first, unless the merchant moved the columns."""
        header = self.table.horizontalHeader()
        if header.sectionsMoved():
            return
        keys = [column.key for column in self.table.rows.columns]
        header.blockSignals(True)
        for place, key in enumerate(_EYE_ORDER):
            header.moveSection(header.visualIndex(keys.index(key)), place)
        header.blockSignals(False)

    def _connect(self) -> None:
        self.table.row_chosen.connect(self._on_row_chosen)
        self.table.rows.swapped.connect(self._on_rows_swapped)
        bar = self.pane.bar
        bar.approve_wanted.connect(self._approve)
        bar.refuse_wanted.connect(self._refuse)

    # the list

    def current_filter(self) -> RequestFilter:
        """What the list shows now."""
        return RequestFilter(self._scope, self.search_box.text().strip(), self.verdict_combo.code())

    def _open_listing(self, sort: Sort | None) -> Listing[RequestLine]:
        listing: Listing[RequestLine] = self._shop.requests.listing(self.current_filter(), sort)
        return listing

    def _set_filter(self, scope: str, text: str, verdict: VerdictKind | None) -> None:
        self._scope = scope
        self._scopes[scope].setChecked(True)
        self.search_box.set_text_quietly(text)
        self.verdict_combo.blockSignals(True)
        self.verdict_combo.set_code(verdict)
        self.verdict_combo.blockSignals(False)
        self._reload_list()

    def _on_scope_toggled(self, scope: str, chosen: bool) -> None:
        if chosen and scope != self._scope:
            self._scope = scope
            self._reload_list()

    def _reload_list(self, *_: object) -> None:
        self._show_empty_text()
        self.table.reload()

    def _on_rows_swapped(self) -> None:
        """The most urgent request is shown by itself, unless another one is looked at."""
        if self.pane.detail is None and not self._is_deciding and self.table.current_row() is None:
            self.table.select_row(0)

    def _show_empty_text(self) -> None:
        if self._scope == "open" and not self.search_box.text().strip() and self.verdict_combo.code() is None:
            self.table.set_empty(
                self.tr("No request is waiting"),
                self.tr(
                    "Requests come in by hand (Ctrl+N), from a CSV or JSON file, or from the drop folder. "
                    "Decided ones are under “Decided”."
                ),
                self.tr("New request"),
                self.new_request,
            )
        else:
            self.table.set_empty(
                self.tr("Nothing matches"),
                self.tr("No request fits this filter."),
                self.tr("Show all requests"),
                self._show_all,
            )

    def _show_all(self) -> None:
        self._set_filter("all", "", None)

    def _on_row_chosen(self, row: RequestLine | None) -> None:
        if self._is_deciding:
            return
        if row is not None:
            self._keeps_decided = False
            self._show(row.id)
        elif not self._keeps_decided:
            self._show_nothing()

    def show_next(self) -> None:
        """The most urgent request that is left in the list."""
        self._keeps_decided = False
        self.table.select_row(0)
        if self.table.current_row() is None:
            self._show_nothing()
        self.table.setFocus()

    def _show(self, request_id: int, *, keys: tuple[str, ...] = (), wait: bool = False) -> None:
        """Read a request into the pane; an order of hundreds of units takes a moment, unless ``wait`` meanwhile the
        buttons rest."""
        shop = self._shop

        def read() -> tuple[RequestDetail, tuple[str, ...]]:
            return shop.requests.detail(request_id), keys

        self._reading = load = row_loader.start(self, read, self._on_read)
        if load.wait(None if wait else max(PATIENCE_SECONDS, row_loader.PATIENCE_SECONDS)):
            self._on_read(load)
        else:
            self.pane.bar.set_busy(True)

    def _show_nothing(self) -> None:
        self._reading = None
        self.pane.show_nothing()

    def _on_read(self, load: row_loader.Load) -> None:
        if load is not self._reading:
            return  # another request was chosen meanwhile
        self._reading = None
        if not self._is_deciding:
            self.pane.bar.set_busy(False)
        if load.error is None:
            detail, keys = load.value
            self.pane.show_detail(detail, keys=keys)
        elif isinstance(load.error, ShopError):
            self._show_nothing()
            self._window.show_error(load.error)
        else:
            raise load.error

    def _tick(self) -> None:
        if self.isVisible():
            self.table.viewport().update()
            self.pane.tick()

    # figures

    def _ask_figures(self) -> None:
        """The counts on the buttons; judging every open request may take a moment."""
        self._figures_asked += 1
        turn, shop = self._figures_asked, self._shop

        def work(_progress: Progress) -> tuple[int, DeskFigures]:
            return turn, shop.reports.desk()

        self._jobs.run(self, work, self._show_figures, self._window.show_error)

    def _show_figures(self, answer: tuple[int, DeskFigures]) -> None:
        turn, figures = answer
        if turn == self._figures_asked:
            self._name_scopes(figures)
            self.automatic_button.setText(
                self.tr("Run {count} automatic cancellations").format(count=figures.automatic)
            )
            self.automatic_button.setVisible(figures.automatic > 0)

    def _name_scopes(self, figures: DeskFigures | None) -> None:
        counts = {}
        if figures is not None:
            counts = {"open": figures.open_requests, "overdue": figures.overdue, "due_today": figures.due_today}
        for scope, text in (
            ("open", self.tr("Open")),
            ("overdue", self.tr("Overdue")),
            ("due_today", self.tr("Due today")),
            ("decided", self.tr("Decided")),
            ("all", self.tr("All")),
        ):
            count = counts.get(scope, 0)
            self._scopes[scope].setText(f"{text} {count}" if count else text)

    # deciding

    def _approve(self, option: str, refund_fen: int | None, reason: str) -> None:
        detail, approve = self._open_detail(), self._shop.requests.approve
        if detail is not None and detail.preview is not None:
            request_id, token = detail.line.id, detail.preview.token
            decide = partial(approve, request_id, token=token, option=option, refund_fen=refund_fen, reason=reason)
            self._decide(request_id, decide, self.tr("Approving"), with_proof=proves_a_part(detail))

    def _refuse(self, ground: RefusalGround, reason: str) -> None:
        detail, refuse = self._open_detail(), self._shop.requests.refuse
        if detail is not None and detail.preview is not None:
            request_id, token = detail.line.id, detail.preview.token
            decide = partial(refuse, request_id, token=token, ground=ground, reason=reason)
            self._decide(request_id, decide, self.tr("Refusing"), with_proof=True)

    def _decide(self, request_id: int, decide: Callable[[], Decided], title: str, *, with_proof: bool) -> None:
        """Decide at once, or in a worker when that may lay out and sign a proof."""

        def failed(error: ShopError) -> None:
            self._is_deciding = False
            self.pane.bar.set_busy(False)
            self._on_decision_failed(request_id, error)

        self._is_deciding = True
        if with_proof:
            self.pane.bar.set_busy(True)
            self._jobs.run(self, lambda _progress: decide(), self._on_decided, failed, title)
            return

        def waiting(text: str) -> None:
            self.pane.bar.set_busy(True)
            self.pane.bar.message.say(text)

        attempt(self, decide, self._on_decided, failed, waiting)

    def _on_decided(self, decided: Decided) -> None:
        """The request has left the list; its decision stays in sight until another one is chosen."""
        self._keeps_decided = True
        self.table.settle()
        self.table.selectionModel().clear()
        self._is_deciding = False
        self.pane.bar.set_busy(False)
        self._show(decided.request_id, keys=decided.reissued_keys, wait=True)
        self.pane.next_button.setFocus()
        amount = money(decided.refund_fen)
        if decided.refund_id is not None and decided.proof_ids:
            text = self.tr("{request} is decided: {amount} goes back. Attach the redemption proof to the reply.")
        elif decided.refund_id is not None:
            text = self.tr("{request} is decided: {amount} goes back to the buyer.")
        elif decided.proof_ids:
            text = self.tr("{request} is decided. The redemption proof is issued: attach it to the reply.")
        else:
            text = self.tr("{request} is decided.")
        self._window.say(text.format(request=decided.request_no, amount=amount), Tone.OK)

    def _on_decision_failed(self, request_id: int, error: ShopError) -> None:
        """Say why beside the button; after a conflict the verdict of this moment stands above it."""
        if isinstance(error, ConflictError):
            self._is_deciding = True
            self.table.reload()
            self.table.settle()
            self._is_deciding = False
            self._show(request_id, wait=True)
            if self._open_detail() is None:
                self._keeps_decided = True
                self.table.selectionModel().clear()
                self._show(request_id, wait=True)
        self.pane.bar.message.show_error(error)
        if self.pane.detail is not None and self.pane.detail.preview is None:
            self._window.show_error(error)

    def run_automatic(self) -> None:
        """Name what would run, then run it in a worker."""
        listing = self._shop.requests.listing(RequestFilter())
        lines = [line for line in listing.rows() if line.is_automatic]
        if not lines:
            return
        texts = [
            self.tr("{request}: {product}, {verdict} {amount}").format(
                request=line.request_no,
                product=line.product_name,
                verdict=label(line.verdict) if line.verdict else "",
                amount=money(line.refund_fen),
            )
            for line in lines[:_LISTED]
        ]
        if len(lines) > _LISTED:
            texts.append(self.tr("and {count} more").format(count=len(lines) - _LISTED))
        total = sum(line.refund_fen for line in lines)
        texts.append(self.tr("Together {amount} goes back.").format(amount=money(total)))
        dialog = ConfirmDialog(
            self._window.dialog_parent(),
            self.tr("Run {count} automatic cancellations").format(count=len(lines)),
            texts,
            self.tr("Run them"),
            danger=False,
        )
        dialog.confirmed.connect(self._start_automatic)
        dialog.open()

    def _open_detail(self) -> RequestDetail | None:
        detail = self.pane.detail
        return detail if detail is not None and detail.preview is not None else None

    def _start_automatic(self, _reason: str) -> None:
        shop = self._shop

        def work(_progress: Progress) -> list[Decided]:
            return list(shop.requests.run_automatic())

        self._jobs.run(self, work, self._on_automatic_done, self._window.show_error, self.tr("Automatic cancellations"))

    def _on_automatic_done(self, done: list[Decided]) -> None:
        total = sum(decided.refund_fen for decided in done)
        self._window.say(
            self.tr("Decided: {count}; {amount} goes back.").format(count=len(done), amount=money(total)),
            Tone.OK,
        )

    # ways in and out

    def new_request(self, order_no: str = "") -> None:
        dialog = NewRequestDialog(self._shop, self._window, self._window.dialog_parent(), order_no=order_no)
        dialog.added.connect(self.open_item)
        dialog.open()

    def import_requests(self) -> None:
        dialog = RequestImportDialog(self._shop, self._jobs, self._window.dialog_parent())
        dialog.imported.connect(self._on_imported)
        dialog.open()

    def _on_imported(self, count: int) -> None:
        self._window.say(self.tr("Requests imported: {count}").format(count=count), Tone.OK)

    def export(self) -> None:
        export_table(
            self._window.dialog_parent(),
            self._shop,
            self._jobs,
            "requests",
            self.current_filter(),
            self.table.sort_state,
        )

    def open_drop_folder(self) -> None:
        try:
            open_folder(self._shop.requests.drop_folder())
        except ShopError as error:
            self._window.show_error(error)
