"""The event log: who did what and when, whether it is intact, and the log for somebody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from desktop_app.documents.events import KINDS, describe, title
from desktop_app.domain.errors import CancelledError, ShopError
from desktop_app.services.audit_log import AuditState
from desktop_app.services.event_log import EventFilter
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.timeline import EventLine
from desktop_app.ui.actions import Change, WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.export_dialog import export_table
from desktop_app.ui.dialogs.log_export_dialog import LogExportDialog
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import language, when
from desktop_app.ui.row_model import Column
from desktop_app.ui.widgets.basics import DetailPane, FactsGrid, plain_label, push_button, row_of
from desktop_app.ui.widgets.combo import Combo
from desktop_app.ui.widgets.log_state_card import LogStateCard
from desktop_app.ui.widgets.period_filter import Period, PeriodFilter
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.search_box import SearchBox


class AuditPage(QWidget):
    """The state of the log above its events, and the chosen event beside them."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._event: EventLine | None = None
        self._groups = self._named_groups()
        self._build()
        self._show(None)

    # building

    def _named_groups(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What a merchant calls them, and the first parts of the kinds of events; the rest comes last."""
        named: tuple[tuple[str, tuple[str, ...]], ...] = (
            (self.tr("Orders"), ("order", "unit")),
            (self.tr("Requests"), ("request",)),
            (self.tr("Refunds"), ("refund", "statement")),
            (self.tr("Card keys"), ("key", "keys", "batch")),
            (self.tr("Products"), ("product",)),
            (self.tr("Proofs and evidence"), ("proof", "evidence")),
            (self.tr("Rules and settings"), ("policy", "channel", "settings")),
            (self.tr("Vault and signatures"), ("vault", "identity")),
            (self.tr("Exports and verifications"), ("export", "audit")),
        )
        known = {part for _, parts in named for part in parts}
        rest = tuple(sorted({kind.partition(".")[0] for kind in KINDS} - known))
        return (*named, (self.tr("Everything else"), rest)) if rest else named

    def _build(self) -> None:
        self.state_card = LogStateCard(self._shop, self._jobs, self._window)
        self.share_button = push_button(
            self.tr("Export for somebody else…"), "share_log_button", self.export_log, icon="file-badge"
        )
        self.share_button.setToolTip(
            self.tr("The log with its signatures in one file that anybody can verify without this shop")
        )
        self.state_card.steps.addWidget(self.share_button)
        self.search_box = SearchBox(
            self.tr("Find an event"), "audit_search", self.tr("What happened, who, a fact, an order no.…")
        )
        self.search_box.setMinimumWidth(220)
        self.search_box.setMaximumWidth(320)
        self.search_box.searched.connect(self._reload_table)
        self.group_combo = Combo()
        self.group_combo.setObjectName("audit_group_combo")
        self.group_combo.setAccessibleName(self.tr("Kind of event"))
        self.group_combo.addItem(self.tr("Every kind"))
        for text, _ in self._groups:
            self.group_combo.addItem(text)
        self.group_combo.currentIndexChanged.connect(self._reload_table)
        self.order_box = SearchBox(self.tr("Events of one order"), "audit_order", self.tr("Whole order no."))
        self.order_box.setFixedWidth(190)
        self.order_box.searched.connect(self._reload_table)
        self.period = PeriodFilter(self.tr("When"), "audit_period")
        self.period.period_changed.connect(self._reload_table)
        self.export_button = push_button(self.tr("Export…"), "audit_export", self._export, icon="file-down")
        self.table = RowTable(
            "audit_table",
            self.tr("Event log"),
            self._columns(),
            self._open_rows,
            row_id=lambda row: row.seq,
            sort=Sort("seq", True),
        )
        self.table.row_chosen.connect(self._show)
        self.table.row_activated.connect(self._open_order)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("audit_splitter")
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self._pane())
        split.setStretchFactor(0, 1)
        split.setSizes([860, 340])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.state_card)
        layout.addLayout(row_of(self.search_box, self.group_combo, self.order_box, self.period, 1, self.export_button))
        layout.addWidget(split, 1)

    def _columns(self) -> list[Column[EventLine]]:
        return [
            Column(
                "seq",
                self.tr("No."),
                lambda row: f"{row.seq:,}",
                align=Qt.AlignmentFlag.AlignRight,
                width=70,
                sort_key="seq",
            ),
            Column("at", self.tr("Time"), self._time, width=146, sort_key="at"),
            Column("actor", self.tr("Operator"), lambda row: row.actor, width=76, sort_key="actor"),
            Column(
                "kind", self.tr("What happened"), lambda row: title(row.kind, language()), width=132, sort_key="kind"
            ),
            Column("order_no", self.tr("Order no."), lambda row: row.order_no, width=158),
            Column("text", self.tr("Details"), self._details, tooltip=self._details, width=260),
        ]

    def _pane(self) -> QWidget:
        self._hint = plain_label(self.tr("Choose an event to see all of it."), role="muted", wrap=True)
        self._heading = plain_label(role="title", name="event_heading", wrap=True, selectable=True)
        self._words = plain_label(name="event_words", wrap=True, selectable=True)
        self._facts = FactsGrid("event_facts", key_width=84)
        self.order_button = push_button(self.tr("Open the order"), "event_order_button", self._open_order, kind="link")
        self.only_button = push_button(
            self.tr("Only this order"), "event_only_order_button", self._only_order, kind="link"
        )
        pane = DetailPane("event_pane", self.tr("The chosen event"))
        for widget in (self._hint, self._heading, self._words, self._facts):
            pane.content.addWidget(widget)
        pane.content.addLayout(row_of(self.order_button, self.only_button, 1))
        return pane

    # the page as the window knows it

    def title(self) -> str:
        return self.tr("Event log")

    def reload(self, change: Change | None) -> None:
        # whatever changed, it is in the log
        self._reload_table()
        state_of = self._shop.audit.state

        def work(_progress: Progress) -> AuditState:
            state: AuditState = state_of()
            return state

        self._jobs.run(self, work, self.state_card.show_state)

    def search(self, text: str) -> None:
        self.search_box.set_text_quietly(text)
        self._reload_table()

    def open_item(self, seq: int) -> None:
        """Show one event."""
        self.apply_filter()
        self.table.select_id(seq)

    def apply_filter(self, *, text: str = "", order_no: str = "") -> None:
        """What is not given is taken off."""
        self.search_box.set_text_quietly(text)
        self.order_box.set_text_quietly(order_no)
        self.group_combo.blockSignals(True)
        self.group_combo.setCurrentIndex(0)
        self.group_combo.blockSignals(False)
        self.period.set_period(Period.ANY)
        self._reload_table()

    # the list

    def _where(self) -> EventFilter:
        since, until = self.period.bounds(self._window.now(), self._window.zone())
        number = self.group_combo.currentIndex() - 1
        return EventFilter(
            text=self.search_box.text().strip(),
            groups=self._groups[number][1] if number >= 0 else (),
            order_no=self.order_box.text().strip(),
            since=since,
            until=until,
        )

    def _open_rows(self, sort: Sort | None) -> Listing[EventLine]:
        listing: Listing[EventLine] = self._shop.audit.listing(self._where(), sort)
        return listing

    def _reload_table(self, *_: object) -> None:
        if self._where() == EventFilter():
            self.table.set_empty(self.tr("Nothing happened yet"), self.tr("Every change of the shop will stand here."))
        else:
            self.table.set_empty(
                self.tr("No such event"),
                self.tr("Nothing in the log fits these filters."),
                self.tr("Show everything"),
                self._clear_filters,
            )
        self.table.reload()

    def _clear_filters(self) -> None:
        self.apply_filter()

    def _time(self, row: EventLine) -> str:
        return when(row.at, self._window.zone(), seconds=True)

    def _details(self, row: EventLine) -> str:
        words = describe(row.kind, row.facts, language(), self._window.zone())
        return words.removeprefix(title(row.kind, language())).lstrip(":： ")

    # the pane

    def _show(self, row: EventLine | None) -> None:
        self._event = row
        self._hint.setVisible(row is None)
        for widget in (self._heading, self._words, self._facts):
            widget.setVisible(row is not None)
        has_order = row is not None and row.order_id is not None
        self.order_button.setVisible(has_order)
        self.only_button.setVisible(has_order)
        if row is None:
            return
        self._heading.setText(title(row.kind, language()))
        self._words.setText(self._details(row))
        facts = [
            ("seq", self.tr("Event"), f"{row.seq:,}"),
            ("at", self.tr("Time"), self._time(row)),
            ("actor", self.tr("Operator"), row.actor),
            ("order", self.tr("Order no."), row.order_no),
            ("subject", self.tr("Subject"), f"{row.entity} {row.entity_id or ''}".strip()),
            ("code", self.tr("Code"), row.kind),
        ]
        self._facts.set_facts([fact for fact in facts if fact[2]])

    def _open_order(self, *_: object) -> None:
        if self._event is not None and self._event.order_id is not None:
            self._window.navigate("orders", self._event.order_id)

    def _only_order(self) -> None:
        if self._event is not None:
            self.apply_filter(order_no=self._event.order_no)

    # files

    def _export(self) -> None:
        export_table(
            self._window.dialog_parent(), self._shop, self._jobs, "events", self._where(), self.table.sort_state
        )

    def export_log(self) -> None:
        """The log for somebody who verifies it without the shop."""
        order_no = self._event.order_no if self._event is not None else ""
        dialog = LogExportDialog(
            self._window.dialog_parent(), bool(self._shop.is_unlocked), self.order_box.text().strip() or order_no
        )
        dialog.chosen.connect(self._write_log)
        dialog.open()

    def _write_log(self, path: Path, order_no: str, redact: bool) -> None:
        log = self._shop.audit

        def work(progress: Progress) -> int:
            count: int = log.export(
                path, order_no=order_no, redact=redact, progress=progress.report, cancelled=progress.cancelled
            )
            return count

        def done(count: int) -> None:
            self.state_card.message.say(
                self.tr("{path} was written: {count} events in clear.").format(path=path, count=f"{count:,}"), Tone.OK
            )

        self.state_card.message.clear()
        self._jobs.run(self, work, done, self._on_export_failed, self.tr("Exporting the event log"))

    def _on_export_failed(self, error: ShopError) -> None:
        if isinstance(error, CancelledError):
            self._window.show_error(error)
        else:
            self.state_card.message.show_error(error)
