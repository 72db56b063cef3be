"""``python -m tests.faults`` kills the program, or lets its disk fail, at one write after the other.

``--minutes N`` goes on so long with kills at random moments (no part of the test run); ``--every N`` also tries every
N-th write of every act with every fault, which needs a C compiler. Prints what it found as JSON.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.story import ACTS, build
from tests.faults.trial import Bench, Fault

_LOADED = "KAMIDESK_FAULT_SHIM"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=0.0, help="kills at random moments, so long")
    parser.add_argument("--kills", type=int, default=0, help="so many kills of every act instead")
    parser.add_argument("--every", type=int, default=0, help="every so manyth write of every act, with every fault")
    parser.add_argument("--keys", type=int, default=400, help="card keys of the shop")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--act", default="", help="only acts whose name holds this")
    options = parser.parse_args(arguments)
    seed = options.seed if options.seed is not None else int(time.time())
    acts = [act for act in ACTS if options.act in act.name]
    shim = _shim(arguments) if options.every else None
    _load_everything()
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = folder / "template"
        template.mkdir()
        build(template, options.keys)
        bench = Bench(template, folder / "trial", shim)
        for act in acts:
            for _ in range(options.kills):
                bench.kill_at_random(act, chance)
        end = time.monotonic() + 60 * options.minutes
        while time.monotonic() < end:
            bench.kill_at_random(chance.choice(acts), chance)
        if options.every:
            for act in acts:
                points = bench.course(act).points
                for fault in (Fault.KILL, Fault.FULL, Fault.FULL_STAYS, Fault.IO, Fault.SHORT):
                    for point in range(1 + chance.randrange(options.every), points + 1, options.every):
                        bench.fault_at(act, fault, point)
                sys.stderr.write(f"{act.name}: {points} writes, {len(bench.tally.findings)} findings so far\n")
    tally = bench.tally
    print(
        json.dumps(
            {
                "seed": seed,
                "trials": tally.trials,
                "killed": tally.killed,
                "refused": tally.refused,
                "acknowledged": tally.acknowledged,
                "findings": tally.findings,
            },
            ensure_ascii=False,
            indent=1,
        )
    )
    return 1 if tally.findings else 0


def _load_everything() -> None:
    """Once, before the first child: each of them begins where this process is."""
    from desktop_app.documents import redemption_proof, signing  # noqa: F401
    from desktop_app.services import verification  # noqa: F401


def _shim(arguments: list[str]) -> ctypes.CDLL:
    """The library between this process and the system; it can only be there from the start."""
    if _LOADED not in os.environ:
        with tempfile.TemporaryDirectory() as folder:
            library = f"{folder}/shim.so"
            source = str(Path(__file__).with_name("shim.c"))
            subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
            environment = {**os.environ, "LD_PRELOAD": library, _LOADED: library}
            command = [sys.executable, "-m", "tests.faults", *arguments]
            sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    found = ctypes.CDLL(os.environ[_LOADED])
    found.km_arm.argtypes = (ctypes.c_int, ctypes.c_long, ctypes.c_char_p)
    found.km_seen.restype = ctypes.c_long
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
