"""What a verdict is written in besides its kind: the rules, the flags, the options, and what may be missing."""

from __future__ import annotations

from enum import StrEnum


class RuleCode(StrEnum):
    """The rules, in the order in which they are tried."""

    G1 = "G1"
    N1 = "N1"
    G2A = "G2a"
    G2B = "G2b"
    G3A = "G3a"
    G3B = "G3b"
    M1 = "M1"
    M1B = "M1b"
    M2 = "M2"
    M3 = "M3"
    M4 = "M4"
    M5 = "M5"
    M6 = "M6"
    M7 = "M7"
    N4 = "N4"
    N2 = "N2"
    N3 = "N3"
    N15 = "N15"
    N13 = "N13"
    N12 = "N12"
    N14 = "N14"
    N6 = "N6"
    N7 = "N7"
    N8 = "N8"
    N9 = "N9"
    N10 = "N10"
    N11 = "N11"


class Flag(StrEnum):
    """What else is to be said of a verdict."""

    PAUSED = "paused"
    MANUAL_UNLOCK = "manual_unlock"
    NOTHING_LEFT = "nothing_left"
    SPECIFIC_REASON = "specific_reason"
    FALSE_REDEMPTION = "false_redemption"
    LATE_SHIPPING = "late_shipping"
    PROOF_INCOMPLETE = "proof_incomplete"
    LATE_NOTE = "late_note"
    DISCRETION = "discretion"
    FEE_UNDISCLOSED = "fee_undisclosed"
    FEE_CAPPED = "fee_capped"
    BALANCE_LIMITED = "balance_limited"
    OVERDUE = "overdue"


class Option(StrEnum):
    """A way to go on that the merchant may choose."""

    IDENTITY_CHECK = "identity_check"
    REOPEN = "reopen"
    REFUND_FULL = "refund_full"
    REFUND_DIFFERENCE = "refund_difference"
    COMPENSATE_AND_CONTINUE = "compensate_and_continue"
    REDELIVER = "redeliver"
    FREEZE_KEY = "freeze_key"
    PLATFORM = "platform"
    POLICE = "police"
    ATTACH_PROOF = "attach_proof"
    PARTIAL_REFUND = "partial_refund"


MERCHANT_CHECK = "merchant_check"
"""Stands in ``missing`` when not the buyer but the merchant has to look."""
