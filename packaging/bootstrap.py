"""Set up Kamidesk in this folder and run or test it.

    python3 packaging/bootstrap.py run [ARGUMENTS...]   set up what is missing, then open the window
    python3 packaging/bootstrap.py test [ARGUMENTS...]  set up what is missing, then every check; arguments go to pytest

Needs nothing but Python 3.11 or newer: packages go into .venv/ beside this folder, pinned and checked by hash, from
where pip is configured to take them. On Debian and Ubuntu missing system libraries are installed when this runs as
root; otherwise the exact command is printed. ARGUMENTS of `run` are those of `kamidesk`, for example
`run keys import FILE --product CODE`. Without a display and without arguments, `run` does the whole main job on a
demo shop and says where the proof, the CSV and a picture of the window are.
"""

# Only syntax that an old Python can read: it must get as far as the sentence that says it is too old.
from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
EXE = ".exe" if os.name == "nt" else ""
STAMP = VENV / "kamidesk-ready.json"
UNFINISHED = VENV / "kamidesk-unfinished"
TURN = ROOT / "build" / "set-up.lock"
LOCKS = {"run": PACKAGING / "requirements.lock", "test": PACKAGING / "requirements-dev.lock"}
OLDEST_PYTHON = (3, 11)

# What PySide6 loads and does not bring along: shared object -> Debian package.
QT_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libcups.so.2": "libcups2",
    "libbrotlidec.so.1": "libbrotli1",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
}
# What its X11 platform needs besides, asked for only where there is a display.
WINDOW_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND_LIBRARIES = {"libwayland-client.so.0": "libwayland-client0", "libwayland-cursor.so.0": "libwayland-cursor0"}

CHECKS = [
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy"],
    ["lint-imports", "--no-cache"],
]


class SetUpError(Exception):
    """Why the set-up cannot go on and what to do about it, in English and in Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(f"{en}\n{zh}")


def say(text: str) -> None:
    """One line of progress, in its place among the output of the programs started from here."""
    print(text, flush=True)


# --- what is already there ------------------------------------------------------------------------------------------


def digest(lock: bytes, project: bytes, script: bytes, python: str, root: str) -> str:
    """One value that changes when a finished set-up no longer fits: other packages, entry points, Python or place."""
    parts = [lock, project, script, python.encode(), root.encode()]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def wanted(kind: str) -> str:
    """The digest of `kind`, "run" or "test", as the files of this checkout are now."""
    config = VENV / "pyvenv.cfg"
    # The target of the link tells an upgraded system Python, whose packages are somewhere else.
    python = f"{os.path.realpath(venv_tool('python'))} {config.read_text('utf-8') if config.exists() else ''}"
    project = (ROOT / "pyproject.toml").read_bytes()
    return digest(LOCKS[kind].read_bytes(), project, Path(__file__).read_bytes(), python, str(ROOT))


def read_stamp(path: Path) -> dict[str, str]:
    """Kind -> digest of what was completely set up; empty when nothing was, or the file cannot be understood."""
    try:
        stamp = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_ready(stamp: dict[str, str], kind: str, run_digest: str, test_digest: str) -> bool:
    """True when `kind` needs no work. The test lock contains the run lock, so "test" is ready for "run" too."""
    if stamp.get("test") == test_digest:
        return True
    return kind == "run" and stamp.get("run") == run_digest


def venv_tool(name: str) -> Path:
    """The path of a program of the virtual environment."""
    return SCRIPTS / (name + EXE)


# --- system libraries -----------------------------------------------------------------------------------------------


def has_display() -> bool:
    """Whether a window can be shown; a `QT_QPA_PLATFORM` of the user's decides before the environment does."""
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform:
        return platform not in ("offscreen", "minimal")
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing_packages(libraries: dict[str, str]) -> list[str]:
    """The Debian packages of those shared objects that the loader does not find."""
    missing = []
    for library, package in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def system_packages(window: bool) -> list[str]:
    """What Linux lacks, by Debian names: libraries that Qt does not bring along, and the part of Python for .venv/."""
    if not sys.platform.startswith("linux"):
        return []
    libraries = dict(QT_LIBRARIES)
    if window:
        libraries.update(WINDOW_LIBRARIES)
        if os.environ.get("WAYLAND_DISPLAY"):
            libraries.update(WAYLAND_LIBRARIES)
    missing = missing_packages(libraries)
    if not venv_tool("python").exists() and importlib.util.find_spec("ensurepip") is None:
        # Debian keeps this part of the standard library in a package of its own.
        missing.append("python{}.{}-venv".format(*sys.version_info[:2]))
    return missing


