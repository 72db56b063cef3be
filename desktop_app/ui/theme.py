"""Fonts, palette and the one style sheet, light and dark, over the Fusion style; the colours are in ``colours``."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.paths import resources
from desktop_app.ui.colours import Tokens, Tone, use_dark
from desktop_app.ui.icons import refresh_icons, tinted_svg_file

STYLE = "Fusion"
IS_STYLED = "kamidesk_styled"
"""The property of an application that has our style."""

SANS_FAMILY = "Noto Sans SC"
MONO_FAMILY = "JetBrains Mono"
FONT_FILES = ("NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf", "JetBrainsMono_400Regular.ttf")


class Scheme(StrEnum):
    """What the merchant chose in the settings."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def wants_dark(scheme: Scheme) -> bool:
    """Whether ``scheme`` means dark here; a desktop that does not tell (bare X11) counts as light."""
    if scheme is Scheme.SYSTEM:
        return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return scheme is Scheme.DARK


def load_fonts() -> None:
    """Register the fonts we bring along; must run before the first widget is made."""
    for name in FONT_FILES:
        QFontDatabase.addApplicationFont(str(resources() / "fonts" / name))


def sans_font(points: float = 10.0, *, bold: bool = False) -> QFont:
    font = QFont(SANS_FAMILY)
    font.setPointSizeF(points)
    font.setBold(bold)
    return font


def mono_font(points: float = 10.0) -> QFont:
    """For card keys: 0/O and 1/l/I look different; Chinese characters fall back to the sans font."""
    font = QFont([MONO_FAMILY, SANS_FAMILY])
    font.setPointSizeF(points)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def apply_theme(app: QApplication, scheme: Scheme) -> None:
    """Switch palette, font and style sheet of the whole application."""
    active = use_dark(wants_dark(scheme))
    # not asked for when it was begun with: QStyle and its enums take as long to load as the window to paint
    if not app.property(IS_STYLED):
        app.setStyle(STYLE)
        app.setProperty(IS_STYLED, True)
    app.setFont(sans_font())
    app.setPalette(palette(active))
    app.setStyleSheet(style_sheet(active))
    for window in app.topLevelWidgets():
        refresh_icons(window)


def palette(t: Tokens) -> QPalette:
    """The Fusion palette of a scheme; covers what the style sheet does not reach (native bits, text editors)."""
    result = QPalette()
    role = QPalette.ColorRole
    for name, colour in (
        (role.Window, t.window),
        (role.WindowText, t.text),
        (role.Base, t.surface),
        (role.AlternateBase, t.stripe),
        (role.Text, t.text),
        (role.Button, t.surface),
        (role.ButtonText, t.text),
        (role.BrightText, t.on_primary),
        (role.ToolTipBase, t.raised),
        (role.ToolTipText, t.text),
        (role.PlaceholderText, t.muted),
        (role.Highlight, t.primary),
        (role.HighlightedText, t.on_primary),
        (role.Link, t.selection_text),
        (role.LinkVisited, t.selection_text),
        (role.Light, t.raised),
        (role.Midlight, t.hover),
        (role.Mid, t.border),
        (role.Dark, t.strong_border),
        (role.Shadow, t.border),
        (role.Accent, t.primary),
    ):
        result.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, name, QColor(t.disabled))
    return result


