"""``kamidesk salvage``: what can still be read of a damaged shop file, and a new shop made of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop_app.cli.session import REFUSED, Session, interrupted, progress_told

if TYPE_CHECKING:  # annotations only
    from desktop_app.services.salvaging import SalvagePreview, TableLine

app = typer.Typer()

_SHOWN = 12


@app.command()
def salvage(
    context: typer.Context,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put what was read in the place of the damaged shop, moved aside.")
    ] = False,
    to: Annotated[Path | None, typer.Option("--to", help="New folder for the salvaged shop.")] = None,
    report: Annotated[Path | None, typer.Option("--report", help="Write the whole report (JSON) to this file.")] = None,
) -> None:
    """Read what is left of a damaged shop file; without --replace or --to only tell. The file itself is not touched."""
    from desktop_app.services.salvaging import preview_salvage, write_report
    from desktop_app.services.salvaging import salvage as do_salvage

    session: Session = context.obj
    if replace and to is not None:
        raise typer.BadParameter("one of: --to FOLDER, --replace")
    with interrupted() as stop:
        if not replace and to is None:
            preview = preview_salvage(session.data_dir, cancelled=stop.is_set, progress=progress_told())
            _tell(session, preview)
        else:
            target = to.expanduser().absolute() if to is not None else None
            done = do_salvage(session.data_dir, to=target, cancelled=stop.is_set, progress=progress_told())
            preview = done.preview
            _tell(session, preview)
            if done.aside is not None:
                session.say(f"The damaged file: {done.aside}", f"损坏的文件：{done.aside}")
            session.say(
                f"Salvaged: {done.folder}. What was lost is listed in {done.report}. Run “kamidesk check” next.",
                f"已抢救：{done.folder}。丢失的内容列于 {done.report}。接着请运行“kamidesk check”。",
            )
    if report is not None:
        write_report(preview, report)
    if preview.is_sound:
        raise typer.Exit(REFUSED)


def _tell(session: Session, preview: SalvagePreview) -> None:
    if preview.is_sound:
        session.say("The shop file is not damaged: there is nothing to salvage.", "店铺文件没有损坏，无需抢救。")
        return
    session.say(
        f"Pages: {preview.pages}, of them damaged or out of reach: {preview.damaged_pages}",
        f"页数：{preview.pages}，其中损坏或无法到达：{preview.damaged_pages}",
    )
    for line in preview.tables:
        if not line.is_whole or line.from_backup or line.from_index:
            _tell_table(session, line)
    at_least = "" if preview.is_counted else " or more"
    session.say(
        f"Rows saved: {preview.kept}; lost: {preview.lost}{at_least} ({preview.per_mille / 10:.1f} % saved)",
        f"可保留 {preview.kept} 行；丢失 {'' if preview.is_counted else '至少 '}{preview.lost} 行"
        f"（保留 {preview.per_mille / 10:.1f} %）",
    )
    if preview.unknown_rows:
        session.say(
            f"Left out, because nobody can tell whether they were deleted before: {preview.unknown_rows} rows",
            f"另有 {preview.unknown_rows} 行无法确认是否早已删除，未采用",
        )
    for first, last in preview.gaps:
        session.say(
            f"Events {first} to {last} are lost; every verification of the log will say so.",
            f"第 {first} 至 {last} 条操作记录丢失，今后每次校验日志都会提示。",
        )
    if not preview.can_be_unlocked:
        session.say(
            "The ways to unlock are lost and in no backup: neither card keys nor buyers' data could ever be read "
            "again. Look for an older backup first.",
            "解锁方式已丢失，备份中也没有：卡密和买家信息将永远无法读取。请先寻找更早的备份。",
        )
    if preview.backup is not None:
        backup = preview.backup
        session.say(
            f"The newest good backup, {backup.path.name}, lacks {backup.orders} orders, {backup.requests} requests and "
            f"{backup.events} events of what can be read here.",
            f"最近的完好备份 {backup.path.name} 比这里少 {backup.orders} 个订单、{backup.requests} 个申请、"
            f"{backup.events} 条操作记录。",
        )


def _tell_table(session: Session, line: TableLine) -> None:
    more = "" if line.is_counted else "+"
    parts = [
        (f"saved {line.kept}", f"保留 {line.kept}"),
        (f"lost {line.lost}{more}", f"丢失 {line.lost}{more}"),
        (f"from the backup {line.from_backup}", f"取自备份 {line.from_backup}" if line.from_backup else ""),
        (f"older state {line.aged}", f"为备份时的旧状态 {line.aged}" if line.aged else ""),
        (f"rebuilt from the log {line.rebuilt}", f"由日志重建 {line.rebuilt}" if line.rebuilt else ""),
        (f"from an index {line.from_index}", f"取自索引 {line.from_index}" if line.from_index else ""),
        (f"without what they belong to {line.removed}", f"所属记录丢失 {line.removed}" if line.removed else ""),
        (f"links emptied {line.unlinked}", f"关联置空 {line.unlinked}" if line.unlinked else ""),
    ]
    shown = [(en, zh) for en, zh in parts if zh]
    names = ", ".join(line.names[:_SHOWN]) + (" …" if len(line.names) > _SHOWN else "")
    session.say(
        f"  {line.en}: {'; '.join(en for en, _ in shown)}" + (f" ({names})" if names else ""),
        f"  {line.zh}：{'；'.join(zh for _, zh in shown)}" + (f"（{names}）" if names else ""),
    )
