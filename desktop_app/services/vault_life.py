"""The ways into a shop over its life: which there are, adding, changing and removing them, and replacing the keys."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from desktop_app.domain.errors import LockedError, RefusedError, StorageError
from desktop_app.services import vault_rotation
from desktop_app.services.commitments import Opening, open_commitment
from desktop_app.services.context import Context
from desktop_app.services.vault_rotation import (
    KEY_FILE_NAME,
    NEXT_KEY_FILE_NAME,
    PreparedRotation,
    RotationResult,
    RotationState,
)
from desktop_app.services.work import Cancelled, Progress
from desktop_app.storage.vault_rotation import load_replaced
from desktop_app.storage.vault_slots import (
    Argon2Cost,
    Slot,
    SlotKind,
    forget_keyring_key,
    load_slots,
    remove_slot,
    save_slot,
    settle_keyring,
)


@dataclass(frozen=True, slots=True)
class WayIn:
    """One way to open the shop: "password", "recovery", "keyring" or "file", and since when."""

    kind: str
    made_at: datetime


class VaultLife:
    """What is done with the vault besides unlocking and locking it."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # ---- unlocking, as the shop does it

    def unlock_with_password(self, password: str) -> None:
        """:class:`RefusedError` when the password is wrong; takes up to a second."""
        slots, replaced = self._locks()
        self._context.vault.unlock_with_password(slots, password, replaced)

    def unlock_with_recovery_code(self, code: str) -> None:
        """:class:`ShopError` when the code is not this shop's."""
        slots, replaced = self._locks()
        self._context.vault.unlock_with_recovery(slots, code, replaced)

    def unlock_by_device(self) -> bool:
        """By the keyring or the key file; False when this shop wants its password."""
        slots, replaced = self._locks()
        kinds = {slot.kind for slot in slots}
        if SlotKind.KEYRING in kinds:
            try:
                self._context.vault.unlock_with_keyring(slots, replaced)
            except (StorageError, RefusedError):
                if SlotKind.PASSWORD not in kinds:
                    raise
                return False  # a keyring that does not answer must not stand before the password
        elif SlotKind.FILE in kinds:
            self._unlock_with_file(slots, replaced)
        else:
            return False
        return True

    def confirm_password(self, password: str) -> None:
        """Ask again before something is revealed; :class:`RefusedError` when it is wrong."""
        self._context.vault.confirm_password(self._slots(), password)

    # ---- ways in

    def ways(self) -> tuple[WayIn, ...]:
        """Every way to open the shop, the oldest first."""
        with self._context.read() as session:
            return tuple(
                WayIn(slot.kind.value, slot.created_at) for slot in load_slots(session) if slot.created_at is not None
            )

    def change_password(self, old: str | None, new: str) -> None:
        """Set the password; ``old`` is needed when there is one. Older backups still open with the old password."""
        slots = self._slots()
        if any(slot.kind is SlotKind.PASSWORD for slot in slots):
            slot = self._context.vault.change_password(slots, old or "", new)
        else:
            slot = self._context.vault.password_slot(new)
        self._save(slot)

    def new_recovery_code(self) -> str:
        """A new code; the old one opens nothing any more."""
        slot, code = self._context.vault.recovery_slot()
        self._save(slot)
        return code

    def use_keyring(self) -> None:
        """Let the system's keyring open the shop on this computer; the other ways stay.

        :class:`LockedError` while it is locked, :class:`StorageError` when there is no keyring.
        """
        self._save(self._context.vault.keyring_slot())
        settle_keyring(self._context.vault.shop_uid)

    def use_key_file(self) -> None:
        """Let a key file beside the shop open it, without a question: whoever copies the folder can read the keys."""
        if not self._context.vault.is_unlocked:
            raise _locked()
        if any(slot.kind is SlotKind.FILE for slot in self._slots()):
            raise RefusedError("A key file opens this shop already.", "这家店铺已可用密钥文件打开。")
        path = self._context.data_dir / KEY_FILE_NAME
        # without its slot it opens nothing
        path.unlink(missing_ok=True)
        self._save(self._context.vault.file_slot(path))

    def stop_using(self, protection: str) -> None:
        """Take away a way to open the shop ("password", "keyring" or "file"), and its key from where it was kept.

        :class:`RefusedError` when only the recovery code would be left. Older backups still open that way.
        """
        context, kind = self._context, SlotKind(protection)
        if kind is SlotKind.RECOVERY:
            raise RefusedError(
                "The recovery code stays: it is the last way into the shop. Make a new one instead.",
                "恢复码必须保留，它是打开店铺的最后途径；如需更换，请生成新的恢复码。",
            )
        if all(slot.kind is not kind for slot in self._slots()):
            raise RefusedError(
                "This shop does not open this way ({kind}).",
                "这家店铺没有使用这种打开方式（{kind}）。",
                kind=protection,
            )
        if not context.vault.is_unlocked:
            raise _locked()
        with context.write() as session:
            remove_slot(session, kind)
            facts = {"slot": kind, "removed": True}
            context.record(session, "vault.changed", "vault_slots", 0, facts=facts)
        # only now: a key that is gone while its slot stays would lock the merchant out
        if kind is SlotKind.KEYRING:
            forget_keyring_key(context.vault.shop_uid)
        elif kind is SlotKind.FILE:
            for name in (KEY_FILE_NAME, NEXT_KEY_FILE_NAME):
                (context.data_dir / name).unlink(missing_ok=True)
        context.announce("vault")

    # ---- replacing the keys

    def prepare_rotation(
        self, password: str | None, new_password: str | None = None, *, cost: Argon2Cost | None = None
    ) -> PreparedRotation:
        """New keys and the recovery code that will go with them; see :func:`vault_rotation.prepare`."""
        return vault_rotation.prepare(self._context, password=password, new_password=new_password, cost=cost)

    def start_rotation(self, prepared: PreparedRotation) -> None:
        """Put them in force: from now on only the new code, and the password given with them, open the shop.

        A backup is made before.
        """
        from desktop_app.services.backups import Backups  # only here: it brings the reading of signatures

        Backups(self._context).make_before()
        vault_rotation.start(self._context, prepared)

    def rotation(self) -> RotationState | None:
        """The replacement of keys that has not ended, if there is one."""
        return vault_rotation.state(self._context)

    def continue_rotation(
        self, *, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> RotationResult | None:
        """Seal anew what is left; see :func:`vault_rotation.run`."""
        return vault_rotation.run(self._context, progress=progress, cancelled=cancelled)

    # ---- disclosing

    def open_commitment(self, proof_no: str) -> Opening:
        """Show an arbitrator which card key a proof is about; see :func:`commitments.open_commitment`."""
        return open_commitment(self._context, proof_no)

    # ---- inside

    def _unlock_with_file(self, slots: list[Slot], replaced: dict[int, bytes]) -> None:
        path = self._context.data_dir / KEY_FILE_NAME
        following = path.with_name(NEXT_KEY_FILE_NAME)
        try:
            self._context.vault.unlock_with_file(slots, path, replaced)
        except (StorageError, RefusedError):
            if not following.exists():
                raise
            # the keys were replaced, and the program died before the new key file had its name
            self._context.vault.unlock_with_file(slots, following, replaced)
            with suppress(OSError):
                following.replace(path)

    def _save(self, slot: Slot) -> None:
        with self._context.write() as session:
            save_slot(session, slot, self._context.clock())
            self._context.record(session, "vault.changed", "vault_slots", 0, facts={"slot": slot.kind})
        self._context.announce("vault")

    def _slots(self) -> list[Slot]:
        with self._context.read() as session:
            return load_slots(session)

    def _locks(self) -> tuple[list[Slot], dict[int, bytes]]:
        with self._context.read() as session:
            return load_slots(session), load_replaced(session)


def _locked() -> LockedError:
    return LockedError("The shop is locked: unlock it first.", "店铺已锁定：请先解锁。")
