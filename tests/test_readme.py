"""The two READMEs and the help texts against the program: what they name exists, and what exists is named."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
import typer

from desktop_app.cli import app
from desktop_app.domain.refunds import RuleCode
from desktop_app.domain.states import EvidenceKind, ReasonCode
from desktop_app.exchange import acg_faka, card_system, dujiao_next
from desktop_app.exchange.card_formats import FORMATS
from desktop_app.exchange.csv_tables import Column
from desktop_app.exchange.key_files import COLUMN_NAMES
from desktop_app.exchange.order_files import ORDER_COLUMNS
from desktop_app.exchange.redemption_lines import LIST_COLUMNS
from desktop_app.exchange.request_files import REQUEST_COLUMNS, requests_in_json
from desktop_app.services.exports import EXPORTS
from desktop_app.ui.page_table import PAGES

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh-CN.md")
LANGUAGES = ("en", "zh")
HELP = ROOT / "resources" / "help"
TEXT_FORMATS = (acg_faka.TEXT_FORMAT, dujiao_next.TEXT_FORMAT, card_system.TEXT_FORMAT)
SCREENSHOTS = ROOT / "resources" / "screenshots"

_COMMAND_HEADS = ("| Command | Options |", "| 命令 | 选项 |")
_OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def rows_below(text: str, head: str) -> Iterator[list[str]]:
    """The cells of every row of every table whose first line begins with ``head``."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(head):
            next(lines)
            for row in lines:
                if not row.startswith("|"):
                    break
                yield [cell.strip() for cell in row.strip().strip("|").split("|")]


def column_table(columns: Sequence[Column], readme: str) -> list[str]:
    """The table of a file format as the READMEs print it; copy it from the failing test after a change."""
    chinese = readme != "README.md"
    lines = (
        ["| 中文列名 | 英文列名 | 必填 | 示例 | 含义 | 也可写作 |", "|---|---|---|---|---|---|"]
        if chinese
        else ["| Name | Chinese name | Needed | Example | Meaning | Also called |", "|---|---|---|---|---|---|"]
    )
    for column in columns:
        names = (column.zh, f"`{column.name}`") if chinese else (f"`{column.name}`", column.zh)
        needed = ("是" if chinese else "yes") if column.required else ""
        meaning = column.meaning_zh if chinese else column.meaning_en
        aliases = ("、" if chinese else ", ").join(column.aliases)
        lines.append(f"| {names[0]} | {names[1]} | {needed} | `{column.example}` | {meaning} | {aliases} |")
    return lines


def key_table(readme: str) -> list[str]:
    chinese = readme != "README.md"
    words = {
        "key": ("The whole key", "完整卡密"),
        "number": ("Card number or account", "卡号或账号"),
        "password": ("Its password", "对应的密码"),
        "face": ("Face value in yuan", "面值（元）"),
        "cost": ("Cost of one in yuan", "单张成本（元）"),
        "expiry": ("Last usable day", "最后可用日期"),
        "note": ("Note", "备注"),
        "status": ("Whether it is still for sale", "是否仍可出售"),
    }
    head = "| 含义 | 可识别的列名 |" if chinese else "| Meaning | Header names |"
    rows = [f"| {words[role.value][chinese]} | {', '.join(names)} |" for role, names in COLUMN_NAMES.items()]
    return [head, "|---|---|", *rows]


def format_table(readme: str) -> list[str]:
    chinese = readme != "README.md"
    titles = dict.fromkeys(one.title[chinese] for one in (*FORMATS, *TEXT_FORMATS))
    return ["| 清单 |" if chinese else "| List |", "|---|", *(f"| {title} |" for title in titles)]


def commands() -> dict[str, Any]:
    """Every command that does something, by its words; the program itself is the empty text."""

    def walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        children = getattr(command, "commands", None)
        if children is None or not path:
            yield " ".join(path), command
        for name, child in (children or {}).items():
            yield from walk(child, (*path, name))

    return dict(walk(typer.main.get_command(app), ()))


def command_rows(readme: str) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    for head in _COMMAND_HEADS:
        for cells in rows_below(text_of(readme), head):
            words = [word for word in cells[0].strip("`").split() if re.fullmatch(r"[a-z]+(?:-[a-z]+)*", word)]
            rows[" ".join(words).removeprefix("kamidesk").strip()] = cells
    return rows


@pytest.mark.parametrize("readme", READMES)
def test_names_the_two_commands(readme: str) -> None:
    text = text_of(readme)
    assert "python3 packaging/bootstrap.py run" in text
    assert "python3 packaging/bootstrap.py test" in text


@pytest.mark.parametrize("readme", READMES)
def test_the_reference_has_every_command_and_no_other(readme: str) -> None:
    assert command_rows(readme).keys() == commands().keys()


