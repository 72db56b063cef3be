"""The command line as a merchant's script would use it: real files, real exit statuses."""

from __future__ import annotations

import csv
import io
import json
import signal
import sys
from pathlib import Path

import pytest

from desktop_app.cli import run
from desktop_app.services import Shop
from desktop_app.storage.vault_slots import Argon2Cost
from tests.interrupts import interrupt_after

PASSWORD = "correct horse battery"
ORDERS = (
    "order_no,channel,product,quantity,list_price,paid,ordered_at,paid_at,buyer,account\n"
    "A1,发卡网,STEAM,2,19.90,39.80,2026-11-20 10:00:00,2026-11-20 10:01:00,张三,10001\n"
)


@pytest.fixture
def shop_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from desktop_app.domain.states import PlatformKind, ProductKind
    from desktop_app.services.policies import PolicyDraft
    from desktop_app.services.products import ProductDraft

    folder = tmp_path / "shop"
    shop, _code = Shop.create(folder, protection="password", password=PASSWORD, cost=Argon2Cost(16, 2, 1))
    shop.policies.add_channel("发卡网", PlatformKind.THIRD_PARTY, PolicyDraft(fee_bp=500))
    shop.products.add(ProductDraft(code="STEAM", name="Steam 充值码", kind=ProductKind.GAME_CARD, price_fen=1990))
    shop.close()
    monkeypatch.setenv("KAMIDESK_DATA", str(folder))
    monkeypatch.setenv("KAMIDESK_PASSWORD", PASSWORD)
    monkeypatch.setenv("KAMIDESK_LANGUAGE", "en")
    return folder


def test_from_a_file_of_keys_to_a_decided_request_a_proof_and_a_csv(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    keys = tmp_path / "keys.txt"
    keys.write_text("AAAA-0001\nAAAA-0002\nAAAA-0001\n", "utf-8")
    assert run(["keys", "import", str(keys), "--product", "STEAM", "--cost", "18.50", "--json"]) == 0
    counts = json.loads(capfd.readouterr().out)
    assert (counts["lines"], counts["new"], counts["duplicate_in_file"]) == (3, 2, 1)
    orders = tmp_path / "orders.csv"
    orders.write_text(ORDERS, "utf-8")
    assert run(["orders", "import", str(orders)]) == 0
    assert run(["orders", "deliver", "A1"]) == 0
    assert "AAAA-0001" in capfd.readouterr().out
    redeem = ["orders", "redeem", "A1", "--code", "HX-1", "--target", "10001", "--source", "supplier record"]
    assert run([*redeem, "--at", "2026-11-20T12:00:00+08:00"]) == 0
    assert run(["keys", "find", "AAAA-0002"]) == 0
    assert json.loads(capfd.readouterr().out.split("\n", 1)[1])["order_no"] == "A1"
    requests = tmp_path / "requests.json"
    requests.write_text(
        json.dumps(
            {
                "id": "R-1",
                "order_no": "A1",
                "reason": "change_of_mind",
                "requested_at": "2026-11-20T13:00:00+08:00",
                "evidence": ["order_screenshot", "payment_screenshot"],
            }
        ),
        "utf-8",
    )
    assert run(["requests", "import", str(requests)]) == 0
    capfd.readouterr()
    assert run(["requests", "list", "--json"]) == 0
    line = json.loads(capfd.readouterr().out)
    assert (line["verdict"], line["rules"], line["refund_fen"]) == ("partial", ["N13", "N7"], 1890)
    assert run(["requests", "preview", line["request_no"]]) == 0
    token = json.loads(capfd.readouterr().out)["token"]
    assert run(["requests", "approve", line["request_no"], "--token", token]) == 0
    assert "¥18.90" in capfd.readouterr().out
    proof = tmp_path / "proof.pdf"
    assert run(["proof", "A1", "-o", str(proof)]) == 0
    assert proof.read_bytes().startswith(b"%PDF-1.4")
    exported = tmp_path / "requests.csv"
    assert run(["export", "requests", "-o", str(exported), "--language", "en"]) == 0
    rows = list(csv.reader(exported.read_text("utf-8-sig").splitlines()))
    assert len(rows) == 2
    assert "18.90" in rows[1]
    assert run(["check"]) == 0


def test_a_pipe_that_does_not_know_every_character_gets_the_next_best(
    shop_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["products", "add", "EMOJI", "月卡😀", "--kind", "membership", "--low-stock", "1"]) == 0
    out, err = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, "gbk", write_through=True))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(err, "gbk", write_through=True))
    assert run(["stock"]) == 0
    assert "STEAM: 0 sellable, \uffe50.00 at cost" in out.getvalue().decode("gbk")
    assert "月卡\\U0001f600 runs low" in err.getvalue().decode("gbk")


