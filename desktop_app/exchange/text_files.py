"""Text files from strangers: opened safely, decoded strictly, split only where a line really ends.

Nothing here guesses silently. An encoding that is only likely is reported as such, so that the merchant confirms it
after a look at the preview; whatever is no text is refused in one sentence.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from desktop_app.domain.errors import BadInputError, ConflictError, NotFoundError, ShopError

MAX_FILE_BYTES: Final = 512 * 1024 * 1024
MAX_LINE_BYTES: Final = 4096
MAX_LINES: Final = 3_000_000
_BLOCK_BYTES: Final = 1024 * 1024

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all; may raise CancelledError to stop."""


class Encoding(StrEnum):
    UTF_8 = "utf-8"
    UTF_8_BOM = "utf-8-sig"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    GB18030 = "gb18030"


class NewlineKind(StrEnum):
    NONE = "none"
    LF = "lf"
    CRLF = "crlf"
    CR = "cr"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class TextFile:
    """A decoded file. ``lines`` holds every line without its end; the line number of ``lines[i]`` is ``i + 1``."""

    name: str
    lines: list[str]
    encoding: Encoding
    needs_confirmation: bool
    """The encoding is only likely: show a preview and let the merchant say so."""
    newline: NewlineKind
    sha256: str
    """Hex digest of the bytes of the file; empty for text that never was a file."""
    size: int
    """Bytes."""


