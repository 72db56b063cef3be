"""The event log and its witnesses, read from a shop file as it is: without the program's own tables, locks or rules.

So the log can be verified while the shop is locked or in use, and also when somebody has changed the file so much
that the program would not open it. Reads are short and in order: anchors first, events after, so that a writer is
never held up and what is written meanwhile is never taken for lost.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.storage import audit, salvaged_log, schema
from desktop_app.storage.audit import Event
from desktop_app.storage.column_types import from_micros
from desktop_app.storage.connections import BUSY_SECONDS
from desktop_app.storage.sqlite_errors import told

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Certificate:
    """A signing certificate of the shop (DER) and how the one before vouches for it."""

    id: int
    fingerprint: str
    der: bytes
    previous_id: int | None
    cross_signature: bytes | None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed head; ``signature`` is raw ECDSA P-256 (r, s) by the certificate ``identity_id``."""

    id: int
    seq: int
    head: bytes
    reason: str
    identity_id: int
    signature: bytes
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an issued proof says of the log."""

    proof_no: str
    seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not what its event says. ``seq`` is the event, None for a row that no event speaks of.

    ``row`` is its number in its table, None where neither says it.
    """

    seq: int | None
    name: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class IssuedFacts:
    """What the register keeps of a signed proof; ``seq`` is the event that issued it, None without one."""

    seq: int | None
    proof_no: str
    facts: str
    code_text: str
    identity_id: int


_MOST_DIFFERENCES = 20

_SIGNED_AT_ONCE = """SELECT ifnull(max(seq), 0) FROM events
WHERE entity IN ('proofs', 'signing_identities') AND kind IN ('proof.issued', 'identity.in_force')
AND json_extract(body, '$.facts.fingerprint') IS NOT NULL"""

_PROOFS_AND_EVENTS = """SELECT e.seq, json_extract(e.body, '$.facts.proof_no'), e.entity_id FROM events e
LEFT JOIN proofs p ON p.id = e.entity_id LEFT JOIN redemptions r ON r.id = p.redemption_id
WHERE e.entity = 'proofs' AND e.kind = 'proof.issued' AND (p.id IS NULL OR r.unit_id IS NOT p.unit_id
OR p.order_id IS NOT e.order_id OR p.proof_no IS NOT json_extract(e.body, '$.facts.proof_no')
OR p.sha256 IS NOT json_extract(e.body, '$.facts.sha256') OR p.size IS NOT json_extract(e.body, '$.facts.size')
OR p.redemption_id IS NOT json_extract(e.body, '$.facts.redemption_id'))
UNION ALL SELECT NULL, p.proof_no, p.id FROM proofs p WHERE NOT EXISTS
(SELECT 1 FROM events e WHERE e.entity = 'proofs' AND e.entity_id = p.id AND e.kind = 'proof.issued')"""

_UNSIGNED_PROOFS = """SELECT e.seq, p.proof_no, p.id FROM events e JOIN proofs p ON p.id = e.entity_id
WHERE e.entity = 'proofs' AND e.kind = 'proof.issued' AND json_extract(e.body, '$.facts.fingerprint') IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM proof_signatures s WHERE s.proof_id = p.id)"""


def _differs(column: str, name: str) -> str:
    """SQL: the event says ``name``, and ``column`` says something else; older events do not say everything."""
    told = f"'$.facts.{name}'"
    return f"(json_type(e.body, {told}) IS NOT NULL AND {column} IS NOT json_extract(e.body, {told}))"


_RECORDS_AND_EVENTS = f"""SELECT e.seq, json_extract(e.body, '$.facts.order_no'),
json_extract(e.body, '$.facts.redemption_id') FROM events e
LEFT JOIN redemptions r ON r.id = json_extract(e.body, '$.facts.redemption_id')
WHERE e.entity = 'units' AND e.kind = 'unit.redeemed' AND (r.id IS NULL OR r.unit_id IS NOT e.entity_id
OR r.code IS NOT json_extract(e.body, '$.facts.code')
OR r.redeemed_at IS NOT json_extract(e.body, '$.facts.redeemed_at')
OR r.replaces_id IS NOT json_extract(e.body, '$.facts.replaces_id')
OR {_differs("r.source", "source")} OR {_differs("r.stated_by", "stated_by")})
UNION ALL SELECT NULL, o.order_no, r.id FROM redemptions r
JOIN units u ON u.id = r.unit_id JOIN orders o ON o.id = u.order_id
WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.entity = 'units' AND e.entity_id = r.unit_id
AND e.kind = 'unit.redeemed' AND json_extract(e.body, '$.facts.redemption_id') = r.id)"""

