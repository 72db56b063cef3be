"""Ways to unwrap the vault root key (KM-VAULT-1): password, recovery code, and the two kinds of device key.

A slot holds the root key under AES-256-GCM with a key made from what the merchant knows or has. The canonical KDF
parameters and the identity of slot and shop are authenticated with it, so that a slot with weakened parameters, or
one of another shop, does not open.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlmodel import Session, col, delete, select

from desktop_app.domain.errors import BadInputError, LockedError, RefusedError, StorageError
from desktop_app.storage.tables import VaultSlotRow

KEY_BYTES = 32
NONCE_BYTES = 12
MINIMUM_PASSWORD = 10
_MAXIMUM_PASSWORD = 1024
_SALT_BYTES = 16
_RECOVERY_BYTES = 20
_RECOVERY_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # base32 without I, L, O, U: they are misread
_RECOVERY_LENGTH = 36  # 32 symbols of secret, 4 of checksum
_RECOVERY_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_KEYRING_SERVICE = "Kamidesk"
_MOST_KEYRING_KEYS = 4
# fmt: off
_COMMON_PASSWORDS = frozenset({
    "1234567890", "0123456789", "0987654321", "9876543210", "1234567891", "12345678910", "123456789a", "a123456789",
    "aa123456789", "abc1234567", "q123456789", "qq123456789", "woaini1314", "woaini5201314", "woaini1314520",
    "5201314520", "1314520520", "5201314abc", "iloveyou123", "iloveyou1314", "password12", "password123",
    "password1234", "passw0rd123", "p@ssw0rd123", "p@ssword123", "qwertyuiop", "qwerty12345", "qwerty123456",
    "1q2w3e4r5t", "1q2w3e4r5t6y", "1qaz2wsx3edc", "q1w2e3r4t5", "zxcvbnm123", "asdfghjkl1", "asdfghjkl123",
    "admin12345", "admin123456", "administrator", "letmein123", "welcome123", "welcome1234", "kamidesk123",
    "kamidesk1234", "changeme123", "abcdefghij", "abcdefghijk", "1111122222", "1122334455", "1234512345",
    "1357924680", "147258369a", "123123123a", "11223344556", "1234554321",
})
# fmt: on


class SlotKind(StrEnum):
    """What opens a slot. ``file`` is plainly weaker: whoever copies the data folder has the key."""

    PASSWORD = "password"
    RECOVERY = "recovery"
    KEYRING = "keyring"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """Argon2id parameters: memory in MiB, passes, lanes."""

    memory_mib: int = 64
    passes: int = 3
    lanes: int = 4


FLOOR = Argon2Cost()
"""RFC 9106, second recommended choice; a new password slot of the application never costs less."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One row of ``vault_slots``. ``wrapped`` is nonce, ciphertext and tag."""

    uid: str
    kind: SlotKind
    parameters: str
    salt: bytes
    wrapped: bytes
    created_at: datetime | None = None
    """Known of stored slots."""


def load_slots(session: Session) -> list[Slot]:
    """All slots of the shop, oldest first."""
    rows = session.exec(select(VaultSlotRow).order_by(col(VaultSlotRow.id))).all()
    return [Slot(row.uid, SlotKind(row.kind), row.parameters, row.salt, row.wrapped, row.created_at) for row in rows]


def save_slot(session: Session, slot: Slot, at: datetime) -> None:
    """Store ``slot``; the older slots of its kind go, so that an old password opens nothing from now on."""
    overwrite_deleted(session)
    session.exec(delete(VaultSlotRow).where(col(VaultSlotRow.kind) == slot.kind.value))
    session.add(
        VaultSlotRow(
            uid=slot.uid,
            kind=slot.kind.value,
            parameters=slot.parameters,
            salt=slot.salt,
            wrapped=slot.wrapped,
            created_at=at,
        )
    )
    session.flush()


def remove_slot(session: Session, kind: SlotKind) -> None:
    """Remove the slot of ``kind``; :class:`RefusedError` when nothing but the recovery code would be left."""
    left = {slot.kind for slot in load_slots(session)} - {kind, SlotKind.RECOVERY}
    if not left:
        raise RefusedError(
            "This is the only way to open the shop besides the recovery code: set a password first.",
            "除恢复码外，这是打开店铺的唯一方式：请先设置密码。",
        )
    overwrite_deleted(session)
    session.exec(delete(VaultSlotRow).where(col(VaultSlotRow.kind) == kind.value))


def remove_all_slots(session: Session) -> None:
    """For the slots of a new root key, which come in the same transaction."""
    overwrite_deleted(session)
    session.exec(delete(VaultSlotRow))


