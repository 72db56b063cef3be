"""Text files from strangers: opened safely, decoded strictly, cut only where a line ends."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import BadInputError, CancelledError, ConflictError, NotFoundError
from desktop_app.exchange.text_files import (
    Encoding,
    NewlineKind,
    decode_text,
    from_text,
    open_regular,
    read_text_file,
    require_unchanged,
)


def written(tmp_path: Path, data: bytes, name: str = "keys.txt") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_one_endless_line_is_refused_after_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(0)
        file.write(b"A" * 5000)
        file.truncate(100_000_000)
    done: list[int] = []
    with pytest.raises(BadInputError, match="line 1"):
        read_text_file(path, progress=lambda read, _all: done.append(read))
    assert sum(done) <= 4097


def test_a_later_long_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="line 3"):
        read_text_file(written(tmp_path, b"A\nB\n" + b"C" * 4097 + b"\nD\n"))
    with pytest.raises(BadInputError, match="line 1001"):
        read_text_file(written(tmp_path, b"ABCDEFG\n" * 1000 + b"C" * 9_000_000))
    assert len(read_text_file(written(tmp_path, b"C" * 4096 + b"\n")).lines) == 1
    with pytest.raises(BadInputError, match="line 2"):
        read_text_file(written(tmp_path, ("A\n" + "卡" * 1366 + "\n").encode()))


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("甲乙\nB\n".encode(), Encoding.UTF_8),
        (codecs.BOM_UTF8 + "甲乙\nB\n".encode(), Encoding.UTF_8_BOM),
        (codecs.BOM_UTF16_LE + "甲乙\nB\n".encode("utf-16-le"), Encoding.UTF_16_LE),
        (codecs.BOM_UTF16_BE + "甲乙\r\nB".encode("utf-16-be"), Encoding.UTF_16_BE),
    ],
)
def test_proven_encodings(tmp_path: Path, data: bytes, encoding: Encoding) -> None:
    file = read_text_file(written(tmp_path, data))
    assert file.lines == ["甲乙", "B"]
    assert file.encoding is encoding
    assert not file.needs_confirmation
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert file.size == len(data)


def test_gb18030_asks_for_confirmation(tmp_path: Path) -> None:
    path = written(tmp_path, "卡号,卡密\n充值卡,ABC\n".encode("gb18030"))
    file = read_text_file(path)
    assert file.encoding is Encoding.GB18030
    assert file.needs_confirmation
    confirmed = read_text_file(path, encoding="GBK")
    assert confirmed.lines == file.lines == ["卡号,卡密", "充值卡,ABC"]
    assert not confirmed.needs_confirmation


def test_a_stray_nul_spoils_its_line_only_in_gb18030_too(tmp_path: Path) -> None:
    lines = ["充值卡-001", "AB\x00CD", "充值卡-002", "充值卡-003"]
    file = read_text_file(written(tmp_path, "\n".join(lines).encode("gb18030")))
    assert file.lines == lines
    assert file.needs_confirmation


def test_a_key_may_be_html(tmp_path: Path) -> None:
    assert read_text_file(written(tmp_path, b"<b>KEY</b>\n<img src=x>\n")).lines == ["<b>KEY</b>", "<img src=x>"]


def test_gb18030_is_found_out_late(tmp_path: Path) -> None:
    data = b"KEY-000001\n" * 300_000 + "充值卡\n".encode("gb18030")
    file = read_text_file(written(tmp_path, data))
    assert len(file.lines) == 300_001
    assert file.lines[-1] == "充值卡"
    assert file.size == len(data)
    assert file.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    "text",
    [
        "我的卡號是一二三四,密碼在這裡,請不要告訴別人",
        "遊戲點數卡 密碼 序號 購買後不退",
        "繁體中文的測試資料檔案",
    ],
)
def test_big5_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInputError, match=r"garbled|not a text"):
        read_text_file(written(tmp_path, (text + "\n").encode("big5") * 20))


@pytest.mark.parametrize("text", ["腾讯视频会员月卡", "联通话费一百元充值卡密", "剑网叁点卡", "訂單號碼與卡密"])
def test_gb18030_is_not_mistaken_for_big5(tmp_path: Path, text: str) -> None:
    assert read_text_file(written(tmp_path, (text + "\n").encode("gb18030") * 20)).lines[0] == text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        ("ABCD-1234\nEFGH-5678\n".encode("utf-16-le"), "UTF-16 without"),
        ("ABCD-1234\nEFGH-5678\n".encode("utf-16-be"), "UTF-16 without"),
        ("充值卡密\n兑换码二\n".encode("utf-16-le"), "not a text"),
        (codecs.BOM_UTF32_LE + "ABCD".encode("utf-32-le"), "not a text"),
        (bytes(4096), "not a text"),
        (b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 8, "not a text"),
        (b"PK\x03\x04" + bytes(100), "Excel or ZIP"),
        (b"%PDF-1.7\nABC", "a PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a picture"),
        # Without a fixed time the name of this test would differ from one process of the run to the next.
        (gzip.compress(b"A\n", mtime=0), "gzip"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(90), "7z"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(90), "RAR"),
        ("<html><table><tr><td>卡密</td></tr></table></html>".encode(), "web page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<?mso-application?><Workbook xmlns="x">', "web page"),
        ("A\n卡密".encode()[:-1], "line 2 is damaged"),
        (b"K-1\r\n" * 900 + "卡密".encode("gb18030")[:-1], "line 901 is damaged"),
        (b"AB\xed\xa0\x80C\n", "line 1 is damaged"),
        (b"ABC\xff\xfeDEF\n", "not a text"),
    ],
)
def test_what_is_no_text_is_refused_in_a_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(BadInputError, match=sentence) as caught:
        read_text_file(written(tmp_path, data))
    assert "keys.txt" in caught.value.zh


def test_a_chosen_encoding_must_fit(tmp_path: Path) -> None:
    path = written(tmp_path, "充值卡".encode("gb18030"))
    with pytest.raises(BadInputError, match="not valid utf-8"):
        read_text_file(path, encoding="utf8")
    with pytest.raises(BadInputError, match="not supported"):
        read_text_file(path, encoding="big5")
    assert read_text_file(written(tmp_path, "AB\n".encode("utf-16-le")), encoding="utf-16-le").lines == ["AB"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"A\nB\nC\n", NewlineKind.LF),
        (b"A\r\nB\r\nC", NewlineKind.CRLF),
        (b"A\rB\rC\r", NewlineKind.CR),
        (b"A\r\nB\nC\r", NewlineKind.MIXED),
    ],
)
def test_line_ends(tmp_path: Path, data: bytes, kind: NewlineKind) -> None:
    file = read_text_file(written(tmp_path, data))
    assert file.lines == ["A", "B", "C"]
    assert file.newline is kind


def test_other_separators_do_not_end_a_line() -> None:
    text = "A\x0bB\x0cC\x85D\u2028E\u2029F\x1cG"
    assert decode_text("x", (text + "\n").encode()).lines == [text]


@given(st.lists(st.sampled_from(["", "A", "中", "\r", "\n", "\r\n", "x" * 50]), max_size=40))
def test_lines_do_not_depend_on_where_blocks_end(parts: list[str]) -> None:
    text = "".join(parts)
    expected = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if expected[-1] == "":
        expected.pop()
    assert from_text("x", text).lines == expected
    if text:
        # a limit of 200 bytes makes the first block that small, so ends fall on either side of it
        assert decode_text("x", text.encode(), max_line_bytes=2000).lines == expected


def test_crlf_across_the_first_block() -> None:
    for length in range(4090, 4097):
        data = b"A" * length + b"\r\nB\r\n"
        file = decode_text("x", data)
        assert file.lines == ["A" * length, "B"]
        assert file.newline is NewlineKind.CRLF


def test_too_many_lines(tmp_path: Path) -> None:
    path = written(tmp_path, b"A\n" * 11)
    with pytest.raises(BadInputError, match="more than 10 lines"):
        read_text_file(path, max_lines=10)
    assert len(read_text_file(path, max_lines=11).lines) == 11


def test_too_large(tmp_path: Path) -> None:
    path = tmp_path / "sparse.txt"
    with path.open("wb") as file:
        file.truncate(600 * 1024 * 1024)
    with pytest.raises(BadInputError, match="512 MB"):
        read_text_file(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_devices_and_folders_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, Path("/dev/zero")):
        with pytest.raises(BadInputError, match="not a regular file"):
            read_text_file(path)


def test_links_are_followed_only_where_a_person_chose_them(tmp_path: Path) -> None:
    target = written(tmp_path, b"A\n")
    link = tmp_path / "link.txt"
    link.symlink_to(target)
    assert read_text_file(link).lines == ["A"]
    with pytest.raises(BadInputError):
        open_regular(link, follow_links=False)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no\.txt"):
        read_text_file(tmp_path / "no.txt")


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, b"KEY-000001\n" * 200_000)

    def append(done: int, _all: int) -> None:
        if done < 10_000:
            with path.open("ab") as file:
                file.write(b"LATE-KEY\n")

    with pytest.raises(ConflictError, match="changed"):
        read_text_file(path, progress=append)


def test_a_file_that_changes_after_the_preview(tmp_path: Path) -> None:
    path = written(tmp_path, b"A\nB\n")
    digest = read_text_file(path).sha256
    require_unchanged(path, digest)
    path.write_bytes(b"A\nC\n")
    with pytest.raises(ConflictError):
        require_unchanged(path, digest)


def test_progress_may_cancel(tmp_path: Path) -> None:
    def stop(_done: int, _all: int) -> None:
        raise CancelledError("Cancelled.", "已取消。")

    with pytest.raises(CancelledError):
        read_text_file(written(tmp_path, b"A\n"), progress=stop)
