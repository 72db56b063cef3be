"""What the desk does: one class per noun, one method per transaction. A front end needs only :class:`Shop`."""

from __future__ import annotations

from desktop_app.services.context import Change
from desktop_app.services.shop import Shop

__all__ = ["Change", "Shop"]
