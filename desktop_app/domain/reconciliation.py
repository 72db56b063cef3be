"""Which line of a payment statement is which refund: by the numbers that both sides know, then by amount and time.

Nothing is guessed. A line is matched by amount and time only when it is the one line that can be that refund and that
refund the one that it can be; an amount that differs from the refund's is shown, never matched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from desktop_app.domain.money import Fen
from desktop_app.domain.states import PaymentChannel

EARLY: Final = timedelta(days=1)
"""A refund may have been sent so long before it was recorded here."""
LATE: Final = timedelta(days=15)
"""So long after it was recorded a movement can be it without a common number: later than this counts as deliberate
delay (侵害消费者权益行为处罚办法), so it is looked at by hand."""


MOST_PARTS: Final = 12
"""Of so many refunds of one sale it is worked out which of them add up to what its state says."""


class StatementKind(StrEnum):
    """What one line of a payment statement is about, seen from the shop."""

    REFUND = "refund"  # money went back to a buyer
    REFUND_UNDERWAY = "refund_underway"  # the channel took the refund on, the buyer does not have it yet
    REFUND_FAILED = "refund_failed"  # the channel could not pay it
    SALE_REFUNDED = "sale_refunded"  # a sale whose state says how much of it went back; the time is that of the sale
    POSSIBLE_REFUND = "possible_refund"  # called a refund, but the file does not say in which direction
    PAYOUT = "payout"  # money went out under another name, such as a transfer
    RETURNED = "returned"  # money came back to the shop: a refund that did not reach its buyer, or a purchase
    INCOME = "income"
    FEE = "fee"
    OTHER = "other"


REFUND_KINDS: Final = frozenset(
    {
        StatementKind.REFUND,
        StatementKind.REFUND_UNDERWAY,
        StatementKind.REFUND_FAILED,
        StatementKind.SALE_REFUNDED,
    }
)
"""Lines that say that money went, or was to go, back to a buyer: without a refund here they need an explanation."""
MATCHABLE_KINDS: Final = REFUND_KINDS | {
    StatementKind.POSSIBLE_REFUND,
    StatementKind.PAYOUT,
    StatementKind.RETURNED,
}
"""Lines that can be about a refund at all."""


class MatchedBy(StrEnum):
    """How a statement line was joined to a refund."""

    REFERENCE = "reference"
    AMOUNT_AND_TIME = "amount_and_time"
    HAND = "hand"


class LineVerdict(StrEnum):
    """What a line of a statement is to the shop."""

    REFERENCE = "reference"  # one refund, by a number that both sides know
    AMOUNT_AND_TIME = "amount_and_time"  # one refund, by amount and time
    REPEATED = "repeated"  # a refund that another line told already, said once more
    AMBIGUOUS = "ambiguous"  # several refunds can be it
    DIFFERENCE = "difference"  # a refund by its numbers, but something does not agree
    NO_REFUND = "no_refund"  # money went back to a buyer, and no refund here can be it
    NOT_OURS = "not_ours"  # not a refund to a buyer
    KNOWN = "known"  # stated by an earlier file, or earlier in this one
    MALFORMED = "malformed"


class Disagreement(StrEnum):
    """Why a line with the numbers of a refund is not it."""

    AMOUNT = "amount"
    TWICE = "twice"  # the refund has another line already: it may have been paid twice
    FAILED = "failed"  # the channel says that it failed, or the money came back
    EARLY = "early"  # it happened before the refund was decided


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line as matching sees it; ``key`` is whatever the caller tells lines apart by.

    ``numbers`` are those of the refund itself, ``order_numbers`` those of the sale: the order number, the trade number
    of the channel; ``mentioned`` may be either. ``source`` tells the formats apart: two formats tell one refund twice,
    one format does not. ``whole_fen`` is what the state of a sale says went back in all, of which ``amount_fen`` is
    what no earlier file said; 0 when it is not known.
    """

    key: int
    kind: StatementKind
    platform: PaymentChannel
    at: datetime
    amount_fen: Fen
    numbers: frozenset[str]
    order_numbers: frozenset[str]
    source: str
    mentioned: frozenset[str] = frozenset()
    whole_fen: Fen = 0

    @property
    def all_numbers(self) -> frozenset[str]:
        return self.numbers | self.order_numbers | self.mentioned


