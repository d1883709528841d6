"""The part of `.ci/environment` in Python: standard library only, for it runs before anything is installed."""

import fcntl
import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".venv"
PYTHON = FOLDER / "bin" / "python"
STAMP = FOLDER / ".installed"
OLDEST = "import sys; sys.exit(sys.version_info < (3, 11))"


def wanted() -> str:
    """What the environment is for: these pins, at this place (an environment that was moved does not work)."""
    pins = [(ROOT / name).read_bytes() for name in ("requirements.lock", "pyproject.toml")]
    return hashlib.sha256(b"\0".join([*pins, bytes(ROOT)])).hexdigest()


def works() -> bool:
    """Whether there is an environment with a Python that runs and is new enough."""
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", OLDEST], check=False).returncode == 0  # noqa: S603


def pip(*arguments: str) -> None:
    """Run pip in the environment, quietly."""
    quiet = ["--disable-pip-version-check", "--no-input", "--quiet"]
    subprocess.run([PYTHON, "-m", "pip", arguments[0], *quiet, *arguments[1:]], cwd=ROOT, check=True)  # noqa: S603


def install() -> None:
    """Make the environment when there is none, and bring it to the pins."""
    print("Installing into .venv …", file=sys.stderr, flush=True)
    STAMP.unlink(missing_ok=True)
    if not works():
        venv.create(FOLDER, clear=True, with_pip=True)
    pip("install", "--no-deps", "--requirement", "requirements.lock")
    # The build tool is in the lock like everything else, so nothing is fetched that is not pinned.
    pip("install", "--no-deps", "--no-build-isolation", "--editable", ".")
    pip("check")


def main() -> int:
    """Install once, even when several makes run at the same time."""
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if STAMP.exists() and STAMP.read_text(encoding="ascii") == wanted() and works():
            return 0
        try:
            install()
        except subprocess.CalledProcessError as error:
            return error.returncode
        STAMP.write_text(wanted(), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
