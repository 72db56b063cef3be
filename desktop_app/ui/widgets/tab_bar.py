"""A row of tabs above lists that take turns, named so that a program that drives the window can tell it apart."""

from __future__ import annotations

from PySide6.QtWidgets import QTabBar, QToolButton


def tab_bar(name: str, accessible_name: str, *titles: str) -> QTabBar:
    """``name`` is the object name; the buttons that scroll the tabs are named after it too."""
    bar = QTabBar()
    bar.setObjectName(name)
    bar.setAccessibleName(accessible_name)
    bar.setExpanding(False)
    bar.setDrawBase(False)
    for title in titles:
        bar.addTab(title)
    name_scroll_buttons(bar)
    return bar


def name_scroll_buttons(bar: QTabBar) -> None:
    """Qt gives the scroll buttons of every tab bar the same names; put that of ``bar`` before them."""
    for button in bar.findChildren(QToolButton):
        button.setObjectName(f"{bar.objectName()}_{button.objectName()}")
