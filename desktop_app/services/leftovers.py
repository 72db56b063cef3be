"""What a program that died leaves in the folders of a shop: half-written files, and papers that were never issued."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlmodel import col, select

from desktop_app.domain.errors import ConflictError, StorageError
from desktop_app.services.context import Context
from desktop_app.services.proof_issuing import FOLDER
from desktop_app.storage import attachments, backup_making, backup_sets
from desktop_app.storage.tables import ProofRow

_HALF: Final = re.compile(r"\..+\.[0-9a-f]{32}\.part")
_PAPER: Final = re.compile(r"HX-[0-9]{8}-([0-9]{6,})\.pdf")


def sweep(context: Context) -> None:
    """Remove them. Files that another program may be writing now stay, and so does what cannot be removed."""
    papers = context.data_dir / FOLDER
    before = context.database.alone_at
    if before is not None:
        for folder in (papers, context.data_dir / attachments.FOLDER_NAME):
            with suppress(OSError):
                _remove_halves(folder, before)
    with suppress(OSError):
        _settle_backups(context.data_dir)
    journal = context.database.journal
    # a shop that was put back to an older state has papers beside it that it knows no more: they were issued
    if journal is not None and journal.problem is None:
        with suppress(OSError, StorageError):  # the next start finds them again
            _remove_papers(context, papers)


def _settle_backups(data_dir: Path) -> None:
    """A half backup is as large as the shop, and the next one may be made into another folder."""
    staging = data_dir / backup_making.STAGING
    if staging.is_dir() and backup_sets.halves(staging):
        with suppress(ConflictError, StorageError), backup_making.alone(data_dir):
            backup_sets.settle(staging)


def _remove_halves(folder: Path, before: float) -> None:
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        halves = [entry for entry in entries if _HALF.fullmatch(entry.name)]
    for half in halves:
        with suppress(OSError):
            if half.stat(follow_symlinks=False).st_mtime < before:
                Path(half).unlink()


def _numbers(papers: Path) -> dict[str, int]:
    if not papers.is_dir():
        return {}
    with os.scandir(papers) as entries:
        found = ((entry.name, _PAPER.fullmatch(entry.name)) for entry in entries)
        return {name: int(match[1]) for name, match in found if match is not None}


def _remove_papers(context: Context, papers: Path) -> None:
    """A paper has its name before its transaction commits. Its number is given again, so the file must not stay."""
    if not _numbers(papers) or any(one.lost.get("proofs") for one in context.database.salvages):
        return  # what a salvage has lost of the register was issued all the same
    with context.read() as session:
        last = session.exec(select(ProofRow.id).order_by(col(ProofRow.id).desc()).limit(1)).first() or 0
    if not any(number > last for number in _numbers(papers).values()):
        return
    with context.database.write() as session:  # nobody is between name and commit
        last = session.exec(select(ProofRow.id).order_by(col(ProofRow.id).desc()).limit(1)).first() or 0
        for name, number in _numbers(papers).items():
            if number > last:
                with suppress(OSError):
                    (papers / name).unlink()
