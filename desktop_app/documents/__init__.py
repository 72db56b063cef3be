"""Plain data in, files and texts out: proofs, CSV, words for rules and replies. No SQL, no Qt."""
