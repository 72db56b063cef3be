from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.errors import BadInputError, LockedError, StorageError
from desktop_app.storage import attachments
from desktop_app.storage.vault import Vault

SHOP = bytes(range(16))
PICTURE = b"\x89PNG\r\n\x1a\n" + b"chat with the buyer 13812345678" * 50


@pytest.fixture
def vault() -> Vault:
    return Vault.create(SHOP)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def test_a_file_comes_back_exactly_and_is_sealed_on_disk(vault: Vault, folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "聊天 截图.png"
    source.write_bytes(PICTURE)
    read = attachments.read_source(source)
    stored = attachments.store(folder, vault, read.content, read.name)
    assert (stored.name, stored.size) == ("聊天 截图.png", len(PICTURE))
    assert attachments.load(folder, vault, stored.stored_name, stored.sha256) == PICTURE
    [item] = folder.iterdir()
    assert item.name == stored.stored_name
    assert item.stat().st_mode & 0o777 == 0o600
    assert b"13812345678" not in item.read_bytes()
    assert stored.sha256 not in item.name


def test_equal_contents_share_a_file_whatever_their_name(vault: Vault, folder: Path) -> None:
    first = attachments.store(folder, vault, PICTURE, "a.png")
    second = attachments.store(folder, vault, PICTURE, "b.png")
    assert first.stored_name == second.stored_name
    assert len(list(folder.iterdir())) == 1
    assert attachments.store(folder, Vault.create(SHOP), PICTURE, "a.png").stored_name != first.stored_name


def test_a_change_on_disk_is_noticed(vault: Vault, folder: Path) -> None:
    stored = attachments.store(folder, vault, PICTURE, "a.png")
    path = folder / stored.stored_name
    good = path.read_bytes()
    for position in (0, 5, 20, len(good) - 1):
        altered = bytearray(good)
        altered[position] ^= 1
        path.write_bytes(altered)
        with pytest.raises(StorageError, match="altered"):
            attachments.load(folder, vault, stored.stored_name, stored.sha256)
    path.write_bytes(good[:10])
    with pytest.raises(StorageError, match="altered"):
        attachments.load(folder, vault, stored.stored_name, stored.sha256)
    path.write_bytes(good)
    with pytest.raises(StorageError, match="altered"):
        attachments.load(folder, vault, stored.stored_name, "0" * 64)
    path.unlink()
    with pytest.raises(StorageError, match="missing"):
        attachments.load(folder, vault, stored.stored_name, stored.sha256)


def test_a_file_put_in_the_place_of_another_is_noticed(vault: Vault, folder: Path) -> None:
    first = attachments.store(folder, vault, PICTURE, "a.png")
    second = attachments.store(folder, vault, b"other", "b.png")
    (folder / first.stored_name).write_bytes((folder / second.stored_name).read_bytes())
    with pytest.raises(StorageError):
        attachments.load(folder, vault, first.stored_name, second.sha256)


@pytest.mark.parametrize("name", ["../shop.db", "/etc/passwd", "a", "", "0" * 63 + "/"])
def test_a_stored_name_never_leads_out_of_the_folder(vault: Vault, folder: Path, name: str) -> None:
    with pytest.raises(StorageError):
        attachments.load(folder, vault, name, "0" * 64)


def test_links_pipes_devices_and_folders_are_refused(vault: Vault, folder: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.png"
    real.write_bytes(PICTURE)
    link = tmp_path / "link.png"
    link.symlink_to(real)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for bad in (link, pipe, Path("/dev/zero"), tmp_path, tmp_path / "none"):
        with pytest.raises(BadInputError):
            attachments.read_source(bad)
    assert not folder.exists()


def test_sizes(vault: Vault, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="empty"):
        attachments.store(folder, vault, b"", "a.png")
    with pytest.raises(BadInputError, match="20 MB"):
        attachments.store(folder, vault, bytes(attachments.LARGEST + 1), "a.png")
    sparse = tmp_path / "sparse.png"
    with sparse.open("wb") as stream:
        stream.truncate(1 << 30)
    with pytest.raises(BadInputError, match="20 MB"):
        attachments.read_source(sparse)


def test_locked(vault: Vault, folder: Path) -> None:
    stored = attachments.store(folder, vault, PICTURE, "a.png")
    vault.lock()
    with pytest.raises(LockedError):
        attachments.load(folder, vault, stored.stored_name, stored.sha256)
    with pytest.raises(LockedError):
        attachments.store(folder, vault, PICTURE, "a.png")


def test_a_folder_that_cannot_be_written(vault: Vault, tmp_path: Path) -> None:
    in_the_way = tmp_path / "evidence"
    in_the_way.write_bytes(b"")
    with pytest.raises(StorageError, match="cannot be stored"):
        attachments.store(in_the_way, vault, PICTURE, "a.png")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\凭证.png", "凭证.png"),
        ("CON", "_CON"),
        ("con.png", "_con.png"),
        ("lpt1", "_lpt1"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("a\u200bb\x00c\n.png", "abc.png"),
        ("  .. ", "file"),
        ("", "file"),
        ("..", "file"),
        ('a<b>:"|?*.png', "a_b______.png"),
        ("x" * 300 + ".png", "x" * 196 + ".png"),
        ("x" * 300, "x" * 200),
        # a file system counts bytes, and a name that ends with a space cannot be saved on Windows
        ("截图" * 100 + ".png", "截图" * 32 + "截.png"),
        ("x" * 199 + " y", "x" * 199),
    ],
)
def test_names_are_made_safe_to_show(name: str, shown: str) -> None:
    assert attachments.display_name(name) == shown


@given(st.text(max_size=150))
@settings(max_examples=150)
def test_any_name_becomes_a_harmless_one(name: str) -> None:
    shown = attachments.display_name(name)
    assert 1 <= len(shown.encode()) <= 200
    assert not set(shown) & set('/\\<>:"|?*\x00\n\u202e\u200b')
    assert shown == shown.strip(" .")
    shown.encode()
