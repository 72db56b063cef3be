"""The event log in words: what happened, in one line, in both languages.

An event carries codes and numbers only (card keys and buyers' data never stand in the log); here they become a
sentence. A kind or a fact from a newer version is shown as it is rather than hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

from desktop_app.documents.code_words import is_chinese, word_of
from desktop_app.documents.dispute_words import request_source
from desktop_app.domain.money import yuan_text
from desktop_app.domain.reconciliation import MatchedBy
from desktop_app.domain.states import (
    DisputeOutcome,
    EscalationTarget,
    EvidenceKind,
    FeeDisclosure,
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

_TITLES: Mapping[str, tuple[str, str]] = {
    "keys.imported": ("Card keys imported", "导入卡密"),
    "batch.changed": ("Batch changed", "修改批次"),
    "batch.undone": ("Import undone", "撤销导入"),
    "key.revealed": ("Card key shown", "查看卡密"),
    "key.copied": ("Card key copied", "复制卡密"),
    "key.voided": ("Card key made void", "作废卡密"),
    "key.quarantined": ("Card key put into quarantine", "隔离卡密"),
    "key.moved": ("Card key moved to another product", "移动卡密"),
    "key.noted": ("Note on a card key", "修改卡密备注"),
    "key.binned": ("Card key put into the recycle bin", "卡密移入回收站"),
    "key.unbinned": ("Card key out of the recycle bin", "卡密移出回收站"),
    "key.erased": ("Recycle bin emptied", "清空回收站"),
    "key.restocked": ("Card key back into stock", "卡密重新入库"),
    "product.added": ("Product added", "新增商品"),
    "product.changed": ("Product changed", "修改商品"),
    "product.alerted": ("Product runs low", "库存不足"),
    "product.refilled": ("Product no longer low", "库存已恢复"),
    "order.added": ("Order entered", "录入订单"),
    "order.paid": ("Order paid", "订单已支付"),
    "order.delivered": ("Order delivered", "订单发货"),
    "unit.redeemed": ("Redemption recorded", "记录核销"),
    "redemptions.imported": ("Redemption list imported", "导入核销清单"),
    "unit.changed": ("Unit changed", "修改单件"),
    "order.completed": ("Order completed", "交易完成"),
    "order.locked": ("Order locked", "锁定订单"),
    "order.unlocked": ("Order unlocked", "解锁订单"),
    "order.cancelled": ("Order cancelled", "取消订单"),
    "order.reopened": ("Order opened again", "重新开启订单"),
    "request.received": ("Request received", "收到申请"),
    "request.asked": ("Evidence asked for", "要求补充凭证"),
    "request.answered": ("Evidence came", "收到补充凭证"),
    "request.noted": ("Note on a request", "申请备注"),
    "request.negotiated": ("Negotiation recorded", "记录协商"),
    "request.escalated": ("Request escalated", "申请升级"),
    "request.withdrawn": ("Request withdrawn", "撤回申请"),
    "request.merged": ("Request joined to another", "合并申请"),
    "request.facts": ("Facts of a request set", "核实申请事实"),
    "request.decided": ("Request decided", "处理申请"),
    "dispute.opened": ("Dispute opened", "发起争议"),
    "dispute.sent": ("Dossier sent", "提交证据包"),
    "dispute.answered": ("Dispute answered", "争议收到答复"),
    "dispute.ended": ("Dispute ended", "争议结束"),
    "dossier.made": ("Dossier made", "制作证据包"),
    "evidence.added": ("Evidence added", "添加凭证"),
    "evidence.changed": ("Evidence described anew", "修改凭证说明"),
    "refund.created": ("Refund to pay", "生成退款"),
    "refund.paid": ("Refund paid out", "退款已转出"),
    "refund.arrived": ("Refund arrived", "退款已到账"),
    "refund.failed": ("Refund failed", "退款失败"),
    "refund.noted": ("Note on a refund", "退款备注"),
    "refund.reconciled": ("Refund found in a statement", "退款已与账单核对"),
    "refund.unreconciled": ("Statement line taken off a refund", "取消退款与账单的核对"),
    "statement.imported": ("Statement imported", "导入账单"),
    "statement.set_aside": ("Statement line set aside", "搁置账单记录"),
    "statement.taken_back": ("Statement line taken back", "取消搁置账单记录"),
    "proof.issued": ("Redemption proof issued", "出具核销证明"),
    "proof.printed": ("Redemption proof printed", "打印核销证明"),
    "proofs.printed": ("Redemption proofs printed", "批量打印核销证明"),
    "proof.opened": ("Card key of a proof disclosed", "披露证明所对应的卡密"),
    "policy.added": ("New version of the policy", "新增政策版本"),
    "channel.added": ("Channel added", "新增销售渠道"),
    "channel.changed": ("Channel changed", "修改销售渠道"),
    "settings.changed": ("Settings changed", "修改设置"),
    "vault.unlocked": ("Shop unlocked", "解锁店铺"),
    "vault.locked": ("Shop locked", "锁定店铺"),
    "vault.changed": ("Ways to unlock changed", "修改解锁方式"),
    "vault.rotation_started": ("Replacement of keys begun", "开始更换密钥"),
    "vault.rotated": ("Keys replaced", "密钥更换完成"),
    "export.written": ("Export written", "导出文件"),
    "shop.restored": ("Backup restored", "恢复备份"),
    "shop.salvaged": ("Damaged shop file salvaged", "抢救损坏的店铺文件"),
    "audit.verified": ("Event log verified", "校验操作日志"),
    "identity.in_force": ("Signing certificate put in force", "启用签名证书"),
}

KINDS: frozenset[str] = frozenset(_TITLES)
"""Every kind of event that this version writes."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Words = Callable[[object, str, ZoneInfo], str]


