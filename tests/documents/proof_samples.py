"""A believable proof to change one thing of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from desktop_app.documents.proof_facts import ProofEvent, ProofEvidence, ProofFacts

ORDERED_AT = datetime(2026, 11, 21, 1, 10, tzinfo=UTC)


def sample_facts(**changes: Any) -> ProofFacts:
    values: dict[str, Any] = {
        "proof_no": "HX-20261121-000042",
        "issued_at": ORDERED_AT + timedelta(hours=3),
        "shop_name": "星河点卡专营店",
        "icp_record": "浙ICP备2026012345号-1",
        "business_licence": "91330100MA2ABCDE7K",
        "order_no": "DD202611210910057731",
        "platform": "第三方聚合",
        "product": "Steam 钱包充值码 100 元(国区)",
        "unit_ref": "1",
        "paid_fen": 9850,
        "face_value_fen": 10000,
        "redeemed_at": ORDERED_AT + timedelta(minutes=4, seconds=28),
        "redemption_code": "RX-88412093",
        "target": "Steam 账号 st***77",
        "source": "供应商激活名单",
        "stated_by": "供应商 华东数卡",
        "key_masked": "ABCD-****-****-9F3K",
        "key_commitment": "4be190c2" * 8,
        "operator": "王小明(工号 007)",
        "fee_rule": "未使用 24 小时内退款收 5% 手续费;已核销不退",
        "audit_seq": 18342,
        "audit_leaf": "ab12" * 16,
        "audit_head": "9f2c" * 16,
        "ordered_at": ORDERED_AT,
        "paid_at": ORDERED_AT + timedelta(seconds=67),
        "evidence": (ProofEvidence("激活记录截图.png", 184233, "0f" * 32, ORDERED_AT + timedelta(hours=1)),),
        "timeline": (
            ProofEvent(ORDERED_AT, "下单", "网店", "订单创建,金额 ¥98.50。"),
            ProofEvent(ORDERED_AT + timedelta(minutes=4), "核销回执", "供应商", "供应商返回 REDEEMED。"),
        ),
    }
    return ProofFacts(**{**values, **changes})
