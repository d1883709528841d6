"""What the tests of the running program share: an environment without settings, and commands run for real."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.served import PATIENCE

ROOT = Path(__file__).parents[2]
Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own CALENDERA_ variables do not reach these tests."""
    for name in os.environ:
        if name.startswith("CALENDERA_"):
            monkeypatch.delenv(name)


@pytest.fixture
def calendera(tmp_path: Path) -> Command:
    """Run `calendera …` as a process of its own, with its data in a fresh folder."""

    def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CALENDERA_")}
        environment |= {"CALENDERA_DATA_DIR": str(tmp_path / "var"), "COLUMNS": "120", **variables}
        return subprocess.run(
            [sys.executable, "-c", "from calendera.cli import main; main()", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    return run
