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
from desktop_app.documents.dossier import Dossier, FileFacts, FileState, dossier_json
from desktop_app.documents.dossier_pictures import Picture
from desktop_app.documents.dossier_sheet import (
    DIGEST,
    FINE,
    FOOT,
    KEY,
    LABEL,
    LEFT,
    NOTE,
    NOTHING,
    RIGHT,
    SMALL_STRONG,
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
from desktop_app.documents.page_writer import Cell, PageWriter, Style, wrap
from desktop_app.documents.rule_words import amount_text, listing, missing_text, option_text, rule_title
from desktop_app.domain.money import yuan_text
from desktop_app.domain.refunds import Option

SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("request", "The buyer's request", "买家的申请"),
    ("order", "The order", "订单事实"),
    ("policy", "The policy at the purchase", "购买时适用的政策"),
    ("ruling", "The ruling of the rules", "规则裁定"),
    ("decision", "The shop's decision", "本店处理结果"),
    ("messages", "Correspondence", "往来沟通"),
    ("timeline", "Timeline", "事件时间线"),
    ("redemptions", "Redemption records", "核销记录"),
    ("proofs", "Redemption proofs", "核销证明"),
    ("evidence", "Evidence", "凭证清单"),
    ("disputes", "Disputes and refunds", "争议与退款"),
    ("audit", "Extract of the event log", "操作日志摘录"),
)
"""Key, English and Chinese title of the sections that every dossier has, in their order."""
PICTURES = ("pictures", "Annex: pictures", "附件：凭证图片")

_FILE_STATES: dict[FileState, tuple[str, str]] = {
    FileState.ATTACHED: ("attached", "已随附"),
    FileState.SEEN_ELSEWHERE: ("no file: seen elsewhere", "无文件（在平台查看）"),
    FileState.WITHHELD: ("not attached: identity document", "未随附（身份材料，依法出示）"),
    FileState.MISSING: ("MISSING from the shop's files", "文件缺失，未能随附"),
    FileState.ALTERED: ("ALTERED since it was stored", "与登记摘要不符，未随附"),
}
_SOURCES = {
    "hand": ("entered by the shop", "本店登记"),
    "appeal": ("opened again after a dispute", "争议处理后重新受理"),
}
_MESSAGE_KINDS = {
    "ask": ("asks for evidence", "请求补充凭证"),
    "answer": ("answers", "答复"),
    "negotiation": ("negotiates", "协商"),
    "reply": ("replies", "答复处理结果"),
}


