"""Buyers' data on an order: sealed in the file, found by blind index, shown masked unless the shop is unlocked.

The identity of a sealed value is the number of its order, which is unique and never changes.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace

from desktop_app.domain.errors import LockedError, StorageError
from desktop_app.domain.masking import HIDDEN, mask
from desktop_app.services.form_fields import FieldName, line_field
from desktop_app.storage.tables import OrderRow, RedemptionRow
from desktop_app.storage.vault import Vault

_BUYER = FieldName("The buyer", "买家")
_LONGEST = 200

DAMAGED = "✗"
"""What lists show for a value whose seal does not open."""


@dataclass(frozen=True, slots=True)
class Target:
    """For whom an order is: account, server, role (seed A37). Not editable after payment."""

    recharge_type: str = ""
    game: str = ""
    account: str = ""
    server: str = ""
    role: str = ""


_TARGET_NAMES = {
    "recharge_type": FieldName("The recharge type", "充值类型"),
    "game": FieldName("The game", "游戏名称"),
    "account": FieldName("The account", "充值账号"),
    "server": FieldName("The server", "区服"),
    "role": FieldName("The role", "角色"),
}


def seal_buyer(vault: Vault, row: OrderRow, buyer: str, target: Target) -> None:
    """Put buyer and target into ``row``; nothing is sealed, and no unlocked shop is needed, when both are empty."""
    buyer = line_field(_BUYER, buyer, longest=_LONGEST)
    target = Target(
        **{name: line_field(label, getattr(target, name), longest=_LONGEST) for name, label in _TARGET_NAMES.items()}
    )
    if buyer:
        row.buyer_sealed = vault.seal("orders", "buyer", _row_id(row), buyer.encode())
        row.buyer_tag = vault.pii_tag(index_form(buyer))
    if target != Target():
        plain = json.dumps(asdict(target), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        row.target_sealed = vault.seal("orders", "target", _row_id(row), plain.encode())
        if target.account:
            row.account_tag = vault.pii_tag(index_form(target.account))


def buyer_of(vault: Vault, row: OrderRow) -> str:
    """The buyer as entered; a fingerprint while the shop is locked; empty when none was entered."""
    return open_buyer(vault, row.order_no, row.buyer_sealed, row.buyer_tag)


def masked_buyer(vault: Vault, order_no: str, sealed: bytes | None, tag: bytes | None) -> str:
    """The buyer with the middle hidden, as lists show it; a fingerprint while the shop is locked.

    A damaged seal shows as :data:`DAMAGED`: one such order must not hide all others.
    """
    if sealed is None:
        return ""
    try:
        return mask(vault.open("orders", "buyer", order_no.encode(), sealed).decode())
    except LockedError:
        return fingerprint(tag)
    except StorageError:
        return DAMAGED


def buyer_masker(vault: Vault) -> Callable[[bytes, bytes], str]:
    """:func:`masked_buyer` of an unlocked shop for many orders: call it with number in UTF-8 and sealed buyer."""
    open_one = vault.opener("orders", "buyer")

    def masked(order_no: bytes, sealed: bytes) -> str:
        try:
            return mask(open_one(order_no, sealed).decode())
        except StorageError:
            return DAMAGED

    return masked


def open_buyer(vault: Vault, order_no: str, sealed: bytes | None, tag: bytes | None) -> str:
    """The same as :func:`buyer_of`, from the columns of a list."""
    if sealed is None:
        return ""
    if not vault.is_unlocked:
        return fingerprint(tag)
    return vault.open("orders", "buyer", order_no.encode(), sealed).decode()


def target_of(vault: Vault, row: OrderRow) -> Target:
    """The target as entered; while the shop is locked only that an account is there."""
    if row.target_sealed is None:
        return Target()
    if not vault.is_unlocked:
        return Target(account=fingerprint(row.account_tag))
    stored: dict[str, str] = json.loads(vault.open("orders", "target", _row_id(row), row.target_sealed))
    known = {field.name for field in fields(Target)}
    return Target(**{name: value for name, value in stored.items() if name in known})


def masked_target(target: Target) -> Target:
    """``target`` as a document may print it: account and role hidden in the middle."""
    return replace(target, account=mask(target.account), role=mask(target.role))


def seal_redemption_target(vault: Vault, uid: bytes, target: str) -> bytes | None:
    """The sealed target of a redemption record; None when there is none."""
    return vault.seal("redemptions", "target", uid, target.encode()) if target else None


def masked_redemption_target(vault: Vault, row: RedemptionRow) -> str:
    """For whom a key was redeemed, the middle hidden; ``****`` while the shop is locked."""
    if row.target_sealed is None:
        return ""
    return mask(redemption_target_of(vault, row)) if vault.is_unlocked else HIDDEN


def redemption_target_of(vault: Vault, row: RedemptionRow) -> str:
    """For whom a key was redeemed, in clear; :class:`LockedError` while the shop is locked."""
    if row.target_sealed is None:
        return ""
    return vault.open("redemptions", "target", row.uid, row.target_sealed).decode()


def index_form(text: str) -> str:
    """The form of a buyer or an account that is compared: width, case and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def fingerprint(tag: bytes | None) -> str:
    """What stands for a sealed value while the shop is locked: equal values have equal fingerprints."""
    return HIDDEN if tag is None else f"#{tag.hex()[:8]}"


def _row_id(row: OrderRow) -> bytes:
    return row.order_no.encode()