def _plain(value: object, language: str, zone: ZoneInfo) -> str:
    if isinstance(value, bool):
        return ("yes", "是")[is_chinese(language)] if value else ("no", "否")[is_chinese(language)]
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_plain(item, language, zone)}" for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ("、" if is_chinese(language) else ", ").join(_plain(item, language, zone) for item in value)
    return str(value)


def _listed(value: object, language: str, zone: ZoneInfo) -> str:
    return ("、" if is_chinese(language) else ", ").join(map(str, value)) if isinstance(value, list) else str(value)


def _money(value: object, language: str, zone: ZoneInfo) -> str:
    return yuan_text(value) if isinstance(value, int) else _plain(value, language, zone)


def _rate(value: object, language: str, zone: ZoneInfo) -> str:
    return f"{value // 100}.{value % 100:02d} %" if isinstance(value, int) else _plain(value, language, zone)


def _moment(value: object, language: str, zone: ZoneInfo) -> str:
    if not isinstance(value, int):
        return _plain(value, language, zone)
    return (_EPOCH + timedelta(microseconds=value)).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _code(*kinds: type[StrEnum]) -> _Words:
    def words(value: object, language: str, zone: ZoneInfo) -> str:
        if isinstance(value, Sequence) and not isinstance(value, str):
            return ("、" if is_chinese(language) else ", ").join(words(item, language, zone) for item in value)
        for kind in kinds:
            if value in {code.value for code in kind}:
                return word_of(kind, str(value), language)
        return _plain(value, language, zone)

    return words


_ACTIONS = {"approve": ("approved", "同意"), "refuse": ("refused", "拒绝")}


def _action(value: object, language: str, zone: ZoneInfo) -> str:
    pair = _ACTIONS.get(str(value))
    return _plain(value, language, zone) if pair is None else pair[is_chinese(language)]


def _request_source(value: object, language: str, zone: ZoneInfo) -> str:
    return request_source(str(value), language)


def _short(value: object, language: str, zone: ZoneInfo) -> str:
    """The beginning of a digest: who needs the rest copies it from the proof."""
    return f"{str(value)[:16]}…" if len(str(value)) > 16 else str(value)


