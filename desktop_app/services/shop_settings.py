"""What the merchant set for the shop: business rules and facts that belong into a backup."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel import Session, select

from desktop_app.domain.errors import BadInputError
from desktop_app.domain.working_days import WorkingDays
from desktop_app.services.cases import working_days
from desktop_app.services.form_fields import FieldName, day_field, line_field, number_field, text_field
from desktop_app.storage.tables import SettingRow

LANGUAGES = ("system", "zh", "en")
THEMES = ("system", "light", "dark")

_OVERRIDES = FieldName("Working days", "工作日调整")
_WEB_ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_ZONE_NAME = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*")


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """``working_day_overrides``: ISO day to worked or not. ``auto_lock_minutes`` 0: never by itself.

    ``lock_with_screen``: also when the screen is locked or the computer goes to sleep, where the system tells.
    """

    shop_name: str = ""
    icp: str = ""
    licence: str = ""
    contact: str = ""
    time_zone: str = "Asia/Shanghai"
    language: str = "system"
    theme: str = "system"
    auto_lock_minutes: int = 5
    lock_with_screen: bool = True
    clipboard_seconds: int = 20
    working_day_overrides: Mapping[str, bool] = field(default_factory=dict)
    drop_folder: str = ""
    operator: str = ""
    backup_folder: str = ""  # empty: beside the shop
    timestamp_url: str = ""  # of an RFC 3161 authority; empty: no time stamps


def read_settings(session: Session) -> ShopSettings:
    """The settings of this shop; what was never set has its default."""
    known = {item.name for item in fields(ShopSettings)}
    stored = {row.key: json.loads(row.value) for row in session.exec(select(SettingRow)).all() if row.key in known}
    return ShopSettings(**stored)


def working_days_of(session: Session) -> WorkingDays:
    """The working days of this shop: the calendar with the merchant's corrections."""
    row = session.get(SettingRow, "working_day_overrides")
    return working_days(row.value if row else None)


def checked(settings: ShopSettings) -> ShopSettings:
    """``settings`` cleaned; :class:`BadInputError` names the first field that cannot be used."""
    return replace(
        settings,
        shop_name=line_field(FieldName("The shop name", "店铺名称"), settings.shop_name, longest=80),
        icp=line_field(FieldName("The ICP number", "ICP 备案号"), settings.icp, longest=80),
        licence=line_field(FieldName("The business licence number", "营业执照号"), settings.licence, longest=80),
        contact=text_field(FieldName("The contact", "联系方式"), settings.contact, longest=200),
        time_zone=_time_zone(settings.time_zone),
        language=_choice(FieldName("The language", "界面语言"), settings.language, LANGUAGES),
        theme=_choice(FieldName("The theme", "界面主题"), settings.theme, THEMES),
        auto_lock_minutes=number_field(
            FieldName("Lock after minutes", "自动锁定（分钟）"), settings.auto_lock_minutes, most=1440
        ),
        clipboard_seconds=number_field(
            FieldName("Clear the clipboard after seconds", "清空剪贴板（秒）"),
            settings.clipboard_seconds,
            least=5,
            most=300,
        ),
        working_day_overrides=_overrides(settings.working_day_overrides),
        drop_folder=_folder(FieldName("The drop folder", "收件文件夹"), settings.drop_folder),
        backup_folder=_folder(FieldName("The backup folder", "备份文件夹"), settings.backup_folder),
        operator=line_field(FieldName("The operator", "操作员"), settings.operator, longest=60),
        timestamp_url=_timestamp_url(settings.timestamp_url),
    )


def _choice(name: FieldName, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise BadInputError(
            "{field} must be one of {known}.",
            "{label}只能是 {known} 之一。",
            field=name.en,
            label=name.zh,
            known=", ".join(known),
        )
    return value


def _time_zone(value: str) -> str:
    text = value.strip()
    try:
        if _ZONE_NAME.fullmatch(text) is None:
            raise ValueError(text)
        ZoneInfo(text)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        # OSError: the name of a folder of the time zone database, such as "Asia"
        raise BadInputError(
            "The time zone “{value}” is not known; write it like Asia/Shanghai.",
            "不认识的时区“{value}”，请写成 Asia/Shanghai 这样的形式。",
            value=text[:40],
        ) from None
    return text


def _overrides(values: Mapping[str, bool]) -> dict[str, bool]:
    checked_days: dict[str, bool] = {}
    for day, worked in values.items():
        key = day_field(_OVERRIDES, day)
        if key is None or not isinstance(worked, bool):
            raise BadInputError(
                "Working days: every line needs a date and whether it is worked.",
                "工作日调整：每行都要有日期，并注明是否上班。",
            )
        checked_days[key] = worked
    return dict(sorted(checked_days.items()))


def _timestamp_url(value: str) -> str:
    text = line_field(FieldName("The time stamp address", "时间戳服务地址"), value, longest=300)
    if text and _WEB_ADDRESS.fullmatch(text) is None:
        raise BadInputError(
            "The time stamp address must start with http:// or https:// and name a server.",
            "时间戳服务地址须以 http:// 或 https:// 开头，并包含服务器名称。",
        )
    return text


def _folder(name: FieldName, value: str) -> str:
    text = line_field(name, value, longest=1000)
    if text and not Path(text).is_absolute():
        raise BadInputError(
            "{field} needs its full path, not “{value}”.",
            "{label}必须填写完整路径，不能是“{value}”。",
            field=name.en,
            label=name.zh,
            value=text[:80],
        )
    return text
