"""Words for the codes of the domain in both languages: on paper, in exports and in the window."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from desktop_app.domain.states import (
    DisputeOutcome,
    DisputeState,
    DisputeStepKind,
    EscalationTarget,
    EvidenceKind,
    FeeDisclosure,
    InventoryEffect,
    IssueOrder,
    KeyState,
    OrderState,
    PaymentChannel,
    PlatformKind,
    ProductKind,
    ReasonCode,
    RefundState,
    RefusalGround,
    RequestState,
    TopupState,
    UnitState,
    VerdictKind,
)

_WORDS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    PlatformKind: {
        PlatformKind.OFFICIAL: ("Official shop", "官方直营"),
        PlatformKind.THIRD_PARTY: ("Third-party platform", "第三方聚合"),
        PlatformKind.INDIVIDUAL: ("Individual agent", "个人代理"),
    },
    ProductKind: {
        ProductKind.GAME_CARD: ("Game card", "游戏点卡"),
        ProductKind.PHONE_TOPUP: ("Phone top-up", "话费充值"),
        ProductKind.MEMBERSHIP: ("Membership", "会员"),
        ProductKind.GIFT_PACK: ("Gift pack", "礼包"),
        ProductKind.OTHER: ("Other goods", "其他"),
    },
    FeeDisclosure: {
        FeeDisclosure.CLEAR: ("Clearly shown", "已明示"),
        FeeDisclosure.BURIED: ("In small print", "小字标注"),
        FeeDisclosure.NONE: ("Not shown", "未标注"),
    },
    PaymentChannel: {
        PaymentChannel.WECHAT: ("WeChat Pay", "微信支付"),
        PaymentChannel.ALIPAY: ("Alipay", "支付宝"),
        PaymentChannel.OTHER: ("Other payment", "其他方式"),
    },
    OrderState: {
        OrderState.UNPAID: ("Unpaid", "待支付"),
        OrderState.PAID: ("Paid, not shipped", "已支付未发货"),
        OrderState.SHIPPED: ("Shipped", "已发货"),
        OrderState.COMPLETED: ("Completed", "交易完成"),
        OrderState.CANCELLED: ("Cancelled", "已取消"),
    },
    UnitState: {
        UnitState.UNSHIPPED: ("Not shipped", "未发货"),
        UnitState.UNUSED: ("Unused", "未使用"),
        UnitState.REDEEMED: ("Redeemed", "已核销"),
        UnitState.PARTIALLY_USED: ("Partly used", "部分使用"),
        UnitState.UNKNOWN: ("Use unknown", "使用情况不明"),
    },
    TopupState: {
        TopupState.CHARGING: ("Top-up under way", "充值中"),
        TopupState.NOT_ACCEPTED: ("Not accepted by the operator", "运营商未受理"),
        TopupState.ACCEPTED: ("Accepted by the operator", "运营商已受理"),
        TopupState.ARRIVED: ("Arrived", "已到账"),
        TopupState.FAILED: ("Top-up failed", "充值失败"),
    },
    KeyState: {
        KeyState.IN_STOCK: ("In stock", "在库"),
        KeyState.RESERVED: ("Reserved", "已预留"),
        KeyState.DELIVERED: ("Delivered", "已发出"),
        KeyState.REDEEMED: ("Redeemed", "已核销"),
        KeyState.QUARANTINED: ("Quarantined", "隔离"),
        KeyState.VOID: ("Void", "作废"),
        KeyState.BINNED: ("In the recycle bin", "回收站"),
    },
    IssueOrder: {
        IssueOrder.OLDEST: ("Oldest first", "先进先出"),
        IssueOrder.NEWEST: ("Newest first", "后进先出"),
        IssueOrder.RANDOM: ("At random", "随机"),
    },
    ReasonCode: {
        ReasonCode.WRONG_ITEM: ("Wrong item chosen", "选错商品"),
        ReasonCode.WRONG_TARGET: ("Wrong account or server", "填错账号或区服"),
        ReasonCode.CHANGE_OF_MIND: ("Change of mind", "改变主意"),
        ReasonCode.DUPLICATE_ORDER: ("Ordered twice", "重复下单"),
        ReasonCode.MERCHANT_WRONG_AMOUNT: ("Merchant charged a wrong amount", "商家金额有误"),
        ReasonCode.DESCRIPTION_MISMATCH: ("Not as described", "与描述不符"),
        ReasonCode.NOT_RECEIVED: ("Not received", "未收到"),
        ReasonCode.SECURITY_RISK: ("Account or key at risk", "账号或卡密有风险"),
        ReasonCode.INVALID_CARD: ("Card key invalid", "卡密无效"),
        ReasonCode.REDUCED_BENEFIT: ("Less benefit than sold", "权益缩水"),
        ReasonCode.DUPLICATE_PAYMENT: ("Charged twice", "重复扣款"),
        ReasonCode.AUTO_CANCELLED: ("Cancelled by the system", "被系统自动取消"),
        ReasonCode.REDEMPTION_DISPUTED: ("Redemption disputed", "对核销有异议"),
    },
    EvidenceKind: {
        EvidenceKind.PAYMENT_SCREENSHOT: ("Payment screenshot", "付款截图"),
        EvidenceKind.ORDER_SCREENSHOT: ("Order screenshot", "订单截图"),
        EvidenceKind.CHAT_LOG: ("Chat log", "聊天记录"),
        EvidenceKind.PRODUCT_PAGE_SCREENSHOT: ("Product page screenshot", "商品页截图"),
        EvidenceKind.OPERATOR_NOT_ARRIVED: ("Operator's not-arrived proof", "运营商未到账证明"),
        EvidenceKind.ACTIVATION_FAILURE_SCREENSHOT: ("Activation failure screenshot", "激活失败截图"),
        EvidenceKind.OFFICIAL_ACTIVATION_RECORD: ("Official activation record", "官方激活记录"),
        EvidenceKind.BACKEND_LOG: ("Back-end log", "后台日志"),
        EvidenceKind.IDENTITY: ("Identity check", "身份核实"),
        EvidenceKind.NEGOTIATION_RECORD: ("Negotiation record", "协商记录"),
    },
    VerdictKind: {
        VerdictKind.AUTO_CANCEL: ("Cancel at once", "直接取消"),
        VerdictKind.APPROVE_FULL: ("Full refund", "全额退款"),
        VerdictKind.APPROVE_WITH_FEE: ("Refund minus fee", "扣手续费退款"),
        VerdictKind.NEGOTIATE: ("Negotiate", "协商"),
        VerdictKind.REISSUE: ("Reissue", "补发"),
        VerdictKind.REFUSE: ("Refuse", "拒绝"),
        VerdictKind.NEED_EVIDENCE: ("Ask for evidence", "请补充凭证"),
        VerdictKind.ESCALATE: ("Escalate", "升级处理"),
        VerdictKind.MERGE: ("Join the open request", "并入已有申请"),
        VerdictKind.PARTIAL: ("Differs per unit", "各件不同"),
    },
    InventoryEffect: {
        InventoryEffect.NONE: ("Key stays as it is", "卡密不变"),
        InventoryEffect.RESTOCK: ("Key back into stock", "卡密回库"),
        InventoryEffect.QUARANTINE: ("Key into quarantine", "卡密转隔离"),
        InventoryEffect.VOID: ("Key becomes void", "卡密作废"),
    },
    RequestState: {
        RequestState.OPEN: ("Open", "待处理"),
        RequestState.ASKED: ("Waiting for evidence", "待补凭证"),
        RequestState.ESCALATED: ("Escalated", "已升级"),
        RequestState.DECIDED: ("Decided", "已处理"),
        RequestState.MERGED: ("Joined to another", "已并入"),
        RequestState.WITHDRAWN: ("Withdrawn", "已撤回"),
    },
    RefusalGround: {
        RefusalGround.REDEEMED: ("The key was redeemed", "卡密已核销"),
        RefusalGround.OPERATOR_ACCEPTED: ("The operator accepted the top-up", "运营商已受理"),
        RefusalGround.ORDER_COMPLETED: ("The buyer confirmed the receipt", "买家已确认收货"),
        RefusalGround.NOTHING_LEFT: ("Nothing is left to refund", "已无可退金额"),
        RefusalGround.OUT_OF_WINDOW: ("Requested after the window", "超出退款时限"),
        RefusalGround.NO_WRITTEN_PROMISE: ("No written promise", "无书面承诺"),
        RefusalGround.CLAIM_REFUTED: ("The check refuted the claim", "经核实与所述不符"),
        RefusalGround.EVIDENCE_NOT_GIVEN: ("The evidence asked for did not come", "未按要求提供凭证"),
        RefusalGround.NO_REFUND_POLICY: ('"No refunds" in the shop\'s terms', "本店规定不退不换"),
        RefusalGround.STOCK_LOCKED: ("Stock was locked for the order", "已锁定库存"),
    },
    RefundState: {
        RefundState.DUE: ("To be paid", "待退款"),
        RefundState.PAID: ("Paid out", "已退出"),
        RefundState.ARRIVED: ("Refund arrived", "已到账"),
        RefundState.FAILED: ("Payment failed", "退款失败"),
    },
    EscalationTarget: {
        EscalationTarget.PLATFORM: ("Platform arbitration", "平台仲裁"),
        EscalationTarget.CONSUMER_12315: ("12315 consumer hotline", "12315 消费者投诉"),
        EscalationTarget.CYBERSPACE_12377: ("12377 internet reports", "12377 网络举报"),
        EscalationTarget.POLICE: ("Police", "公安机关"),
    },
    DisputeState: {
        DisputeState.OPENED: ("Opened", "已发起"),
        DisputeState.PREPARED: ("Dossier made", "证据包已制作"),
        DisputeState.SENT: ("Sent, no answer", "已提交，待答复"),
        DisputeState.ANSWERED: ("Answered", "已有答复"),
        DisputeState.ENDED: ("Ended", "已结束"),
    },
    DisputeStepKind: {
        DisputeStepKind.SENT: ("Dossier sent", "提交证据包"),
        DisputeStepKind.ANSWERED: ("Answer received", "收到答复"),
        DisputeStepKind.OUTCOME: ("Outcome", "处理结果"),
    },
    DisputeOutcome: {
        DisputeOutcome.SHOP_WON: ("Decided for the shop", "支持商家"),
        DisputeOutcome.BUYER_WON: ("Decided for the buyer", "支持买家"),
        DisputeOutcome.SETTLED: ("Settled", "达成和解"),
        DisputeOutcome.WITHDRAWN: ("Withdrawn", "撤回"),
    },
}


@cache
def _words_of_files() -> Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]]:
    """The codes of what is read from files: the modules that know them do more than a list of words needs."""
    from desktop_app.domain.file_kinds import FileKind, FileWarning
    from desktop_app.domain.reconciliation import LineVerdict, MatchedBy, StatementKind

    return {
        StatementKind: {
            StatementKind.REFUND: ("Refund", "退款"),
            StatementKind.REFUND_UNDERWAY: ("Refund under way", "退款处理中"),
            StatementKind.REFUND_FAILED: ("Refund failed", "退款失败"),
            StatementKind.SALE_REFUNDED: ("Sale, refunded", "收款已退"),
            StatementKind.POSSIBLE_REFUND: ("Refund, direction unknown", "退款（方向不明）"),
            StatementKind.PAYOUT: ("Money out", "支出"),
            StatementKind.RETURNED: ("Money back", "退回"),
            StatementKind.INCOME: ("Income", "收入"),
            StatementKind.FEE: ("Fee", "手续费"),
            StatementKind.OTHER: ("Other", "其他"),
        },
        MatchedBy: {
            MatchedBy.REFERENCE: ("Number", "单号"),
            MatchedBy.AMOUNT_AND_TIME: ("Amount and time", "金额与时间"),
            MatchedBy.HAND: ("By hand", "手动"),
        },
        LineVerdict: {
            LineVerdict.REFERENCE: ("Refund, by number", "匹配：单号"),
            LineVerdict.AMOUNT_AND_TIME: ("Refund, by amount and time", "匹配：金额与时间"),
            LineVerdict.REPEATED: ("Told twice", "重复说明"),
            LineVerdict.AMBIGUOUS: ("Several possible", "多个可能"),
            LineVerdict.DIFFERENCE: ("Difference", "有差异"),
            LineVerdict.NO_REFUND: ("No refund here", "无对应退款"),
            LineVerdict.NOT_OURS: ("No refund", "与退款无关"),
            LineVerdict.KNOWN: ("Known", "已导入"),
            LineVerdict.MALFORMED: ("Malformed", "格式错误"),
        },
        FileKind: {
            FileKind.PNG: ("Picture (PNG)", "图片（PNG）"),
            FileKind.JPEG: ("Picture (JPEG)", "图片（JPEG）"),
            FileKind.WEBP: ("Picture (WebP)", "图片（WebP）"),
            FileKind.GIF: ("Picture (GIF)", "图片（GIF）"),
            FileKind.BMP: ("Picture (BMP)", "图片（BMP）"),
            FileKind.PDF: ("PDF document", "PDF 文档"),
            FileKind.SVG: ("SVG drawing", "SVG 图形"),
            FileKind.HTML: ("Web page", "网页"),
            FileKind.ARCHIVE: ("Archive or office document", "压缩包或办公文档"),
            FileKind.PROGRAM: ("Program", "程序"),
            FileKind.OTHER: ("File", "文件"),
        },
        FileWarning: {
            FileWarning.WRONG_ENDING: ("Its content is not what its name says", "内容与文件扩展名不符"),
            FileWarning.PROGRAM: ("A program: do not open it", "这是程序文件，请勿打开"),
            FileWarning.ACTIVE: ("May fetch or run something in a browser", "在浏览器中打开可能联网或运行脚本"),
            FileWarning.TWO_FACED: (
                "Other programs take it for an archive or a document",
                "也可被当作压缩包或文档打开",
            ),
            FileWarning.PLACE: ("The picture says where it was taken", "图片中含拍摄地点信息"),
        },
    }


def is_chinese(language: str) -> bool:
    """Whether ``language`` asks for Chinese; every other language reads English."""
    return language.lower().startswith("zh")


def word(code: StrEnum, language: str) -> str:
    """The word for ``code``; codes without one (verdict options, say) are shown as they are."""
    words = _WORDS.get(type(code)) or _words_of_files().get(type(code), {})
    pair = words.get(code)
    return code.value if pair is None else pair[is_chinese(language)]


def word_of(kind: type[StrEnum], value: str, language: str) -> str:
    """The word for the stored ``value`` of ``kind``; a value from a newer version is shown as it is."""
    try:
        return word(kind(value), language)
    except ValueError:
        return value