def test_a_dry_run_stores_nothing(shop_dir: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys.txt"
    keys.write_text("AAAA-0001\n", "utf-8")
    assert run(["keys", "import", str(keys), "--product", "STEAM", "--dry-run"]) == 0
    assert run(["keys", "find", "AAAA-0001"]) == 1


def test_a_refusal_is_one_sentence_on_standard_error_and_status_1(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["orders", "deliver", "NOPE"]) == 1
    said = capfd.readouterr()
    assert said.out == ""
    assert "NOPE" in said.err
    assert said.err.count("\n") == 1
    binary = tmp_path / "keys.bin"
    binary.write_bytes(bytes(range(256)) * 9)
    assert run(["keys", "import", str(binary), "--product", "STEAM"]) == 1
    assert "keys.bin" in capfd.readouterr().err


def test_a_wrong_password_opens_nothing(
    shop_dir: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAMIDESK_PASSWORD", "not the password")
    assert run(["keys", "find", "AAAA-0001"]) == 1
    assert "password" in capfd.readouterr().err


def test_the_password_may_come_from_a_file_and_must_come_from_somewhere(
    shop_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KAMIDESK_PASSWORD")
    assert run(["check"]) == 1
    assert "--password-file" in capfd.readouterr().err
    secret = tmp_path / "password.txt"
    secret.write_text(PASSWORD + "\n", "utf-8")
    assert run(["--password-file", str(secret), "check"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["keys", "import"],
        ["decide"],
        ["requests", "refuse", "TK1", "--ground", "mood"],
        ["decide", "nofile"],
    ],
)
def test_wrong_usage_is_status_2(shop_dir: Path, arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert capfd.readouterr().out == ""


def test_decide_needs_no_shop_and_keeps_bad_lines_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAMIDESK_DATA", str(tmp_path / "nothing"))
    case = {
        "now": "2026-11-20T12:00:00+08:00",
        "policy": {"platform_kind": "official"},
        "order": {
            "product_kind": "game_card",
            "state": "paid",
            "ordered_at": "2026-11-20T10:00:00+08:00",
            "paid_fen": 1000,
            "units": [{"ref": "1", "net_fen": 1000, "state": "unshipped"}],
        },
        "request": {"requested_at": "2026-11-20T11:00:00+08:00", "reason": "wrong_item"},
    }
    single = tmp_path / "case.json"
    single.write_text(json.dumps({"case": case, "expect": {}}), "utf-8")
    assert run(["decide", str(single)]) == 0
    assert json.loads(capfd.readouterr().out)["units"][0]["rule"] == "N2"
    lines = tmp_path / "cases.jsonl"
    lines.write_text(f'{json.dumps(case)}\n{{"now": 1}}\n{json.dumps(case)}\n', "utf-8")
    assert run(["decide", "--jsonl", str(lines)]) == 2
    answers = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [answer.get("refund_fen") for answer in answers] == [1000, None, 1000]
    assert set(answers[1]) == {"error", "field"}
    single.write_text("[]", "utf-8")
    assert run(["decide", str(single)]) == 2
    assert capfd.readouterr().out == ""
    assert not (tmp_path / "nothing").exists()


def test_a_batch_is_corrected_and_taken_back(shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    keys = tmp_path / "keys.txt"
    keys.write_text("AAAA-0001\nAAAA-0002\n", "utf-8")
    assert run(["keys", "import", str(keys), "--product", "STEAM", "--batch", "N1", "--supplier", "Jia"]) == 0
    assert run(["keys", "batch", "n1", "--invoice", "INV-7", "--cost", "18.40"]) == 0
    capfd.readouterr()
    assert run(["keys", "batches", "--product", "STEAM"]) == 0
    line = json.loads(capfd.readouterr().out)
    assert (line["supplier"], line["invoice_no"], line["cost_fen"], line["in_stock"]) == ("Jia", "INV-7", 1840, 2)
    assert run(["keys", "undo", "N1", "--reason", "wrong list"]) == 0
    capfd.readouterr()
    assert run(["keys", "find", "AAAA-0001"]) == 1
    assert run(["keys", "undo", "N1"]) == 1
    assert "N1" in capfd.readouterr().err


def test_a_shop_can_be_made_without_a_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "new")
    monkeypatch.setenv("KAMIDESK_LANGUAGE", "en")
    monkeypatch.delenv("KAMIDESK_PASSWORD", raising=False)
    assert run(["--data", folder, "init", "--protection", "file", "--name", "星河"]) == 0
    assert "Recovery code" in capfd.readouterr().out
    assert run(["--data", folder, "init", "--protection", "file"]) == 1
    assert run(["--data", folder, "channels", "add", "发卡网", "--kind", "third_party", "--fee", "5"]) == 0
    assert run(["--data", folder, "products", "add", "STEAM", "Steam 50", "--kind", "game_card", "--price", "49"]) == 0
    keys = tmp_path / "keys.txt"
    keys.write_text("AAAA-0001\n", "utf-8")
    assert run(["--data", folder, "keys", "import", str(keys), "--product", "STEAM"]) == 0
    monkeypatch.setenv("KAMIDESK_PASSWORD", "short")
    assert run(["--data", str(tmp_path / "weak"), "init"]) == 1
    assert not Shop.exists(tmp_path / "weak")


def test_a_step_on_everything_shown_and_the_recycle_bin(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    keys = tmp_path / "keys.txt"
    keys.write_text("AAAA-0001\nAAAA-0002\nAAAA-0003\n", "utf-8")
    assert run(["keys", "import", str(keys), "--product", "STEAM", "--cost", "10"]) == 0
    assert run(["keys", "all", "bin", "--product", "STEAM", "--reason", "wrong"]) == 0
    assert "3 keys changed" in capfd.readouterr().out
    assert run(["keys", "all", "restore", "--text", "AAAA-0001"]) == 0
    assert run(["keys", "all", "erase"]) == 0
    assert "2 keys changed" in capfd.readouterr().out
    assert run(["stock", "--json"]) == 0
    line = json.loads(capfd.readouterr().out)
    assert (line["code"], line["cost_fen"], line["product"]["in_stock"]) == ("STEAM", 1000, 1)
    assert run(["keys", "all", "burn"]) == 2


def test_the_ways_to_open_the_shop(shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    new = tmp_path / "new.txt"
    new.write_text("another long password\n", "utf-8")
    assert run(["vault", "recovery"]) == 0
    assert len(capfd.readouterr().out.split()[-1]) == 44
    assert run(["vault", "password", "--new-file", str(new)]) == 0
    assert run(["vault", "recovery"]) == 1, "the old password opens nothing any more"
    capfd.readouterr()
    assert run(["--password-file", str(new), "vault", "remove", "password"]) == 1
    assert "only way" in capfd.readouterr().err
    assert run(["vault", "list"]) == 0
    assert capfd.readouterr().out.split() == ["password", "recovery"]
    assert run(["vault", "list", "--days"]) == 0
    assert [line.split("\t")[0] for line in capfd.readouterr().out.splitlines()] == ["password", "recovery"]


def test_replacing_the_keys_and_going_on_with_it(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    keys = tmp_path / "keys.txt"
    keys.write_text("K-1\nK-2\nK-3\n", "utf-8")
    assert run(["keys", "import", str(keys), "--product", "STEAM"]) == 0
    new = tmp_path / "new.txt"
    new.write_text("another long password\n", "utf-8")
    capfd.readouterr()
    assert run(["vault", "rotate", "--new-file", str(new)]) == 0
    code, done = capfd.readouterr().out.splitlines()
    assert len(code.split()[-1]) == 44
    assert "3 card keys" in done
    assert run(["vault", "rotate"]) == 1, "the old password opens nothing any more"
    # killed after the start: the list says so, and the next call goes on without making another code
    shop = Shop.open(shop_dir)
    shop.unlock("another long password")
    shop.vault.start_rotation(shop.vault.prepare_rotation("another long password", cost=Argon2Cost(16, 2, 1)))
    shop.close()
    capfd.readouterr()
    assert run(["vault", "list"]) == 0
    assert "0 of 3 done" in capfd.readouterr().err
    assert run(["--password-file", str(new), "vault", "rotate"]) == 0
    [line] = capfd.readouterr().out.splitlines()
    assert "3 card keys" in line
    shop = Shop.open(shop_dir)
    shop.unlock("another long password")
    assert shop.inventory.reveal(1) == "K-1"
    shop.close()


def test_an_interrupted_import_is_told_in_a_sentence_and_stores_nothing(
    shop_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "many.txt"
    keys.write_text("".join(f"KEY-{number:07}-ABCD\n" for number in range(20_000)), "utf-8")
    before = signal.getsignal(signal.SIGINT)
    interrupt_after(monkeypatch, signal, "signal")
    assert run(["keys", "import", str(keys), "--product", "STEAM"]) == 1
    assert "Cancelled" in capfd.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before
    assert run(["keys", "batches"]) == 0
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    "line",
    [
        "stock --expiring 99999999999999999999",
        "stock --expiring -1",
        "evidence describe 99999999999999999999 --source x",
        "evidence save 99999999999999999999 -o x",
        "refunds match 99999999999999999999 R1",
        "refunds unmatch 0",
    ],
)
def test_a_number_that_no_row_and_no_calendar_has_is_wrong_usage(line: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(line.split()) == 2
    assert "Invalid value" in capfd.readouterr().err
