"""Settings: defaults, what is refused, and what a change sets in motion."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from desktop_app.domain.errors import BadInputError
from desktop_app.services.settings import Settings, ShopSettings
from desktop_app.services.shop_settings import working_days_of
from tests.services.desk import Desk


def test_a_new_shop_has_the_defaults(desk: Desk) -> None:
    assert Settings(desk.context).get() == ShopSettings()


def test_what_was_saved_reads_back_and_only_changes_are_logged(desk: Desk, tmp_path: Path) -> None:
    settings = Settings(desk.context)
    wanted = ShopSettings(
        shop_name="山海点卡",
        icp="沪ICP备2026000001号",
        time_zone="Asia/Tokyo",
        language="zh",
        theme="dark",
        auto_lock_minutes=0,
        clipboard_seconds=60,
        working_day_overrides={"2026-12-31": False, "2026-11-22": True},
        drop_folder=str(tmp_path),
        operator="小周",
    )
    settings.save(wanted)
    assert settings.get() == wanted
    settings.save(replace(wanted, theme="light"))
    assert [set(event["facts"]) for event in desk.events("settings.changed")][1:] == [{"theme"}]  # type: ignore[call-overload]
    settings.save(replace(wanted, theme="light"))
    assert len(desk.events("settings.changed")) == 2
    assert desk.changes[-1] == frozenset({"settings"})


def test_zone_operator_and_working_days_take_effect_at_once(desk: Desk) -> None:
    settings = Settings(desk.context)
    settings.save(ShopSettings(time_zone="Europe/Berlin", operator="小周", working_day_overrides={"2026-11-23": False}))
    assert desk.context.zone.key == "Europe/Berlin"
    assert desk.context.actor == "小周"
    with desk.context.read() as session:
        days = working_days_of(session)
    assert days.is_working_day(date(2026, 11, 23)) == (False, False)
    assert days.is_working_day(date(2026, 11, 24)) == (True, False)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"time_zone": "Mars/Olympus"}, "time zone"),
        ({"time_zone": "../../etc/passwd"}, "time zone"),
        ({"time_zone": "Asia"}, "time zone"),
        ({"time_zone": ""}, "time zone"),
        ({"language": "fr"}, "language"),
        ({"theme": "pink"}, "theme"),
        ({"auto_lock_minutes": -1}, "Lock"),
        ({"auto_lock_minutes": 1441}, "Lock"),
        ({"clipboard_seconds": 4}, "clipboard"),
        ({"working_day_overrides": {"2026-02-30": True}}, "Working days"),
        ({"working_day_overrides": {"": True}}, "Working days"),
        ({"working_day_overrides": {"2026-02-03": 1}}, "Working days"),
        ({"drop_folder": "intake"}, "drop folder"),
        ({"shop_name": "a\nb"}, "shop name"),
        ({"operator": "x" * 61}, "operator"),
    ],
)
def test_unusable_settings_are_refused_by_field(desk: Desk, changed: dict[str, object], named: str) -> None:
    settings = Settings(desk.context)
    with pytest.raises(BadInputError, match=named):
        settings.save(replace(ShopSettings(), **changed))  # type: ignore[arg-type]
    assert settings.get() == ShopSettings()
    assert desk.context.zone.key == "Asia/Shanghai"
