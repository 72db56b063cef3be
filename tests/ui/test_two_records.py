"""What the shop holds and what the buyer's official record says, beside each other in the request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from desktop_app.domain.states import EvidenceKind, ReasonCode
from desktop_app.ui.jobs import ImmediateJobs
from desktop_app.ui.widgets.two_records import TwoRecordsView
from tests.ui.request_shop import RequestWindow
from tests.ui.stock_shop import in_use


@pytest.fixture
def shop(tmp_path: Path, immediate_jobs: ImmediateJobs) -> Iterator[RequestWindow]:
    with in_use(RequestWindow(tmp_path / "shop", immediate_jobs)) as made:
        made.open_shop()
        yield made


def shown(view: TwoRecordsView) -> list[str]:
    return [label.text() for label in view.findChildren(QLabel) if label.isVisibleTo(view)]


def test_both_records_are_shown_with_what_corrected_ours(shop: RequestWindow) -> None:
    order_id = shop.sell()
    shop.clock.advance(minutes=5)
    shop.redeem(order_id, code="OLD")
    shop.redeem(order_id)
    unit = shop.shop.orders.detail(order_id).units[0]
    shop.shop.orders.set_unit_state(unit.id, official_not_activated=True)
    request_id = shop.ask_back(
        reason=ReasonCode.REDEMPTION_DISPUTED, evidence=(EvidenceKind.OFFICIAL_ACTIVATION_RECORD,)
    )
    view = TwoRecordsView()
    assert view.show_detail(shop.shop.requests.detail(request_id), shop.window.zone())
    text = "\n".join(shown(view))
    for part in ("RX-88412093", "供应商激活记录", "says 供应商", "corrects: ", "OLD", "not activated", "contradict"):
        assert part in text, part


def test_without_any_record_there_is_nothing_to_compare(shop: RequestWindow) -> None:
    shop.sell()
    request_id = shop.ask_back()
    view = TwoRecordsView()
    assert not view.show_detail(shop.shop.requests.detail(request_id), shop.window.zone())


def test_our_record_alone_says_that_the_buyer_showed_none(shop: RequestWindow) -> None:
    order_id = shop.sell()
    shop.clock.advance(minutes=5)
    shop.redeem(order_id)
    request_id = shop.ask_back()
    view = TwoRecordsView()
    assert view.show_detail(shop.shop.requests.detail(request_id), shop.window.zone())
    assert "none on file" in shown(view)
    assert not any("contradict" in text for text in shown(view))