@dataclass(frozen=True, slots=True)
class Told:
    """A line that is joined to a refund already."""

    kind: StatementKind
    source: str
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """One refund as matching sees it."""

    id: int
    amount_fen: Fen
    route: PaymentChannel
    created_at: datetime
    paid_at: datetime | None
    reference: str
    """Of its payment, as the merchant wrote it down; empty when there is none."""
    request_no: str
    order_no: str
    payment_ref: str
    told: tuple[Told, ...] = ()

    @property
    def numbers(self) -> frozenset[str]:
        """Those of the refund itself."""
        return frozenset(filter(None, (self.reference, self.request_no)))

    @property
    def order_numbers(self) -> frozenset[str]:
        """Those of its sale."""
        return frozenset(filter(None, (self.order_no, self.payment_ref)))


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about a line; ``candidates`` are ids of refunds."""

    verdict: LineVerdict
    refund_id: int | None = None
    candidates: tuple[int, ...] = ()
    disagreement: Disagreement | None = None
    together: tuple[int, ...] = ()
    """Several refunds whose amounts add up to exactly the line's, when there is only one such choice: the state of a
    sale says what went back in all. They are proposed; a person joins them."""


_NOTHING: Final = Finding(LineVerdict.NO_REFUND)
_NOT_OURS: Final = Finding(LineVerdict.NOT_OURS)


def reconcile(
    lines: Iterable[LineFacts],
    refunds: Sequence[RefundFacts],
    *,
    other_orders: Collection[str] = (),
    open_lines: Iterable[LineFacts] = (),
) -> dict[int, Finding]:
    """The finding of every line, by its key.

    ``other_orders`` are numbers of orders of the shop without a refund: a line with such a number is about that order
    and not matched with the refund of another one. ``open_lines`` are lines of earlier files that are still unmatched:
    they are not matched here, but a refund that they could be as well is not unique.
    """
    matching = _Matching(refunds, frozenset(other_orders))
    # what a channel states as a refund comes before the state of a sale that says the same once more
    for line in sorted(lines, key=lambda one: one.kind is StatementKind.SALE_REFUNDED):
        matching.by_numbers(line)
    matching.by_amount_and_time(open_lines)
    return matching.findings


def possible_refunds(line: LineFacts, refunds: Iterable[RefundFacts]) -> list[int]:
    """Ids of refunds that a person may want to join a line to by hand: those with a number of it, then of its amount,
    then of its time; the nearest in time first."""
    found: list[tuple[int, timedelta, int]] = []
    for refund in refunds:
        if refund.told:
            continue
        if _share_a_number(line, refund):
            rank = 0
        elif refund.amount_fen == line.amount_fen:
            rank = 1
        elif _may_be(line, refund):
            rank = 2
        else:
            continue
        found.append((rank, abs(line.at - (refund.paid_at or refund.created_at)), refund.id))
    return [refund_id for _, _, refund_id in sorted(found)]


def adding_up(amount_fen: Fen, refunds: Sequence[RefundFacts]) -> tuple[int, ...]:
    """Ids of the two or more refunds whose amounts add up to ``amount_fen``; empty when none do or several choices do.

    A sale has few refunds; of more than :data:`MOST_PARTS` nothing is proposed.
    """
    if len(refunds) > MOST_PARTS:
        return ()
    # of every sum its choices of refunds, two at most: more than one is as good as none
    sums: dict[Fen, list[tuple[int, ...]]] = {0: [()]}
    for refund in refunds:
        for total, choices in [(total, tuple(choices)) for total, choices in sums.items()]:
            longer = sums.setdefault(total + refund.amount_fen, []) if total + refund.amount_fen <= amount_fen else []
            longer += [(*choice, refund.id) for choice in choices[: 2 - len(longer)]]
    found = sums.get(amount_fen, [])
    return found[0] if len(found) == 1 and len(found[0]) > 1 else ()


class _Matching:
    def __init__(self, refunds: Sequence[RefundFacts], other_orders: frozenset[str]) -> None:
        self.findings: dict[int, Finding] = {}
        self._other_orders = other_orders
        self._refunds = {refund.id: refund for refund in refunds}
        self._told: dict[int, list[Told]] = {refund.id: list(refund.told) for refund in refunds if refund.told}
        self._by_number: dict[str, list[int]] = defaultdict(list)
        self._by_order: dict[str, list[int]] = defaultdict(list)
        for refund in refunds:
            for number in refund.numbers:
                self._by_number[number].append(refund.id)
            for number in refund.order_numbers:
                self._by_order[number].append(refund.id)
        self._left: list[LineFacts] = []

    def by_numbers(self, line: LineFacts) -> None:
        if line.kind not in MATCHABLE_KINDS:
            self.findings[line.key] = _NOT_OURS
            return
        hits = self._hits(self._by_number, line.all_numbers)
        is_exact = bool(hits)
        if not hits or line.kind is StatementKind.SALE_REFUNDED:
            # the state of a sale speaks of all its refunds, also when one of them bears the number of the sale
            hits = sorted({*hits, *self._hits(self._by_order, line.all_numbers)})
        if hits:
            self.findings[line.key] = self._judged(line, hits, is_exact)
        elif line.kind is StatementKind.REFUND and line.order_numbers.isdisjoint(self._other_orders):
            self._left.append(line)
        else:
            self.findings[line.key] = _NOTHING if line.kind in REFUND_KINDS else _NOT_OURS

    def by_amount_and_time(self, open_lines: Iterable[LineFacts]) -> None:
        free: Mapping[tuple[Fen, PaymentChannel], list[RefundFacts]] = _by_amount(
            refund for refund in self._refunds.values() if refund.id not in self._told
        )
        wanted: dict[int, int] = defaultdict(int)
        found: list[tuple[LineFacts, list[RefundFacts]]] = []
        for line in self._left:
            candidates = [one for one in free.get((line.amount_fen, line.platform), ()) if _may_be(line, one)]
            found.append((line, candidates))
            for refund in candidates:
                wanted[refund.id] += 1
        for line in open_lines:
            if line.kind is StatementKind.REFUND and line.order_numbers.isdisjoint(self._other_orders):
                for refund in free.get((line.amount_fen, line.platform), ()):
                    wanted[refund.id] += _may_be(line, refund)
        for line, candidates in found:
            ids = tuple(refund.id for refund in candidates)
            if not ids:
                self.findings[line.key] = _NOTHING
            elif len(ids) == 1 and wanted[ids[0]] == 1 and not _contradicts(line, candidates[0]):
                self.findings[line.key] = Finding(LineVerdict.AMOUNT_AND_TIME, ids[0], ids)
            else:
                self.findings[line.key] = Finding(LineVerdict.AMBIGUOUS, None, ids)

    @staticmethod
    def _hits(index: Mapping[str, list[int]], numbers: frozenset[str]) -> list[int]:
        return sorted({refund_id for number in numbers for refund_id in index.get(number, ())})

    def _judged(self, line: LineFacts, hits: list[int], is_exact: bool) -> Finding:
        """The finding of a line that shares a number with ``hits``; ``is_exact``: the number of the refund itself."""
        told_before = [refund_id for refund_id in hits if refund_id in self._told]
        if line.whole_fen and sum(self._refunds[one].amount_fen for one in told_before) == line.whole_fen:
            return Finding(LineVerdict.REPEATED, told_before[0], tuple(told_before))
        equal = [refund_id for refund_id in hits if self._refunds[refund_id].amount_fen == line.amount_fen]
        if not equal:
            together: tuple[int, ...] = ()
            if line.kind is StatementKind.SALE_REFUNDED:
                untold = [self._refunds[refund_id] for refund_id in hits if refund_id not in self._told]
                together = adding_up(line.amount_fen, untold)
            return Finding(LineVerdict.DIFFERENCE, None, tuple(hits), Disagreement.AMOUNT, together)
        if line.kind in (StatementKind.REFUND_FAILED, StatementKind.RETURNED):
            return Finding(LineVerdict.DIFFERENCE, None, tuple(equal), Disagreement.FAILED)
        free = [refund_id for refund_id in equal if self._goes_on(refund_id, line)]
        if not free:
            repeated = next((one for one in equal if self._is_echo(one, line)), None)
            if repeated is not None:
                return Finding(LineVerdict.REPEATED, repeated, (repeated,))
            return Finding(LineVerdict.DIFFERENCE, None, tuple(equal), Disagreement.TWICE)
        if not is_exact and line.kind is not StatementKind.SALE_REFUNDED:
            timely = [one for one in free if line.at >= self._refunds[one].created_at - EARLY]
            if not timely:
                return Finding(LineVerdict.DIFFERENCE, None, tuple(free), Disagreement.EARLY)
            free = timely
        if len(free) > 1:
            return Finding(LineVerdict.AMBIGUOUS, None, tuple(free))
        told = Told(line.kind, line.source, line.numbers)
        self._told.setdefault(free[0], []).append(told)
        return Finding(LineVerdict.REFERENCE, free[0], (free[0],))

    def _goes_on(self, refund_id: int, line: LineFacts) -> bool:
        """Whether the line says something new of the refund: nothing told it yet, or only that it was under way."""
        told = self._told.get(refund_id, ())
        return not told or (
            line.kind is StatementKind.REFUND and all(one.kind is StatementKind.REFUND_UNDERWAY for one in told)
        )

    def _is_echo(self, refund_id: int, line: LineFacts) -> bool:
        """Whether a told refund is said once more: in another format, as the state of its sale, or by its number."""
        if StatementKind.SALE_REFUNDED in (line.kind, *(one.kind for one in self._told[refund_id])):
            return True
        if line.kind is StatementKind.REFUND_UNDERWAY:
            return True
        return all(one.source != line.source or one.numbers & line.numbers for one in self._told[refund_id])


def _by_amount(refunds: Iterable[RefundFacts]) -> dict[tuple[Fen, PaymentChannel], list[RefundFacts]]:
    found: dict[tuple[Fen, PaymentChannel], list[RefundFacts]] = defaultdict(list)
    for refund in refunds:
        found[refund.amount_fen, refund.route].append(refund)
    return found


def _may_be(line: LineFacts, refund: RefundFacts) -> bool:
    sent_at = refund.paid_at or refund.created_at
    return sent_at - EARLY <= line.at <= sent_at + LATE


def _contradicts(line: LineFacts, refund: RefundFacts) -> bool:
    """Whether the merchant wrote down another number of the payment than the line has."""
    return bool(refund.reference and line.numbers)


def _share_a_number(line: LineFacts, refund: RefundFacts) -> bool:
    return not line.all_numbers.isdisjoint(refund.numbers | refund.order_numbers)
