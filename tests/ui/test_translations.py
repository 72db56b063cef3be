"""Whatever the program says, it says in English and in Chinese, with the same facts in both."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.ui.app import load_language
from desktop_app.ui.jobs import ImmediateJobs
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.page_table import PAGES

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "desktop_app"
CJK = re.compile(r"[\u4e00-\u9fff]")
PLACE = re.compile(r"\{(\w*)\}")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff”）][,;:!?(]|[,;:!?)][\u4e00-\u9fff“（]")


def _packaging(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"kamidesk_{name}", ROOT / "packaging" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # its dataclasses look their module up
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


translations = _packaging("translations")


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    return {path.relative_to(ROOT): ast.parse(path.read_text("utf-8")) for path in sorted(PROGRAM.rglob("*.py"))}


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[QApplication]:
    """The application in Chinese, as it stands after the set-up; in no language at all when the test is over."""
    _packaging("bootstrap").compile_translations()
    before = QLocale()
    assert load_language(qapp, "zh") == "zh"
    yield qapp
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(before)


def _calls(tree: ast.Module, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = (
                called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
            )
            if name in names:
                yield node


def test_every_text_of_the_window_is_translated(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.ts"
    translations.extract(fresh)
    wanted = {(text.context, text.source, text.comment) for text in translations.texts(fresh)}
    assert len(wanted) > 1000
    kept = list(translations.texts(translations.CHINESE))
    assert wanted == {(text.context, text.source, text.comment) for text in kept}
    assert [text.source for text in kept if not text.is_finished or not text.translation.strip()] == []


def test_translations_keep_places_punctuation_and_room() -> None:
    for text in translations.texts(translations.CHINESE):
        where = f"{text.context}: {text.source} -> {text.translation}"
        assert sorted(PLACE.findall(text.source)) == sorted(PLACE.findall(text.translation)), where
        assert text.source.count("%n") == text.translation.count("%n"), where
        assert text.source.count("\n") == text.translation.count("\n"), where
        # text in front of a number or behind it brings its own space
        assert text.source[:1].isspace() == text.translation[:1].isspace(), where
        assert text.source[-1:].isspace() == text.translation[-1:].isspace(), where
        assert text.source.endswith("…") == text.translation.endswith("…"), where
        assert not HALF_WIDTH.search(text.translation), where


def test_only_whole_texts_are_translated(trees: dict[Path, ast.Module]) -> None:
    """lupdate extracts an f-string that never matches at run time, and cannot see a text that is put together."""
    for path, tree in trees.items():
        for call in _calls(tree, "tr"):
            assert call.args, f"{path}:{call.lineno}"
            assert isinstance(call.args[0], ast.Constant), f"{path}:{call.lineno}: {ast.unparse(call)}"
        for call in _calls(tree, "tr", "translate", "QT_TRANSLATE_NOOP"):
            assert not any(isinstance(argument, ast.JoinedStr) for argument in call.args), f"{path}:{call.lineno}"


def test_lupdate_sees_every_text_of_the_code(trees: dict[Path, ast.Module]) -> None:
    """Text by text against the syntax tree: a text that lupdate overlooks would stay English without a warning."""
    known = {(text.context, text.source) for text in translations.texts(translations.CHINESE)}
    for path, tree in trees.items():
        for owner in ast.walk(tree):
            if isinstance(owner, ast.ClassDef):
                for call in _calls(ast.Module(owner.body, []), "tr"):
                    assert (owner.name, ast.literal_eval(call.args[0])) in known, f"{path}:{call.lineno}"
        for call in _calls(tree, "translate", "QT_TRANSLATE_NOOP"):
            if len(call.args) >= 2 and all(isinstance(argument, ast.Constant) for argument in call.args[:2]):
                context, source = (ast.literal_eval(argument) for argument in call.args[:2])
                assert (context, source) in known, f"{path}:{call.lineno}"


def test_the_translation_compiles_without_a_word(tmp_path: Path) -> None:
    compiled = tmp_path / "kamidesk_zh_CN.qm"
    name = "pyside6-lrelease.exe" if sys.platform == "win32" else "pyside6-lrelease"
    tool = Path(sys.executable).with_name(name)
    done = subprocess.run(
        [str(tool), "-silent", str(translations.CHINESE), "-qm", str(compiled)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout + done.stderr).strip() == ""
    translator = QTranslator()
    assert translator.load(str(compiled))
    for text in translations.texts(translations.CHINESE):
        assert translator.translate(text.context, text.source, text.comment or None) == text.translation


def test_a_chinese_system_reads_chinese_in_the_whole_window(
    chinese: QApplication, qtbot: QtBot, immediate_jobs: ImmediateJobs
) -> None:
    window = MainWindow(immediate_jobs)
    qtbot.addWidget(window)
    shown = [window.navigation.item(row).text() for row in range(window.navigation.count())]
    assert len(shown) == len(PAGES)
    assert all(CJK.search(title) for title in shown), shown
    assert "退款申请" in shown
    # what Qt says itself: the buttons of its own dialogs
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"


def _shop_errors(trees: dict[Path, ast.Module]) -> set[str]:
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"ShopError"}
    while more := {name for name, parents in bases.items() if parents & found} - found:
        found |= more
    return found


def _said(node: ast.expr) -> list[str] | None:
    """The sentences that an argument can be; None for one that comes from a table or another function."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        both = [_said(node.body), _said(node.orelse)]
        return None if None in both else [text for texts in both if texts is not None for text in texts]
    return None


