"""Reading and changing the settings of the shop."""

from __future__ import annotations

from dataclasses import fields, replace
from zoneinfo import ZoneInfo

from desktop_app.services.context import Context, canonical
from desktop_app.services.shop_settings import ShopSettings, checked, read_settings
from desktop_app.services.verdicts import refresh_all_due
from desktop_app.storage.tables import SettingRow

__all__ = ["Settings", "ShopSettings"]

_CLOCK_FIELDS = ("time_zone", "working_day_overrides")


class Settings:
    """The settings of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def get(self) -> ShopSettings:
        """The settings as they are now."""
        with self._context.read() as session:
            return read_settings(session)

    def save(self, settings: ShopSettings) -> None:
        """Store what differs; :class:`BadInputError` names a field that cannot be used.

        Another time zone or working day moves the clocks of the open requests, in the same transaction.
        """
        new = checked(settings)
        context = self._context
        zone = ZoneInfo(new.time_zone)
        with context.write() as session:
            old = read_settings(session)
            changes = {
                item.name: (getattr(old, item.name), getattr(new, item.name))
                for item in fields(ShopSettings)
                if getattr(old, item.name) != getattr(new, item.name)
            }
            if not changes:
                return
            for key, (_, value) in changes.items():
                session.merge(SettingRow(key=key, value=canonical(value), updated_at=context.clock()))
            session.flush()
            if any(name in changes for name in _CLOCK_FIELDS):
                refresh_all_due(replace(context, zone=zone), session)
            context.record(
                session,
                "settings.changed",
                "settings",
                0,
                facts={key: {"from": before, "to": after} for key, (before, after) in changes.items()},
            )
        context.zone = zone
        if new.operator and "operator" in changes:
            context.actor = new.operator
        context.announce("settings")