_BOMS: Final = (
    (codecs.BOM_UTF8, Encoding.UTF_8_BOM),
    (codecs.BOM_UTF16_LE, Encoding.UTF_16_LE),
    (codecs.BOM_UTF16_BE, Encoding.UTF_16_BE),
)
_OTHER_NAMES: Final = {"utf8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030"}
_KNOWN_BINARIES: Final = (
    (b"PK\x03\x04", "an Excel or ZIP file", " Excel 或 ZIP 文件"),
    (b"\x1f\x8b", "a compressed file (gzip)", "压缩文件（gzip）"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file (7z)", "压缩文件（7z）"),
    (b"Rar!\x1a\x07", "a compressed file (RAR)", "压缩文件（RAR）"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Excel or Word file", "旧版或加密的 Excel 或 Word 文件"),
    (b"%PDF-", "a PDF", " PDF 文件"),
    (b"\x89PNG\r\n", "a picture", "图片"),
    (b"\xff\xd8\xff", "a picture", "图片"),
    (b"GIF89a", "a picture", "图片"),
    (b"SQLite format 3\x00", "a database", "数据库文件"),
)
# what GB18030 gives for bytes that are something else: private use, unassigned ends, C1 controls
_GARBAGE: Final = re.compile("[\x80-\x9f\ue000-\uf8ff\ufff9-\uffff\U000f0000-\U0010ffff]")
_NOT_ASCII: Final = re.compile("[^\x00-\x7f]+")
_NO_TEXT_HAS: Final = re.compile(b"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# what web panels call Excel: the page of the table, or its XML
_PAGE: Final = re.compile(
    rb"\s*(?:<!doctype html|<html[\s>].*<(?:table|body|head)[\s>]|<table[\s>].*<t[dhr][\s>]"
    rb"|<\?xml .*<(?:\w+:)?workbook[\s>])",
    re.IGNORECASE | re.DOTALL,
)


def open_regular(path: Path, *, follow_links: bool = True) -> BinaryIO:
    """Open a regular file for reading; a folder, pipe, device (or, on request, a link) is refused without waiting."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    if not follow_links:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BadInputError(
            "{file} is not a regular file; choose a text or CSV file.",
            "{file} 不是普通文件，请选择文本或 CSV 文件。",
            file=path.name,
        )
    return os.fdopen(descriptor, "rb")


def read_text_file(
    path: Path,
    *,
    encoding: str | None = None,
    max_bytes: int = MAX_FILE_BYTES,
    max_line_bytes: int = MAX_LINE_BYTES,
    max_lines: int = MAX_LINES,
    progress: Progress | None = None,
) -> TextFile:
    """Read and decode a whole text file.

    Without ``encoding`` the order is: byte order mark, strict UTF-8, then GB18030 (which asks for confirmation). A byte
    order mark always wins. Raises BadInputError (no text, too large, a line over ``max_line_bytes`` bytes, more than
    ``max_lines`` lines) and ConflictError when the file changes meanwhile.
    """
    with open_regular(path) as file:
        before = os.fstat(file.fileno())
        if before.st_size > max_bytes:
            raise BadInputError(
                "{file} is larger than {limit} MB; split it.",
                "{file} 超过 {limit} MB，请拆分后再导入。",
                file=path.name,
                limit=max_bytes // 1024 // 1024,
            )
        reader = _Reader(file, path.name, max_line_bytes, max_lines, max_bytes, progress, before.st_size)
        decoded = _decoded(reader, encoding)
        after = os.fstat(file.fileno())
    if _identity(before) != _identity(after) or decoded.size != after.st_size:
        raise _changed(path.name)
    return decoded


def decode_text(name: str, data: bytes, *, max_line_bytes: int = MAX_LINE_BYTES) -> TextFile:
    """The same for bytes that were read already."""
    return _decoded(_Reader(io.BytesIO(data), name, max_line_bytes, MAX_LINES, len(data), None, len(data)), None)


def from_text(name: str, text: str, *, max_lines: int = MAX_LINES) -> TextFile:
    """Pasted text as if it had been read from a file called ``name``."""
    splitter = _Splitter()
    lines = splitter.feed(text.removeprefix("\ufeff"), final=True)
    if len(lines) > max_lines:
        raise _too_many(name, max_lines)
    return TextFile(name, lines, Encoding.UTF_8, False, splitter.newline, "", len(text.encode("utf-8", "replace")))


def require_unchanged(path: Path, sha256: str) -> None:
    """Raise ConflictError unless the file still has the digest that its preview showed."""
    digest = hashlib.sha256()
    with open_regular(path) as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    if digest.hexdigest() != sha256:
        raise _changed(path.name)


class _Splitter:
    """Cuts text at LF, CRLF and CR (and nowhere else), and counts which of them it met."""

    def __init__(self) -> None:
        self._rest = ""
        self._lf = self._crlf = self._cr = 0

    @property
    def rest(self) -> str:
        """The beginning of a line whose end has not come yet."""
        return self._rest.removesuffix("\r")

    @property
    def newline(self) -> NewlineKind:
        met = [
            kind
            for kind, count in (
                (NewlineKind.LF, self._lf),
                (NewlineKind.CRLF, self._crlf),
                (NewlineKind.CR, self._cr),
            )
            if count
        ]
        return NewlineKind.NONE if not met else met[0] if len(met) == 1 else NewlineKind.MIXED

    def feed(self, text: str, *, final: bool) -> list[str]:
        text = self._rest + text
        held = ""
        if text.endswith("\r") and not final:
            text, held = text[:-1], "\r"  # its LF may come with the next block
        if "\r" in text:
            crlf = text.count("\r\n")
            self._crlf += crlf
            self._cr += text.count("\r") - crlf
            self._lf -= crlf
            text = text.replace("\r\n", "\n")
            self._lf -= text.count("\r")
            text = text.replace("\r", "\n")
        lines = text.split("\n")
        self._lf += len(lines) - 1
        self._rest = lines.pop() + held
        if final and self._rest:
            lines.append(self._rest)
            self._rest = ""
        return lines


class _Reader:
    """One file, read in blocks with every limit watched; remembers digest, size and newline kind of the last pass."""

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        max_line_bytes: int,
        max_lines: int,
        max_bytes: int,
        progress: Progress | None,
        expected_size: int,
    ) -> None:
        self._file = file
        self.name = name
        self._max_line_bytes = max_line_bytes
        self._max_lines = max_lines
        self._max_bytes = max_bytes
        self._progress = progress
        self._expected_size = expected_size
        self.size = 0
        self.sha256 = ""
        self.newline = NewlineKind.NONE
        self.broken_line = 0
        """On which line the last pass met bytes of another encoding."""

    def head(self) -> bytes:
        """The first bytes, read anew: no more than a line may have, so that one endless line costs nothing."""
        self._file.seek(0)
        return self._file.read(self._max_line_bytes + 1)

    def read(self, head: bytes, encoding: Encoding) -> list[str]:
        """All lines; ``head`` was read already. Raises UnicodeDecodeError for bytes of another encoding."""
        decoder = codecs.getincrementaldecoder(encoding.value)("strict")
        splitter = _Splitter()
        digest = hashlib.sha256()
        lines: list[str] = []
        self.size = 0
        block = head
        skip = 2 if encoding in (Encoding.UTF_16_LE, Encoding.UTF_16_BE) and _has_utf16_mark(head) else 0
        while True:
            digest.update(block)
            self.size += len(block)
            if self.size > self._max_bytes:
                raise _changed(self.name)  # it was smaller when it was opened
            try:
                text = decoder.decode(block[skip:], final=not block)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].replace(b"\r\n", b"\n")
                self.broken_line = len(lines) + 1 + before.count(b"\n") + before.count(b"\r")
                raise
            skip = 0
            new = splitter.feed(text, final=not block)
            self._check_lengths(new, len(lines))
            if len(splitter.rest) > self._max_line_bytes:
                raise too_long(self.name, len(lines) + len(new) + 1, self._max_line_bytes)
            lines += new
            if len(lines) > self._max_lines:
                raise _too_many(self.name, self._max_lines)
            if self._progress:
                self._progress(self.size, self._expected_size)
            if not block:
                break
            block = self._file.read(_BLOCK_BYTES)
        self.sha256 = digest.hexdigest()
        self.newline = splitter.newline
        return lines

    def _check_lengths(self, lines: list[str], before: int) -> None:
        if max(map(len, lines), default=0) * 4 <= self._max_line_bytes:
            return
        for index, line in enumerate(lines):
            if len(line) * 4 > self._max_line_bytes and len(line.encode("utf-8", "replace")) > self._max_line_bytes:
                raise too_long(self.name, before + index + 1, self._max_line_bytes)


def _decoded(reader: _Reader, encoding: str | None) -> TextFile:
    name = reader.name
    chosen = _chosen_encoding(encoding)
    head = reader.head()
    found = _detect(name, head, chosen) or chosen
    used = found or Encoding.UTF_8
    try:
        lines = reader.read(head, used)
    except UnicodeDecodeError as error:
        if found is not None:
            raise _undecodable(name, found) from error
        used = Encoding.GB18030
        lines = _read_gb18030(reader, head, reader.broken_line)
    if used is Encoding.GB18030:
        _refuse_garbage(name, lines, guessed=chosen is None)
    return TextFile(
        name=name,
        lines=lines,
        encoding=used,
        needs_confirmation=used is Encoding.GB18030 and chosen is None,
        newline=reader.newline,
        sha256=reader.sha256,
        size=reader.size,
    )


def _read_gb18030(reader: _Reader, head: bytes, broken_line: int) -> list[str]:
    """``broken_line``: the one that is no UTF-8."""
    try:
        lines = reader.read(reader.head(), Encoding.GB18030)
    except UnicodeDecodeError as error:
        if _NO_TEXT_HAS.search(head):
            raise _not_text(reader.name) from error
        raise BadInputError(
            "{file} is not a text file in UTF-8 or GB18030: line {line} is damaged, cut off or in another encoding; "
            "correct it, or save the file as UTF-8.",
            "{file} 不是 UTF-8 或 GB18030 文本文件：第 {line} 行已损坏、被截断或编码不同，请修正该行，或另存为 UTF-8。",
            file=reader.name,
            line=broken_line,
        ) from error
    # UTF-16 without a mark has one in at least every second line; a few stray ones are for their lines alone
    if 2 * sum("\x00" in line for line in lines) >= len(lines):
        raise _not_text(reader.name)
    return lines


def _refuse_garbage(name: str, lines: list[str], *, guessed: bool) -> None:
    """Refuse bytes that GB18030 can decode but that are something else, Big5 above all."""
    sample = ""
    for line in lines:
        if line.isascii():
            continue
        if _GARBAGE.search(line):
            raise _garbled(name)
        if guessed and len(sample) < 20_000:
            sample += "".join(_NOT_ASCII.findall(line))
    if not sample:
        return
    common = len(sample.encode("gb2312", "ignore").decode("gb2312"))
    if common * 10 < len(sample) * 6 and _reads_as_big5(sample):
        raise _garbled(name)


def _reads_as_big5(sample: str) -> bool:
    """Whether the same bytes are common Traditional Chinese characters (Big5 rows A4-C6)."""
    try:
        data = sample.encode("gb18030")
        data.decode("big5")
    except UnicodeError:
        return False
    leads = data[0::2]
    return sum(0xA1 <= lead <= 0xC6 for lead in leads) * 10 >= len(leads) * 8


def _detect(name: str, head: bytes, chosen: Encoding | None) -> Encoding | None:
    """The encoding that the first bytes prove, or None; refuses what they prove to be no text."""
    if not head:
        raise BadInputError("{file} is empty.", "{file} 是空文件。", file=name)
    for magic, kind_en, kind_zh in _KNOWN_BINARIES:
        if head.startswith(magic):
            raise BadInputError(
                "{file} is {kind_en}, not text; save it as CSV (UTF-8) or text first.",
                "{file} 是{kind_zh}，不是文本，请先另存为 CSV（UTF-8）或文本文件。",
                file=name,
                kind_en=kind_en,
                kind_zh=kind_zh,
            )
    if _PAGE.match(head.removeprefix(codecs.BOM_UTF8)):
        raise BadInputError(
            "{file} is a web page or XML, although its name may say Excel; open it in a spreadsheet and save it as "
            ".xlsx or CSV (UTF-8).",
            "{file} 其实是网页或 XML（即使扩展名是 Excel），请用表格软件打开后另存为 .xlsx 或 CSV（UTF-8）。",
            file=name,
        )
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            if encoding is Encoding.UTF_16_LE and head[2:4] == b"\x00\x00":
                raise _not_text(name)  # UTF-32
            return encoding
    if chosen in (Encoding.UTF_16_LE, Encoding.UTF_16_BE):
        return None
    nuls = head.count(0)
    if nuls and _looks_like_utf16(head):
        raise BadInputError(
            "{file} looks like UTF-16 without a byte order mark; save it as UTF-8.",
            "{file} 像是没有 BOM 的 UTF-16 文件，请另存为 UTF-8。",
            file=name,
        )
    if nuls * 4 > len(head):
        raise _not_text(name)
    return None


def _looks_like_utf16(head: bytes) -> bool:
    for nul_at, end in ((1, b"\n\x00"), (0, b"\x00\n")):
        halves = head[nul_at::2]
        if halves and halves.count(0) * 10 >= len(halves) * 3 and head.count(b"\n") == head.count(end):
            return head[1 - nul_at :: 2].count(0) * 10 < len(halves)
    return False


def _has_utf16_mark(head: bytes) -> bool:
    return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _chosen_encoding(encoding: str | None) -> Encoding | None:
    if encoding is None:
        return None
    wanted = encoding.strip().lower().replace("_", "-")
    try:
        return Encoding(_OTHER_NAMES.get(wanted, wanted))
    except ValueError as error:
        raise BadInputError(
            "The encoding {encoding} is not supported; choose one of {known}.",
            "不支持编码 {encoding}，可选：{known}。",
            encoding=encoding,
            known=", ".join(Encoding),
        ) from error


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _unreadable(path: Path, error: OSError) -> ShopError:
    if isinstance(error, FileNotFoundError):
        return NotFoundError("The file {file} does not exist.", "文件 {file} 不存在。", file=path.name)
    return BadInputError(
        "{file} cannot be read: {why}.",
        "无法读取 {file}：{why}。",
        file=path.name,
        why=error.strerror or type(error).__name__,
    )


def _changed(name: str) -> ConflictError:
    return ConflictError(
        "{file} changed while it was being imported; nothing was imported. Try again.",
        "导入过程中 {file} 发生了变化，未导入任何内容，请重试。",
        file=name,
    )


def too_long(name: str, line: int, limit: int = MAX_LINE_BYTES) -> BadInputError:
    """What a line of more than ``limit`` bytes is refused with."""
    return BadInputError(
        "{file}, line {line}: longer than {limit} bytes; put one entry on each line.",
        "{file} 第 {line} 行超过 {limit} 字节，请每行只放一条。",
        file=name,
        line=line,
        limit=limit,
    )


def _too_many(name: str, limit: int) -> BadInputError:
    return BadInputError(
        "{file} has more than {limit} lines; split it.",
        "{file} 超过 {limit} 行，请拆分后再导入。",
        file=name,
        limit=f"{limit:,}",
    )


def _not_text(name: str) -> BadInputError:
    return BadInputError(
        "{file} is not a text file; choose a text or CSV file in UTF-8.",
        "{file} 不是文本文件，请选择 UTF-8 编码的文本或 CSV 文件。",
        file=name,
    )


def _undecodable(name: str, encoding: Encoding) -> BadInputError:
    return BadInputError(
        "{file} is not valid {encoding}; choose another encoding or save it as UTF-8.",
        "{file} 不是有效的 {encoding} 文本，请换一种编码，或另存为 UTF-8。",
        file=name,
        encoding=encoding.value,
    )


def _garbled(name: str) -> BadInputError:
    return BadInputError(
        "{file} turns into garbled characters when read as GB18030 (it may be Big5); save it as UTF-8.",
        "{file} 按 GB18030 读取会出现乱码（可能是 Big5），请另存为 UTF-8。",
        file=name,
    )
