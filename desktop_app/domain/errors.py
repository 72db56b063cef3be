"""Errors whose text reaches a merchant.

Every refusal is one sentence in both languages, written where it is raised, so that neither a front end nor a
translation file can lag behind. Anything that is not a :class:`ShopError` is a bug.
"""

from __future__ import annotations

from typing import Final

# what the system says when a file cannot be read or written; it says so in English on most of them
_SYSTEM_WORDS: Final = {
    "Bad file descriptor": "文件已关闭",
    "Device or resource busy": "设备或文件正忙",
    "Directory not empty": "文件夹不是空的",
    "Disk quota exceeded": "磁盘配额已满",
    "File exists": "文件已存在",
    "File name too long": "文件名太长",
    "File too large": "文件太大",
    "Input/output error": "磁盘读写出错",
    "Invalid argument": "名称或位置无效",
    "Is a directory": "这是文件夹，不是文件",
    "No space left on device": "磁盘已满",
    "No such file or directory": "文件或文件夹不存在",
    "Not a directory": "路径中有一处不是文件夹",
    "Operation not permitted": "系统不允许此操作",
    "Permission denied": "没有权限",
    "Read-only file system": "磁盘为只读",
    "Stale file handle": "网络磁盘已断开",
    "Text file busy": "文件正被使用",
    "Too many open files": "打开的文件太多",
}


class ShopError(Exception):
    """A refusal that a merchant can act on: what is wrong, where, and what to do.

    ``en`` and ``zh`` are ``str.format`` templates that share the named ``facts``; buyers' text belongs into the
    facts, never into the templates.
    """

    def __init__(self, en: str, zh: str, **facts: object) -> None:
        self.en = en.format(**facts)
        self.zh = zh.format(**{name: _in_chinese(fact) for name, fact in facts.items()})
        self.facts = facts
        super().__init__(self.en)

    def text(self, language: str) -> str:
        """The sentence in ``language`` (``zh...`` is Chinese, everything else English)."""
        return self.zh if language.lower().startswith("zh") else self.en


def _in_chinese(fact: object) -> object:
    return _SYSTEM_WORDS.get(fact, fact) if isinstance(fact, str) else fact


class BadInputError(ShopError):
    """A value or a file cannot be used; names file, line and field where there are any."""


class NotFoundError(ShopError):
    """The thing asked for is not in this shop."""


class RefusedError(ShopError):
    """A rule of the domain forbids the step."""


class ConflictError(ShopError):
    """Something changed meanwhile: look again and repeat."""


class LockedError(ShopError):
    """Card keys and buyers' data are sealed: unlock the shop first."""


class StorageError(ShopError):
    """The shop file or folder cannot be used: in use, newer, damaged, full, or on a network drive."""


class BusyError(StorageError):
    """Somebody else is writing to the shop. Nothing was begun, so that the same step may be taken again as it is."""


class DamagedError(StorageError):
    """The shop file cannot be read as it stands: a backup can be restored, or what is left of it salvaged."""


class CancelledError(ShopError):
    """The merchant cancelled a long piece of work; nothing of it was kept."""
