"""Pages of text, rules and tables, written straight as PDF operators.

reportlab's platypus needs ten times as long for the same page and breaks Chinese lines before a comma. Positions are
points from the top left corner of an A4 page. Text is always literal: nothing in it is markup.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from desktop_app.documents.fonts import font, readable, runs, widths

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
# Line-breaking rules of Chinese typesetting: what never starts a line, and what never ends one.
_NOT_AT_START = frozenset(",.:;!?%)]}’”…、。〉》」』】〕〗！），．：；？］｝％·℃—～")
_NOT_AT_END = frozenset("([{‘“〈《「『【〔〖（［｛¥￥$")
_ATOM = re.compile(r"[\w@#&+*/=.:,;!?%'_-]*[\w@#&+*/=%]|\s+|.", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Style:
    """A typeface in one size (points) and colour (red, green, blue from 0 to 1) with its line distance (points)."""

    font: str
    size: float
    colour: tuple[float, float, float]
    leading: float


@dataclass(frozen=True, slots=True)
class Cell:
    """Wrapped lines that start ``x`` points from the left edge."""

    x: float
    lines: tuple[str, ...]
    style: Style


class PageWriter:
    """Collects pages; :meth:`finish` writes them, when the number of pages is known for the footers."""

    def __init__(self, canvas: Canvas, top: float, bottom: float) -> None:
        """``top`` and ``bottom``: where the text of a further page starts and where that of every page must end."""
        self._canvas = canvas
        self._top, self._bottom = top, bottom
        self._pages: list[list[str]] = [[]]
        self._pictures: dict[int, list[tuple[bytes, float, float, float, float]]] = {}
        self.y = top

    def prime(self, style: Style, text: str) -> None:
        """Give the characters of ``text`` the first codes of the font.

        Labels that stand in every document then always make the same first subset, which stays cached, and only what
        the facts add is subset anew.
        """
        font(style.font).splitString(text, self._canvas._doc)

    def text(self, x: float, baseline: float, text: str, style: Style) -> float:
        """Draw one line; the x where it ends. Characters without a glyph are spelled out."""
        written = readable(text)
        red, green, blue = style.colour
        out = [f"BT {red:g} {green:g} {blue:g} rg 1 0 0 1 {x:.2f} {PAGE_HEIGHT - baseline:.2f} Tm"]
        document = self._canvas._doc
        for name, run in runs(written, style.font):
            used = font(name)
            for subset, codes in used.splitString(run, document):
                out.append(f"{used.getSubsetInternalName(subset, document)} {style.size:g} Tf <{codes.hex()}> Tj")
        out.append("ET")
        self._pages[-1].append(" ".join(out))
        return x + width(written, style)

    def text_right(self, right: float, baseline: float, text: str, style: Style) -> None:
        """Draw one line that ends at ``right``."""
        self.text(right - width(readable(text), style), baseline, text, style)

    def rectangle(self, x: float, y: float, width: float, height: float, colour: tuple[float, float, float]) -> None:
        """Fill a rectangle whose upper left corner is (x, y)."""
        red, green, blue = colour
        self._pages[-1].append(
            f"{red:g} {green:g} {blue:g} rg {x:.2f} {PAGE_HEIGHT - y - height:.2f} {width:.2f} {height:.2f} re f"
        )

    def matrix(self, x: float, y: float, side: float, rows: Sequence[bytes]) -> None:
        """Draw a square matrix of dark (1) and light (0) modules as one black path, ``side`` points wide."""
        module = side / len(rows)
        out = [f"q {module:.4f} 0 0 -{module:.4f} {x:.2f} {PAGE_HEIGHT - y:.2f} cm 0 0 0 rg"]
        for number, row in enumerate(rows):
            for dark in re.finditer(b"\x01+", row):
                start, end = dark.span()
                out.append(f"{start} {number} {end - start} 1 re")
        out.append("f Q")
        self._pages[-1].append(" ".join(out))

    def picture(self, jpeg: bytes, x: float, y: float, width: float, height: float) -> None:
        """Place a baseline JPEG in RGB, such as :mod:`desktop_app.documents.dossier_pictures` makes; (x, y) is its
        upper left corner."""
        self._pictures.setdefault(self.number, []).append((jpeg, x, y, width, height))

    @property
    def number(self) -> int:
        """The number of this page, counted from 1."""
        return len(self._pages)

    def room(self) -> float:
        """Points left on this page."""
        return self._bottom - self.y

    def new_page(self) -> None:
        self._pages.append([])
        self.y = self._top

    def row(
        self,
        cells: Iterable[Cell],
        *,
        padding: float,
        under: Callable[[float, float], None] | None = None,
        on_new_page: Callable[[], None] | None = None,
    ) -> None:
        """Draw cells side by side and move below them.

        A row that does not fit goes to a new page; one that fits no page at all is continued line by line.
        ``under(y, height)`` paints behind each part before its text; ``on_new_page`` repeats a table head.
        """
        left = list(cells)
        while True:
            height = padding * 2 + max(len(cell.lines) * cell.style.leading for cell in left)
            if height > self.room() and self.y > self._top and height <= self._bottom - self._top:
                self._break(on_new_page)
            if height <= self.room():
                self._draw_row(left, height, padding, under)
                return
            space = self.room() - padding * 2
            taken = [int(space // cell.style.leading) for cell in left]
            if min(taken) < 1:
                self._break(on_new_page)
                continue
            part = [Cell(cell.x, cell.lines[:count], cell.style) for cell, count in zip(left, taken, strict=True)]
            self._draw_row(part, self.room(), padding, under)
            left = [Cell(cell.x, cell.lines[count:], cell.style) for cell, count in zip(left, taken, strict=True)]
            self._break(on_new_page)

    def finish(self, decorate: Callable[[int, int], None]) -> None:
        """Write all pages, each after ``decorate(number, count)`` has added its footer to it."""
        pages = self._pages
        for number, page in enumerate(pages, 1):
            self._pages = [page]
            decorate(number, len(pages))
            for jpeg, x, y, wide, high in self._pictures.get(number, ()):
                self._canvas.drawImage(ImageReader(io.BytesIO(jpeg)), x, PAGE_HEIGHT - y - high, wide, high)
            self._canvas.addLiteral("\n".join(page))
            self._canvas.showPage()

    def _break(self, on_new_page: Callable[[], None] | None) -> None:
        self.new_page()
        if on_new_page is not None:
            on_new_page()

    def _draw_row(
        self, cells: list[Cell], height: float, padding: float, under: Callable[[float, float], None] | None
    ) -> None:
        if under is not None:
            under(self.y, height)
        for cell in cells:
            style = cell.style
            # the first baseline: the glyphs stand in the middle of their line
            baseline = self.y + padding + style.leading / 2 + style.size * 0.36
            for line in cell.lines:
                self.text(cell.x, baseline, line, style)
                baseline += style.leading
        self.y += height


def wrap(text: str, style: Style, room: float) -> tuple[str, ...]:
    """``text`` as lines of at most ``room`` points.

    Latin words and numbers stay whole where they fit, Chinese breaks anywhere but before closing and after opening
    punctuation; line ends in the text are kept.
    """
    lines: list[str] = []
    for paragraph in re.split(r"\r\n|\r|\n", text.replace("\t", " ")):
        lines += _wrap_paragraph(readable(paragraph), style, room)
    return tuple(lines)


def _wrap_paragraph(text: str, style: Style, room: float) -> list[str]:
    if width(text, style) <= room:
        return [text]
    lines: list[str] = []
    line: list[str] = []
    used = 0.0
    for atom in _atoms(text, style, room):
        size = width(atom, style)
        if line and used + size > room and not atom.isspace():
            carried = _carried_over(line, atom)
            lines.append("".join(line).rstrip())
            line = carried
            used = sum(width(part, style) for part in line)
        line.append(atom)
        used += size
    lines.append("".join(line).rstrip())
    return lines


def _atoms(text: str, style: Style, room: float) -> Iterable[str]:
    """The unbreakable pieces of ``text``; a word longer than a line is cut where the line is full."""
    for match in _ATOM.finditer(text):
        atom = match.group()
        while len(atom) > 1 and width(atom, style) > room:
            count = len(atom)
            while count > 1 and width(atom[:count], style) > room:
                count -= max(1, count // 16)
            yield atom[: max(1, count)]
            atom = atom[max(1, count) :]
        yield atom


def _carried_over(line: list[str], atom: str) -> list[str]:
    """Take from the end of ``line`` what must stand on the next line together with ``atom``."""
    carried: list[str] = []
    while len(line) > 1 and len(carried) < 3:
        first = carried[0] if carried else atom
        if first[0] not in _NOT_AT_START and line[-1][-1] not in _NOT_AT_END:
            break
        carried.insert(0, line.pop())
    return carried


def width(text: str, style: Style) -> float:
    """Points that readable ``text`` takes on a line."""
    return sum(map(widths(style.font).__getitem__, text)) * style.size / 1000
