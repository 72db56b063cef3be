"""Cancellation requests from CSV and JSON files; the JSON is also what the drop folder takes.

JSON is one object or a list of objects::

    {"id": "R-1001", "order_no": "A20261120001", "reason": "wrong_item", "text": "拍错了",
     "requested_at": "2026-11-20T12:00:00+08:00", "units": ["1"], "unit_reasons": {"2": "invalid_card"},
     "evidence": ["order_screenshot"], "source": "shop-site"}

``id`` and ``order_no`` are required. Unknown and repeated fields are refused, so that no misspelt field is lost.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final

from desktop_app.domain.errors import BadInputError
from desktop_app.domain.json_fields import Fields, read_json, repeated_field, text_value
from desktop_app.domain.states import EvidenceKind, ReasonCode
from desktop_app.exchange.cells import (
    CellError,
    folded_label,
    names_of,
    read_code,
    read_id,
    read_order_no,
    read_text,
    read_time,
    unwrapped,
)
from desktop_app.exchange.csv_tables import Column, LineProblem, Table, read_table
from desktop_app.exchange.text_files import TextFile, open_regular, read_text_file

MAX_JSON_BYTES: Final = 8 * 1024 * 1024
MAX_REQUESTS: Final = 10_000
MAX_UNITS: Final = 1000
_LINE_BYTES: Final = 32 * 1024

REQUEST_COLUMNS: Final[tuple[Column, ...]] = (
    Column(
        "id",
        "申请编号",
        True,
        "R-1001",
        "Makes the request unique: 1 to 64 visible ASCII characters",
        "唯一编号，1 至 64 个可见 ASCII 字符",
        ("external_id", "request_id", "request_no", "申请号", "编号"),
    ),
    Column("order_no", "订单号", True, "A20261120001", "The order it is about", "对应的订单号", ("订单编号",)),
    Column(
        "reason",
        "原因",
        False,
        "拍错商品",
        "Reason code or its Chinese label",
        "原因代码或中文名称",
        ("申请原因", "退款原因"),
    ),
    Column(
        "text",
        "说明",
        False,
        "区服选错，卡密未使用",
        "The buyer's own words",
        "买家原话",
        ("申请说明", "内容", "description"),
    ),
    Column(
        "requested_at",
        "申请时间",
        False,
        "2026-11-20 12:00",
        "Shop time unless with offset",
        "默认店铺时区",
        ("提交时间",),
    ),
    Column(
        "units", "单件", False, "1;2", "Unit refs, separated by ;", "单件编号，用分号隔开", ("unit_refs", "单件编号")
    ),
    Column(
        "evidence",
        "凭证",
        False,
        "订单截图；支付截图",
        "Kinds of evidence on file, separated by ;",
        "已有凭证的种类，用分号隔开",
        ("证据", "凭证种类"),
    ),
    Column("source", "来源", False, "shop-site", "System that sends it", "来源系统"),
)
"""The documented columns, in the order of the template."""

_REASONS: Final = names_of(
    ReasonCode,
    {
        ReasonCode.WRONG_ITEM: ("选错商品", "拍错商品", "拍错", "拍错了", "买错", "买错商品", "误拍", "误购"),
        ReasonCode.WRONG_TARGET: (
            "填错账号或区服",
            "填错充值信息",
            "填错账号",
            "充错账号",
            "误充",
            "误充错游戏区服",
            "区服错误",
            "充错号码",
            "账号错误",
        ),
        ReasonCode.CHANGE_OF_MIND: ("改变主意", "需求变更", "主动取消"),
        ReasonCode.DUPLICATE_ORDER: ("重复下单", "重复购买"),
        ReasonCode.MERCHANT_WRONG_AMOUNT: ("商家金额有误", "商家充错金额", "充错金额", "金额不符"),
        ReasonCode.DESCRIPTION_MISMATCH: ("商品描述不符", "描述不符", "与描述不符", "面额不符"),
        ReasonCode.NOT_RECEIVED: ("未收到卡密", "未收到", "未到账", "延迟发货", "延迟发货超时"),
        ReasonCode.SECURITY_RISK: ("账号或卡密有风险", "安全隐患", "存在安全隐患", "欺诈风险"),
        ReasonCode.INVALID_CARD: ("卡密无效", "点卡无效", "无法激活", "激活失败", "无法使用", "商品无法使用"),
        ReasonCode.REDUCED_BENEFIT: ("权益缩水", "会员权益缩水"),
        ReasonCode.DUPLICATE_PAYMENT: ("重复扣款", "重复支付", "重复付款"),
        ReasonCode.AUTO_CANCELLED: ("被系统自动取消", "订单被自动取消", "自动取消"),
        ReasonCode.REDEMPTION_DISPUTED: ("对核销有异议", "核销有争议", "核销争议", "虚假核销", "未使用却显示已核销"),
    },
)
# too vague to be a reason (seed A15, B7): kept as the buyer's words, and the desk asks for a specific one
_VAGUE: Final = frozenset(
    map(folded_label, ("不想要了", "不想买了", "不需要了", "不想要", "不想买", "不要了", "其他", "other"))
)
_EVIDENCE: Final = names_of(
    EvidenceKind,
    {
        EvidenceKind.PAYMENT_SCREENSHOT: ("支付截图", "付款截图"),
        EvidenceKind.ORDER_SCREENSHOT: ("订单截图",),
        EvidenceKind.CHAT_LOG: ("聊天记录", "沟通记录"),
        EvidenceKind.PRODUCT_PAGE_SCREENSHOT: ("商品页截图", "商品详情页", "商品详情页截图"),
        EvidenceKind.OPERATOR_NOT_ARRIVED: ("运营商未到账证明", "未到账证明"),
        EvidenceKind.ACTIVATION_FAILURE_SCREENSHOT: ("激活失败截图",),
        EvidenceKind.OFFICIAL_ACTIVATION_RECORD: ("官方激活记录", "激活记录"),
        EvidenceKind.BACKEND_LOG: ("后台日志",),
        EvidenceKind.IDENTITY: ("身份核实", "身份验证", "身份证明"),
        EvidenceKind.NEGOTIATION_RECORD: ("协商记录",),
    },
)
_OTHER_FIELDS: Final = {"external_id": "id", "request_id": "id", "unit_refs": "units"}
_JSON_FIELDS: Final = (
    *("id", "order_no", "reason", "text", "requested_at", "units", "unit_reasons", "evidence", "source"),
    *_OTHER_FIELDS,
)


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """One request as its sender states it; the order is still a number."""

    line: int
    """Line of the CSV; of a JSON file, which request it is, from 1."""
    external_id: str
    order_no: str
    reason: ReasonCode | None
    text: str
    requested_at: datetime | None
    """UTC; None: the time it came in."""
    unit_refs: tuple[str, ...]
    """Empty: all units."""
    unit_reasons: Mapping[str, ReasonCode]
    evidence: tuple[EvidenceKind, ...]
    source: str
    """Empty: the sender does not say."""

    @property
    def sha256(self) -> str:
        """Digest of what is asked, however the file was written: the same id with another digest is a conflict."""
        body = {
            "id": self.external_id,
            "order_no": self.order_no,
            "reason": self.reason,
            "text": self.text,
            "requested_at": self.requested_at.astimezone(UTC).isoformat() if self.requested_at else None,
            "units": sorted(self.unit_refs),
            "unit_reasons": dict(self.unit_reasons),
            "evidence": sorted(self.evidence),
        }
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RequestFile:
    """The preview of a file of requests."""

    source: str
    needs_confirmation: bool
    ignored_columns: tuple[str, ...]
    drafts: tuple[RequestDraft, ...]
    problems: tuple[LineProblem, ...]


def read_request_file(path: Path, zone: tzinfo, *, encoding: str | None = None) -> RequestFile:
    """Read a CSV or (by its ending) JSON file of requests; times without an offset are in ``zone``."""
    if path.suffix.lower() != ".json":
        return requests_in_csv(read_text_file(path, encoding=encoding, max_line_bytes=_LINE_BYTES), zone)
    with open_regular(path) as file:
        data = file.read(MAX_JSON_BYTES + 1)
    if len(data) > MAX_JSON_BYTES:
        raise BadInputError(
            "{file} is larger than {limit} MB; split it.",
            "{file} 超过 {limit} MB，请拆分。",
            file=path.name,
            limit=MAX_JSON_BYTES // 1024 // 1024,
        )
    return requests_in_json(path.name, data, zone)


def requests_in_csv(file: TextFile, zone: tzinfo) -> RequestFile:
    """The requests of a decoded CSV."""
    table = read_table(file, REQUEST_COLUMNS)
    drafts: list[RequestDraft] = []
    problems: list[LineProblem] = []
    for record in table.rows():
        wrong = table.problem_of(record)
        if wrong is not None:
            problems.append(wrong)
            continue
        draft = _draft(record.line, _values_of_row(table, record.cells), zone, problems, json_file=False)
        if draft is not None:
            drafts.append(draft)
    return _file(file.name, file.needs_confirmation, table.ignored, drafts, problems)


def requests_in_json(name: str, data: bytes, zone: tzinfo) -> RequestFile:
    """The requests of a JSON file. Raises BadInputError when it is no JSON of the documented form."""
    if not data.strip():
        raise BadInputError("{file} is empty.", "{file} 是空文件。", file=name)
    loaded = read_json(data, name)
    items = loaded if isinstance(loaded, list) else [loaded]
    if len(items) > MAX_REQUESTS:
        raise BadInputError(
            "{file} has more than {limit} requests; split it.",
            "{file} 超过 {limit} 条申请，请拆分。",
            file=name,
            limit=MAX_REQUESTS,
        )
    drafts: list[RequestDraft] = []
    problems: list[LineProblem] = []
    for position, item in enumerate(items, 1):
        try:
            values = _values_of_object(item)
        except BadInputError as error:
            problems.append(_problem(position, "", error.en.rstrip("."), error.zh.rstrip("。"), True))
            continue
        draft = _draft(position, values, zone, problems, json_file=True)
        if draft is not None:
            drafts.append(draft)
    return _file(name, False, (), drafts, problems)


def _file(
    name: str,
    needs_confirmation: bool,
    ignored: tuple[str, ...],
    drafts: list[RequestDraft],
    problems: list[LineProblem],
) -> RequestFile:
    if not drafts and not problems:
        raise BadInputError("{file} holds no requests.", "{file} 中没有退款申请。", file=name)
    unique: list[RequestDraft] = []
    seen: dict[tuple[str, str], int] = {}
    for draft in drafts:
        earlier = seen.setdefault((draft.source, draft.external_id), draft.line)
        if earlier == draft.line:
            unique.append(draft)
        else:
            problems.append(
                _problem(draft.line, "id", f"repeats number {earlier}", f"与第 {earlier} 条的编号重复", True)
            )
    return RequestFile(name, needs_confirmation, ignored, tuple(unique), tuple(problems))


def _values_of_row(table: Table, cells: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {name: cells[at].strip() for name, at in table.places.items()}
    for name in ("units", "evidence"):
        if name in values:
            values[name] = _split_list(values[name])
    if "id" in values:
        values["id"] = unwrapped(values["id"])
    return {name: value for name, value in values.items() if value}


def _split_list(cell: str) -> list[str]:
    for other in ";\uff1b|,\uff0c\u3001":
        cell = cell.replace(other, ";")
    return [part.strip() for part in cell.split(";") if part.strip()]


def _draft(
    line: int, values: Mapping[str, Any], zone: tzinfo, problems: list[LineProblem], *, json_file: bool
) -> RequestDraft | None:
    before = len(problems)

    def read(field: str, reader: Any, instead: Any) -> Any:
        if field not in values:
            return instead
        try:
            return reader(values[field])
        except BadInputError as error:
            problems.append(_problem(line, field, error.en.rstrip("."), error.zh.rstrip("。"), json_file))
            return instead

    for field in ("id", "order_no"):
        if field not in values:
            problems.append(_problem(line, field, "is missing", "缺少", json_file))
    vague = folded_label(values.get("reason", "")) in _VAGUE
    text = read("text", read_text, "")
    if vague:
        text = "\n".join(part for part in (values["reason"].strip(), text) if part)
    draft = RequestDraft(
        line=line,
        external_id=read("id", read_id, ""),
        order_no=read("order_no", read_order_no, ""),
        reason=None if vague else read("reason", lambda value: read_code(value, _REASONS), None),
        text=text,
        requested_at=read("requested_at", lambda value: read_time(value, zone), None),
        unit_refs=read("units", _unit_refs, ()),
        unit_reasons=read("unit_reasons", _unit_reasons, {}),
        evidence=read("evidence", _evidence, ()),
        source=read("source", read_id, ""),
    )
    if draft.unit_refs and (foreign := draft.unit_reasons.keys() - set(draft.unit_refs)):
        name = sorted(foreign)[0]
        problems.append(
            _problem(line, "unit_reasons", f"“{name}” is not in units", f"“{name}”不在 units 中", json_file)
        )
    return None if len(problems) > before else draft


def _unit_refs(values: list[str]) -> tuple[str, ...]:
    refs = tuple(read_id(value.strip()) for value in values)
    if len(set(refs)) != len(refs):
        raise CellError("names a unit twice", "有重复的单件编号")
    if len(refs) > MAX_UNITS:
        raise CellError("names more than {limit} units", "超过 {limit} 个单件", limit=MAX_UNITS)
    return refs


def _unit_reasons(values: Mapping[str, str]) -> dict[str, ReasonCode]:
    return {read_id(ref.strip()): read_code(reason, _REASONS) for ref, reason in values.items()}


def _evidence(values: list[str]) -> tuple[EvidenceKind, ...]:
    return tuple(dict.fromkeys(read_code(value, _EVIDENCE) for value in values))


def _problem(line: int, field: str, en: str, zh: str, json_file: bool) -> LineProblem:
    place_en, place_zh = (f"Request {line}", f"第 {line} 条") if json_file else (f"Line {line}", f"第 {line} 行")
    label = next((column.zh for column in REQUEST_COLUMNS if column.name == field), field)
    if not field:
        return LineProblem(line, field, f"{place_en}: {en}.", f"{place_zh}：{zh}。")
    return LineProblem(line, field, f"{place_en}, {field}: {en}.", f"{place_zh}“{label}”：{zh}。")


def _values_of_object(item: object) -> dict[str, Any]:
    """The fields of a JSON request; null and an empty text count as absent. BadInputError names the wrong field."""
    fields = Fields(item, "", _JSON_FIELDS, root="request")
    values: dict[str, Any] = {}
    for written in _JSON_FIELDS:
        name = _OTHER_FIELDS.get(written, written)
        path = fields.path_of(written)
        value: object
        if name in ("units", "evidence"):
            value = [text_value(part, f"{path}[{at}]") for at, part in enumerate(fields.items(written))]
        elif name == "unit_reasons":
            value = {ref: text_value(code, f"{path}.{ref}") for ref, code in fields.mapping(written).items()}
        else:
            value = fields.text(written)
        if value and name in values:
            raise repeated_field(path)
        if value:
            values[name] = value
    return values
