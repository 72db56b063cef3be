"""Preview and printing: what is chosen goes to the printer, and the log says the same."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.ui.dialogs import print_dialog
from desktop_app.ui.dialogs.print_dialog import PrintDialog
from desktop_app.ui.jobs import ImmediateJobs, Jobs
from desktop_app.ui.pdf_pages import page_sizes, page_text
from desktop_app.ui.printing import Printed, Printers
from tests.ui.paper_shop import PaperWindow

QUEUES = Printers(("Front desk", "Zebra"), "Zebra")


@pytest.fixture
def at(immediate_jobs: ImmediateJobs, tmp_path: Path) -> PaperWindow:
    return PaperWindow(tmp_path / "shop", immediate_jobs)


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(print_dialog, "find_printers", lambda: QUEUES)


def _spooler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """A stand-in for ``lp``: a print system that the test can look into."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "lp"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def _issued(at: PaperWindow, count: int) -> list[int]:
    return [at.shop.proofs.issue(at.redeemed(f"DD2026112200{number}")).id for number in range(count)]


def _dialog(at: PaperWindow, proof_ids: list[int]) -> PrintDialog:
    return PrintDialog(at.window, at.shop, at.window.jobs, proof_ids)


def test_copies_pages_and_queue_reach_the_spooler_and_the_log(
    at: PaperWindow, queues: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _spooler(tmp_path, monkeypatch, 'echo "$@" > "$0.arguments"; cat > "$0.paper"')
    proof_ids = _issued(at, 3)
    dialog = _dialog(at, proof_ids)
    pages = dialog.preview.page_count()
    each = pages // 3
    assert dialog.printer_combo.currentText() == "Zebra"
    assert dialog.no_printer.isHidden()
    assert not dialog.unsigned_note.isHidden()
    dialog.printer_combo.setCurrentIndex(0)
    dialog.copies_spin.setValue(4)
    dialog.some_pages.setChecked(True)
    dialog.from_spin.setValue(each + 1)
    dialog.to_spin.setValue(2 * each)
    assert "Proofs: 1." in dialog.count_label.text()
    heard: list[Printed] = []
    dialog.printed.connect(heard.append)
    dialog.print_button.click()
    assert heard == [Printed("Front desk", 4, each)]
    arguments = (folder / "lp.arguments").read_text("utf-8")
    assert "-d Front desk -n 4" in arguments
    paper = (folder / "lp.paper").read_bytes()
    assert len(page_sizes(paper)) == each
    wanted = at.shop.proofs.get(proof_ids[1]).proof_no
    assert wanted in page_text(paper, 0)
    (line,) = at.shop.prints.listing().rows()
    assert (line.proof_no, line.pages, line.copies, line.printer) == (wanted, each, 4, "Front desk")
    # the next time the printer that was chosen is offered first
    assert _dialog(at, proof_ids).printer_combo.currentText() == "Front desk"


def test_a_printer_that_refuses_is_told_and_nothing_is_logged(
    at: PaperWindow, queues: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _spooler(tmp_path, monkeypatch, 'cat > /dev/null; echo "lp: The printer is not accepting jobs." >&2; exit 1')
    dialog = _dialog(at, _issued(at, 1))
    dialog.print_button.click()
    assert "not accepting jobs" in dialog.message.text()
    assert "Zebra" in dialog.message.text()
    assert at.shop.prints.listing().count() == 0
    assert dialog.print_button.isEnabled()


def test_without_a_print_system_an_unknown_printer_is_refused(
    at: PaperWindow, queues: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    dialog = _dialog(at, _issued(at, 1))
    dialog.print_button.click()
    assert "Zebra" in dialog.message.text()
    assert at.shop.prints.listing().count() == 0


def test_without_a_printer_the_paper_becomes_a_file(
    at: PaperWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(print_dialog, "find_printers", lambda: Printers((), ""))
    dialog = _dialog(at, _issued(at, 2))
    assert not dialog.no_printer.isHidden()
    assert not dialog.copies_spin.isEnabled()
    assert dialog.print_button.text() == "Save…"
    dialog.save_to(tmp_path / "gone" / "x.pdf")
    assert "x.pdf" in dialog.message.text()
    dialog.save_to(tmp_path / "x.pdf")
    assert len(page_sizes((tmp_path / "x.pdf").read_bytes())) == dialog.preview.page_count()
    (line,) = at.shop.prints.listing().rows()
    assert (line.documents, line.printer) == (2, "PDF: x.pdf")


def test_the_range_of_pages_cannot_be_turned_around_and_follows_the_preview(at: PaperWindow, queues: None) -> None:
    dialog = _dialog(at, _issued(at, 2))
    last = dialog.preview.page_count()
    dialog.some_pages.setChecked(True)
    dialog.to_spin.setValue(1)
    assert (dialog.from_spin.value(), dialog.to_spin.value()) == (1, 1)
    dialog.from_spin.setValue(last)
    assert (dialog.from_spin.value(), dialog.to_spin.value()) == (last, last)
    assert dialog.preview.page_number() == last
    dialog.page_spin.setValue(2)
    assert dialog.preview.page_number() == 2
    dialog.preview.show_previous()
    assert dialog.page_spin.value() == 1


def test_a_damaged_proof_is_not_printed(at: PaperWindow, queues: None) -> None:
    (proof_id,) = _issued(at, 1)
    path = at.shop.data_dir / "proofs" / f"{at.shop.proofs.get(proof_id).proof_no}.pdf"
    path.write_bytes(path.read_bytes() + b"%")
    dialog = _dialog(at, [proof_id])
    assert dialog.preview.page_count() == 0
    assert not dialog.print_button.isEnabled()


def test_a_spooler_that_takes_its_time_gets_the_whole_file(
    at: PaperWindow, queues: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = tmp_path / "printed.pdf"
    _spooler(tmp_path, monkeypatch, f"sleep 0.6\nexec cat > {printed}")  # longer than one asks whether it is done
    dialog = _dialog(at, _issued(at, 4))
    dialog.print_button.click()
    assert printed.stat().st_size > 64 * 1024, "less would fit into a pipe"
    assert len(page_sizes(printed.read_bytes())) == dialog.preview.page_count()


def test_a_busy_spooler_is_given_up_when_the_merchant_stops(
    qtbot: QtBot, jobs: Jobs, queues: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = PaperWindow(tmp_path / "shop", jobs)
    proof_ids = _issued(at, 1)
    _spooler(tmp_path, monkeypatch, "exec sleep 60")
    dialog = _dialog(at, proof_ids)
    qtbot.waitUntil(dialog.print_button.isEnabled)
    dialog.print_button.click()
    assert not dialog.print_button.isEnabled()
    dialog.reject()
    qtbot.waitUntil(lambda: "Stopped" in dialog.message.text())
    assert at.shop.prints.listing().count() == 0
    qtbot.waitUntil(lambda: not jobs.running)
