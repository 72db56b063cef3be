"""Dialogs: opened with ``open()``, they emit a past-tense signal and never do the work of a service twice."""
