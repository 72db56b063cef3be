"""Everything about one request beside the inbox, with the decision at its foot."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.refunds import MERCHANT_CHECK
from desktop_app.domain.states import EvidenceKind, RefusalGround, RequestState
from desktop_app.services.requests import RequestDetail
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.labels import when
from desktop_app.ui.widgets.basics import DetailPane, column_of, push_button, separator
from desktop_app.ui.widgets.correspondence_view import CorrespondenceView, ReplyView
from desktop_app.ui.widgets.decided_view import DecidedView
from desktop_app.ui.widgets.decision_bar import DecisionBar, won_dispute
from desktop_app.ui.widgets.empty_state import EmptyState
from desktop_app.ui.widgets.evidence_view import EvidencePlace, EvidenceView
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.request_facts_view import FactsView, OrderFactsView
from desktop_app.ui.widgets.two_records import TwoRecordsView
from desktop_app.ui.widgets.verdict_view import VerdictHeader, VerdictReasons


class RequestPane(DetailPane):
    """Shows a :class:`RequestDetail`; the parts say what is wanted and the page asks the services."""

    def __init__(
        self,
        window: WindowContext,
        grounds: Callable[[int], Sequence[RefusalGround]],
        on_next: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("request_pane", "", parent=parent)
        self.setAccessibleName(self.tr("The request"))
        self.setMinimumWidth(400)
        self._window = window
        self.detail: RequestDetail | None = None
        self._keys: tuple[str, ...] = ()
        self.header = VerdictHeader()
        self.notice = MessageStrip("request_notice", closable=False)
        self.decided = DecidedView(window.secrets)
        self.reasons = VerdictReasons()
        self.facts = FactsView()
        self.evidence = EvidenceView()
        self.reply = ReplyView()
        self.order = OrderFactsView()
        self.records = TwoRecordsView()
        self.correspondence = CorrespondenceView()
        self.bar = DecisionBar(grounds)
        self.next_button = push_button(
            self.tr("Next request"), "next_request_button", on_next, kind="primary", tooltip="J"
        )
        self._nothing = EmptyState("no_request")
        self._nothing.set_content(
            self.tr("No request chosen"),
            self.tr("Choose one at the left, or press J for the most urgent: its verdict and its decision show here."),
        )
        self.body.insertWidget(0, self._nothing, 1)
        self.body.insertWidget(1, self._framed(self.header))
        self.content.setSpacing(12)
        for part in (self.notice, self.decided, self.reasons):
            self.content.addWidget(part)
        self._reply_section = _section(self.reply)
        self._records_section = _section(self.records)
        self.content.addWidget(self._records_section)
        for section in (self.facts, self.evidence, self.reply, self.order, self.correspondence):
            self.content.addWidget(self._reply_section if section is self.reply else _section(section))
        self._reply_place = self.content.indexOf(self._reply_section)
        self._foot = separator()
        self.footer.addWidget(self._foot)
        self.footer.addWidget(self.bar)
        self.footer.addWidget(self.next_button)
        self.show_nothing()

    def show_nothing(self) -> None:
        """No request is chosen."""
        self.detail = None
        self._keys = ()
        self.bar.show_detail(None)
        self._show_parts(False)

    def show_detail(self, detail: RequestDetail, *, keys: Sequence[str] = ()) -> None:
        """Show a request; the place and what was typed are kept while it is the same one. ``keys``: just reissued."""
        is_same = self.detail is not None and self.detail.line.id == detail.line.id
        is_decided_now = is_same and self.detail is not None and self.detail.preview is not None and not detail.preview
        if keys or not is_same:
            self._keys = tuple(keys)
        self.detail = detail
        zone, now = self._window.zone(), self._window.now()
        self._show_parts(True)
        self.header.show_detail(detail, now)
        self._show_notice(detail)
        self.decided.show_detail(detail, zone, self._keys)
        self.reasons.show_detail(detail)
        self.facts.show_detail(detail)
        self.evidence.show_pieces(detail.evidence, zone, can_add=self.evidence_place() is not None)
        self.reply.show_detail(detail)
        self._reply_section.setVisible(not self.reply.isHidden())
        # the reply to a decision is what is needed next
        place = self._reply_place if detail.decision is None else self.content.indexOf(self.decided) + 1
        self.content.insertWidget(place, self._reply_section)
        self.order.show_detail(detail, zone)
        self._records_section.setVisible(self.records.show_detail(detail, zone))
        self.correspondence.show_detail(detail, zone)
        self.bar.show_detail(detail)
        self.next_button.setVisible(detail.preview is None)
        if not is_same or is_decided_now:
            self.scroll_area.verticalScrollBar().setValue(0)

    def evidence_place(self) -> EvidencePlace | None:
        """Where new evidence belongs; None when the request takes none any more."""
        detail = self.detail
        if detail is None or (detail.preview is None and detail.line.state is not RequestState.DECIDED):
            return None
        units = detail.preview.verdict.units if detail.preview is not None else ()
        missing = dict.fromkeys(kind for unit in units for kind in unit.missing if kind != MERCHANT_CHECK)
        return EvidencePlace(detail.line.order_id, detail.line.id, tuple(EvidenceKind(kind) for kind in missing))

    def tick(self) -> None:
        """Time has passed."""
        if self.detail is not None:
            self.header.show_time(self.detail, self._window.now())

    def _show_notice(self, detail: RequestDetail) -> None:
        zone = self._window.zone()
        if detail.preview is not None and detail.line.state is RequestState.ASKED:
            self.notice.say(
                self.tr("Evidence was asked for on {when}; the clock stands still until the buyer answers.").format(
                    when=when(detail.asked_at, zone)
                ),
                Tone.INFO,
            )
        elif detail.preview is not None and not detail.verified_source:
            self.notice.say(
                self.tr(
                    "It came through the drop folder without a signature: check with the buyer that it is genuine."
                ),
                Tone.WARN,
            )
        elif detail.preview is not None and won_dispute(detail):
            self.notice.say(
                self.tr(
                    "{dispute}. If the rules refuse, approve with an amount of yours: the reason is filled in."
                ).format(dispute=won_dispute(detail)),
                Tone.WARN,
            )
        elif detail.line.is_automatic:
            self.notice.say(self.tr("The rules leave nothing to weigh: this one may run by itself."), Tone.OK)
        else:
            self.notice.clear()

    def _show_parts(self, there: bool) -> None:
        self._nothing.setVisible(not there)
        self._head.setVisible(there)
        self.scroll_area.setVisible(there)
        self._foot.setVisible(there)
        self.next_button.setVisible(False)

    def _framed(self, widget: QWidget) -> QWidget:
        """The header stays in sight while the rest scrolls."""
        self._head = QWidget()
        layout = QVBoxLayout(self._head)
        layout.setContentsMargins(18, 16, 18, 8)
        layout.addWidget(widget)
        return self._head


def _section(widget: QWidget) -> QWidget:
    """A part of the pane with a line above it."""
    section = QWidget()
    section.setLayout(column_of(separator(), widget, spacing=12))
    return section
