"""Pictures of strangers, decoded within bounds for a look at them. Called in a worker thread.

Only the formats of :data:`~desktop_app.domain.file_kinds.PICTURES`, named to the decoder by their first bytes, so that
no other reader (SVG, with its references to files) is ever asked; the size is read before a pixel is.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QImageWriter

from desktop_app.domain.errors import BadInputError
from desktop_app.domain.file_kinds import PICTURES, kind_of

MOST_PIXELS = 40_000_000
MOST_MEGABYTES = 256
"""What one decoded picture may take; a reader that wants more gives up."""


def decode_picture(content: bytes, *, pixels: int) -> QImage:
    """The picture upright, its first frame, made smaller until it has at most ``pixels`` pixels.

    :class:`BadInputError` for what is no picture of a known kind, too large, or damaged.
    """
    kind = kind_of(content)
    if kind not in PICTURES:
        raise BadInputError(
            "Only pictures (PNG, JPEG, WebP, GIF, BMP) are shown here: save a copy to look at it elsewhere.",
            "此处只显示图片（PNG、JPEG、WebP、GIF、BMP）：如需查看请另存副本。",
        )
    QImageReader.setAllocationLimit(MOST_MEGABYTES)
    data = QByteArray(content)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind.value.encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid():
        _check_size(size)
        reader.setScaledSize(_bounded(size, pixels))
    image = reader.read()
    if image.isNull():
        raise BadInputError(
            "The picture is damaged or too large to be shown: save a copy to look at it elsewhere.",
            "图片已损坏或过大，无法显示：如需查看请另存副本。",
        )
    # a reader may not know the size beforehand, or not how to make it smaller
    bounded = _bounded(image.size(), pixels)
    if bounded != image.size():
        image = image.scaled(bounded, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    # as the screen wants it, and without the texts that a file may carry along
    wanted = QImage.Format.Format_ARGB32_Premultiplied if image.hasAlphaChannel() else QImage.Format.Format_RGB32
    image = image.convertToFormat(wanted)
    for key in image.textKeys():
        image.setText(key, "")
    return image


def png_of(image: QImage) -> bytes:
    """``image`` as PNG, every pixel as it is; :class:`BadInputError` for one that could not be shown again."""
    _check_size(image.size())
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.data())


def _bounded(size: QSize, pixels: int) -> QSize:
    """By area: a screenshot of a long chat stays as wide as can be."""
    area = size.width() * size.height()
    if area <= pixels:
        return size
    factor = math.sqrt(pixels / area)
    return QSize(max(int(size.width() * factor), 1), max(int(size.height() * factor), 1))


def _check_size(size: QSize) -> None:
    if size.width() * size.height() > MOST_PIXELS:
        raise BadInputError(
            "The picture has {width} × {height} pixels, and more than {most} million are not decoded: save a copy to "
            "look at it elsewhere.",
            "图片为 {width} × {height} 像素，超过 {most} 百万像素的图片不予解码：如需查看请另存副本。",
            width=f"{size.width():,}",
            height=f"{size.height():,}",
            most=MOST_PIXELS // 1_000_000,
        )
