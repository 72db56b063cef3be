"""Payment statements as Alipay and WeChat Pay write them: recognised by their header, read by the names of the columns.

The header may stand anywhere among the first lines, below titles; everything after the footer is left alone. A row
that cannot be read is named and does not stop the others.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from desktop_app.domain.errors import BadInputError, CancelledError
from desktop_app.domain.states import PaymentChannel
from desktop_app.exchange.alipay_statements import ALIPAY_ACCOUNT, ALIPAY_BUSINESS, ALIPAY_RECORD, ALIPAY_WEB
from desktop_app.exchange.cells import CellError, read_time
from desktop_app.exchange.csv_tables import LineProblem, folded_name, likely_delimiter
from desktop_app.exchange.spreadsheets import Sheet, is_workbook, read_workbook
from desktop_app.exchange.statement_archives import read_archive
from desktop_app.exchange.statement_lines import (
    PLATFORM_ZONE,
    Cells,
    Flaws,
    StatementFormat,
    StatementLine,
    plain,
)
from desktop_app.exchange.text_files import TextFile, decode_text, open_regular, read_text_file
from desktop_app.exchange.wechat_statements import WECHAT_FLOW, WECHAT_PERSONAL, WECHAT_TRADE

FORMATS: Final = (
    ALIPAY_ACCOUNT,
    ALIPAY_BUSINESS,
    ALIPAY_WEB,
    WECHAT_TRADE,
    WECHAT_FLOW,
    WECHAT_PERSONAL,
    ALIPAY_RECORD,
)
HEADER_WITHIN: Final = 60
"""The header stands among so many first lines."""
LINE_BYTES: Final = 32 * 1024
_JOINED_LINES: Final = 20
"""A quoted cell may span so many lines; more is a quotation mark that was never closed."""
_STEP: Final = 5000

_PERIOD: Final = re.compile(
    r"(?:起始|开始)(?:时间|日期)[:：]\s*\[?([^\]]*?)\]?[\s,]*(?:终止|结束)(?:时间|日期)[:：]\s*\[?([^\],]*)"
)
_ACCOUNT: Final = re.compile(r"(?:支付宝账户|账号|账户|微信昵称)[:：][ \t]*\[?([^\],\n]+)")
_COUNT: Final = re.compile(r"共\s*([0-9]{1,9})\s*笔")
_FOOTER: Final = re.compile(
    r"[#*]|-{4,}|共\s*[0-9]|(?:已|待)?(?:收入|支出)|不计收支|中性交易|导出时间|用户|注[:：]|合计|总计"
)
_SUMMARY: Final = "汇总查询"

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class StatementFile:
    """One statement as it was read. ``lines`` and ``problems`` together are all rows of its table.

    ``account`` is masked. ``stated_count`` is how many rows the file says it has; None when it does not say.
    """

    source: str
    format: StatementFormat
    account: str
    encoding: str
    sha256: str
    from_at: datetime | None
    to_at: datetime | None
    stated_count: int | None
    lines: tuple[StatementLine, ...]
    problems: tuple[LineProblem, ...]

    @property
    def platform(self) -> PaymentChannel:
        return self.format.platform


class _Row(NamedTuple):
    line: int
    cells: Sequence[str]
    flaws: Flaws | None = None
    is_broken: bool = False


class _Header(NamedTuple):
    format: StatementFormat
    place: int
    """Index of its line."""
    names: tuple[str, ...]
    places: dict[str, int]
    delimiter: str


def looks_like_statement(path: Path) -> bool:
    """Whether a file seems to be a payment statement, from its name and its beginning; cheap."""
    name = path.name.casefold()
    if path.suffix.casefold() in (".xlsx", ".zip"):
        return any(word in name for word in ("alipay", "支付宝", "微信支付", "wechat", "账务明细", "业务明细"))
    try:
        with open_regular(path) as file:
            head = file.read(16 * 1024)
        text = decode_text(path.name, head[: head.rfind(b"\n") + 1] or head, max_line_bytes=LINE_BYTES)
    except BadInputError:
        return False
    return _header_in([_split_line(line) for line in text.lines[:HEADER_WITHIN]]) is not None


def read_statement(
    path: Path,
    *,
    encoding: str | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> StatementFile:
    """Read a statement: CSV or text in any encoding of the channels, XLSX, or the ZIP of the merchant centre.

    :class:`BadInputError` when it is no statement that is known, encrypted or too large; :class:`CancelledError`.
    """

    def tell(done: int, total: int) -> None:
        _stop_if(cancelled)
        if progress is not None:
            progress(done, total)

    with open_regular(path) as file:
        head = file.read(4)
    if not is_workbook(head):
        return statement_in(read_text_file(path, encoding=encoding, max_line_bytes=LINE_BYTES, progress=tell), tell)
    if _is_xlsx(path):
        workbook = read_workbook(path)
        sheet = workbook.chosen(None, lambda one: _header_of_sheet(one) is not None)
        return _in_sheet(sheet, path.name, workbook.sha256, tell)
    return _in_zip(path, encoding, tell)


# ---- what it came in


def statement_in(file: TextFile, tell: Progress = lambda _done, _total: None) -> StatementFile:
    """The statement in text that is decoded already; see :func:`read_statement`."""
    split = [_split_line(line) for line in file.lines[:HEADER_WITHIN]]
    header = _header_in(split)
    if header is None:
        raise _unknown(file.name, split, file.encoding.value)
    rows = _text_rows(file.lines, header)
    return _read(file.name, header, file.lines[: header.place], rows, file.encoding.value, file.sha256, tell)


def _in_sheet(sheet: Sheet, name: str, sha256: str, tell: Progress) -> StatementFile:
    found = _header_of_sheet(sheet)
    records = list(_as_text(sheet).records())
    if found is None:
        raise _unknown(name, [record.cells for record in records[:HEADER_WITHIN]], "xlsx")
    titles = [" ".join(record.cells) for record in records[: found.place]]
    rows = (_Row(record.line, record.cells, record.flaws) for record in records[found.place + 1 :])
    return _read(name, found, titles, rows, "xlsx", sha256, tell)


def _header_of_sheet(sheet: Sheet) -> _Header | None:
    head: list[Sequence[str]] = []
    for record in _as_text(replace(sheet, rows=sheet.rows[: HEADER_WITHIN * 2])).records():
        head.append(record.cells)
    return _header_in(head[:HEADER_WITHIN])


def _as_text(sheet: Sheet) -> Sheet:
    """Times as text to the second: as a fraction of a day they come a little too early or too late."""

    def text(value: Any) -> Any:
        if isinstance(value, datetime):
            return f"{value + timedelta(milliseconds=500):%Y-%m-%d %H:%M:%S}"
        return value

    return replace(sheet, rows=[[text(value) for value in row] for row in sheet.rows])


def _is_xlsx(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return True  # the reader of workbooks says what is wrong


def _in_zip(path: Path, encoding: str | None, tell: Progress) -> StatementFile:
    """The one statement in an archive: the merchant centre puts a file of sums beside it."""
    archive = read_archive(path)
    found: list[StatementFile] = []
    refused: BadInputError | None = None
    for name, content in archive.texts():
        try:
            text = decode_text(name, content, max_line_bytes=LINE_BYTES) if encoding is None else None
            if text is None:
                text = _decoded_as(name, content, encoding or "")
            found.append(statement_in(text, tell))
        except BadInputError as error:
            refused = error
    if not found:
        raise refused or BadInputError(
            "{file} holds no statement (.csv or .txt); unpack it and look what is inside.",
            "{file} 中没有账单（.csv 或 .txt），请解压后查看。",
            file=path.name,
        )
    if len(found) > 1:
        raise BadInputError(
            "{file} holds several statements ({names}); unpack it and import them one by one.",
            "{file} 中有多份账单（{names}），请解压后逐个导入。",
            file=path.name,
            names=", ".join(one.source for one in found),
        )
    return replace(found[0], source=path.name, sha256=archive.sha256)


def _decoded_as(name: str, content: bytes, encoding: str) -> TextFile:
    try:
        text = content.decode(encoding)
    except (LookupError, UnicodeDecodeError) as error:
        raise BadInputError(
            "{file} is not valid {encoding}; choose another encoding.",
            "{file} 不是有效的 {encoding} 文本，请换一种编码。",
            file=name,
            encoding=encoding,
        ) from error
    return decode_text(name, text.encode("utf-8"), max_line_bytes=LINE_BYTES)


# ---- the table


def _split_line(line: str) -> list[str]:
    delimiter = likely_delimiter(line)
    if '"' in line:
        try:
            return next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            pass  # a title of a stranger; a header has no such quotation mark
    return line.split(delimiter)


def _header_in(lines: Iterable[Sequence[str]]) -> _Header | None:
    for index, cells in enumerate(lines):
        if len(cells) < 4:
            continue
        names = [folded_name(plain(cell).removeprefix("#")) for cell in cells]
        known = set(names)
        for one in FORMATS:
            places = _places(one, names)
            if all(role in places for role in one.required) and _is_told_apart(one, known):
                return _Header(one, index, tuple(names), places, ",")
    return None


def _is_told_apart(one: StatementFormat, names: set[str]) -> bool:
    """A personal Alipay file shares its names with others; its own sign is the direction beside the state."""
    return one is not ALIPAY_RECORD or "当前状态" not in names


def _places(one: StatementFormat, names: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for role, labels in one.columns.items():
        for label in labels:
            folded = folded_name(label)
            if folded in names:
                places[role] = names.index(folded)
                break
    return places


def _text_rows(lines: list[str], header: _Header) -> Iterator[_Row]:
    """The rows below the header; a row whose quotation marks do not pair is broken and ends with its line."""
    delimiter = likely_delimiter(lines[header.place])
    width = len(header.names)
    index = header.place + 1
    while index < len(lines):
        line, number = lines[index], index + 1
        index += 1
        if not line.strip():
            continue
        if line[0] == "`":
            # every cell is guarded, so that a comma inside one is none between two
            guarded = line[1:].split(f"{delimiter}`")
            yield _Row(number, guarded if len(guarded) * 2 > width else line.split(delimiter))
            continue
        if '"' not in line:
            yield _Row(number, line.split(delimiter))
            continue
        cells = _quoted([line], delimiter)
        joined = index
        while cells is None and joined < min(index + _JOINED_LINES, len(lines)):
            joined += 1
            cells = _quoted(lines[index - 1 : joined], delimiter)
            if cells is not None and len(cells) > width:
                cells = None
        if cells is None:
            yield _Row(number, line.split(delimiter), None, True)
            continue
        index = max(index, joined) if len(cells) > 1 else index
        yield _Row(number, cells)


def _quoted(lines: Sequence[str], delimiter: str) -> list[str] | None:
    try:
        rows = list(csv.reader([f"{line}\n" for line in lines], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _read(
    name: str,
    header: _Header,
    titles: Sequence[str],
    rows: Iterable[_Row],
    encoding: str,
    sha256: str,
    tell: Progress,
) -> StatementFile:
    chosen = header.format
    labels = {role: chosen.columns[role][0] for role in chosen.columns}
    cells = Cells(header.places, labels)
    ends = frozenset(map(folded_name, chosen.ends))
    width = len(header.names)
    filled = max((index + 1 for index, one in enumerate(header.names) if one), default=width)
    lines: list[StatementLine] = []
    problems: list[LineProblem] = []
    account = ""
    account_place = header.places.get("account")
    for count, row in enumerate(rows):
        if count % _STEP == 0:
            tell(count, 0)
        first = plain(row.cells[0])
        if not first[:1].isdigit():  # times and numbers begin lines, everything else may be none
            folded = folded_name(first)
            if folded in ends:
                break
            if _is_footer(first, row.cells):
                continue
            if folded == header.names[0] and len(row.cells) >= filled:
                continue  # the header again: files that were put together
        if row.is_broken:
            problems.append(_broken(row.line))
            continue
        if not filled <= len(row.cells) <= width or any(cell.strip() for cell in row.cells[filled:]):
            problems.append(_wrong_width(row.line, len(row.cells), filled))
            continue
        cells.turn_to(row.line, row.cells, row.flaws)
        try:
            lines.append(chosen.read(cells))
        except CellError as error:
            field = str(error.facts.get("field", ""))
            en, zh = f"Line {row.line}, {field}: {error.en}.", f"第 {row.line} 行“{field}”：{error.zh}。"
            problems.append(LineProblem(row.line, field, en, zh))
        if not account and account_place is not None and account_place < len(row.cells):
            account = plain(row.cells[account_place])
    told = "\n".join(titles)
    from_at, to_at = _period(told, lines)
    stated_account = _ACCOUNT.search(told)
    stated_count = _COUNT.search(told)
    return StatementFile(
        source=name,
        format=chosen,
        account=masked(plain(stated_account[1]) if stated_account else account),
        encoding=encoding,
        sha256=sha256,
        from_at=from_at,
        to_at=to_at,
        stated_count=int(stated_count[1]) if stated_count else None,
        lines=tuple(lines),
        problems=tuple(problems),
    )


def masked(account: str) -> str:
    """An account so that its owner knows it and nobody else: ``2088****0156``, ``x****@gmail.com``."""
    name, at, host = account.partition("@")
    if at:
        return f"{name[:1]}****@{host}"
    if len(name) >= 8:
        return f"{name[:4]}****{name[-4:]}"
    return f"{name[:1]}****" if name else ""


def _is_footer(first: str, cells: Sequence[str]) -> bool:
    """Whether a row is no line: blank, a rule of dashes, a comment, or a sentence below the table."""
    if first.startswith(("#", "----")):
        return True
    filled = sum(1 for cell in cells if cell.strip())
    return filled == 0 or (filled <= 2 and _FOOTER.match(first) is not None)


def _period(titles: str, lines: Sequence[StatementLine]) -> tuple[datetime | None, datetime | None]:
    """What the file says of its period, else the days of its first and its last line."""
    found = _PERIOD.search(titles)
    if found:
        try:
            start, end = (read_time(plain(text), PLATFORM_ZONE) for text in found.groups())
        except CellError:
            pass  # a period in other words; the lines tell it as well
        else:
            if start <= end:
                return start, end
    if not lines:
        return None, None
    first = min(line.at for line in lines).astimezone(PLATFORM_ZONE)
    last = max(line.at for line in lines).astimezone(PLATFORM_ZONE)
    return (
        first.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC),
        last.replace(hour=23, minute=59, second=59, microsecond=0).astimezone(UTC),
    )


# ---- refusals


def _stop_if(cancelled: Cancelled | None) -> None:
    if cancelled is not None and cancelled():
        raise CancelledError("The import was cancelled; nothing was imported.", "已取消导入，没有导入任何内容。")


def _broken(line: int) -> LineProblem:
    return LineProblem(
        line,
        "",
        f"Line {line}: a quotation mark is opened and not closed properly.",
        f"第 {line} 行的引号没有正确成对。",
    )


def _wrong_width(line: int, found: int, expected: int) -> LineProblem:
    return LineProblem(
        line,
        "",
        f"Line {line}: {found} columns instead of {expected}.",
        f"第 {line} 行有 {found} 列，应为 {expected} 列。",
    )


def _unknown(name: str, lines: Sequence[Sequence[str]], encoding: str) -> BadInputError:
    """Why a file is not taken: a column is missing, it is the file of sums, or something else entirely."""
    if any(_SUMMARY in cell for cells in lines for cell in cells[:1]):
        return BadInputError(
            "{file} holds the sums only; import the file with the details (明细).",
            "{file} 是汇总账单；请导入明细账单。",
            file=name,
        )
    nearest: tuple[int, StatementFormat, str] | None = None
    for cells in lines:
        names = [folded_name(plain(cell).removeprefix("#")) for cell in cells]
        for one in FORMATS:
            places = _places(one, names)
            missing = [role for role in one.required if role not in places]
            if missing and len(places) >= 4 and (nearest is None or len(places) > nearest[0]):
                nearest = len(places), one, one.columns[missing[0]][0]
    if nearest is not None:
        return BadInputError(
            "{file} looks like “{format_en}”, but the column {column} is missing; download it again with all columns.",
            "{file} 像是{format_zh}，但缺少“{column}”列；请重新下载完整的账单。",
            file=name,
            format_en=nearest[1].en,
            format_zh=nearest[1].zh,
            column=nearest[2],
        )
    return BadInputError(
        "{file} is no statement of Alipay or WeChat Pay: read as {encoding}, none of its first {limit} lines names the "
        "columns of one. Import the file as it was downloaded (CSV, TXT, XLSX or the merchant centre's ZIP).",
        "{file} 不是支付宝或微信支付的账单：按 {encoding} 读取，前 {limit} 行中没有账单的列名。"
        "请导入下载的原始文件（CSV、TXT、XLSX 或商家中心的 ZIP）。",
        file=name,
        encoding=encoding,
        limit=HEADER_WITHIN,
    )
