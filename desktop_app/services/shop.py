"""One open shop: made, opened, unlocked and closed here, with its services at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from desktop_app.domain.errors import NotFoundError
from desktop_app.services import checkpoints, leftovers
from desktop_app.services.context import Change, Clock, Context, login_name, system_clock
from desktop_app.services.identities import Identities
from desktop_app.services.policies import Policies
from desktop_app.services.products import Products
from desktop_app.services.proofs import Proofs
from desktop_app.services.refunds import Refunds
from desktop_app.services.reports import Reports
from desktop_app.services.requests import Requests
from desktop_app.services.settings import Settings
from desktop_app.services.shop_settings import ShopSettings, checked, read_settings
from desktop_app.services.stock import Stock
from desktop_app.services.vault_life import VaultLife
from desktop_app.services.vault_rotation import KEY_FILE_NAME
from desktop_app.storage.core_dumps import disable_core_dumps
from desktop_app.storage.data_folder import synced_by
from desktop_app.storage.database import FILE_NAME, Database
from desktop_app.storage.vault import Vault
from desktop_app.storage.vault_slots import (
    Argon2Cost,
    Slot,
    SlotKind,
    check_new_password,
    keyring_available,
    save_slot,
)

if TYPE_CHECKING:  # for annotations: these are imported when they are first asked for
    from desktop_app.services.audit_log import AuditLog
    from desktop_app.services.backups import Backups
    from desktop_app.services.disputes import Disputes
    from desktop_app.services.dossiers import Dossiers
    from desktop_app.services.evidence import Evidence
    from desktop_app.services.inventory import Inventory
    from desktop_app.services.orders import Orders
    from desktop_app.services.prints import Prints
    from desktop_app.services.proof_batches import ProofBatches
    from desktop_app.services.reconciliation import Reconciliation
    from desktop_app.services.redemptions import Redemptions
    from desktop_app.services.reply_texts import ReplyTexts


class Shop:
    """Everything that a front end may call. Usable from several threads; one ``write`` runs at a time.

    What the first page does not need is imported when it is first asked for: the window is open sooner.
    """

    def __init__(self, context: Context) -> None:
        """Use :meth:`create` or :meth:`open`."""
        self.context = context
        checkpoints.follow(context)
        self.data_dir = context.data_dir
        self.vault = VaultLife(context)
        self.products = Products(context)
        self.stock = Stock(context)
        self.identities = Identities(context)
        self.proofs = Proofs(context)
        self.requests = Requests(context, self.proofs)
        self.refunds = Refunds(context)
        self.policies = Policies(context)
        self.reports = Reports(context)
        self.settings = Settings(context)

    @cached_property
    def inventory(self) -> Inventory:
        from desktop_app.services.inventory import Inventory

        return Inventory(self.context)

    @cached_property
    def redemptions(self) -> Redemptions:
        from desktop_app.services.redemptions import Redemptions

        return Redemptions(self.context)

    @cached_property
    def proof_batches(self) -> ProofBatches:
        from desktop_app.services.proof_batches import ProofBatches

        return ProofBatches(self.context)

    @cached_property
    def prints(self) -> Prints:
        from desktop_app.services.prints import Prints

        return Prints(self.context)

    @cached_property
    def disputes(self) -> Disputes:
        from desktop_app.services.disputes import Disputes

        return Disputes(self.context)

    @cached_property
    def dossiers(self) -> Dossiers:
        from desktop_app.services.dossiers import Dossiers

        return Dossiers(self.context)

    @cached_property
    def reconciliation(self) -> Reconciliation:
        from desktop_app.services.reconciliation import Reconciliation

        return Reconciliation(self.context)

    @cached_property
    def evidence(self) -> Evidence:
        from desktop_app.services.evidence import Evidence

        return Evidence(self.context)

    @cached_property
    def audit(self) -> AuditLog:
        from desktop_app.services.audit_log import AuditLog

        return AuditLog(self.context)

    @cached_property
    def backups(self) -> Backups:
        from desktop_app.services.backups import Backups

        return Backups(self.context)

    @cached_property
    def reply_texts(self) -> ReplyTexts:
        from desktop_app.services.reply_texts import ReplyTexts

        return ReplyTexts(self.context)

    @cached_property
    def orders(self) -> Orders:
        from desktop_app.services.orders import Orders

        return Orders(self.context)

    # ---- life of a shop

    @staticmethod
    def exists(data_dir: Path) -> bool:
        """Whether ``data_dir`` holds a shop."""
        return Database.exists(data_dir / FILE_NAME)

    @staticmethod
    def keyring_available() -> bool:
        """Whether this system has a keyring that can keep the vault key."""
        return keyring_available()

    @classmethod
    def create(
        cls,
        data_dir: Path,
        *,
        protection: str,
        password: str | None = None,
        settings: ShopSettings | None = None,
        actor: str | None = None,
        clock: Clock = system_clock,
        cost: Argon2Cost | None = None,
        window: bool = False,
    ) -> tuple[Shop, str]:
        """Make a shop, unlocked, and the recovery code that is shown once.

        ``protection``: "password", "keyring" or "file" (a key file beside the shop: plainly weaker). ``cost`` is for
        tests; otherwise the password costs what this machine bears. Takes a second or two.
        """
        kind = SlotKind(protection)
        if kind is SlotKind.PASSWORD:
            check_new_password(password or "")
        if settings is not None:
            settings = checked(settings)
        disable_core_dumps()
        key_file = data_dir / KEY_FILE_NAME
        made: list[tuple[Vault, str]] = []

        def protect(session: Session, shop_uuid: str) -> None:
            # in the transaction that makes the shop: a shop that nothing opens can never be left behind
            vault = Vault.create(UUID(shop_uuid).bytes)
            slots, code = _first_slots(vault, kind, password or "", key_file, cost)
            for slot in slots:
                save_slot(session, slot, clock())
            made.append((vault, code))

        database = Database.create(data_dir / FILE_NAME, at=clock(), window=window, fill=protect)
        vault, code = made[0]
        shop = cls._around(database, vault, data_dir, actor, clock)
        with _closed_when_it_fails(shop):
            shop.settings.save(settings or ShopSettings(operator=shop.context.actor))
        return shop, code

    @classmethod
    def open(
        cls, data_dir: Path, *, actor: str | None = None, clock: Clock = system_clock, window: bool = False
    ) -> Shop:
        """Open the shop in ``data_dir``, locked; :class:`NotFoundError` when there is none."""
        if not cls.exists(data_dir):
            raise NotFoundError(
                "There is no shop in {folder} yet. Open the window, or run “kamidesk demo”, to make one.",
                "{folder} 中还没有店铺。请打开窗口新建，或运行“kamidesk demo”生成演示店铺。",
                folder=data_dir,
            )
        disable_core_dumps()
        database = Database.open(data_dir / FILE_NAME, at=clock(), window=window)
        shop = cls._around(database, Vault(database.shop_uid), data_dir, actor, clock)
        with _closed_when_it_fails(shop):
            leftovers.sweep(shop.context)
        return shop

    @classmethod
    def _around(cls, database: Database, vault: Vault, data_dir: Path, actor: str | None, clock: Clock) -> Shop:
        try:
            return cls(_context(database, vault, data_dir, actor, clock))
        except BaseException:
            database.close()
            raise

    @property
    def synced_by(self) -> str | None:
        """The folder of a cloud service that the data folder seems to lie in; None when it does not."""
        return synced_by(self.data_dir)

    def close(self) -> None:
        """Sign the log, forget the keys and free the data folder."""
        checkpoints.catch_up(self.context)
        self.context.vault.lock()
        self.context.database.close()

    def keep_window_alive(self) -> None:
        """Called on the thread of a window: its steps do not wait for other programs that write. They are refused
        with :class:`BusyError` at once and can be taken again; workers wait."""
        self.context.database.keep_window_alive()

    def on_change(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call ``listener`` after every write, on the thread that wrote; the result ends that."""
        self.context.listeners.append(listener)
        return lambda: self.context.listeners.remove(listener)

    # ---- the vault

    @property
    def is_unlocked(self) -> bool:
        return self.context.vault.is_unlocked

    def protections(self) -> frozenset[str]:
        """The kinds of slots that open this shop."""
        return frozenset(way.kind for way in self.vault.ways())

    def unlock(self, password: str) -> None:
        """:class:`RefusedError` when the password is wrong; takes up to a second."""
        self.vault.unlock_with_password(password)
        self._unlocked()

    def unlock_with_recovery_code(self, code: str) -> None:
        """:class:`ShopError` when the code is not this shop's."""
        self.vault.unlock_with_recovery_code(code)
        self._unlocked()

    def unlock_automatically(self) -> bool:
        """Unlock by the keyring or the key file; False when this shop wants its password."""
        if self.is_unlocked:
            return True
        if not self.vault.unlock_by_device():
            return False
        self._unlocked()
        return True

    def lock(self) -> None:
        """Forget the keys; lists stay readable with fingerprints instead of keys.

        What cannot be signed now, because another program is writing, is signed after the next unlock.
        """
        checkpoints.catch_up(self.context)
        self.context.vault.lock()
        self.context.announce("vault")

    def confirm_password(self, password: str) -> None:
        """Ask again before something is revealed; :class:`RefusedError` when it is wrong."""
        self.vault.confirm_password(password)

    def _unlocked(self) -> None:
        checkpoints.catch_up(self.context)
        self.context.announce("vault")


@contextmanager
def _closed_when_it_fails(shop: Shop) -> Iterator[None]:
    """A shop that nobody gets must not keep its folder locked."""
    try:
        yield
    except BaseException:
        shop.close()
        raise


def _first_slots(
    vault: Vault, kind: SlotKind, password: str, key_file: Path, cost: Argon2Cost | None
) -> tuple[list[Slot], str]:
    if kind is SlotKind.PASSWORD:
        first = vault.password_slot(password, cost)
    elif kind is SlotKind.KEYRING:
        first = vault.keyring_slot()
    else:
        first = vault.file_slot(key_file)
    recovery, code = vault.recovery_slot()
    return [first, recovery], code


def _context(database: Database, vault: Vault, data_dir: Path, actor: str | None, clock: Clock) -> Context:
    with database.read() as session:
        settings = read_settings(session)
    return Context(
        database=database,
        vault=vault,
        data_dir=data_dir,
        actor=actor or settings.operator or login_name(),
        clock=clock,
        zone=ZoneInfo(settings.time_zone),
    )
