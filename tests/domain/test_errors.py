"""What the system says about a file reaches a Chinese merchant in Chinese."""

from __future__ import annotations

import errno
import os

import pytest

from desktop_app.domain.errors import StorageError


@pytest.mark.parametrize(
    "code", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.ENOENT, errno.EISDIR, errno.EIO, errno.EBUSY]
)
def test_the_words_of_the_system_are_chinese_in_the_chinese_sentence(code: int) -> None:
    words = os.strerror(code)
    error = StorageError("{file}: {reason}", "{file}：{reason}", file="Permission.csv", reason=words)
    assert error.en == f"Permission.csv: {words}"
    if os.name == "posix":
        assert words not in error.zh
    assert error.zh.startswith("Permission.csv：")


def test_other_facts_stay_as_they_are() -> None:
    error = StorageError("{count} {name}", "{count} {name}", count=3, name="Steam 钱包")
    assert error.zh == error.en == "3 Steam 钱包"
