"""Disputes in the window: opened from a request, sent, answered, ended, and what a lost one opens again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton

from desktop_app.domain.states import (
    DisputeOutcome,
    DisputeState,
    EscalationTarget,
    ReasonCode,
    RefusalGround,
)
from desktop_app.services.refunds import RefundFilter
from desktop_app.ui.dialogs.dispute_dialogs import AppealDialog, DisputeStepDialog, OutcomeDialog
from desktop_app.ui.dialogs.dossier_dialog import DossierDialog
from desktop_app.ui.jobs import ImmediateJobs
from desktop_app.ui.page_table import PAGES
from tests.ui.request_shop import RequestWindow

TO_12315 = EscalationTarget.CONSUMER_12315


@pytest.fixture
def window(tmp_path: Path, immediate_jobs: ImmediateJobs, monkeypatch: pytest.MonkeyPatch) -> Iterator[RequestWindow]:
    monkeypatch.setattr(RequestWindow, "page_names", tuple(entry.name for entry in PAGES))
    shown = RequestWindow(tmp_path / "shop", immediate_jobs)
    shown.open_shop()
    yield shown
    shown.shop.close()


def refused(window: RequestWindow) -> int:
    order_id = window.sell()
    window.clock.advance(minutes=5)
    window.redeem(order_id)
    request_id = window.ask_back(reason=ReasonCode.REDEMPTION_DISPUTED, text="没有激活过")
    token = window.shop.requests.preview(request_id).token
    window.shop.requests.refuse(request_id, token=token, ground=RefusalGround.REDEEMED)
    window.clock.advance(days=1)
    return request_id


def dialog(kind: type[QDialog]) -> Any:
    QApplication.processEvents()
    found = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind) and widget.isVisible()]
    assert len(found) == 1
    return found[0]


def press(widget: Any, name: str) -> None:
    button = widget.findChild(QPushButton, name)
    assert button is not None
    assert button.isEnabled()
    button.click()
    QApplication.processEvents()


def test_an_appeal_is_opened_from_a_decided_request_and_won(window: RequestWindow) -> None:
    request_id = refused(window)
    inbox = window.inbox(request_id)
    press(inbox, "appeal_button")
    form = dialog(AppealDialog)
    form.target_combo.set_code(TO_12315)
    form.reference_edit.setText("3100-5")
    form.submit()
    page = window.window.page()
    assert page.title() == "Disputes"
    (line,) = window.shop.disputes.listing().rows()
    assert (line.is_appeal, line.reference, line.state) == (True, "3100-5", DisputeState.OPENED)
    press(page, "dispute_sent_button")
    dialog(DisputeStepDialog).submit()
    assert window.shop.disputes.get(line.id).state is DisputeState.SENT
    window.clock.advance(days=2)
    press(page, "dispute_answered_button")
    dialog(DisputeStepDialog).submit()
    press(page, "dispute_outcome_button")
    form = dialog(OutcomeDialog)
    form.outcome_combo.set_code(DisputeOutcome.BUYER_WON)
    assert "opened again" in form.findChild(QLabel, "outcome_consequence").text()
    form.submit()
    ended = window.shop.disputes.get(line.id)
    assert ended.reopened_no in page.findChild(QLabel, "dispute_facts_changed").text()
    press(page, "dispute_reopened_button")
    pane = window.window.page().pane
    assert pane.detail.line.id == ended.reopened_request_id
    # the reason of an approval against the rules is there already
    assert "3100-5" in pane.bar.reason_edit.text()
    assert "3100-5" in pane.notice.text()
    # and so is what was paid: the merchant presses one button, or changes it to what was awarded
    assert "98.50" in pane.bar.approve_button.text()
    assert pane.bar.approve_button.property("kind") == "primary"
    pane.bar.amount_edit.setText("25.00")
    pane.bar.approve()
    (refund,) = window.shop.refunds.listing(RefundFilter()).rows()
    assert refund.amount_fen == 2500
    decision = window.shop.requests.detail(ended.reopened_request_id).decision
    assert decision is not None
    assert "3100-5" in decision.reason


def test_a_dossier_is_made_from_the_page_and_recognised(window: RequestWindow, tmp_path: Path) -> None:
    request_id = refused(window)
    escalation_id = window.shop.disputes.open_appeal(request_id, TO_12315)
    page = window.page("disputes")
    page.open_item(escalation_id)
    press(page, "make_dossier_button")
    form = dialog(DossierDialog)
    assert form.target_combo.code() is TO_12315
    assert not form.target_combo.isEnabled()
    form.folder_edit.setText(str(tmp_path / "nowhere"))
    form.submit()
    assert "folder" in form.message.text()
    form.folder_edit.setText(str(tmp_path))
    form.submit()
    (made,) = tmp_path.glob("*.zip")
    assert made.name in form.message.text()
    assert form.open_button.isVisible()
    form.reject()
    assert window.shop.disputes.get(escalation_id).state is DisputeState.PREPARED
    assert made.stem in page.findChild(QLabel, "dispute_dossiers").text()
    page._look_up(made)
    assert made.stem in page.message.text()
    made.write_bytes(made.read_bytes() + b"x")
    page._look_up(made)
    assert "no dossier" in page.message.text()


def test_a_locked_shop_says_why_no_dossier_is_made(window: RequestWindow, tmp_path: Path) -> None:
    request_id = refused(window)
    inbox = window.inbox(request_id)
    window.shop.lock()
    press(inbox, "decided_dossier_button")
    form = dialog(DossierDialog)
    form.folder_edit.setText(str(tmp_path))
    form.submit()
    assert "locked" in form.message.text()
    assert form.submit_button.isEnabled()
    assert not list(tmp_path.glob("ZJ-*"))


def test_the_list_shows_age_and_what_is_overdue(window: RequestWindow) -> None:
    request_id = refused(window)
    escalation_id = window.shop.disputes.open_appeal(request_id, TO_12315)
    window.shop.disputes.record_sent(escalation_id)
    window.clock.advance(days=20)
    page = window.page("disputes")
    page.reload(None)
    page.open_item(escalation_id)
    model = page.table.model()
    texts = [model.index(0, column).data(Qt.ItemDataRole.DisplayRole) for column in range(model.columnCount())]
    assert "20 d" in texts
    assert any("overdue" in text for text in texts)
    page.apply_filter(scope="ended")
    assert page.table.model().rowCount() == 0


def test_a_hostile_case_number_is_shown_as_it_is(window: RequestWindow) -> None:
    request_id = refused(window)
    escalation_id = window.shop.disputes.open_appeal(request_id, TO_12315, reference="<img src=x>", note="<b>fett</b>")
    page = window.page("disputes")
    page.open_item(escalation_id)
    note = page.findChild(QLabel, "dispute_facts_note")
    assert note.textFormat() is Qt.TextFormat.PlainText
    assert note.text() == "<b>fett</b>"


def test_an_open_request_offers_its_dossier_under_more(window: RequestWindow, tmp_path: Path) -> None:
    window.sell()
    inbox = window.inbox(window.ask_back())
    inbox.pane.bar.more_button.setChecked(True)
    press(inbox, "dossier_button")
    form = dialog(DossierDialog)
    form.target_combo.set_code(EscalationTarget.PLATFORM)
    form.folder_edit.setText(str(tmp_path))
    form.submit()
    assert len(list(tmp_path.glob("ZJ-*"))) == 2
    (line,) = window.shop.disputes.listing().rows()
    assert (line.target, line.is_appeal) == (EscalationTarget.PLATFORM, False)
