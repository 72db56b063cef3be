"""What every command shares: the options in front of it, the shop, the password, and how it says things."""

from __future__ import annotations

import codecs
import io
import json
import locale
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from desktop_app.domain.errors import BadInputError, LockedError

if TYPE_CHECKING:  # annotations only; at run time the commands import what they need
    from desktop_app.services import Shop

DONE, REFUSED, WRONG_USAGE = 0, 1, 2
LARGEST_ID = 2**63 - 1
"""SQLite numbers rows up to here; a command that is given more is wrong usage."""

_Content = TypeVar("_Content", bytes, str)


@dataclass(slots=True)
class Session:
    """The options in front of the sub-command."""

    data_dir: Path
    password_file: Path | None
    language: str

    def say(self, en: str, zh: str) -> None:
        typer.echo(zh if self.language == "zh" else en)

    @contextmanager
    def shop(self, *, unlocked: bool) -> Iterator[Shop]:
        """The shop, open for one command."""
        from desktop_app.services import Shop

        shop = Shop.open(self.data_dir)
        try:
            if unlocked:
                self.unlock(shop)
            yield shop
        finally:
            shop.close()

    def unlock(self, shop: Shop) -> None:
        """Open the vault by itself where it does, else with the password."""
        if not shop.unlock_automatically():
            shop.unlock(self.password())

    def password(self, en: str = "Password", zh: str = "密码") -> str:
        """The password, from wherever the merchant chose to give it; ``en`` and ``zh`` ask for it in the terminal."""
        if self.password_file is not None:
            return first_line(self.password_file)
        given = os.environ.get("KAMIDESK_PASSWORD")
        if given is not None:
            return given
        if not sys.stdin.isatty():
            raise LockedError(
                "The shop is locked: give the password with --password-file FILE or in KAMIDESK_PASSWORD.",
                "店铺已锁定：请用 --password-file 文件 或环境变量 KAMIDESK_PASSWORD 提供密码。",
            )
        return self.ask_secret(en, zh)

    def ask_secret(self, en: str, zh: str, **options: Any) -> str:
        """Ask for something that nobody should see being typed."""
        suffix = "：" if self.language == "zh" else ": "
        text = zh if self.language == "zh" else en
        return str(typer.prompt(text, hide_input=True, prompt_suffix=suffix, **options))


@contextmanager
def interrupted() -> Iterator[threading.Event]:
    """Set by Ctrl+C, so that long work ends by its own way out: what was begun is finished, or undone as a whole."""
    stop = threading.Event()
    before = signal.signal(signal.SIGINT, lambda _number, _frame: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def tell_of_import(session: Session, preview: Any, count: int, dry_run: bool, noun: tuple[str, str]) -> None:
    for line in preview.lines:
        if not line.ok:
            typer.echo(line.zh if session.language == "zh" else line.en, err=True)
    would_en, would_zh = ("would be ", "将") if dry_run else ("", "已")
    session.say(
        f"{count} {noun[0]} {would_en}imported, {preview.duplicate_count} already there, "
        f"{preview.problem_count} lines with problems.",
        f"{would_zh}导入{noun[1]} {count} 条，已存在 {preview.duplicate_count} 条，有问题 {preview.problem_count} 行。",
    )
    raise typer.Exit(REFUSED if preview.problem_count else DONE)


def require_confirmed(preview: Any, file: Path, encoding: str) -> None:
    """:class:`BadInputError` when the encoding of ``file`` is a guess that nobody has confirmed."""
    if preview.needs_confirmation and not encoding:
        raise BadInputError(
            "{file} seems to be GB18030; look at it in the window, or say --encoding gb18030.",
            "{file} 似乎是 GB18030 编码；请在窗口中预览确认，或加上 --encoding gb18030。",
            file=file,
        )


def progress_told() -> Callable[[int, int], None] | None:
    """On a terminal how far it is, on its error output; elsewhere nothing."""
    if not sys.stderr.isatty():
        return None

    def tell(done: int, total: int) -> None:
        typer.echo(f"\r{done:,} / {total:,}", err=True, nl=done >= total)

    return tell


def print_json(value: object, indent: int | None = 2) -> None:
    # standard output may be a pipe of any encoding; JSON stays exact when it is UTF-8
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def read_bytes(path: Path) -> bytes:
    return readable(path, Path.read_bytes)


def read_text(path: Path) -> str:
    return readable(path, lambda file: file.read_text("utf-8-sig"))


def first_line(path: Path) -> str:
    """The first line of a file, such as a password."""
    return read_text(path).split("\n", 1)[0].rstrip("\r")


def readable(path: Path, read: Callable[[Path], _Content]) -> _Content:
    try:
        return read(path)
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{path}: not UTF-8 text") from None
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror or 'cannot be read'}") from None


def unit_id(shop: Shop, order_no: str, ref: str) -> int:
    """The unit of an order that the merchant calls ``ref``; :class:`BadInputError` when it has none."""
    for line in shop.orders.by_number(order_no).units:
        if line.ref == ref:
            return line.id
    raise BadInputError(
        "Order {order_no} has no unit {unit}.", "订单 {order_no} 没有单件 {unit}。", order_no=order_no, unit=ref
    )


def moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise typer.BadParameter(f"{text}: write it like 2026-11-22T10:30:00+08:00")
    return at


def never_stop_at_a_character() -> None:
    """Standard output may be a pipe or a file in GBK, which has neither ``¥`` nor a buyer's emoji: say it otherwise.

    Else a command would end in the middle of what it tells, when its work is done and a key or a recovery code with it.
    """
    codecs.register_error("kamidesk", _said_otherwise)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="kamidesk")


def _said_otherwise(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].replace("¥", "\uffe5")
    return text.encode(error.encoding, "backslashreplace"), error.end


def language() -> str:
    chosen = os.environ.get("KAMIDESK_LANGUAGE") or locale.getlocale()[0] or os.environ.get("LANG", "")
    return "zh" if chosen.lower().startswith(("zh", "chinese")) else "en"
