"""Sentences about disputes and requests that the window, the log and the paper share."""

from __future__ import annotations

from desktop_app.documents.code_words import is_chinese, word
from desktop_app.domain.states import DisputeOutcome, EscalationTarget

_SOURCES = {
    "hand": ("entered by the shop", "本店登记"),
    "file": ("from a file", "由文件导入"),
    "appeal": ("opened again after a dispute", "争议处理后重新受理"),
}


def request_source(source: str, language: str) -> str:
    """How a request came; a program that drops requests names itself, which is told as it stands."""
    pair = _SOURCES.get(source)
    return source if pair is None else pair[is_chinese(language)]


def won_reason(
    target: EscalationTarget, reference: str, request_no: str, outcome: DisputeOutcome, language: str
) -> str:
    """Why a request is approved although the rules say otherwise: which dispute about which request ended how."""
    where = word(target, language)
    if is_chinese(language):
        number = f"（编号 {reference}）" if reference else ""
        return f"申请 {request_no} 的争议经{where}{number}处理，结果：{word(outcome, language)}"
    number = f", no. {reference}" if reference else ""
    return f"Dispute about {request_no} ({where}{number}): {word(outcome, language).lower()}"
