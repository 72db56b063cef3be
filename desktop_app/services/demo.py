"""The demo shop: believable data, built by the same services in the order in which it would have happened.

``resources/demo/shop.json`` says what happened how many hours ago. Every step goes through a service, so the demo holds
nothing that a merchant could not have made. :func:`run_demo` then does the whole main job once more, from a file of
keys to a proof and CSV files.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from desktop_app.domain.errors import RefusedError
from desktop_app.domain.money import parse_yuan
from desktop_app.domain.states import (
    EscalationTarget,
    EvidenceKind,
    FeeDisclosure,
    PaymentChannel,
    PlatformKind,
    ProductKind,
    ReasonCode,
    RefusalGround,
    TopupState,
)
from desktop_app.paths import resources
from desktop_app.services.buyers import Target
from desktop_app.services.key_import import ImportOptions
from desktop_app.services.order_entry import OrderDraft
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.products import ProductDraft
from desktop_app.services.request_entry import RequestDraft
from desktop_app.services.shop import Shop
from desktop_app.services.shop_settings import ShopSettings

_MARK = "kamidesk-demo.txt"
_STOCKED_HOURS_AGO = 240
_SETTINGS = ShopSettings(
    shop_name="星河数卡专营店",
    icp="京ICP备2026000001号-1",
    licence="91110105MA0DEMO00X",
    contact="客服 400-000-0000（演示）",
    operator="林默",
)


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """Where the demo shop and the papers of its main job are."""

    data_dir: Path
    proof: Path
    csv: Path


@dataclass(slots=True)
class _Clock:
    """Time as it passed in the demo; real again once the story has been told."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class _Entry:
    """What later steps of a request need to know of the earlier ones."""

    request_id: int = 0
    refund_id: int = 0


@dataclass(order=True, slots=True)
class _Event:
    at: datetime
    position: int
    act: Callable[[], None]


def run_demo(folder: Path) -> DemoOutcome:
    """Make the demo shop in ``folder``/shop and do the main job on it; the papers stand in ``folder``.

    An earlier demo in the folder is replaced; :class:`RefusedError` when something else stands there.
    """
    data_dir = folder / "shop"
    mark = folder / _MARK
    if data_dir.exists() and not mark.exists():
        raise RefusedError(
            "{folder} holds something that is not a demo shop: choose another folder.",
            "{folder} 中已有其他内容，不是演示店铺：请另选文件夹。",
            folder=data_dir,
        )
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text("Kamidesk demo: this folder is replaced by the next demo.\n", encoding="utf-8")
    shutil.rmtree(data_dir, ignore_errors=True)
    clock = _Clock(datetime.now(UTC).replace(microsecond=0))
    shop, _code = Shop.create(data_dir, protection="file", settings=_SETTINGS, actor=_SETTINGS.operator, clock=clock)
    try:
        story = json.loads((resources() / "demo" / "shop.json").read_text("utf-8"))
        _Story(shop, clock, story).tell()
        return _main_job(shop, folder, story["main_job"])
    finally:
        shop.close()


def _main_job(shop: Shop, folder: Path, job: Mapping[str, Any]) -> DemoOutcome:
    """A file of keys, an order, a delivery, a redemption, a request decided, its proof, and the lists as CSV."""
    keys_file = folder / "keys.txt"
    keys_file.write_text("\n".join(job["keys"]) + "\n", encoding="utf-8")
    product = shop.products.by_code(job["product"])
    channel = next(line for line in shop.policies.channels() if line.name == job["channel"])
    preview = shop.inventory.preview_file(keys_file, product.id)
    shop.inventory.import_keys(preview, ImportOptions(batch="演示导入", supplier="华东点卡批发", cost_fen=9420))
    now = shop.context.clock()
    order_id = shop.orders.add(
        OrderDraft(
            order_no=f"DD{now.astimezone(shop.context.zone):%Y%m%d%H%M%S}99",
            channel_id=channel.id,
            product_id=product.id,
            quantity=2,
            list_fen=product.price_fen,
            paid_fen=2 * product.price_fen,
            payment_channel=PaymentChannel.WECHAT,
            ordered_at=now - timedelta(hours=3),
            paid_at=now - timedelta(hours=2, minutes=59),
            buyer="演示买家 13800000000",
            target=Target(game="Steam", account="steam_demo_2026", server="国区"),
        )
    )
    shop.orders.deliver(order_id)
    order = shop.orders.detail(order_id)
    shop.orders.redeem(
        order.units[0].id,
        redeemed_at=now,
        code="HX-STM-48230001",
        target="steam_demo_2026",
        source="供应商激活记录",
        stated_by="华东点卡批发",
    )
    request_id = shop.requests.add(
        RequestDraft(
            order_no=order.line.order_no,
            requested_at=now,
            reason=ReasonCode.CHANGE_OF_MIND,
            text="两张都想退",
            evidence=(EvidenceKind.ORDER_SCREENSHOT, EvidenceKind.PAYMENT_SCREENSHOT),
        )
    )
    shop.requests.approve(request_id, token=shop.requests.preview(request_id).token)
    proof = shop.proofs.issue_for_order(order.line.order_no)[0]
    proof_path, csv_path = folder / "redemption-proof.pdf", folder / "requests.csv"
    shop.proofs.save(proof.id, proof_path)
    for what in ("keys", "orders", "requests", "refunds", "events"):
        shop.reports.export(what, folder / f"{what}.csv")
    return DemoOutcome(shop.data_dir, proof_path, csv_path)


