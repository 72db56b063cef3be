"""The building blocks of the dossier on A4: headings, fields, paragraphs, tables, in the look of the redemption proof.

Imports reportlab: load this module only when a document is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from desktop_app.documents.code_words import is_chinese
from desktop_app.documents.fonts import BOLD, MONO, SANS
from desktop_app.documents.page_writer import PAGE_HEIGHT, PAGE_WIDTH, Cell, PageWriter, Style, width, wrap
from desktop_app.documents.proof_facts import local_time

INK = (0.09, 0.13, 0.2)
GREY = (0.4, 0.45, 0.53)
BLUE = (0.11, 0.31, 0.72)
RED = (0.72, 0.11, 0.11)
LINE = (0.84, 0.87, 0.91)
SHADE = (0.95, 0.96, 0.98)

TITLE = Style(BOLD, 20, INK, 27)
HEADING = Style(BOLD, 13, BLUE, 18)
SUBHEADING = Style(BOLD, 9.5, INK, 13.5)
LABEL = Style(SANS, 8.5, GREY, 13.5)
SUBLABEL = Style(SANS, 6.5, GREY, 9)
VALUE = Style(SANS, 9.5, INK, 14)
STRONG = Style(BOLD, 9.5, INK, 14)
WARNING = Style(BOLD, 9, RED, 13)
SMALL = Style(SANS, 8.2, INK, 11.6)
SMALL_STRONG = Style(BOLD, 8.2, INK, 11.6)
SMALL_WARNING = Style(BOLD, 8.2, RED, 11.6)
DIGEST = Style(MONO, 6.6, INK, 9.4)
FINE = Style(MONO, 5.5, INK, 8)
KEY = Style(MONO, 9.5, INK, 14)
NOTE = Style(SANS, 7.4, GREY, 10.8)

LEFT, RIGHT = 50.0, PAGE_WIDTH - 50.0
WIDTH = RIGHT - LEFT
TOP = 74.0
FOOT = PAGE_HEIGHT - 56
LABEL_WIDTH = 104.0
NOTHING = "—"


SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("request", "The buyer's request", "买家的申请"),
    ("order", "The order", "订单事实"),
    ("policy", "The policy at the purchase", "购买时适用的政策"),
    ("ruling", "The ruling of the rules", "规则裁定"),
    ("decision", "The shop's decision", "本店处理结果"),
    ("messages", "Correspondence", "往来沟通"),
    ("timeline", "Timeline", "事件时间线"),
    ("redemptions", "Redemption records", "核销记录"),
    ("proofs", "Redemption proofs", "核销证明"),
    ("evidence", "Evidence", "凭证清单"),
    ("disputes", "Disputes and refunds", "争议与退款"),
    ("audit", "Extract of the event log", "操作日志摘录"),
)
"""Key, English and Chinese title of the sections that every dossier has, in their order."""
PICTURES = ("pictures", "Annex: pictures", "附件：凭证图片")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; ``room`` 0 takes what the others leave."""

    en: str
    zh: str
    room: float
    style: Style = SMALL


@dataclass(slots=True)
class _PageReference:
    on_page: int
    baseline: float
    key: str


