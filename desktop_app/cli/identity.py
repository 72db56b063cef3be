"""``kamidesk identity`` and ``kamidesk verify``: who signs for the shop, and whether a proof is genuine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop_app.cli.session import Session, first_line, print_json, read_bytes
from desktop_app.domain.errors import BadInputError, ShopError

if TYPE_CHECKING:
    from desktop_app.services.verification import KnownSigners

app = typer.Typer(help="The certificate that signs the shop's proofs.", no_args_is_help=True)
verify_app = typer.Typer()


@app.command("show")
def identity_show(context: typer.Context) -> None:
    """The fingerprints of this shop, the one in force first; the first is made on first use."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        if shop.identities.current() is None:
            session.unlock(shop)
            shop.identities.ensure()
        lines = shop.identities.list()
        zone = shop.context.zone
    from desktop_app.services.verification import grouped

    for line in lines:
        state = ("in force", "使用中") if line.is_in_force else ("replaced", "已更换")
        span = " – ".join(f"{at.astimezone(zone):%Y-%m-%d}" for at in (line.valid_from, line.valid_until))
        session.say(f"{line.name}, {state[0]}, valid {span}", f"{line.name}，{state[1]}，有效期 {span}")
        typer.echo(grouped(line.fingerprint))


@app.command("rotate")
def identity_rotate(context: typer.Context) -> None:
    """Sign with a new key from now on; the old one vouches for it. Publish the new fingerprint."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        line = shop.identities.rotate()
    _tell(session, line.fingerprint)


@app.command("import")
def identity_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A .p12 or .pfx file with a P-256 key.")],
    p12_password_file: Annotated[
        Path | None, typer.Option("--certificate-password", help="File whose first line is the password of the .p12.")
    ] = None,
) -> None:
    """Sign with a certificate of an authority from now on."""
    session: Session = context.obj
    if p12_password_file is not None:
        password = first_line(p12_password_file)
    else:
        password = session.ask_secret("Password of the .p12", ".p12 密码", default="", show_default=False)
    with session.shop(unlocked=True) as shop:
        line = shop.identities.import_p12(file, password)
    _tell(session, line.fingerprint)


@app.command("picture")
def identity_picture(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="PNG to write.")],
) -> None:
    """Write a picture with the shop's name, the fingerprint and a QR code, to publish on the shop page."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        if shop.identities.current() is None:
            session.unlock(shop)
        shop.identities.save_picture(file)
    session.say(
        f"The picture is in {file}; publish it before there is a dispute.", f"图片已保存到 {file}，请在纠纷发生前公布。"
    )


@verify_app.command()
def verify(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A proof as PDF, or a picture of its QR code.")] = None,
    fingerprint: Annotated[
        list[str] | None, typer.Option("--fingerprint", help="The fingerprint that the shop published.")
    ] = None,
    text: Annotated[str | None, typer.Option("--text", help="The text of the QR code, from paper.")] = None,
    certificate: Annotated[
        Path | None,
        typer.Option("--certificate", help="The shop's certificate or its picture, to check a QR code with."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each.")] = False,
) -> None:
    """Is this proof genuine? Status 0: valid, 1: tampered with, 2: unknown signer, 3: unreadable. Needs no shop."""
    from desktop_app.services import verification
    from desktop_app.services.verification import Answer, KnownSigners

    session: Session = context.obj
    try:
        if file is None and text is None:
            raise BadInputError(
                "Give a file, or --text with the text of a QR code.", "请指定文件，或用 --text 给出二维码内容。"
            )
        known = KnownSigners()
        if fingerprint:
            known = KnownSigners(frozenset(map(verification.read_fingerprint, fingerprint)))
        elif certificate is None:
            known = _own(session)
        if certificate is not None:
            known = known.including(verification.read_certificate(read_bytes(certificate)), trusted=not fingerprint)
    except (ShopError, typer.BadParameter) as error:
        # not the usual statuses 1 and 2: here they would say something about the proof
        typer.echo(error.text(session.language) if isinstance(error, ShopError) else error.message, err=True)
        raise typer.Exit(3) from None
    found = []
    if file is not None:
        found.append(verification.verify_path(file, known))
    if text is not None:
        found.append(verification.verify_code(text, known))
    for answer in found:
        if as_json:
            print_json(verification.as_plain(answer), indent=None)
        else:
            typer.echo(verification.as_text(answer, session.language))
    worst_first = {Answer.TAMPERED: 1, Answer.UNREADABLE: 3, Answer.UNKNOWN_SIGNER: 2, Answer.VALID: 0}
    answers = {answer.answer for answer in found}
    raise typer.Exit(next(status for answer, status in worst_first.items() if answer in answers))


def _own(session: Session) -> KnownSigners:
    from desktop_app.services.verification import KnownSigners, signers_of_shop

    try:
        with session.shop(unlocked=False) as shop:
            return signers_of_shop(shop.context)
    except ShopError:
        return KnownSigners()  # a buyer has no shop, and a shop that does not open knows nobody


def _tell(session: Session, fingerprint: str) -> None:
    from desktop_app.services.verification import grouped

    session.say("New fingerprint, to be published:", "新指纹，请公布：")
    typer.echo(grouped(fingerprint))
