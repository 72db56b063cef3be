"""A shop of the present schema in a real file, and the values that tests refer to."""

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
def freezing() -> ModuleType:
    """The module that freezes schema versions and fills their fixtures."""
    spec = importlib.util.spec_from_file_location("freeze_version", Path(__file__).with_name("freeze_version.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def shop_path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "shop.db"


@pytest.fixture
def database(shop_path: Path, freezing: ModuleType) -> Iterator[Database]:
    """An open shop with one product, one key in stock, one paid order of one unit and one open request."""
    opened = Database.create(shop_path, at=AT, fill=freezing._fill)
    yield opened
    opened.close()
