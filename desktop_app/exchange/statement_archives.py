"""The archive in which a merchant centre hands out a statement: bounded in size, its names in any encoding."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from desktop_app.domain.errors import BadInputError
from desktop_app.exchange.text_files import open_regular

MAX_ZIP_BYTES: Final = 64 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 512 * 1024 * 1024
_MAX_PARTS: Final = 50


@dataclass(frozen=True, slots=True)
class StatementArchive:
    """A ZIP as it was read."""

    name: str
    sha256: str
    _data: bytes = field(repr=False)

    def texts(self) -> Iterator[tuple[str, bytes]]:
        """Name and bytes of each .csv and .txt; :class:`BadInputError` when damaged, too large or under a password."""
        name = self.name
        try:
            with zipfile.ZipFile(io.BytesIO(self._data)) as archive:
                parts = [part for part in archive.infolist() if not part.is_dir()]
                if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                    raise _too_large(name)
                for part in parts:
                    inner = _part_name(part)
                    if not inner.casefold().endswith((".csv", ".txt")):
                        continue
                    if part.flag_bits & 1:
                        raise BadInputError(
                            "{file} is protected by a password; unpack it with the password that the channel sent you, "
                            "then import the file inside.",
                            "{file} 有密码保护；请用支付平台发给您的密码解压，再导入其中的文件。",
                            file=name,
                        )
                    with archive.open(part) as stream:
                        content = stream.read(MAX_UNPACKED_BYTES + 1)
                    if len(content) > MAX_UNPACKED_BYTES:
                        raise _too_large(name)
                    yield inner, content
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError) as error:
            raise BadInputError(
                "{file} is damaged; download it again.", "{file} 已损坏，请重新下载。", file=name
            ) from error


def read_archive(path: Path) -> StatementArchive:
    """:class:`BadInputError` when the file is too large."""
    with open_regular(path) as file:
        data = file.read(MAX_ZIP_BYTES + 1)
    if len(data) > MAX_ZIP_BYTES:
        raise _too_large(path.name)
    return StatementArchive(path.name, hashlib.sha256(data).hexdigest(), data)


def _part_name(part: zipfile.ZipInfo) -> str:
    """The channels write Chinese names without saying so."""
    if part.flag_bits & 0x800:
        return part.filename
    try:
        return part.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return part.filename


def _too_large(name: str) -> BadInputError:
    return BadInputError(
        "{file} unpacks to more than {limit} MB; download a shorter period.",
        "{file} 解压后超过 {limit} MB，请下载较短时间段的账单。",
        file=name,
        limit=MAX_UNPACKED_BYTES // 1024 // 1024,
    )
