"""What is remembered: tables, the database file, the vault, the event log, evidence files."""
