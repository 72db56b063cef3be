"""The command line: the same services as the window.

Exit status 0: done; 1: refused, with one sentence on standard error; 2: wrong usage. A password comes from a prompt,
``--password-file`` or ``KAMIDESK_PASSWORD``, never from an argument, because arguments can be seen by other programs.
Services are imported inside the commands: ``kamidesk --help`` and ``kamidesk decide`` need none of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from desktop_app import __version__
from desktop_app.cli import (
    audit,
    backup,
    dossiers,
    evidence,
    identity,
    keys,
    orders,
    papers,
    proofs,
    redemptions,
    refunds,
    replies,
    requests,
    salvage,
    shops,
    vault,
)
from desktop_app.cli.session import DONE, REFUSED, Session, language, never_stop_at_a_character
from desktop_app.domain.errors import ShopError
from desktop_app.paths import default_data_dir

app = typer.Typer(add_completion=False, no_args_is_help=False, pretty_exceptions_enable=False, rich_markup_mode=None)
app.add_typer(shops.app)
app.add_typer(keys.app, name="keys")
app.add_typer(orders.app, name="orders")
app.add_typer(redemptions.app, name="redemptions")
app.add_typer(requests.app, name="requests")
app.add_typer(refunds.app, name="refunds")
app.add_typer(evidence.app, name="evidence")
app.add_typer(replies.app, name="replies")
app.add_typer(identity.app, name="identity")
app.add_typer(identity.verify_app)
app.add_typer(vault.app, name="vault")
app.add_typer(audit.app, name="audit")
app.add_typer(backup.app, name="backup")
app.add_typer(salvage.app)
app.add_typer(dossiers.app)
app.add_typer(dossiers.disputes, name="disputes")
app.add_typer(papers.app)
app.add_typer(proofs.app, name="proofs")


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status; never raises for a refusal."""
    never_stop_at_a_character()
    spoken = language()
    try:
        app(args=list(arguments), prog_name="kamidesk")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else DONE
    except ShopError as error:
        typer.echo(error.text(spoken), err=True)
        return REFUSED
    return DONE


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help="Data folder of the shop (or KAMIDESK_DATA).")] = None,
    password_file: Annotated[Path | None, typer.Option(help="File whose first line is the password.")] = None,
    selftest: Annotated[bool, typer.Option("--selftest", help="Check this installation and exit.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Kamidesk: the desk of a card-key shop. Without a command, the window."""
    session = Session((data or default_data_dir()).expanduser().absolute(), password_file, language())
    context.obj = session
    if version:
        typer.echo(f"kamidesk {__version__}")
        raise typer.Exit(DONE)
    if selftest:
        from desktop_app.ui.selftest import run_selftest

        raise typer.Exit(DONE if run_selftest(typer.echo) else REFUSED)
    if context.invoked_subcommand is None:
        from desktop_app.ui import app as window

        raise typer.Exit(window.run(session.data_dir))