def overwrite_deleted(session: Session) -> None:
    """From now on this connection leaves nothing legible of what it deletes or replaces in the file."""
    session.connection().exec_driver_sql("PRAGMA secure_delete = ON")


def normalise_password(password: str) -> bytes:
    """The bytes that the KDF gets: NFC, so that every keyboard and system types the same password."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def check_new_password(password: str) -> None:
    """:class:`BadInputError` when ``password`` is too short, too long, or one that everybody tries first."""
    text = unicodedata.normalize("NFC", password)
    if len(text) < MINIMUM_PASSWORD:
        raise BadInputError(
            "The password needs at least {minimum} characters.",
            "密码至少需要 {minimum} 个字符。",
            minimum=MINIMUM_PASSWORD,
        )
    if len(text) > _MAXIMUM_PASSWORD:
        raise BadInputError(
            "The password may have at most {maximum} characters.",
            "密码最多 {maximum} 个字符。",
            maximum=_MAXIMUM_PASSWORD,
        )
    if text.casefold() in _COMMON_PASSWORDS or len(set(text)) < 3:
        raise BadInputError(
            "This password is among the first that anybody tries: choose another.",
            "这个密码太常见，很容易被猜到：请换一个。",
        )


def calibrate(limit_seconds: float = 1.0, clock: Callable[[], float] = time.perf_counter) -> Argon2Cost:
    """The largest of 64, 128 and 256 MiB that this machine derives within ``limit_seconds``; at least 64 MiB."""
    chosen = FLOOR
    for memory in (128, 256):
        candidate = Argon2Cost(memory, FLOOR.passes, FLOOR.lanes)
        started = clock()
        _argon2(b"calibration", bytes(_SALT_BYTES), candidate)
        if clock() - started > limit_seconds:
            break
        chosen = candidate
    return chosen


def password_slot(root: bytes | bytearray, shop_uid: bytes, password: str, cost: Argon2Cost) -> Slot:
    """A slot that ``password`` opens (already checked by :func:`check_new_password`)."""
    return _wrap(root, shop_uid, SlotKind.PASSWORD, normalise_password(password), cost)


def secret_slot(root: bytes | bytearray, shop_uid: bytes, kind: SlotKind, secret: bytes) -> Slot:
    """A slot that a random ``secret`` of at least 160 bits opens; stretching it would add nothing."""
    return _wrap(root, shop_uid, kind, secret, None)


def unwrap(slot: Slot, shop_uid: bytes, secret: bytes) -> bytearray:
    """The root key. :class:`RefusedError` when the secret, the slot or its parameters are not the right ones."""
    key = _slot_key(slot.kind, secret, slot.salt, slot.parameters)
    root = bytearray(KEY_BYTES)
    try:
        if len(slot.wrapped) != NONCE_BYTES + KEY_BYTES + 16:
            raise _altered_slot()
        AESGCM(key).decrypt_into(
            slot.wrapped[:NONCE_BYTES],
            slot.wrapped[NONCE_BYTES:],
            _slot_aad(slot.uid, slot.kind, slot.parameters, slot.salt, shop_uid),
            root,
        )
    except InvalidTag:
        raise _wrong_secret(slot.kind) from None
    finally:
        wipe(key)
    return root


def new_recovery_code() -> tuple[str, bytes]:
    """A recovery code in nine groups of four, and the 160 random bits that it writes down."""
    secret = os.urandom(_RECOVERY_BYTES)
    symbols = _base32(secret, 32) + _checksum(secret)
    return "-".join(symbols[i : i + 4] for i in range(0, _RECOVERY_LENGTH, 4)), secret


def read_recovery_code(text: str) -> bytes:
    """The 160 bits of a typed code: spaces, hyphens, case, width and O/0, I/L/1 do not matter.

    :class:`BadInputError` when symbols are missing or the checksum shows a typing error.
    """
    compact = unicodedata.normalize("NFKC", text).upper()
    compact = "".join(symbol for symbol in compact if symbol.isalnum()).translate(_RECOVERY_LOOKALIKES)
    if len(compact) != _RECOVERY_LENGTH or any(symbol not in _RECOVERY_SYMBOLS for symbol in compact):
        raise BadInputError(
            "A recovery code has nine groups of four letters and digits; this one has {count} characters.",
            "恢复码由九组、每组四个字母或数字组成；这里有 {count} 个字符。",
            count=len(compact),
        )
    number = 0
    for symbol in compact[:32]:
        number = number * 32 + _RECOVERY_SYMBOLS.index(symbol)
    secret = number.to_bytes(_RECOVERY_BYTES, "big")
    if _checksum(secret) != compact[32:]:
        raise BadInputError(
            "The recovery code has a typing error: its last group does not fit the others.",
            "恢复码输入有误：最后一组与前面各组不符。",
        )
    return secret


def keyring_available() -> bool:
    """Whether this system keeps secrets for its users (Keychain, Credential Manager, Secret Service).

    Back ends that write plain files do not count.
    """
    import keyring
    from keyring.errors import KeyringError

    try:
        return float(keyring.get_keyring().priority) >= 1
    except (KeyringError, RuntimeError):
        return False


def add_keyring_key(shop_uid: bytes) -> bytes:
    """A new device key, kept by the system's keyring under the id of the shop, before those that were there.

    Which of them opens the shop is known once the slot is stored: :func:`settle_keyring`.
    """
    from keyring.errors import KeyringError

    if not keyring_available():
        raise _no_keyring()
    secret = os.urandom(KEY_BYTES)
    try:
        before: list[bytes] = []
        with suppress(StorageError):  # what was changed there opens nothing
            before = _stored_keyring_keys(shop_uid)
        _store_keyring_keys(shop_uid, [secret, *before][:_MOST_KEYRING_KEYS])
    except KeyringError as error:
        raise _keyring_failed(error) from error
    return secret


def settle_keyring(shop_uid: bytes) -> None:
    """Keep only the newest device key: the slot that it opens is stored."""
    from keyring.errors import KeyringError

    try:
        keys = _stored_keyring_keys(shop_uid)
        if len(keys) > 1:
            _store_keyring_keys(shop_uid, keys[:1])
    except KeyringError as error:
        raise _keyring_failed(error) from error


def read_keyring_keys(shop_uid: bytes) -> list[bytes]:
    """The device keys of the shop, newest first; :class:`StorageError` when there is none to be had."""
    from keyring.errors import KeyringError

    if not keyring_available():
        raise _no_keyring()
    try:
        keys = _stored_keyring_keys(shop_uid)
    except KeyringError as error:
        raise _keyring_failed(error) from error
    if not keys:
        raise StorageError(
            "The keyring of this system has no key for this shop: open it with the password or the recovery code.",
            "本机钥匙串中没有这家店铺的密钥：请用密码或恢复码打开。",
        )
    return keys


def _stored_keyring_keys(shop_uid: bytes) -> list[bytes]:
    import keyring

    stored = keyring.get_password(_KEYRING_SERVICE, shop_uid.hex())
    try:
        return [bytes.fromhex(key) for key in (stored or "").split(" ") if key]
    except ValueError:
        raise StorageError(
            "The entry of this shop in the system's keyring was changed: open it with the password.",
            "本机钥匙串中这家店铺的条目已被改动：请用密码打开。",
        ) from None


def _store_keyring_keys(shop_uid: bytes, keys: list[bytes]) -> None:
    import keyring

    keyring.set_password(_KEYRING_SERVICE, shop_uid.hex(), " ".join(key.hex() for key in keys))


def forget_keyring_key(shop_uid: bytes) -> None:
    """Remove the device key from the system's keyring, if it is there."""
    import keyring
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        keyring.delete_password(_KEYRING_SERVICE, shop_uid.hex())
    except PasswordDeleteError:
        return
    except KeyringError as error:
        raise _keyring_failed(error) from error


