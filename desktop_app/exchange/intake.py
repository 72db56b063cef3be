"""The drop folder: requests arrive as files, and none is lost, taken twice or able to stop the others.

::

    in/    writers put NAME.json or NAME.csv here: written as .NAME.tmp and renamed, or simply copied
    work/  claimed: renamed away from the writer under a unique name that keeps the time of the claim
    done/  taken
    bad/   not taken, each with a NAME.reason.txt in both languages

Every step is one rename on one volume, so a crash leaves a file in ``in/`` or ``work/``, never in neither. What stands
in ``work/`` when :meth:`DropFolder.process` begins is handled again; the receiver knows it by source, id and digest.
A file beside it called ``NAME.json.sig`` (put there first) may hold the HMAC-SHA256 of the bytes in hexadecimal.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from desktop_app.domain.errors import BadInputError, ConflictError, LockedError, ShopError, StorageError
from desktop_app.exchange.csv_tables import LineProblem
from desktop_app.exchange.request_files import RequestDraft, RequestFile, requests_in_csv, requests_in_json
from desktop_app.exchange.text_files import decode_text, open_regular

MAX_FILE_BYTES: Final = 64 * 1024
MAX_FILES_PER_SCAN: Final = 200
MAX_PENDING: Final = 10_000
STABLE_SECONDS: Final = 2.0
DEFAULT_SOURCE: Final = "drop-folder"

_ENDINGS: Final = (".json", ".csv")
_SIGNATURE_ENDING: Final = ".sig"
_LONGEST_NAME_BYTES: Final = 160
_CLAIMED: Final = re.compile(r"([0-9]{8}T[0-9]{12}Z)-[0-9a-f]{8}-(.+)", re.DOTALL)
_CLAIM_TIME: Final = "%Y%m%dT%H%M%S%fZ"
_HEX_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")

_log = logging.getLogger(__name__)


class Trust(StrEnum):
    """Whether the sender proved who it is. Neither ever approves anything."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"


class Outcome(StrEnum):
    """What the receiver did with one request."""

    RECEIVED = "received"
    ALREADY = "already"
    """The same id with the same digest came before."""
    CONFLICT = "conflict"
    """The same id came before with other content: for a human, nothing was overwritten."""
    WAIT = "wait"
    """Not now (the shop is locked): the file stays in work/ and comes again."""


@dataclass(frozen=True, slots=True)
class ClaimedFile:
    """A file in work/, read once; nothing is read from the disk again."""

    path: Path
    name: str
    """As the writer called it, made printable."""
    claimed_at: datetime
    """UTC; survives a restart. The clocks of the request start here."""
    data: bytes
    sha256: str
    signature: str | None
    """Content of the .sig file, if there was one."""


class FileResult(NamedTuple):
    """What became of one file; ``en`` and ``zh`` say why when it went to bad/ or could not be moved."""

    name: str
    folder: str
    en: str = ""
    zh: str = ""


@dataclass(slots=True)
class IntakeReport:
    """What one pass did; request counts first, then files."""

    received: int = 0
    already: int = 0
    conflicts: int = 0
    waiting: int = 0
    files: list[FileResult] = field(default_factory=list)
    more: bool = False
    """More files are ready than one pass takes."""

    @property
    def rejected(self) -> list[FileResult]:
        return [result for result in self.files if result.folder == "bad"]


Handler = Callable[[ClaimedFile, RequestDraft, Trust], Outcome]
"""Stores one request in one transaction and says what it did. ``draft.source`` is never empty. A ShopError rejects the
request; LockedError and StorageError leave the file in work/ for the next pass."""


KeyOf = Callable[[str], bytes | None]
"""The HMAC key of a source; None: it has none. LockedError leaves a signed file in work/ for the next pass."""


def _no_key(_source: str) -> None:
    return None


