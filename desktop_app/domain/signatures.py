"""The two spellings of an ECDSA signature over P-256, of which only one counts.

Whoever sees a signature (r, s) can write down (r, order - s), which verifies as well. What we sign has the smaller of
the two, and what we verify must have it: so nothing that was signed can be spelled anew.
"""

from __future__ import annotations

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group P-256 (FIPS 186-4, D.1.2.3)."""


def one_spelling(s: int) -> int:
    """The spelling of ``s`` that counts."""
    return min(s, P256_ORDER - s)


def is_one_spelling(s: int) -> bool:
    """Whether ``s`` is spelled as it counts."""
    return s == one_spelling(s)
