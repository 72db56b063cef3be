"""The dossier as one PDF/A-1b: cover letter, contents, the case in the order in which a stranger asks, annexes.

Imports reportlab: load this module only when a document is made.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from desktop_app.documents.archive_pdf import DocumentInfo, open_archive
from desktop_app.documents.code_words import is_chinese, word
from desktop_app.documents.cover_letters import CoverLetter
from desktop_app.documents.dispute_words import request_source
from desktop_app.documents.dossier import Dossier, FileFacts, FileState, dossier_json
from desktop_app.documents.dossier_pictures import Picture
from desktop_app.documents.dossier_records import Records
from desktop_app.documents.dossier_sheet import (
    DIGEST,
    FOOT,
    KEY,
    LABEL,
    LEFT,
    NOTE,
    NOTHING,
    PICTURES,
    SECTIONS,
    SMALL_WARNING,
    STRONG,
    TITLE,
    TOP,
    VALUE,
    WARNING,
    WIDTH,
    Column,
    Sheet,
)
from desktop_app.documents.events import describe
from desktop_app.documents.fonts import ONE_AT_A_TIME
from desktop_app.documents.page_writer import Cell, PageWriter, wrap
from desktop_app.documents.rule_words import amount_text, listing, missing_text, option_text, rule_title
from desktop_app.domain.money import yuan_text
from desktop_app.domain.refunds import Option

_MESSAGE_KINDS = {
    "ask": ("asks for evidence", "请求补充凭证"),
    "answer": ("answers", "答复"),
    "negotiation": ("negotiates", "协商"),
    "reply": ("replies", "答复处理结果"),
}


def attachment_lines(dossier: Dossier, pictures: bool) -> tuple[tuple[str, str], ...]:
    """The attachments of the cover letter as (section key, Chinese title with what it holds)."""
    attached = sum(file.state is FileState.ATTACHED for file in dossier.evidence)
    counts = {
        "messages": f"{len(dossier.messages)} 条",
        "redemptions": f"{len(dossier.redemptions)} 条",
        "proofs": f"{len(dossier.proofs)} 份",
        "evidence": f"{len(dossier.evidence)} 项，随附文件 {attached} 个",
        "audit": f"{len(dossier.events)} 条",
    }
    lines = [(key, f"{zh}（{counts[key]}）" if key in counts else zh) for key, _, zh in SECTIONS]
    return (*lines, (PICTURES[0], PICTURES[2].removeprefix("附件："))) if pictures else tuple(lines)


def lay_out_dossier(
    dossier: Dossier,
    letter: CoverLetter,
    pictures: Sequence[tuple[FileFacts, Picture]],
    stop_if_cancelled: Callable[[], None] = lambda: None,
) -> bytes:
    """The PDF. Equal facts and pictures give equal bytes; ``stop_if_cancelled`` may raise between the sections."""
    facts = dossier_json(dossier)
    digest = hashlib.sha256(facts).hexdigest()
    info = DocumentInfo(
        title=f"证据包 {dossier.dossier_no}",
        author=dossier.shop.name,
        subject=letter.title,
        made_at=dossier.made_at,
        facts={"dossierSha256": (digest, "SHA-256 of the UTF-8 bytes of the canonical JSON of the dossier")},
    )
    target = io.BytesIO()
    with ONE_AT_A_TIME:
        canvas = open_archive(target, info)
        sheet = Sheet(PageWriter(canvas, TOP, FOOT), dossier.language, dossier.time_zone)
        paper = _Paper(sheet, dossier, letter, pictures, digest)
        for draw in paper.parts():
            stop_if_cancelled()
            draw()
        sheet.page.finish(paper.decorate)
        canvas.save()
    return target.getvalue()


class _Paper:
    def __init__(
        self,
        sheet: Sheet,
        dossier: Dossier,
        letter: CoverLetter,
        pictures: Sequence[tuple[FileFacts, Picture]],
        digest: str,
    ) -> None:
        self._sheet = sheet
        self._dossier = dossier
        self._letter = letter
        self._pictures = pictures
        self._digest = digest
        self._records = Records(sheet, dossier, pictures, digest)

    def parts(self) -> Sequence[Callable[[], None]]:
        return (
            self._cover,
            self._contents,
            self._request,
            self._order,
            self._policy,
            self._ruling,
            self._decision,
            self._messages,
            self._timeline,
            self._records.redemptions,
            self._records.proofs,
            self._records.evidence,
            self._records.disputes,
            self._records.audit,
            self._records.annex,
        )

    def decorate(self, number: int, count: int) -> None:
        sheet, dossier = self._sheet, self._dossier
        sheet.draw_references(number)
        left = sheet.say(f"Dossier {dossier.dossier_no}", f"证据包 {dossier.dossier_no}")
        left += f"  ·  SHA-256 {self._digest[:12]}…{self._digest[-12:]}"
        running = sheet.say(f"Dossier · order {dossier.order.order_no}", f"证据包 · 订单 {dossier.order.order_no}")
        sheet.footer(number, count, left, wrap(running, STRONG, WIDTH)[0])

    def _cover(self) -> None:
        # the letter goes to Chinese bodies and stays Chinese
        sheet, letter, page = self._sheet, self._letter, self._sheet.page
        page.y = 52
        sheet.sections["letter"] = 1
        for line in wrap(letter.title, TITLE, WIDTH):
            page.row([Cell(LEFT, (line,), TITLE)], padding=0)
        page.y += 6
        sheet.paragraph(f"致：{letter.addressee}", STRONG, padding=3)
        page.y += 4
        for name, value in letter.parties:
            page.row(
                [Cell(LEFT, (name,), LABEL), Cell(LEFT + 112, wrap(value, STRONG, WIDTH - 112), STRONG)],
                padding=2,
                under=sheet.hairline,
            )
        sheet.subheading("一、事由")
        for text in letter.subject:
            sheet.paragraph(text)
        sheet.subheading("二、请求")
        for number, text in enumerate(letter.claims, 1):
            sheet.numbered(number, text)
        sheet.subheading("三、事实经过")
        for number, text in enumerate(letter.story, 1):
            sheet.numbered(number, text)
        sheet.subheading("四、依据")
        for article, text in letter.grounds:
            page.row(
                [
                    Cell(LEFT, wrap(article, STRONG, 150), STRONG),
                    Cell(LEFT + 156, wrap(text, VALUE, WIDTH - 156), VALUE),
                ],
                padding=2,
            )
        sheet.subheading("五、附件")
        for number, (key, text) in enumerate(attachment_lines(self._dossier, bool(self._pictures)), 1):
            sheet.reference(f"{number}. {text}", key)
        page.y += 6
        sheet.paragraph(letter.promise, NOTE)
        if page.room() < 90:
            page.new_page()
        page.y += 14
        for line in letter.signature:
            sheet.paragraph(line, STRONG if line == letter.signature[0] else VALUE, padding=5)

    def _contents(self) -> None:
        sheet, dossier = self._sheet, self._dossier
        sheet.section("contents", "Contents", "目录", new_page=True)
        sheet.reference(sheet.say("Cover letter", "说明函"), "letter")
        for key, en, zh in SECTIONS:
            sheet.reference(sheet.say(en, zh), key)
        if self._pictures:
            sheet.reference(sheet.say(PICTURES[1], PICTURES[2]), PICTURES[0])
        sheet.page.y += 8
        sheet.subheading(sheet.say("How to read and check this dossier", "如何阅读与核对"))
        for en, zh in _READING:
            sheet.paragraph("· " + sheet.say(en, zh), NOTE)
        if dossier.problems:
            numbers = listing([file.number for file in dossier.problems], dossier.language)
            sheet.paragraph(
                sheet.say(
                    f"Attention: the files of {numbers} are missing or altered; see the lists.",
                    f"注意：{numbers} 的文件缺失或与登记时不一致，详见清单。",
                ),
                WARNING,
                padding=4,
            )

    def _request(self) -> None:
        sheet, request, language = self._sheet, self._dossier.request, self._dossier.language
        self._sheet.start("request")
        sheet.fact("Request no.", "申请号", request.request_no, KEY)
        sheet.fact("Reason", "申请原因", word(request.reason, language) if request.reason else "")
        units = [unit for unit in self._dossier.order.units if unit.asked]
        sheet.fact("Units", "涉及单件", listing([unit.ref for unit in units], language))
        for unit in units:
            if unit.reason is not None:
                sheet.fact(f"Reason for unit {unit.ref}", f"第 {unit.ref} 件原因", word(unit.reason, language))
        sheet.fact("Requested at", "申请时间", sheet.time(request.requested_at))
        sheet.fact("Received at", "收到时间", sheet.time(request.received_at))
        sheet.fact("First answer at", "首次响应", sheet.time(request.first_response_at))
        sheet.fact(
            "Evidence asked / given",
            "索证 / 补证",
            f"{sheet.time(request.asked_at)} / {sheet.time(request.answered_at)}",
        )
        origin = request_source(request.source, language)
        if not request.verified_source:
            origin += sheet.say(" (sender not verified)", "（来源未经验证）")
        sheet.fact("Came by", "申请来源", origin)
        sheet.fact("State", "状态", word(request.state, language))
        sheet.quoted(sheet.say("In the buyer's words", "买家原话"), request.text)

    def _order(self) -> None:
        sheet, order, language = self._sheet, self._dossier.order, self._dossier.language
        self._sheet.start("order")
        sheet.fact("Order no.", "订单号", order.order_no, KEY)
        sheet.fact("Channel", "销售渠道", f"{order.channel}（{word(order.platform_kind, language)}）")
        sheet.fact("Product", "商品", f"{order.product}（{word(order.product_kind, language)}）")
        sheet.fact("State", "订单状态", word(order.state, language))
        paid = yuan_text(order.paid_fen)
        if order.discount_fen:
            paid += sheet.say(f", discount {yuan_text(order.discount_fen)}", f"，优惠 {yuan_text(order.discount_fen)}")
        sheet.fact("Paid", "实付", f"{paid} · {word(order.payment_channel, language)}")
        sheet.fact("Payment no.", "支付流水号", order.payment_ref, KEY)
        sheet.fact("Refunded so far", "累计已退", yuan_text(order.refunded_fen))
        sheet.fact("Ordered", "下单时间", sheet.time(order.ordered_at))
        sheet.fact("Paid at", "付款时间", sheet.time(order.paid_at))
        sheet.fact("Shipped", "发货时间", sheet.time(order.shipped_at))
        sheet.fact("Received by the buyer", "买家收到", sheet.time(order.delivered_at))
        sheet.fact("Receipt confirmed", "确认收货", sheet.time(order.completed_at))
        if order.cancelled_at:
            sheet.fact("Cancelled", "取消时间", sheet.time(order.cancelled_at))
        sheet.fact("Fee shown at purchase", "购买时费用说明", word(order.fee_disclosure, language))
        promise = sheet.say("yes", "有") if order.written_promise else sheet.say("none on record", "无记录")
        sheet.fact("Promise in writing", "书面承诺", promise)
        sheet.fact("Buyer, masked", "买家（掩码）", order.buyer_masked)
        target = [order.recharge_type, order.game, order.server]
        sheet.fact("Recharge, game, server", "充值类型 / 游戏 / 区服", " / ".join(part for part in target if part))
        roles = " / ".join(part for part in (order.account_masked, order.role_masked) if part)
        sheet.fact("Account, role, masked", "账号 / 角色（掩码）", roles)
        sheet.subheading(sheet.say("Units", "单件"))
        rows = []
        for unit in order.units:
            state = word(unit.state, language)
            if unit.topup:
                state += f"，{word(unit.topup, language)}"
            if unit.refunded:
                state += sheet.say(", settled", "，已了结")
            if unit.official_not_activated:
                state += sheet.say("; official record: NOT activated", "；官方记录：未激活")
            face = NOTHING if unit.face_fen is None else yuan_text(unit.face_fen)
            if unit.remaining_fen is not None:
                face += sheet.say(f", left {yuan_text(unit.remaining_fen)}", f"，余 {yuan_text(unit.remaining_fen)}")
            shipped = sheet.time(unit.delivered_at) + (sheet.say(" (reissue)", "（补发）") if unit.reissued else "")
            rows.append(
                (
                    unit.ref + (" ●" if unit.asked else ""),
                    yuan_text(unit.net_fen),
                    face,
                    (state, SMALL_WARNING) if unit.official_not_activated else state,
                    shipped,
                    (unit.key_masked, DIGEST),
                )
            )
        sheet.table(
            (
                Column("Unit", "单件", 40),
                Column("Price", "实价", 56),
                Column("Face value", "面值", 66),
                Column("State", "状态", 0),
                Column("Shipped", "发货时间", 104),
                Column("Key, masked", "卡密（掩码）", 100),
            ),
            rows,
        )
        sheet.paragraph(sheet.say("● the request is about this unit", "● 为本次申请涉及的单件"), NOTE)

    def _policy(self) -> None:
        sheet, policy, language = self._sheet, self._dossier.policy, self._dossier.language
        self._sheet.start("policy")
        sheet.fact(
            "Policy",
            "政策",
            sheet.say(f"{policy.channel}, version {policy.version}", f"{policy.channel} 第 {policy.version} 版"),
        )
        sheet.fact("Published", "公布时间", f"{sheet.time(policy.published_at)} · {policy.published_by}")
        until = (
            sheet.say("still in force", "现行有效")
            if policy.superseded_at is None
            else sheet.time(policy.superseded_at)
        )
        sheet.fact("In force until", "适用至", until)
        sheet.fact(
            "Refund window",
            "退款时限",
            sheet.say(f"{policy.window_hours} hours after the order", f"下单后 {policy.window_hours} 小时"),
        )
        sheet.fact("Fee", "手续费", _percent(policy.fee_bp))
        sheet.fact("Fee before shipping", "未发货手续费", _percent(policy.unshipped_fee_bp))
        sheet.fact("Never more than", "手续费上限", _percent(policy.cap_bp))
        sheet.fact("Disclosure in the policy", "政策载明方式", word(policy.fee_disclosure, language))
        sheet.fact("Shown to this buyer", "对本单的费用说明", word(self._dossier.order.fee_disclosure, language))
        for en, zh, text in (
            ("Refund policy", "退款政策全文", policy.refund_policy),
            ("After-sales terms", "售后条款全文", policy.after_sales),
            ("User agreement", "用户协议全文", policy.user_agreement),
            ("Cancellation rules", "订单取消规则全文", policy.cancel_rules),
            ("Fee note", "费用说明全文", policy.fee_note),
        ):
            sheet.quoted(sheet.say(en, zh), text or sheet.say("(no text was published)", "（未公布文本）"))

    def _ruling(self) -> None:
        sheet, ruling, language = self._sheet, self._dossier.ruling, self._dossier.language
        self._sheet.start("ruling")
        moment = (
            sheet.say("as frozen with the decision", "随处理结果固定")
            if ruling.frozen
            else sheet.say("as of the making of this dossier; not decided yet", "制作证据包时的裁定建议，尚未处理")
        )
        sheet.fact("Ruling", "裁定建议", f"{word(ruling.verdict, language)} · {moment}")
        sheet.fact("As of", "时间", sheet.time(ruling.at))
        sheet.fact(
            "Proposed",
            "建议金额",
            amount_text(ruling.refund_fen + ruling.fee_fen, ruling.fee_fen, ruling.refund_fen, language),
        )
        sheet.paragraph(
            sheet.say(
                "The rules are fixed, are the same for every buyer, and are tried in their order; the first that fits "
                "decides. They judge by the state of the order when the request was made.",
                "规则固定，对所有买家一致，按顺序逐条比对，以先符合者为准；依据的是申请时的订单状态。",
            ),
            NOTE,
        )
        for unit in ruling.units:
            title = rule_title(unit.rule, language)
            sheet.subheading(
                sheet.say(
                    f"Unit {unit.ref}: rule {unit.rule.value}, {title} → {word(unit.verdict, language)}",
                    f"第 {unit.ref} 件：规则 {unit.rule.value} {title} → {word(unit.verdict, language)}",
                )
            )
            sheet.paragraph(unit.why_en if not is_chinese(language) else unit.why_zh)
            amount = amount_text(unit.base_fen, unit.fee_fen, unit.refund_fen, language)
            if amount:
                sheet.fact("Amount", "金额", amount)
            if unit.missing:
                sheet.fact(
                    "Missing", "尚缺", listing([missing_text(kind, language) for kind in unit.missing], language)
                )
            if unit.options:
                sheet.fact(
                    "Ways to settle",
                    "可选方式",
                    listing([_option(option, language) for option in unit.options], language),
                )
            sheet.fact("Facts the rule read", "规则所依事实", unit.read, DIGEST)
            tried = [f"{rule.value} {rule_title(rule, language)}" for rule in unit.tried]
            sheet.fact("Tried before, did not fit", "此前比对、不符合", listing(tried, language), NOTE)

    def _decision(self) -> None:
        sheet, decision, language = self._sheet, self._dossier.decision, self._dossier.language
        self._sheet.start("decision")
        if decision is None:
            sheet.paragraph(sheet.say("The shop has not decided yet.", "本店尚未作出处理。"))
            return
        refused = decision.action == "refuse"
        sheet.fact(
            "Decision", "处理", sheet.say("refused", "不予退款") if refused else sheet.say("approved", "同意"), STRONG
        )
        if decision.ground:
            sheet.fact("Ground", "理由", word(decision.ground, language))
        if decision.option:
            sheet.fact("Settled by", "处理方式", _option(decision.option, language))
        sheet.fact("Refund", "退款", yuan_text(decision.refund_fen))
        sheet.fact("Fee kept", "手续费", yuan_text(decision.fee_fen))
        sheet.fact("The rules proposed", "规则建议", yuan_text(decision.proposed_refund_fen))
        sheet.fact("Reason", "说明", decision.reason)
        sheet.fact("Decided", "处理时间", f"{sheet.time(decision.decided_at)} · {decision.decided_by}")
        reply = decision.reply_zh if is_chinese(language) else decision.reply_en
        sheet.quoted(sheet.say("Reply to the buyer", "对买家的答复"), reply)

    def _messages(self) -> None:
        sheet, messages = self._sheet, self._dossier.messages
        self._sheet.start("messages")
        if not messages:
            sheet.paragraph(sheet.say("Nothing was written beside the request.", "除申请外没有往来记录。"))
        for message in messages:
            who = sheet.say("Buyer", "买家") if message.actor == "buyer" else sheet.say("Shop", "本店")
            pair = _MESSAGE_KINDS.get(message.kind)
            kind = sheet.say(*pair) if pair else message.kind
            by = f" · {message.by}" if message.actor != "buyer" else ""
            sheet.paragraph(f"{sheet.time(message.at)} · {who} · {kind}{by}", LABEL)
            decision = self._dossier.decision
            if decision is not None and message.text == decision.reply_zh:
                sheet.paragraph(sheet.say("(the reply printed above, in Chinese)", "（全文见“本店处理结果”）"), NOTE)
            else:
                sheet.quote(message.text)
        sheet.paragraph(sheet.say("Internal notes of the shop are not part of it.", "本店内部备注不列入。"), NOTE)

    def _timeline(self) -> None:
        sheet, dossier = self._sheet, self._dossier
        self._sheet.start("timeline")
        zone = ZoneInfo(dossier.time_zone)
        sheet.table(
            (Column("Time", "时间", 104), Column("By", "操作人", 70), Column("What happened", "事件", 0)),
            [
                (sheet.time(event.at), event.actor, describe(event.kind, event.facts, dossier.language, zone))
                for event in dossier.events
            ],
        )
        sheet.paragraph(
            sheet.say(
                "Times of the log of the shop, by the clock of its computer.",
                "取自店铺操作日志，时间为店铺电脑的时钟。",
            ),
            NOTE,
        )


_READING = (
    (
        "The cover letter sums up; every section after it prints what is on record, with times and sources.",
        "说明函为概要；其后各节照录记录内容，均注明时间和来源。",
    ),
    (
        "Card keys, accounts, roles and the buyer are masked, for every addressee. The shop shows them to an authority "
        "on request.",
        "卡密、账号、角色与买家信息一律掩码，对所有受理方相同；有权机关可要求本店当面出示。",
    ),
    (
        "Every file of the archive stands in manifest.json with its SHA-256; the files of the evidence are the bytes "
        "that were filed, and may show what the texts mask.",
        "压缩包内每个文件的 SHA-256 列于 manifest.json；凭证为登记时的原文件，图片中可能含有正文已掩码的信息。",
    ),
    (
        "A file that is missing or was altered is named as such, and is not left out in silence.",
        "缺失或与登记不符的文件均如实注明，不作隐去。",
    ),
    (
        "“—” means: not on record.",
        "“—”表示没有记录。",
    ),
)


def _option(option: Option | str, language: str) -> str:
    try:
        return option_text(Option(option), language)
    except ValueError:
        return str(option)


def _percent(bp: int) -> str:
    return f"{bp // 100}%" if bp % 100 == 0 else f"{bp / 100:.2f}%"
