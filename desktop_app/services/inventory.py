"""The stock: importing, finding, showing and taking out card keys, and the batches that they came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_app.domain.errors import RefusedError
from desktop_app.domain.states import KeyState
from desktop_app.services import batches, chosen_keys, import_report, key_bulk, key_import, key_layouts, key_preview
from desktop_app.services.batches import BatchDraft, BatchLine, BatchName
from desktop_app.services.context import Context
from desktop_app.services.form_fields import FieldName, line_field
from desktop_app.services.key_bulk import ShownKeys
from desktop_app.services.key_import import ImportOptions, ImportResult
from desktop_app.services.key_layouts import ColumnChoiceError, KeyLayout
from desktop_app.services.key_life import KeyLife, key_events, key_life
from desktop_app.services.key_lines import (
    KeyFilter,
    KeyLine,
    exact_key_ids,
    key_lines,
    keys_listing,
)
from desktop_app.services.key_preview import Cancelled, ImportLine, ImportPreview, KeyVerdict, NewKeys, Progress
from desktop_app.services.key_rows import key_row
from desktop_app.services.key_scan import KeyScan, scan_keys
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.timeline import EventLine

__all__ = [
    "BatchDraft",
    "BatchLine",
    "ColumnChoiceError",
    "ImportLine",
    "ImportOptions",
    "ImportPreview",
    "ImportResult",
    "Inventory",
    "KeyFilter",
    "KeyLayout",
    "KeyLife",
    "KeyLine",
    "KeyScan",
    "KeyVerdict",
    "NewKeys",
    "ShownKeys",
]

_REASON = FieldName("The reason", "原因")
_NOTE = FieldName("The note", "备注")
_LONGEST_REASON = 500

Which = Sequence[int] | KeyFilter | ShownKeys
"""Chosen keys by number, or everything that a filter shows, also with the number that was confirmed."""


class Inventory:
    """The card keys of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # ---- import

    def preview_file(
        self,
        path: Path,
        product_id: int,
        *,
        encoding: str | None = None,
        column: str | None = None,
        delimiter: str | None = None,
        layout: str | None = None,
        header: bool | None = None,
        roles: Mapping[str, int] | None = None,
        sheet: str | None = None,
        goods: str | None = None,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> ImportPreview:
        """See :func:`desktop_app.services.key_preview.preview_file`."""
        return key_preview.preview_file(
            self._context,
            path,
            product_id,
            encoding=encoding,
            column=column,
            delimiter=delimiter,
            layout=layout,
            header=header,
            roles=roles,
            sheet=sheet,
            goods=goods,
            progress=progress,
            cancelled=cancelled,
        )

    def preview_text(
        self,
        text: str,
        product_id: int,
        *,
        column: str | None = None,
        delimiter: str | None = None,
        layout: str | None = None,
        goods: str | None = None,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> ImportPreview:
        """The same for pasted text."""
        return key_preview.preview_text(
            self._context,
            text,
            product_id,
            column=column,
            delimiter=delimiter,
            layout=layout,
            goods=goods,
            progress=progress,
            cancelled=cancelled,
        )

    def save_report(
        self,
        preview: ImportPreview,
        path: Path,
        language: str,
        verdict: KeyVerdict | NewKeys | None = None,
        *,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> int:
        """See :func:`desktop_app.services.import_report.save_report`."""
        return import_report.save_report(preview, path, language, verdict, progress=progress, cancelled=cancelled)

    def preview(
        self,
        source: Path | str,
        product_id: int,
        choices: KeyLayout | None = None,
        *,
        encoding: str | None = None,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> ImportPreview:
        """See :func:`desktop_app.services.key_layouts.preview_keys`."""
        return key_layouts.preview_keys(
            self._context, source, product_id, choices, encoding=encoding, progress=progress, cancelled=cancelled
        )

    def remembers_layout(self, product_id: int) -> bool:
        """Whether it is remembered how the lists of the product are read."""
        return key_layouts.has_layout(self._context, product_id)

    def forget_layout(self, product_id: int) -> None:
        """See :func:`desktop_app.services.key_layouts.forget_layout`."""
        key_layouts.forget_layout(self._context, product_id)

    def import_keys(
        self,
        preview: ImportPreview,
        options: ImportOptions,
        *,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> ImportResult:
        """See :func:`desktop_app.services.key_import.import_keys`."""
        return key_import.import_keys(self._context, preview, options, progress=progress, cancelled=cancelled)

    # ---- looking

    def listing(self, where: KeyFilter, sort: Sort | None = None) -> Listing[KeyLine]:
        """See :func:`desktop_app.services.key_lines.keys_listing`."""
        return keys_listing(self._context, where, sort)

    def get(self, key_id: int) -> KeyLine:
        """One key; :class:`NotFoundError`."""
        with self._context.read() as session:
            key_row(session, key_id)
            return key_lines(self._context, session, [key_id])[0]

    def find(self, text: str) -> KeyLine | None:
        """The key that ``text`` is, through the blind index; :class:`LockedError` while the shop is locked."""
        with self._context.read() as session:
            found = exact_key_ids(self._context, session, text)
            return key_lines(self._context, session, found[:1])[0] if found else None

    def batches(self, product_id: int | None = None) -> list[BatchLine]:
        """See :func:`desktop_app.services.batches.batch_lines`."""
        return batches.batch_lines(self._context, product_id)

    def batches_of(self, product_id: int | None = None) -> list[BatchName]:
        """See :func:`desktop_app.services.batches.batches_of`."""
        return batches.batches_of(self._context, product_id)

    def batches_named(self, part: str, limit: int = 6) -> list[BatchName]:
        """See :func:`desktop_app.services.batches.batches_named`."""
        return batches.batches_named(self._context, part, limit)

    def batch_by_name(self, name: str) -> BatchLine:
        """The batch that has this name now, upper and lower case alike; :class:`NotFoundError`."""
        return batches.batch_by_name(self._context, name)

    def change_batch(self, batch_id: int, draft: BatchDraft) -> None:
        """See :func:`desktop_app.services.batches.change_batch`."""
        batches.change_batch(self._context, batch_id, draft)

    def undo_import(
        self,
        batch_id: int,
        reason: str = "",
        *,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> int:
        """See :func:`desktop_app.services.batches.undo_import`."""
        return batches.undo_import(self._context, batch_id, reason, progress=progress, cancelled=cancelled)

    def history(self, key_id: int) -> list[EventLine]:
        """Everything that happened to a key, oldest first: its import, what was done to it, its orders."""
        with self._context.read() as session:
            return key_events(session, key_id)

    def life(self, key_id: int) -> KeyLife:
        """See :func:`desktop_app.services.key_life.key_life`."""
        return key_life(self._context, key_id)

    def scan(self, part: str, *, progress: Progress | None = None, cancelled: Cancelled | None = None) -> KeyScan:
        """See :func:`desktop_app.services.key_scan.scan_keys`."""
        return scan_keys(self._context, part, progress=progress, cancelled=cancelled)

    # ---- one key in clear

    def reveal(self, key_id: int) -> str:
        """The key exactly as it was imported. That it was shown is logged before it is."""
        return chosen_keys.open_key(self._context, key_id, "key.revealed")

    def copy(self, key_id: int) -> str:
        """The same for the clipboard."""
        return chosen_keys.open_key(self._context, key_id, "key.copied")

    # ---- taking out and putting back; of a selection, or of everything that a filter shows

    def void(
        self,
        which: Which,
        reason: str,
        *,
        failed: bool = False,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> int:
        """Make keys worthless for good. Returns how many were changed; a key that is void already is not.

        ``failed``: they did not work, which counts against their supplier.
        """
        return self._take_out(which, KeyState.VOID, reason, "key.voided", failed, progress, cancelled)

    def quarantine(
        self,
        which: Which,
        reason: str,
        *,
        failed: bool = False,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> int:
        """Keep keys from being sold until somebody has looked at them. Returns how many were changed.

        ``failed``: they did not work; it counts against their supplier until they are back on sale.
        """
        return self._take_out(which, KeyState.QUARANTINED, reason, "key.quarantined", failed, progress, cancelled)

    def put_into_bin(
        self, which: Which, reason: str, *, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> int:
        """Delete keys in stock that were never delivered, so that they can still come back. Returns how many went.

        :class:`RefusedError` when a chosen key is not one of these; of a filter the others stay.
        """
        if not isinstance(which, KeyFilter | ShownKeys):
            chosen_keys.require_never_sold(self._context, which)
        return self._take_out(which, KeyState.BINNED, reason, "key.binned", False, progress, cancelled)

    def take_out_of_bin(
        self, which: Which, *, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> int:
        """Put deleted keys back on sale. Returns how many came back."""
        if isinstance(which, KeyFilter | ShownKeys):
            where = _of_bin(which)
            return key_bulk.change_state(
                self._context, where, KeyState.IN_STOCK, "key.unbinned", {}, progress=progress, cancelled=cancelled
            )

        return chosen_keys.take_out_of_bin(self._context, which)

    def empty_bin(
        self,
        where: KeyFilter | ShownKeys | None = None,
        *,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> int:
        """Delete for good what the recycle bin holds (of ``where``). Returns how many keys went."""
        shown = _of_bin(where or KeyFilter())
        return key_bulk.erase(self._context, shown, progress=progress, cancelled=cancelled)

    def restock(self, key_ids: Sequence[int], reason: str, *, official_not_activated: bool) -> int:
        """Put quarantined keys back on sale: only with the issuer's record that they were never activated (seed A23).

        :class:`RefusedError` without it, for keys that are not in quarantine, and for those that a buyer still has.
        """
        if not official_not_activated:
            raise RefusedError(
                "A key that was shown goes back on sale only with the issuer's record that it was not activated; "
                "otherwise make it void.",
                "已展示过的卡密，只有取得官方“未激活”记录后才能重新上架，否则请作废。",
            )
        reason = line_field(_REASON, reason, longest=_LONGEST_REASON, required=True)
        return chosen_keys.restock(self._context, key_ids, reason)

    def move(
        self,
        which: Which,
        product_id: int,
        *,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> int:
        """Move keys in stock to another product; they are sealed anew for it, their text stays exactly the same.

        :class:`RefusedError` for keys that left the stock, when a key would equal another one by the comparison of the
        new product, and between reusable keys and others.
        """
        context = self._context
        if isinstance(which, KeyFilter | ShownKeys):
            return key_bulk.move(context, which, product_id, progress=progress, cancelled=cancelled)
        return chosen_keys.move(context, which, product_id)

    def set_note(
        self, which: Which, note: str, *, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> int:
        """Write the same note to keys. Returns how many were changed."""
        context = self._context
        note = line_field(_NOTE, note, longest=_LONGEST_REASON)
        if isinstance(which, KeyFilter | ShownKeys):
            return key_bulk.set_note(context, which, note, progress=progress, cancelled=cancelled)
        return chosen_keys.set_note(context, which, note)

    # ---- inside

    def _take_out(
        self,
        which: Which,
        state: KeyState,
        reason: str,
        kind: str,
        failed: bool,
        progress: Progress | None,
        cancelled: Cancelled | None,
    ) -> int:
        reason = line_field(_REASON, reason, longest=_LONGEST_REASON, required=True)
        if not isinstance(which, KeyFilter | ShownKeys):
            return chosen_keys.change_state(self._context, which, state, reason, kind, failed=failed)
        facts = {"reason": reason, **({"failed": True} if failed else {})}
        return key_bulk.change_state(
            self._context, which, state, kind, facts, failed=failed, progress=progress, cancelled=cancelled
        )


def _of_bin(shown: KeyFilter | ShownKeys) -> KeyFilter | ShownKeys:
    """What is shown of the recycle bin."""
    return shown.of(KeyState.BINNED) if isinstance(shown, ShownKeys) else replace(shown, state=KeyState.BINNED)
