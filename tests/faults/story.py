"""The shop that the fault tests are done to, and everything that can be under way in it when the power goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path

from desktop_app.domain.states import EvidenceKind, KeyState, PlatformKind, ProductKind, ReasonCode, RefusalGround
from desktop_app.services import Shop
from desktop_app.services.evidence import Marks
from desktop_app.services.inventory import ImportOptions, KeyFilter
from desktop_app.services.order_entry import OrderDraft
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.products import ProductDraft
from desktop_app.services.redemption_import import ListOptions
from desktop_app.services.request_entry import RequestDraft
from desktop_app.services.shop_settings import ShopSettings
from desktop_app.storage.vault_slots import Argon2Cost
from tests.exchange import statement_samples
from tests.services.desk import START, Clock

PASSWORD = "correct horse battery"
CHEAP = Argon2Cost(16, 2, 1)
_ON_D0, _ON_D2 = 1, 2  # the requests in the order of their entry
_CHANGE = ReasonCode.CHANGE_OF_MIND
_SCREENSHOTS = (EvidenceKind.ORDER_SCREENSHOT, EvidenceKind.PAYMENT_SCREENSHOT)

SECRETS = (b"SOLD-0000000", b"NEXT-0000000", b"BULK-0000000", b"UNDO-0000000")
"""How the card keys of the story begin: nothing that is written may hold one of these."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a merchant does. ``work`` gets the open shop and the folder of the files that it needs."""

    name: str
    work: Callable[[Shop, Path], object]


def open_shop(data_dir: Path) -> Shop:
    """The shop of the story, unlocked, at the hour in which everything happens."""
    shop = Shop.open(data_dir, clock=Clock(START + timedelta(hours=5)))
    shop.unlock(PASSWORD)
    return shop


def build(folder: Path, keys: int) -> None:
    """A shop in ``folder``/shop with ``keys`` card keys to do something with, and the files to import beside it."""
    clock = Clock()
    shop, _code = Shop.create(
        folder / "shop",
        protection="password",
        password=PASSWORD,
        cost=CHEAP,
        clock=clock,
        settings=ShopSettings(shop_name="星河数码", icp="沪ICP备1号", operator="林默"),
    )
    shop.policies.add_channel("星河卡盟", PlatformKind.THIRD_PARTY, PolicyDraft(fee_bp=500))
    for code in ("A", "B"):
        shop.products.add(ProductDraft(code=code, name=f"点卡 {code}", kind=ProductKind.GAME_CARD, face_fen=5000))
    clock.advance(hours=1)
    for batch, prefix, count in (("SOLD", "SOLD", 20), ("BULK", "BULK", keys), ("UNDO", "UNDO", keys)):
        _stock(shop, "A", batch, [f"{prefix}-{number:010}" for number in range(count)])
        clock.advance(minutes=1)
    for number in range(8):
        _order(shop, clock, f"D{number}", deliver=number < 7)
    for number in range(2, 5):
        (unit,) = shop.orders.by_number(f"D{number}").units
        shop.orders.redeem(
            unit.id,
            redeemed_at=clock(),
            code=f"RX-{number}",
            target="player_qing@163.com",
            source="供应商激活记录",
            stated_by="供应商",
        )
    clock.advance(minutes=10)
    for order_no in ("D0", "D2"):
        shop.requests.add(RequestDraft(order_no, clock(), _CHANGE, text="不想要了", evidence=_SCREENSHOTS))
    _order(shop, clock, "R0", deliver=False)
    request_id = shop.requests.add(RequestDraft("R0", clock(), _CHANGE, evidence=_SCREENSHOTS))
    shop.requests.approve(request_id, token=shop.requests.preview(request_id).token)
    shop.inventory.put_into_bin(_batch(shop, "UNDO"), "录错")
    shop.inventory.take_out_of_bin(_batch(shop, "UNDO"))
    _files(folder, clock, keys)
    shop.close()


def _stock(shop: Shop, code: str, batch: str, keys: list[str]) -> None:
    preview = shop.inventory.preview_text("\n".join(keys), shop.products.by_code(code).id)
    shop.inventory.import_keys(preview, ImportOptions(batch=batch, supplier="华东点卡"))


def _order(shop: Shop, clock: Clock, order_no: str, *, deliver: bool) -> None:
    order_id = shop.orders.add(
        OrderDraft(
            order_no=order_no,
            channel_id=shop.policies.channels()[0].id,
            product_id=shop.products.by_code("A").id,
            quantity=1,
            list_fen=5000,
            paid_fen=5000,
            ordered_at=clock() - timedelta(minutes=10),
            paid_at=clock() - timedelta(minutes=9),
            buyer="江小渔 13800001111",
        )
    )
    if deliver:
        shop.orders.deliver(order_id)


