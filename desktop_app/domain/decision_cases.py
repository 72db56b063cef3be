"""Decision cases: a request with everything the engine needs, as JSON, and its verdict as JSON.

The format is exchanged with other programs and decides about money, so it is read strictly: an unknown field, a number
with a fraction or a time without an offset is refused, with the path of the field (``order.units[0].net_fen``; ``case``
when there is no JSON object at all) as fact ``field`` of the :class:`BadInputError`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import TypeVar

from desktop_app.domain.deadlines import SHOP_ZONE
from desktop_app.domain.errors import BadInputError
from desktop_app.domain.policies import (
    DEFAULT_CAP_BP,
    DEFAULT_WINDOW_HOURS,
    LARGEST_BP,
    LARGEST_WINDOW_HOURS,
    Policy,
)
from desktop_app.domain.refunds import Facts, Order, Redemption, Request, Unit, Verdict, decide
from desktop_app.domain.states import (
    EvidenceKind,
    FeeDisclosure,
    OrderState,
    PaymentChannel,
    PlatformKind,
    ProductKind,
    ReasonCode,
    TopupState,
    UnitState,
)

LARGEST_NUMBER = 2**63 - 1
"""What a database can hold; a larger number in a case is a mistake."""

_ROOT = "case"
_LONGEST_DIGITS = 20
_LONGEST_SHOWN = 40
# room for the clocks on either side of what a datetime can express
_YEARS = range(1900, 9900)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
)
_Value = TypeVar("_Value")
_Code = TypeVar("_Code", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Case:
    """The arguments of :func:`desktop_app.domain.refunds.decide`."""

    order: Order
    request: Request
    policy: Policy
    facts: Facts
    now: datetime

    def decide(self, zone: tzinfo = SHOP_ZONE) -> Verdict:
        return decide(self.order, self.request, self.policy, self.facts, self.now, zone=zone)


# --- in and out ---


def decide_text(text: str | bytes, zone: tzinfo = SHOP_ZONE) -> dict[str, object]:
    """The verdict, as JSON value, of the case in ``text``; see :func:`read_case`."""
    return verdict_value(read_case(text).decide(zone), zone)


def decide_case(value: object, zone: tzinfo = SHOP_ZONE) -> dict[str, object]:
    """The verdict, as JSON value, of a case given as JSON value; see :func:`parse_case`."""
    return verdict_value(parse_case(value).decide(zone), zone)


def decide_line(line: str | bytes, language: str = "en", zone: tzinfo = SHOP_ZONE) -> tuple[dict[str, object], bool]:
    """One line of a JSONL file: the verdict and True, or ``{"error", "field"}`` and False."""
    try:
        return decide_text(line, zone), True
    except BadInputError as error:
        return {"error": error.text(language), "field": error.facts["field"]}, False


def read_case(text: str | bytes) -> Case:
    """Read a bare case, or the ``case`` of an object that has one. :class:`BadInputError` names the field."""
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError:
            raise _bad(_ROOT, "the text is not UTF-8", "文本不是 UTF-8 编码") from None
    try:
        value = json.loads(
            text.removeprefix("\ufeff"), object_pairs_hook=_object_once, parse_int=_integer, parse_constant=float
        )
    except (json.JSONDecodeError, RecursionError):
        raise _bad(_ROOT, "this is not readable JSON", "不是可以读取的 JSON") from None
    return parse_case(value)


def parse_case(value: object) -> Case:
    """Check a JSON value against the format and turn it into the engine's input.

    Fields by themselves are checked first, in the order of the format; then what must hold between fields.
    :class:`BadInputError` names the field.
    """
    if isinstance(value, dict) and _ROOT in value:
        if isinstance(value, _RepeatedKeys) and value.repeated == _ROOT:
            raise _repeated(_ROOT)
        value = value[_ROOT]
    root = _Fields(value, "", ("now", "policy", "order", "request", "facts"))
    now = root.moment_required("now")
    case = Case(
        policy=_policy(root.child("policy", _POLICY)),
        order=_order(root.child("order", _ORDER)),
        request=_request(root.child("request", _REQUEST)),
        facts=_facts(root.child("facts", _FACTS)),
        now=now,
    )
    _check_between(case)
    return case


def verdict_value(verdict: Verdict, zone: tzinfo = SHOP_ZONE) -> dict[str, object]:
    """A verdict as JSON value; times are ISO 8601 in ``zone``, whole seconds."""
    deadlines = verdict.deadlines
    return {
        "verdict": verdict.verdict.value,
        "refund_fen": verdict.refund_fen,
        "fee_fen": verdict.fee_fen,
        "auto_executable": verdict.auto_executable,
        "flags": _values(verdict.flags),
        "units": [
            {
                "ref": unit.ref,
                "rule": unit.rule.value,
                "verdict": unit.verdict.value,
                "base_fen": unit.base_fen,
                "fee_fen": unit.fee_fen,
                "refund_fen": unit.refund_fen,
                "inventory": unit.inventory.value,
                "options": _values(unit.options),
                "missing": list(unit.missing),
            }
            for unit in verdict.units
        ],
        "deadlines": {
            "response": _moment_text(deadlines.response, zone),
            "decision": _moment_text(deadlines.decision, zone),
            "amber": _moment_text(deadlines.amber, zone),
            "estimated": deadlines.estimated,
        },
        "trace": [
            {"ref": line.ref, "rule": line.rule.value, "hit": line.hit, "why": line.why} for line in verdict.trace
        ],
    }


def _values(codes: Iterable[StrEnum]) -> list[str]:
    return [code.value for code in codes]


def _moment_text(moment: datetime | None, zone: tzinfo) -> str | None:
    return None if moment is None else moment.astimezone(zone).isoformat(timespec="seconds")


# --- JSON without its loose ends ---


class _RepeatedKeys(dict[str, object]):
    """An object in which a key stood twice: which of the two is meant, nobody can say."""

    repeated = ""


def _object_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    marked = _RepeatedKeys(plain)
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            marked.repeated = key
            break
        seen.add(key)
    return marked


def _integer(digits: str) -> int | float:
    # thousands of digits take long to convert, and none of them is a possible number
    return int(digits) if len(digits) <= _LONGEST_DIGITS else math.inf


# --- fields ---


class _Fields:
    """One object of a case; every reader names the path of what it refuses. Absent and null are the same."""

    def __init__(self, value: object, path: str, names: tuple[str, ...]) -> None:
        if not isinstance(value, dict):
            raise _bad(path or _ROOT, "a JSON object is expected here", "此处应为 JSON 对象")
        self.path = path
        self._values: dict[str, object] = value
        if isinstance(value, _RepeatedKeys):
            raise _repeated(self.path_of(value.repeated))
        for name in value:
            if name not in names:
                raise _bad(self.path_of(name), "there is no such field", "没有这个字段")

    def path_of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def child(self, name: str, names: tuple[str, ...]) -> _Fields:
        value = self._values.get(name)
        return _Fields({} if value is None else value, self.path_of(name), names)

    def text(self, name: str) -> str | None:
        value = self._values.get(name)
        return None if value is None else _text(value, self.path_of(name))

    def text_required(self, name: str) -> str:
        return self._required(name, self.text(name))

    def flag(self, name: str) -> bool:
        return self.known(name) is True

    def known(self, name: str) -> bool | None:
        """True, false, or None: not checked yet."""
        value = self._values.get(name)
        if value is None or isinstance(value, bool):
            return value
        path = self.path_of(name)
        raise _bad(path, "true or false is expected, not {value}", "应为 true 或 false,而不是 {value}", value)

    def number(self, name: str, largest: int = LARGEST_NUMBER) -> int | None:
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= largest:
            path = self.path_of(name)
            if largest == LARGEST_NUMBER:
                raise _bad(
                    path,
                    "a whole number of at least 0 is expected, not {value}; money is in fen",
                    "应为不小于 0 的整数(金额以分为单位),而不是 {value}",
                    value,
                )
            raise _bad(
                path,
                "a whole number from 0 to {largest} is expected, not {value}",
                "应为 0 到 {largest} 的整数,而不是 {value}",
                value,
                largest=largest,
            )
        return value

    def number_or(self, name: str, default: int, largest: int = LARGEST_NUMBER) -> int:
        value = self.number(name, largest)
        return default if value is None else value

    def number_required(self, name: str) -> int:
        return self._required(name, self.number(name))

    def moment(self, name: str) -> datetime | None:
        value = self._values.get(name)
        return None if value is None else _moment(value, self.path_of(name))

    def moment_required(self, name: str) -> datetime:
        return self._required(name, self.moment(name))

    def code(self, name: str, codes: type[_Code]) -> _Code | None:
        value = self._values.get(name)
        return None if value is None else _code(value, self.path_of(name), codes)

    def code_required(self, name: str, codes: type[_Code]) -> _Code:
        return self._required(name, self.code(name, codes))

    def items(self, name: str) -> list[object]:
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise _bad(self.path_of(name), "a list is expected, not {value}", "应为列表,而不是 {value}", value)
        return value

    def mapping(self, name: str) -> dict[str, object]:
        value = self._values.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise _bad(self.path_of(name), "an object is expected, not {value}", "应为对象,而不是 {value}", value)
        if isinstance(value, _RepeatedKeys):
            raise _repeated(self.path_of(name))
        return value

    def _required(self, name: str, value: _Value | None) -> _Value:
        if value is None:
            raise _bad(self.path_of(name), "this field is required", "缺少必填字段")
        return value


def _text(value: object, path: str) -> str:
    # half a surrogate pair is no character: it can be neither shown nor printed
    if not isinstance(value, str) or any("\ud800" <= character <= "\udfff" for character in value):
        raise _bad(path, "a text is expected, not {value}", "应为文本,而不是 {value}", value)
    return value


def _code(value: object, path: str, codes: type[_Code]) -> _Code:
    try:
        return codes(_text(value, path))
    except ValueError:
        raise _bad(
            path,
            "{value} is not known here; possible are {codes}",
            "此处没有 {value},可用的是 {codes}",
            value,
            codes=", ".join(codes),
        ) from None


def _moment(value: object, path: str) -> datetime:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:  # the thirtieth of February
            moment = None
        if moment is not None and moment.year in _YEARS:
            return moment.astimezone(UTC)
    raise _bad(
        path,
        "a time with offset such as 2026-11-20T12:00:00+08:00 is expected, not {value}",
        "应为带时区的时间,例如 2026-11-20T12:00:00+08:00,而不是 {value}",
        value,
    )


_POLICY = ("platform_kind", "window_hours", "fee_bp", "unshipped_fee_bp", "cap_bp")
_ORDER = (
    "order_no",
    "product_kind",
    "state",
    "locked",
    "fee_disclosure",
    "payment_channel",
    "ordered_at",
    "paid_at",
    "shipped_at",
    "delivered_at",
    "completed_at",
    "paid_fen",
    "refunded_fen",
    "fee_bearing_refunded_base_fen",
    "units",
)
_UNIT = (
    "ref",
    "net_fen",
    "face_fen",
    "remaining_fen",
    "balance_verified",
    "state",
    "topup",
    "refunded",
    "official_not_activated",
    "redemption",
)
_REDEMPTION = ("redeemed_at", "code", "target", "source")
_REQUEST = (
    "requested_at",
    "asked_at",
    "answered_at",
    "reason",
    "text",
    "evidence",
    "unit_refs",
    "unit_reasons",
    "another_open",
)
_FACTS = (
    "log_confirms",
    "duplicate_fen",
    "error_confirmed",
    "overcharged_fen",
    "mismatch_confirmed",
    "written_promise",
    "promise_claimed",
    "reissue_tried",
    "stock_count",
)


def _policy(fields: _Fields) -> Policy:
    return Policy(
        platform_kind=fields.code_required("platform_kind", PlatformKind),
        window_hours=fields.number_or("window_hours", DEFAULT_WINDOW_HOURS, LARGEST_WINDOW_HOURS),
        fee_bp=fields.number_or("fee_bp", 0, LARGEST_BP),
        unshipped_fee_bp=fields.number_or("unshipped_fee_bp", 0, LARGEST_BP),
        cap_bp=fields.number_or("cap_bp", DEFAULT_CAP_BP, LARGEST_BP),
    )


def _order(fields: _Fields) -> Order:
    return Order(
        order_no=fields.text("order_no") or "",
        product_kind=fields.code_required("product_kind", ProductKind),
        state=fields.code_required("state", OrderState),
        locked=fields.flag("locked"),
        fee_disclosure=fields.code("fee_disclosure", FeeDisclosure) or FeeDisclosure.NONE,
        payment_channel=fields.code("payment_channel", PaymentChannel) or PaymentChannel.OTHER,
        ordered_at=fields.moment_required("ordered_at"),
        paid_at=fields.moment("paid_at"),
        shipped_at=fields.moment("shipped_at"),
        delivered_at=fields.moment("delivered_at"),
        completed_at=fields.moment("completed_at"),
        paid_fen=fields.number_required("paid_fen"),
        refunded_fen=fields.number_or("refunded_fen", 0),
        fee_bearing_refunded_base_fen=fields.number_or("fee_bearing_refunded_base_fen", 0),
        units=_units(fields),
    )


def _units(order: _Fields) -> tuple[Unit, ...]:
    path = order.path_of("units")
    items = order.items("units")
    if not items:
        raise _bad(path, "at least one unit is required", "至少需要一个单件")
    return tuple(_unit(_Fields(item, f"{path}[{index}]", _UNIT)) for index, item in enumerate(items))


def _unit(fields: _Fields) -> Unit:
    return Unit(
        ref=fields.text_required("ref"),
        net_fen=fields.number_required("net_fen"),
        face_fen=fields.number("face_fen"),
        remaining_fen=fields.number("remaining_fen"),
        balance_verified=fields.flag("balance_verified"),
        state=fields.code_required("state", UnitState),
        topup=fields.code("topup", TopupState),
        refunded=fields.flag("refunded"),
        official_not_activated=fields.flag("official_not_activated"),
        redemption=_redemption(fields.child("redemption", _REDEMPTION)),
    )


def _redemption(fields: _Fields) -> Redemption:
    return Redemption(
        redeemed_at=fields.moment("redeemed_at"),
        code=fields.text("code"),
        target=fields.text("target"),
        source=fields.text("source"),
    )


def _request(fields: _Fields) -> Request:
    reasons_path = fields.path_of("unit_reasons")
    return Request(
        requested_at=fields.moment_required("requested_at"),
        asked_at=fields.moment("asked_at"),
        answered_at=fields.moment("answered_at"),
        reason=fields.code("reason", ReasonCode),
        text=fields.text("text") or "",
        evidence=frozenset(_code(item, fields.path_of("evidence"), EvidenceKind) for item in fields.items("evidence")),
        unit_refs=tuple(_text(item, fields.path_of("unit_refs")) for item in fields.items("unit_refs")),
        unit_reasons=_unit_reasons(fields.mapping("unit_reasons"), reasons_path),
        another_open=fields.flag("another_open"),
    )


def _unit_reasons(values: dict[str, object], path: str) -> dict[str, ReasonCode | None]:
    return {ref: None if value is None else _code(value, path, ReasonCode) for ref, value in values.items()}


def _facts(fields: _Fields) -> Facts:
    return Facts(
        log_confirms=fields.known("log_confirms"),
        duplicate_fen=fields.number("duplicate_fen"),
        error_confirmed=fields.known("error_confirmed"),
        overcharged_fen=fields.number("overcharged_fen"),
        mismatch_confirmed=fields.known("mismatch_confirmed"),
        written_promise=fields.flag("written_promise"),
        promise_claimed=fields.flag("promise_claimed"),
        reissue_tried=fields.flag("reissue_tried"),
        stock_count=fields.number_or("stock_count", 0),
    )


# --- between fields ---


def _check_between(case: Case) -> None:
    """What single fields cannot tell, in the order in which the format lists it."""
    order, request = case.order, case.request
    if order.refunded_fen > order.paid_fen:
        raise _bad("order.refunded_fen", "more was refunded than paid", "退款多于付款")
    if order.state is OrderState.UNPAID:
        if order.paid_fen:
            raise _bad("order.paid_fen", "an unpaid order has no payment", "待支付订单不应有付款")
        for index, unit in enumerate(order.units):
            if unit.state is not UnitState.UNSHIPPED:
                raise _bad(_unit_path(index, "state"), "an unpaid order ships nothing", "待支付订单不应已发货")
    if request.requested_at < order.ordered_at:
        raise _bad("request.requested_at", "this is before the order was placed", "早于下单时间")
    if case.now < request.requested_at:
        raise _bad("now", "this is before the request", "早于申请时间")
    _check_answer(request)
    _check_refs(order, request)
    _check_units(order)
    for name, amount in (("duplicate_fen", case.facts.duplicate_fen), ("overcharged_fen", case.facts.overcharged_fen)):
        if amount == 0:
            raise _bad(f"facts.{name}", "leave it out or give an amount above 0", "请填写大于 0 的金额,或不填")


def _check_answer(request: Request) -> None:
    if request.answered_at is None:
        return
    path = "request.answered_at"
    if request.asked_at is None:
        raise _bad(path, "nothing was asked: asked_at is missing", "未曾要求补充材料:缺少 asked_at")
    if request.answered_at < request.asked_at:
        raise _bad(path, "this is before evidence was asked for", "早于要求补充材料的时间")
    if request.answered_at < request.requested_at:
        raise _bad(path, "this is before the request", "早于申请时间")


def _check_refs(order: Order, request: Request) -> None:
    refs: set[str] = set()
    for index, unit in enumerate(order.units):
        if not unit.ref.strip():
            raise _bad(_unit_path(index, "ref"), "a unit needs a reference that is not blank", "单件编号不能为空")
        if unit.ref in refs:
            raise _bad(_unit_path(index, "ref"), "{value} is used twice", "{value} 重复", unit.ref)
        refs.add(unit.ref)
    for ref in request.unit_refs:
        if ref not in refs:
            raise _bad("request.unit_refs", "the order has no unit {value}", "订单中没有单件 {value}", ref)
    requested = set(request.unit_refs) or refs
    for ref in request.unit_reasons:
        if ref not in requested:
            raise _bad("request.unit_reasons", "unit {value} is not requested", "申请中没有单件 {value}", ref)


def _check_units(order: Order) -> None:
    for index, unit in enumerate(order.units):
        if unit.remaining_fen is not None and (unit.face_fen is None or unit.remaining_fen > unit.face_fen):
            path = _unit_path(index, "remaining_fen")
            raise _bad(path, "this needs a face_fen that is not smaller", "需要不小于它的 face_fen")
    for index, unit in enumerate(order.units):
        if unit.face_fen == 0:
            raise _bad(_unit_path(index, "face_fen"), "leave it out or give more than 0", "请填写大于 0 的面值,或不填")
    for index, unit in enumerate(order.units):
        if unit.balance_verified and (unit.face_fen is None or unit.remaining_fen is None):
            path = _unit_path(index, "balance_verified")
            raise _bad(path, "this needs face_fen and remaining_fen", "需要同时填写 face_fen 和 remaining_fen")
    for index, unit in enumerate(order.units):
        if unit.topup is not None and order.product_kind is not ProductKind.PHONE_TOPUP:
            raise _bad(_unit_path(index, "topup"), "only a phone top-up has this", "只有话费充值才有此字段")


def _unit_path(index: int, name: str) -> str:
    return f"order.units[{index}].{name}"


# --- refusals ---


def _repeated(path: str) -> BadInputError:
    return _bad(path, "this field stands here twice", "字段重复出现")


def _bad(path: str, en: str, zh: str, value: object = None, **facts: object) -> BadInputError:
    return BadInputError(
        "{field}: " + en + ".", "{field}:" + zh + "。", field=_printable(path), value=_shown(value), **facts
    )


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    text = json.dumps(_printable(value), ensure_ascii=False) if isinstance(value, str) else str(value)
    if isinstance(value, bool):
        text = text.lower()
    elif isinstance(value, float) and math.isinf(value):
        text = "∞"
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