class _Story:
    """The story of ``shop.json``, told step by step with the clock set to when each step happened."""

    def __init__(self, shop: Shop, clock: _Clock, story: Mapping[str, Any]) -> None:
        self._shop = shop
        self._clock = clock
        self._story = story
        self._end = clock.now
        self._events: list[_Event] = []
        self._channels: dict[str, int] = {}
        self._orders: dict[str, int] = {}
        self._random = random.Random(20261122)

    def tell(self) -> None:
        """Do everything that happened; afterwards the clock shows the present again."""
        self._clock.now = self._ago(_STOCKED_HOURS_AGO)
        for channel in self._story["channels"]:
            self._add_channel(channel)
        for product in self._story["products"]:
            self._add_product(product)
        for number, order in enumerate(self._story["orders"]):
            self._plan_order(number, order)
        for request in self._story["requests"]:
            self._plan_request(request)
        for event in sorted(self._events):
            self._clock.now = event.at
            event.act()
        self._clock.now = self._end

    def _ago(self, hours: float) -> datetime:
        return self._end - timedelta(seconds=round(hours * 3600))

    def _plan(self, at: datetime, act: Callable[[], None]) -> None:
        self._events.append(_Event(at, len(self._events), act))

    def _add_channel(self, facts: Mapping[str, Any]) -> None:
        self._channels[facts["name"]] = self._shop.policies.add_channel(
            facts["name"],
            PlatformKind(facts["platform_kind"]),
            PolicyDraft(
                window_hours=facts["window_hours"],
                fee_bp=parse_yuan(facts["fee_percent"]),  # per cent with two decimals are basis points
                unshipped_fee_bp=parse_yuan(facts["unshipped_fee_percent"]),
                fee_disclosure=FeeDisclosure(facts["fee_disclosure"]),
                refund_policy=facts["refund_policy"],
                fee_note=facts["fee_note"],
            ),
            facts["note"],
        )

    def _add_product(self, facts: Mapping[str, Any]) -> None:
        product_id = self._shop.products.add(
            ProductDraft(
                code=facts["code"],
                name=facts["name"],
                kind=ProductKind(facts["kind"]),
                face_fen=parse_yuan(facts["face"]) if facts["face"] else None,
                price_fen=parse_yuan(facts["price"]),
                low_stock_threshold=facts["low"],
            )
        )
        if facts["keys"]:
            keys = [self._key(facts["style"]) for _ in range(facts["keys"])]
            self._shop.inventory.import_keys(
                self._shop.inventory.preview_text("\n".join(keys), product_id),
                ImportOptions(
                    batch=f"{facts['code']} 首批",
                    supplier=facts["supplier"],
                    cost_fen=parse_yuan(facts["cost"]),
                    expires_on=(self._end + timedelta(days=300)).date().isoformat(),
                ),
            )

    def _key(self, style: str) -> str:
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

        def block(size: int, symbols: str = letters) -> str:
            return "".join(self._random.choices(symbols, k=size))

        if style == "steam":
            return f"{block(5)}-{block(5)}-{block(5)}"
        if style == "pair":
            return f"{block(16, '0123456789')}----{block(12, '0123456789')}"
        return f"{block(4)}-{block(4)}-{block(4)}-{block(4)}"

    def _plan_order(self, number: int, facts: Mapping[str, Any]) -> None:
        ordered_at = self._ago(facts["hours_ago"])
        self._plan(ordered_at, lambda: self._enter(number, facts, ordered_at))
        for minutes, what, *more in facts["steps"]:
            self._plan(ordered_at + timedelta(minutes=minutes), self._step(facts["ref"], what, more))

    def _enter(self, number: int, facts: Mapping[str, Any], ordered_at: datetime) -> None:
        product = self._shop.products.by_code(facts["product"])
        local = ordered_at.astimezone(self._shop.context.zone)
        self._orders[facts["ref"]] = self._shop.orders.add(
            OrderDraft(
                order_no=f"DD{local:%Y%m%d%H%M%S}{number:02d}",
                channel_id=self._channels[facts["channel"]],
                product_id=product.id,
                quantity=facts["quantity"],
                list_fen=product.price_fen,
                discount_fen=parse_yuan(facts["discount"]),
                payment_channel=PaymentChannel(facts["payment"]),
                ordered_at=ordered_at,
                buyer=facts["buyer"],
                target=Target(**facts["target"]),
            )
        )

    def _step(self, ref: str, what: str, more: list[Any]) -> Callable[[], None]:
        orders = self._shop.orders

        def pay() -> None:
            detail = orders.detail(self._orders[ref])
            due_fen = sum(unit.net_fen for unit in detail.units)
            reference = f"42000026{self._clock.now:%Y%m%d%H%M%S}{detail.line.id:04d}"
            orders.mark_paid(detail.line.id, due_fen, self._clock.now, detail.payment_channel, reference)

        def redeem() -> None:
            position, code, source, stated_by = more
            detail = orders.detail(self._orders[ref])
            orders.redeem(
                detail.units[position - 1].id,
                redeemed_at=self._clock.now,
                code=code,
                target=detail.target.account,
                source=source,
                stated_by=stated_by,
            )

        def set_topup() -> None:
            for unit in orders.detail(self._orders[ref]).units:
                orders.set_unit_state(unit.id, topup=TopupState(more[0]))

        return {
            "pay": pay,
            "redeem": redeem,
            "topup": set_topup,
            "deliver": lambda: _done(orders.deliver(self._orders[ref])),
            "complete": lambda: orders.complete(self._orders[ref]),
            "lock": lambda: orders.lock(self._orders[ref], more[0]),
        }[what]

    def _plan_request(self, facts: Mapping[str, Any]) -> None:
        requested_at = self._ago(facts["hours_ago"])
        entry = _Entry()

        def receive() -> None:
            order = self._shop.orders.detail(self._orders[facts["order"]])
            reasons = {ref: ReasonCode(code) for ref, code in facts.get("unit_reasons", {}).items()}
            entry.request_id = self._shop.requests.add(
                RequestDraft(
                    order_no=order.line.order_no,
                    requested_at=requested_at,
                    reason=ReasonCode(facts["reason"]) if facts["reason"] else None,
                    text=facts["text"],
                    unit_reasons=reasons,
                    evidence=tuple(EvidenceKind(kind) for kind in facts.get("evidence", ())),
                )
            )

        self._plan(requested_at, receive)
        for hours, what, *more in facts.get("then", ()):
            self._plan(self._ago(hours), self._request_step(entry, what, more))

    def _request_step(self, entry: _Entry, what: str, more: list[Any]) -> Callable[[], None]:
        requests, refunds = self._shop.requests, self._shop.refunds

        def approve() -> None:
            token = requests.preview(entry.request_id).token
            entry.refund_id = requests.approve(entry.request_id, token=token).refund_id or 0

        def refuse() -> None:
            token = requests.preview(entry.request_id).token
            requests.refuse(entry.request_id, token=token, ground=RefusalGround(more[0]), reason=more[1])

        def escalate() -> None:
            requests.escalate(entry.request_id, EscalationTarget(more[0]), reference=more[1], note=more[2])

        return {
            "approve": approve,
            "refuse": refuse,
            "escalate": escalate,
            "ask": lambda: _done(requests.ask(entry.request_id, more[0], more[1])),
            "note": lambda: requests.note(entry.request_id, more[0]),
            "paid": lambda: refunds.mark_paid(entry.refund_id, more[0]),
            "arrived": lambda: refunds.mark_arrived(entry.refund_id),
        }[what]


def _done(_result: object) -> None:
    """A step of the story leaves its result to the shop."""
