"""The look of the redemption proof on A4. Imports reportlab: load this module only when a document is made."""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop_app.documents.archive_pdf import DocumentInfo, SignatureHole, open_archive
from desktop_app.documents.fonts import BOLD, MONO, ONE_AT_A_TIME, SANS
from desktop_app.documents.page_writer import PAGE_HEIGHT, PAGE_WIDTH, Cell, PageWriter, Style, width, wrap
from desktop_app.documents.proof_facts import ProofFacts, local_time
from desktop_app.documents.qr_codes import qr_matrix
from desktop_app.domain.money import yuan_text

_INK = (0.09, 0.13, 0.2)
_GREY = (0.4, 0.45, 0.53)
_BLUE = (0.11, 0.31, 0.72)
_LINE = (0.84, 0.87, 0.91)
_SHADE = (0.95, 0.96, 0.98)
_PANEL = (0.93, 0.95, 0.995)
_WHITE = (1.0, 1.0, 1.0)

_TITLE = Style(BOLD, 25, _INK, 30)
_PILL = Style(BOLD, 9, _WHITE, 12)
_HEADING = Style(BOLD, 11, _BLUE, 15)
_LABEL = Style(SANS, 8.5, _GREY, 11)
_SUBLABEL = Style(SANS, 6, _GREY, 8)
_VALUE = Style(SANS, 9.5, _INK, 13.5)
_STRONG = Style(BOLD, 9.5, _INK, 13.5)
_TIME = Style(BOLD, 13, _BLUE, 17)
_KEY = Style(MONO, 9.5, _INK, 13.5)
_CODE = Style(MONO, 11, _INK, 15)
_DIGEST = Style(MONO, 7, _INK, 10)
_FINGERPRINT = Style(MONO, 10.5, _INK, 15)
_SMALL = Style(SANS, 8.5, _INK, 12)
_SMALL_STRONG = Style(BOLD, 8.5, _INK, 12)
_NOTE = Style(SANS, 7.2, _GREY, 10.4)

_LEFT, _RIGHT = 50.0, PAGE_WIDTH - 50.0
_WIDTH = _RIGHT - _LEFT
_FOOT = PAGE_HEIGHT - 56
_TOP_OF_FURTHER_PAGES = 74.0
_LABEL_WIDTH = 99.0
_HALF = (_WIDTH - 16) / 2
_QR_SIDE = 118.0
_NOT_RECORDED = "—"

_DRAFT_NOTE = (
    "说明：这是预览稿，没有编号、签名和二维码，不能作为核销证明。正式出具后，此处印有签名说明和证书指纹。",
    "This is a draft without number, signature and code. It proves nothing; an issued proof carries them here.",
)
_SELF_SIGNED_ZH = "证书由店铺自行签发，未经第三方机构核实身份。"
_SELF_SIGNED_EN = "The shop made its certificate itself; no third party has checked who it is. "
_TRUST_ZH = (
    "说明：本文件整体经电子签名。签名证明两点：文件自签发后未被改动；签发者持有上列指纹对应的密钥。{issuer}"
    "签名不证明所载内容属实，内容以店铺系统的记录为准；时间取自店铺电脑的时钟。"
    "请将指纹逐组与店铺在纠纷发生前公布的指纹核对，一致才算认识签发者。"
    "核验不需联网：电子文件可用 Kamidesk 的“核验”、命令 kamidesk verify 或支持 PAdES 的阅读器；"
    "纸质件可扫描首页二维码，其内容另有签名。"
    "事实数据以 JSON 存于文件的 XMP 元数据。卡密承诺值是带盐摘要，仅在仲裁时出示卡密与盐值核对。"
)
_TRUST_EN = (
    "This file is signed as a whole. The signature proves two things: nothing in the file has changed since it was "
    "issued, and whoever issued it holds the key of the fingerprint above. {issuer}It does not prove that the "
    "contents are true: they are what the shop has on record, and times come from the clock of its computer. Compare "
    "the fingerprint, group by group, with the one that the shop published before the dispute. No network is needed "
    "to check the file: use Verify in Kamidesk, the command kamidesk verify, or a reader that knows PAdES; "
    "on paper, the code on the first page carries a signature of its own. The facts travel as JSON in the XMP "
    "metadata. The commitment is a salted digest of the key, to be opened before an arbitrator only."
)

