"""Write the two lock files from pyproject.toml; needs `uv` on the PATH.

    python3 packaging/lock.py            keep the locked versions where pyproject.toml still allows them
    python3 packaging/lock.py --upgrade  take the newest versions it allows

One resolution serves Python 3.11 and newer on Linux, Windows and macOS; every file of a release is listed by its
SHA-256. No package source is named in the locks: pip's own configuration decides where packages come from.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

PACKAGING = Path(__file__).resolve().parent
PYPROJECT = PACKAGING.parent / "pyproject.toml"


def compile_lock(target: Path, *options: str) -> None:
    """Resolve `pyproject.toml` and the build back end, which the editable install uses without isolation."""
    build = tomllib.loads(PYPROJECT.read_text("utf-8"))["build-system"]["requires"]
    with tempfile.TemporaryDirectory() as folder:
        build_requirements = Path(folder, "build.in")
        build_requirements.write_text("\n".join(build), "utf-8")
        subprocess.run(
            [
                *("uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11"),
                *("--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
                *("--custom-compile-command", "python3 packaging/lock.py"),
                *options,
                *(str(PYPROJECT), str(build_requirements), "--output-file", str(target)),
            ],
            check=True,
        )


def main() -> None:
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv[1:] else []
    runtime = PACKAGING / "requirements.lock"
    compile_lock(runtime, *upgrade)
    # Constrained by the runtime lock, so that tests run against exactly what merchants get.
    compile_lock(PACKAGING / "requirements-dev.lock", "--extra", "dev", "--constraints", str(runtime), *upgrade)


if __name__ == "__main__":
    main()
