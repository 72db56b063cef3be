"""Redemption (核销) and what else is known of a unit: balance, top-up, the official record.

A redemption record is never changed: a correction is a new record that names the one it replaces.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from desktop_app.domain.card_keys import KeyRule, normalise
from desktop_app.domain.errors import BadInputError, NotFoundError, RefusedError
from desktop_app.domain.states import (
    KEY_MOVES,
    UNIT_MOVES,
    EvidenceKind,
    KeyState,
    ProductKind,
    TopupState,
    UnitState,
    check_move,
)
from desktop_app.exchange.redemption_lists import ListLayout
from desktop_app.services.buyers import seal_redemption_target
from desktop_app.services.context import Context
from desktop_app.services.form_fields import FieldName, amount_field, line_field, text_field
from desktop_app.services.order_lines import RedemptionRecord, find_order, missing_facts, redemption_history
from desktop_app.services.redemption_import import ListOptions, RedemptionImportResult, import_list
from desktop_app.services.redemption_preview import RedemptionPreview, preview_list, save_list_report
from desktop_app.services.verdicts import refresh_due
from desktop_app.services.work import Cancelled, Progress
from desktop_app.storage import attachments
from desktop_app.storage.tables import (
    CardKeyRow,
    DeliveryRow,
    EvidenceRow,
    OrderRow,
    ProductRow,
    RedemptionRow,
    UnitRow,
)

_CODE = FieldName("The redemption code", "核销码")
_TARGET = FieldName("The redemption target", "核销对象")
_SOURCE = FieldName("The source of the record", "记录来源")
_STATED_BY = FieldName("Who says so", "陈述人")
_NOTE = FieldName("The note", "备注")
_FACE = FieldName("The face value", "面值")
_REMAINING = FieldName("The remaining balance", "剩余金额")


@dataclass(frozen=True, slots=True)
class RecordEvidence:
    """What shows that a record is true: a file, or the bytes of a screenshot that was pasted.

    ``captured_at`` None: when the file was last changed, or now.
    """

    path: Path | None = None
    data: bytes | None = None
    name: str = ""
    kind: EvidenceKind = EvidenceKind.OFFICIAL_ACTIVATION_RECORD
    captured_at: datetime | None = None


class Redemptions:
    """The redemption records of one shop, from every source that it has."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def preview_list(
        self,
        path: Path,
        layout: ListLayout | None = None,
        *,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> RedemptionPreview:
        """What becomes of each line of a supplier's or an operator's list."""
        return preview_list(self._context, path, layout, progress=progress, cancelled=cancelled)

    def import_list(
        self,
        preview: RedemptionPreview,
        options: ListOptions,
        *,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> RedemptionImportResult:
        """Record what the preview shows in one transaction; the list is kept as evidence of each record."""
        return import_list(self._context, preview, options, progress=progress, cancelled=cancelled)

    def save_report(
        self,
        preview: RedemptionPreview,
        path: Path,
        language: str,
        *,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> int:
        """A CSV of the lines that did not match, and why. Returns how many."""
        return save_list_report(preview, path, language, progress=progress, cancelled=cancelled)

    def history(self, unit_id: int) -> list[RedemptionRecord]:
        """Every record of a unit, oldest first; the last is in force."""
        with self._context.read() as session:
            return redemption_history(self._context, session, [unit_id])[unit_id]


def redeem(
    context: Context,
    unit_id: int,
    *,
    redeemed_at: datetime | None,
    code: str,
    target: str,
    source: str,
    stated_by: str,
    note: str,
    partially: bool,
    remaining_fen: int | None,
    evidence: Sequence[RecordEvidence] = (),
) -> int:
    """Record that a unit was redeemed (seed A19, A23). Returns the id of the record.

    What is not known may be left out; such a record counts as incomplete. A record that is there already is
    corrected: the new one names it. The key of a wholly redeemed unit becomes redeemed, a top-up has arrived.
    ``evidence`` is filed with the record in the same step.
    """
    now = context.clock()
    uid = os.urandom(16)
    stored = [_stored(context, piece, now) for piece in evidence]
    with context.write() as session:
        unit, order, product = _unit_of(session, unit_id)
        if unit.state is UnitState.UNSHIPPED:
            raise RefusedError(
                "Unit {ref} of order {order_no} has not been delivered, so it cannot have been redeemed.",
                "订单 {order_no} 的第 {ref} 件尚未发货，不可能已核销。",
                ref=unit.ref,
                order_no=order.order_no,
            )
        _require_possible_time(redeemed_at, order.ordered_at, now)
        code = line_field(_CODE, code)
        _refuse_key_as_code(context, session, unit, product, code)
        old = _record_in_force(session, unit_id)
        row = RedemptionRow(
            uid=uid,
            unit_id=unit_id,
            redeemed_at=redeemed_at,
            code=code,
            target_sealed=seal_redemption_target(context.vault, uid, line_field(_TARGET, target)),
            source=line_field(_SOURCE, source),
            stated_by=line_field(_STATED_BY, stated_by) or context.actor,
            note=text_field(_NOTE, note),
            replaces_id=old.id if old else None,
            recorded_at=now,
            recorded_by=context.actor,
        )
        session.add(row)
        session.flush()
        for piece, (file, captured_at) in zip(evidence, stored, strict=True):
            session.add(_evidence_row(row, unit, piece.kind, file, captured_at))
        before = unit.state
        _move_unit(session, unit, UnitState.PARTIALLY_USED if partially else UnitState.REDEEMED, now)
        if not partially and unit.topup is not None:
            unit.topup = TopupState.ARRIVED
        if remaining_fen is not None:
            _set_balance(unit, unit.face_fen, remaining_fen, unit.balance_verified)
        session.add(unit)
        session.flush()
        refresh_due(context, session, unit.order_id)
        context.record(
            session,
            "unit.redeemed",
            "units",
            unit_id,
            order_id=unit.order_id,
            facts={
                "order_no": order.order_no,
                "ref": unit.ref,
                "redemption_id": row.id,
                "redeemed_at": redeemed_at,
                "code": row.code,
                "source": row.source,
                "stated_by": row.stated_by,
                "correction": old is not None,
                "replaces_id": row.replaces_id,
                "missing": list(missing_facts(row)),
                **({"evidence": [file.sha256 for file, _ in stored]} if stored else {}),
                "from": before,
                "to": unit.state,
            },
        )
        record_id = row.id
    context.announce("orders", "keys", "requests", "proofs")
    return record_id


def set_unit_state(
    context: Context,
    unit_id: int,
    *,
    state: UnitState | None,
    topup: TopupState | None,
    official_not_activated: bool | None,
    remaining_fen: int | None,
    face_fen: int | None,
    balance_verified: bool | None,
) -> None:
    """Record what is known of a unit; None leaves a fact as it is.

    :class:`RefusedError` for a move that cannot be: back to unshipped, unshipped to anything (deliver it), redeemed
    to unused (that takes a reissue), used by the record of a key that was replaced, a top-up state on goods that are no
    top-up.
    """
    now = context.clock()
    with context.write() as session:
        unit, order, product = _unit_of(session, unit_id)
        before = _facts_of(unit)
        if state is not None and state is not unit.state:
            if UnitState.UNSHIPPED in (state, unit.state):
                raise RefusedError(
                    "Whether unit {ref} is shipped follows from delivering order {order_no}; it is not set by hand.",
                    "第 {ref} 件是否发货由订单 {order_no} 的发货操作决定，不能手工修改。",
                    ref=unit.ref,
                    order_no=order.order_no,
                )
            if unit.state is UnitState.REDEEMED:
                raise RefusedError(
                    "Unit {ref} is recorded as redeemed and stays so; record the official “not activated” answer "
                    "instead.",
                    "第 {ref} 件已记录为核销，不能改回；如官方记录显示未激活，请记录该结果。",
                    ref=unit.ref,
                )
            _refuse_record_of_other_key(session, unit, state)
            _move_unit(session, unit, state, now)
        if topup is not None and topup is not unit.topup:
            if product.kind is not ProductKind.PHONE_TOPUP:
                raise RefusedError("“{product}” is no phone top-up.", "“{product}”不是话费充值。", product=product.name)
            unit.topup = topup
        if official_not_activated is not None:
            unit.official_not_activated = official_not_activated
        if (face_fen, remaining_fen, balance_verified) != (None, None, None):
            _set_balance(
                unit,
                unit.face_fen if face_fen is None else amount_field(_FACE, face_fen, least=1),
                unit.remaining_fen if remaining_fen is None else remaining_fen,
                unit.balance_verified if balance_verified is None else balance_verified,
            )
        after = _facts_of(unit)
        changes = {name: after[name] for name in after if after[name] != before[name]}
        if not changes:
            return
        session.add(unit)
        session.flush()
        refresh_due(context, session, unit.order_id)
        facts: dict[str, Any] = {"order_no": order.order_no, "ref": unit.ref, **changes}
        if "state" in changes:
            facts |= {"from": before["state"], "to": after["state"]}
        context.record(session, "unit.changed", "units", unit_id, order_id=unit.order_id, facts=facts)
    context.announce("orders", "keys", "requests")


def _stored(context: Context, piece: RecordEvidence, now: datetime) -> tuple[attachments.StoredFile, datetime]:
    """The sealed file, and when it was made."""
    folder = context.data_dir / attachments.FOLDER_NAME
    if piece.path is not None:
        read = attachments.read_source(piece.path)
        stored = attachments.store(folder, context.vault, read.content, read.name)
        return stored, min(piece.captured_at or read.modified_at, now)
    pasted = piece.name or f"{now.astimezone(context.zone):%Y%m%d-%H%M%S}.png"
    return attachments.store(folder, context.vault, piece.data or b"", pasted), min(piece.captured_at or now, now)


def _evidence_row(
    record: RedemptionRow,
    unit: UnitRow,
    kind: EvidenceKind,
    file: attachments.StoredFile,
    captured_at: datetime,
) -> EvidenceRow:
    return EvidenceRow(
        order_id=unit.order_id,
        redemption_id=record.id,
        kind=kind,
        name=file.name,
        stored_name=file.stored_name,
        sha256=file.sha256,
        size=file.size,
        captured_at=captured_at,
        source=record.source,
        added_at=record.recorded_at,
        added_by=record.recorded_by,
    )


def _facts_of(unit: UnitRow) -> dict[str, Any]:
    names = ("state", "topup", "official_not_activated", "face_fen", "remaining_fen", "balance_verified")
    return {name: getattr(unit, name) for name in names}


def _unit_of(session: Session, unit_id: int) -> tuple[UnitRow, OrderRow, ProductRow]:
    unit = session.get(UnitRow, unit_id)
    if unit is None:
        raise NotFoundError("This unit is not in the shop any more.", "店铺中没有这个单件。")
    order = find_order(session, unit.order_id)
    return unit, order, session.get_one(ProductRow, order.product_id)


def _record_in_force(session: Session, unit_id: int) -> RedemptionRow | None:
    return session.exec(
        select(RedemptionRow).where(col(RedemptionRow.unit_id) == unit_id).order_by(col(RedemptionRow.id).desc())
    ).first()


def _refuse_record_of_other_key(session: Session, unit: UnitRow, state: UnitState) -> None:
    """A unit that got a new key keeps the record of its old one, which must not prove that the new one was used."""
    record = _record_in_force(session, unit.id)
    if record is None or state not in (UnitState.REDEEMED, UnitState.PARTIALLY_USED):
        return
    reissued_at = session.exec(
        select(DeliveryRow.delivered_at)
        .where(col(DeliveryRow.unit_id) == unit.id, col(DeliveryRow.reissue))
        .order_by(col(DeliveryRow.id).desc())
    ).first()
    if reissued_at is not None and record.recorded_at <= reissued_at:
        raise RefusedError(
            "Unit {ref} has got another key since its redemption was recorded: record the redemption of the new key.",
            "第 {ref} 件在登记核销之后已补发新卡密：请为新卡密登记核销。",
            ref=unit.ref,
        )


def _refuse_key_as_code(context: Context, session: Session, unit: UnitRow, product: ProductRow, code: str) -> None:
    """The code is kept, printed and logged in clear, so it must not be the card key itself."""
    if not code or unit.card_key_id is None or not context.vault.is_unlocked:
        return
    rule = KeyRule(product.fold_case, product.fold_hyphens)
    if session.get_one(CardKeyRow, unit.card_key_id).tag in context.vault.card_tags_of(normalise(code, rule)):
        raise BadInputError(
            "The redemption code must not be the card key itself: enter the number of the receipt or activation.",
            "核销码不能直接填写卡密本身：请填写核销回执号或激活流水号。",
        )


def _move_unit(session: Session, unit: UnitRow, state: UnitState, now: datetime) -> None:
    check_move(UNIT_MOVES, unit.state, state)
    unit.state = state
    if state is UnitState.REDEEMED and unit.card_key_id is not None:
        key = session.get_one(CardKeyRow, unit.card_key_id)
        reusable = session.get_one(ProductRow, key.product_id).reusable
        # a reusable key goes on being sold when one of its buyers has used it, and a void one stays void
        if key.state not in (KeyState.REDEEMED, KeyState.VOID) and not reusable:
            check_move(KEY_MOVES, key.state, KeyState.REDEEMED)
            key.state = KeyState.REDEEMED
            key.state_at = now
            session.add(key)


def _set_balance(unit: UnitRow, face_fen: int | None, remaining_fen: int | None, verified: bool) -> None:
    if remaining_fen is not None:
        amount_field(_REMAINING, remaining_fen)
        if face_fen is None:
            raise BadInputError(
                "A remaining balance needs the face value: enter it first.", "填写剩余金额前，请先填写面值。"
            )
        if remaining_fen > face_fen:
            raise BadInputError("The remaining balance cannot be more than the face value.", "剩余金额不能大于面值。")
    if verified and remaining_fen is None:
        raise BadInputError(
            "A checked balance needs the face value and what remains of it.", "核实余额时须同时填写面值和剩余金额。"
        )
    unit.face_fen, unit.remaining_fen, unit.balance_verified = face_fen, remaining_fen, verified


def _require_possible_time(redeemed_at: datetime | None, ordered_at: datetime, now: datetime) -> None:
    if redeemed_at is None:
        return
    if redeemed_at > now:
        raise BadInputError("The redemption time lies in the future.", "核销时间晚于现在，请核对。")
    if redeemed_at < ordered_at:
        raise BadInputError(
            "The redemption time is before the order was placed: check the record.",
            "核销时间早于下单时间，请核对记录。",
        )