def style_sheet(t: Tokens) -> str:
    """The one style sheet. Widgets opt in by the dynamic properties ``kind``, ``role``, ``tone`` and ``card``."""
    arrow = _icon("chevron-down", t)
    calendar = _icon("calendar", t)
    tick = _icon("check", t)
    tone_rules = "\n".join(
        f'QFrame[strip="{tone}"] {{ background: {t.tone_fill[tone]}; border: none; border-radius: 8px; }}\n'
        f'QFrame[strip="{tone}"] QLabel {{ color: {t.tone_text[tone]}; }}\n'
        f'QLabel[tone="{tone}"] {{ color: {t.tone_text[tone]}; }}\n'
        f'QLabel[pill="{tone}"] {{ color: {t.tone_text[tone]}; background: {t.tone_fill[tone]};'
        " border-radius: 10px; padding: 2px 9px; }"
        for tone in Tone
    )
    return f"""
* {{ outline: none; }}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.border}; padding: 4px 6px; }}
QMainWindow, QDialog, QWidget#content {{ background: {t.window}; }}
QLabel {{ background: transparent; }}
QLabel[role="page_title"] {{ font-size: 15pt; font-weight: 700; }}
QLabel[role="title"] {{ font-size: 12pt; font-weight: 700; }}
QLabel[role="section"] {{ font-weight: 700; }}
QLabel[role="muted"] {{ color: {t.muted}; }}
QLabel[role="value"] {{ font-size: 18pt; font-weight: 700; }}
QLabel[role="amount"] {{ font-size: 16pt; font-weight: 700; }}
{tone_rules}

QFrame[card="true"] {{ background: {t.surface}; border: 1px solid {t.border}; border-radius: 10px; }}
QScrollArea {{ background: transparent; border: none; }}
QScrollArea > QWidget > QWidget[plain="true"] {{ background: transparent; }}
QFrame[line="true"] {{ background: {t.border}; border: none; max-height: 1px; min-height: 1px; }}

QPushButton {{ background: {t.surface}; border: 1px solid {t.border}; border-radius: 6px; padding: 6px 14px;
  min-height: 20px; }}
QPushButton:hover {{ background: {t.hover}; border-color: {t.strong_border}; }}
QPushButton:pressed {{ background: {t.border}; }}
QPushButton:focus {{ border-color: {t.primary}; }}
QPushButton:disabled {{ color: {t.disabled}; background: {t.window}; }}
QPushButton[kind="primary"] {{ background: {t.primary}; border-color: {t.primary}; color: {t.on_primary};
  font-weight: 700; }}
QPushButton[kind="primary"]:hover {{ background: {t.primary_hover}; border-color: {t.primary_hover}; }}
QPushButton[kind="primary"]:pressed {{ background: {t.primary_pressed}; }}
QPushButton[kind="primary"]:focus {{ border-color: {t.text}; }}
QPushButton[kind="primary"]:disabled {{ background: {t.border}; border-color: {t.border}; color: {t.disabled}; }}
QPushButton[kind="danger"] {{ border-color: {t.danger}; color: {t.danger}; }}
QPushButton[kind="danger"]:hover {{ background: {t.danger_hover}; }}
QPushButton[kind="danger"]:focus {{ border: 2px solid {t.danger}; padding: 5px 13px; }}
QPushButton[kind="danger"]:disabled {{ border-color: {t.border}; color: {t.disabled}; }}
QPushButton[kind="link"] {{ background: transparent; border: 1px solid transparent; padding: 3px 4px;
  color: {t.selection_text}; text-align: left; }}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QPushButton[kind="link"]:focus {{ border-color: {t.primary}; }}
QPushButton[kind="link"]:disabled {{ color: {t.disabled}; }}
QPushButton[kind="choice"] {{ padding: 6px 10px; color: {t.muted}; }}
QPushButton[kind="choice"]:checked {{ background: {t.selection}; border-color: {t.selection};
  color: {t.selection_text}; }}
QPushButton[kind="choice"]:focus {{ border-color: {t.primary}; }}
QPushButton::menu-indicator {{ image: {arrow}; width: 12px; height: 12px; right: 6px;
  subcontrol-position: center right; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px; }}
QToolButton:hover {{ background: {t.hover}; }}
QToolButton:pressed, QToolButton:checked {{ background: {t.border}; }}
QToolButton:focus {{ border-color: {t.primary}; }}
QPushButton[kpi="true"] {{ background: {t.surface}; border: 1px solid {t.border}; border-radius: 10px; padding: 0;
  text-align: left; }}
QPushButton[kpi="true"]:hover {{ border-color: {t.primary}; }}
QPushButton[kpi="true"]:focus {{ border: 2px solid {t.primary}; }}

QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractSpinBox {{ background: {t.surface};
  border: 1px solid {t.border}; border-radius: 6px; padding: 6px 10px; min-height: 20px;
  selection-background-color: {t.primary}; selection-color: {t.on_primary}; }}
QLineEdit:hover, QPlainTextEdit:hover, QTextEdit:hover, QComboBox:hover, QAbstractSpinBox:hover {{
  border-color: {t.strong_border}; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QAbstractSpinBox:focus {{
  border-color: {t.primary}; }}
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"], QAbstractSpinBox[invalid="true"] {{
  border-color: {t.danger}; }}
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled {{
  color: {t.disabled}; background: {t.window}; }}
QLineEdit:read-only, QPlainTextEdit:read-only {{ background: {t.window}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: {arrow}; width: 14px; height: 14px; }}
QDateTimeEdit::drop-down {{ border: none; width: 26px; subcontrol-origin: padding;
  subcontrol-position: center right; }}
QDateTimeEdit::down-arrow {{ image: {calendar}; width: 14px; height: 14px; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {{
  width: 0; border: none; }}
QComboBox QAbstractItemView {{ background: {t.raised}; border: 1px solid {t.border}; padding: 4px;
  selection-background-color: {t.selection}; selection-color: {t.text}; }}
QCheckBox, QRadioButton {{ spacing: 8px; background: transparent; }}
QCheckBox::indicator, QTableView::indicator, QListView::indicator {{
  width: 15px; height: 15px; border: 1px solid {t.strong_border}; border-radius: 4px;
  background: {t.surface}; }}
QCheckBox::indicator:checked, QTableView::indicator:checked, QListView::indicator:checked {{
  background: {t.primary}; border-color: {t.primary}; image: {tick}; }}
QCheckBox:focus, QRadioButton:focus {{ color: {t.selection_text}; }}
QRadioButton::indicator {{ width: 14px; height: 14px; border: 1px solid {t.strong_border}; border-radius: 8px;
  background: {t.surface}; }}
QRadioButton::indicator:checked {{ border: 5px solid {t.primary}; width: 6px; height: 6px; }}

QTableView {{ background: {t.surface}; border: 1px solid {t.border}; border-radius: 10px; padding: 2px 1px 4px 1px;
  gridline-color: transparent; alternate-background-color: {t.stripe}; selection-background-color: {t.selection};
  selection-color: {t.text}; }}
QTableView:focus {{ border-color: {t.strong_border}; }}
QHeaderView {{ background: {t.surface}; border: none; border-radius: 10px; }}
QHeaderView::section {{ background: {t.surface}; color: {t.muted}; border: none;
  border-bottom: 1px solid {t.border}; padding: 9px 10px; font-weight: 700; }}
QHeaderView::section:hover {{ color: {t.text}; }}
QHeaderView::down-arrow {{ image: {arrow}; width: 12px; height: 12px; }}
QHeaderView::up-arrow {{ image: {_icon("chevron-up", t)}; width: 12px; height: 12px; }}
QTableCornerButton::section {{ background: {t.surface}; border: none; }}
QTreeView, QListView {{ background: {t.surface}; border: 1px solid {t.border}; border-radius: 10px; padding: 4px; }}
QListView::item {{ padding: 6px 8px; border-radius: 6px; }}
QListView::item:selected {{ background: {t.selection}; color: {t.text}; }}
QListView#navigation_list::item {{ padding: 0; }}
QListView#search_hits {{ background: {t.raised}; border-color: {t.strong_border}; }}

QFrame#navigation {{ background: {t.surface}; border: none; border-right: 1px solid {t.border}; }}
QListView#navigation_list {{ background: transparent; border: none; border-radius: 0; padding: 0; }}

QScrollBar:vertical {{ background: transparent; width: 10px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 2px; }}
QScrollBar::handle {{ background: {t.scrollbar}; border-radius: 3px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {t.scrollbar_hover}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; }}

QProgressBar {{ background: {t.border}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {t.primary}; border-radius: 3px; }}
QStatusBar {{ background: {t.window}; border-top: 1px solid {t.border}; color: {t.muted}; }}
QStatusBar QLabel {{ color: {t.muted}; }}
QStatusBar::item {{ border: none; }}
QSplitter::handle {{ background: transparent; }}
QSplitter::handle:horizontal {{ width: 6px; }}
QMenu {{ background: {t.raised}; border: 1px solid {t.border}; border-radius: 8px; padding: 5px; }}
QMenu::item {{ padding: 6px 22px 6px 12px; border-radius: 5px; }}
QMenu::item:selected {{ background: {t.selection}; }}
QMenu::item:disabled {{ color: {t.disabled}; }}
QMenu::separator {{ height: 1px; background: {t.border}; margin: 4px 6px; }}
QTabWidget::pane {{ border: none; }}
QTabBar::tab {{ background: transparent; border: none; border-bottom: 2px solid transparent; padding: 7px 12px;
  color: {t.muted}; }}
QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.primary}; font-weight: 700; }}
QTabBar::tab:focus {{ color: {t.selection_text}; }}
QGroupBox {{ background: {t.surface}; border: 1px solid {t.border}; border-radius: 10px; margin-top: 10px;
  padding: 14px; font-weight: 700; }}
QGroupBox::title {{ subcontrol-origin: margin; left: 12px; padding: 0 4px; }}
QCalendarWidget QWidget {{ alternate-background-color: {t.stripe}; }}
"""


def _icon(name: str, t: Tokens) -> str:
    """The value of ``image``; a style sheet can only name a file, and Qt warns of a name that is empty."""
    path = tinted_svg_file(name, t.on_primary if name == "check" else t.muted)
    return f'url("{path}")' if path else "none"


def repolish(widget: QWidget) -> None:
    """Re-apply the style sheet after a dynamic property changed; a widget that was never shown has none of it yet."""
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return
    widget.style().unpolish(widget)
    widget.style().polish(widget)
