"""The records of a dossier on paper: redemptions, proofs, evidence, disputes, the log, and the pictures.

Imports reportlab: load this module only when a document is made.
"""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.documents.code_words import is_chinese, word
from desktop_app.documents.dispute_words import request_source
from desktop_app.documents.dossier import Dossier, FileFacts, FileState
from desktop_app.documents.dossier_pictures import Picture
from desktop_app.documents.dossier_sheet import (
    DIGEST,
    FINE,
    KEY,
    LEFT,
    NOTE,
    NOTHING,
    PICTURES,
    RIGHT,
    SMALL_STRONG,
    SMALL_WARNING,
    STRONG,
    WARNING,
    Column,
    Sheet,
)
from desktop_app.documents.page_writer import Style
from desktop_app.documents.rule_words import listing
from desktop_app.domain.money import yuan_text

_FILE_STATES: dict[FileState, tuple[str, str]] = {
    FileState.ATTACHED: ("attached", "已随附"),
    FileState.SEEN_ELSEWHERE: ("no file: seen elsewhere", "无文件（在平台查看）"),
    FileState.WITHHELD: ("not attached: identity document", "未随附（身份材料，依法出示）"),
    FileState.MISSING: ("MISSING from the shop's files", "文件缺失，未能随附"),
    FileState.ALTERED: ("ALTERED since it was stored", "与登记摘要不符，未随附"),
}


def file_state_text(state: FileState, language: str) -> str:
    """What became of a file, in a few words."""
    return _FILE_STATES[state][is_chinese(language)]


class Records:
    """Draws the sections that list what is on record."""

    def __init__(
        self, sheet: Sheet, dossier: Dossier, pictures: Sequence[tuple[FileFacts, Picture]], digest: str
    ) -> None:
        self._sheet = sheet
        self._dossier = dossier
        self._pictures = pictures
        self._digest = digest

    def redemptions(self) -> None:
        sheet, dossier = self._sheet, self._dossier
        self._sheet.start("redemptions")
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

    def proofs(self) -> None:
        sheet, dossier = self._sheet, self._dossier
        self._sheet.start("proofs")
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
            sheet.fact("SHA-256", "摘要", f"{file.number}  {file.sha256}", DIGEST)

    def _file_cell(self, file: FileFacts) -> str | tuple[str, Style]:
        text = f"{file_state_text(file.state, self._dossier.language)} · {file.size:,} B"
        if file.member:
            text += f"\n{file.member}"
        return (text, SMALL_WARNING) if file.state in (FileState.MISSING, FileState.ALTERED) else text

    def evidence(self) -> None:
        sheet, dossier, language = self._sheet, self._dossier, self._dossier.language
        self._sheet.start("evidence")
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
            sheet.fact("Source", "来源", request_source(file.source, language))
            if marks:
                sheet.fact("Marks", "标记", listing(marks, language), STRONG)
            if file.note:
                sheet.fact("Note", "说明", file.note)
            sheet.fact("Filed", "登记", f"{sheet.time(file.added_at)} · {file.added_by} · {file.request_no or NOTHING}")

    def disputes(self) -> None:
        sheet, dossier, language = self._sheet, self._dossier, self._dossier.language
        self._sheet.start("disputes")
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

    def audit(self) -> None:
        sheet, dossier = self._sheet, self._dossier
        self._sheet.start("audit")
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

    def annex(self) -> None:
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