@dataclass(slots=True)
class Sheet:
    """A :class:`PageWriter` that knows the language, the time zone and where each section begins."""

    page: PageWriter
    language: str
    time_zone: str
    sections: dict[str, int] = field(default_factory=dict)
    _references: list[_PageReference] = field(default_factory=list)

    def say(self, en: str, zh: str) -> str:
        return zh if is_chinese(self.language) else en

    def time(self, moment: datetime | None) -> str:
        return NOTHING if moment is None else local_time(moment, self.time_zone)

    def section(self, key: str, en: str, zh: str, *, new_page: bool = False) -> None:
        """Begin a section; ``key`` is what :meth:`reference` finds it by."""
        page = self.page
        if new_page or page.room() < 110:
            page.new_page()
        elif page.y > TOP:
            page.y += 14
        self.sections[key] = page.number
        end = page.text(LEFT, page.y + 13, self.say(en, zh), HEADING)
        if is_chinese(self.language):
            page.text(end + 7, page.y + 12.4, en, SUBLABEL)
        page.y += 19
        page.rectangle(LEFT, page.y, WIDTH, 1, BLUE)
        page.y += 6

    def start(self, key: str) -> None:
        """Begin one of :data:`SECTIONS`."""
        en, zh = next((en, zh) for name, en, zh in SECTIONS if name == key)
        self.section(key, en, zh)

    def subheading(self, text: str) -> None:
        if self.page.room() < 50:
            self.page.new_page()
        self.page.y += 5
        self.page.row([Cell(LEFT, wrap(text, SUBHEADING, WIDTH), SUBHEADING)], padding=2)

    def paragraph(self, text: str, style: Style = VALUE, *, indent: float = 0.0, padding: float = 2.0) -> None:
        self.page.row([Cell(LEFT + indent, wrap(text, style, WIDTH - indent), style)], padding=padding)

    def numbered(self, number: int, text: str) -> None:
        self.page.row(
            [Cell(LEFT, (f"{number}.",), VALUE), Cell(LEFT + 20, wrap(text, VALUE, WIDTH - 20), VALUE)], padding=2
        )

    def fact(self, en: str, zh: str, value: str, style: Style = VALUE) -> None:
        """A label and its value over the whole width."""
        label = wrap(self.say(en, zh), LABEL, LABEL_WIDTH - 8)
        self.page.row(
            [
                Cell(LEFT, label, LABEL),
                Cell(LEFT + LABEL_WIDTH, wrap(value or NOTHING, style, WIDTH - LABEL_WIDTH), style),
            ],
            padding=2.5,
            under=self.hairline,
        )

    def quote(self, text: str) -> None:
        """Somebody's own words, set apart by a bar at the left."""

        def bar(y: float, height: float) -> None:
            self.page.rectangle(LEFT, y, WIDTH, height, SHADE)
            self.page.rectangle(LEFT, y, 2.5, height, BLUE)

        self.page.row([Cell(LEFT + 12, wrap(text or NOTHING, VALUE, WIDTH - 24), VALUE)], padding=6, under=bar)
        self.page.y += 3

    def quoted(self, title: str, text: str) -> None:
        """A title and somebody's words, together on a page where they fit one."""
        lines = wrap(text or NOTHING, VALUE, WIDTH - 24)
        height = 30 + len(lines) * VALUE.leading
        if self.page.room() < height <= FOOT - TOP:
            self.page.new_page()
        self.subheading(title)
        self.quote(text)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str | tuple[str, Style]]]) -> None:
        """Cells are texts, or texts with a style of their own."""
        page = self.page
        rest = WIDTH - sum(column.room for column in columns)
        rooms = [column.room or rest for column in columns]
        starts = [LEFT + sum(rooms[:number]) for number in range(len(rooms))]

        def head() -> None:
            page.rectangle(LEFT, page.y, WIDTH, 18, SHADE)
            for column, x in zip(columns, starts, strict=True):
                page.text(x + 5, page.y + 12.2, self.say(column.en, column.zh), SMALL_STRONG)
            page.y += 18

        if page.room() < 60:
            page.new_page()
        head()
        for row in rows:
            cells = []
            for value, column, x, room in zip(row, columns, starts, rooms, strict=True):
                text, style = value if isinstance(value, tuple) else (value, column.style)
                cells.append(Cell(x + 5, wrap(text or NOTHING, style, room - 8), style))
            page.row(cells, padding=3, under=self.hairline, on_new_page=head)

    def reference(self, text: str, key: str, *, note: str = "") -> None:
        """A line of the contents: its text, dots, and the page where section ``key`` begins, known at the end."""
        page = self.page
        lines = wrap(text + (f"  {note}" if note else ""), VALUE, WIDTH - 60)
        page.row([Cell(LEFT, lines, VALUE)], padding=2.5, under=self.hairline)
        self._references.append(_PageReference(page.number, page.y - 6, key))

    def draw_references(self, number: int) -> None:
        """Fill in the page numbers of the references that stand on page ``number``."""
        for reference in self._references:
            if reference.on_page == number and reference.key in self.sections:
                place = self.sections[reference.key]
                self.page.text_right(RIGHT, reference.baseline, self.say(f"page {place}", f"第 {place} 页"), VALUE)

    def hairline(self, y: float, height: float) -> None:
        self.page.rectangle(LEFT, y + height - 0.5, WIDTH, 0.5, LINE)

    def footer(self, number: int, count: int, left: str, running_title: str) -> None:
        page = self.page
        if number > 1:
            page.text(LEFT, 50, running_title, STRONG)
            page.rectangle(LEFT, 57, WIDTH, 1, BLUE)
        base = PAGE_HEIGHT - 36
        page.rectangle(LEFT, base - 12, WIDTH, 0.5, LINE)
        right = self.say(f"page {number} of {count}", f"第 {number} 页 / 共 {count} 页  ·  page {number} of {count}")
        room = WIDTH - width(right, NOTE) - 12
        page.text(LEFT, base, wrap(left, NOTE, room)[0], NOTE)
        page.text_right(RIGHT, base, right, NOTE)
