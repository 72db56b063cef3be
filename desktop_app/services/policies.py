"""Channels, and the versions of their rules. A version is never changed: an order keeps the one it was placed under."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from desktop_app.domain import policies as rules
from desktop_app.domain.errors import BadInputError, NotFoundError, RefusedError
from desktop_app.domain.policies import LARGEST_BP, LARGEST_WINDOW_HOURS, LintWarning
from desktop_app.domain.states import EvidenceKind, FeeDisclosure, PlatformKind, ReasonCode
from desktop_app.services.context import Context, canonical
from desktop_app.services.form_fields import LONGEST_TEXT, FieldName, line_field, number_field, text_field
from desktop_app.storage.log_reading import texts_digest
from desktop_app.storage.tables import ChannelRow, OrderRow, PolicyRow

_CHANNEL_NAME = FieldName("The name of the channel", "渠道名称")
_CHANNEL_NOTE = FieldName("The note", "备注")
_NUMBERS: Mapping[str, tuple[FieldName, int]] = {
    "window_hours": (FieldName("The refund window in hours", "退款时限（小时）"), LARGEST_WINDOW_HOURS),
    "fee_bp": (FieldName("The fee (10000 are 100 %)", "手续费（10000 即 100%）"), LARGEST_BP),
    "unshipped_fee_bp": (
        FieldName("The fee before shipping (10000 are 100 %)", "未发货手续费（10000 即 100%）"),
        LARGEST_BP,
    ),
    "cap_bp": (
        FieldName("The largest fee (10000 are 100 %)", "手续费上限（10000 即 100%）"),
        LARGEST_BP,
    ),
}
_TEXTS: Mapping[str, FieldName] = {
    "refund_policy": FieldName("The refund policy", "退款政策"),
    "after_sales": FieldName("The after-sales terms", "售后条款"),
    "user_agreement": FieldName("The user agreement", "用户协议"),
    "cancel_rules": FieldName("The cancellation rules", "订单取消规则"),
    "fee_note": FieldName("The fee note", "费用说明"),
}


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A channel with the policy in force."""

    id: int
    name: str
    platform_kind: PlatformKind
    note: str
    active: bool
    policy_id: int
    policy_version: int
    fee_bp: int
    window_hours: int


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """The rules of a channel as they are written; rates in basis points.

    ``required_evidence`` replaces the default list of the reasons that it names, also by an empty one.
    """

    window_hours: int = rules.DEFAULT_WINDOW_HOURS
    fee_bp: int = 0
    unshipped_fee_bp: int = 0
    cap_bp: int = rules.DEFAULT_CAP_BP
    fee_disclosure: FeeDisclosure = FeeDisclosure.CLEAR
    required_evidence: Mapping[ReasonCode, tuple[EvidenceKind, ...]] = field(default_factory=dict)
    refund_policy: str = ""
    after_sales: str = ""
    user_agreement: str = ""
    cancel_rules: str = ""
    fee_note: str = ""


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One stored version and how many orders were placed under it."""

    id: int
    channel_id: int
    version: int
    draft: PolicyDraft
    created_at: datetime
    created_by: str
    in_force: bool
    order_count: int


class Policies:
    """The channels of one shop and their policies."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def channels(self) -> list[ChannelLine]:
        """All channels by name, the active ones first."""
        with self._context.read() as session:
            latest = (
                select(col(PolicyRow.channel_id), func.max(PolicyRow.version).label("version"))
                .group_by(col(PolicyRow.channel_id))
                .subquery()
            )
            rows = session.exec(
                select(ChannelRow, PolicyRow)
                .join(latest, latest.c.channel_id == ChannelRow.id)
                .join(
                    PolicyRow,
                    (col(PolicyRow.channel_id) == latest.c.channel_id) & (col(PolicyRow.version) == latest.c.version),
                )
                .order_by(col(ChannelRow.active).desc(), col(ChannelRow.name), col(ChannelRow.id))
            ).all()
            return [_channel_line(channel, policy) for channel, policy in rows]

    def add_channel(self, name: str, platform_kind: PlatformKind, draft: PolicyDraft, note: str = "") -> int:
        """A new channel with version 1 of its policy. Returns the channel's id."""
        context = self._context
        draft = _checked(draft)
        row = ChannelRow(
            name=line_field(_CHANNEL_NAME, name, longest=60, required=True),
            platform_kind=PlatformKind(platform_kind),
            note=text_field(_CHANNEL_NOTE, note),
            created_at=context.clock(),
        )
        with context.write() as session:
            _require_free_name(session, row.name)
            session.add(row)
            session.flush()
            channel_id = row.id
            policy = self._store(session, channel_id, 1, draft)
            context.record(
                session,
                "channel.added",
                "channels",
                channel_id,
                facts={
                    "name": row.name,
                    "platform_kind": row.platform_kind,
                    "policy_id": policy.id,
                    **_rates(draft),
                    "texts_sha256": _wording(policy),
                },
            )
        context.announce("policies")
        return channel_id

    def change_channel(self, channel_id: int, *, name: str, note: str, active: bool) -> None:
        """Rename, annotate, retire or bring back a channel; its kind stays, because orders were judged by it."""
        context = self._context
        name = line_field(_CHANNEL_NAME, name, longest=60, required=True)
        note = text_field(_CHANNEL_NOTE, note)
        with context.write() as session:
            row = _channel(session, channel_id)
            if (row.name, row.note, row.active) == (name, note, active):
                return
            if row.name != name:
                _require_free_name(session, name, besides=channel_id)
            facts = {"name": name, "name_before": row.name, "active": active, "note_changed": row.note != note}
            row.name, row.note, row.active = name, note, active
            session.add(row)
            session.flush()
            context.record(session, "channel.changed", "channels", channel_id, facts=facts)
        context.announce("policies")

    def versions(self, channel_id: int) -> list[PolicyLine]:
        """Every version of the channel's policy, newest (the one in force) first."""
        with self._context.read() as session:
            _channel(session, channel_id)
            counted = session.exec(
                select(col(OrderRow.policy_id), func.count())
                .where(col(OrderRow.channel_id) == channel_id)
                .group_by(col(OrderRow.policy_id))
            ).all()
            orders = dict(counted)
            rows = _versions(session, channel_id)
            return [
                PolicyLine(
                    id=row.id,
                    channel_id=channel_id,
                    version=row.version,
                    draft=policy_draft(row),
                    created_at=row.created_at,
                    created_by=row.created_by,
                    in_force=index == 0,
                    order_count=orders.get(row.id, 0),
                )
                for index, row in enumerate(rows)
            ]

    def add_version(self, channel_id: int, draft: PolicyDraft) -> int:
        """A new version, in force for orders from now on. Returns its policy id; refused when nothing differs."""
        context = self._context
        draft = _checked(draft)
        with context.write() as session:
            channel = _channel(session, channel_id)
            newest = _versions(session, channel_id)[0]
            if policy_draft(newest) == draft:
                raise RefusedError(
                    "These are the rules of version {version} already; nothing was saved.",
                    "与第 {version} 版完全相同，无需保存。",
                    version=newest.version,
                )
            policy = self._store(session, channel_id, newest.version + 1, draft)
            policy_id = policy.id
            context.record(
                session,
                "policy.added",
                "policies",
                policy_id,
                facts={
                    "channel_id": channel_id,
                    "channel": channel.name,
                    "version": newest.version + 1,
                    "before": _rates(policy_draft(newest)),
                    **_rates(draft),
                    "texts_sha256": _wording(policy),
                },
            )
        context.announce("policies")
        return policy_id

    def lint(self, channel_id: int, draft: PolicyDraft) -> list[LintWarning]:
        """What is questionable about ``draft`` on this channel."""
        with self._context.read() as session:
            kind = _channel(session, channel_id).platform_kind
        return self.lint_kind(kind, draft)

    def lint_kind(self, platform_kind: PlatformKind, draft: PolicyDraft) -> list[LintWarning]:
        """The same for a channel that does not exist yet."""
        policy = rules.Policy(
            platform_kind=platform_kind,
            window_hours=draft.window_hours,
            fee_bp=draft.fee_bp,
            unshipped_fee_bp=draft.unshipped_fee_bp,
            cap_bp=draft.cap_bp,
            required_evidence={reason: frozenset(kinds) for reason, kinds in draft.required_evidence.items()},
            **{name: getattr(draft, name) for name in _TEXTS},
        )
        return rules.lint(policy, draft.fee_disclosure)

    def _store(self, session: Session, channel_id: int, version: int, draft: PolicyDraft) -> PolicyRow:
        row = PolicyRow(
            channel_id=channel_id,
            version=version,
            fee_disclosure=draft.fee_disclosure,
            required_evidence=canonical({str(key): list(kinds) for key, kinds in draft.required_evidence.items()}),
            created_at=self._context.clock(),
            created_by=self._context.actor,
            **{name: getattr(draft, name) for name in (*_NUMBERS, *_TEXTS)},
        )
        session.add(row)
        session.flush()
        return row


