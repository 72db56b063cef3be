from __future__ import annotations

import sys
import threading
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, QThread
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import CancelledError, RefusedError, ShopError
from desktop_app.ui.jobs import ImmediateJobs, Jobs, Progress, Report
from desktop_app.ui.widgets.progress_strip import ProgressStrip

REFUSAL = ("The order is locked.", "订单已锁定。")


class Owner(QObject):
    """Takes answers, and notes on which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Any] = []
        self.errors: list[ShopError] = []
        self.threads: list[QThread] = []

    def take(self, answer: Any) -> None:
        self.answers.append(answer)
        self.threads.append(QThread.currentThread())

    def hear(self, error: ShopError) -> None:
        self.errors.append(error)


def refuse(_progress: Progress) -> None:
    raise RefusedError(*REFUSAL)


def test_work_is_done_elsewhere_and_answered_here(qtbot: QtBot, jobs: Jobs) -> None:
    owner, workers = Owner(), []

    def work(_progress: Progress) -> dict[int, int]:
        workers.append(threading.get_ident())
        return {1: 2}

    job = jobs.run(owner, work, owner.take)
    qtbot.waitSignal(job.ended).wait()
    assert owner.answers == [{1: 2}]
    assert workers != [threading.get_ident()]
    assert owner.threads == [QCoreApplication.instance().thread()]
    assert jobs.running == []


def test_a_refusal_reaches_the_owner(qtbot: QtBot, jobs: Jobs) -> None:
    owner = Owner()
    job = jobs.run(owner, refuse, owner.take, owner.hear)
    qtbot.waitSignal(job.ended).wait()
    assert [error.en for error in owner.errors] == [REFUSAL[0]]
    assert owner.answers == []


def test_a_refusal_that_nobody_wants_is_still_shown(qtbot: QtBot, jobs: Jobs) -> None:
    owner = Owner()
    with qtbot.waitSignal(jobs.failed_unheard) as heard:
        jobs.run(owner, refuse)
    assert isinstance(heard.args[0], RefusedError)


def test_a_bug_goes_to_the_excepthook(qtbot: QtBot, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    caught: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda *args: caught.append(args[0]))
    owner = Owner()

    def work(_progress: Progress) -> None:
        raise ZeroDivisionError

    job = jobs.run(owner, work, owner.take, owner.hear)
    qtbot.waitSignal(job.ended).wait()
    assert caught == [ZeroDivisionError]
    assert owner.answers == owner.errors == []
    assert jobs.running == []


def test_a_dead_owner_gets_no_answer_and_its_work_is_cancelled(qtbot: QtBot, jobs: Jobs) -> None:
    owner, answers = Owner(), []
    cancelled = threading.Event()
    started = threading.Event()

    def work(progress: Progress) -> str:
        started.set()
        while not progress.cancelled():
            cancelled.wait(0.001)
        cancelled.set()
        return "too late"

    job = jobs.run(owner, work, answers.append)
    assert started.wait()
    with qtbot.waitSignal(job.ended):
        shiboken6.delete(owner)
    assert cancelled.is_set()
    assert answers == []


def test_cancel_stops_the_work(qtbot: QtBot, jobs: Jobs) -> None:
    owner = Owner()

    def work(progress: Progress) -> None:
        while True:
            progress.stop_if_cancelled()

    job = jobs.run(owner, work, owner.take, owner.hear, title="Import")
    with qtbot.waitSignal(job.ended):
        job.cancel()
    assert isinstance(owner.errors[0], CancelledError)


def test_progress_is_thinned_out_but_its_end_is_told(qtbot: QtBot) -> None:
    told: list[Report] = []
    progress = Progress(told.append)
    for done in range(1, 100_001):
        progress.report(done, 100_000)
    assert told[-1] == Report(100_000, 100_000, "")
    assert len(told) < 2_000, "twenty a second"


def test_immediate_jobs_answer_before_they_return(immediate_jobs: ImmediateJobs) -> None:
    owner = Owner()
    immediate_jobs.run(owner, lambda _progress: 5, owner.take)
    immediate_jobs.run(owner, refuse, owner.take, owner.hear)
    assert owner.answers == [5]
    assert len(owner.errors) == 1
    with pytest.raises(ZeroDivisionError):
        immediate_jobs.run(owner, lambda _progress: 1 // 0)


def test_the_strip_shows_titled_work_and_stops_it(qtbot: QtBot, jobs: Jobs) -> None:
    owner = Owner()
    strip = ProgressStrip(jobs)
    qtbot.addWidget(strip)
    reported = threading.Event()

    def work(progress: Progress) -> None:
        progress.report(50, 100)
        reported.set()
        while not progress.cancelled():
            reported.wait(0.001)

    job = jobs.run(owner, work, title="Import")
    qtbot.waitUntil(lambda: strip._text.text() == "Import: 50 of 100")
    qtbot.waitUntil(strip.isVisible)
    with qtbot.waitSignal(job.ended):
        strip._cancel.click()
    qtbot.waitUntil(strip.isHidden)


def test_closing_waits_for_the_workers(qtbot: QtBot) -> None:
    runner, owner = Jobs(), Owner()
    runner.run(owner, lambda progress: [None for _ in iter(progress.cancelled, True)])
    assert runner.cancel_all(120_000)
