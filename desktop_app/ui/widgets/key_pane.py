"""One card key with its whole life, or what was chosen of many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.domain.states import KeyState
from desktop_app.services.inventory import KeyLife, KeyLine
from desktop_app.ui import row_loader
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.attempts import attempt
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.key_steps import states_before
from desktop_app.ui.icons import set_icon
from desktop_app.ui.labels import label, tone, when
from desktop_app.ui.row_loader import Load
from desktop_app.ui.theme import mono_font
from desktop_app.ui.widgets.basics import DetailPane, FactsGrid, Pill, plain_label, push_button, row_of
from desktop_app.ui.widgets.copy_button import CopyButton
from desktop_app.ui.widgets.key_life_view import KeyLifeView
from desktop_app.ui.widgets.timeline_view import TimelineView

PATIENCE_SECONDS = 0.03
"""A life that is read so soon is shown together with its key."""


class KeyPane(DetailPane):
    """Shows, reveals and copies; every other step is asked of the page by ``step_wanted``."""

    step_wanted = Signal(str)
    """``void`` ``quarantine`` ``restock`` ``move`` ``note`` ``bin`` ``unbin``"""
    failed = Signal(object)
    """ShopError of revealing or copying."""

    def __init__(self, shop: Any, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__("key_pane", self.tr("Card key"), parent=parent)
        self._shop = shop
        self._window = window
        self._key: KeyLine | None = None
        self._is_revealed = False
        self._reading: Load | None = None
        self._life_of: int | None = None
        # a key that stays on screen is read by whoever passes by
        self._hide_timer = QTimer(self, singleShot=True)
        self._hide_timer.timeout.connect(self.hide_key)
        self._text = plain_label(name="key_text", wrap=True, selectable=True)
        self._text.setFont(mono_font(13))
        self._many = plain_label(role="title", name="keys_chosen", wrap=True)
        self._pill = Pill("key_state_pill")
        self.reveal_button = push_button(self.tr("Reveal"), "reveal_button", self._toggle, icon="eye")
        self.copy_button = CopyButton(self.tr("Copy"), "copy_key_button", self._copied, secret=window.secrets)
        self._logged = plain_label(self.tr("Looking and copying are logged."), role="muted")
        self._facts = FactsGrid("key_facts")
        for name, title in (
            ("product", self.tr("Product")),
            ("batch", self.tr("Batch")),
            ("expires_on", self.tr("Usable until")),
            ("since", self.tr("State since")),
            ("uses", self.tr("Delivered")),
            ("note", self.tr("Note")),
        ):
            self._facts.add(name, title)
        self.order_button = push_button("", "key_order_button", self._open_order, kind="link", icon="receipt-text")
        self.life = KeyLifeView(window)
        self._life = plain_label(self.tr("What happened to it"), role="section")
        self.timeline = TimelineView("key_timeline")
        self._single = (
            self._text,
            self._pill,
            self.reveal_button,
            self.copy_button,
            self._logged,
            self._facts,
            self.life,
            self._life,
        )
        self.content.addWidget(self._many)
        self.content.addWidget(self._text)
        self.content.addWidget(self._pill)
        self.content.addLayout(row_of(self.reveal_button, self.copy_button, 1))
        self.content.addWidget(self._logged)
        self.content.addWidget(self._facts)
        self.content.addLayout(row_of(self.order_button, 1))
        self.content.addWidget(self.life)
        self.content.addWidget(self._life)
        self.content.addWidget(self.timeline)
        self._steps = {
            name: push_button(text, f"{name}_button", self._asker(name), kind=kind)
            for name, text, kind in (
                ("quarantine", self.tr("Quarantine…"), ""),
                ("restock", self.tr("Put back on sale…"), ""),
                ("move", self.tr("Move…"), ""),
                ("note", self.tr("Note…"), ""),
                ("void", self.tr("Make void…"), "danger"),
                ("bin", self.tr("Delete…"), ""),
                ("unbin", self.tr("Take out of the bin"), ""),
            )
        }
        self.footer.addLayout(row_of(self._steps["quarantine"], self._steps["restock"]))
        self.footer.addLayout(row_of(self._steps["move"], self._steps["note"], self._steps["void"]))
        self.footer.addLayout(row_of(self._steps["bin"], self._steps["unbin"]))

    def step_button(self, name: str) -> QWidget:
        return self._steps[name]

    def shows(self, key: KeyLine) -> bool:
        """Whether exactly this is on show."""
        return self._key == key and not self.isHidden()

    def show_key(self, key: KeyLine) -> None:
        """One key is chosen."""
        if self._key is None or self._key.id != key.id or not self._shop.is_unlocked:
            self._is_revealed = False
            self._hide_timer.stop()
        self._key = key
        self._show_text(key.masked if not self._is_revealed else self._text.text())
        zone = self._window.zone()
        self._pill.set_state(label(key.state), tone(key.state))
        expiry = key.expires_on or ""
        if key.is_expired:
            expiry = self.tr("{day} (expired)").format(day=expiry)
        self._facts.set_value("product", f"{key.product_name}  ·  {key.product_code}")
        self._facts.set_value("batch", self.tr("{batch}, line {line}").format(batch=key.batch_name, line=key.line))
        self._facts.set_value("expires_on", expiry, Tone.BAD if key.is_expired else None)
        self._facts.set_value("since", when(key.state_at, zone))
        self._facts.set_value("uses", self._uses(key))
        self._facts.set_value("note", key.note)
        self.order_button.setText(self.tr("Order {order_no}").format(order_no=key.order_no))
        self._many.hide()
        for widget in self._single:
            widget.show()
        self.order_button.setVisible(bool(key.order_no))
        self._enable({key.state})
        self._show_life()
        self.timeline.show()

    def _uses(self, key: KeyLine) -> str:
        if key.uses is None:
            return ""
        if key.use_limit is None:
            return self.tr("{uses} times").format(uses=key.uses)
        return self.tr("{uses} of {limit} times").format(uses=key.uses, limit=key.use_limit)

    def show_many(self, count: int, states: set[KeyState] | None) -> None:
        """Several are chosen; ``states`` None: too many to look at, any step may be possible."""
        self._key = None
        self._reading = None
        self._is_revealed = False
        self._text.clear()
        self._many.setText(self.tr("{count} keys chosen").format(count=f"{count:,}"))
        self._many.show()
        for widget in (*self._single, self.order_button, self.timeline):
            widget.hide()
        self._enable(set(KeyState) if states is None else states)

    def hide_key(self) -> None:
        """Mask the key again."""
        self._hide_timer.stop()
        if self._is_revealed and self._key is not None:
            self._is_revealed = False
            self._show_text(self._key.masked)

    # inside

    def _asker(self, name: str) -> Callable[[], None]:
        return lambda: self.step_wanted.emit(name)

    def _enable(self, states: set[KeyState]) -> None:
        for name, needed in (
            ("void", states_before(KeyState.VOID)),
            ("quarantine", states_before(KeyState.QUARANTINED)),
            ("restock", {KeyState.QUARANTINED}),
            ("move", {KeyState.IN_STOCK}),
            ("bin", {KeyState.IN_STOCK}),
            ("unbin", {KeyState.BINNED}),
        ):
            self._steps[name].setEnabled(bool(states & needed))

    def _show_text(self, text: str) -> None:
        self._text.setText(text)
        self.reveal_button.setText(self.tr("Hide") if self._is_revealed else self.tr("Reveal"))
        set_icon(self.reveal_button, "eye-off" if self._is_revealed else "eye")

    def _toggle(self) -> None:
        key = self._key
        if key is None:
            return
        if self._is_revealed:
            self.hide_key()
            return
        attempt(
            self,
            lambda: self._shop.inventory.reveal(key.id),
            lambda text: self._reveal(key, text),
            self.failed.emit,
            lambda text: self._window.say(text, Tone.WARN),
        )

    def _reveal(self, key: KeyLine, text: str) -> None:
        if self._key is None or self._key.id != key.id or not self.isVisible():
            return  # another one is looked at by now
        self._is_revealed = True
        self._show_text(text)
        self._hide_timer.start(self._window.secrets.seconds * 1000)
        self._show_life()

    def _copied(self) -> str:
        """The key for the clipboard; nothing when the service refused."""
        if self._key is None:
            return ""
        try:
            text: str = self._shop.inventory.copy(self._key.id)
        except ShopError as error:
            self.failed.emit(error)
            return ""
        self._show_life()
        return text

    def _show_life(self) -> None:
        """Read beside the window: a log with steps on half a million keys takes its time."""
        if self._key is None:
            return
        key_id, inventory = self._key.id, self._shop.inventory
        self._reading = load = row_loader.start(self, lambda: inventory.life(key_id), self._on_life)
        if load.wait(max(PATIENCE_SECONDS, row_loader.PATIENCE_SECONDS)):
            self._on_life(load)
        elif self._life_of != key_id:  # else what stands there is of this key, if only from before its last step
            self.life.hide()
            self.timeline.set_events((), self._window.zone())

    def _on_life(self, load: Load) -> None:
        if load is not self._reading or self._key is None:
            return  # another key is looked at by now
        self._reading = None
        if isinstance(load.error, ShopError):
            self.failed.emit(load.error)
            return
        if load.error is not None:
            raise load.error
        life: KeyLife = load.value
        self._life_of = life.key.id
        self.life.show_life(life)
        self.life.show()
        # a key that is only set apart was not delivered, and has no line there
        is_listed = self._key.order_no in (delivery.order_no for delivery in life.deliveries)
        self.order_button.setVisible(bool(self._key.order_no) and not is_listed)
        self.timeline.set_events(life.events, self._window.zone())

    def _open_order(self) -> None:
        if self._key is not None:
            self._window.navigate("orders", order_no=self._key.order_no)

    def hideEvent(self, event: QHideEvent) -> None:
        self.hide_key()
        super().hideEvent(event)
