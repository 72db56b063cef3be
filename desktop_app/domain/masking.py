"""What of personal data is shown to those who need not read it."""

from __future__ import annotations

HIDDEN = "****"


def mask(text: str) -> str:
    """``text`` so that its owner knows it and nobody else: ``138****2266``, ``st****77``, ``王*``."""
    name, at, domain = text.partition("@")
    if at:
        return f"{name[:1]}{HIDDEN}@{domain}"
    length = len(text)
    if length <= 1:
        return "*" * length
    if length <= 3:
        return text[0] + "*" * (length - 1)
    shown = 1 if length <= 6 else 2 if length <= 10 else 3
    return f"{text[:shown]}{HIDDEN}{text[-(4 if length >= 11 else shown) :]}"
