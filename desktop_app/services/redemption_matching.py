"""Which unit of the shop each line of a redemption list is about, and what recording it would mean.

A line names its unit by card key (through the blind index, by the comparison of the key's product), by the number part
of a key, by order number, or by the account of a top-up. What could be two units is none: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from desktop_app.domain.card_keys import Sentence
from desktop_app.domain.states import KeyState, UnitState
from desktop_app.exchange.redemption_lines import ListLine
from desktop_app.services.buyers import index_form
from desktop_app.services.context import Context
from desktop_app.services.redemption_lookup import AT_ONCE, Key, Lookup, Record, UnitFacts
from desktop_app.services.work import Cancelled, Progress, Work

_NOTHING_TO_SAY: Final = Sentence("", "")


class ListVerdict(StrEnum):
    """What becomes of a line of a list."""

    NEW = "new"
    COMPLETES = "completes"
    """There is a record that says the same and less."""
    KNOWN = "known"
    CONFLICT = "conflict"
    IN_STOCK = "in_stock"
    """The key was never sold: somebody else has used it."""
    NOT_DELIVERED = "not_delivered"
    NOT_REDEEMED = "not_redeemed"
    """The list itself says that it was not activated."""
    IMPOSSIBLE_TIME = "impossible_time"
    UNMATCHED = "unmatched"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Match:
    """What becomes of one line. ``can_correct``: the line may replace the record when the merchant says so;
    ``key_id`` is a key in stock that the list says is used."""

    verdict: ListVerdict
    why: Sentence = _NOTHING_TO_SAY
    unit: UnitFacts | None = None
    record: Record | None = None
    can_correct: bool = False
    key_id: int | None = None

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal when it still means the same."""
        unit_id = None if self.unit is None else self.unit.id
        record_id = None if self.record is None else self.record.id
        return self.verdict, unit_id, record_id, self.can_correct, self.key_id


def target_of_line(line: ListLine) -> str:
    """For whom the list says it was: what it calls the target, else the account that was topped up."""
    return line.target or line.account


