"""The search box of the window at work: what it finds is shown below it, and what is chosen there is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from desktop_app.ui.widgets.search_box import SearchBox

if TYPE_CHECKING:
    from desktop_app.ui.find_anywhere import Hit


class WindowSearch(QObject):
    def __init__(self, window: Any, box: SearchBox) -> None:
        super().__init__(window)
        self._window = window
        self._box = box
        box.submitted.connect(self.find)
        box.searched.connect(self.find)

    def find(self, text: str) -> None:
        """Ask in a worker and show the hits below the box; an empty text closes them."""
        # here: nothing is looked for before the window stands
        from desktop_app.ui.find_anywhere import HitList, find_anywhere

        window, shop = self._window, self._window.shop
        hits = window.findChild(HitList)
        if hits is None:
            hits = HitList(self._box, window)
            hits.chosen.connect(self._on_chosen)
            hits.command_wanted.connect(lambda command: command.run(window))
            hits.scan_wanted.connect(self.scan_keys)
            window.page_changed.connect(hits.hide)
        if shop is None or len(text) < 2:
            hits.hide()
            return
        window.jobs.run(
            hits,
            lambda _progress: (text, find_anywhere(shop, text)),
            lambda found: hits.offer(found, with_scan=bool(shop.is_unlocked)),
            window.show_error,
        )

    def scan_keys(self, part: str) -> None:
        """Look for a part of a key by opening all of them."""
        from desktop_app.ui.dialogs.key_scan_dialog import KeyScanDialog

        window = self._window
        self._box.set_text_quietly("")
        dialog = KeyScanDialog(window.shop, window.jobs, part, window)
        dialog.key_wanted.connect(lambda key_id: window.navigate("keys", key_id))
        dialog.open()
        dialog.search()

    def _on_chosen(self, hit: Hit) -> None:
        self._box.set_text_quietly("")
        self._window.navigate(hit.page, hit.item, **hit.wanted)
