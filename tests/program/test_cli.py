import re

import pytest
from typer.testing import CliRunner

from calendera.cli import app
from tests.program.conftest import Command

COMMANDS = [
    "serve",
    "worker",
    "migrate",
    "alerts",
    "verify",
    "retz",
    "documents",
    "platform",
    "seed",
    "processors",
    "jobs",
    "tour",
    "promises",
    "audit",
    "import-ics",
    "import-csv",
    "schema",
    "roles",
    "matrix",
    "settings",
]


def test_help_lists_every_command_and_says_where_to_begin(calendera: Command) -> None:
    shown = calendera("--help")
    assert shown.returncode == 0
    listed = re.findall(r"^│ ([a-z][a-z-]+)  ", shown.stdout, re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)
    assert "First time" in shown.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_teaches_what_when_and_an_example(command: str) -> None:
    shown = CliRunner(env={"COLUMNS": "120"}).invoke(app, [command, "--help"], prog_name="calendera").stdout
    assert re.search(rf"Example: .*calendera {command}", shown)
    assert "Use it " in shown


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "seed", "settings"])
def test_an_unknown_variable_stops_every_command_with_one_line(calendera: Command, command: str) -> None:
    stopped = calendera(command, CALENDERA_PROT="1")
    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert stopped.stderr.splitlines() == [
        "calendera: CALENDERA_PROT is not a setting of Calendera; did you mean CALENDERA_PORT? "
        "`calendera settings` lists them all."
    ]


def test_a_data_folder_that_cannot_be_made_is_one_line(calendera: Command) -> None:
    stopped = calendera("migrate", CALENDERA_DATA_DIR="pyproject.toml/var")
    assert stopped.returncode == 1
    assert stopped.stderr.startswith("calendera: CALENDERA_DATA_DIR: ")
    assert len(stopped.stderr.splitlines()) == 1


def test_settings_shows_what_stands_and_hides_secrets(calendera: Command) -> None:
    shown = calendera(
        "settings",
        CALENDERA_DATABASE_URL="postgresql://app:hunter2@127.0.0.1/book",
        CALENDERA_SECRET_KEY="hunter2" * 6,
    )
    assert shown.returncode == 0
    assert re.search(r"^\* CALENDERA_DATABASE_URL +postgresql://127.0.0.1/book$", shown.stdout, re.MULTILINE)
    assert re.search(r"^\* CALENDERA_SECRET_KEY +set, not shown$", shown.stdout, re.MULTILINE)
    assert re.search(r"^  CALENDERA_PORT +8000$", shown.stdout, re.MULTILINE)
    assert "hunter2" not in shown.stdout


def test_generated_files_are_current(calendera: Command) -> None:
    for arguments in (["settings", "--check"], ["schema", "--check"]):
        checked = calendera(*arguments)
        assert (checked.returncode, checked.stderr) == (0, "")
