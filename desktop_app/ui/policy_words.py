"""What the policy linter found, in words that say why it matters and what to do."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from desktop_app.domain.policies import LintCode, LintWarning

_CONTEXT = "policy_words"

_WORDS: dict[LintCode, object] = {
    LintCode.FEE_ABOVE_TEN_PERCENT: QT_TRANSLATE_NOOP(
        "policy_words", "More than 10 % counts as unfair: buyers, platforms and 12315 bring it down."
    ),
    LintCode.FEE_ABOVE_CAP: QT_TRANSLATE_NOOP(
        "policy_words", "Higher than the largest fee below, which is all that will be charged."
    ),
    LintCode.FEE_UNDISCLOSED: QT_TRANSLATE_NOOP(
        "policy_words", "A fee that buyers are not clearly shown is not owed: the refund will be in full."
    ),
    LintCode.OFFICIAL_WITH_FEE: QT_TRANSLATE_NOOP(
        "policy_words", "Official shops refund without a fee: this rate will never be charged."
    ),
    LintCode.WINDOW_MISSING: QT_TRANSLATE_NOOP(
        "policy_words", "Without a refund window every request is late, and buyers have nothing to go by."
    ),
    LintCode.REFUND_POLICY_MISSING: QT_TRANSLATE_NOOP(
        "policy_words", "Write down when and how you refund: without it the platform's rules apply."
    ),
    LintCode.VOID_CLAUSE: QT_TRANSLATE_NOOP(
        "policy_words",
        "A sentence here shuts out every refund. Such a term is void (Consumer Law Art. 26) and carries no refusal: "
        "say for which state of the goods it holds.",
    ),
}
_UNDISCLOSED_NOTE = QT_TRANSLATE_NOOP("policy_words", "Say the fee here in the words the buyer reads before paying.")


def lint_text(warning: LintWarning) -> str:
    """One sentence for a warning."""
    text = _WORDS[warning.code]
    if warning.code is LintCode.FEE_UNDISCLOSED and warning.field == "fee_note":
        text = _UNDISCLOSED_NOTE
    return QCoreApplication.translate(_CONTEXT, str(text))
