"""Decisions: pure functions and values, without Qt, SQL, files, clock or randomness."""
