"""Errors whose text reaches a merchant.

Every refusal is one sentence in both languages, written where it is raised, so that neither a front end nor a
translation file can lag behind. Anything that is not a :class:`ShopError` is a bug.
"""

from __future__ import annotations


class ShopError(Exception):
    """A refusal that a merchant can act on: what is wrong, where, and what to do.

    ``en`` and ``zh`` are ``str.format`` templates that share the named ``facts``; buyers' text belongs into the
    facts, never into the templates.
    """

    def __init__(self, en: str, zh: str, **facts: object) -> None:
        self.en = en.format(**facts)
        self.zh = zh.format(**facts)
        self.facts = facts
        super().__init__(self.en)

    def text(self, language: str) -> str:
        """The sentence in ``language`` (``zh...`` is Chinese, everything else English)."""
        return self.zh if language.lower().startswith("zh") else self.en


class BadInputError(ShopError):
    """A value or a file cannot be used; names file, line and field where there are any."""


class NotFoundError(ShopError):
    """The thing asked for is not in this shop."""


class RefusedError(ShopError):
    """A rule of the domain forbids the step."""


class ConflictError(ShopError):
    """Something changed meanwhile: look again and repeat."""


class LockedError(ShopError):
    """Card keys and buyers' data are sealed: unlock the shop first."""


class StorageError(ShopError):
    """The shop file or folder cannot be used: in use, newer, damaged, full, or on a network drive."""


class CancelledError(ShopError):
    """The merchant cancelled a long piece of work; nothing of it was kept."""