def apt_get(command: list[str]) -> bool:
    """Whether apt did it; its errors are shown, its progress is not."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run([*command, "-qq"], env=environment, stdout=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def install_with_apt(packages: list[str]) -> None:
    """Install Debian packages when this is root on a system with apt; otherwise say what to type."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise SetUpError(
            f"These system packages are missing (Debian names): {names}. Install them with your package manager.",
            f"缺少这些系统软件包（Debian 包名）：{names}。请用系统的软件包管理器安装。",
        )
    shown = "sudo " + " ".join(command)
    if os.geteuid() != 0:
        raise SetUpError(
            f"System packages are missing. Install them, then repeat:\n  sudo apt-get update && {shown}",
            "缺少系统软件包。请先执行上面的命令，然后重试。",
        )
    say("Installing system packages: " + names)
    lists = Path("/var/lib/apt/lists")
    fresh = any("_Packages" in entry.name for entry in lists.iterdir()) if lists.is_dir() else False
    if fresh and apt_get(command):
        return
    # Lists that are empty or too old name files that no longer exist.
    apt_get(["apt-get", "update"])
    if not apt_get(command):
        raise SetUpError(
            f"The system packages could not be installed; the reason stands above. The command was:\n  {shown}",
            "系统软件包安装失败，原因见上。失败的命令也在上面，可以手动执行。",
        )


# --- the virtual environment ----------------------------------------------------------------------------------------


@contextmanager
def alone() -> Iterator[None]:
    """Two set-ups of one folder would take each other's files away: the second waits until the first is done."""
    TURN.parent.mkdir(exist_ok=True)
    with TURN.open("ab") as file:
        is_told = False
        while not is_ours(file.fileno()):
            if not is_told:
                say("Another set-up of this folder is under way; waiting until it is done.")
                say("另一个安装正在进行，等待其完成。")
                is_told = True
            time.sleep(0.2)
        yield  # closing the file, or dying, gives the turn away


