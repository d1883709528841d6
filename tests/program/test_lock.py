import subprocess
import sys
from pathlib import Path

import pytest

from tests.program.conftest import ROOT


def check(root: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(root / ".ci/lock.py"), "--check"], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The three files that must agree, in a folder where they may be changed."""
    for name in ("pyproject.toml", "requirements.lock", ".ci/lock.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_pins_lock_and_environment_agree() -> None:
    checked = check(ROOT)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("requirements.lock", "starlette==1.", "starlette==0.", "run `make lock`"),
        ("requirements.lock", "h11==", "# h11==", "run `make lock`"),
        ("pyproject.toml", '"starlette==1.', '"starlette==0.', "pins ==0."),
        ("pyproject.toml", '"starlette==', '"starlette>=', "does not pin starlette"),
        ("pyproject.toml", '"starlette==', '"no-such-package==1", "starlette==', "is needed and not installed"),
    ],
)
def test_any_disagreement_is_said(copy: Path, file: str, old: str, new: str, said: str) -> None:
    assert check(copy).returncode == 0
    change(copy / file, old, new)
    checked = check(copy)
    assert checked.returncode == 1
    assert said in checked.stderr


def test_every_direct_package_has_its_reason_and_no_index_is_named() -> None:
    pins = [
        line for line in (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines() if line.startswith('  "')
    ]
    pins = [line for line in pins if "==" in line]
    assert len(pins) > 20
    assert [line for line in pins if "# " not in line] == []
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert [line for line in lock if line.startswith("-") or "://" in line] == []
