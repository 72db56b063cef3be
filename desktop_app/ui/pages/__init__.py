"""The rooms of the window. A page is a QWidget with the attributes below; there is no base class.

    class OrdersPage(QWidget):
        def __init__(self, shop, jobs, window, parent=None): ...  # ui.jobs.Jobs, ui.actions.WindowContext
        def title(self) -> str: ...            # shown in the header
        def reload(self, change) -> None: ...  # the first time with None; later with the Change (``change.areas``)

and, where it makes sense,

        def search(self, text: str) -> None: ...         # "/" focuses ``search_box`` if there is one
        def open_item(self, item_id) -> None: ...        # select it, from the global search or another page
        def apply_filter(self, **filter) -> None: ...    # what ``window.navigate("orders", state="paid")`` passes
        def page_actions(self) -> dict[str, QAction]: ...  # keys "A", "R", "E", "P" and so on: run by that key
        def start_import(self) -> None: ...  # the card keys page: "Import keys" and Ctrl+I
        table: RowTable                                  # J and K move in it
        search_box: SearchBox

Pages are made the first time they are shown. A page that is not visible is told of changes when it is shown again,
all of them at once. Pages reach each other only through ``window.navigate``.
"""
