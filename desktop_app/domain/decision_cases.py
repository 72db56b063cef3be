"""Decision cases: a request with everything the engine needs, as JSON, and its verdict as JSON.

The format is exchanged with other programs and decides about money, so it is read strictly: an unknown field, a number
with a fraction or a time without an offset is refused, with the path of the field (``order.units[0].net_fen``; ``case``
when there is no JSON object at all) as fact ``field`` of the :class:`BadInputError`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from desktop_app.domain.deadlines import SHOP_ZONE
from desktop_app.domain.errors import BadInputError
from desktop_app.domain.json_fields import (
    Fields,
    bad_field,
    code_value,
    read_json,
    repeated_field,
    repeated_key,
    text_value,
)
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

_ROOT = "case"


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
    return parse_case(read_json(text, _ROOT))


def parse_case(value: object) -> Case:
    """Check a JSON value against the format and turn it into the engine's input.

    Fields by themselves are checked first, in the order of the format; then what must hold between fields.
    :class:`BadInputError` names the field.
    """
    if isinstance(value, dict) and _ROOT in value:
        if repeated_key(value) == _ROOT:
            raise repeated_field(_ROOT)
        value = value[_ROOT]
    root = Fields(value, "", ("now", "policy", "order", "request", "facts"), _ROOT)
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


def _policy(fields: Fields) -> Policy:
    return Policy(
        platform_kind=fields.code_required("platform_kind", PlatformKind),
        window_hours=fields.number_or("window_hours", DEFAULT_WINDOW_HOURS, LARGEST_WINDOW_HOURS),
        fee_bp=fields.number_or("fee_bp", 0, LARGEST_BP),
        unshipped_fee_bp=fields.number_or("unshipped_fee_bp", 0, LARGEST_BP),
        cap_bp=fields.number_or("cap_bp", DEFAULT_CAP_BP, LARGEST_BP),
    )


def _order(fields: Fields) -> Order:
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


def _units(order: Fields) -> tuple[Unit, ...]:
    path = order.path_of("units")
    items = order.items("units")
    if not items:
        raise bad_field(path, "at least one unit is required", "至少需要一个单件")
    return tuple(_unit(Fields(item, f"{path}[{index}]", _UNIT)) for index, item in enumerate(items))


def _unit(fields: Fields) -> Unit:
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


def _redemption(fields: Fields) -> Redemption:
    return Redemption(
        redeemed_at=fields.moment("redeemed_at"),
        code=fields.text("code"),
        target=fields.text("target"),
        source=fields.text("source"),
    )


def _request(fields: Fields) -> Request:
    evidence_path, refs_path = fields.path_of("evidence"), fields.path_of("unit_refs")
    return Request(
        requested_at=fields.moment_required("requested_at"),
        asked_at=fields.moment("asked_at"),
        answered_at=fields.moment("answered_at"),
        reason=fields.code("reason", ReasonCode),
        text=fields.text("text") or "",
        evidence=frozenset(code_value(item, evidence_path, EvidenceKind) for item in fields.items("evidence")),
        unit_refs=tuple(text_value(item, refs_path) for item in fields.items("unit_refs")),
        unit_reasons=_unit_reasons(fields.mapping("unit_reasons"), fields.path_of("unit_reasons")),
        another_open=fields.flag("another_open"),
    )


def _unit_reasons(values: dict[str, object], path: str) -> dict[str, ReasonCode | None]:
    return {ref: None if value is None else code_value(value, path, ReasonCode) for ref, value in values.items()}


def _facts(fields: Fields) -> Facts:
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
        raise bad_field("order.refunded_fen", "more was refunded than paid", "退款多于付款")
    if order.state is OrderState.UNPAID:
        if order.paid_fen:
            raise bad_field("order.paid_fen", "an unpaid order has no payment", "待支付订单不应有付款")
        for index, unit in enumerate(order.units):
            if unit.state is not UnitState.UNSHIPPED:
                raise bad_field(_unit_path(index, "state"), "an unpaid order ships nothing", "待支付订单不应已发货")
    if request.requested_at < order.ordered_at:
        raise bad_field("request.requested_at", "this is before the order was placed", "早于下单时间")
    if case.now < request.requested_at:
        raise bad_field("now", "this is before the request", "早于申请时间")
    _check_answer(request)
    _check_refs(order, request)
    _check_units(order)
    for name, amount in (("duplicate_fen", case.facts.duplicate_fen), ("overcharged_fen", case.facts.overcharged_fen)):
        if amount == 0:
            raise bad_field(f"facts.{name}", "leave it out or give an amount above 0", "请填写大于 0 的金额，或不填")


def _check_answer(request: Request) -> None:
    if request.answered_at is None:
        return
    path = "request.answered_at"
    if request.asked_at is None:
        raise bad_field(path, "nothing was asked: asked_at is missing", "未曾要求补充材料：缺少 asked_at")
    if request.answered_at < request.asked_at:
        raise bad_field(path, "this is before evidence was asked for", "早于要求补充材料的时间")
    if request.answered_at < request.requested_at:
        raise bad_field(path, "this is before the request", "早于申请时间")


def _check_refs(order: Order, request: Request) -> None:
    refs: set[str] = set()
    for index, unit in enumerate(order.units):
        if not unit.ref.strip():
            raise bad_field(_unit_path(index, "ref"), "a unit needs a reference that is not blank", "单件编号不能为空")
        if unit.ref in refs:
            raise bad_field(_unit_path(index, "ref"), "{value} is used twice", "{value} 重复", unit.ref)
        refs.add(unit.ref)
    for ref in request.unit_refs:
        if ref not in refs:
            raise bad_field("request.unit_refs", "the order has no unit {value}", "订单中没有单件 {value}", ref)
    requested = set(request.unit_refs) or refs
    for ref in request.unit_reasons:
        if ref not in requested:
            raise bad_field("request.unit_reasons", "unit {value} is not requested", "申请中没有单件 {value}", ref)


def _check_units(order: Order) -> None:
    for index, unit in enumerate(order.units):
        if unit.remaining_fen is not None and (unit.face_fen is None or unit.remaining_fen > unit.face_fen):
            path = _unit_path(index, "remaining_fen")
            raise bad_field(path, "this needs a face_fen that is not smaller", "需要不小于它的 face_fen")
    for index, unit in enumerate(order.units):
        if unit.face_fen == 0:
            raise bad_field(
                _unit_path(index, "face_fen"), "leave it out or give more than 0", "请填写大于 0 的面值，或不填"
            )
    for index, unit in enumerate(order.units):
        if unit.balance_verified and (unit.face_fen is None or unit.remaining_fen is None):
            path = _unit_path(index, "balance_verified")
            raise bad_field(path, "this needs face_fen and remaining_fen", "需要同时填写 face_fen 和 remaining_fen")
    for index, unit in enumerate(order.units):
        if unit.topup is not None and order.product_kind is not ProductKind.PHONE_TOPUP:
            raise bad_field(_unit_path(index, "topup"), "only a phone top-up has this", "只有话费充值才有此字段")


def _unit_path(index: int, name: str) -> str:
    return f"order.units[{index}].{name}"
