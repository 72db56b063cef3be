"""A step that waits its turn while another program writes to the shop, and the window stays alive meanwhile.

On the window's thread the services refuse at once what another program's write lock stands against (BusyError:
nothing was begun), instead of waiting with the window frozen. The step is then taken again until there is room.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from desktop_app.domain.errors import BusyError, ShopError

AGAIN_MS = 150
TRIES = 240
"""Together with what each of them waits itself, a minute."""


class _Attempt(QObject):
    """Goes with its owner: a step whose dialog or page was closed is not taken any more."""

    def __init__(
        self,
        owner: QObject,
        step: Callable[[], Any],
        done: Callable[[Any], object],
        failed: Callable[[ShopError], object],
        waiting: Callable[[str], object],
    ) -> None:
        super().__init__(owner)
        self._step = step
        self._done = done
        self._failed = failed
        self._waiting = waiting
        self._left = TRIES

    def go(self) -> None:
        try:
            answer = self._step()
        except BusyError as error:
            if self._left == TRIES:
                self._waiting(waiting_text())
            self._left -= 1
            if self._left:
                QTimer.singleShot(AGAIN_MS, self, self.go)
            else:
                self._end()
                self._failed(error)
        except ShopError as error:
            self._end()
            self._failed(error)
        except Exception:
            # a bug, for the excepthook: the owner waits for nothing any more
            self._end()
            raise
        else:
            self._end()
            self._done(answer)

    def _end(self) -> None:
        # at once, so that the owner can take its next step in what it does about this one
        self.setParent(None)
        self.deleteLater()


def attempt(
    owner: QObject,
    step: Callable[[], Any],
    done: Callable[[Any], object],
    failed: Callable[[ShopError], object],
    waiting: Callable[[str], object],
) -> None:
    """Call ``step`` and hand its answer to ``done``, or its ShopError to ``failed``: at once, or when the shop is free.

    ``waiting`` is given a sentence for the merchant when it takes longer. While a step of ``owner`` waits, no other
    one is taken: clicking twice must not do it twice.
    """
    if is_waiting(owner):
        waiting(waiting_text())
    else:
        _Attempt(owner, step, done, failed, waiting).go()


def is_waiting(owner: QObject) -> bool:
    """Whether a step of ``owner`` waits for its turn."""
    return any(isinstance(child, _Attempt) for child in owner.children())


def waiting_text() -> str:
    return QCoreApplication.translate(
        "Attempts", "Another program is writing to the shop; this step is taken as soon as it is done…"
    )