# Every character of a fixed label, so that the first subset of each font is the same in all proofs (see prime).
_FIXED_SANS = "".join(
    (
        "编号订单商品面值实付单件金额时间下发货送达确认收交易完成卡密掩码承诺区服角色账号操作员替换证明平台核销对象来源"
        "陈述人事件说明文件名大小取自截数据记录链序首条摘要第页共费用规则购买公示处理意见店铺备案营业执照签扫码对",
        "".join(sorted({*_TRUST_ZH, *_SELF_SIGNED_ZH} - {"{", "}"})),
        _NOT_RECORDED,
        "¥·:,。;",
    )
)
_FIXED_BOLD = "核销证明已记录订单与商品费用规则处理结果时间线据清操作审计说事件来源文名大小取自截摘要"


def lay_out_proof(
    facts: ProofFacts, facts_json: bytes, code_text: str = "", hole: SignatureHole | None = None
) -> bytes:
    """The proof as PDF/A-1b bytes: ``facts_json`` travels inside, ``code_text`` becomes the QR code, and ``hole`` is to
    be filled with the signature. A draft has neither code nor hole.
    """
    digest = hashlib.sha256(facts_json).hexdigest()
    info = DocumentInfo(
        title=f"核销证明 {facts.proof_no}",
        author=facts.shop_name,
        subject=f"订单 {facts.order_no} 的核销证明 / Redemption proof",
        made_at=facts.issued_at,
        facts={
            "proofJson": (facts_json.decode("utf-8"), "Canonical JSON of everything that the proof states"),
            "proofSha256": (digest, "SHA-256 of the UTF-8 bytes of proofJson, hexadecimal"),
            "qrText": (code_text, "Text of the QR code on the first page, empty in a draft"),
        },
    )
    target = io.BytesIO()
    with ONE_AT_A_TIME:
        canvas = open_archive(target, info, hole)
        sheet = _ProofSheet(PageWriter(canvas, _TOP_OF_FURTHER_PAGES, _FOOT), facts, digest)
        sheet.draw(code_text)
        canvas.save()
    return target.getvalue()


