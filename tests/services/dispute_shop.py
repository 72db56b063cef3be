"""A case that went wrong in every way that a dossier tells: all kinds of evidence, a correction, an official record."""

from __future__ import annotations

import io
from datetime import timedelta

from PIL import Image, ImageDraw

from desktop_app.domain.states import EvidenceKind, ReasonCode, RefusalGround
from desktop_app.services.buyers import Target
from desktop_app.services.disputes import Disputes
from desktop_app.services.dossiers import Dossiers
from desktop_app.services.evidence import Evidence, Marks
from desktop_app.services.request_entry import RequestDraft
from desktop_app.services.settings import Settings
from desktop_app.services.shop_settings import ShopSettings
from tests.services.desk import Desk
from tests.services.order_desk import KEYS, OrderDesk

BUYER = "wx_qingfeng_88"
ACCOUNT = "player_qing@163.com"
WORDS = "我根本没有激活过！卡密 AAAA-1111-2222-0001 登录显示“未使用”，请退款。<img src=file:///etc/passwd>\u202e"


def screenshot(words: str = "10:32  商家：未使用可全额退", size: tuple[int, int] = (900, 1400)) -> bytes:
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for line in range(0, size[1], 70):
        draw.rectangle((20, line + 8, size[0] - 20, line + 48), fill=(225, 233, 250) if line % 140 else (240, 240, 240))
    draw.text((40, 22), words.encode("ascii", "replace").decode(), fill="black")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


class DisputeShop(OrderDesk):
    """An :class:`OrderDesk` with the services of disputes, and one refused request on an order of two units."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.disputes = Disputes(desk.context)
        self.dossiers = Dossiers(desk.context)
        self.evidence = Evidence(desk.context)
        Settings(desk.context).save(
            ShopSettings(
                shop_name="星河数字点卡店",
                icp="沪ICP备2026000001号-1",
                licence="91310000MA1K000000",
                contact="support@xinghe.example 021-00000000",
                operator="林默",
            )
        )

    def refused_case(self, reason: str = "两次登录记录均在激活之后") -> int:
        """The request; evidence with marks, a redemption record that was corrected, an official record against it."""
        order_id = self.delivered(
            keys=KEYS[:2],
            list_fen=5000,
            paid_fen=9000,
            discount_fen=1000,
            buyer=BUYER,
            target=Target("点券", "星海纪元", ACCOUNT, "电信一区", "清风明月"),
            payment_ref="4200001234202611220001",
        )
        first, second = self.unit_ids(order_id)
        self.redeem(first, code="RX-1", source="客服口述", stated_by="林默")
        self.redeem(first, target=ACCOUNT)
        self.redeem(second, code="RX-2", target=ACCOUNT)
        self.clock.advance(hours=2)
        request_id = self.requests.add(
            RequestDraft(
                "A1",
                self.clock() - timedelta(minutes=3),
                ReasonCode.REDEMPTION_DISPUTED,
                text=WORDS,
                unit_refs=("1",),
            )
        )
        captured = Marks(self.clock() - timedelta(minutes=20), "买家提供", False, True, "登录后台截图")
        self.evidence.add(
            EvidenceKind.CHAT_LOG, captured, request_id=request_id, content=screenshot(), name="聊天 截图.png"
        )
        self.evidence.add(
            EvidenceKind.ORDER_SCREENSHOT,
            Marks(source="平台后台"),
            request_id=request_id,
            content=b"PK\x03\x04 not a picture",
            name="../../con.exe",
        )
        self.evidence.add(
            EvidenceKind.IDENTITY,
            Marks(source="买家提供"),
            request_id=request_id,
            content=screenshot("ID"),
            name="身份证.png",
        )
        self.evidence.add(EvidenceKind.BACKEND_LOG, Marks(source="平台后台", written_promise=True), order_id=order_id)
        self.requests.ask(request_id, [EvidenceKind.OFFICIAL_ACTIVATION_RECORD], f"请提供账号 {ACCOUNT} 的激活记录")
        self.clock.advance(hours=1)
        self.requests.answer(request_id, f"我的微信是 {BUYER}，账号 {ACCOUNT.upper()}，key aaaa 1111 2222 0001")
        self.requests.note(request_id, "内部：该买家上月有两次类似申请")
        token = self.requests.preview(request_id).token
        self.requests.refuse(request_id, token=token, ground=RefusalGround.REDEEMED, reason=reason)
        return request_id