def match_lines(
    context: Context,
    lines: Sequence[ListLine],
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> list[Match]:
    """One match for each line. LockedError while the shop is locked, CancelledError."""
    return _Matcher(context, lines, progress, cancelled).run()


class _Matcher:
    def __init__(
        self, context: Context, lines: Sequence[ListLine], progress: Progress | None, cancelled: Cancelled | None
    ) -> None:
        self._context = context
        self._lines = lines
        self._work = Work(progress, cancelled, 2 * len(lines))
        self._now = context.clock()
        self._found = Lookup(context, lines, self._work)
        self._said: dict[int, ListLine] = {}
        """The first line of the list about each unit."""

    def run(self) -> list[Match]:
        matches: list[Match | None] = [None] * len(self._lines)
        # what stands by an account alone is told apart by time, so those lines come last and in the order of time
        later: list[int] = []
        for index, line in enumerate(self._lines):
            if line.problem is not None:
                matches[index] = Match(ListVerdict.MALFORMED, line.problem)
            elif index in self._found.codes_that_are_keys:
                matches[index] = Match(ListVerdict.MALFORMED, _key_as_code(line.line))
            elif line.key or line.number or line.order_no:
                matches[index] = self._match(index, line)
            else:
                later.append(index)
            self._tell(index)
        later.sort(key=lambda index: (self._lines[index].redeemed_at or self._now, index))
        for index in later:
            matches[index] = self._match_account(self._lines[index])
        return [match for match in matches if match is not None]

    def _tell(self, index: int) -> None:
        if index % AT_ONCE == 0:
            self._work.add(min(AT_ONCE, len(self._lines) - index))

    # ---- which unit

    def _match(self, index: int, line: ListLine) -> Match:
        units = self._units_by_key(index, line) if line.key or line.number else self._units_by_order(line)
        if isinstance(units, Match):
            return units
        if line.unit and (len(units) > 1 or not (line.key or line.number)):
            chosen = [unit for unit in units if unit.ref == line.unit]
            if not chosen:
                return _unmatched(
                    f"Order {units[0].order_no} has no unit {line.unit}.",
                    f"订单 {units[0].order_no} 没有第 {line.unit} 件。",
                )
            units = chosen
        if len(units) > 1:
            count = len(units)
            if len({unit.order_id for unit in units}) > 1:
                return _unmatched(
                    f"This fits {count} sold units; the order number is needed too.",
                    f"可对应 {count} 件已售商品，需同时提供订单号。",
                )
            return _unmatched(
                f"Order {units[0].order_no} has {count} units; the list does not say which.",
                f"订单 {units[0].order_no} 有 {count} 件，清单未说明是哪一件。",
            )
        unit = units[0]
        tags = self._found.account_tags.get(line.account)
        if tags and unit.is_topup and unit.account_tag is not None and unit.account_tag not in tags:
            return _unmatched(
                f"Order {unit.order_no} is for another number than the list says.",
                f"订单 {unit.order_no} 的充值账号与清单不符。",
            )
        return self._judged(line, unit)

    def _units_by_key(self, index: int, line: ListLine) -> list[UnitFacts] | Match:
        keys = self._found.keys.get(index, [])
        if not keys:
            return _unmatched("No card key of this shop is this.", "店铺中没有这张卡密。")
        units = [unit for key in keys for unit in self._found.by_key.get(key.id, ())]
        if not units and len(keys) == 1:
            return self._without_order(line, keys[0])
        if line.order_no and units:
            own = [unit for unit in units if unit.order_no == line.order_no]
            if not own:
                return _unmatched(
                    f"The key belongs to order {units[0].order_no}, the list says {line.order_no}.",
                    f"该卡密属于订单 {units[0].order_no}，清单写的是 {line.order_no}。",
                )
            return own
        if len(keys) > 1:
            return _unmatched(
                f"{len(keys)} keys of the shop begin with this number; the whole key or the order number is needed.",
                f"店铺有 {len(keys)} 张卡密的卡号与此相同，需提供完整卡密或订单号。",
            )
        return units

    def _without_order(self, line: ListLine, key: Key) -> Match:
        if key.state is KeyState.IN_STOCK:
            if not line.is_redeemed:
                return Match(
                    ListVerdict.NOT_REDEEMED,
                    Sentence(
                        "This key is in stock, and the list says that it was not activated.",
                        "该卡密仍在库存，清单显示未激活。",
                    ),
                )
            return Match(
                ListVerdict.IN_STOCK,
                Sentence(
                    "This key is in stock, and the list says that it was used: do not sell it.",
                    "该卡密仍在库存，但清单显示已被使用：请勿出售。",
                ),
                key_id=key.id,
            )
        order_no = self._found.went_to.get(key.id)
        if order_no:
            return _unmatched(
                f"The key was replaced in order {order_no} or taken back from it, so it is no unit's key any more.",
                f"该卡密曾发给订单 {order_no}，后已更换或收回，不再属于任何单件。",
            )
        return _unmatched(
            f"The key was never sold and is not for sale ({key.state.value}).",
            f"该卡密从未售出，且不可售（{key.state.value}）。",
        )

    def _units_by_order(self, line: ListLine) -> list[UnitFacts] | Match:
        order_id = self._found.orders.get(line.order_no)
        units = [] if order_id is None else self._found.by_order[order_id]
        if not units:
            return _unmatched(f"There is no order {line.order_no}.", f"没有订单 {line.order_no}。")
        return units

    def _match_account(self, line: ListLine) -> Match:
        tags = self._found.account_tags[line.account]
        order_ids = [order_id for tag in tags for order_id in self._found.accounts[tag]]
        units = [unit for order_id in order_ids for unit in self._found.by_order[order_id]]
        if not units:
            return _unmatched("No top-up order is for this number.", "没有充值到该号码的订单。")
        same = [unit for unit in units if self._is_about(line, unit)]
        if len(same) != 1:
            same = [
                unit
                for unit in units
                if unit.id not in self._found.records
                and unit.id not in self._said
                and unit.state is not UnitState.UNSHIPPED
                and (line.redeemed_at is None or line.redeemed_at + line.precision > unit.delivered_at)
            ]
        if not same and len(units) == 1:
            same = units
        if len(same) != 1:
            count = len(same) or len(units)
            return _unmatched(
                f"{count} top-ups of this number could be meant; the order number is needed.",
                f"该号码有 {count} 笔充值可能对应，需提供订单号。",
            )
        return self._judged(line, same[0])

    def _is_about(self, line: ListLine, unit: UnitFacts) -> bool:
        """Whether what is known of the unit already is what the line says."""
        said, record = self._said.get(unit.id), self._found.records.get(unit.id)
        known = [(record.code, record.redeemed_at)] if record else [(said.code, said.redeemed_at)] if said else []
        return any(line.code == code if line.code else _same_time(line, at) for code, at in known)

    # ---- what recording it would mean

    def _judged(self, line: ListLine, unit: UnitFacts) -> Match:
        record = self._found.records.get(unit.id)
        if unit.state is UnitState.UNSHIPPED:
            return Match(
                ListVerdict.NOT_DELIVERED,
                Sentence(
                    f"Order {unit.order_no} is not delivered yet, so the buyer cannot have used it.",
                    f"订单 {unit.order_no} 尚未发货，买家不可能已使用。",
                ),
                unit,
            )
        if not line.is_redeemed:
            return self._denied(unit, record)
        if impossible := self._impossible(line, unit):
            return Match(ListVerdict.IMPOSSIBLE_TIME, impossible, unit, record)
        said = self._said.setdefault(unit.id, line)
        if said is not line:
            return self._said_before(line, said, unit)
        if record is None:
            return Match(ListVerdict.NEW, _remarks(line, unit), unit)
        return self._compared(line, unit, record)

    def _denied(self, unit: UnitFacts, record: Record | None) -> Match:
        if record is not None:
            return Match(
                ListVerdict.CONFLICT,
                Sentence(
                    "The list says that it was not activated, the record says that it was.",
                    "清单显示未激活，而现有记录显示已核销。",
                ),
                unit,
                record,
            )
        return Match(
            ListVerdict.NOT_REDEEMED,
            Sentence("The list says that it was not activated.", "清单显示未激活。"),
            unit,
        )

    def _impossible(self, line: ListLine, unit: UnitFacts) -> Sentence | None:
        if line.redeemed_at is None:
            return None
        if line.redeemed_at > self._now:
            return Sentence("The time lies in the future.", "时间晚于现在。")
        if line.redeemed_at + line.precision <= unit.delivered_at:
            delivered = unit.delivered_at.astimezone(self._context.zone).strftime("%Y-%m-%d %H:%M:%S")
            return Sentence(
                f"The time is before the delivery ({delivered}): ask the supplier.",
                f"时间早于发货（{delivered}）：请向供货方核实。",
            )
        return None

    @staticmethod
    def _said_before(line: ListLine, said: ListLine, unit: UnitFacts) -> Match:
        if (line.redeemed_at, line.code) == (said.redeemed_at, said.code):
            return Match(
                ListVerdict.KNOWN, Sentence(f"The same as line {said.line}.", f"与第 {said.line} 行相同。"), unit
            )
        return Match(
            ListVerdict.CONFLICT,
            Sentence(
                f"Line {said.line} says otherwise about the same unit; correct the list.",
                f"第 {said.line} 行对同一单件的说法不同，请修正清单。",
            ),
            unit,
        )

    def _compared(self, line: ListLine, unit: UnitFacts, record: Record) -> Match:
        differs: list[tuple[str, str]] = []
        adds: list[tuple[str, str]] = []
        if line.redeemed_at is not None:
            if record.redeemed_at is None:
                adds.append(("time", "时间"))
            elif not _same_time(line, record.redeemed_at):
                at = record.redeemed_at.astimezone(self._context.zone).strftime("%Y-%m-%d %H:%M:%S")
                differs.append((f"time ({at})", f"时间（{at}）"))
        if line.code:
            if not record.code.strip():
                adds.append(("code", "核销码"))
            elif line.code != record.code:
                differs.append((f"code ({record.code})", f"核销码（{record.code}）"))
        target = target_of_line(line)
        if target and record.target_sealed is None:
            adds.append(("target", "核销对象"))
        elif target and record.target_sealed is not None and "**" not in target:
            known = self._context.vault.open("redemptions", "target", record.uid, record.target_sealed).decode()
            if "**" not in known and index_form(known) != index_form(target):
                differs.append(("target", "核销对象"))
        if differs:
            return Match(
                ListVerdict.CONFLICT,
                Sentence(
                    f"The record has another {_and(differs, 0)}.",
                    f"现有记录的{_and(differs, 1)}不同。",
                ),
                unit,
                record,
                can_correct=True,
            )
        if adds:
            return Match(
                ListVerdict.COMPLETES,
                Sentence(f"Adds the {_and(adds, 0)} to the record.", f"为现有记录补充{_and(adds, 1)}。"),
                unit,
                record,
            )
        return Match(ListVerdict.KNOWN, Sentence("Recorded already.", "已有相同记录。"), unit, record)


def _same_time(line: ListLine, at: datetime | None) -> bool:
    """A list that gives minutes says nothing against seconds; neither does one that leaves parts of a second out."""
    if line.redeemed_at is None or at is None:
        return False
    return timedelta(0) <= at - line.redeemed_at < line.precision


def _remarks(line: ListLine, unit: UnitFacts) -> Sentence:
    """What the merchant should know of a record before it is made."""
    lacks = [
        words
        for given, words in (
            (line.redeemed_at, ("time", "时间")),
            (line.code, ("code", "核销码")),
            (target_of_line(line), ("target", "核销对象")),
        )
        if not given
    ]
    said: list[tuple[str, str]] = []
    if unit.official_not_activated:
        said.append(("The buyer's official record says: not activated.", "买家的官方记录显示未激活。"))
    if unit.refunded:
        said.append(("It was refunded.", "该件已退款。"))
    if unit.state is UnitState.PARTIALLY_USED:
        said.append(("It stays partially used.", "仍记为部分使用。"))
    if lacks:
        said.append((f"Without {_and(lacks, 0)}: no proof yet.", f"缺少{_and(lacks, 1)}，暂不能出具证明。"))
    return Sentence(" ".join(en for en, _ in said), "".join(zh for _, zh in said))


def _key_as_code(line: int) -> Sentence:
    return Sentence(
        f"Line {line}, code: this is a card key of the shop, not a redemption code.",
        f"第 {line} 行“核销码”：这是店铺的卡密，不是核销码。",
    )


def _and(words: Sequence[tuple[str, str]], language: int) -> str:
    return ("、" if language else ", ").join(pair[language] for pair in words)


def _unmatched(en: str, zh: str) -> Match:
    return Match(ListVerdict.UNMATCHED, Sentence(en, zh))
