"""A PDF on screen: one page at a time, drawn in a worker at the sharpness of the screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui.colours import tokens
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import error_text
from desktop_app.ui.pdf_pages import POINTS_PER_INCH, PageSize, page_sizes, page_text, render_page
from desktop_app.ui.widgets.basics import icon_button, plain_label, row_of, separator
from desktop_app.ui.widgets.empty_state import EmptyState

SCREEN_DPI = 96.0
MARGIN = 16
ZOOMS = (0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)
REDRAW_PAUSE_MS = 120


class _Sheet(QWidget):
    """The paper; white in both schemes, because that is what will be printed."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("preview_sheet")
        self._image = QImage()

    def set_image(self, image: QImage) -> None:
        self._image = image
        self.update()

    def image(self) -> QImage:
        return self._image

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paper = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.fillRect(paper, Qt.GlobalColor.white)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if not self._image.isNull():
            painter.drawImage(QRectF(self.rect()), self._image)
        painter.setPen(QPen(QColor(tokens().strong_border)))
        painter.drawRect(paper)
        painter.end()


class PdfPreview(QFrame):
    """Shows a PDF, or says why there is none."""

    page_shown = Signal(int)
    """The number (from 1) of a page that stands on the screen now."""

    def __init__(self, name: str, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._jobs = jobs
        self._name = ""
        self._data: bytes | None = None
        self._sizes: tuple[PageSize, ...] = ()
        self._number = 0
        self._zoom = 1.0
        self._fits = True
        self._turn = 0
        self._pause = QTimer(self, singleShot=True, interval=REDRAW_PAUSE_MS)
        self._pause.timeout.connect(self._draw)
        self._build(name)
        self._show_place()

    def _build(self, name: str) -> None:
        self._sheet = _Sheet()
        holder = QWidget()
        holder.setProperty("plain", "true")
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        inner.addWidget(self._sheet, 0, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._area = QScrollArea()
        self._area.setObjectName(f"{name}_area")
        self._area.setAccessibleName(self.tr("Pages of the document"))
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._area.setWidget(holder)
        self._area.viewport().installEventFilter(self)
        self._area.installEventFilter(self)
        self.empty_state = EmptyState(f"{name}_empty")

        self.previous_button = icon_button(
            "chevron-left", self.tr("Previous page (Page Up)"), f"{name}_previous", self.show_previous
        )
        self.next_button = icon_button(
            "chevron-right", self.tr("Next page (Page Down)"), f"{name}_next", self.show_next
        )
        self._place = plain_label(role="muted", name=f"{name}_place")
        self.smaller_button = icon_button("minus", self.tr("Smaller (Ctrl+-)"), f"{name}_smaller", self.zoom_out)
        self.larger_button = icon_button("plus", self.tr("Larger (Ctrl++)"), f"{name}_larger", self.zoom_in)
        self._zoom_label = plain_label(role="muted", name=f"{name}_zoom")
        self.fit_button = icon_button(
            "move-horizontal", self.tr("Fit the width (Ctrl+0)"), f"{name}_fit", self.fit_width
        )
        bar = row_of(
            self.previous_button,
            self._place,
            self.next_button,
            1,
            self.smaller_button,
            self._zoom_label,
            self.larger_button,
            self.fit_button,
            spacing=4,
        )
        bar.setContentsMargins(10, 4, 10, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(separator())
        # a stack shows what it is given first: without a place of its own that would be a window for a moment
        self._stack = QStackedLayout()
        layout.addLayout(self._stack, 1)
        self._stack.addWidget(self.empty_state)
        self._stack.addWidget(self._area)

    # what pages use

    def show_pdf(self, data: bytes, name: str, sizes: tuple[PageSize, ...] | None = None) -> None:
        """Show a document from its first page; ``name`` is what assistive technology calls it.

        ``sizes`` of its pages, when they are known: to look them up in a thousand pages takes its time.
        """
        same = data == self._data
        self._data, self._name = data, name
        self._sizes = page_sizes(data) if sizes is None else sizes
        if not same:
            self._number = 0
            self._sheet.set_image(QImage())
            self._area.verticalScrollBar().setValue(0)
        self._stack.setCurrentWidget(self._area)
        self._lay_out()
        self._draw()

    def show_message(
        self, title: str, text: str, action_text: str = "", on_action: Callable[[], None] | None = None
    ) -> None:
        """Say why there is no document; ``on_action`` is the next step."""
        self._turn += 1
        self._data, self._sizes, self._number = None, (), 0
        self._sheet.set_image(QImage())
        self.empty_state.set_content(title, text, action_text, on_action)
        self._stack.setCurrentWidget(self.empty_state)
        self._show_place()

    def page_count(self) -> int:
        return len(self._sizes)

    def page_number(self) -> int:
        """From 1; 0 without a document."""
        return self._number + 1 if self._sizes else 0

    def image(self) -> QImage:
        """The page on screen as it was drawn; null until then."""
        return self._sheet.image()

    def show_page(self, number: int) -> None:
        """Turn to a page, counted from 1."""
        self._turn_to(number - 1)

    def show_previous(self) -> None:
        self._turn_to(self._number - 1)

    def show_next(self) -> None:
        self._turn_to(self._number + 1)

    def zoom_in(self) -> None:
        self._set_zoom(next((zoom for zoom in ZOOMS if zoom > self._zoom + 0.01), ZOOMS[-1]))

    def zoom_out(self) -> None:
        self._set_zoom(next((zoom for zoom in reversed(ZOOMS) if zoom < self._zoom - 0.01), ZOOMS[0]))

    def fit_width(self) -> None:
        """Follow the width of the pane."""
        self._fits = True
        self._lay_out()
        self._pause.start()

    # inside

    def _turn_to(self, number: int) -> None:
        if 0 <= number < len(self._sizes) and number != self._number:
            self._number = number
            self._area.verticalScrollBar().setValue(0)
            self._lay_out()
            self._draw()

    def _set_zoom(self, zoom: float) -> None:
        self._fits = False
        self._zoom = zoom
        self._lay_out()
        self._pause.start()

    def _lay_out(self) -> None:
        if not self._sizes:
            return
        size = self._sizes[self._number]
        if self._fits:
            # as if the scroll bar stood there always: else it comes and goes with the width
            width = self._area.width() - 2 * MARGIN - self._area.verticalScrollBar().sizeHint().width()
            self._zoom = max(0.2, width / (size.width / POINTS_PER_INCH * SCREEN_DPI))
        scale = self._zoom * SCREEN_DPI / POINTS_PER_INCH
        self._sheet.setFixedSize(QSize(round(size.width * scale), round(size.height * scale)))
        self._show_place()

    def _draw(self) -> None:
        data = self._data
        if data is None:
            return
        self._turn += 1
        turn, number = self._turn, self._number
        dots = self._zoom * SCREEN_DPI * self.devicePixelRatioF()

        def work(_progress: Progress) -> tuple[int, int, QImage, str]:
            return turn, number, render_page(data, number, dots), page_text(data, number)

        self._jobs.run(self, work, self._on_drawn, self._on_failed)

    def _on_drawn(self, answer: tuple[int, int, QImage, str]) -> None:
        turn, number, image, text = answer
        if turn != self._turn:
            return
        self._sheet.set_image(image)
        self._sheet.setAccessibleName(
            self.tr("{name}, page {number} of {count}").format(
                name=self._name, number=number + 1, count=len(self._sizes)
            )
        )
        self._sheet.setAccessibleDescription(text)
        self.page_shown.emit(number + 1)

    def _on_failed(self, error: ShopError) -> None:
        self.show_message(self.tr("The document cannot be shown"), error_text(error))

    def _show_place(self) -> None:
        count = len(self._sizes)
        self._place.setText(
            self.tr("Page {number} of {count}").format(number=self._number + 1, count=count) if count else ""
        )
        self._zoom_label.setText(f"{round(self._zoom * 100)} %" if count else "")
        self.previous_button.setEnabled(self._number > 0)
        self.next_button.setEnabled(self._number + 1 < count)
        for button in (self.smaller_button, self.larger_button, self.fit_button):
            button.setEnabled(count > 0)

    # Qt's side

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits and self._sizes:
            self._lay_out()
            self._pause.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QWheelEvent) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            (self.zoom_in if event.angleDelta().y() > 0 else self.zoom_out)()
            return True
        if watched is self._area and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return False

    def _on_key(self, event: QKeyEvent) -> bool:
        controls = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        steps = {Qt.Key.Key_PageUp: self.show_previous, Qt.Key.Key_PageDown: self.show_next}
        zooms = {
            Qt.Key.Key_Plus: self.zoom_in,
            Qt.Key.Key_Equal: self.zoom_in,
            Qt.Key.Key_Minus: self.zoom_out,
            Qt.Key.Key_0: self.fit_width,
        }
        act = zooms.get(Qt.Key(event.key())) if controls else steps.get(Qt.Key(event.key()))
        if act is None:
            return False
        act()
        return True
