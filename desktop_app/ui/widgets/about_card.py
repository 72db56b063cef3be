"""Which program this is, and under which licences its parts stand."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from PySide6.QtWidgets import QWidget

from desktop_app.paths import resources
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.widgets.basics import Card, plain_label, push_button, row_of
from desktop_app.ui.widgets.dialogs import TextDialog

PARTS = (
    ("Qt, PySide6", "LGPL-3.0"),
    ("SQLModel, SQLAlchemy, Alembic, pydantic", "MIT"),
    ("cryptography", "Apache-2.0 / BSD-3-Clause"),
    ("reportlab, rl_accel, XlsxWriter", "BSD-3-Clause / BSD-2-Clause"),
    ("pypdfium2, PDFium", "Apache-2.0 / BSD-3-Clause"),
    ("pyHanko, typer, platformdirs, python-calamine, chinese-calendar, keyring", "MIT"),
    ("tzdata, zxing-cpp", "Apache-2.0"),
    ("Zint", "BSD-3-Clause"),
    ("Pillow", "MIT-CMU"),
    ("Noto Sans SC, JetBrains Mono", "OFL-1.1"),
    ("Lucide", "ISC"),
)


def program_version() -> str:
    """The version that is installed; empty in a checkout that was not installed."""
    try:
        return version("kamidesk")
    except PackageNotFoundError:
        return ""


def licence_text() -> str:
    """The parts with their licences, then the texts that stand beside the program."""
    lines = [f"{name}: {licence}" for name, licence in PARTS]
    texts = []
    for path in (
        resources().parent / "LICENSE",
        resources() / "icons" / "LICENSE",
        *sorted((resources() / "fonts").glob("LICENSE_*.txt")),
    ):
        if path.is_file():
            texts.append(f"— {path.parent.name}/{path.name} —\n\n{path.read_text(encoding='utf-8')}")
    return "\n\n".join(["\n".join(lines), *texts])


class AboutCard(Card):
    """Name, version, licence."""

    def __init__(self, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__("about_card", parent=parent)
        self._window = window
        self.body.addWidget(plain_label(self.tr("About"), role="section"))
        self.body.addWidget(
            plain_label(
                self.tr(
                    "Kamidesk {version}, MIT licence. It works on this computer and sends nothing anywhere."
                ).format(version=program_version()),
                role="muted",
                name="about_text",
                wrap=True,
            )
        )
        self.body.addLayout(
            row_of(push_button(self.tr("Licences"), "licences_button", self._show_licences, icon="scale"), 1)
        )

    def _show_licences(self) -> None:
        TextDialog(
            self._window.dialog_parent(),
            self.tr("Licences"),
            self.tr("Kamidesk is made with these parts; thanks to the people who wrote them."),
            licence_text(),
        ).open()
