"""What every service needs, made once when the shop opens: file, vault, clock, who acts, and who wants to know."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from desktop_app.storage import audit
from desktop_app.storage.audit import canonical
from desktop_app.storage.database import Database
from desktop_app.storage.vault import Vault
from desktop_app.storage.vault_rotation import current_generation

__all__ = ["Change", "Clock", "Context", "canonical", "chunks", "login_name", "system_clock"]

Clock = Callable[[], datetime]
Follower = Callable[[Session, int, str], None]
"""Called for every event in its transaction, with the event's seq and kind."""


def system_clock() -> datetime:
    """The time of this machine, UTC."""
    return datetime.now(UTC)


def login_name() -> str:
    """Who is at the computer, where the shop does not say who works in it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no such user; on Windows there is nothing to look it up in
        return os.environ.get("COMPUTERNAME", "operator")


@dataclass(frozen=True, slots=True)
class Change:
    """Which areas of the shop a write touched; pages decide from it whether to reload."""

    areas: frozenset[str]


@dataclass(slots=True)
class Context:
    """Shared by the services of one open shop. ``actor`` is who signs the events."""

    database: Database
    vault: Vault
    data_dir: Path
    actor: str
    clock: Clock = system_clock
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    listeners: list[Callable[[Change], None]] = field(default_factory=list)
    followers: list[Follower] = field(default_factory=list)

    @property
    def shop_uuid(self) -> str:
        """The id of the shop, which the event log and the vault are bound to."""
        return self.database.shop_uuid

    def read(self) -> AbstractContextManager[Session]:
        """One snapshot of the shop; nothing can be written through it."""
        return self.database.read()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction; it takes the write lock at its start, and any exception undoes all of it.

        :class:`ConflictError` when another program replaced the keys of the vault since it was unlocked here.
        """
        with self.database.write() as session:
            if self.vault.is_unlocked:
                self.vault.require_generation(current_generation(session.connection()))
            yield session

    def record(
        self,
        session: Session,
        kind: str,
        entity: str,
        entity_id: int,
        *,
        order_id: int | None = None,
        facts: dict[str, Any] | None = None,
    ) -> int:
        """Append an event in the same transaction; ``facts`` hold no card key and no buyer's data. Returns its seq."""
        seq = audit.append(
            session,
            shop_uuid=self.shop_uuid,
            kind=kind,
            actor=self.actor,
            at=self.clock(),
            entity=entity,
            entity_id=entity_id,
            order_id=order_id,
            facts=facts or {},
        )
        for follower in self.followers:
            follower(session, seq, kind)
        return seq

    def announce(self, *areas: str) -> None:
        """Tell the listeners after a commit; called outside the transaction, on the thread that wrote."""
        change = Change(frozenset(areas))
        for listener in tuple(self.listeners):
            listener(change)


def chunks(items: Iterable[int], size: int = 500) -> Iterable[list[int]]:
    """``items`` in lists of at most ``size``: SQLite bounds the number of variables of a statement."""
    batch: list[int] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
