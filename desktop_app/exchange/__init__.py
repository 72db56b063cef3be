"""Other people's files made into plain data: no SQL, no Qt, nothing decided and nothing stored."""
