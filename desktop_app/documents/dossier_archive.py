"""The archive of a dossier: safe names, a fixed order, a manifest with the SHA-256 of every member.

Members are written as they come, so that no more than one file is in memory. Equal contents give equal bytes.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from zoneinfo import ZoneInfo

from desktop_app.domain.file_names import safe_name

MANIFEST = "manifest.json"
MANIFEST_FORMAT = "kamidesk.dossier-manifest.1"
_CHUNK = 1 << 20
_LONGEST_NAME = 120  # bytes of UTF-8: with folder and number still below the 255 of common file systems


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive."""

    name: str
    size: int
    sha256: str


class DossierArchive:
    """Writes a ZIP at ``path``; as a context manager it is complete at the end of the block."""

    def __init__(self, path: Path, made_at: datetime, time_zone: str) -> None:
        local = made_at.astimezone(ZoneInfo(time_zone))
        # ZIP keeps even seconds from 1980 on, without a zone
        self._stamp = (max(local.year, 1980), local.month, local.day, local.hour, local.minute, local.second // 2 * 2)
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self.members: list[Member] = []

    def __enter__(self) -> DossierArchive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def add(self, name: str, content: bytes, *, packed: bool = True) -> Member:
        """Add a member; ``packed`` False for what is compressed already. ``name`` is used as it is: see
        :func:`member_name`."""
        info = self._info(name, packed=packed)
        info.file_size = len(content)
        with self._zip.open(info, "w") as stream:
            for start in range(0, len(content), _CHUNK):
                stream.write(content[start : start + _CHUNK])
        member = Member(name, len(content), hashlib.sha256(content).hexdigest())
        self.members.append(member)
        return member

    def add_file(self, name: str, path: Path) -> Member:
        """Add the file at ``path`` as a packed member, a piece at a time."""
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as source, self._zip.open(self._info(name, packed=True), "w", force_zip64=True) as stream:
            while piece := source.read(_CHUNK):
                stream.write(piece)
                digest.update(piece)
                size += len(piece)
        member = Member(name, size, digest.hexdigest())
        self.members.append(member)
        return member

    def _info(self, name: str, *, packed: bool) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._stamp)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.create_system = 3
        info.external_attr = 0o100644 << 16
        return info

    def add_manifest(self, dossier_no: str, made_at: datetime, problems: Sequence[tuple[str, str, str]] = ()) -> None:
        """Add the list of all members so far; ``problems`` are (name, SHA-256, state) of files that could not be put
        in."""
        manifest = {
            "format": MANIFEST_FORMAT,
            "dossier_no": dossier_no,
            "made_at": made_at.isoformat(timespec="seconds"),
            "members": [{"name": item.name, "size": item.size, "sha256": item.sha256} for item in self.members],
            "not_attached": [{"name": name, "sha256": sha256, "state": state} for name, sha256, state in problems],
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
        self.add(MANIFEST, text.encode("utf-8", "backslashreplace") + b"\n")


def member_name(folder: str, number: str, name: str) -> str:
    """The place of a buyer's file in the archive: ``folder/number-name``, whatever the buyer called it.

    No path, no control or direction mark, nothing that Windows reserves, and never longer than a file system takes. The
    number makes it unique.
    """
    shown = safe_name(name, _LONGEST_NAME)
    return f"{folder}/{number}-{shown}" if shown else f"{folder}/{number}"
