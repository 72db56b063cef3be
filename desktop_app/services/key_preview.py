"""What becomes of every line of a file of card keys: the preview of an import.

The preview holds the keys in memory, because the import seals exactly what was shown; the shop is only searched.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlmodel import select

from desktop_app.domain.card_keys import SENTENCES, KeyRule, Sentence, mask
from desktop_app.domain.errors import BadInputError, CancelledError
from desktop_app.domain.money import yuan_text
from desktop_app.exchange.key_files import KeyPreview, Layout, read_key_file, read_pasted_keys
from desktop_app.services.context import Context
from desktop_app.services.key_other_rules import known_by_other_rules
from desktop_app.services.key_tagging import KeyPlace, KeyTags, only, tag_keys
from desktop_app.services.products import key_rule, product_row, require_holds_keys
from desktop_app.services.vault_rotation import refuse_while_rotating
from desktop_app.storage.card_process import WORTH_IT, CardProcess
from desktop_app.storage.freed_memory import give_back
from desktop_app.storage.tables import BatchRow, ProductRow

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

_LARGE_BYTES: Final = 16 * WORTH_IT


class KeyVerdict(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    DUPLICATE_IN_FILE = "duplicate_in_file"
    DUPLICATE_IN_SHOP = "duplicate_in_shop"
    MALFORMED = "malformed"
    BLANK = "blank"


class NewKeys(StrEnum):
    """Some of the new keys, to be shown alone."""

    UNUSUAL = "unusual"
    """With something to look at."""


@dataclass(frozen=True, slots=True)
class KeyLayout:
    """How a list of keys is read; None: what it looks like.

    ``layout`` is "lines" or "table", ``header`` whether the first row names the columns, ``roles`` what the columns are
    (key number password face cost expiry note status to index), ``sheet`` one of a workbook, ``goods`` the only one of
    the file's products to take.
    """

    encoding: str | None = None
    layout: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    roles: Mapping[str, int] | None = None
    sheet: str | None = None
    goods: str | None = None


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One line of a preview. The detail says where the other copy is, what is wrong, or what to look at."""

    number: int
    text_masked: str
    verdict: KeyVerdict
    detail_en: str
    detail_zh: str


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """The verdicts on a file or a pasted text. Holds the keys themselves: keep it no longer than the import takes.

    ``needs_confirmation``: the encoding is only likely, or there are ``cautions``; the merchant has to look at the
    lines before importing. ``format_code`` and ``format_name`` name the program whose list this is; empty: none known.
    ``layout`` is "lines" or "table"; ``columns`` is the header and ``roles`` what its columns were taken for (role to
    index), ``goods`` what the file says its cards are for, with the number of lines of each.
    """

    source: str
    sha256: str
    encoding: str
    needs_confirmation: bool
    newline: str
    product_id: int
    line_count: int
    new_count: int
    blank_count: int
    file_duplicates: int
    shop_duplicates: int
    malformed_count: int
    warning_count: int
    path: Path | None
    format_code: str
    format_name: Sentence
    layout: str
    delimiter: str | None
    columns: tuple[str, ...]
    has_header: bool
    roles: Mapping[str, int]
    sheet: str
    sheets: tuple[str, ...]
    goods: Mapping[str, int]
    cautions: tuple[Sentence, ...]
    choices: KeyLayout
    """What was not detected but asked for."""
    is_remembered: bool
    """It was read the way that was confirmed for the product last time."""
    keys: KeyPreview = field(repr=False)
    rule: KeyRule
    face_fen: int | None
    event_seq: int
    """The last event before the shop was searched: while it is the last, no key came in since."""
    new: array[int] = field(repr=False)
    """Indexes into ``keys`` of what will be stored."""
    tags: KeyTags = field(repr=False)
    """Of what can be used; those are taken."""
    vault_generation: int
    """Of the keys that the tags were made with."""
    in_file: array[int] = field(repr=False)
    in_shop: array[int] = field(repr=False)
    places: Sequence[KeyPlace] = field(repr=False)
    """Parallel to ``in_shop``."""
    batch_names: dict[int, str] = field(repr=False)
    unusual: array[int] = field(repr=False)
    malformed: array[int] = field(repr=False)
    blanks: array[int] = field(repr=False)
    """Line numbers."""

    @property
    def words(self) -> str:
        """Where the encoding is only likely: some texts of the file that show whether it is the right one."""
        return self.keys.words

    def count(self, verdict: KeyVerdict | NewKeys | None) -> int:
        """How many lines have ``verdict``; None: all."""
        if verdict is None:
            return self.line_count
        return self.blank_count if verdict is KeyVerdict.BLANK else len(self._indexes(verdict))

    def lines(self, verdict: KeyVerdict | NewKeys | None, offset: int, limit: int) -> list[ImportLine]:
        """Lines ``offset`` to ``offset + limit - 1`` of those with ``verdict``, in the order of the file."""
        if verdict is KeyVerdict.BLANK:
            return [_blank(number) for number in self.blanks[offset : offset + limit]]
        if verdict is not None:
            return [self._line(index) for index in self._indexes(verdict)[offset : offset + limit]]
        if not self.blanks:
            return [self._line(index) for index in range(offset, min(offset + limit, len(self.keys.texts)))]
        return self._mixed(offset, limit)

    def _mixed(self, offset: int, limit: int) -> list[ImportLine]:
        """Keys and blank lines merged by line number; the place of ``offset`` is found by halving."""
        numbers, blanks = self.keys.line_numbers, self.blanks
        low, high = max(0, offset - len(blanks)), min(offset, len(numbers))
        while low < high:
            middle = (low + high) // 2
            if middle + bisect_left(blanks, numbers[middle]) < offset:
                low = middle + 1
            else:
                high = middle
        entry, blank = low, offset - low
        lines: list[ImportLine] = []
        while len(lines) < limit and (entry < len(numbers) or blank < len(blanks)):
            if blank < len(blanks) and (entry == len(numbers) or blanks[blank] < numbers[entry]):
                lines.append(_blank(blanks[blank]))
                blank += 1
            else:
                lines.append(self._line(entry))
                entry += 1
        return lines

    def _indexes(self, verdict: KeyVerdict | NewKeys) -> array[int]:
        indexes: dict[KeyVerdict | NewKeys, array[int]] = {
            KeyVerdict.NEW: self.new,
            NewKeys.UNUSUAL: self.unusual,
            KeyVerdict.DUPLICATE_IN_FILE: self.in_file,
            KeyVerdict.DUPLICATE_IN_SHOP: self.in_shop,
            KeyVerdict.MALFORMED: self.malformed,
        }
        return indexes[verdict]

    def _line(self, index: int) -> ImportLine:
        verdict, en, zh = self._verdict(index)
        text = "".join(character if character.isprintable() else "·" for character in mask(self.keys.texts[index]))
        return ImportLine(self.keys.line_numbers[index], text, verdict, en, zh)

    def _verdict(self, index: int) -> tuple[KeyVerdict, str, str]:
        keys = self.keys
        if _found(self.malformed, index):
            problem = keys.problems.get(index)
            if problem is None:
                return KeyVerdict.MALFORMED, *_wrong_face(keys.faces_fen[index], self.face_fen)
            return KeyVerdict.MALFORMED, *keys.reasons.get(index, SENTENCES[problem])
        if index in keys.duplicates:
            number = keys.line_numbers[keys.duplicates[index]]
            return KeyVerdict.DUPLICATE_IN_FILE, f"The same key as in line {number}.", f"与第 {number} 行相同。"
        if _found(self.in_shop, index):
            place = self.places[bisect_left(self.in_shop, index)]
            return KeyVerdict.DUPLICATE_IN_SHOP, *_already_here(place, self.batch_names[place.batch_id])
        warnings = [SENTENCES[warning] for warning in keys.warnings.get(index, ())]
        if keys.general_warning is not None:
            warnings.append(SENTENCES[keys.general_warning])
        return KeyVerdict.NEW, " ".join(one.en for one in warnings), "".join(one.zh for one in warnings)


