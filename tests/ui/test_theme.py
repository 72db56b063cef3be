from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtGui import QColor, QFontDatabase, QFontMetrics, QFontMetricsF
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.paths import resources
from desktop_app.ui import icons
from desktop_app.ui.colours import DARK, LIGHT, Tokens, Tone, tokens
from desktop_app.ui.page_table import PAGES
from desktop_app.ui.theme import MONO_FAMILY, SANS_FAMILY, Scheme, apply_theme, mono_font, sans_font, style_sheet
from desktop_app.ui.widgets.basics import plain_label, set_tone

SCHEMES = pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2, 1 to 21."""

    def luminance(text: str) -> float:
        parts = []
        for value in (QColor(text).redF(), QColor(text).greenF(), QColor(text).blueF()):
            parts.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@SCHEMES
def test_text_can_be_read_on_everything_it_stands_on(scheme: Tokens) -> None:
    pairs = [(scheme.tone_text[tone], scheme.tone_fill[tone]) for tone in Tone]
    pairs += [(scheme.tone_text[tone], scheme.surface) for tone in Tone]
    for ground in (scheme.window, scheme.surface, scheme.raised, scheme.stripe, scheme.selection, scheme.hover):
        pairs += [(scheme.text, ground), (scheme.muted, ground)]
    pairs += [(scheme.selection_text, scheme.selection), (scheme.danger, scheme.surface)]
    too_faint = [(text, ground) for text, ground in pairs if contrast(text, ground) < 4.5]
    assert not too_faint
    assert contrast(scheme.on_primary, scheme.primary) >= 3.9  # bold text of buttons


@SCHEMES
def test_every_colour_is_a_colour(scheme: Tokens) -> None:
    for name, value in scheme._asdict().items():
        values = value.values() if isinstance(value, dict) else [] if isinstance(value, bool) else [value]
        assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in values), name


@SCHEMES
def test_style_sheet_is_well_formed(scheme: Tokens, qapp: QApplication) -> None:
    sheet = style_sheet(scheme)
    assert sheet.count("{") == sheet.count("}")
    assert "None" not in sheet
    for path in re.findall(r'url\("(.*?)"\)', sheet):
        assert path.endswith(".svg")


@pytest.mark.parametrize("name", ["O'Neil (work)", "林默 & 星河"])
def test_a_home_of_any_name_leaves_the_window_dressed(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _kind: str(tmp_path / name))
    _dressed_anew(qtbot)
    assert (tmp_path / name / "icons").is_dir()


def test_without_a_folder_for_its_arrows_the_window_is_dressed_all_the_same(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _kind: str(file))
    _dressed_anew(qtbot)


def _dressed_anew(qtbot: QtBot) -> None:
    """A style sheet that Qt cannot read, or a file in it that is not there, is a warning, and a warning fails."""
    icons.tinted_svg_file.cache_clear()
    try:
        combo = QComboBox()
        qtbot.addWidget(combo)
        combo.setStyleSheet(style_sheet(LIGHT))
        combo.grab()
    finally:
        icons.tinted_svg_file.cache_clear()


def test_switching_the_scheme_redraws_the_icons_of_every_window(qtbot: QtBot, qapp: QApplication) -> None:
    windows = [QWidget(), QWidget()]
    buttons = [QPushButton(window) for window in windows]
    for window, button in zip(windows, buttons, strict=True):
        qtbot.addWidget(window)
        icons.set_icon(button, "lock")
    light = [button.icon().pixmap(18, 18).toImage() for button in buttons]
    apply_theme(qapp, Scheme.DARK)
    try:
        assert tokens() is DARK
        for button, before in zip(buttons, light, strict=True):
            assert button.icon().pixmap(18, 18).toImage() != before
    finally:
        apply_theme(qapp, Scheme.LIGHT)


def test_icons_are_drawn_in_the_colour_asked_for_and_sharp(qapp: QApplication) -> None:
    drawn = icons.pixmap("lock", "#FF0000", 18, 2.0)
    assert drawn.width() == 36
    assert drawn.devicePixelRatio() == 2.0
    image = drawn.toImage()
    colours = {
        image.pixelColor(x, y).name() for x in range(36) for y in range(36) if image.pixelColor(x, y).alpha() == 255
    }
    assert colours == {"#ff0000"}


def test_every_icon_of_the_navigation_ships() -> None:
    for entry in PAGES:
        assert (resources() / "icons" / f"{entry.icon}.svg").is_file(), entry.icon


def test_our_fonts_are_the_ones_in_use(qapp: QApplication) -> None:
    assert {SANS_FAMILY, MONO_FAMILY} <= set(QFontDatabase.families())
    metrics = QFontMetricsF(mono_font())
    assert metrics.horizontalAdvance("illlI") == pytest.approx(metrics.horizontalAdvance("MWMWM"), abs=0.5)
    # a character of names that subsets lose
    assert QFontMetrics(sans_font()).inFont("䶮")


def test_a_tone_is_seen_on_a_label_that_is_shown_later_and_on_one_that_is_shown(qtbot: QtBot) -> None:
    label = plain_label("Due")
    qtbot.addWidget(label)
    set_tone(label, Tone.BAD)
    label.show()
    assert label.palette().windowText().color().name().upper() == tokens().tone_text[Tone.BAD]
    set_tone(label, Tone.OK)
    assert label.palette().windowText().color().name().upper() == tokens().tone_text[Tone.OK]
