"""What can be started by its name from the search box: every step that has a button of its own somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.page_table import PAGES


@dataclass(frozen=True, slots=True)
class Command:
    """A button by its object name, on ``page`` or, without one, in the frame; without ``button`` the page itself.

    ``words`` are other names for it, in both languages: merchants ask for 核验 as well as for 验证.
    """

    name: str
    page: str
    button: str = ""
    words: str = ""

    def title(self) -> str:
        """What it is called, in the language of the window."""
        context = "commands" if self.button else "MainWindow"
        return QCoreApplication.translate(context, self.name)

    def run(self, window: QWidget) -> None:
        """Go to its page in ``window``, a :class:`~desktop_app.ui.actions.WindowContext`, and press its button."""
        context = cast(WindowContext, window)
        if self.page:
            context.navigate(self.page)
        button = window.findChild(QAbstractButton, self.button) if self.button else None
        if button is not None and button.isEnabled():
            button.setFocus(Qt.FocusReason.ShortcutFocusReason)
            button.click()
        elif button is not None:
            cannot = QCoreApplication.translate("commands", "This cannot be done now: {step}")
            context.say(cannot.format(step=self.title()), Tone.WARN)


COMMANDS = (
    Command(str(QT_TRANSLATE_NOOP("commands", "Verify a proof…")), "proofs", "proofs_verify", "验证 真伪 genuine"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Issue several proofs…")), "proofs", "proofs_batch", "批量 batch"),
    Command(str(QT_TRANSLATE_NOOP("commands", "What was printed…")), "proofs", "proofs_print_log", "打印 print"),
    Command(str(QT_TRANSLATE_NOOP("commands", "New request…")), "requests", "new_request_button", "退款 取消 refund"),
    Command(str(QT_TRANSLATE_NOOP("commands", "New order…")), "orders", "new_order_button", "录入 enter"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Import requests…")), "requests", "import_requests_button", "csv json"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Export requests…")), "requests", "export_requests_button", "csv"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Import orders…")), "orders", "import_orders_button", "csv"),
    Command(
        str(QT_TRANSLATE_NOOP("commands", "Import redemptions…")),
        "orders",
        "import_redemptions_button",
        "激活 充值记录 activation list",
    ),
    Command(str(QT_TRANSLATE_NOOP("commands", "Import keys…")), "", "import_button", "进货 入库 stock"),
    Command(
        str(QT_TRANSLATE_NOOP("commands", "Import a payment statement…")),
        "refunds",
        "import_statement_button",
        "对账 支付宝 微信 alipay wechat reconcile",
    ),
    Command(str(QT_TRANSLATE_NOOP("commands", "Export orders…")), "orders", "export_orders_button", "csv"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Export keys…")), "keys", "export_keys_button", "csv"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Export refunds…")), "refunds", "refunds_export", "csv"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Export the report…")), "reports", "reports_export", "csv"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Export the event log…")), "audit", "audit_export", "csv"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Verify the event log")), "audit", "verify_log_button", "校验 check"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Add a product…")), "products", "new_product_button", "新建 new"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Add a channel…")), "policies", "add_channel_button", "新建 店铺 new"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Reply texts…")), "policies", "reply_texts_button", "话术 wording"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Whose file is this…")), "disputes", "recognise_button", "证据包"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Back up now")), "settings", "backup_make", "save"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Restore a backup…")), "settings", "backup_restore"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Check the shop")), "settings", "check_button", "完整性 soundness"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Change the password…")), "settings", "change_password_button", "修改"),
    Command(str(QT_TRANSLATE_NOOP("commands", "New recovery code…")), "settings", "new_code_button"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Replace all keys…")), "settings", "rotate_button", "轮换 rotate"),
    Command(
        str(QT_TRANSLATE_NOOP("commands", "Save the fingerprint as a picture…")), "settings", "identity_picture", "证书"
    ),
    Command(str(QT_TRANSLATE_NOOP("commands", "Lock or unlock")), "", "lock_button"),
    Command(str(QT_TRANSLATE_NOOP("commands", "Help")), "", "help_button", "手册 manual"),
)


def commands_named(text: str) -> list[Command]:
    """The commands, then the pages, whose names hold every word of ``text``, in either language."""
    parts = text.casefold().split()
    pages = [Command(entry.title, entry.name) for entry in PAGES]
    found = []
    for command in (*COMMANDS, *pages):
        names = f"{command.title()} {command.name} {command.words}".casefold()
        if parts and all(part in names for part in parts):
            found.append(command)
    return found
