"""The window: the only package that imports PySide6. It knows the services and the domain, never the storage."""
