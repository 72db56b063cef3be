"""Key files on the command line: what was found is told, and what the file leaves open has to be confirmed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop_app.cli import run
from desktop_app.domain.states import ProductKind
from desktop_app.services import Shop
from desktop_app.services.products import ProductDraft
from desktop_app.storage.vault_slots import Argon2Cost
from tests.exchange.test_spreadsheets import write

PASSWORD = "correct horse battery"


@pytest.fixture
def shop_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    shop, _code = Shop.create(folder, protection="password", password=PASSWORD, cost=Argon2Cost(16, 2, 1))
    shop.products.add(ProductDraft(code="A", name="A", kind=ProductKind.GAME_CARD))
    shop.close()
    monkeypatch.setenv("KAMIDESK_DATA", str(folder))
    monkeypatch.setenv("KAMIDESK_PASSWORD", PASSWORD)
    monkeypatch.setenv("KAMIDESK_LANGUAGE", "en")
    return folder


def test_an_export_that_mixes_sold_and_unsold_needs_a_word(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows: list[list[object]] = [
        ["所属商品", "卡密内容", "创建时间"],
        ["甲", "KEY-000001", ""],
        ["乙", "KEY-000002", ""],
    ]
    path = write(tmp_path / "卡密.xlsx", Sheet1=rows)
    arguments = ["keys", "import", str(path), "--product", "A", "--json"]
    assert run(arguments) == 1
    error = capfd.readouterr().err
    assert "sold and unsold" in error
    assert "--confirmed" in error
    assert run([*arguments, "--dry-run"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["format"], found["new"], found["goods"]) == ("dujiaoka", 2, {"甲": 1, "乙": 1})
    assert run([*arguments, "--goods", "乙", "--confirmed"]) == 0
    counts = json.loads(capfd.readouterr().out)
    assert (counts["new"], counts["malformed"], counts["warnings"]) == (1, 1, 1)
    assert run(["keys", "find", "KEY-000002"]) == 0
    assert run(["keys", "find", "KEY-000001"]) == 1


def test_column_and_delimiter_can_be_chosen(shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "keys.csv"
    path.write_text("serial\tmemo,x\nKEY-1,a\tfirst\n")
    options = ["--product", "A", "--column", "serial", "--delimiter", "tab", "--json"]
    assert run(["keys", "import", str(path), *options]) == 0
    assert json.loads(capfd.readouterr().out)["columns"] == ["serial", "memo,x"]
    assert run(["keys", "find", "KEY-1,a"]) == 0


def test_every_column_can_be_named(shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "keys.csv"
    path.write_text("0012,0034,x,vip\n0056,0078,x,\n0090,,x,\n")
    options = ["--product", "A", "--no-header", "--columns", "number,password,-,note", "--delimiter", "comma"]
    assert run(["keys", "import", str(path), *options, "--dry-run", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["new"], found["malformed"], found["header"], found["delimiter"]) == (2, 1, False, ",")
    assert found["roles"] == {"number": 0, "password": 1, "note": 3}
    report = tmp_path / "report.csv"
    more = ["--invoice", "INV-9", "--note", "second", "--report", str(report)]
    assert run(["keys", "import", str(path), *options, *more]) == 0
    said = capfd.readouterr()
    assert "1 = number, 2 = password, 4 = note" in said.out
    assert "Line 3: The number or the password is empty." in said.err
    rows = report.read_text("utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows] == ["Line", "1", "2", "3"]
    assert "0012----0034" not in report.read_text("utf-8-sig")
    for key in ("0012----0034", "0056----0078"):
        assert run(["keys", "find", key]) == 0
    capfd.readouterr()
    assert run(["keys", "batches"]) == 0
    batch = json.loads(capfd.readouterr().out)
    assert (batch["invoice_no"], batch["note"]) == ("INV-9", "second")


def test_a_header_that_is_not_known_can_be_said_to_be_one(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys.tsv"
    path.write_text("serial\tval\nS1\tKEY-1\n")
    known = ["keys", "import", str(path), "--product", "A", "--delimiter", "tab", "--columns", "-,key", "--json"]
    assert run([*known, "--header", "--dry-run"]) == 0
    assert json.loads(capfd.readouterr().out)["new"] == 1
    assert run([*known, "--no-header", "--dry-run"]) == 0
    assert json.loads(capfd.readouterr().out)["new"] == 2


def test_a_guessed_encoding_has_to_be_said(shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "keys.txt"
    path.write_bytes("充值卡 KEY-1\n".encode("gb18030"))
    assert run(["keys", "import", str(path), "--product", "A"]) == 1
    error = capfd.readouterr().err
    assert "“充值卡”" in error
    assert "KEY-1" not in error
    assert run(["keys", "import", str(path), "--product", "A", "--encoding", "gb18030"]) == 0


@pytest.mark.parametrize(
    ("options", "status", "sentence"),
    [
        (["--columns", "number,pasword"], 2, "pasword"),
        (["--columns", "key,key"], 2, "key"),
        (["--columns", "key", "--column", "1"], 2, "either"),
        (["--columns", "key,-,-,-,face"], 1, "no column 5"),
        (["--columns", "note"], 1, "card key"),
        (["--delimiter", "pipe"], 1, "a comma, a tab or a semicolon"),
        (["--encoding", "latin1"], 1, "gb18030"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(
    shop_dir: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    options: list[str],
    status: int,
    sentence: str,
) -> None:
    path = tmp_path / "keys.csv"
    path.write_text("A,B,C\n")
    assert run(["keys", "import", str(path), "--product", "A", *options]) == status
    assert sentence in capfd.readouterr().err
    assert run(["keys", "find", "A,B,C"]) == 1


def test_many_lines_with_a_problem_are_counted(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys.txt"
    path.write_bytes(b"K-1\n" + b"A\x01B\n" * 25)
    assert run(["keys", "import", str(path), "--product", "A"]) == 0
    error = capfd.readouterr().err.splitlines()
    assert len(error) == 11
    assert error[-1].startswith("15 more")


def test_a_step_on_a_filter_can_be_tied_to_a_number(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys.txt"
    path.write_text("KEY-1\nKEY-2\nKEY-3\n")
    assert run(["keys", "import", str(path), "--product", "A"]) == 0
    everything = ["keys", "all", "void", "--product", "A", "--reason", "x"]
    capfd.readouterr()
    assert run([*everything, "--dry-run"]) == 0
    assert "3 keys" in capfd.readouterr().out
    assert run([*everything, "--count", "2"]) == 1
    assert "shows 3 keys by now, not 2: nothing was changed" in capfd.readouterr().err
    assert run([*everything, "--count", "3"]) == 0
    assert "3 keys changed" in capfd.readouterr().out


def test_an_export_can_be_narrowed_to_some_keys(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for number in (1, 2):
        path = tmp_path / "keys.txt"
        path.write_text(f"KEY-{number}-A\nKEY-{number}-B\n")
        assert run(["keys", "import", str(path), "--product", "A", "--batch", f"B{number}"]) == 0
    target = tmp_path / "out.txt"
    assert run(["export", "keys", "-o", str(target), "--reveal", "--batch", "B2", "--product", "A"]) == 0
    assert target.read_text().split() == ["KEY-2-A", "KEY-2-B"]
    assert run(["keys", "all", "void", "--batch", "B2", "--reason", "x"]) == 0
    table = tmp_path / "out.csv"
    assert run(["export", "keys", "-o", str(table), "--reveal", "--state", "void"]) == 0
    assert [line.count("KEY-2") for line in table.read_text("utf-8-sig").splitlines()] == [0, 1, 1]
    assert run(["export", "keys", "-o", str(table), "--state", "sold"]) == 2
    assert run(["export", "orders", "-o", str(table), "--batch", "B1"]) == 2