def preview_file(
    context: Context,
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
    """Read a text file, CSV, workbook or dump and say what becomes of each line; what is not given is detected.

    ``column`` is the header of the column that is the key (or its number, from 1); see :class:`KeyLayout`. Reading and
    looking up count half each in ``progress``. Raises what
    :func:`desktop_app.exchange.key_files.read_key_file` raises, LockedError, and CancelledError.
    """
    product = _product(context, product_id)
    size = max(1, path.stat().st_size) if path.is_file() else 1
    work = Work(progress, cancelled, 2 * size)
    with _second_process(context, product, size) as process:
        keys = read_key_file(
            path,
            rule=key_rule(product),
            encoding=encoding,
            layout=_layout(layout),
            delimiter=delimiter,
            key_column=column,
            header=header,
            roles=roles,
            sheet=sheet,
            goods=goods,
            progress=lambda done, total: work.report(min(done, size)),
            find_copies=False,
        )
        choices = KeyLayout(encoding, layout, delimiter, header, roles, sheet, goods)
        return _preview(context, product, keys, path, choices, work, size, process)


def preview_text(
    context: Context,
    text: str,
    product_id: int,
    *,
    column: str | None = None,
    delimiter: str | None = None,
    layout: str | None = None,
    header: bool | None = None,
    roles: Mapping[str, int] | None = None,
    goods: str | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> ImportPreview:
    """The same for pasted text."""
    product = _product(context, product_id)
    work = Work(progress, cancelled, 2 * max(1, len(text)))
    keys = read_pasted_keys(
        text,
        rule=key_rule(product),
        layout=_layout(layout),
        delimiter=delimiter,
        key_column=column,
        header=header,
        roles=roles,
        goods=goods,
        find_copies=False,
    )
    choices = KeyLayout(None, layout, delimiter, header, roles, None, goods)
    return _preview(context, product, keys, None, choices, work, max(1, len(text)), None)


class Work:
    """Progress of one piece of work, and where it may be cancelled."""

    def __init__(self, progress: Progress | None, cancelled: Cancelled | None, total: int) -> None:
        self._progress = progress
        self._cancelled = cancelled
        self.total = total

    def report(self, done: int) -> None:
        if self._cancelled is not None and self._cancelled():
            raise CancelledError("Cancelled; no card key was imported.", "已取消，未导入任何卡密。")
        if self._progress is not None:
            self._progress(done, self.total)


def _layout(layout: str | None) -> Layout | None:
    if layout is None:
        return None
    try:
        return Layout(layout)
    except ValueError as error:
        raise BadInputError(
            "The layout must be “lines” or “table”.", "版式只能是 lines（每行一张）或 table（表格）。"
        ) from error


def _product(context: Context, product_id: int) -> ProductRow:
    with context.read() as session:
        product = product_row(session, product_id)
        require_holds_keys(product)
        return product


def _preview(
    context: Context,
    product: ProductRow,
    keys: KeyPreview,
    path: Path | None,
    choices: KeyLayout,
    work: Work,
    size: int,
    process: CardProcess | None,
) -> ImportPreview:
    with context.read() as session:
        refuse_while_rotating(session)
    generation = context.vault.generation
    if process is not None and process.generation != generation:
        process = None  # the keys of the vault were replaced meanwhile
    usable = _usable_indexes(keys)
    steps = 2 * max(1, len(usable))

    def tell(done: int) -> None:
        work.report(size + size * done // steps)

    found = tag_keys(context, process, keys.normalised, usable, tell)
    if process is not None:
        give_back()  # the lines and the tags of each part
    keys.duplicates = found.copies
    if keys.problems:
        keys.duplicates = {usable[later]: usable[first] for later, first in found.copies.items()}
    wrong_faces = set(_wrong_faces(keys, product.face_fen))
    malformed = array("I", sorted(wrong_faces.union(keys.problems)))
    taken = found.taken
    for at, index in enumerate(usable) if wrong_faces else ():
        if index in wrong_faces:
            taken[at] = 0
    total = taken.count(1)
    elsewhere = known_by_other_rules(context, key_rule(product), keys.texts, usable, found.known, lambda: tell(steps))
    for later, first in found.copies.items():
        if later in elsewhere:
            elsewhere.setdefault(first, elsewhere.pop(later))
    known = {at: place for at, place in (found.known | elsewhere).items() if taken[at]}
    for at in known:
        taken[at] = 0
    new = only(taken, usable) if 0 in taken else usable
    tags = found.only(taken)
    names = _batch_names(context, {place.batch_id for place in known.values()})
    in_shop = sorted(known)
    unusual = _unusual(keys, new)
    work.report(work.total)
    return ImportPreview(
        source=keys.source,
        sha256=keys.sha256,
        encoding=keys.encoding,
        needs_confirmation=keys.needs_confirmation,
        newline=keys.newline.value,
        product_id=product.id,
        line_count=keys.line_count,
        new_count=len(new),
        blank_count=keys.blank_count,
        file_duplicates=keys.line_count - keys.blank_count - total - len(malformed),
        shop_duplicates=len(known),
        malformed_count=len(malformed),
        warning_count=len(unusual),
        path=path,
        format_code=keys.format.code if keys.format else "",
        format_name=keys.format.title if keys.format else Sentence("", ""),
        layout=keys.layout.value,
        delimiter=keys.delimiter,
        columns=keys.columns,
        has_header=keys.has_header,
        roles=keys.roles,
        sheet=keys.sheet,
        sheets=keys.sheets,
        goods=keys.goods,
        cautions=tuple(keys.cautions),
        choices=choices,
        is_remembered=False,
        keys=keys,
        rule=key_rule(product),
        face_fen=product.face_fen,
        event_seq=found.event_seq,
        new=new,
        tags=tags,
        vault_generation=generation,
        in_file=array("I", sorted(set(keys.duplicates).difference(malformed) if malformed else keys.duplicates)),
        in_shop=array("I", (usable[at] for at in in_shop)),
        places=[known[at] for at in in_shop],
        batch_names=names,
        unusual=unusual,
        malformed=malformed,
        blanks=keys.blank_lines,
    )


@contextmanager
def _second_process(context: Context, product: ProductRow, size: int) -> Iterator[CardProcess | None]:
    """One to share the work on a large file with; it loads while the file is read."""
    process = None
    if size >= _LARGE_BYTES and context.vault.is_unlocked:
        process = CardProcess.start(context.vault.card_secrets(product.uid))
    try:
        yield process
    finally:
        if process is not None:
            process.close()


def _usable_indexes(keys: KeyPreview) -> array[int]:
    """Entries in good order, copies included."""
    everything = range(len(keys.texts))
    problems = keys.problems
    return array("I", (index for index in everything if index not in problems) if problems else everything)


def _wrong_faces(keys: KeyPreview, face_fen: int | None) -> Iterator[int]:
    """A card of ¥50 in the stock of a ¥100 product would be sold for the wrong money."""
    if face_fen is not None:
        yield from (index for index, found in enumerate(keys.faces_fen) if found not in (None, face_fen))


def _wrong_face(found_fen: int | None, face_fen: int | None) -> tuple[str, str]:
    found, expected = yuan_text(found_fen or 0), yuan_text(face_fen or 0)
    return f"The face value is {found}, the product's is {expected}.", f"面值为 {found}，与商品面值 {expected} 不符。"


def _unusual(keys: KeyPreview, new: array[int]) -> array[int]:
    if keys.general_warning is not None:
        return new
    return array("I", sorted(index for index in keys.warnings if _found(new, index)))


def _found(indexes: array[int], index: int) -> bool:
    at = bisect_left(indexes, index)
    return at < len(indexes) and indexes[at] == index


def _blank(number: int) -> ImportLine:
    return ImportLine(number, "", KeyVerdict.BLANK, "", "")


def _already_here(place: KeyPlace, batch: str) -> tuple[str, str]:
    if place.order_no:
        return (
            f"Delivered already with order {place.order_no} (batch {batch}, line {place.line}).",
            f"已随订单 {place.order_no} 发出（批次 {batch}，第 {place.line} 行）。",
        )
    return f"In the shop already: batch {batch}, line {place.line}.", f"店铺中已有：批次 {batch}，第 {place.line} 行。"


def _batch_names(context: Context, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    with context.read() as session:
        rows = session.exec(select(BatchRow.id, BatchRow.name)).all()
    return {batch_id: name for batch_id, name in rows if batch_id in ids}
