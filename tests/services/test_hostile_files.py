"""Hostile card files, one by one: the numbers are those of the security design's list of hostile input, 1 to 26."""

from __future__ import annotations

import codecs
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop_app.domain.errors import BadInputError, CancelledError, ConflictError
from desktop_app.services.inventory import ImportOptions, ImportPreview, KeyFilter, KeyVerdict
from tests.services.desk import Desk

K1, K2, K3 = "HOST-AAAA-0001", "HOST-AAAA-0002", "HOST-AAAA-0003"


@dataclass
class Bench:
    """A shop, a product, and one hostile file."""

    desk: Desk
    folder: Path
    product_id: int

    def file(self, data: bytes, name: str = "keys.txt") -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def look(self, data: bytes | str, name: str = "keys.txt") -> ImportPreview:
        raw = data.encode() if isinstance(data, str) else data
        return self.desk.inventory.preview(self.file(raw, name), self.product_id)

    def refused(self, data: bytes | str, sentence: str, name: str = "keys.txt") -> None:
        with pytest.raises(BadInputError, match=sentence) as error:
            self.look(data, name)
        assert name in error.value.en
        assert error.value.zh

    def taken(self, data: bytes | str, *keys: str, name: str = "keys.txt") -> ImportPreview:
        """Import; exactly ``keys`` are in stock afterwards, to the character."""
        preview = self.look(data, name)
        self.desk.inventory.import_keys(preview, ImportOptions())
        assert sorted(self.stored()) == sorted(keys)
        return preview

    def stored(self) -> list[str]:
        inventory = self.desk.inventory
        return [inventory.reveal(line.id) for line in inventory.listing(KeyFilter()).page(0, 1000)]

    def verdicts(self, preview: ImportPreview) -> list[KeyVerdict]:
        return [line.verdict for line in preview.lines(None, 0, 1000)]


def endless_line(bench: Bench) -> None:
    path = bench.folder / "keys.txt"
    with path.open("wb") as file:
        for _ in range(100):
            file.write(b"A" * 1024 * 1024)
    tracemalloc.start()
    with pytest.raises(BadInputError, match=r"keys\.txt.*line 1"):
        bench.desk.inventory.preview(path, bench.product_id)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


def nul(bench: Bench) -> None:
    preview = bench.taken(f"{K1}\nHOST-\0-0002\n{K3}\n", K1, K3)
    assert bench.verdicts(preview) == [KeyVerdict.NEW, KeyVerdict.MALFORMED, KeyVerdict.NEW]


def utf8_bom(bench: Bench) -> None:
    assert bench.taken(codecs.BOM_UTF8 + K1.encode(), K1).encoding == "utf-8-sig"


def utf16_bom(bench: Bench) -> None:
    assert bench.taken(codecs.BOM_UTF16_BE + f"{K1}\n卡密-0002".encode("utf-16-be"), K1, "卡密-0002").newline == "lf"


def utf16_without_bom(bench: Bench) -> None:
    bench.refused(f"{K1}\n{K2}\n".encode("utf-16-le"), "UTF-16")


def gb18030(bench: Bench) -> None:
    preview = bench.taken("激活码甲乙-0001\n".encode("gb18030"), "激活码甲乙-0001")
    assert (preview.encoding, preview.needs_confirmation) == ("gb18030", True)


def big5(bench: Bench) -> None:
    bench.refused("遊戲點數卡密碼請勿外洩\n訂單編號與儲值序號\n".encode("big5"), r"keys\.txt")


def mixed_ends(bench: Bench) -> None:
    assert bench.taken(f"{K1}\r\n{K2}\n{K3}\r", K1, K2, K3).newline == "mixed"


def hidden_breaks(bench: Bench) -> None:
    breaks = "\x0b\x0c\x85\u2028"
    preview = bench.taken("\n".join([K1, *(f"HOST{one}CUT-0001" for one in breaks)]), K1)
    assert bench.verdicts(preview) == [KeyVerdict.NEW, *[KeyVerdict.MALFORMED] * len(breaks)]


def edges(bench: Bench) -> None:
    edged = ["\u200b" + K1, K2 + "\u00a0", "\u3000" + K3]
    preview = bench.taken("\n".join(edged), *edged)
    assert preview.warning_count == 3
    assert bench.look("\n".join([K1, K2, K3])).shop_duplicates == 3


def directions(bench: Bench) -> None:
    preview = bench.taken(f"{K1}\nHOST-\u202e1000-AAAA\nHOST-\u202d0001-AAAA\n", K1)
    assert preview.malformed_count == 2


