"""The versions of the shop file, one module each, oldest first."""
