"""The colour tokens of both schemes, and which scheme is in force.

Everything that paints asks :func:`tokens` at paint time, so a change of scheme needs no restart.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Tone(StrEnum):
    """The colour of a state; its text always says the same, so colour never speaks alone."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"
    NEUTRAL = "neutral"


class Tokens(NamedTuple):
    """Every colour of one scheme, as ``#rrggbb``."""

    dark: bool
    window: str
    surface: str
    raised: str
    stripe: str
    hover: str
    border: str
    strong_border: str
    text: str
    muted: str
    disabled: str
    primary: str
    primary_hover: str
    primary_pressed: str
    on_primary: str
    selection: str
    selection_text: str
    danger: str
    danger_hover: str
    scrollbar: str
    scrollbar_hover: str
    tone_text: dict[Tone, str]
    tone_fill: dict[Tone, str]


LIGHT = Tokens(
    dark=False,
    window="#F4F6F8",
    surface="#FFFFFF",
    raised="#FFFFFF",
    stripe="#FAFBFC",
    hover="#F3F5F8",
    border="#E3E6EB",
    strong_border="#C5CBD5",
    text="#1C222B",
    muted="#5F6876",
    disabled="#A3ABB8",
    primary="#2563EB",
    primary_hover="#1D56D8",
    primary_pressed="#1A4ABD",
    on_primary="#FFFFFF",
    selection="#EAF2FF",
    selection_text="#1D4FD7",
    danger="#B91C1C",
    danger_hover="#FEF1F1",
    scrollbar="#D2D7DF",
    scrollbar_hover="#AEB6C2",
    tone_text={
        Tone.OK: "#06694A",
        Tone.WARN: "#8A4B08",
        Tone.BAD: "#A31919",
        Tone.INFO: "#1D4FD7",
        Tone.NEUTRAL: "#566070",
    },
    tone_fill={
        Tone.OK: "#D3F7E5",
        Tone.WARN: "#FDF0C4",
        Tone.BAD: "#FCE0E0",
        Tone.INFO: "#DEEAFF",
        Tone.NEUTRAL: "#EEF0F4",
    },
)

DARK = Tokens(
    dark=True,
    window="#15171B",
    surface="#1C2026",
    raised="#232830",
    stripe="#1F242B",
    hover="#262C35",
    border="#2E353F",
    strong_border="#465061",
    text="#E8EBF0",
    muted="#9DA7B5",
    disabled="#5F6976",
    primary="#3B7BF6",
    primary_hover="#5690FA",
    primary_pressed="#2C67DA",
    on_primary="#FFFFFF",
    selection="#1D2C4D",
    selection_text="#6EA3FF",
    danger="#F79A9A",
    danger_hover="#3A2226",
    scrollbar="#3A424E",
    scrollbar_hover="#566172",
    tone_text={
        Tone.OK: "#6EE7B3",
        Tone.WARN: "#FBD24E",
        Tone.BAD: "#FCA5A5",
        Tone.INFO: "#93BBFD",
        Tone.NEUTRAL: "#B4BCC8",
    },
    tone_fill={
        Tone.OK: "#12402F",
        Tone.WARN: "#45330C",
        Tone.BAD: "#4B1D20",
        Tone.INFO: "#1E3460",
        Tone.NEUTRAL: "#2B313A",
    },
)

_active = LIGHT


def tokens() -> Tokens:
    """The colours in force now."""
    return _active


def use_dark(dark: bool) -> Tokens:
    """Put one of the two schemes in force; ``theme.apply_theme`` then repaints everything."""
    global _active
    _active = DARK if dark else LIGHT
    return _active