_DECIDED = ("action", "refund_fen", "fee_fen", "proposed_refund_fen", "option", "reason")
_DECISIONS_AND_EVENTS = f"""SELECT e.seq, json_extract(e.body, '$.facts.request_no'), d.id FROM events e
LEFT JOIN decisions d ON d.request_id = e.entity_id
WHERE e.entity = 'requests' AND e.kind = 'request.decided' AND (d.id IS NULL
OR {_differs("ifnull(d.ground, '')", "ground")} OR {" OR ".join(_differs(f'd."{name}"', name) for name in _DECIDED)})
UNION ALL SELECT NULL, r.request_no, d.id FROM decisions d JOIN requests r ON r.id = d.request_id
WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.entity = 'requests' AND e.entity_id = r.id
AND e.kind = 'request.decided')"""

_RATES = ("window_hours", "fee_bp", "unshipped_fee_bp", "cap_bp", "fee_disclosure")
_POLICY_TEXTS = ("refund_policy", "after_sales", "user_agreement", "cancel_rules", "fee_note", "required_evidence")
# the first version of a policy comes with its channel
_POLICY_EVENTS = """SELECT seq, body, entity_id AS policy_id FROM events WHERE entity = 'policies'
AND kind = 'policy.added' UNION ALL SELECT seq, body, json_extract(body, '$.facts.policy_id') FROM events
WHERE entity = 'channels' AND kind = 'channel.added'"""
_POLICIES_AND_EVENTS = f"""WITH e AS ({_POLICY_EVENTS}) SELECT e.seq, ifnull(c.name || ' · ' || p.version,
ifnull(json_extract(e.body, '$.facts.channel'), json_extract(e.body, '$.facts.name'))), e.policy_id
FROM e LEFT JOIN policies p ON p.id = e.policy_id LEFT JOIN channels c ON c.id = p.channel_id
WHERE p.id IS NULL OR {_differs("p.version", "version")} OR {_differs("p.channel_id", "channel_id")}
OR {" OR ".join(_differs(f"p.{name}", name) for name in _RATES)}
UNION ALL SELECT NULL, c.name || ' · ' || p.version, p.id FROM policies p JOIN channels c ON c.id = p.channel_id
WHERE p.id NOT IN (SELECT policy_id FROM e WHERE policy_id IS NOT NULL)"""
_POLICY_WORDINGS = f"""WITH e AS ({_POLICY_EVENTS}) SELECT e.seq, c.name || ' · ' || p.version, p.id,
json_extract(e.body, '$.facts.texts_sha256'), {", ".join(f"p.{name}" for name in _POLICY_TEXTS)}
FROM e JOIN policies p ON p.id = e.policy_id JOIN channels c ON c.id = p.channel_id
WHERE json_extract(e.body, '$.facts.texts_sha256') IS NOT NULL ORDER BY e.seq"""


def texts_digest(texts: Mapping[str, str]) -> str:
    """SHA-256, in hex, of the wording of one version of a policy, by which the log knows it."""
    said = audit.canonical({name: texts[name] for name in _POLICY_TEXTS})
    return hashlib.sha256(said.encode()).hexdigest()