class _ProofSheet:
    def __init__(self, page: PageWriter, facts: ProofFacts, digest: str) -> None:
        self._page = page
        self._facts = facts
        self._digest = digest
        page.prime(_VALUE, _FIXED_SANS)
        page.prime(_STRONG, _FIXED_BOLD)

    def draw(self, code_text: str) -> None:
        self._head(code_text)
        self._redemption()
        self._order()
        self._rules()
        self._timeline()
        self._evidence()
        self._audit()
        if code_text:
            self._signature()
        self._trust(_signed_lines(bool(self._facts.signer_issuer)) if code_text else _draft_lines())
        self._page.finish(self._decorate)

    def _time(self, moment: datetime | None) -> str:
        return _NOT_RECORDED if moment is None else local_time(moment, self._facts.time_zone)

    def _head(self, code_text: str) -> None:
        page, facts = self._page, self._facts
        top = 48.0
        end = page.text(_LEFT, top + 22, "核销证明", _TITLE)
        page.rectangle(end + 12, top + 3, 76, 17, _BLUE)
        page.text(end + 19, top + 14.8, "已核销", _PILL)
        page.text(end + 50, top + 14.6, "redeemed", Style(SANS, 7, _WHITE, 9))
        page.text(_LEFT, top + 39, "Redemption proof", Style(SANS, 9.5, _GREY, 12))
        code_x = _RIGHT - _QR_SIDE
        if code_text:
            page.matrix(code_x, top - 6, _QR_SIDE, qr_matrix(code_text))
        else:
            page.rectangle(code_x, top - 6, _QR_SIDE, _QR_SIDE, _SHADE)
            page.text(code_x + 38, top + _QR_SIDE / 2 - 8, "预览稿", Style(BOLD, 14, _GREY, 18))
            page.text(code_x + 33, top + _QR_SIDE / 2 + 6, "draft, not signed", Style(SANS, 6.5, _GREY, 9))
        page.y = top + 48
        width = code_x - _LEFT - 18
        page.row([Cell(_LEFT, wrap(facts.shop_name, _STRONG, width), _STRONG)], padding=1)
        licences = "  ·  ".join(
            f"{name} {text}"
            for name, text in (("ICP 备案", facts.icp_record), ("营业执照", facts.business_licence))
            if text
        )
        if licences:
            page.row([Cell(_LEFT, wrap(licences, _NOTE, width), _NOTE)], padding=1)
        page.y = max(page.y + 8, top + _QR_SIDE + 4)
        page.rectangle(_LEFT, page.y, _WIDTH, 2, _BLUE)
        page.y += 8
        page.row(
            [
                *_field("证明编号", "Proof no.", facts.proof_no, _KEY, _LEFT, _HALF),
                *_field("签发时间", "Issued", self._zoned(facts.issued_at), _VALUE, _LEFT + _HALF + 16, _HALF),
            ],
            padding=3,
        )
        if facts.replaces_proof_no:
            page.row(_field("替换证明", "Replaces", facts.replaces_proof_no, _KEY, _LEFT, _WIDTH), padding=3)

    def _zoned(self, moment: datetime | None) -> str:
        """The time with its offset, as UTC+8 or UTC+5:30."""
        if moment is None:
            return _NOT_RECORDED
        local = moment.astimezone(ZoneInfo(self._facts.time_zone))
        sign, hours, minutes = (local.strftime("%z")[part] for part in (slice(1), slice(1, 3), slice(3, 5)))
        offset = f"UTC{sign}{int(hours)}" + (f":{minutes}" if minutes != "00" else "")
        return f"{self._time(moment)} ({offset})"

    def _redemption(self) -> None:
        page, facts = self._page, self._facts
        self._heading("核销记录", "Redemption record")
        x, width = _LEFT + 14, _WIDTH - 28

        def panel(y: float, height: float) -> None:
            page.rectangle(_LEFT, y, _WIDTH, height + 0.3, _PANEL)
            page.rectangle(_LEFT, y, 3, height + 0.3, _BLUE)

        for zh, en, value, style in (
            ("核销时间", "Redeemed at", self._zoned(facts.redeemed_at), _TIME),
            ("核销码", "Redemption code", facts.redemption_code, _CODE),
            ("核销对象", "Redeemed for", facts.target, _VALUE),
            ("记录来源", "Source of record", facts.source, _VALUE),
            ("陈述人", "Stated by", facts.stated_by or _NOT_RECORDED, _VALUE),
        ):
            page.row(_field(zh, en, value, style, x, width), padding=3.5, under=panel)

    def _order(self) -> None:
        facts = self._facts
        self._heading("订单与商品", "Order and goods")
        face = _NOT_RECORDED if facts.face_value_fen is None else yuan_text(facts.face_value_fen)
        paid = yuan_text(facts.paid_fen)
        if facts.unit_net_fen is not None:
            paid += f"（单件 {yuan_text(facts.unit_net_fen)}）"
        server = " / ".join(part for part in (facts.server, facts.role_masked) if part)
        self._full_width("订单号", "Order no.", facts.order_no, _KEY)
        self._full_width("商品", "Product", facts.product, _VALUE)
        pairs = [
            ("面值", "Face value", face, _VALUE),
            ("订单实付", "Paid", paid, _VALUE),
            ("单件编号", "Unit", facts.unit_ref, _VALUE),
            ("平台", "Platform", facts.platform, _VALUE),
            ("下单时间", "Ordered", self._time(facts.ordered_at), _VALUE),
            ("付款时间", "Paid at", self._time(facts.paid_at), _VALUE),
            ("发货时间", "Shipped", self._time(facts.shipped_at), _VALUE),
            ("送达时间", "Delivered", self._time(facts.delivered_at), _VALUE),
            ("确认收货", "Completed", self._time(facts.completed_at), _VALUE),
            ("操作员", "Operator", facts.operator, _VALUE),
            ("充值账号", "Account, masked", facts.account_masked, _VALUE),
            ("区服 / 角色", "Server / role", server, _VALUE),
        ]
        for left, right in zip(pairs[::2], pairs[1::2], strict=True):
            cells = [
                *_field(left[0], left[1], left[2] or _NOT_RECORDED, left[3], _LEFT, _HALF),
                *_field(right[0], right[1], right[2] or _NOT_RECORDED, right[3], _LEFT + _HALF + 16, _HALF),
            ]
            self._page.row(cells, padding=3, under=self._hairline)
        self._full_width("卡密（掩码）", "Key, masked", facts.key_masked, _KEY)
        self._full_width("卡密承诺值", "Commitment", facts.key_commitment, _DIGEST)

    def _rules(self) -> None:
        facts = self._facts
        self._heading("费用规则与处理结果", "Fee rule shown at purchase, outcome")
        self._full_width("费用规则", "Fee rule", facts.fee_rule, _VALUE)
        if facts.verdict:
            self._full_width("处理结果", "Outcome", facts.verdict, _VALUE)

    def _timeline(self) -> None:
        if self._facts.timeline:
            self._table(
                ("事件时间线", "Timeline"),
                (("时间", "Time", 100), ("事件", "Event", 80), ("来源", "Source", 68), ("说明", "Details", 0)),
                [(self._time(row.at), row.event, row.source, row.text) for row in self._facts.timeline],
                (_SMALL, _SMALL_STRONG, _SMALL, _SMALL),
            )

    def _evidence(self) -> None:
        if self._facts.evidence:
            self._table(
                ("证据清单", "Evidence"),
                (("文件", "File", 150), ("大小", "Bytes", 56), ("取得时间", "Captured", 100), ("摘要", "SHA-256", 0)),
                [
                    (row.name, f"{row.size_bytes:,}", self._time(row.captured_at), row.sha256)
                    for row in self._facts.evidence
                ],
                (_SMALL, _SMALL, _SMALL, _DIGEST),
            )

    def _audit(self) -> None:
        facts = self._facts
        self._heading("操作记录链", "Audit record")
        self._full_width("记录序号", "Number", str(facts.audit_seq), _VALUE)
        self._full_width("本条摘要", "Leaf", facts.audit_leaf, _DIGEST)
        self._full_width("链首摘要", "Head", facts.audit_head, _DIGEST)
        self._full_width("事实摘要", "SHA-256 of facts", self._digest, _DIGEST)

    def _signature(self) -> None:
        page, facts = self._page, self._facts
        self._heading("电子签名", "Electronic signature", follows=70)
        self._full_width("签名者", "Signed by", facts.signer_name, _VALUE)
        issuer = facts.signer_issuer or "店铺自签 · issued by the shop itself"
        self._full_width("证书签发者", "Issuer", issuer, _VALUE)
        groups = [facts.signer_fingerprint[start : start + 8] for start in range(0, 64, 8)]
        lines = ("  ".join(groups[:4]), "  ".join(groups[4:]))
        label = _field("证书指纹", "SHA-256", "", _FINGERPRINT, _LEFT, _WIDTH)[:2]
        page.row([*label, Cell(_LEFT + _LABEL_WIDTH, lines, _FINGERPRINT)], padding=4, under=self._hairline)

    def _trust(self, texts: tuple[tuple[str, ...], ...]) -> None:
        page = self._page
        page.y += 10
        # the statement is one thought: it is not torn over two pages
        if sum(map(len, texts)) * _NOTE.leading + 8 > page.room():
            page.new_page()
        for lines in texts:
            page.row([Cell(_LEFT, lines, _NOTE)], padding=2)

    def _full_width(self, zh: str, en: str, value: str, style: Style) -> None:
        cells = _field(zh, en, value or _NOT_RECORDED, style, _LEFT, _WIDTH)
        self._page.row(cells, padding=3, under=self._hairline)

    def _heading(self, zh: str, en: str, follows: float = 50) -> None:
        """A section title, kept together with ``follows`` points of what comes after it."""
        page = self._page
        if page.room() < 26 + follows:
            page.new_page()
        else:
            page.y += 9
        end = page.text(_LEFT, page.y + 11, zh, _HEADING)
        page.text(end + 6, page.y + 11, en, Style(SANS, 7.5, _GREY, 10))
        page.y += 17

    def _table(
        self,
        title: tuple[str, str],
        columns: Sequence[tuple[str, str, float]],
        rows: Sequence[tuple[str, ...]],
        styles: Sequence[Style],
    ) -> None:
        page = self._page
        rest = _WIDTH - sum(width for _, _, width in columns)
        widths = [width or rest for _, _, width in columns]
        starts = [_LEFT + sum(widths[:number]) for number in range(len(widths))]

        def head() -> None:
            page.rectangle(_LEFT, page.y, _WIDTH, 19, _SHADE)
            for (zh, en, _), x in zip(columns, starts, strict=True):
                end = page.text(x + 6, page.y + 12.6, zh, _SMALL_STRONG)
                page.text(end + 4, page.y + 12.4, en, _SUBLABEL)
            page.y += 19

        self._heading(*title, follows=60)
        head()
        for row in rows:
            cells = [
                Cell(x + 6, wrap(text, style, width - 10), style)
                for text, x, width, style in zip(row, starts, widths, styles, strict=True)
            ]
            page.row(cells, padding=3, under=self._hairline, on_new_page=head)

    def _hairline(self, y: float, height: float) -> None:
        self._page.rectangle(_LEFT, y + height - 0.5, _WIDTH, 0.5, _LINE)

    def _decorate(self, number: int, count: int) -> None:
        page, facts = self._page, self._facts
        if number > 1:
            page.text(_LEFT, 50, "核销证明", _STRONG)
            page.text(_LEFT + 46, 50, "Redemption proof", _SUBLABEL)
            page.rectangle(_LEFT, 57, _WIDTH, 1, _BLUE)
        base = PAGE_HEIGHT - 36
        page.rectangle(_LEFT, base - 12, _WIDTH, 0.5, _LINE)
        proof_no = wrap(facts.proof_no, _NOTE, 150)[0]
        end = page.text(_LEFT, base, f"证明编号 {proof_no}  ·  SHA-256 ", _NOTE)
        page.text(end, base, f"{self._digest[:16]}…{self._digest[-16:]}", Style(MONO, 6.4, _GREY, 9))
        page.text_right(_RIGHT, base, f"第 {number} 页 / 共 {count} 页  ·  page {number} of {count}", _NOTE)


@functools.cache
def _draft_lines() -> tuple[tuple[str, ...], ...]:
    return tuple(wrap(text, _NOTE, _WIDTH) for text in _DRAFT_NOTE)


@functools.cache
def _signed_lines(is_issued_by_others: bool) -> tuple[tuple[str, ...], ...]:
    issuers = ("", "") if is_issued_by_others else (_SELF_SIGNED_ZH, _SELF_SIGNED_EN)
    texts = (text.format(issuer=issuer) for text, issuer in zip((_TRUST_ZH, _TRUST_EN), issuers, strict=True))
    return tuple(wrap(text, _NOTE, _WIDTH) for text in texts)


def _field(zh: str, en: str, value: str, style: Style, x: float, room: float) -> list[Cell]:
    """A label, its English beside it, and its wrapped value."""
    beside = x + width(zh, _LABEL) + 4
    return [
        Cell(x, (zh,), Style(_LABEL.font, _LABEL.size, _LABEL.colour, style.leading)),
        Cell(beside, (en,), Style(_SUBLABEL.font, _SUBLABEL.size, _SUBLABEL.colour, style.leading)),
        Cell(x + _LABEL_WIDTH, wrap(value, style, room - _LABEL_WIDTH), style),
    ]