def _runs(value: object, language: str, zone: ZoneInfo) -> str:
    """Numbers from and to, by table where there are several."""
    if isinstance(value, Mapping):
        told = (f"{name} {_runs(runs, language, zone)}" for name, runs in value.items())
        return ("；" if is_chinese(language) else "; ").join(told)
    if not isinstance(value, list) or not all(isinstance(run, list) and len(run) == 2 for run in value):
        return _plain(value, language, zone)
    parts = [str(first) if first == last else f"{first}–{last or ''}" for first, last in value[:_SHOWN_RUNS]]
    return ", ".join(parts) + (" …" if len(value) > _SHOWN_RUNS else "")


_SHOWN_RUNS = 10

_STATES_OF: Mapping[str, type[StrEnum]] = {
    "key": KeyState,
    "keys": KeyState,
    "order": OrderState,
    "unit": UnitState,
    "request": RequestState,
    "refund": RefundState,
}

# name of a fact -> (label en, label zh, words); facts are told in this order
_FACTS: Mapping[str, tuple[str, str, _Words]] = {
    "order_no": ("order", "订单", _plain),
    "request_no": ("request", "申请", _plain),
    "proof_no": ("number", "编号", _plain),
    "ref": ("unit", "单件", _plain),
    "unit_ref": ("unit", "单件", _plain),
    "unit_refs": ("units", "单件", _plain),
    "product": ("product", "商品", _plain),
    "code": ("code", "编码", _plain),
    "name": ("name", "名称", _plain),
    "batch": ("batch", "批次", _plain),
    "channel": ("channel", "渠道", _plain),
    "version": ("version", "版本", _plain),
    "platform_kind": ("platform", "平台类型", _code(PlatformKind)),
    "product_kind": ("kind", "类型", _code(ProductKind)),
    "action": ("result", "结果", _action),
    "verdict": ("verdict", "裁定建议", _code(VerdictKind)),
    "option": ("option", "方案", _plain),
    "ground": ("ground", "理由", _code(RefusalGround)),
    "reason_code": ("reason", "原因", _code(ReasonCode)),
    "reason": ("reason", "原因", _code(ReasonCode)),
    "rules": ("rules", "规则", _plain),
    "fingerprint": ("key", "卡密", _plain),
    "keys": ("keys", "卡密编号", _plain),
    "into": ("into", "并入", _plain),
    "quantity": ("quantity", "数量", _plain),
    "count": ("count", "数量", _plain),
    "line_count": ("lines", "行数", _plain),
    "new_count": ("new", "新增", _plain),
    "blank_count": ("blank", "空行", _plain),
    "file_duplicates": ("twice in the file", "文件内重复", _plain),
    "shop_duplicates": ("already in the shop", "店内重复", _plain),
    "recorded_count": ("recorded", "已登记", _plain),
    "known_count": ("recorded already", "已有记录", _plain),
    "corrected_count": ("corrections", "更正", _plain),
    "unmatched_count": ("no match", "未匹配", _plain),
    "conflict_count": ("conflicts", "冲突", _plain),
    "malformed_count": ("malformed", "格式错误", _plain),
    "quarantined_count": ("keys quarantined", "隔离卡密", _plain),
    "matched_count": ("refunds matched", "核对退款", _plain),
    "amount_fen": ("amount", "金额", _money),
    "stated_fen": ("in the statement", "账单金额", _money),
    "paid_fen": ("paid", "实付", _money),
    "refund_fen": ("refund", "退款", _money),
    "fee_fen": ("fee", "手续费", _money),
    "remaining_fen": ("left", "余额", _money),
    "face_fen": ("face value", "面值", _money),
    "fee_bp": ("fee rate", "手续费率", _rate),
    "window_hours": ("window in hours", "退款时限（小时）", _plain),
    "fee_disclosure": ("fee shown", "费用说明", _code(FeeDisclosure)),
    "route": ("route", "退款途径", _code(PaymentChannel)),
    "payment_channel": ("payment", "支付方式", _code(PaymentChannel)),
    "reference": ("reference", "流水号", _plain),
    "kind": ("kind", "类型", _code(EvidenceKind, ProductKind)),
    "kinds": ("kinds", "类型", _code(EvidenceKind)),
    "target": ("with", "受理方", _code(EscalationTarget)),
    "written_promise": ("written promise", "书面承诺", _plain),
    "in_platform_chat": ("in-platform chat", "平台内聊天", _plain),
    "imported_from": ("imported from", "导入时间起", _moment),
    "imported_to": ("imported before", "导入时间止", _moment),
    "captured_at": ("taken at", "取证时间", _moment),
    "redeemed_at": ("redeemed at", "核销时间", _moment),
    "paid_at": ("paid at", "支付时间", _moment),
    "delivered_at": ("received at", "收到时间", _moment),
    "completed_at": ("completed at", "完成时间", _moment),
    "arrived_at": ("arrived at", "到账时间", _moment),
    "expected_at": ("expected by", "预计到账", _moment),
    "stated_by": ("stated by", "陈述人", _plain),
    "topup": ("top-up", "充值状态", _code(TopupState)),
    "replaces_no": ("replaces", "替换", _plain),
    "intact": ("intact", "完好", _plain),
    "first_wrong": ("wrong from event", "异常始于第几条", _plain),
    "printer": ("printer", "打印机", _plain),
    "pages": ("pages", "页数", _plain),
    "copies": ("copies", "份数", _plain),
    "what": ("what", "内容", _plain),
    "rows": ("rows", "行数", _plain),
    "file": ("file", "文件", _plain),
    "line": ("line", "行号", _plain),
    "matched_by": ("matched by", "核对方式", _code(MatchedBy)),
    "source": ("source", "来源", _plain),
    "from_buyer": ("words of the buyer", "买家所述", _plain),
    "log_confirms": ("the log confirms", "日志证实", _plain),
    "duplicate_fen": ("charged twice", "重复扣款", _money),
    "error_confirmed": ("error confirmed", "差错属实", _plain),
    "overcharged_fen": ("overcharged", "多收", _money),
    "mismatch_confirmed": ("mismatch confirmed", "与描述不符属实", _plain),
    "promise_claimed": ("buyer claims a promise", "买家称有承诺", _plain),
    "reissue_tried": ("reissue was tried", "已尝试补发", _plain),
    "frozen_keys": ("keys frozen", "冻结卡密", _plain),
    "slot": ("by", "方式", _plain),
    "slots": ("opens by", "打开方式", _listed),
    "generation": ("generation of keys", "密钥代次", _plain),
    "card_keys": ("card keys", "卡密", _plain),
    "orders": ("orders", "订单", _plain),
    "redemptions": ("redemption records", "核销记录", _plain),
    "evidence": ("evidence files", "证据文件", _plain),
    "damaged_count": ("did not open", "无法打开", _plain),
    "damaged": ("did not open, namely", "无法打开的数据", _listed),
    "failed": ("the keys did not work", "卡密无效", _plain),
    "removed": ("taken away", "已移除", _plain),
    "revealed": ("with clear keys", "含明文卡密", _plain),
    "correction": ("corrects an earlier record", "更正此前记录", _plain),
    "official_not_activated": ("official record: not activated", "官方记录未激活", _plain),
    "note": ("note", "备注", _plain),
    "text": ("text", "内容", _plain),
    "outcome": ("outcome", "结果", _code(DisputeOutcome)),
    "dossier_no": ("dossier", "证据包", _plain),
    "reopened_no": ("opened again as", "重新受理为", _plain),
    "appeal_of": ("after an appeal of", "申诉自", _plain),
    "opened_at": ("since", "发起时间", _moment),
    "at": ("at", "时间", _moment),
}

