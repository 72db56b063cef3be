"""Lucide icons, drawn in any colour at the pixel density of the screen.

The shipped SVGs say ``currentColor``; the colour is put in when they are drawn, so one file serves both schemes.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, QStandardPaths, Qt
from PySide6.QtGui import QAction, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QPushButton

from desktop_app.paths import resources
from desktop_app.ui.colours import tokens

SIZE = 18
TEXT_GAP = 5
_NAME = "kamidesk_icon"
_COLOUR = "kamidesk_icon_colour"


@lru_cache(maxsize=256)
def _svg(name: str, colour: str) -> bytes:
    return (resources() / "icons" / f"{name}.svg").read_bytes().replace(b"currentColor", colour.encode("ascii"))


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int = SIZE, ratio: float = 1.0, gap: int = 0) -> QPixmap:
    """The icon ``name`` in ``colour`` (#rrggbb), ``size`` logical pixels wide plus a ``gap`` at its right, for a
    screen of that pixel ratio."""
    side = round(size * ratio)
    result = QPixmap(side + round(gap * ratio), side)
    result.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_svg(name, colour)))
    painter = QPainter(result)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    result.setDevicePixelRatio(ratio)
    return result


def icon(name: str, colour: str, size: int = SIZE, *, disabled: str | None = None, gap: int = 0) -> QIcon:
    """A QIcon with one picture for every pixel ratio of the screens that are plugged in."""
    result = QIcon()
    for ratio in sorted({1.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}):
        result.addPixmap(pixmap(name, colour, size, ratio, gap))
        if disabled is not None:
            result.addPixmap(pixmap(name, disabled, size, ratio, gap), QIcon.Mode.Disabled)
    return result


def set_icon(target: QAbstractButton | QAction, name: str, colour: str = "text") -> None:
    """Give a button or an action an icon in the colour token ``colour``; it follows a change of scheme."""
    target.setProperty(_NAME, name)
    target.setProperty(_COLOUR, colour)
    _draw(target)


def refresh_icons(root: QObject) -> None:
    """Redraw every icon below ``root`` that :func:`set_icon` gave, after the scheme changed."""
    buttons: list[QAbstractButton] = root.findChildren(QAbstractButton)
    actions: list[QAction] = root.findChildren(QAction)
    targets: list[QAbstractButton | QAction] = [*buttons, *actions]
    for target in targets:
        if target.property(_NAME):
            _draw(target)


def _draw(target: QAbstractButton | QAction) -> None:
    colours = tokens()
    colour: str = getattr(colours, str(target.property(_COLOUR)))
    # Fusion puts text right against the icon
    gap = TEXT_GAP if isinstance(target, QPushButton) and target.text() else 0
    target.setIcon(icon(str(target.property(_NAME)), colour, disabled=colours.disabled, gap=gap))
    if isinstance(target, QAbstractButton):
        target.setIconSize(QSize(SIZE + gap, SIZE))


@lru_cache(maxsize=64)
def tinted_svg_file(name: str, colour: str) -> str:
    """Path of a file with the icon in that colour: a style sheet can name nothing but files.

    Empty when the cache folder cannot be written; the style sheet then shows no arrow, which is bearable.
    """
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.CacheLocation) + "/icons"
    path = f"{folder}/{name}-{colour.lstrip('#').lower()}.svg"
    # Qt's own classes for files are loaded in the one start that writes
    if Path(path).exists():
        return path
    from PySide6.QtCore import QDir, QSaveFile

    if not QDir().mkpath(folder):
        return ""
    target = QSaveFile(path)
    if not target.open(QSaveFile.OpenModeFlag.WriteOnly):
        return ""
    target.write(QByteArray(_svg(name, colour)))
    return path if target.commit() else ""
