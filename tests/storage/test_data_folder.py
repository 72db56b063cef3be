from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.domain.errors import StorageError
from desktop_app.storage.data_folder import FolderLock, check_folder, check_regular_file, synced_by


def _mounts(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "mounts"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"])
def test_network_folders_are_refused(tmp_path: Path, kind: str) -> None:
    share = tmp_path / "my share"
    share.mkdir()
    mounts = _mounts(
        tmp_path,
        "/dev/vda1 / ext4 rw 0 0",
        f"server:/x {str(share).replace(' ', chr(92) + '040')} {kind} rw 0 0",
    )
    with pytest.raises(StorageError, match="network drive"):
        check_folder(share / "shop", mounts)
    check_folder(tmp_path / "my share of it", mounts)


def test_the_last_mount_on_a_place_counts_and_a_sandbox_root_is_a_disk(tmp_path: Path) -> None:
    check_folder(tmp_path, _mounts(tmp_path, "none / 9p rw 0 0", "", "broken line"))
    check_folder(tmp_path, _mounts(tmp_path, f"a {tmp_path} nfs rw 0 0", f"b {tmp_path} ext4 rw 0 0"))


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot be made"):
        check_folder(tmp_path / "file" / "shop")


def test_the_folder_is_private(tmp_path: Path) -> None:
    check_folder(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["Dropbox (Shop)", "OneDrive - 店铺", "坚果云", "百度网盘同步", "Mobile Documents"])
def test_synced_folders_are_noticed(tmp_path: Path, name: str) -> None:
    assert synced_by(tmp_path / name / "kamidesk") == name
    assert synced_by(Path("/home/shop/kamidesk")) is None


def test_only_ordinary_files(tmp_path: Path) -> None:
    assert not check_regular_file(tmp_path / "none")
    with pytest.raises(StorageError):
        check_regular_file(tmp_path)
    (tmp_path / "dangling").symlink_to(tmp_path / "none")
    with pytest.raises(StorageError):
        check_regular_file(tmp_path / "dangling")


def test_alone_means_alone(tmp_path: Path) -> None:
    mine = FolderLock(tmp_path, window=True)
    with mine.alone(), pytest.raises(StorageError, match="in use"):
        FolderLock(tmp_path, window=False)
    other = FolderLock(tmp_path, window=False)
    with pytest.raises(StorageError, match="in use"), mine.alone():
        raise AssertionError("somebody else is here")
    with pytest.raises(StorageError, match="in use"), other.alone():
        raise AssertionError("who was refused is still here")
    other.release(in_order=True)
    mine.release(in_order=True)
    mine.release(in_order=True)  # a second time is harmless
    FolderLock(tmp_path, window=True).release(in_order=True)


def test_the_mark_of_an_open_window(tmp_path: Path) -> None:
    FolderLock(tmp_path, window=True).release(in_order=False)
    again = FolderLock(tmp_path, window=True)
    assert again.left_open
    again.release(in_order=True)
    last = FolderLock(tmp_path, window=True)
    assert not last.left_open
    last.release(in_order=True)
