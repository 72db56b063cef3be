"""What every test stands on."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Before Qt is loaded: without a display its default platform aborts the process. A platform of the caller's is kept.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# How long an example takes says how busy the machine is.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