def file_state_text(state: FileState, language: str) -> str:
    """What became of a file, in a few words."""
    return _FILE_STATES[state][is_chinese(language)]


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
            self._redemptions,
            self._proofs,
            self._evidence,
            self._disputes,
            self._audit,
            self._annex,
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

    def _start(self, key: str) -> None:
        en, zh = next((en, zh) for name, en, zh in SECTIONS if name == key)
        self._sheet.section(key, en, zh)

    def _request(self) -> None:
        sheet, request, language = self._sheet, self._dossier.request, self._dossier.language
        self._start("request")
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
        pair = _SOURCES.get(request.source)
        origin = sheet.say(*pair) if pair else request.source
        if not request.verified_source:
            origin += sheet.say(" (sender not verified)", "（来源未经验证）")
        sheet.fact("Came by", "申请来源", origin)
        sheet.fact("State", "状态", word(request.state, language))
        sheet.quoted(sheet.say("In the buyer's words", "买家原话"), request.text)

    def _order(self) -> None:
        sheet, order, language = self._sheet, self._dossier.order, self._dossier.language
        self._start("order")
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
        self._start("policy")
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
        self._start("ruling")
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
        self._start("decision")
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
        self._start("messages")
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
        self._start("timeline")
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

    def _redemptions(self) -> None:
        sheet, dossier = self._sheet, self._dossier
        self._start("redemptions")
        if not dossier.redemptions:
            sheet.paragraph(sheet.say("No redemption is on record.", "没有核销记录。"))
        for record in dossier.redemptions:
            state = sheet.say("in force", "有效") if record.in_force else sheet.say("corrected later", "后经更正")
            if record.replaces is not None:
                state += sheet.say(f", corrects record {record.replaces}", f"，更正记录 {record.replaces}")
            sheet.subheading(
                sheet.say(
                    f"Record {record.number}, unit {record.unit_ref}: {state}",
                    f"记录 {record.number}，第 {record.unit_ref} 件：{state}",
                )
            )
            sheet.fact("Redeemed at", "核销时间", sheet.time(record.redeemed_at))
            sheet.fact("Redemption code", "核销码", record.code, KEY)
            sheet.fact("For, masked", "核销对象（掩码）", record.target_masked)
            sheet.fact("Source of record", "记录来源", record.source)
            sheet.fact("Stated by", "陈述人", record.stated_by)
            if record.list_name:
                place = sheet.say(
                    f"{record.list_name}, line {record.list_line}", f"{record.list_name} 第 {record.list_line} 行"
                )
                sheet.fact("From the list", "出自清单", place)
                sheet.fact("SHA-256 of the list", "清单摘要", record.list_sha256, DIGEST)
            if record.note:
                sheet.fact("Note", "备注", record.note)
            sheet.fact("Recorded", "录入", f"{sheet.time(record.recorded_at)} · {record.recorded_by}")
        for unit in dossier.order.units:
            if unit.official_not_activated:
                sheet.paragraph(
                    sheet.say(
                        f"Against it: the official record says that unit {unit.ref} was NOT activated. The official "
                        "record goes before the shop's own.",
                        f"与之相对：官方记录显示第 {unit.ref} 件未激活。官方记录的效力先于本店记录。",
                    ),
                    WARNING,
                    padding=5,
                )

    def _proofs(self) -> None:
        sheet, dossier = self._sheet, self._dossier
        self._start("proofs")
        if not dossier.proofs:
            sheet.paragraph(sheet.say("No redemption proof was issued.", "尚未出具核销证明。"))
            return
        sheet.table(
            (
                Column("Proof", "编号", 128, SMALL_STRONG),
                Column("Unit", "单件", 34),
                Column("Issued", "出具时间", 104),
                Column("File and SHA-256", "文件与摘要", 0),
            ),
            [
                (
                    file.number
                    + (
                        sheet.say(f", replaces {file.replaces_no}", f"，替换 {file.replaces_no}")
                        if file.replaces_no
                        else ""
                    ),
                    file.unit_ref,
                    sheet.time(file.added_at),
                    self._file_cell(file),
                )
                for file in dossier.proofs
            ],
        )
        for file in dossier.proofs:
            sheet.fact("SHA-256", f"{file.number} 摘要", file.sha256, DIGEST)

    def _file_cell(self, file: FileFacts) -> str | tuple[str, Style]:
        text = f"{file_state_text(file.state, self._dossier.language)} · {file.size:,} B"
        if file.member:
            text += f"\n{file.member}"
        return (text, SMALL_WARNING) if file.state in (FileState.MISSING, FileState.ALTERED) else text

    def _evidence(self) -> None:
        sheet, dossier, language = self._sheet, self._dossier, self._dossier.language
        self._start("evidence")
        if not dossier.evidence:
            sheet.paragraph(sheet.say("No evidence is on file.", "没有登记凭证。"))
        on_paper = {file.number for file, _ in self._pictures}
        for file in dossier.evidence:
            kind = word(file.kind, language) if file.kind else ""
            sheet.subheading(f"{file.number}  {kind}" + (f" · {file.name}" if file.name else ""))
            state = file_state_text(file.state, language)
            if file.number in on_paper:
                state += sheet.say(", printed in the annex", "，并附印于附件")
            style = WARNING if file.state in (FileState.MISSING, FileState.ALTERED) else STRONG
            sheet.fact("File", "文件", state, style)
            if file.member:
                sheet.fact("In the archive", "压缩包内位置", file.member)
            if file.sha256:
                sheet.fact("SHA-256, size", "摘要与大小", f"{file.sha256}  ·  {file.size:,} B", DIGEST)
            marks = [
                text
                for marked, text in (
                    (file.written_promise, sheet.say("written promise of the shop", "商家书面承诺")),
                    (file.in_platform_chat, sheet.say("from the chat of the platform", "平台内聊天")),
                )
                if marked
            ]
            sheet.fact("Captured", "取得时间", sheet.time(file.captured_at))
            sheet.fact("Source", "来源", file.source)
            if marks:
                sheet.fact("Marks", "标记", listing(marks, language), STRONG)
            if file.note:
                sheet.fact("Note", "说明", file.note)
            sheet.fact("Filed", "登记", f"{sheet.time(file.added_at)} · {file.added_by} · {file.request_no or NOTHING}")

    def _disputes(self) -> None:
        sheet, dossier, language = self._sheet, self._dossier, self._dossier.language
        self._start("disputes")
        if not dossier.disputes and not dossier.refunds:
            sheet.paragraph(sheet.say("No dispute and no refund is on record.", "没有其他争议或退款记录。"))
        if dossier.disputes:
            rows = []
            for dispute in dossier.disputes:
                what = word(dispute.target, language)
                what += sheet.say(", appeal", "，申诉") if dispute.is_appeal else ""
                what += sheet.say(" (this one)", "（本件）") if dispute.is_this else ""
                outcome = ""
                if dispute.outcome:
                    outcome = f"{word(dispute.outcome, language)} · {sheet.time(dispute.outcome_at)}"
                if dispute.note:
                    outcome += f"\n{dispute.note}"
                if dispute.reopened_no:
                    outcome += sheet.say(
                        f"\nopened again as {dispute.reopened_no}", f"\n重新受理为 {dispute.reopened_no}"
                    )
                dates = (
                    sheet.say("opened", "发起")
                    + f" {sheet.time(dispute.opened_at)}\n"
                    + sheet.say("sent", "提交")
                    + f" {sheet.time(dispute.sent_at)}\n"
                    + sheet.say("answered", "答复")
                    + f" {sheet.time(dispute.answered_at)}"
                )
                rows.append((dispute.request_no, what, dispute.reference, dates, outcome))
            sheet.table(
                (
                    Column("Request", "申请", 88),
                    Column("With", "受理方", 96),
                    Column("Case no.", "编号", 80),
                    Column("Dates", "日期", 126),
                    Column("Outcome", "结果", 0),
                ),
                rows,
            )
        if dossier.refunds:
            sheet.subheading(sheet.say("Refunds of the order", "本订单退款"))
            sheet.table(
                (
                    Column("Amount", "金额", 80, SMALL_STRONG),
                    Column("Route", "途径", 80),
                    Column("State", "状态", 80),
                    Column("Expected", "预计到账", 76),
                    Column("Paid / arrived", "转出 / 到账", 0),
                ),
                [
                    (
                        yuan_text(refund.amount_fen),
                        word(refund.route, language),
                        word(refund.state, language),
                        sheet.time(refund.expected_at)[:10],
                        f"{sheet.time(refund.paid_at)} / {sheet.time(refund.arrived_at)}"
                        + (f"\n{refund.reference}" if refund.reference else ""),
                    )
                    for refund in dossier.refunds
                ],
            )

    def _audit(self) -> None:
        sheet, dossier = self._sheet, self._dossier
        self._start("audit")
        sheet.paragraph(
            sheet.say(
                "Every event is bound to all events before it: leaf = SHA-256(00 | text), head = SHA-256(01 | previous "
                "head | leaf). The texts stand in the archive; their leaves can be computed again by anybody.",
                "每条日志与此前全部日志相连：leaf = SHA-256(00 | 正文)，head = SHA-256(01 | 上一条 head | leaf)。"
                "正文见压缩包，任何人均可重新计算 leaf 核对。",
            ),
            NOTE,
        )
        sheet.table(
            (
                Column("No.", "序号", 44),
                Column("Leaf", "leaf（本条摘要）", 0, FINE),
                Column("Head", "head（链首摘要）", 225, FINE),
            ),
            [(str(event.seq), event.leaf, event.head) for event in dossier.events],
        )
        sheet.fact("Log ended at", "制作时日志末条", f"{dossier.log_seq}")
        sheet.fact("Head of the log", "日志链首摘要", dossier.log_head, DIGEST)
        sheet.fact("SHA-256 of the facts", "案情数据摘要", self._digest, DIGEST)
        sheet.fact("Made", "制作", f"{sheet.time(dossier.made_at)} · {dossier.made_by}")

    def _annex(self) -> None:
        sheet, page = self._sheet, self._sheet.page
        for place, (file, picture) in enumerate(self._pictures):
            if place == 0:
                sheet.section(PICTURES[0], PICTURES[1], PICTURES[2], new_page=True)
            else:
                page.new_page()
            kind = word(file.kind, self._dossier.language) if file.kind else ""
            sheet.paragraph(f"{file.number}  {kind} · {file.name}", STRONG)
            sheet.paragraph(f"SHA-256 {file.sha256}", DIGEST)
            sheet.paragraph(
                sheet.say("Printed reduced; the original is in the archive.", "缩印件，原文件见压缩包。"), NOTE
            )
            page.y += 4
            # points of a screen picture at 96 dots per inch; never larger than the page
            scale = min(0.75, (RIGHT - LEFT) / picture.width, page.room() / picture.height)
            page.picture(picture.jpeg, LEFT, page.y, picture.width * scale, picture.height * scale)
            page.y += picture.height * scale


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