def _files(folder: Path, clock: Clock, keys: int) -> None:
    (folder / "keys.txt").write_text("".join(f"NEXT-{number:010}\n" for number in range(keys)))
    rows = [f"G{number},星河卡盟,A,1,50,,50,微信,2026-11-22 09:00,,已支付,,\n" for number in range(max(20, keys // 20))]
    header = "订单号,渠道,商品,数量,单价,优惠,实付,支付方式,下单时间,支付时间,状态,买家,账号\n"
    (folder / "orders.csv").write_text(header + "".join(rows), "utf-8")
    at = (clock() + timedelta(minutes=1)).astimezone(UTC) + timedelta(hours=8)
    lines = [f"SOLD-{number:010},{at:%Y-%m-%d %H:%M:%S},RY-{number},甲\n" for number in (5, 6)]
    (folder / "redeemed.csv").write_text("卡密,激活时间,流水号,激活账号\n" + "".join(lines), "utf-8")
    refund = statement_samples.wechat_trade_row(
        "4200R0", "R0", "50.00", refund_no="5030R0", refund_state="SUCCESS", at=f"{at:%Y-%m-%d %H:%M:%S}"
    )
    others = [statement_samples.wechat_trade_row(f"42{n:04}", f"Z{n}", "9.00") for n in range(30)]
    (folder / "statement.csv").write_bytes(statement_samples.wechat_trade([refund, *others]))


# ---- what can be under way


def _batch(shop: Shop, name: str) -> KeyFilter:
    return KeyFilter(batch_id=shop.inventory.batch_by_name(name).id)


def _import(shop: Shop, folder: Path) -> None:
    preview = shop.inventory.preview(folder / "keys.txt", shop.products.by_code("B").id)
    shop.inventory.import_keys(preview, ImportOptions(batch="NEXT"))


def _undo(shop: Shop, _folder: Path) -> None:
    shop.inventory.undo_import(shop.inventory.batch_by_name("UNDO").id, "录错")


def _bulk(step: str) -> Callable[[Shop, Path], object]:
    def work(shop: Shop, _folder: Path) -> object:
        keys, where = shop.inventory, _batch(shop, "BULK")
        if step == "void":
            return keys.void(where, "供货商跑路", failed=True)
        if step == "quarantine":
            return keys.quarantine(where, "待查")
        if step == "bin":
            return keys.put_into_bin(where, "录错")
        if step == "note":
            return keys.set_note(where, "活动")
        return keys.move(where, shop.products.by_code("B").id)

    return work


def _bin_and_erase(shop: Shop, _folder: Path) -> None:
    where = _batch(shop, "UNDO")
    if shop.inventory.listing(KeyFilter(batch_id=where.batch_id, state=KeyState.IN_STOCK)).count():
        shop.inventory.put_into_bin(where, "录错")
    shop.inventory.empty_bin(where)


def _orders(shop: Shop, folder: Path) -> None:
    shop.orders.import_orders(shop.orders.preview_import(folder / "orders.csv"))


def _redemptions(shop: Shop, folder: Path) -> None:
    shop.redemptions.import_list(shop.redemptions.preview_list(folder / "redeemed.csv"), ListOptions())


def _statement(shop: Shop, folder: Path) -> None:
    shop.reconciliation.import_statement(shop.reconciliation.preview(folder / "statement.csv"))


def _deliver(shop: Shop, _folder: Path) -> None:
    shop.orders.deliver(shop.orders.by_number("D7").line.id)


def _approve(shop: Shop, _folder: Path) -> None:
    shop.requests.approve(_ON_D0, token=shop.requests.preview(_ON_D0).token)


def _refuse(shop: Shop, _folder: Path) -> None:
    token = shop.requests.preview(_ON_D2).token
    shop.requests.refuse(_ON_D2, token=token, ground=RefusalGround.REDEEMED, reason="已激活")


def _evidence(shop: Shop, _folder: Path) -> None:
    order_id = shop.orders.by_number("D1").line.id
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200
    shop.evidence.add(EvidenceKind.CHAT_LOG, Marks(), order_id=order_id, content=content, name="聊天.png")


def _proofs(shop: Shop, _folder: Path) -> None:
    units = [shop.orders.by_number(order_no).units[0].id for order_no in ("D3", "D4")]
    for unit_id in units:
        shop.proofs.current_or_issue(unit_id)


def _rotate(shop: Shop, _folder: Path) -> None:
    if shop.vault.rotation() is None:
        if shop.context.vault.generation > 1:
            return
        shop.vault.start_rotation(shop.vault.prepare_rotation(PASSWORD, cost=CHEAP))
    shop.vault.continue_rotation()


ACTS = (
    Act("import of keys", _import),
    Act("undo of an import", _undo),
    *(Act(f"{step} of a filter", _bulk(step)) for step in ("void", "quarantine", "bin", "note", "move")),
    Act("bin and erase", _bin_and_erase),
    Act("import of orders", _orders),
    Act("import of redemptions", _redemptions),
    Act("import of a statement", _statement),
    Act("delivery", _deliver),
    Act("approval", _approve),
    Act("refusal with a proof", _refuse),
    Act("evidence", _evidence),
    Act("proofs", _proofs),
    Act("replacing the keys", _rotate),
)
