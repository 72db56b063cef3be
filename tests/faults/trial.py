"""One act of the story in a process that dies, or whose disk fails, and what is left of it."""

from __future__ import annotations

import ctypes
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

from desktop_app.domain.errors import ShopError
from desktop_app.storage.database import Database
from tests.faults.children import Ended, in_child
from tests.faults.judge import (
    Summary,
    findings_after_start,
    findings_before_start,
    same_but_for_the_log,
    summary,
)
from tests.faults.story import Act, open_shop


class Fault(IntEnum):
    """What happens at a write; the numbers are those of ``shim.c``."""

    COUNT = 1
    KILL = 2
    FULL = 3
    FULL_STAYS = 4
    IO = 5
    SHORT = 6


@dataclass(frozen=True, slots=True)
class Course:
    """How an act goes when nothing happens: the shop after each commit, how long it takes, how often it writes."""

    states: tuple[Summary, ...]
    seconds: float
    points: int


@dataclass(slots=True)
class Tally:
    """What was tried and what was found."""

    trials: int = 0
    killed: int = 0
    refused: int = 0
    acknowledged: int = 0
    findings: list[str] = field(default_factory=list)


class Bench:
    """A shop that is copied afresh for each trial. ``template`` holds what :func:`story.build` made."""

    def __init__(self, template: Path, scratch: Path, shim: ctypes.CDLL | None = None) -> None:
        self._template = template
        self._scratch = scratch
        self._shim = shim
        self._courses: dict[str, Course] = {}
        self.tally = Tally()

    def course(self, act: Act) -> Course:
        """The undisturbed course of an act."""
        if act.name not in self._courses:
            data_dir = self._fresh()
            ended = in_child(lambda _ready: self._watched(act, data_dir))
            if ended.error:
                raise RuntimeError(f"{act.name}: {ended.error}")
            self._courses[act.name] = ended.result
        return self._courses[act.name]

    def kill_at_random(self, act: Act, chance: random.Random, *, whole: bool = True) -> None:
        """SIGKILL at a random moment of the act."""
        course = self.course(act)
        after = chance.uniform(0, course.seconds * 1.05)
        data_dir = self._fresh()
        ended = in_child(lambda ready: self._act(act, data_dir, ready), kill_after=after)
        self._judge(act, data_dir, ended, f"killed after {after * 1000:.1f} ms", whole=whole)

    def fault_at(self, act: Act, fault: Fault, point: int, *, whole: bool = True) -> None:
        """``fault`` at the write number ``point``."""
        data_dir = self._fresh()
        ended = in_child(lambda ready: self._act(act, data_dir, ready, fault, point))
        self._judge(act, data_dir, ended, f"{fault.name} at write {point}", whole=whole)

    # ---- inside a child

    def _watched(self, act: Act, data_dir: Path) -> Course:
        shop = open_shop(data_dir)
        states = [summary(data_dir)]
        undisturbed = Database.write

        @contextmanager
        def write(database: Database) -> Iterator[Any]:
            with undisturbed(database) as session:
                yield session
            states.append(summary(data_dir))

        Database.write = write  # type: ignore[assignment,method-assign]
        self._arm(Fault.COUNT, 0, data_dir)
        begun = time.perf_counter()
        act.work(shop, data_dir.parent)
        return Course(tuple(states), time.perf_counter() - begun, self._shim.km_seen() if self._shim else 0)

    def _act(
        self, act: Act, data_dir: Path, ready: Callable[[], None], fault: Fault | None = None, point: int = 0
    ) -> str:
        shop = open_shop(data_dir)
        ready()
        if fault is not None:
            self._arm(fault, point, data_dir)
        try:
            act.work(shop, data_dir.parent)
        except ShopError as error:
            return error.en
        finally:
            if self._shim is not None:
                self._shim.km_seen()
        return ""

    def _arm(self, fault: Fault, point: int, data_dir: Path) -> None:
        if self._shim is not None:
            self._shim.km_arm(int(fault), point, str(data_dir).encode())

    # ---- afterwards

    def _judge(self, act: Act, data_dir: Path, ended: Ended, how: str, *, whole: bool) -> None:
        course = self.course(act)
        self.tally.trials += 1
        self.tally.killed += ended.was_killed
        is_acknowledged = not ended.was_killed and ended.result == ""
        self.tally.acknowledged += is_acknowledged
        self.tally.refused += bool(ended.result)
        found = [f"not a sentence of ours: {ended.error}"] if ended.error else []
        looked = in_child(lambda _ready: _look(data_dir, course, is_acknowledged, ended.was_killed, whole))
        found += looked.result if not looked.error else [looked.error]
        again = in_child(lambda _ready: _again(act, data_dir, course))
        found += again.result if not again.error else [again.error]
        self.tally.findings += [f"{act.name}, {how}: {finding}" for finding in found]

    def _fresh(self) -> Path:
        shutil.rmtree(self._scratch, ignore_errors=True)
        shutil.copytree(self._template, self._scratch)
        return self._scratch / "shop"


def _look(data_dir: Path, course: Course, is_acknowledged: bool, was_killed: bool, whole: bool) -> list[str]:
    found = findings_before_start(data_dir, is_journal_whole=is_acknowledged and was_killed)
    now = summary(data_dir)
    if is_acknowledged:
        lost = same_but_for_the_log(now, course.states[-1])
        found += [f"acknowledged and not there: {lost}"] if lost else []
    elif now not in course.states:
        distances = [same_but_for_the_log(now, state) or "only the log differs" for state in course.states]
        found.append(f"half-done: {distances}")
    return found + findings_after_start(data_dir, whole=whole)


def _again(act: Act, data_dir: Path, course: Course) -> list[str]:
    before = summary(data_dir)
    shop = open_shop(data_dir)
    try:
        act.work(shop, data_dir.parent)
    except ShopError as error:
        if same_but_for_the_log(before, course.states[-1]):
            return [f"cannot be repeated: {error.en}"]
    finally:
        shop.close()
    wrong = same_but_for_the_log(summary(data_dir), course.states[-1])
    return [f"repeated, and {wrong}"] if wrong else []