class LogReader:
    """Reads one shop file; close it by leaving :func:`open_log`. Usable in the thread that opened it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.shop_uuid = str(connection.execute("SELECT uuid FROM shop").fetchone()[0])

    def is_untouched(self) -> bool:
        """Whether tables and rules are those of this program; an older version of the file is left alone."""
        if self._connection.execute("PRAGMA user_version").fetchone()[0] != schema.SCHEMA_VERSION:
            return True
        return schema.is_known(self._connection.execute(schema.STORED).fetchall())

    def count(self) -> int:
        """How many events there are."""
        return int(self._connection.execute("SELECT count(*) FROM events").fetchone()[0])

    def after(self, seq: int, limit: int = audit.READ_AT_ONCE) -> Sequence[Event]:
        """The next events."""
        return self._connection.execute(audit.EVENTS_AFTER, (seq, limit)).fetchall()

    def last(self) -> int:
        """Number of the last event; 0 while there is none."""
        return int(self._connection.execute("SELECT ifnull(max(seq), 0) FROM events").fetchone()[0])

    def head_of(self, seq: int) -> bytes | None:
        """The head that stands in the file beside an event; the genesis for 0."""
        if seq == 0:
            return audit.genesis(self.shop_uuid)
        row = self._connection.execute("SELECT CAST(head AS BLOB) FROM events WHERE seq = ?", (seq,)).fetchone()
        return None if row is None else row[0]

    def salvages(self) -> list[salvaged_log.Salvage]:
        """The salvages that the log tells of, the first one first."""
        return salvaged_log.salvages_in(self._connection)

    def certificates(self) -> list[Certificate]:
        """All certificates, the first one first."""
        query = "SELECT id, fingerprint, certificate, previous_id, cross_signature FROM signing_identities ORDER BY id"
        return [Certificate(*row) for row in self._rows("signing_identities", query)]

    def checkpoints(self) -> list[Checkpoint]:
        """All checkpoints in the order they were made."""
        query = "SELECT id, seq, head, reason, identity_id, signature, signed_at FROM checkpoints ORDER BY id"
        return [
            Checkpoint(number, seq, head, reason, identity_id, signature, from_micros(at))
            for number, seq, head, reason, identity_id, signature, at in self._rows("checkpoints", query)
        ]

    def anchors(self) -> list[Anchor]:
        """What the issued proofs say of the log, in the order they were issued."""
        query = (
            "SELECT proof_no, json_extract(known, '$.audit_seq'), json_extract(known, '$.audit_head') "
            "FROM (SELECT id, proof_no, iif(json_valid(facts), facts, '{}') AS known FROM proofs) ORDER BY id"
        )
        found = self._rows("proofs", query)
        return [Anchor(number, seq if isinstance(seq, int) else -1, _from_hex(head)) for number, seq, head in found]

    def signed_at_once(self) -> int:
        """The last event that the program signs in the transaction in which it happens; 0 while there is none."""
        try:
            return int(self._connection.execute(_SIGNED_AT_ONCE).fetchone()[0])
        except sqlite3.OperationalError:  # the text of an event is no JSON: the chain tells
            return 0

    def altered_proofs(self) -> list[Difference]:
        """Rows of the register that are not what their events say, or that lack one or the other."""
        return [
            *self._differences("proofs", _PROOFS_AND_EVENTS),
            *self._differences("proof_signatures", _UNSIGNED_PROOFS),
        ]

    def altered_records(self) -> list[Difference]:
        """Redemption records that are not what their events say, named by their order."""
        return self._differences("redemptions", _RECORDS_AND_EVENTS)

    def altered_decisions(self) -> list[Difference]:
        """Decisions that are not what their events say, named by their request."""
        return self._differences("decisions", _DECISIONS_AND_EVENTS)

    def altered_policies(self) -> list[Difference]:
        """Versions of policies that are not what their events say, rates or wording, named by channel and number."""
        worded = [
            Difference(seq, name, row)
            for seq, name, row, digest, *texts in self._rows("policies", _POLICY_WORDINGS)
            if texts_digest(dict(zip(_POLICY_TEXTS, texts, strict=True))) != digest
        ]
        return [*self._differences("policies", _POLICIES_AND_EVENTS), *worded[:_MOST_DIFFERENCES]]

    def issued_facts(self) -> Iterator[IssuedFacts]:
        """The facts of every signed proof, with the code that was signed over them."""
        query = (
            "SELECT (SELECT e.seq FROM events e WHERE e.entity = 'proofs' AND e.entity_id = p.id "
            "AND e.kind = 'proof.issued'), p.proof_no, p.facts, s.qr_text, s.identity_id "
            "FROM proofs p JOIN proof_signatures s ON s.proof_id = p.id ORDER BY p.id"
        )
        return (IssuedFacts(*row) for row in self._rows("proof_signatures", query))

    def proof_files(self) -> set[str]:
        """The names of the files that the register knows."""
        return {str(name) for (name,) in self._rows("proofs", "SELECT file_name FROM proofs")}

    def _differences(self, table: str, query: str) -> list[Difference]:
        return [Difference(*row) for row in self._rows(table, f"{query} LIMIT {_MOST_DIFFERENCES}")]

    def _rows(self, table: str, query: str) -> list[Any]:
        known = self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        return self._connection.execute(query).fetchall() if known else []


@contextmanager
def open_log(path: Path) -> Iterator[LogReader]:
    """The log of the shop file ``path``; nothing in it can be changed. :class:`StorageError` when it cannot be read."""
    with told(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS, isolation_level=None
        )
        try:
            yield LogReader(connection)
        finally:
            connection.close()


def _from_hex(text: object) -> bytes:
    try:
        return bytes.fromhex(str(text))
    except ValueError:
        return b""