def policy_draft(row: PolicyRow) -> PolicyDraft:
    """The rules of a stored version."""
    stored: dict[str, list[str]] = json.loads(row.required_evidence)
    return PolicyDraft(
        fee_disclosure=row.fee_disclosure,
        required_evidence={
            ReasonCode(reason): tuple(EvidenceKind(kind) for kind in kinds) for reason, kinds in stored.items()
        },
        **{name: getattr(row, name) for name in (*_NUMBERS, *_TEXTS)},
    )


def _checked(draft: PolicyDraft) -> PolicyDraft:
    numbers = {name: number_field(title, getattr(draft, name), most=most) for name, (title, most) in _NUMBERS.items()}
    texts = {name: text_field(title, getattr(draft, name), longest=LONGEST_TEXT) for name, title in _TEXTS.items()}
    return PolicyDraft(
        fee_disclosure=FeeDisclosure(draft.fee_disclosure),
        # one spelling of the same rules, so that an unchanged policy is recognised
        required_evidence={
            ReasonCode(reason): tuple(sorted({EvidenceKind(kind) for kind in kinds}))
            for reason, kinds in sorted(draft.required_evidence.items())
        },
        **numbers,  # type: ignore[arg-type]
        **texts,  # type: ignore[arg-type]
    )


def _rates(draft: PolicyDraft) -> dict[str, int | str]:
    return {"fee_disclosure": draft.fee_disclosure.value, **{name: getattr(draft, name) for name in _NUMBERS}}


