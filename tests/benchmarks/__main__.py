"""``python -m tests.benchmarks NAME [ROWS]`` runs one benchmark and prints its ratios; without a name it lists them.

Benchmarks take minutes and are no part of the test run.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

_HELPERS = {"__main__", "big_shop", "measures", "started_window", "used_shop"}


def names() -> list[str]:
    return sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py") if path.stem not in _HELPERS)


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2 or arguments[0] not in names():
        sys.stderr.write(f"python -m tests.benchmarks NAME [ROWS], NAME one of: {', '.join(names())}\n")
        return 2
    rows = [int(text) for text in arguments[1:]]
    importlib.import_module(f"tests.benchmarks.{arguments[0]}").main(*rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
