"""The application around the window: fonts, language, colours, bug reports."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QSettings, QTranslator
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from desktop_app.paths import resources
from desktop_app.ui import labels
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import IS_STYLED, STYLE, Scheme, apply_theme, load_fonts

SWITCH_SECONDS = 0.0005
"""How long a thread may compute while the window wants its turn."""


def run(data_dir: Path, argv: Sequence[str] = ()) -> int:
    """Open the window on the shop of ``data_dir`` and stay until it is closed; returns the exit status."""
    # a thread that works must not keep the window waiting five milliseconds for every call of Qt
    sys.setswitchinterval(SWITCH_SECONDS)
    app = make_application(argv)
    jobs = Jobs()
    window = MainWindow(jobs)
    reporter = _report_bugs(window, data_dir)

    def open_shop() -> None:
        from desktop_app.ui.opening import Opening
        from desktop_app.ui.session_end import SessionEnd

        SessionEnd(app)  # before there is a shop, a signal may end the program as it likes
        Opening(window, jobs, data_dir).start()

    window.first_painted.connect(open_shop)
    window.show()
    # a session of Windows that ends does not come back from the loop
    app.aboutToQuit.connect(window.leave)
    status = app.exec()
    reporter.uninstall()
    if not jobs.cancel_all(0):
        # a worker that waits for a dead disk or a keyring: Python and Qt would wait for it for ever
        sys.stderr.flush()
        os._exit(status)
    return status


def make_application(argv: Sequence[str] = (), *, language: str | None = None) -> QApplication:
    """The one QApplication, dressed; the one that exists already when there is one."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        app = existing
    else:
        app = QApplication(["kamidesk", "-style", STYLE, *argv])
        app.setProperty(IS_STYLED, True)
    # ASCII: assistive technology and the settings file go by this name. No display name: Qt would append it to
    # every window title.
    app.setApplicationName("kamidesk")
    app.setOrganizationName("kamidesk")
    app.setDesktopFileName("kamidesk")
    app.setWindowIcon(QIcon(str(resources() / "icons" / "kamidesk.svg")))
    load_fonts()
    settings = QSettings()
    load_language(app, language or str(settings.value("ui/language", "system", type=str)))
    apply_theme(app, _scheme())
    app.styleHints().colorSchemeChanged.connect(_Follower(app).follow)
    return app


def load_language(app: QApplication, choice: str) -> str:
    """Load the translations of ``choice``: ``zh``, ``en``, or ``system``, where KAMIDESK_LANGUAGE comes first.

    Returns ``zh`` or ``en``.
    """
    wanted = choice
    if choice not in ("zh", "en"):
        named = os.environ.get("KAMIDESK_LANGUAGE") or next(iter(QLocale.system().uiLanguages()), "")
        wanted = "zh" if named.lower().startswith("zh") else "en"
    labels.set_language(wanted)
    if wanted == "zh":
        QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
        qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for name, folder in (("qtbase_zh_CN", qt_folder), ("kamidesk_zh_CN", str(resources() / "i18n"))):
            translator = QTranslator(app)
            if translator.load(name, folder):
                app.installTranslator(translator)
    else:
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    return wanted


def _scheme() -> Scheme:
    stored = str(QSettings().value("ui/theme", Scheme.SYSTEM.value, type=str))
    return Scheme(stored) if stored in set(Scheme) else Scheme.SYSTEM


class _Follower(QObject):
    """Follows the desktop from light to dark and back while the setting says so."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app

    def follow(self) -> None:
        if _scheme() is Scheme.SYSTEM:
            apply_theme(self._app, Scheme.SYSTEM)


def _report_bugs(window: MainWindow, data_dir: Path) -> Any:
    from desktop_app.ui.bug_reports import BugReporter

    reporter = BugReporter(data_dir / "logs" / "kamidesk.log", window.dialog_parent, _installed_version)
    reporter.refused.connect(window.show_error)
    reporter.install()
    return reporter


def _installed_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("kamidesk")
    except PackageNotFoundError:
        return "from a checkout"
