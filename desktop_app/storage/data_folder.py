"""The data folder of a shop: may it hold a database, and who is using it.

Two locks, both freed by the system when their owner dies. ``window.lock`` belongs to the one open window.
``use.lock`` is shared by everybody who has the shop open, and taken alone for a migration. Commands may run beside
the window: SQLite's own locks keep their transactions apart.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop_app.domain.errors import StorageError

_NETWORK_TYPES = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ncpfs", "davfs", "ceph", "glusterfs", "lustre", "beegfs"}
    | {"fuse.sshfs", "fuse.davfs2", "fuse.glusterfs", "fuse.ceph", "fuse.rclone", "fuse.s3fs", "fuse.gvfsd-fuse"}
)
_SYNCED_FOLDERS = ("dropbox", "onedrive", "google drive", "googledrive", "mobile documents", "nutstore", "坚果云")
_SYNCED_FOLDERS_ZH = ("百度网盘", "baidusyncdisk", "微云", "阿里云盘", "wps云盘")
PLAN = "restore.json"
"""What a restore has still to do; see :mod:`desktop_app.storage.replacing`."""

_OPEN_MARK = b"open\n"
_WAIT_SECONDS = 1.0
_STEP_SECONDS = 0.002


def check_folder(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> None:
    """Make ``folder`` if need be; :class:`StorageError` when it is no folder, not writable or on the network.

    SQLite's locks do not hold on network file systems, so two desks would damage the shop.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            "The data folder {folder} cannot be made: {reason}. Choose another with --data.",
            "无法建立数据文件夹 {folder}：{reason}。请用 --data 另选一个。",
            folder=folder,
            reason=error.strerror,
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StorageError(
            "The data folder {folder} cannot be written: change its permissions or choose another with --data.",
            "数据文件夹 {folder} 不可写：请修改权限，或用 --data 另选一个。",
            folder=folder,
        )
    kind = _network_type(folder, mounts)
    if kind is not None:
        raise StorageError(
            "The data folder {folder} is on a network drive ({kind}), where a shop would be damaged: "
            "choose a folder of this computer with --data.",
            "数据文件夹 {folder} 位于网络驱动器（{kind}），店铺数据会损坏：请用 --data 选择本机文件夹。",
            folder=folder,
            kind=kind,
        )


def synced_by(folder: Path) -> str | None:
    """The cloud service that seems to copy ``folder`` (a copy of a half-written file is worthless), or None."""
    for part in folder.absolute().parts:
        for name in _SYNCED_FOLDERS + _SYNCED_FOLDERS_ZH:
            if part.casefold().startswith(name):
                return part
    return None


def check_regular_file(path: Path) -> bool:
    """Whether ``path`` exists; :class:`StorageError` when it is a link, a folder or a device."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StorageError(
            "The shop file {path} cannot be read: {reason}.",
            "无法读取店铺文件 {path}：{reason}。",
            path=path,
            reason=error.strerror,
        ) from error
    if not stat.S_ISREG(status.st_mode):
        raise StorageError(
            "{path} is not an ordinary file (a link, a folder or a device): move it away or choose another folder.",
            "{path} 不是普通文件（是链接、文件夹或设备）：请移走它，或另选文件夹。",
            path=path,
        )
    return True


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` survive a power cut (Windows does so itself).

    :class:`StorageError` when the disk does not say that it would.
    """
    if os.name == "posix":
        try:
            handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise StorageError(
                "The disk reported an error when {folder} was written: {reason}. Check the disk, then repeat.",
                "写入 {folder} 时磁盘报告错误：{reason}。请检查磁盘后重试。",
                folder=folder,
                reason=error.strerror or str(error),
            ) from error


