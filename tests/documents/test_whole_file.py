"""A file is there whole or not at all, and what stands beside it is nobody's to touch."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from desktop_app.documents.whole_file import whole_file, write_whole
from desktop_app.domain.errors import StorageError


def test_it_is_there_when_it_is_complete_and_alone(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    with whole_file(path) as part:
        part.write_bytes(b"half")
        assert not path.exists()
    assert path.read_bytes() == b"half"
    assert list(tmp_path.iterdir()) == [path]


def test_files_beside_it_stay_as_they_are_and_links_are_not_followed(tmp_path: Path) -> None:
    # what a browser calls a download that has not ended, and what somebody put there to be written through
    download, elsewhere = tmp_path / "orders.csv.part", tmp_path / "elsewhere"
    download.write_bytes(b"somebody else's")
    elsewhere.write_bytes(b"not to be touched")
    (tmp_path / "list.csv.part").symlink_to(elsewhere)
    write_whole(tmp_path / "orders.csv", b"ours")
    write_whole(tmp_path / "list.csv", b"ours")
    assert download.read_bytes() == b"somebody else's"
    assert elsewhere.read_bytes() == b"not to be touched"


def test_two_that_write_the_same_file_at_a_time_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    with whole_file(path) as first, whole_file(path) as second:
        first.write_bytes(b"first")
        second.write_bytes(b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("code", "said"), [(errno.ENOSPC, "disk is full"), (errno.EIO, "I/O error")], ids=["full", "broken"]
)
def test_an_error_leaves_the_file_of_before_and_nothing_else(tmp_path: Path, code: int, said: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(b"before")

    def fail() -> None:
        with whole_file(path) as part:
            part.write_bytes(b"half")
            raise OSError(code, "I/O error")

    with pytest.raises(StorageError, match=said):
        fail()
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_and_a_name_at_the_limit(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        write_whole(tmp_path / "none" / "orders.csv", b"")
    longest = tmp_path / ("订" * 83 + ".csv")  # 253 bytes of the 255 that file systems take
    write_whole(longest, b"ours")
    assert longest.read_bytes() == b"ours"


def test_what_is_private_is_for_its_owner_only(tmp_path: Path) -> None:
    with whole_file(tmp_path / "dossier.zip", private=True):
        pass
    assert (tmp_path / "dossier.zip").stat().st_mode & 0o777 == 0o600
