"""Bring resources/i18n up to date with the texts of the window and say what is not translated yet.

    python packaging/translations.py

Runs with the Python of .venv, whose PySide6 brings lupdate: new texts enter the .ts unfinished, texts that are gone
leave it, and the places of the texts in the code are not written, so that the file changes only when a text does.
Translate what is reported, in Qt Linguist or in any editor; `bootstrap.py` compiles the .ts when it sets up. Exit
status 1 as long as a text waits for its translation.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHINESE = ROOT / "resources" / "i18n" / "kamidesk_zh_CN.ts"
WINDOW = ROOT / "desktop_app" / "ui"


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the window: the class or area that says it, the English, and the translation."""

    context: str
    source: str
    comment: str
    translation: str
    is_finished: bool


def extract(target: Path) -> None:
    """Merge the texts of the code as it is into ``target``, a .ts; a file that does not exist is begun."""
    sources = sorted(WINDOW.rglob("*.py"))
    with tempfile.TemporaryDirectory() as folder:
        # a list, because a command line has an end and the window keeps growing
        listed = Path(folder, "sources")
        listed.write_text("\n".join(map(str, sources)), "utf-8")
        options = [
            "-silent",
            "-no-obsolete",
            "-locations",
            "none",
            "-source-language",
            "en",
            "-target-language",
            "zh_CN",
        ]
        tool = Path(sys.executable).with_name("pyside6-lupdate.exe" if sys.platform == "win32" else "pyside6-lupdate")
        subprocess.run([str(tool), f"@{listed}", *options, "-ts", str(target)], check=True)


def texts(path: Path) -> Iterator[Text]:
    """Every text of a .ts, in its order."""
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is None:
                continue
            yield Text(
                context.findtext("name", ""),
                message.findtext("source", ""),
                message.findtext("comment", ""),
                "".join(translation.itertext()),
                translation.get("type") is None,
            )


def main() -> int:
    extract(CHINESE)
    everything = list(texts(CHINESE))
    waiting = [text for text in everything if not text.is_finished]
    for text in waiting:
        print(f"{text.context}: {text.source}")
    print(f"{len(everything)} texts, {len(waiting)} to translate, in {CHINESE.relative_to(ROOT)}")
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main())