def make_key_file(path: Path) -> bytes:
    """A new device key in ``path``, readable by its owner only; an existing file is never overwritten."""
    secret = os.urandom(KEY_BYTES)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags, 0o600), "wb") as stream:
            stream.write(secret)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise StorageError(
            "The key file {path} cannot be written: {reason}.",
            "无法写入密钥文件 {path}：{reason}。",
            path=path,
            reason=error.strerror,
        ) from error
    return secret


def read_key_file(path: Path) -> bytes:
    """The device key in ``path``; its permissions are put back to owner-only when they were opened."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as stream:
            status = os.fstat(stream.fileno())
            if stat.S_ISREG(status.st_mode) and status.st_size == KEY_BYTES:
                if os.name == "posix" and status.st_mode & 0o077:
                    os.fchmod(stream.fileno(), 0o600)
                return stream.read(KEY_BYTES)
    except OSError as error:
        raise StorageError(
            "The key file {path} cannot be read: {reason}.",
            "无法读取密钥文件 {path}：{reason}。",
            path=path,
            reason=error.strerror,
        ) from error
    raise StorageError(
        "The key file {path} is not the one that was made: open the shop with the recovery code.",
        "密钥文件 {path} 已不是原来的文件：请用恢复码打开店铺。",
        path=path,
    )


def length_prefixed(*fields: bytes | bytearray) -> bytes:
    """The fields, each after its length in four bytes, so that no two lists of fields read the same."""
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


def wipe(buffer: bytearray) -> None:
    """Overwrite ``buffer`` with zeros; copies that Python or a library made elsewhere stay in memory."""
    for i in range(len(buffer)):
        buffer[i] = 0


def _wrap(root: bytes | bytearray, shop_uid: bytes, kind: SlotKind, secret: bytes, cost: Argon2Cost | None) -> Slot:
    uid, salt, nonce = uuid4().hex, os.urandom(_SALT_BYTES), os.urandom(NONCE_BYTES)
    parameters = _parameters(cost)
    key = _slot_key(kind, secret, salt, parameters)
    try:
        sealed = AESGCM(key).encrypt(nonce, root, _slot_aad(uid, kind, parameters, salt, shop_uid))
    finally:
        wipe(key)
    return Slot(uid, kind, parameters, salt, nonce + sealed)


def _parameters(cost: Argon2Cost | None) -> str:
    values: dict[str, object] = {"kdf": "hkdf-sha256"}
    if cost is not None:
        values = {"kdf": "argon2id", "m": cost.memory_mib, "p": cost.lanes, "t": cost.passes, "v": 19}
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def _slot_key(kind: SlotKind, secret: bytes, salt: bytes, parameters: str) -> bytearray:
    if len(salt) != _SALT_BYTES:
        raise _altered_slot()
    if kind is SlotKind.PASSWORD:
        return _argon2(secret, salt, _read_cost(parameters))
    if parameters != _parameters(None):
        raise _altered_slot()
    key = bytearray(KEY_BYTES)
    HKDF(SHA256(), KEY_BYTES, salt, f"km/1/slot-{kind.value}".encode()).derive_into(secret, key)
    return key


def _read_cost(parameters: str) -> Argon2Cost:
    """The cost in ``parameters``, refused before anything runs when it is too cheap or would stall the machine.

    The limits are those of Bitwarden's client: m 16-1024 MiB, t 2-10, p 1-16.
    """
    try:
        values = json.loads(parameters)
        cost = Argon2Cost(values["m"], values["t"], values["p"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _altered_slot() from None
    if any(type(value) is not int for value in (cost.memory_mib, cost.passes, cost.lanes)):
        raise _altered_slot()
    if not (16 <= cost.memory_mib <= 1024 and 2 <= cost.passes <= 10 and 1 <= cost.lanes <= 16):
        raise _altered_slot()
    if parameters != _parameters(cost):
        raise _altered_slot()
    return cost


def _argon2(secret: bytes, salt: bytes, cost: Argon2Cost) -> bytearray:
    key = bytearray(KEY_BYTES)
    Argon2id(
        salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_mib * 1024
    ).derive_into(secret, key)
    return key


def _slot_aad(uid: str, kind: SlotKind, parameters: str, salt: bytes, shop_uid: bytes) -> bytes:
    return length_prefixed(b"km.slot.1", shop_uid, uid.encode(), kind.value.encode(), parameters.encode(), salt)


def _base32(secret: bytes, symbols: int) -> str:
    number = int.from_bytes(secret, "big")
    return "".join(_RECOVERY_SYMBOLS[number >> (5 * i) & 31] for i in reversed(range(symbols)))


def _checksum(secret: bytes) -> str:
    digest = hashlib.sha256(b"km.recovery.1" + secret).digest()
    return _base32(digest[:3], 5)[1:]


def _wrong_secret(kind: SlotKind) -> RefusedError | LockedError:
    if kind is SlotKind.PASSWORD:
        return RefusedError("The password is not right.", "密码不正确。")
    if kind is SlotKind.RECOVERY:
        return RefusedError(
            "This recovery code does not open this shop.",
            "这个恢复码不能打开这家店铺。",
        )
    return RefusedError(
        "The key of this device does not open this shop: use the password or the recovery code.",
        "本机密钥不能打开这家店铺：请用密码或恢复码。",
    )


def _altered_slot() -> StorageError:
    return StorageError(
        "The lock of this shop was altered and is not tried: restore a backup of the shop.",
        "这家店铺的锁信息已被改动，不会尝试打开：请恢复备份。",
    )


def _no_keyring() -> StorageError:
    return StorageError(
        "This system has no keyring that keeps secrets: use a password.",
        "本机没有可以保管密钥的钥匙串：请使用密码。",
    )


def _keyring_failed(error: Exception) -> StorageError:
    return StorageError(
        "The keyring of this system refused: {reason}. Use the password instead.",
        "本机钥匙串拒绝了请求：{reason}。请改用密码。",
        reason=error,
    )
