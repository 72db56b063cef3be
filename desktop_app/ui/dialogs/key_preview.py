"""The second step of an import of card keys: a verdict on every line, and counts that add up."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from desktop_app.services.inventory import ImportLine, ImportPreview, KeyVerdict, NewKeys
from desktop_app.services.listing import Sort
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.key_layout_panel import KeyLayoutPanel
from desktop_app.ui.labels import language
from desktop_app.ui.row_model import Column, RowSource
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.verdict_filter import VerdictFilter

_TONES = {
    KeyVerdict.NEW: Tone.OK,
    KeyVerdict.DUPLICATE_IN_FILE: Tone.WARN,
    KeyVerdict.DUPLICATE_IN_SHOP: Tone.WARN,
    KeyVerdict.MALFORMED: Tone.BAD,
    KeyVerdict.BLANK: Tone.NEUTRAL,
}
_ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "gb18030": "GB18030",
}


class KeyPreviewStep(QWidget):
    """Shows an ImportPreview; ``ready_changed`` when whether it may be imported changed."""

    ready_changed = Signal()
    report_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preview: ImportPreview | None = None
        self._words: dict[KeyVerdict | NewKeys, str] = {
            KeyVerdict.NEW: self.tr("New"),
            KeyVerdict.DUPLICATE_IN_FILE: self.tr("Twice in the file"),
            KeyVerdict.DUPLICATE_IN_SHOP: self.tr("Already in the shop"),
            KeyVerdict.MALFORMED: self.tr("Malformed"),
            KeyVerdict.BLANK: self.tr("Blank"),
            NewKeys.UNUSUAL: self.tr("Unusual"),
        }
        self._source = plain_label(name="preview_source", wrap=True, selectable=True)
        self.layout_panel = KeyLayoutPanel()
        self.report_button = push_button(
            self.tr("Save this report…"), "preview_report_button", self.report_wanted.emit, icon="file-down"
        )
        self.filter: VerdictFilter[KeyVerdict | NewKeys] = VerdictFilter("preview", self._words, always=KeyVerdict.NEW)
        self.filter.changed.connect(self._show_filtered)
        self.filter.button(NewKeys.UNUSUAL).setToolTip(self.tr("New keys with something to look at"))
        self.table = RowTable(
            "import_preview_table",
            self.tr("Lines of the file"),
            (
                Column("number", self.tr("Line"), lambda row: f"{row.number:,}", width=84),
                Column("text", self.tr("Key (masked)"), lambda row: row.text_masked, mono=True, width=250),
                Column("verdict", self.tr("Verdict"), self._word, tone=lambda row: _TONES[row.verdict], width=174),
                Column("detail", self.tr("Why"), _detail, width=300),
            ),
            self._open_source,
            row_id=lambda row: row.number,
        )
        self.encoding_message = MessageStrip("preview_encoding_message", closable=False)
        self.confirm_box = QCheckBox(self.tr("I looked at the keys: they read correctly"))
        self.confirm_box.setObjectName("confirm_encoding_box")
        self.confirm_box.toggled.connect(self._tell_ready)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._source)
        layout.addWidget(self.layout_panel)
        layout.addLayout(row_of(self.filter, 1, self.report_button))
        layout.addWidget(self.table, 1)
        layout.addWidget(self.encoding_message)
        layout.addWidget(self.confirm_box)

    def show_preview(self, preview: ImportPreview | None) -> None:
        """None forgets the preview and the keys that it holds."""
        self._preview = preview
        self.filter.show_preview(preview)
        self.confirm_box.setChecked(False)
        self.encoding_message.clear()
        self.confirm_box.setVisible(preview is not None and preview.needs_confirmation)
        self.report_button.setEnabled(preview is not None)
        self._source.clear()
        if preview is None:
            self.table.set_empty(
                self.tr("Which column is the card key?"),
                self.tr("Choose it above: the card key, or the number and its password."),
            )
        else:
            self.table.set_empty(self.tr("No such line"), self.tr("No line of the file has this verdict."))
            self._source.setText(self._describe(preview))
            self.layout_panel.show_preview(preview)
            if preview.cautions:
                self.encoding_message.say(
                    "\n".join(one.zh if language() == "zh" else one.en for one in preview.cautions), Tone.WARN
                )
            elif preview.needs_confirmation:
                self.encoding_message.say(
                    self.tr(
                        "The file does not say its encoding; it was read as {encoding}, a guess that makes “{words}” "
                        "of it. Is that what it should say?"
                    ).format(encoding=_ENCODING_NAMES.get(preview.encoding, preview.encoding), words=preview.words),
                    Tone.WARN,
                )
        self.table.reload()
        self._tell_ready()

    def is_ready(self) -> bool:
        """Something is new, and a guessed encoding was confirmed."""
        preview = self._preview
        if preview is None or preview.new_count == 0:
            return False
        return not preview.needs_confirmation or self.confirm_box.isChecked()

    def _describe(self, preview: ImportPreview) -> str:
        name = self.tr("Pasted text") if preview.path is None else preview.source
        ends = {
            "lf": self.tr("line ends LF"),
            "crlf": self.tr("line ends CRLF"),
            "cr": self.tr("line ends CR"),
            "mixed": self.tr("mixed line ends"),
        }
        parts = [name]
        if preview.format_code:
            parts.append(preview.format_name.zh if language() == "zh" else preview.format_name.en)
        if preview.path is not None and preview.encoding:
            parts.append(_ENCODING_NAMES.get(preview.encoding, preview.encoding))
        if preview.newline in ends:
            parts.append(ends[preview.newline])
        if preview.warning_count:
            parts.append(self.tr("{count} new keys look unusual").format(count=f"{preview.warning_count:,}"))
        return "  ·  ".join(parts)

    def _word(self, row: ImportLine) -> str:
        return self._words[row.verdict]

    def _open_source(self, _sort: Sort | None) -> RowSource[ImportLine]:
        return self.filter.lines()

    def _show_filtered(self) -> None:
        self.table.reload()
        self.table.scrollToTop()

    def _tell_ready(self, *_: object) -> None:
        self.ready_changed.emit()


def _detail(row: ImportLine) -> str:
    return row.detail_zh if language() == "zh" else row.detail_en