def full_width(bench: Bench) -> None:
    wide = "HOST-AAAA-０００１"
    preview = bench.taken(f"{wide}\n{K1}\n", wide)
    assert (preview.new_count, preview.file_duplicates) == (1, 1)


def look_alikes(bench: Bench) -> None:
    mixed = "HOST-АAAA-0001"
    assert bench.taken(f"{mixed}\n{K1}\n", mixed, K1).warning_count == 1


def twice_in_file(bench: Bench) -> None:
    preview = bench.taken(f"{K1}\n{K2}\n {K1} \n", K1, K2)
    (line,) = preview.lines(KeyVerdict.DUPLICATE_IN_FILE, 0, 10)
    assert (line.number, line.detail_en) == (3, "The same key as in line 1.")


def in_stock(bench: Bench) -> None:
    bench.desk.stock(bench.product_id, K1, batch="第一批")
    preview = bench.taken(f"{K2}\n{K1}\n", K1, K2)
    (line,) = preview.lines(KeyVerdict.DUPLICATE_IN_SHOP, 0, 10)
    assert "第一批" in line.detail_zh


def across_products(bench: Bench) -> None:
    bench.desk.stock(bench.desk.product("OTHER"), K1)
    preview = bench.taken(f"{K1}\n{K2}\n", K1, K2)
    assert (preview.new_count, preview.shop_duplicates) == (1, 1)


def empty(bench: Bench) -> None:
    bench.refused(b"", "empty")


def blanks(bench: Bench) -> None:
    bench.refused("\n \n\t\n\u3000\n", "no card keys")


def open_quote(bench: Bench) -> None:
    rows = "\n".join(f"K-{number:06d},x" for number in range(1000))
    bench.refused(f'卡密,备注\nK-1,x\n"K-2,x\n{rows}\n', "line 3", "keys.csv")


def same_header(bench: Bench) -> None:
    bench.refused(f"卡密,备注,备注\n{K1},a,b\n", "twice", "keys.csv")


def columns(bench: Bench) -> None:
    preview = bench.taken(f"卡密,备注\n{K1},x\n{K2}\n{K3},x,y\n", K1, name="keys.csv")
    assert [line.number for line in preview.lines(KeyVerdict.MALFORMED, 0, 10)] == [3, 4]


def long_field(bench: Bench) -> None:
    bench.refused(f"卡密,备注\n{K1},x\n{'A' * 4097},x\n", "line 3", "keys.csv")


def too_many_lines(bench: Bench) -> None:
    bench.refused(b"a\n" * 3_000_001, "3[,]?000[,]?000")


def changed_meanwhile(bench: Bench) -> None:
    preview = bench.look(f"{K1}\n{K2}\n")

    def change(_done: int, _total: int) -> None:
        bench.file(f"{K1}\n{K3}\n".encode())

    with pytest.raises(ConflictError, match=r"keys\.txt"):
        bench.desk.inventory.import_keys(preview, ImportOptions(), progress=change)
    assert bench.stored() == []


def cancelled_midway(bench: Bench) -> None:
    preview = bench.look("\n".join(f"STOP-{number:06d}" for number in range(12_000)))
    reached = [0]

    def progress(done: int, _total: int) -> None:
        reached[0] = done

    with pytest.raises(CancelledError):
        bench.desk.inventory.import_keys(
            preview, ImportOptions(), progress=progress, cancelled=lambda: reached[0] >= 5000
        )
    assert bench.stored() == []
    assert bench.desk.inventory.batches() == []


def code(bench: Bench) -> None:
    hostile = ["'; DROP TABLE card_keys;--", "<img src=x onerror=alert(1)>", "%s%s%n{0}{key}", '=cmd|"/c calc"!A1']
    bench.taken("\n".join(hostile), *hostile)
    for key in hostile:
        found = bench.desk.inventory.find(key)
        assert found is not None
        assert key not in found.masked


CASES: tuple[Callable[[Bench], None], ...] = (
    endless_line,
    nul,
    utf8_bom,
    utf16_bom,
    utf16_without_bom,
    gb18030,
    big5,
    mixed_ends,
    hidden_breaks,
    edges,
    directions,
    full_width,
    look_alikes,
    twice_in_file,
    in_stock,
    across_products,
    empty,
    blanks,
    open_quote,
    same_header,
    columns,
    long_field,
    too_many_lines,
    changed_meanwhile,
    cancelled_midway,
    code,
)


@pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case.__name__}" for number, case in enumerate(CASES, 1)])
def test_hostile_file(desk: Desk, tmp_path: Path, case: Callable[[Bench], None]) -> None:
    case(Bench(desk, tmp_path, desk.product()))
    # whatever came in: no key stands in clear in the log
    assert not any(key in str(event) for event in desk.events() for key in (K1, K2, K3))