# for these "no" is an answer, not an empty field
_ANSWERS = frozenset(
    {
        "intact",
        "is_end_known",
        "log_confirms",
        "error_confirmed",
        "mismatch_confirmed",
        "written_promise",
        "in_platform_chat",
    }
)

# a kind's own meaning of a fact, where the general one would mislead
_FACTS_OF: Mapping[tuple[str, str], tuple[str, str, _Words]] = {
    ("unit.redeemed", "code"): ("redemption code", "核销码", _plain),
    ("request.received", "source"): ("source", "来源", _request_source),
    ("statement.imported", "channel"): ("channel", "渠道", _code(PaymentChannel)),
    ("proof.issued", "fingerprint"): ("signed with", "签名指纹", _short),
    ("identity.in_force", "fingerprint"): ("fingerprint", "指纹", _plain),
    ("export.written", "kind"): ("what", "内容", _plain),
    ("shop.salvaged", "damaged_pages"): ("damaged pages", "损坏页数", _plain),
    ("shop.salvaged", "version"): ("version of the file", "文件版本", _plain),
    ("shop.salvaged", "gaps"): ("events lost", "丢失的操作记录", _runs),
    ("shop.salvaged", "lost"): ("rows lost", "丢失的数据编号", _runs),
    ("shop.salvaged", "backup"): ("rows from the backup", "补入数据的备份", _plain),
    ("shop.salvaged", "from_backup"): ("rows from it", "补入行数", _plain),
    ("shop.salvaged", "from_log"): ("events brought back", "找回的操作记录", _plain),
    ("shop.salvaged", "rebuilt"): ("rebuilt from the log", "由日志重建", _plain),
    ("shop.salvaged", "removed"): ("rows taken out", "移出的行", _plain),
    ("shop.salvaged", "is_end_known"): ("end of the log known", "日志末尾可知", _plain),
    **{
        (kind, "reference"): ("case no.", "案件编号", _plain)
        for kind in ("request.escalated", "dispute.sent", "dispute.answered", "dispute.ended")
    },
}