def test_every_refusal_says_the_same_in_both_languages(trees: dict[Path, ast.Module]) -> None:
    errors = _shop_errors(trees)
    assert {"BadInputError", "CancelledError", "StorageError"} <= errors
    seen = 0
    for path, tree in trees.items():
        for call in _calls(tree, *errors):
            where = f"{path}:{call.lineno}"
            if any(isinstance(argument, ast.Starred) for argument in call.args):
                continue
            assert len(call.args) == 2, where
            english, chinese_texts = (_said(argument) for argument in call.args)
            assert (english is None) == (chinese_texts is None), where
            for en, zh in zip(english or (), chinese_texts or (), strict=True):
                seen += 1
                _assert_pair(en, zh, where)
                passed = {keyword.arg for keyword in call.keywords}
                missing = set(PLACE.findall(en + zh)) - passed
                assert not missing or None in passed, f"{where}: {missing}"
    assert seen > 200


def test_every_pair_of_words_says_the_same_in_both_languages(trees: dict[Path, ast.Module]) -> None:
    """The tables of words: (English, Chinese) wherever two texts stand side by side."""
    seen = 0
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Tuple) and len(node.elts) == 2:
                en, zh = (_said(item) for item in node.elts)
                if en and zh and CJK.search(zh[0]) and not CJK.search(en[0]):
                    seen += 1
                    _assert_pair(en[0], zh[0], f"{path}:{node.lineno}")
    assert seen > 200


def _assert_pair(en: str, zh: str, where: str) -> None:
    words_zh, words_en = PLACE.sub("", zh), PLACE.sub("", en)
    assert CJK.search(words_zh) or not re.search(r"\w", words_en), f"{where}: no Chinese: {zh}"
    said = {_fact(name) for name in PLACE.findall(en)}, {_fact(name) for name in PLACE.findall(zh)}
    assert said[0] == said[1], f"{where}: {en} / {zh}"
    assert not HALF_WIDTH.search(zh), f"{where}: half-width punctuation: {zh}"


def _fact(name: str) -> str:
    """A fact that is itself a word has a name in each language: the field and its label, why_en and why_zh."""
    if name in ("field", "column", "what", "label"):
        return "label"
    return re.sub(r"^(en|zh)_|_(en|zh)$", "", name)