@pytest.mark.parametrize("readme", READMES)
def test_the_reference_has_every_option_and_no_other(readme: str) -> None:
    rows = command_rows(readme)
    for name, command in commands().items():
        known = {
            option
            for parameter in command.params
            if parameter.param_type_name == "option"
            for option in (*parameter.opts, *parameter.secondary_opts)
        }
        assert set(_OPTION.findall(rows[name][1])) == known, name


@pytest.mark.parametrize("readme", READMES)
def test_the_reference_says_which_options_are_needed(readme: str) -> None:
    rows = command_rows(readme)
    for name, command in commands().items():
        needed = sum(parameter.required and parameter.param_type_name == "option" for parameter in command.params)
        assert len(re.findall(r"\(needed\)|（必填）", rows[name][1])) == needed, name


@pytest.mark.parametrize("readme", READMES)
def test_the_reference_names_everything_that_can_be_exported(readme: str) -> None:
    _, _, meaning = command_rows(readme)["export"]
    assert [name for name in EXPORTS if f"`{name}`" not in meaning] == []


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize(
    "columns", [ORDER_COLUMNS, REQUEST_COLUMNS, LIST_COLUMNS], ids=["orders", "requests", "redemptions"]
)
def test_column_tables_are_those_of_the_code(readme: str, columns: tuple[Column, ...]) -> None:
    assert "\n".join(column_table(columns, readme)) in text_of(readme)


@pytest.mark.parametrize("readme", READMES)
def test_key_header_names_are_those_of_the_code(readme: str) -> None:
    assert "\n".join(key_table(readme)) in text_of(readme)


@pytest.mark.parametrize("readme", READMES)
def test_recognised_lists_are_those_of_the_code(readme: str) -> None:
    assert "\n".join(format_table(readme)) in text_of(readme)


@pytest.mark.parametrize("readme", READMES)
def test_every_code_and_name_of_a_request_is_read_as_the_readme_says(readme: str) -> None:
    rows = [row for head in ("| Field | Code |", "| 字段 | 代码 |") for row in rows_below(text_of(readme), head)]
    codes = [(row[0].strip("`"), row[1].strip("`")) for row in rows]
    assert codes == [("reason", code) for code in ReasonCode] + [("evidence", code) for code in EvidenceKind]
    for (field, code), row in zip(codes, rows, strict=True):
        for name in (code, *row[-1].split("、")):
            value = name if field == "reason" else [name]
            data = json.dumps({"id": "1", "order_no": "A1", field: value}).encode()
            draft = requests_in_json("request.json", data, UTC).drafts[0]
            assert code == (draft.reason if field == "reason" else draft.evidence[0]), name


@pytest.mark.parametrize("readme", READMES)
def test_every_link_leads_somewhere(readme: str) -> None:
    targets = [target for target in _LINK.findall(text_of(readme)) if "://" not in target]
    headings = re.findall(r"^#+ (.+)$", text_of(readme), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    pictures_are_made = any(SCREENSHOTS.glob("*.png"))
    for target in targets:
        path, _, anchor = target.partition("#")
        assert not anchor or anchor in anchors, target
        if path.startswith("resources/screenshots/") and not pictures_are_made:
            continue
        assert (ROOT / path).exists(), target


@pytest.mark.parametrize("readme", READMES)
def test_every_room_that_the_readme_names_is_there(readme: str) -> None:
    names = re.findall(r"`((?:domain|storage|services|documents|exchange|ui)/[a-z_/]+)`", text_of(readme))
    assert names
    places = [ROOT / "desktop_app" / name for name in names]
    assert [str(place) for place in places if not (place.is_dir() or place.with_suffix(".py").exists())] == []


@pytest.mark.parametrize("readme", READMES)
def test_every_installed_package_has_its_licence_named(readme: str) -> None:
    text = text_of(readme).lower().replace("_", "-")
    lock = (ROOT / "packaging" / "requirements.lock").read_text("utf-8")
    packages = re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)
    assert packages
    assert [name for name in packages if name.lower().replace("_", "-") not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_its_help(language: str) -> None:
    topics = [path.stem.split("-", 1)[-1] for path in sorted((HELP / language).glob("*.md"))]
    assert topics == [page.name for page in PAGES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_help_text_begins_with_its_heading(language: str) -> None:
    for path in (HELP / language).glob("*.md"):
        assert path.read_text("utf-8").startswith("# "), path.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_help_of_requests_explains_every_rule_once(language: str) -> None:
    text = (HELP / language / "02-requests.md").read_text("utf-8")
    for rule in RuleCode:
        explained = re.findall(rf"^\| \*\*{rule.value}\*\*", text, re.MULTILINE)
        assert len(explained) == 1, rule