class FolderLock:
    """A hold on the data folder, until :meth:`release`."""

    def __init__(self, folder: Path, *, window: bool) -> None:
        """:class:`StorageError` when another window has the shop, or a migration is under way.

        ``alone_at`` is a moment in which nobody else had the shop open, in seconds since the epoch; None: there was
        none. What others left half-written before it is waste.
        """
        self.left_open = False
        self.alone_at: float | None = None
        self._window: int | None = None
        self._use: int | None = None
        try:
            self._use = open_lock(folder / "use.lock")
            if _lock(self._use, shared=False):
                self.alone_at = time.time()
                _unlock(self._use)
            self._share()
            if window:
                self._window = open_lock(folder / "window.lock")
                if not _lock(self._window, shared=False):
                    raise StorageError(
                        "This shop is open in another Kamidesk window: use that one, or close it first.",
                        "另一个 Kamidesk 窗口正在使用这家店铺：请使用那个窗口，或先关闭它。",
                    )
                os.lseek(self._window, 0, os.SEEK_SET)  # locking moves it on Windows
                self.left_open = os.read(self._window, len(_OPEN_MARK)) == _OPEN_MARK
                _write_mark(self._window, _OPEN_MARK)
        except BaseException:
            self._close()
            raise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else has the shop open meanwhile; :class:`StorageError` when somebody has."""
        if self._use is None:
            raise RuntimeError("the folder was given back")
        _unlock(self._use)
        try:
            if not _lock(self._use, shared=False):
                raise _busy()
            yield
        finally:
            _unlock(self._use)
            self._share()

    def release(self, *, in_order: bool) -> None:
        """Give the folder back, once; ``in_order`` says on disk that the file needs no check at the next start."""
        if self._window is not None and in_order:
            _write_mark(self._window, b"")
        self._close()

    def _share(self) -> None:
        """Who has just come holds it alone for a moment, so the first refusal is not the last word."""
        assert self._use is not None
        patience = time.monotonic() + _WAIT_SECONDS
        while not _lock(self._use, shared=True):
            if time.monotonic() > patience:
                raise _busy()
            time.sleep(_STEP_SECONDS)

    def _close(self) -> None:
        for handle in (self._use, self._window):
            if handle is not None:
                os.close(handle)
        self._use = self._window = None


def was_left_open(folder: Path) -> bool:
    """Whether the last window did not end in order, or one is open now; also when that cannot be told."""
    try:
        return (folder / "window.lock").read_bytes() == _OPEN_MARK
    except FileNotFoundError:
        return False
    except OSError:  # Windows keeps a locked file to its owner
        return True


def hold_alone(handle: int) -> bool:
    """Take the lock of ``handle`` if nobody has it; freed by the system when its owner dies."""
    return _lock(handle, shared=False)


def _busy() -> StorageError:
    return StorageError(
        "This shop is in use by another Kamidesk program: wait for it to end, or close it.",
        "另一个 Kamidesk 程序正在使用这家店铺：请等它结束，或先关闭它。",
    )


def open_lock(path: Path) -> int:
    """A handle of the file that a lock is taken on, made if need be; closing it gives the lock back."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        return os.open(path, flags | getattr(os, "O_NOINHERIT", 0), 0o600)
    except OSError as error:
        raise StorageError(
            "The lock file {path} cannot be opened: {reason}.",
            "无法打开锁文件 {path}：{reason}。",
            path=path,
            reason=error.strerror,
        ) from error


def _write_mark(handle: int, mark: bytes) -> None:
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, mark)


if sys.platform == "win32":
    import msvcrt

    # This call knows no shared locks: everybody takes one seat (a byte far behind the mark), and who wants to be
    # alone takes them all.
    _SEATS = 64
    _FIRST_SEAT = 1 << 20

    def _lock(handle: int, *, shared: bool) -> bool:
        for seat in range(_SEATS if shared else 1):
            os.lseek(handle, _FIRST_SEAT + seat, os.SEEK_SET)
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1 if shared else _SEATS)
            except OSError:
                continue
            return True
        return False

    def _unlock(handle: int) -> None:
        for count in (_SEATS, 1):
            for seat in range(1 if count > 1 else _SEATS):
                os.lseek(handle, _FIRST_SEAT + seat, os.SEEK_SET)
                try:
                    msvcrt.locking(handle, msvcrt.LK_UNLCK, count)
                except OSError:
                    continue
                return

    def _network_type(folder: Path, mounts: Path) -> str | None:
        import ctypes

        drive = folder.resolve().anchor
        remote = 4
        if drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(drive) == remote:
            return drive
        return None
else:
    import fcntl

    def _lock(handle: int, *, shared: bool) -> bool:
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)

    def _network_type(folder: Path, mounts: Path) -> str | None:
        try:
            lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        except OSError:
            return None
        target = str(folder.resolve())
        best, kind = "", ""
        for line in lines:
            fields = line.split(" ")
            if len(fields) < 3:
                continue
            point = fields[1].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
            inside = target == point or target.startswith(point.rstrip("/") + "/")
            if inside and len(point) >= len(best):
                best, kind = point, fields[2]
        # A 9p root is the disk of a sandbox or a virtual machine, not a share.
        return kind if kind in _NETWORK_TYPES and not (kind == "9p" and best == "/") else None
