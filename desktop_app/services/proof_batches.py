"""Many proofs at once: issued in steps, copied into a folder, or put together into one file for the printer.

A batch ends early when it is cancelled, when the shop is locked meanwhile or when a disk is full. What was issued until
then stays issued; every unit without a proof is named with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from desktop_app.documents.whole_file import write_whole
from desktop_app.domain.errors import CancelledError, ConflictError, NotFoundError, ShopError, StorageError
from desktop_app.domain.states import UnitState
from desktop_app.services.context import Context, chunks
from desktop_app.services.order_lines import find_order_by_number
from desktop_app.services.proof_issuing import IssuedStep, issue_step, not_written
from desktop_app.services.proofs import read_stored
from desktop_app.storage.data_folder import sync_folder
from desktop_app.storage.tables import OrderRow, ProofRow, RedemptionRow, UnitRow

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

STEP = 20
"""So many proofs are issued in one transaction; a cancelled batch stops before the next proof."""


@dataclass(frozen=True, slots=True)
class NoProof:
    """Why there is no proof of a unit, or no copy of a proof."""

    order_no: str
    unit_ref: str
    error: ShopError


@dataclass(frozen=True, slots=True)
class PrinterFile:
    """Proofs in one PDF for the printer, in the order of ``proof_ids``; of several, the file carries no signature.

    ``page_counts`` are the pages of each, ``title`` says which they are.
    """

    data: bytes
    title: str
    proof_ids: tuple[int, ...]
    page_counts: tuple[int, ...]

    @property
    def pages(self) -> int:
        return sum(self.page_counts)

    def proofs_on(self, first: int, last: int) -> list[int]:
        """The proofs that have a page among ``first`` to ``last``, counted from 1."""
        found, before = [], 0
        for proof_id, count in zip(self.proof_ids, self.page_counts, strict=True):
            if first <= before + count and before < last:
                found.append(proof_id)
            before += count
        return found


@dataclass(slots=True)
class BatchOutcome:
    """What became of a batch of ``wanted`` units or proofs.

    ``proof_ids`` are its proofs in their order, ``known`` of them issued before; ``files`` the copies in the folder.
    ``no_stamp`` counts proofs without the time stamp that the shop wants. ``stopped_by`` is None when the batch came to
    its end: else what is not in ``proof_ids`` nor in ``failed`` was not tried.
    """

    wanted: int
    proof_ids: list[int] = field(default_factory=list)
    known: int = 0
    files: int = 0
    pages: int = 0
    no_stamp: int = 0
    failed: list[NoProof] = field(default_factory=list)
    stopped_by: ShopError | None = None

    @property
    def issued(self) -> int:
        """How many proofs this batch issued."""
        return len(self.proof_ids) - self.known


class ProofBatches:
    """Batches of redemption proofs of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def units_of_orders(self, order_nos: Sequence[str]) -> list[int]:
        """The redeemed units of these orders, each once; :class:`NotFoundError` names an order that is not there."""
        units: dict[int, None] = {}
        with self._context.read() as session:
            for order_no in order_nos:
                order = find_order_by_number(session, order_no)
                found = session.exec(
                    select(UnitRow.id)
                    .where(col(UnitRow.order_id) == order.id, col(UnitRow.state) == UnitState.REDEEMED)
                    .order_by(col(UnitRow.position))
                )
                units |= dict.fromkeys(found.all())
        return list(units)

    def issue(
        self,
        unit_ids: Iterable[int],
        *,
        folder: Path | None = None,
        one_file: Path | None = None,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> BatchOutcome:
        """A proof for each unit: the one that its record has already, or a new one.

        ``folder`` gets a copy of each under its number, ``one_file`` all of them for the printer once all are there.
        :class:`LockedError` and the like are no exception here but end the batch (:class:`BatchOutcome`).
        """
        units = list(dict.fromkeys(unit_ids))
        outcome = BatchOutcome(len(units))
        is_cancelled = cancelled or (lambda: False)
        tell = progress or (lambda done, total: None)
        try:
            _require_folder(folder or (one_file.parent if one_file else None))
            for start in range(0, len(units), STEP):
                _stop_if(is_cancelled)
                part = units[start : start + STEP]
                found = self._known_or_issued(part, outcome, is_cancelled)
                if folder is not None:
                    self._copy(found, folder, outcome)
                tell(len(outcome.proof_ids) + len(outcome.failed), len(units))
            _stop_if(is_cancelled)
            if one_file is not None and outcome.proof_ids:
                self._write_one(outcome, one_file, is_cancelled)
        except ShopError as error:
            outcome.stopped_by = error
        if outcome.issued:
            self._context.announce("proofs", "orders")
        return outcome

    def collect(
        self,
        proof_ids: Iterable[int],
        *,
        folder: Path | None = None,
        one_file: Path | None = None,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> BatchOutcome:
        """The same with proofs that are issued already."""
        wanted = list(dict.fromkeys(proof_ids))
        outcome = BatchOutcome(len(wanted))
        is_cancelled = cancelled or (lambda: False)
        tell = progress or (lambda done, total: None)
        try:
            _require_folder(folder or (one_file.parent if one_file else None))
            for start in range(0, len(wanted), STEP):
                _stop_if(is_cancelled)
                part = wanted[start : start + STEP]
                outcome.proof_ids += part
                outcome.known += len(part)
                if folder is not None:
                    self._copy(part, folder, outcome)
                tell(len(outcome.proof_ids), len(wanted))
            if one_file is not None and outcome.proof_ids:
                self._write_one(outcome, one_file, is_cancelled)
        except ShopError as error:
            outcome.stopped_by = error
        return outcome

    def printer_file(
        self, proof_ids: Sequence[int], progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> PrinterFile:
        """These proofs as one file; :class:`StorageError` names the first whose own file is missing or was altered."""
        is_cancelled = cancelled or (lambda: False)
        from desktop_app.documents.print_file import page_count, print_file

        rows = self._rows(proof_ids)
        if len(rows) == 1:
            # the issued file itself
            data = read_stored(self._context.data_dir, rows[0])
            return PrinterFile(data, rows[0].proof_no, (rows[0].id,), (page_count(data),))
        counts: list[int] = []
        with print_file() as target:
            for number, row in enumerate(rows, 1):
                _stop_if(is_cancelled)
                counts.append(target.add(read_stored(self._context.data_dir, row)))
                if progress is not None:
                    progress(number, len(rows))
            title = f"{rows[0].proof_no} – {rows[-1].proof_no} ({len(rows)})"
            return PrinterFile(target.data(), title, tuple(row.id for row in rows), tuple(counts))

    # ---- inside

    def _known_or_issued(self, unit_ids: list[int], outcome: BatchOutcome, is_cancelled: Cancelled) -> list[int]:
        with self._context.read() as session:
            known = _proofs_in_force(session, unit_ids)
        outcome.known += len(known)
        waiting = [unit for unit in unit_ids if unit not in known]
        step = issue_step(self._context, waiting, lambda: not is_cancelled()) if waiting else IssuedStep([], {})
        proofs = known | {proof.unit_id: proof.proof_id for proof in step.issued}
        found = [proofs[unit] for unit in unit_ids if unit in proofs]
        outcome.proof_ids += found
        outcome.no_stamp += sum(proof.time_stamp_error is not None for proof in step.issued)
        with self._context.read() as session:
            names = _unit_names(session, list(step.left_out))
        outcome.failed += [NoProof(*names.get(unit, ("", "")), error) for unit, error in step.left_out.items()]
        return found

    def _copy(self, proof_ids: Sequence[int], folder: Path, outcome: BatchOutcome) -> None:
        for row in self._rows(proof_ids):
            try:
                data = read_stored(self._context.data_dir, row)
            except StorageError as error:
                with self._context.read() as session:
                    names = _unit_names(session, [row.unit_id])
                outcome.failed.append(NoProof(*names[row.unit_id], error))
                continue
            _put(folder / row.file_name, data)
            outcome.files += 1
        sync_folder(folder)

    def _write_one(self, outcome: BatchOutcome, path: Path, is_cancelled: Cancelled) -> None:
        made = self.printer_file(outcome.proof_ids, cancelled=is_cancelled)
        write_whole(path, made.data)
        outcome.pages = made.pages

    def _rows(self, proof_ids: Sequence[int]) -> list[ProofRow]:
        found: dict[int, ProofRow] = {}
        with self._context.read() as session:
            for part in chunks(proof_ids):
                found |= {row.id: row for row in session.exec(select(ProofRow).where(col(ProofRow.id).in_(part)))}
        if not proof_ids or any(proof_id not in found for proof_id in proof_ids):
            raise NotFoundError("This proof is not in the shop.", "店铺中没有这份核销证明。")
        return [found[proof_id] for proof_id in proof_ids]


def _proofs_in_force(session: Session, unit_ids: Sequence[int]) -> dict[int, int]:
    """The latest proof of each unit, where it is of the record that is in force."""
    records = dict(
        session.execute(
            select_columns(col(RedemptionRow.unit_id), col(RedemptionRow.id))
            .where(col(RedemptionRow.unit_id).in_(unit_ids))
            .order_by(col(RedemptionRow.id))
        ).all()
    )
    rows = session.execute(
        select_columns(col(ProofRow.unit_id), col(ProofRow.id), col(ProofRow.redemption_id))
        .join(UnitRow, col(UnitRow.id) == col(ProofRow.unit_id))
        .where(col(ProofRow.unit_id).in_(unit_ids), col(UnitRow.state) == UnitState.REDEEMED)
        .order_by(col(ProofRow.id))
    )
    latest = {unit_id: (proof_id, redemption_id) for unit_id, proof_id, redemption_id in rows.all()}
    return {unit: proof_id for unit, (proof_id, record) in latest.items() if records.get(unit) == record}


def _unit_names(session: Session, unit_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    rows = session.execute(
        select_columns(col(UnitRow.id), col(OrderRow.order_no), col(UnitRow.ref))
        .join(OrderRow, col(OrderRow.id) == col(UnitRow.order_id))
        .where(col(UnitRow.id).in_(unit_ids))
    )
    return {unit_id: (order_no, ref) for unit_id, order_no, ref in rows.all()}


def _require_folder(folder: Path | None) -> None:
    """Before anything is issued: afterwards it is too late to ask for another place."""
    if folder is not None and not folder.is_dir():
        raise NotFoundError("There is no folder {folder}.", "没有这个文件夹：{folder}。", folder=folder)


def _put(path: Path, data: bytes) -> None:
    """A copy at ``path``; a file of that name that says something else is not touched."""
    try:
        if path.exists():
            if path.read_bytes() == data:
                return
            raise ConflictError(
                "{file} is there already and is another file: choose another folder.",
                "{file} 已存在，且内容不同：请换一个文件夹。",
                file=path,
            )
    except OSError as error:
        raise not_written(path, error) from error
    write_whole(path, data)


def _stop_if(is_cancelled: Cancelled) -> None:
    if is_cancelled():
        raise CancelledError("Stopped. What was issued stays issued.", "已停止。已出具的证明保留有效。")
