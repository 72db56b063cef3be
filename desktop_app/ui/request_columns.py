"""The columns of a list of requests, the same in the inbox and on the desk."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt

from desktop_app.services.request_line import RequestLine
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.labels import label, money, time_left, time_tone, tone, when
from desktop_app.ui.row_model import Column

_RIGHT = Qt.AlignmentFlag.AlignRight
_TITLES = {
    "request_no": QT_TRANSLATE_NOOP("RequestColumns", "Request"),
    "order_no": QT_TRANSLATE_NOOP("RequestColumns", "Order"),
    "product": QT_TRANSLATE_NOOP("RequestColumns", "Product"),
    "order_state": QT_TRANSLATE_NOOP("RequestColumns", "Order state"),
    "reason": QT_TRANSLATE_NOOP("RequestColumns", "Reason"),
    "verdict": QT_TRANSLATE_NOOP("RequestColumns", "Verdict"),
    "refund_fen": QT_TRANSLATE_NOOP("RequestColumns", "Refund"),
    "fee_fen": QT_TRANSLATE_NOOP("RequestColumns", "Fee"),
    "due_at": QT_TRANSLATE_NOOP("RequestColumns", "Time left"),
    "state": QT_TRANSLATE_NOOP("RequestColumns", "State"),
    "requested_at": QT_TRANSLATE_NOOP("RequestColumns", "Requested"),
}


def request_columns(window: WindowContext) -> list[Column[RequestLine]]:
    """All columns, in the order of an export."""
    zone, now = window.zone, window.now
    return [
        Column("request_no", _title("request_no"), lambda row: row.request_no, width=130, sort_key="request_no"),
        Column("order_no", _title("order_no"), lambda row: row.order_no, width=150, sort_key="order_no"),
        Column("product", _title("product"), _product, width=150, tooltip=_product),
        Column(
            "order_state",
            _title("order_state"),
            lambda row: label(row.order_state),
            tone=lambda row: tone(row.order_state),
            width=136,
            sort_key="order_state",
        ),
        Column("reason", _title("reason"), _reason, width=160, sort_key="reason", tooltip=_reason),
        Column(
            "verdict",
            _title("verdict"),
            _verdict,
            tone=lambda row: tone(row.verdict) if row.verdict else None,
            width=142,
            tooltip=lambda row: ", ".join(row.rules),
        ),
        Column("refund_fen", _title("refund_fen"), lambda row: money(row.refund_fen), align=_RIGHT, width=92),
        Column("fee_fen", _title("fee_fen"), lambda row: money(row.fee_fen), align=_RIGHT, width=76),
        Column(
            "due_at",
            _title("due_at"),
            lambda row: _time_text(row, now()),
            tone=lambda row: _time_tone(row, now()),
            width=150,
            sort_key="due_at",
            tooltip=lambda row: when(row.due_at, zone()),
        ),
        Column(
            "state",
            _title("state"),
            lambda row: label(row.state),
            tone=lambda row: tone(row.state),
            width=150,
            sort_key="state",
        ),
        Column(
            "requested_at",
            _title("requested_at"),
            lambda row: when(row.requested_at, zone()),
            width=140,
            sort_key="requested_at",
        ),
    ]


def _title(key: str) -> str:
    return QCoreApplication.translate("RequestColumns", str(_TITLES[key]))


def _product(row: RequestLine) -> str:
    return row.product_name


def _reason(row: RequestLine) -> str:
    return label(row.reason) if row.reason is not None else "–"


def _verdict(row: RequestLine) -> str:
    return label(row.verdict) if row.verdict is not None else ""


def _time_text(row: RequestLine, now: datetime) -> str:
    if row.decided_action or row.verdict is None:
        return "–"
    return time_left(row.due_at, now, paused=row.is_paused)


def _time_tone(row: RequestLine, now: datetime) -> Tone | None:
    """Only what presses is coloured."""
    colour = time_tone(row.due_at, row.amber_at, now, paused=row.is_paused)
    return None if colour is Tone.NEUTRAL else colour