def _wording(row: PolicyRow) -> str:
    return texts_digest({"required_evidence": row.required_evidence, **{name: getattr(row, name) for name in _TEXTS}})


def _channel(session: Session, channel_id: int) -> ChannelRow:
    row = session.get(ChannelRow, channel_id)
    if row is None:
        raise NotFoundError("There is no channel {id}.", "没有编号为 {id} 的销售渠道。", id=channel_id)
    return row


def _versions(session: Session, channel_id: int) -> list[PolicyRow]:
    statement = select(PolicyRow).where(col(PolicyRow.channel_id) == channel_id)
    return list(session.exec(statement.order_by(col(PolicyRow.version).desc())).all())


def _require_free_name(session: Session, name: str, besides: int | None = None) -> None:
    taken = session.exec(select(ChannelRow.id).where(func.lower(ChannelRow.name) == func.lower(name))).first()
    if taken is not None and taken != besides:
        raise BadInputError(
            "There is a channel called “{name}” already; choose another name.",
            "已有名为“{name}”的渠道，请换一个名称。",
            name=name,
        )


def _channel_line(channel: ChannelRow, policy: PolicyRow) -> ChannelLine:
    return ChannelLine(
        id=channel.id,
        name=channel.name,
        platform_kind=channel.platform_kind,
        note=channel.note,
        active=channel.active,
        policy_id=policy.id,
        policy_version=policy.version,
        fee_bp=policy.fee_bp,
        window_hours=policy.window_hours,
    )
