"""What import-linter cannot see: names inside modules that are allowed as a whole."""

import ast
from collections.abc import Iterator

import pytest

from tests.program.conftest import ROOT

LAYERS = ["graph", "resolvers", "permissions", "models", "rules", "privacy"]
FORBIDDEN = {"os.environ", "os.environb", "os.getenv", "os.putenv", "urllib.request"}


def names(source: str) -> Iterator[str]:
    """Every dotted name that a file imports or reads."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


@pytest.mark.parametrize("layer", LAYERS)
def test_only_calendera_reads_the_environment_or_opens_urls(layer: str) -> None:
    files = list((ROOT / layer).rglob("*.py"))
    assert files
    found = {str(path): FORBIDDEN & set(names(path.read_text(encoding="utf-8"))) for path in files}
    assert {path: used for path, used in found.items() if used} == {}


def test_the_finder_finds() -> None:
    written = "import os\nimport urllib.request\nfrom os import environ\nos.environ['X']\nos.getenv('Y')\n"
    assert set(names(written)) & FORBIDDEN == {"os.environ", "os.getenv", "urllib.request"}


def test_settings_are_read_in_one_place() -> None:
    readers = {
        path.name for path in (ROOT / "calendera").rglob("*.py") if FORBIDDEN & set(names(path.read_text("utf-8")))
    }
    assert readers == {"settings.py"}
