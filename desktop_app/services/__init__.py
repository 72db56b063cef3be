"""What the desk does: one class per noun, one method per transaction. A front end needs only :class:`Shop`.

``Shop`` and ``Change`` are imported when they are first asked for: what is light in here, such as the first look of
:mod:`desktop_app.services.early_desk`, must not wait for the database's libraries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desktop_app.services.context import Change
    from desktop_app.services.shop import Shop

__all__ = ["Change", "Shop"]


def __getattr__(name: str) -> Any:
    if name == "Shop":
        from desktop_app.services.shop import Shop

        return Shop
    if name == "Change":
        from desktop_app.services.context import Change

        return Change
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