def is_ours(file: int) -> bool:
    """Take the lock when nobody holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def venv_works() -> bool:
    """Whether .venv/ holds a usable Python with pip that no interrupted set-up has left half filled."""
    if UNFINISHED.exists() or not venv_tool("python").exists():
        return False
    probe = f"import sys, pip; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    command = [str(venv_tool("python")), "-c", probe]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def create_venv() -> None:
    """Make .venv/ anew, marked as unfinished until everything is in it."""
    if VENV.is_symlink():
        VENV.unlink()
    elif VENV.exists():
        say("Removing an incomplete or outdated .venv")
        # first of all: what a removal leaves that was cut short must not pass for an environment
        venv_tool("python").unlink(missing_ok=True)
        shutil.rmtree(VENV)
    VENV.mkdir()
    UNFINISHED.touch()
    say("Creating .venv")
    # Started from inside another virtual environment, the new one must not depend on that.
    base = getattr(sys, "_base_executable", None) or sys.executable
    done = subprocess.run([base, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetUpError(
            f"Python could not create the folder {VENV}:\n{done.stdout}{done.stderr}",
            f"Python 无法创建虚拟环境 {VENV}，原因见上。",
        )


def explain_pip(output: str) -> SetUpError:
    """Turn what pip printed into a sentence about the likeliest cause."""
    tail = "\n".join(output.strip().splitlines()[-8:])
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in output:
        en = "A downloaded package is not the one that was locked. Do not use it; try another package source."
        zh = "下载的软件包与锁定的校验值不一致，请勿使用；请更换软件源后重试。"
    elif "No space left" in output:
        en = "The disk is full. About 700 MB are needed."
        zh = "磁盘空间不足，大约需要 700 MB。"
    elif any(sign in output for sign in ("Connection", "ReadTimeout", "ProxyError", "SSLError")):
        en = "The packages could not be downloaded. Check the network, the proxy and pip's configuration, then repeat."
        zh = "无法下载软件包。请检查网络、代理和 pip 的配置，然后重试。"
    elif "No matching distribution" in output:
        en = (
            "A package has no ready-made build for this system (Python 3.11-3.14 on Linux, Windows or macOS is needed)."
        )
        zh = "有软件包没有适用于本系统的版本（需要 Linux、Windows 或 macOS 上的 Python 3.11-3.14）。"
    else:
        en = "The packages could not be installed."
        zh = "软件包安装失败。"
    return SetUpError(f"{tail}\n\n{en}", zh)


def pip_install(*arguments: str) -> None:
    """Run pip of the virtual environment, showing one moving line where somebody watches."""
    command = [str(venv_tool("python")), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", *arguments]
    output: deque[str] = deque(maxlen=200)
    watched = sys.stdout.isatty()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    )
    assert process.stdout is not None
    for line in process.stdout:
        output.append(line)
        if watched and line.lstrip().startswith(("Collecting", "Downloading", "Installing")):
            print("\r\033[K  " + line.strip()[:76], end="", flush=True)
    if watched:
        print("\r\033[K", end="", flush=True)
    if process.wait() != 0:
        raise explain_pip("".join(output))


def set_up(kind: str) -> None:
    """Bring .venv/ to what `kind` needs. The stamp goes first and comes back last, so a set-up cut short is redone."""
    say("Setting up Kamidesk in .venv; the first time this takes a minute or two.")
    if venv_works():
        UNFINISHED.touch()
    else:
        create_venv()
    STAMP.unlink(missing_ok=True)
    say("Installing the locked packages")
    pip_install("--no-compile", "--require-hashes", "--only-binary", ":all:", "--requirement", str(LOCKS[kind]))
    # Compat mode writes a plain path entry, which costs nothing at start and which every tool understands.
    editable = [
        "--no-deps",
        "--no-build-isolation",
        "--config-settings",
        "editable_mode=compat",
        "--editable",
        str(ROOT),
    ]
    pip_install("--no-compile", *editable)
    say("Compiling")
    # Some packages carry templates or newer syntax that do not compile and are never imported: that is no error.
    compile_all = [str(venv_tool("python")), "-m", "compileall", "-q", "-j", "0"]
    libraries = str(VENV / ("Lib" if os.name == "nt" else "lib"))
    subprocess.run([*compile_all, libraries, str(ROOT / "desktop_app")], capture_output=True, check=False)
    # A later "run" must not think that the packages of an earlier "test" are the ones of its own lock, or reversely.
    STAMP.write_text(json.dumps({kind: wanted(kind)}), "utf-8")
    UNFINISHED.unlink()


def stale_translations() -> list[Path]:
    """The .ts files that are newer than their .qm."""
    sources = sorted((ROOT / "resources" / "i18n").glob("*.ts"))
    made = {source: source.with_suffix(".qm") for source in sources}
    return [
        source
        for source, target in made.items()
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime
    ]


def compile_translations() -> None:
    """Compile the stale ones with the lrelease that comes with PySide6."""
    for source in stale_translations():
        target = source.with_suffix(".qm")
        command = [str(venv_tool("pyside6-lrelease")), "-silent", str(source), "-qm", str(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SetUpError(
                f"The translation {source.name} could not be compiled:\n{done.stdout}{done.stderr}",
                f"翻译文件 {source.name} 编译失败，原因见上。",
            )


def prepare(kind: str, window: bool) -> None:
    """Everything that must be there before the program or its checks start; next to nothing when it already is."""
    if not os.access(ROOT, os.W_OK):
        raise SetUpError(
            f"The folder {ROOT} cannot be written. Copy Kamidesk to a folder of your own, or ask for write access.",
            f"文件夹 {ROOT} 不可写。请把 Kamidesk 复制到自己的文件夹，或者申请写权限。",
        )
    missing = system_packages(window)
    if missing:
        install_with_apt(missing)
    if is_present(kind) and not stale_translations():
        return
    with alone():
        if not is_present(kind):
            set_up(kind)
        compile_translations()


def is_present(kind: str) -> bool:
    """Whether what `kind` needs was set up completely and still fits."""
    complete = venv_tool("python").exists() and venv_tool("kamidesk").exists() and not UNFINISHED.exists()
    return complete and is_ready(read_stamp(STAMP), kind, wanted("run"), wanted("test"))


# --- the two commands -----------------------------------------------------------------------------------------------


def run(arguments: list[str]) -> int:
    """Set up, then become `kamidesk`."""
    window = has_display()
    prepare("run", window)
    program = str(venv_tool("kamidesk"))
    environment = dict(os.environ)
    if not window:
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        if not arguments:
            # Not at the top of the checkout, where it would look like a part of it.
            arguments = ["demo", "-o", str(ROOT / "build" / "demo")]
            say("There is no display: doing the main job on the demo shop instead of opening the window.")
    if os.name == "nt":
        # There, exec returns to the prompt at once and loses the exit code.
        return subprocess.run([program, *arguments], env=environment, check=False).returncode
    os.execve(program, [program, *arguments], environment)


def test(arguments: list[str]) -> int:
    """Set up, then run every check, pytest last so that its closing line is the last one printed on success."""
    prepare("test", window=False)
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM") or "offscreen"}
    failed = []
    for check in [*CHECKS, ["pytest", "-n", "auto", *arguments]]:
        shown = " ".join(check)
        say(f"== {shown}")
        command = [str(venv_tool(check[0])), *check[1:]]
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
            failed.append(shown)
    if failed:
        say(f"\n{len(failed)} of {len(CHECKS) + 1} checks failed: " + "; ".join(failed))
        return 1
    return 0


def main(arguments: list[str]) -> int:
    """Exit status: 0 done, 1 not possible or a check failed (with the reason), 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        # A console whose encoding lacks Chinese must still show the English half.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if sys.version_info < OLDEST_PYTHON:
        newer = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if shutil.which(name)]
        hint = "{} packaging/bootstrap.py {}".format(newer[0] if newer else "python3.11", " ".join(arguments))
        print(
            "Kamidesk needs Python 3.11 or newer; this is {}.{}. Use: {}".format(*sys.version_info[:2], hint)
            + "\n需要 Python 3.11 或更新的版本，请使用上面的命令。",
            file=sys.stderr,
        )
        return 1
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    commands = {"run": run, "test": test}
    if not arguments or arguments[0] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return commands[arguments[0]](arguments[1:])
    except SetUpError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\nThe set-up could not go on: {error}\n安装无法继续：{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; the next start goes on safely.\n已中断，下次启动会继续。", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
