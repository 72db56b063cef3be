"""A shop of schema version 1 in a real file, and the values that tests refer to."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from desktop_app.storage.database import Database

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture(scope="session")
def first_version() -> ModuleType:
    """The module that freezes schema version 1 and fills its fixture."""
    spec = importlib.util.spec_from_file_location(
        "freeze_first_version", Path(__file__).with_name("freeze_first_version.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def shop_path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "shop.db"


@pytest.fixture
def database(shop_path: Path, first_version: ModuleType) -> Iterator[Database]:
    """An open shop with one product, one key in stock, one paid order of one unit and one open request."""
    opened = Database.create(shop_path, at=AT, fill=first_version._fill)
    yield opened
    opened.close()