def title(kind: str, language: str) -> str:
    """What happened, in two or three words."""
    pair = _TITLES.get(kind)
    return kind if pair is None else pair[is_chinese(language)]


def describe(kind: str, facts: Mapping[str, object], language: str, zone: ZoneInfo | None = None) -> str:
    """One line that tells an event: its title and the facts that say something to a person.

    ``facts`` as the log keeps them: amounts in fen, times in microseconds UTC; ``zone`` (default Asia/Shanghai) is
    that of the shop. Ids, hashes and empty facts are left out.
    """
    chinese = is_chinese(language)
    zone = zone or ZoneInfo("Asia/Shanghai")
    told: list[str] = []
    state = _change_of_state(kind, facts, language)
    if state:
        told.append(state)
    for name, general in _FACTS.items():
        value = facts.get(name)
        if value is None or value == "" or value == [] or isinstance(value, Mapping):
            continue
        if value is False and name not in _ANSWERS:
            continue
        en, zh, words = _FACTS_OF.get((kind, name), general)
        text = words(value, language, zone)
        if value is True:
            told.append(zh if chinese else en)
        else:
            told.append(f"{zh} {text}" if chinese else f"{en} {text}")
    told += [
        f"{name} {_plain(value['from'], language, zone)} → {_plain(value['to'], language, zone)}"
        for name, value in facts.items()
        if isinstance(value, Mapping) and "from" in value and "to" in value
    ]
    head = title(kind, language)
    if not told:
        return head
    return f"{head}：{'，'.join(told)}" if chinese else f"{head}: {', '.join(told)}"


def _change_of_state(kind: str, facts: Mapping[str, object], language: str) -> str:
    states = _STATES_OF.get(kind.partition(".")[0])
    if states is None:
        return ""
    words = partial(word_of, states, language=language)
    before, after = facts.get("from"), facts.get("to", facts.get("state"))
    if isinstance(before, str) and isinstance(after, str) and before != after:
        return f"{words(before)} → {words(after)}"
    return words(after) if isinstance(after, str) else ""
