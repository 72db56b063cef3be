"""Channels and the versions of their rules."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.services.listing import Sort
from desktop_app.services.policies import ChannelLine, PolicyDraft, PolicyLine
from desktop_app.ui.actions import Change, WindowContext, page_action
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.channel_dialog import ChannelDialog
from desktop_app.ui.dialogs.policy_dialog import PolicyDialog
from desktop_app.ui.dialogs.reply_texts_dialog import ReplyTextsDialog
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.labels import label, percent, when
from desktop_app.ui.policy_words import lint_text
from desktop_app.ui.row_model import Column, ListSource
from desktop_app.ui.widgets.basics import Card, FactsGrid, Pill, plain_label, push_button, row_of, set_tone
from desktop_app.ui.widgets.folding_row import FoldingRow
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.row_table import RowTable

_AREAS = frozenset({"policies", "orders", "settings"})
VERSIONS_HEIGHT = 190


class PoliciesPage(QWidget):
    """Channels at the left; the versions of the chosen one and what a version says at the right."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shop = shop
        self._window = window
        self._channel: ChannelLine | None = None
        self._versions: list[PolicyLine] = []
        self._version: PolicyLine | None = None
        self.add_action = page_action(self, self.tr("Add a channel"), "add_channel_action", "N", self.add_channel)
        self.edit_action = page_action(self, self.tr("Change the rules"), "edit_rules_action", "E", self.edit_rules)
        self._build()
        self._show_channel(None)

    # building

    def _build(self) -> None:
        self.table = RowTable("channels_table", self.tr("Channels"), self._channel_columns(), self._open_channels)
        self.table.set_empty(
            self.tr("No channel yet"),
            self.tr("A channel is a place where you sell. It carries the refund rules that its buyers can read."),
            self.tr("Add a channel"),
            self.add_channel,
        )
        self.table.row_chosen.connect(self._show_channel)
        self.table.row_activated.connect(self._on_channel_activated)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("policies_splitter")
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self._pane())
        split.setStretchFactor(1, 1)
        split.setSizes([470, 720])
        add = push_button(
            self.tr("Add a channel"), "add_channel_button", self.add_channel, kind="primary", icon="plus", tooltip="N"
        )
        replies = push_button(
            self.tr("Reply texts…"), "reply_texts_button", self.edit_reply_texts, icon="message-square"
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        told = plain_label(self.tr("Every order keeps the rules in force when it was placed."), role="muted")
        layout.addLayout(row_of(told, 1, replies, add))
        layout.addWidget(split, 1)

    def _channel_columns(self) -> list[Column[ChannelLine]]:
        return [
            Column("name", self.tr("Channel"), lambda row: row.name, width=140),
            Column("kind", self.tr("Kind"), lambda row: label(row.platform_kind), width=136),
            Column("fee", self.tr("Fee"), lambda row: percent(row.fee_bp), align=Qt.AlignmentFlag.AlignRight, width=64),
            Column(
                "state",
                self.tr("State"),
                self._state_text,
                tone=lambda row: Tone.OK if row.active else Tone.NEUTRAL,
                width=90,
            ),
        ]

    def _pane(self) -> QWidget:
        self._name = plain_label(role="title", name="channel_title", selectable=True)
        self._kind = Pill("channel_kind_pill")
        self._note = plain_label(role="muted", name="channel_note_text", wrap=True, selectable=True)
        self.edit_button = push_button(
            self.tr("Change the rules"),
            "edit_rules_button",
            self.edit_rules,
            kind="primary",
            icon="pencil",
            tooltip="E",
        )
        self.rename_button = push_button(
            self.tr("Rename or retire…"), "change_channel_button", self.change_channel, icon="store"
        )
        self.message = MessageStrip("policies_message")
        self.versions_table = RowTable(
            "versions_table", self.tr("Versions of the rules"), self._version_columns(), self._open_versions
        )
        self.versions_table.setFixedHeight(VERSIONS_HEIGHT)
        self.versions_table.row_chosen.connect(self._show_version)
        self._version_title = plain_label(role="section", name="version_title")
        self._warnings = plain_label(name="version_warnings", wrap=True, selectable=True)
        set_tone(self._warnings, Tone.WARN)
        self._facts = FactsGrid("version_facts", key_width=130)
        inner = QWidget()
        inner.setProperty("plain", "true")
        content = QVBoxLayout(inner)
        content.setContentsMargins(0, 0, 8, 0)
        content.setSpacing(10)
        for widget in (self._version_title, self._warnings, self._facts):
            content.addWidget(widget)
        content.addStretch(1)
        scroll = QScrollArea()
        scroll.setObjectName("version_scroll")
        scroll.setAccessibleName(self.tr("What the chosen version says"))
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inner)
        pane = Card("policy_pane")
        pane.setMinimumWidth(440)
        steps = row_of(1, self.rename_button, self.edit_button)
        pane.body.addWidget(FoldingRow("policies_bar", row_of(self._name, self._kind, 1), steps))
        pane.body.addWidget(self._note)
        pane.body.addWidget(self.message)
        pane.body.addWidget(self.versions_table)
        pane.body.addWidget(scroll, 1)
        return pane

    def _version_columns(self) -> list[Column[PolicyLine]]:
        right = Qt.AlignmentFlag.AlignRight
        return [
            Column("version", self.tr("Version"), lambda row: str(row.version), align=right, width=78),
            Column(
                "state",
                self.tr("State"),
                lambda row: self.tr("In force") if row.in_force else self.tr("Earlier"),
                tone=lambda row: Tone.OK if row.in_force else Tone.NEUTRAL,
                width=92,
            ),
            Column("created_at", self.tr("Counts from"), self._from_text, width=146),
            Column("orders", self.tr("Orders"), lambda row: str(row.order_count), align=right, width=74),
            Column("fee", self.tr("Fee"), lambda row: percent(row.draft.fee_bp), align=right, width=64),
            Column("window", self.tr("Window"), self._window_text, align=right, width=78),
            Column("by", self.tr("By"), lambda row: row.created_by, width=90),
        ]

    def _state_text(self, row: ChannelLine) -> str:
        return self.tr("In use") if row.active else self.tr("Retired")

    def _from_text(self, row: PolicyLine) -> str:
        return when(row.created_at, self._window.zone())

    def _window_text(self, row: PolicyLine) -> str:
        return self.tr("{hours} h").format(hours=row.draft.window_hours)

    # the page as the window knows it

    def title(self) -> str:
        return self.tr("Policies")

    def reload(self, change: Change | None) -> None:
        if change is None or change.areas & _AREAS:
            self._reload_channels()
            if self.table.current_row() is None and self.table.rows.rowCount():
                self.table.select_row(0)
            else:
                self._show_channel(self.table.current_row())

    def open_item(self, item_id: int) -> None:
        """Show a channel."""
        self.table.select_id(item_id)

    def page_actions(self) -> dict[str, QAction]:
        return {"N": self.add_action, "E": self.edit_action}

    # lists

    def _reload_channels(self) -> None:
        self.table.reload()
        # they are in memory already
        self.table.settle()

    def _open_channels(self, _sort: Sort | None) -> ListSource[ChannelLine]:
        return ListSource(self._shop.policies.channels())

    def _open_versions(self, _sort: Sort | None) -> ListSource[PolicyLine]:
        return ListSource(self._versions)

    def _show_channel(self, row: ChannelLine | None) -> None:
        is_other = row is None or self._channel is None or row.id != self._channel.id
        self._channel = row
        for widget in (self.edit_button, self.rename_button):
            widget.setEnabled(row is not None)
        self.edit_action.setEnabled(row is not None)
        self._versions = []
        self.message.clear()
        if row is None:
            self._name.setText(self.tr("Rules of a channel"))
            self._kind.set_state("", Tone.NEUTRAL)
            self._note.hide()
        else:
            self._name.setText(row.name)
            self._kind.set_state(label(row.platform_kind), Tone.INFO)
            self._note.setText(row.note)
            self._note.setVisible(bool(row.note))
            try:
                self._versions = self._shop.policies.versions(row.id)
            except ShopError as error:
                self.message.show_error(error)
        self.versions_table.reload()
        self.versions_table.settle()
        if is_other and self._versions:
            self.versions_table.select_row(0)
        self._show_version(self.versions_table.current_row())

    def _show_version(self, row: PolicyLine | None) -> None:
        self._version = row
        channel = self._channel
        self._facts.setVisible(row is not None)
        self._version_title.setVisible(row is not None)
        if row is None or channel is None:
            self._warnings.hide()
            return
        self._version_title.setText(self._heading(row))
        warnings = self._shop.policies.lint_kind(channel.platform_kind, row.draft)
        titles = self._field_titles()
        self._warnings.setText("\n".join(f"!  {titles[warning.field]}: {lint_text(warning)}" for warning in warnings))
        self._warnings.setVisible(bool(warnings))
        self._facts.set_facts(self._version_facts(row.draft))

    def _heading(self, row: PolicyLine) -> str:
        if row.in_force:
            text = self.tr("Version {version}, for orders placed since {when}: {count} so far")
        else:
            text = self.tr("Version {version}, from {when} until the next one: {count} orders keep it")
        return text.format(version=row.version, when=self._from_text(row), count=row.order_count)

    def _field_titles(self) -> dict[str, str]:
        return {
            "window_hours": self.tr("Refund window"),
            "fee_bp": self.tr("Fee"),
            "unshipped_fee_bp": self.tr("Fee before shipping"),
            "cap_bp": self.tr("Largest fee"),
            "fee_disclosure": self.tr("Buyers see the fee"),
            "refund_policy": self.tr("Refund policy"),
            "fee_note": self.tr("Fee note"),
            "cancel_rules": self.tr("Cancellation rules"),
            "after_sales": self.tr("After-sales terms"),
            "user_agreement": self.tr("User agreement"),
        }

    def _version_facts(self, draft: PolicyDraft) -> list[tuple[str, str, str]]:
        titles = self._field_titles()
        values = {
            "window_hours": self.tr("{hours} h after the order").format(hours=draft.window_hours),
            "fee_bp": percent(draft.fee_bp),
            "unshipped_fee_bp": percent(draft.unshipped_fee_bp),
            "cap_bp": percent(draft.cap_bp),
            "fee_disclosure": label(draft.fee_disclosure),
        }
        facts = [
            (key, title, values.get(key) or getattr(draft, key, "") or self.tr("not written"))
            for key, title in titles.items()
        ]
        facts += [
            (
                f"evidence_{reason.value}",
                label(reason),
                ", ".join(label(kind) for kind in kinds) or self.tr("no evidence needed"),
            )
            for reason, kinds in draft.required_evidence.items()
        ]
        return facts

    # steps

    def add_channel(self) -> None:
        dialog = PolicyDialog(self._window.dialog_parent(), self._shop)
        dialog.saved.connect(self._on_channel_added)
        dialog.open()

    def edit_rules(self) -> None:
        """Edit the rules in force as a new version."""
        if self._channel is not None and self._versions:
            dialog = PolicyDialog(self._window.dialog_parent(), self._shop, self._channel, self._versions[0])
            dialog.saved.connect(self._on_version_saved)
            dialog.open()

    def edit_reply_texts(self) -> None:
        ReplyTextsDialog(self._window.dialog_parent(), self._shop).open()

    def change_channel(self) -> None:
        if self._channel is not None:
            dialog = ChannelDialog(self._window.dialog_parent(), self._shop, self._channel)
            dialog.saved.connect(self._on_channel_saved)
            dialog.open()

    def _on_channel_activated(self, _row: ChannelLine) -> None:
        self.edit_rules()

    def _on_channel_added(self, channel_id: int) -> None:
        self._reload_channels()
        self.table.select_id(channel_id)
        self._window.say(self.tr("The channel was added."), Tone.OK)

    def _on_version_saved(self, channel_id: int) -> None:
        self._reload_channels()
        self.table.select_id(channel_id)
        self._show_channel(self.table.current_row())
        self.versions_table.select_row(0)
        self._window.say(self.tr("The new version counts for orders placed from now on."), Tone.OK)

    def _on_channel_saved(self, _channel_id: int) -> None:
        self._window.say(self.tr("The channel was saved."), Tone.OK)
