"""The rooms of the window, in the order of its navigation."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QT_TRANSLATE_NOOP


class PageEntry(NamedTuple):
    """One room of the window; ``module`` and ``factory`` are imported when it is first entered."""

    name: str
    title: str
    icon: str
    module: str
    factory: str


PAGES = (
    PageEntry(
        "desk",
        str(QT_TRANSLATE_NOOP("MainWindow", "Desk")),
        "layout-dashboard",
        "desktop_app.ui.pages.desk_page",
        "DeskPage",
    ),
    PageEntry(
        "requests",
        str(QT_TRANSLATE_NOOP("MainWindow", "Requests")),
        "inbox",
        "desktop_app.ui.pages.requests_page",
        "RequestsPage",
    ),
    PageEntry(
        "orders",
        str(QT_TRANSLATE_NOOP("MainWindow", "Orders")),
        "receipt-text",
        "desktop_app.ui.pages.orders_page",
        "OrdersPage",
    ),
    PageEntry(
        "keys",
        str(QT_TRANSLATE_NOOP("MainWindow", "Card keys")),
        "key-round",
        "desktop_app.ui.pages.keys_page",
        "KeysPage",
    ),
    PageEntry(
        "products",
        str(QT_TRANSLATE_NOOP("MainWindow", "Products")),
        "package",
        "desktop_app.ui.pages.products_page",
        "ProductsPage",
    ),
    PageEntry(
        "proofs",
        str(QT_TRANSLATE_NOOP("MainWindow", "Proofs")),
        "file-badge",
        "desktop_app.ui.pages.proofs_page",
        "ProofsPage",
    ),
    PageEntry(
        "refunds",
        str(QT_TRANSLATE_NOOP("MainWindow", "Refunds")),
        "banknote",
        "desktop_app.ui.pages.refunds_page",
        "RefundsPage",
    ),
    PageEntry(
        "disputes",
        str(QT_TRANSLATE_NOOP("MainWindow", "Disputes")),
        "gavel",
        "desktop_app.ui.pages.disputes_page",
        "DisputesPage",
    ),
    PageEntry(
        "reports",
        str(QT_TRANSLATE_NOOP("MainWindow", "Reports")),
        "chart-column",
        "desktop_app.ui.pages.reports_page",
        "ReportsPage",
    ),
    PageEntry(
        "policies",
        str(QT_TRANSLATE_NOOP("MainWindow", "Policies")),
        "scale",
        "desktop_app.ui.pages.policies_page",
        "PoliciesPage",
    ),
    PageEntry(
        "audit",
        str(QT_TRANSLATE_NOOP("MainWindow", "Event log")),
        "shield-check",
        "desktop_app.ui.pages.audit_page",
        "AuditPage",
    ),
    PageEntry(
        "settings",
        str(QT_TRANSLATE_NOOP("MainWindow", "Settings")),
        "settings",
        "desktop_app.ui.pages.settings_page",
        "SettingsPage",
    ),
)
