"""Card lists of other shop programs: recognised, and nothing sold, used, reserved or deleted is taken for sale."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.domain.card_keys import KeyProblem, KeyWarning
from desktop_app.domain.errors import BadInputError
from desktop_app.exchange import xianyu_auto_reply
from desktop_app.exchange.key_files import KeyPreview, Layout, read_key_file
from tests.exchange.test_spreadsheets import write


def read(tmp_path: Path, name: str, text: str, **more: object) -> KeyPreview:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return read_key_file(path, **more)  # type: ignore[arg-type]


def new(preview: KeyPreview) -> list[str]:
    return [preview.texts[index] for index in preview.new_indexes()]


def code(preview: KeyPreview) -> str:
    return preview.format.code if preview.format else ""


def reasons(preview: KeyPreview) -> dict[str, str]:
    assert set(preview.reasons) <= set(preview.problems)
    return {preview.texts[index]: reason.en for index, reason in preview.reasons.items()}


# ---- dujiaoka


@pytest.mark.parametrize("header", [["所属商品", "卡密内容", "创建时间"], ["所屬商品", "卡密內容", "建立時間"]])
def test_dujiaoka_export_mixes_sold_and_unsold_and_asks(tmp_path: Path, header: list[object]) -> None:
    rows: list[list[object]] = [header, ["点卡", "0012345", "2026-01-01 10:00:00"]]
    preview = read_key_file(write(tmp_path / "carmis.xlsx", Sheet1=rows))
    assert code(preview) == "dujiaoka"
    assert new(preview) == ["0012345"]
    assert preview.needs_confirmation
    assert "sold" in preview.cautions[0].en
    assert preview.general_warning is KeyWarning.STATE_UNKNOWN
    assert preview.goods == {"点卡": 1}


def test_a_file_of_several_products_asks_and_can_be_narrowed(tmp_path: Path) -> None:
    rows: list[list[object]] = [["所属商品", "卡密内容", "创建时间"], ["甲", "K-1", ""], ["乙", "K-2", ""]]
    path = write(tmp_path / "carmis.xlsx", Sheet1=rows)
    preview = read_key_file(path)
    assert len(preview.cautions) == 2
    assert "甲" in preview.cautions[1].zh
    chosen = read_key_file(path, goods="乙")
    assert new(chosen) == ["K-2"]
    assert chosen.problems == {0: KeyProblem.OTHER_GOODS}
    assert len(chosen.cautions) == 1
    with pytest.raises(BadInputError, match="甲"):
        read_key_file(path, goods="丙")


DUJIAOKA = r"""-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `carmis`;
CREATE TABLE `carmis` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `goods_id` int(11) NOT NULL COMMENT '所属商品 (id), x',
  `status` tinyint(1) NOT NULL DEFAULT '1',
  `is_loop` tinyint(1) NOT NULL DEFAULT '0',
  `carmi` text NOT NULL COMMENT '卡密',
  `created_at` timestamp NULL DEFAULT NULL,
  `updated_at` timestamp NULL DEFAULT NULL,
  `deleted_at` timestamp NULL DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_goods_id` (`goods_id`)
) ENGINE=InnoDB;
LOCK TABLES `carmis` WRITE;
/*!40000 ALTER TABLE `carmis` DISABLE KEYS */;
INSERT INTO `carmis` VALUES (1,7,1,0,'FREE-1','2026-01-01 00:00:00',NULL,NULL),(2,7,2,0,'SOLD-1',NULL,NULL,NULL),
(3,7,1,0,'GONE-1',NULL,NULL,'2026-02-01 00:00:00');
INSERT INTO `carmis` VALUES (4,7,1,1,'LOOP-1',NULL,NULL,NULL),
(5,7,1,0,'it''s \'q\' \\ (1,2);',NULL,NULL,NULL),(6,7,3,0,'ODD-1',NULL,NULL,NULL),
(7,7,1,0,'0e1234',NULL,NULL,NULL),(8,7,1,0,'TWO\nLINES',NULL,NULL,NULL);
/*!40000 ALTER TABLE `carmis` ENABLE KEYS */;
UNLOCK TABLES;
INSERT INTO `orders` VALUES (1,'INSERT INTO `carmis` VALUES (9,7,1,0,\'FAKE\',NULL,NULL,NULL);
INSERT INTO `carmis` VALUES (9,7,1,0,''FAKE'',NULL,NULL,NULL);',1.50);
"""


def test_dujiaoka_dump(tmp_path: Path) -> None:
    preview = read(tmp_path, "dujiaoka.sql", DUJIAOKA)
    assert code(preview) == "dujiaoka"
    assert new(preview) == ["FREE-1", "it's 'q' \\ (1,2);", "0e1234"]
    assert {text: reason.split(":")[0] for text, reason in reasons(preview).items()} == {
        "SOLD-1": "Its status is “已售出 (2)”",
        "GONE-1": "It was deleted in its shop",
        "LOOP-1": "It is a loop card",
        "ODD-1": "Its status is “3”",
    }
    assert preview.problems[7] is KeyProblem.CONTROL  # a card of two lines is no key of ours
    assert preview.line_count == 8
    assert preview.goods == {"7": 8}
    assert not preview.needs_confirmation


def test_a_deleted_loop_card_taints_its_copies(tmp_path: Path) -> None:
    text = (
        "-- MySQL dump 10\nINSERT INTO `carmis` (`id`,`goods_id`,`status`,`is_loop`,`carmi`,`deleted_at`) VALUES "
        "(1,7,1,1,'LOOP-1','2026-02-01 00:00:00'),(2,7,1,0,'LOOP-1',NULL),"
        "(3,7,1,0,'FREE-1','2026-02-01 00:00:00'),(4,7,1,0,'FREE-1',NULL);\n"
    )
    assert new(read(tmp_path, "dujiaoka.sql", text)) == ["FREE-1"]


def test_a_dump_without_cards_names_its_tables(tmp_path: Path) -> None:
    text = "-- MySQL dump 10\nCREATE TABLE `users` (\n  `id` int\n);\nINSERT INTO `users` VALUES (1);\n"
    with pytest.raises(BadInputError, match="users"):
        read(tmp_path, "a.sql", text)


@pytest.mark.parametrize("cut", [0, 1, 5, 20, 30])
def test_a_dump_that_was_cut_is_refused(tmp_path: Path, cut: int) -> None:
    whole = DUJIAOKA[: DUJIAOKA.index("(5,7,1")]
    with pytest.raises(BadInputError, match="not a complete dump"):
        read(tmp_path, "a.sql", whole[: len(whole) - cut])


def test_the_same_key_sold_in_another_row_is_sold(tmp_path: Path) -> None:
    text = "CREATE TABLE `carmis` (\n `id` int,\n `goods_id` int,\n `status` int,\n `carmi` text,\n"
    text += " `deleted_at` date\n);\n"
    text += "INSERT INTO `carmis` VALUES (1,1,1,'A-1',NULL),(2,1,2,'A-1',NULL),"
    text += "(3,1,1,'B-1','2026-01-01'),(4,1,1,'B-1',NULL);"
    preview = read(tmp_path, "a.sql", text)
    assert new(preview) == ["B-1"]
    assert "Line 2" in preview.reasons[0].en


# ---- acg-faka


ACG = r"""/*M!999999\- enable the sandbox mode */
-- MariaDB dump 10.19
CREATE TABLE `acg_card` (
  `id` int(10) unsigned NOT NULL,
  `owner` int(10), `x` int
);
DROP TABLE `acg_card`;
INSERT INTO `acg_card` (`id`, `owner`, `commodity_id`, `draft`, `secret`, `create_time`,
 `purchase_time`, `order_id`, `status`, `note`, `race`, `sku`, `draft_premium`, `cost`) VALUES
(1, 0, 3, NULL, 'FREE-1', '2026-01-01 00:00:00', NULL, NULL, 0, '首批', NULL, '[]', 0.00, 1.50),
(2, 0, 3, NULL, 'SOLD-1', '2026-01-01 00:00:00', '2026-01-02 00:00:00', 9, 1, NULL, NULL, '[]', 0.00, 1.50),
(3, 0, 3, NULL, 'LOCK-1', '2026-01-01 00:00:00', NULL, NULL, 2, NULL, NULL, '[]', 0.00, 0),
(4, 0, 3, NULL, 'HALF-1', '2026-01-01 00:00:00', NULL, 12, 0, NULL, NULL, '[]', 0.00, 0),
(5, 0, 3, NULL, 'HALF-2', '2026-01-01 00:00:00', '2026-01-02 00:00:00', NULL, 0, NULL, NULL, '[]', 0.00, 0),
(6, 0, 3, NULL, 'https://a.b/?x=1&amp;y=2', '2026-01-01 00:00:00', NULL, NULL, 0, NULL, NULL, '[]', 0.00, 0),
(7, 0, 3, NULL, 'https://a.b/c d', '2026-01-01 00:00:00', NULL, NULL, 0, NULL, NULL, '[]', 0.00, 0);
"""


def test_acg_faka_dump(tmp_path: Path) -> None:
    preview = read(tmp_path, "acg.sql", ACG)
    assert code(preview) == "acg-faka"
    assert new(preview) == ["FREE-1", "https://a.b/?x=1&amp;y=2", "https://a.b/c d"]
    assert list(reasons(preview)) == ["SOLD-1", "LOCK-1", "HALF-1", "HALF-2"]
    assert "已出售" in preview.reasons[1].zh
    assert "12" in preview.reasons[3].en
    assert preview.warnings == {5: (KeyWarning.ESCAPED,), 6: (KeyWarning.SPACE_IN_LINK,)}
    assert preview.notes[0] == "首批"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cards-2-20260101-101500.txt", "acg-faka"),
        ("cards-2-20260101-101500 (1).txt", "acg-faka"),
        ("export_cards_7_20260101101500.txt", "card-system"),
        ("export_cards_7_20260101101500(2).txt", "card-system"),
        ("卡密导出(2)-2026-01-01 10:15:00.txt", "acg-faka"),
        ("卡密导出(2)-2026-01-01 10_15_00 (1).txt", "acg-faka"),
        ("card-secrets-20260101-101500.txt", "dujiao-next"),
        ("cards.txt", ""),
    ],
)
def test_text_exports_are_known_by_their_names_and_warn(tmp_path: Path, name: str, expected: str) -> None:
    preview = read(tmp_path, name, "K-1\nK-2")
    assert new(preview) == ["K-1", "K-2"]
    assert code(preview) == expected
    assert (preview.general_warning is KeyWarning.STATE_UNKNOWN) is bool(expected)
    assert not preview.needs_confirmation


# ---- dujiao-next


def test_dujiao_next_csv(tmp_path: Path) -> None:
    text = (
        "id,secret,status,product_id,sku_id,order_id,batch_id,created_at\n"
        "1,K-FREE,available,1,1,,1,2026-01-01T00:00:00Z\n"
        "2,K-SOLD,used,1,1,9,1,2026-01-01T00:00:00+08:00\n"
        "3,K-BULK,used,1,1,,1,2026-01-01T00:00:00Z\n"
        "4,K-HELD,reserved,1,1,9,1,2026-01-01T00:00:00Z\n"
        "5,K-BACK,available,1,1,9,1,2026-01-01T00:00:00Z\n"
        '6,"acc,pw",available,1,1,,1,2026-01-01T00:00:00Z\n'
        "7,K-WHAT,,1,1,,1,2026-01-01T00:00:00Z\n"
    )
    preview = read(tmp_path, "card-secrets-20260101-000000.csv", text)
    assert code(preview) == "dujiao-next"
    assert new(preview) == ["K-FREE", "acc,pw"]
    found = reasons(preview)
    assert set(found) == {"K-SOLD", "K-BULK", "K-HELD", "K-BACK", "K-WHAT"}
    assert "“used”" in found["K-SOLD"]
    assert "“reserved”" in found["K-HELD"]
    assert "order id 9" in found["K-BACK"]
    assert set(preview.problems.values()) == {KeyProblem.NOT_SELLABLE}


# ---- card-system


def test_card_system_dump(tmp_path: Path) -> None:
    text = (
        "CREATE TABLE `cards` (\n  `id` int,\n  `user_id` int,\n  `product_id` int,\n  `card` text,\n  `type` int,\n"
        "  `status` int,\n  `count_sold` int,\n  `count_all` int,\n  `created_at` timestamp,\n"
        "  `updated_at` timestamp,\n"
        "  `deleted_at` timestamp\n);\n"
        "DELIMITER ;;\nCREATE PROCEDURE `add_cards`()\n"
        "BEGIN INSERT INTO `cards` (`id`) VALUES (x); END ;;\nDELIMITER ;\n"
        "INSERT INTO `cards` VALUES (1,1,5,'FREE-1',0,0,0,1,NULL,NULL,NULL),(2,1,5,'SOLD-1',0,1,1,1,NULL,NULL,NULL),"
        "(3,1,5,'USED-1',0,2,1,1,NULL,NULL,NULL),(4,1,5,'MANY-1',1,0,0,10,NULL,NULL,NULL),"
        "(5,1,5,'MANY-2',1,0,3,10,NULL,NULL,NULL),(6,1,5,'GONE-1',0,0,0,1,NULL,NULL,'2026-01-01 00:00:00');\n"
    )
    preview = read(tmp_path, "dump.sql", text)
    assert code(preview) == "card-system"
    assert new(preview) == ["FREE-1"]
    assert list(reasons(preview)) == ["SOLD-1", "USED-1", "MANY-1", "MANY-2", "GONE-1"]


# ---- xianyu-auto-reply

XIANYU = list(xianyu_auto_reply.COLUMNS)


def xianyu(name: str, kind: str, on: str, text: str = "", data: str = "") -> list[object]:
    return [name, kind, on, "0", "否", "", "", "", text, data, "", ""]


def test_xianyu_cards_stand_in_one_cell(tmp_path: Path) -> None:
    path = write(
        tmp_path / "accounts_export.xlsx",
        账号=[["账号ID", "cookie"], ["a", "b"]],
        卡券=[
            list(XIANYU),
            xianyu("月卡", "data", "是", data="K-1\nK-2\r\n\n0012345\nK-1"),
            xianyu("教程", "text", "是", text="请看这里"),
            xianyu("旧卡", "data", "否", data="OLD-1"),
        ],
    )
    preview = read_key_file(path)
    assert (code(preview), preview.sheet) == ("xianyu-auto-reply", "卡券")
    assert new(preview) == ["K-1", "K-2", "0012345"]
    assert list(preview.line_numbers) == [1, 2, 4, 5, 6, 7]
    assert list(preview.blank_lines) == [3]
    assert preview.duplicates == {3: 0}
    assert reasons(preview) == {
        "请看这里": "An entry of the kind “text” is no list of cards.",
        "OLD-1": "Its status is “启用：否”: not for sale.",
    }


def test_a_cell_of_xianyu_that_was_cut_is_refused(tmp_path: Path) -> None:
    cards = "\n".join(f"CARD-{number:016}" for number in range(3000))[:32_767]
    path = write(tmp_path / "accounts_export.xlsx", 卡券=[list(XIANYU), xianyu("月卡", "data", "是", data=cards)])
    with pytest.raises(BadInputError, match=r"“卡券”, row 2, column J"):
        read_key_file(path)


def test_a_pasted_delivery_text_of_xianyu_warns_of_its_separators(tmp_path: Path) -> None:
    preview = read(tmp_path, "a.txt", "K-1\n---\nK-2\n---\nK-3")
    assert preview.warnings == dict.fromkeys((1, 3), (KeyWarning.SEPARATOR,))
    assert preview.duplicates == {3: 1}


# ---- zfaka, and files that a spreadsheet saved


def test_a_literal_line_break_of_zfaka_is_kept_and_shown(tmp_path: Path) -> None:
    preview = read(tmp_path, "a.txt", "acc: a\\npw: b\nK-2")
    assert new(preview) == ["acc: a\\npw: b", "K-2"]
    assert preview.warnings == {0: (KeyWarning.LINE_BREAK,)}


def test_a_rounded_number_in_a_csv_warns(tmp_path: Path) -> None:
    preview = read(tmp_path, "a.csv", "卡密,备注\n1.2326E+17,\n1e3,\n")
    assert new(preview) == ["1.2326E+17", "1e3"]
    assert preview.warnings == {0: (KeyWarning.ROUNDED,)}


def test_a_column_without_a_header_is_chosen_by_number(tmp_path: Path) -> None:
    text = "1,K-1\n2,K-2\n"
    assert new(read(tmp_path, "a.csv", text)) == ["1,K-1", "2,K-2"]
    preview = read(tmp_path, "a.csv", text, key_column="2")
    assert new(preview) == ["K-1", "K-2"]
    assert list(preview.line_numbers) == [1, 2]
    named = read(tmp_path, "a.csv", "serial,owner,memo\nA,x,1\n", key_column="1")
    assert new(named) == ["A"]
    assert new(read(tmp_path, "a.csv", "卡密;备注\nA,B;x\n", delimiter=";")) == ["A,B"]


def test_a_dump_can_still_be_read_as_plain_lines(tmp_path: Path) -> None:
    assert new(read(tmp_path, "a.sql", "K-1\nK-2\n", layout=Layout.LINES)) == ["K-1", "K-2"]