class DropFolder:
    """One drop folder. One instance in one process works on it at a time; writers need no lock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "in"
        self.work = root / "work"
        self.done = root / "done"
        self.bad = root / "bad"
        self._seen: dict[str, tuple[tuple[int, int, int], float]] = {}

    def create(self) -> None:
        """Make the four folders. StorageError when the volume does not allow it, or one of them is a link."""
        for folder in (self.incoming, self.work, self.done, self.bad):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise self._unusable(folder) from error
            if folder.is_symlink():
                raise self._unusable(folder)

    def scan(self, now: datetime, report: IntakeReport | None = None) -> list[Path]:
        """Files in in/ that are whole, oldest first, at most 200: unchanged for two seconds by their own time or by
        what an earlier scan saw. Hidden names and other endings are left alone; links and pipes are returned too, so
        that :meth:`process` puts them into bad/."""
        report = report if report is not None else IntakeReport()
        moment = now.timestamp()
        ready: list[tuple[int, str]] = []
        seen: dict[str, tuple[tuple[int, int, int], float]] = {}
        for name, status in self._candidates():
            if len(seen) >= MAX_PENDING:
                break
            signature = (status.st_ino, status.st_size, status.st_mtime_ns)
            before = self._seen.get(name)
            since = before[1] if before is not None and before[0] == signature else moment
            seen[name] = (signature, since)
            age = max(moment - since, moment - status.st_mtime_ns / 1e9)
            if age >= STABLE_SECONDS or not stat.S_ISREG(status.st_mode):
                ready.append((status.st_mtime_ns, name))
        self._seen = seen
        ready.sort()
        report.more = len(ready) > MAX_FILES_PER_SCAN
        return [self.incoming / name for _, name in ready[:MAX_FILES_PER_SCAN]]

    def claim(self, path: Path, now: datetime) -> Path | None:
        """Rename a file of in/ into work/ under a unique name and return it; None when it is gone or still held open
        by its writer. Its .sig goes first, so that no crash makes a signed file an unsigned one."""
        token = f"{now.astimezone(UTC).strftime(_CLAIM_TIME)}-{secrets.token_hex(4)}"
        target = self.work / f"{token}-{_short(path.name)}"
        signature = path.with_name(path.name + _SIGNATURE_ENDING)
        try:
            if os.path.lexists(signature):
                signature.rename(_signature_of(target))
            path.rename(target)
        except OSError:
            return None
        return target

    def drain_work(self) -> list[Path]:
        """Claims that an earlier run did not finish, oldest first. A signature that a crash parted from its file is
        brought back to it."""
        names = sorted(entry.name for entry in os.scandir(self.work) if not entry.name.startswith("."))
        known = set(names)
        claims: list[Path] = []
        for name in names:
            owner = name.removesuffix(_SIGNATURE_ENDING)
            if owner == name:
                claims.append(self.work / name)
            elif owner not in known:
                self._settle_signature(name, owner)
        return claims

    def read(self, path: Path, now: datetime) -> ClaimedFile:
        """The content of a claim. BadInputError for a link, pipe, device or folder, and above 64 KiB."""
        found = _CLAIMED.fullmatch(path.name)
        data = _bounded(path)
        signature = _signature_of(path)
        return ClaimedFile(
            path=path,
            name=_printable(found[2] if found else path.name),
            claimed_at=datetime.strptime(found[1], _CLAIM_TIME).replace(tzinfo=UTC) if found else now,
            data=data,
            sha256=hashlib.sha256(data).hexdigest(),
            signature=_bounded(signature).decode("ascii", "replace").strip() if os.path.lexists(signature) else None,
        )

    def finish(self, path: Path) -> None:
        """Move a claim, with its signature, to done/."""
        self._move(path, self.done)

    def reject(self, path: Path, reason: ShopError) -> None:
        """Move a claim, with its signature, to bad/ and write the reason beside it, first."""
        note = self.bad / f"{path.name}.reason.txt"
        note.write_text(f"{reason.zh}\n{reason.en}\n", encoding="utf-8", errors="backslashreplace")
        self._move(path, self.bad)

    def process(self, now: datetime, handle: Handler, *, zone: tzinfo, key_of: KeyOf = _no_key) -> IntakeReport:
        """One pass: what is left in work/, then what is ready in in/.

        ``zone`` reads times without an offset; ``key_of`` gives the HMAC key of a source, None when it has none.
        Whatever is wrong with one file sends that file to bad/ and the pass goes on. When the receiver cannot store
        anything now (StorageError, LockedError), the file stays in work/ and comes again with the next pass.
        """
        report = IntakeReport()
        claims = self.drain_work()
        for path in self.scan(now, report):
            claimed = self.claim(path, now)
            if claimed is not None:
                claims.append(claimed)
        for claimed in claims:
            try:
                folder, reason = self._take(claimed, now, handle, zone, key_of, report)
                if reason is not None:
                    self.reject(claimed, reason)
                elif folder == "done":
                    self.finish(claimed)
            except StorageError as error:
                folder, reason = "work", error
            except OSError as error:  # it cannot be moved: it stays in work/ and comes again
                _log.warning("intake: %s stays in work: %s", _printable(claimed.name), error)
                folder, reason = "work", _not_moved(claimed)
            en, zh = (reason.en, reason.zh) if reason else ("", "")
            report.files.append(FileResult(_printable(claimed.name), folder, en, zh))
        return report

    def _take(
        self,
        path: Path,
        now: datetime,
        handle: Handler,
        zone: tzinfo,
        key_of: KeyOf,
        report: IntakeReport,
    ) -> tuple[str, ShopError | None]:
        """The folder a claim belongs in, and why when that is bad/."""
        try:
            claimed = self.read(path, now)
            drafts = _drafts(claimed, zone)
            trust = _trust(claimed, drafts, key_of)
            return self._hand_over(claimed, drafts, trust, handle, report)
        except StorageError:
            raise
        except LockedError:
            report.waiting += 1
            return "work", None
        except ShopError as error:
            return "bad", error
        except Exception as error:
            _log.exception("intake: %s", _printable(path.name))
            return "bad", BadInputError(
                "This file could not be processed ({kind}); check it and put it into in/ again.",
                "无法处理该文件（{kind}），请检查后重新放入 in/ 文件夹。",
                kind=type(error).__name__,
            )

    def _hand_over(
        self,
        claimed: ClaimedFile,
        drafts: tuple[RequestDraft, ...],
        trust: Trust,
        handle: Handler,
        report: IntakeReport,
    ) -> tuple[str, ShopError | None]:
        reasons: list[ShopError] = []
        waits = False
        for draft in drafts:
            try:
                outcome = handle(claimed, draft, trust)
            except (StorageError, LockedError):
                raise
            except ShopError as error:
                reasons.append(_about(draft, error.en, error.zh))
                continue
            if outcome is Outcome.RECEIVED:
                report.received += 1
            elif outcome is Outcome.ALREADY:
                report.already += 1
            elif outcome is Outcome.WAIT:
                waits = True
            else:
                report.conflicts += 1
                reasons.append(
                    _about(
                        draft,
                        "this id came before with other content; nothing was overwritten. Compare the two and decide.",
                        "该编号此前已收到，但内容不同；没有覆盖任何内容，请人工核对。",
                    )
                )
        if waits:
            report.waiting += 1
            return "work", None
        if not reasons:
            return "done", None
        return "bad", ConflictError(
            "{en_why}", "{zh_why}", en_why="\n".join(r.en for r in reasons), zh_why="\n".join(r.zh for r in reasons)
        )

    def _candidates(self) -> Iterator[tuple[str, os.stat_result]]:
        with os.scandir(self.incoming) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not entry.name.lower().endswith(_ENDINGS):
                    continue
                try:
                    yield entry.name, entry.stat(follow_symlinks=False)
                except OSError:
                    continue  # gone again

    def _move(self, path: Path, folder: Path) -> None:
        # the file first: in work/ without its signature, a forged file would pass for an unsigned one
        path.replace(folder / path.name)
        signature = _signature_of(path)
        if os.path.lexists(signature):
            signature.replace(folder / signature.name)

    def _settle_signature(self, name: str, owner: str) -> None:
        """Move a lone .sig of work/ to where its file is: done/ or bad/ already, or still in in/."""
        for folder in (self.done, self.bad):
            if os.path.lexists(folder / owner):
                (self.work / name).replace(folder / name)
                return
        found = _CLAIMED.fullmatch(owner)
        short = found[2] if found else owner
        # a long name was cut for the claim, and its file still has all of it
        whole = next((waiting for waiting, _ in self._candidates() if _short(waiting) == short), short)
        back = self.incoming / (whole + _SIGNATURE_ENDING)
        if not os.path.lexists(back):
            (self.work / name).rename(back)

    def _unusable(self, folder: Path) -> StorageError:
        return StorageError(
            "The drop folder {folder} cannot be used; choose another place in the settings.",
            "无法使用收件文件夹 {folder}，请在设置中更换位置。",
            folder=folder,
        )


def sign(data: bytes, key: bytes) -> str:
    """What the .sig file of ``data`` holds."""
    return hmac.new(key, data, hashlib.sha256).hexdigest()


def _drafts(claimed: ClaimedFile, zone: tzinfo) -> tuple[RequestDraft, ...]:
    """The requests of a claim, all or none: a file with one bad line goes back whole."""
    parsed: RequestFile
    if claimed.path.suffix.lower() == ".csv":
        file = decode_text(claimed.name, claimed.data, max_line_bytes=MAX_FILE_BYTES)
        if file.needs_confirmation:
            raise BadInputError("The file is not UTF-8; save it as UTF-8.", "文件不是 UTF-8 编码，请另存为 UTF-8。")
        parsed = requests_in_csv(file, zone)
    else:
        parsed = requests_in_json(claimed.name, claimed.data, zone)
    if parsed.problems:
        raise _all_problems(parsed.problems)
    return tuple(replace(draft, source=draft.source or DEFAULT_SOURCE) for draft in parsed.drafts)


def _trust(claimed: ClaimedFile, drafts: tuple[RequestDraft, ...], key_of: KeyOf) -> Trust:
    sources = {draft.source for draft in drafts}
    if claimed.signature is None or len(sources) != 1:
        return Trust.UNVERIFIED
    key = key_of(sources.pop())
    if key is None:
        return Trust.UNVERIFIED
    if not _HEX_DIGEST.fullmatch(claimed.signature) or not hmac.compare_digest(
        claimed.signature.lower(), sign(claimed.data, key)
    ):
        raise BadInputError(
            "The signature does not fit the file: it was changed, or signed with another key.",
            "签名与文件不符：文件被改动过，或使用了其他密钥。",
        )
    return Trust.VERIFIED


def _bounded(path: Path) -> bytes:
    if not stat.S_ISREG(os.lstat(path).st_mode):  # said plainly here; the open below cannot be tricked either
        raise BadInputError("This is a link, a pipe or a folder, not a file.", "这是链接、管道或文件夹，不是文件。")
    with open_regular(path, follow_links=False) as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise BadInputError(
            "The file is larger than {limit} KiB.", "文件超过 {limit} KiB。", limit=MAX_FILE_BYTES // 1024
        )
    return data


def _signature_of(path: Path) -> Path:
    return path.with_name(path.name + _SIGNATURE_ENDING)


def _short(name: str) -> str:
    """The name, cut so that prefix and endings fit into 255 bytes; the ending stays."""
    ending = Path(name).suffix
    stem = name.removesuffix(ending)
    # character by character: half of one is no name on some systems
    while stem and len(os.fsencode(stem + ending)) > _LONGEST_NAME_BYTES:
        stem = stem[:-1]
    return stem + ending


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in name)


def _about(draft: RequestDraft, en: str, zh: str) -> BadInputError:
    return BadInputError("Request {id}: {en_why}", "申请 {id}：{zh_why}", id=draft.external_id, en_why=en, zh_why=zh)


def _all_problems(problems: tuple[LineProblem, ...]) -> BadInputError:
    shown = problems[:50]
    return BadInputError(
        "{en_why}",
        "{zh_why}",
        en_why="\n".join(problem.en for problem in shown),
        zh_why="\n".join(problem.zh for problem in shown),
    )


def _not_moved(path: Path) -> StorageError:
    return StorageError(
        "{file} could not be moved; check the permissions of the drop folder.",
        "无法移动 {file}，请检查收件文件夹的权限。",
        file=_printable(path.name),
    )
