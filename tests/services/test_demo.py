"""The demo shop tells a story that the rules and the check agree with."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.domain.errors import RefusedError
from desktop_app.domain.states import PlatformKind, VerdictKind
from desktop_app.services import Shop
from desktop_app.services.demo import DemoOutcome, run_demo
from desktop_app.services.inventory import KeyFilter
from desktop_app.services.orders import OrderFilter
from desktop_app.services.requests import RequestFilter


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoOutcome:
    return run_demo(tmp_path_factory.mktemp("demo"))


def test_the_demo_shows_every_verdict_and_two_disputes_and_is_sound(demo: DemoOutcome) -> None:
    shop = Shop.open(demo.data_dir)
    try:
        assert shop.unlock_automatically()
        lines = list(shop.requests.listing(RequestFilter(scope="all")).rows())
        assert {line.verdict for line in lines} == set(VerdictKind)
        assert any(line.is_overdue for line in lines)
        disputed = [line for line in lines if shop.requests.detail(line.id).escalations]
        assert len(disputed) == 2
        assert len(lines) == 18 + 1  # the story's, and the one of the main job
        assert shop.orders.listing(OrderFilter()).count() == 60 + 1
        assert shop.inventory.listing(KeyFilter()).count() == 400 + 10
        assert len(shop.products.all()) == 6
        assert {line.platform_kind for line in shop.policies.channels()} == set(PlatformKind)
        assert shop.stock.running_low()
        assert shop.reports.check() == []
    finally:
        shop.close()


def test_the_papers_are_where_it_says(demo: DemoOutcome) -> None:
    assert demo.proof.read_bytes().startswith(b"%PDF")
    assert demo.csv.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_second_demo_replaces_the_first_but_never_a_real_shop(demo: DemoOutcome, tmp_path: Path) -> None:
    run_demo(demo.data_dir.parent)
    (tmp_path / "shop").mkdir()
    with pytest.raises(RefusedError):
        run_demo(tmp_path)
