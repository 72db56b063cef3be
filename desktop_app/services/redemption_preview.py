"""What becomes of every line of a list of redemptions: the preview of an import, and a report of what did not match."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from desktop_app.documents.csv_export import Column, Kind, write_csv
from desktop_app.domain import card_keys
from desktop_app.domain.card_keys import Sentence
from desktop_app.domain.masking import mask
from desktop_app.exchange.redemption_lists import (
    ListLayout,
    RedemptionList,
    read_redemption_list,
)
from desktop_app.services.context import Context
from desktop_app.services.key_tagging import last_event
from desktop_app.services.redemption_matching import ListVerdict, Match, match_lines
from desktop_app.services.work import Cancelled, Progress, Work

VERDICT_WORDS: Final[Mapping[ListVerdict, Sentence]] = {
    ListVerdict.NEW: Sentence("New record", "新记录"),
    ListVerdict.COMPLETES: Sentence("Completes a record", "补充记录"),
    ListVerdict.KNOWN: Sentence("Recorded already", "已有记录"),
    ListVerdict.CONFLICT: Sentence("Conflict", "冲突"),
    ListVerdict.IN_STOCK: Sentence("In stock!", "仍在库存！"),
    ListVerdict.NOT_DELIVERED: Sentence("Not delivered", "未发货"),
    ListVerdict.NOT_REDEEMED: Sentence("Not activated", "未激活"),
    ListVerdict.IMPOSSIBLE_TIME: Sentence("Impossible time", "时间有误"),
    ListVerdict.UNMATCHED: Sentence("No match", "未匹配"),
    ListVerdict.MALFORMED: Sentence("Malformed", "格式错误"),
}
RECORDED_VERDICTS: Final = (ListVerdict.NEW, ListVerdict.COMPLETES)
UNMATCHED_VERDICTS: Final = (
    ListVerdict.UNMATCHED,
    ListVerdict.IN_STOCK,
    ListVerdict.NOT_DELIVERED,
    ListVerdict.NOT_REDEEMED,
)
MALFORMED_VERDICTS: Final = (ListVerdict.MALFORMED, ListVerdict.IMPOSSIBLE_TIME)
_SETTLED: Final = (*RECORDED_VERDICTS, ListVerdict.KNOWN)


@dataclass(frozen=True, slots=True)
class RedemptionLine:
    """One line as a table shows it; ``named`` is the key or account, masked, or the order number."""

    number: int
    named: str
    order_no: str
    ref: str
    redeemed_at: datetime | None
    code: str
    verdict: ListVerdict
    why_en: str
    why_zh: str


@dataclass(frozen=True, slots=True)
class RedemptionPreview:
    """The verdicts on a list. Holds keys and accounts in clear: keep it no longer than the import takes."""

    path: Path
    file: RedemptionList = field(repr=False)
    layout: ListLayout
    """What was not detected but asked for."""
    matches: Sequence[Match] = field(repr=False)
    event_seq: int
    """The last event before the shop was searched."""
    _places: Mapping[ListVerdict, array[int]] = field(repr=False)

    @property
    def needs_confirmation(self) -> bool:
        """The encoding is a guess; the merchant has to look at the lines before importing."""
        return self.file.needs_confirmation

    @property
    def correctable_count(self) -> int:
        """Conflicts that may become corrections."""
        return sum(self.matches[at].can_correct for at in self._places[ListVerdict.CONFLICT])

    def count(self, verdict: ListVerdict | None) -> int:
        """How many lines have ``verdict``; None: all."""
        return len(self.matches) if verdict is None else len(self._places[verdict])

    def record_count(self, *, correct: bool) -> int:
        """How many lines make a record."""
        return sum(map(self.count, RECORDED_VERDICTS)) + (self.correctable_count if correct else 0)

    def to_record(self, *, correct: bool) -> list[int]:
        """Indexes of the lines that make a record, in the order of the list."""
        chosen = [at for verdict in RECORDED_VERDICTS for at in self._places[verdict]]
        if correct:
            chosen += [at for at in self._places[ListVerdict.CONFLICT] if self.matches[at].can_correct]
        return sorted(chosen)

    def lines(self, verdict: ListVerdict | None, offset: int, limit: int) -> list[RedemptionLine]:
        """Lines ``offset`` to ``offset + limit - 1`` of those with ``verdict``, in the order of the list."""
        places: Sequence[int] = range(len(self.matches)) if verdict is None else self._places[verdict]
        return [self._line(at) for at in places[offset : offset + limit]]

    def open_lines(self) -> Iterator[RedemptionLine]:
        """Every line that makes no record and is not recorded already."""
        return (self._line(at) for at, match in enumerate(self.matches) if match.verdict not in _SETTLED)

    def _line(self, at: int) -> RedemptionLine:
        line, match = self.file.lines[at], self.matches[at]
        text = line.key or line.number
        named = card_keys.mask(text) if text else mask(line.account) if line.account else line.order_no
        return RedemptionLine(
            number=line.line,
            named="".join(character if character.isprintable() else "·" for character in named),
            order_no=match.unit.order_no if match.unit else line.order_no,
            ref=match.unit.ref if match.unit else line.unit,
            redeemed_at=line.redeemed_at,
            code=line.code,
            verdict=match.verdict,
            why_en=match.why.en,
            why_zh=match.why.zh,
        )


def preview_list(
    context: Context,
    path: Path,
    layout: ListLayout | None = None,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> RedemptionPreview:
    """Read a list and say what becomes of each line. LockedError, CancelledError, and what reading the file raises
    (see :func:`desktop_app.exchange.redemption_lists.read_redemption_list`)."""
    layout = layout or ListLayout()
    work = Work(None, cancelled, 0)
    found = read_redemption_list(path, context.zone, layout, lambda _done, _total: work.add(0))
    with context.read() as session:
        event_seq = last_event(session.connection())
    matches = match_lines(context, found.lines, progress, cancelled)
    places: dict[ListVerdict, array[int]] = {verdict: array("I") for verdict in ListVerdict}
    for at, match in enumerate(matches):
        places[match.verdict].append(at)
    return RedemptionPreview(path, found, layout, matches, event_seq, places)


def save_list_report(
    preview: RedemptionPreview,
    path: Path,
    language: str,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """Write what did not match, and why, to a CSV; keys and accounts masked. Returns how many lines."""
    is_chinese = language.lower().startswith("zh")
    total = len(preview.matches)

    def tell(done: int) -> None:
        if progress is not None:
            progress(done, total)

    rows: Iterator[tuple[object, ...]] = (
        (
            line.number,
            line.named,
            line.order_no,
            line.ref,
            line.code,
            VERDICT_WORDS[line.verdict][is_chinese],
            line.why_zh,
            line.why_en,
        )
        for line in preview.open_lines()
    )
    return write_csv(path, _REPORT, rows, language, tell, cancelled)


_REPORT: Final = (
    Column("line", "行号", "Line", Kind.NUMBER),
    Column("named", "卡密或账号（掩码）", "Key or account (masked)"),
    Column("order_no", "订单号", "Order"),
    Column("unit", "单件", "Unit"),
    Column("code", "核销码", "Redemption code"),
    Column("verdict", "结果", "Verdict"),
    Column("why_zh", "说明（中文）", "Why (Chinese)"),
    Column("why_en", "说明（英文）", "Why (English)"),
)
